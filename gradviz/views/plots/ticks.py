"""Where an axis has ticks and what they say: pure functions of the visible range and its pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from gradviz.views.layer_table.rows import span_name
from gradviz.views.number_format import count, plain, power

TEXT_HEIGHT = 14
_TOGETHER = (1, 2, 5, 10, 20, 50, 100, 200, 500)
"""How many blocks have one name: round numbers, for blocks of one layer too."""
_GAP = 8
"""Pixels between two names along a level axis."""
_MOST = 8
"""More ticks than that help nobody."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on an axis, what it is called, whether it is emphasised, and whether a line stands there.

    The text stands at `text_at` where that is somewhere else.
    """

    value: float
    text: str
    strong: bool = False
    line: bool = True
    text_at: float | None = None

    @property
    def text_place(self) -> float:
        """Where the text stands."""
        return self.value if self.text_at is None else self.text_at


@dataclass(frozen=True, kw_only=True, slots=True)
class AxisBlocks:
    """Blocks of rows (first row, row after the last one), and what each row is called in a block's name.

    A name needs `room` pixels along the axis, and a block `calm` times as many: names that stand line under
    line are not read. Along a level axis, where `width` tells how wide a text is, the selected layer and its
    block share one text, for two have no room beside each other.
    """

    ends: Sequence[tuple[int, int]] = ()
    names: Sequence[str] = ()
    room: float = TEXT_HEIGHT
    calm: float = 1.4
    width: Callable[[str], float] | None = None


Ticker = Callable[[float, float, float], list[Tick]]
"""(low, high, pixels) to ticks."""


def step_ticks(low: float, high: float, pixels: float) -> list[Tick]:
    """Whole steps, thousands separated, as far apart as the longest text needs."""
    room = max(60, 7 * len(count(int(max(high, 0)))) + 24)
    spacing = max(1, _nice((high - low) * room / max(pixels, 1)))
    first = math.ceil(low / spacing)
    last = math.floor(high / spacing)
    return [Tick(i * spacing, count(int(i * spacing))) for i in range(first, last + 1)]


def power_ticks(low: float, high: float, pixels: float, room: float = 60) -> list[Tick]:
    """Whole powers of ten of an axis that counts decades.

    In 60 pixels the text of one at the axis' end, which is moved inwards, still stands apart from the next.
    """
    least = (high - low) * room / max(pixels, 1)
    spacing = next((s for s in (1, 2, 3, 4, 5, 10, 20, 50, 100) if s >= least), 200)
    first = math.ceil(low / spacing - 1e-9)
    last = math.floor(high / spacing + 1e-9)
    return [Tick(i * spacing, power(i * spacing)) for i in range(first, last + 1)]


def vertical_power_ticks(low: float, high: float, pixels: float) -> list[Tick]:
    """The same for an axis that stands upright."""
    return power_ticks(low, high, pixels, room=24)


def factor_ticks(low: float, high: float, pixels: float) -> list[Tick]:
    """1, 2, 5, 10, … of an upright axis that counts decades, where there is room; else powers of ten."""
    if pixels / max(high - low, 1e-9) * math.log10(2) < TEXT_HEIGHT:
        return vertical_power_ticks(low, high, pixels)
    found = [
        (math.log10(step) + decade, step * 10.0**decade)
        for decade in range(math.floor(low) - 1, math.ceil(high) + 1)
        for step in (1, 2, 5)
    ]
    return [Tick(at, plain(value)) for at, value in found if low - 1e-9 <= at <= high + 1e-9]


def number_ticks(low: float, high: float, pixels: float) -> list[Tick]:
    """Round numbers of a linear upright axis."""
    spacing = _nice(max((high - low) * 32 / max(pixels, 1), (high - low) / _MOST))
    if math.floor(high / spacing + 1e-9) <= math.ceil(low / spacing - 1e-9):  # one number is no scale
        closer = _nice(spacing / 2.6)
        spacing = closer if closer * pixels >= TEXT_HEIGHT * (high - low) else spacing
    first = math.ceil(low / spacing - 1e-9)
    last = math.floor(high / spacing + 1e-9)
    powers = max(abs(low), abs(high)) >= 1e5 or spacing < 1e-4
    return [
        Tick(i * spacing, _round_number(i * spacing, spacing, powers=powers)) for i in range(first, last + 1)
    ]


def percent_ticks(low: float, high: float, pixels: float) -> list[Tick]:
    """Shares of one, as percent."""
    spacing = max(_nice(max((high - low) * 30 / max(pixels, 1), (high - low) / _MOST)), 1e-6)
    first = math.ceil(low / spacing - 1e-9)
    last = math.floor(high / spacing + 1e-9)
    return [Tick(i * spacing, f"{i * spacing * 100:.4g} %") for i in range(first, last + 1)]


def layer_ticks(
    names: Sequence[str],
    selected: int | None,
    room: float = TEXT_HEIGHT,
    blocks: AxisBlocks | None = None,
    width: Callable[[str], float] | None = None,
    *,
    others: Sequence[int] = (),
) -> Ticker:
    """Names of rows 0, 1, 2, …, thinned so that they stay legible; the selected one always shows.

    Of `others` that are selected beside it each has a line, and its name where that has room.
    `room` is the pixels that a name needs along the axis. Where not all names have room, those of `blocks`
    stand in their place, with lines between the blocks. Along a level axis, where `width` tells how wide a
    text is, the ends' names are moved inwards, and what would touch one is left out.
    """

    def ticks(low: float, high: float, pixels: float) -> list[Tick]:
        first, last = max(0, math.ceil(low)), min(len(names) - 1, math.floor(high))
        if first > last or high <= low:
            return []
        further = [i for i in others if first <= i <= last and i != selected]
        chosen = {selected, *further}
        row = pixels / (high - low)
        least = room / max(row, 1e-9)
        stride = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if s >= least), 1000)
        if stride > 1 and blocks is not None and len(blocks.ends) > 1:
            primary = None if selected is None else Tick(selected, names[selected], strong=True)
            further = _spread(further, selected, least) if width is None else []
            beside = [Tick(i, names[i], strong=True) for i in further]
            found = _block_ticks(blocks, primary, (low, high), pixels, beside)
            return _with_lines(found, chosen, first, last)
        from_one = 0 if stride == 2 else 1
        rows = {i for i in range(first, last + 1) if (i + from_one) % stride == 0}
        if width is not None:
            ends = (selected, 0, len(names) - 1)
            pinned = [i for i in (*ends[:1], *further, *ends[1:]) if i is not None and first <= i <= last]
            places = [(i - low) * row for i in (*pinned, *sorted(rows))]
            texts = [width(names[i]) for i in (*pinned, *sorted(rows))]
            kept = apart(places, texts, pixels)
            rows = {i for i, shown in zip((*pinned, *sorted(rows)), kept, strict=True) if shown}
            return _with_lines([Tick(i, names[i], strong=i in chosen) for i in rows], chosen, first, last)
        for end in (0, len(names) - 1):
            if first <= end <= last:
                rows = {i for i in rows if abs(i - end) >= least} | {end}
        for one in _spread(further, selected, least)[::-1]:
            rows = {i for i in rows if abs(i - one) >= least} | {one}
        if selected is not None and first <= selected <= last:
            rows = {i for i in rows if abs(i - selected) >= least} | {selected}
        return _with_lines([Tick(i, names[i], strong=i in chosen) for i in rows], chosen, first, last)

    return ticks


def _spread(others: Sequence[int], selected: int | None, least: float) -> list[int]:
    """Those of the other selected rows whose names have room: beside the selected one, and each other."""
    named = [] if selected is None else [selected]
    for row in sorted(others):
        if all(abs(row - taken) >= least for taken in named):
            named.append(row)
    return named if selected is None else named[1:]


def _with_lines(found: Sequence[Tick], chosen: Collection[int | None], first: int, last: int) -> list[Tick]:
    """The ticks in order, with a line for each selected row in sight that has no name."""
    named = {tick.value for tick in found if tick.strong}
    lines = [
        Tick(row, "", strong=True)
        for row in chosen
        if row is not None and first <= row <= last and row not in named
    ]
    return sorted([*found, *lines], key=lambda tick: tick.value)


def apart(places: Sequence[float], widths: Sequence[float], pixels: float, gap: float = _GAP) -> list[bool]:
    """Which texts of those widths around those places touch none of the texts before them in the list.

    A text at an end of the axis stands inside of it; between two there is a `gap`, all in pixels.
    """
    taken: list[tuple[float, float]] = []
    shown = []
    for place, width in zip(places, widths, strict=True):
        left = min(max(place - width / 2, 0), pixels - width)
        free = all(left >= right + gap or left + width + gap <= other for other, right in taken)
        shown.append(free)
        if free:
            taken.append((left, left + width))
    return shown


def _block_ticks(
    blocks: AxisBlocks,
    selected: Tick | None,
    shown: tuple[float, float],
    pixels: float,
    others: Sequence[Tick] = (),
) -> list[Tick]:
    """The blocks in sight, so many together that each of them has room for its name in its middle."""
    low, high = shown
    least = blocks.room * (high - low) / max(pixels, 1e-9)
    seen = [block for block in blocks.ends if block[1] - 0.5 > low and block[0] - 0.5 < high]
    wanted = blocks.calm * least
    together = next(
        (many for many in _TOGETHER if many < len(seen) and _shortest(seen, many) >= wanted), len(seen)
    )
    groups = [
        (seen[at][0], seen[min(at + together, len(seen)) - 1][1]) for at in range(0, len(seen), together)
    ]
    if len(groups) > 1 and groups[-1][1] - groups[-1][0] < least:  # what is left over is too short for a name
        groups[-2:] = [(groups[-2][0], groups[-1][1])]
    found = []
    for first, stop in groups:
        begin, end = max(first - 0.5, low), min(stop - 0.5, high)
        if begin > low:
            found.append(Tick(begin, ""))
        name = block_name(blocks.names[first], blocks.names[stop - 1])
        if (
            blocks.width is not None
            and selected is not None
            and begin <= selected.value <= end
            and end - begin >= least
        ):
            text = in_block(selected.text, name)
            fits = blocks.width(text) * (high - low) / pixels <= end - begin
            selected = replace(selected, text=text if fits else selected.text, text_at=(begin + end) / 2)
            continue
        place = _place((begin, end), least, None if selected is None else selected.text_place)
        if place is not None and all(abs(place - other.value) >= least for other in others):
            found.append(Tick(place, name, line=False))
    if selected is not None and low <= selected.value <= high:
        found.append(selected)
    return sorted([*found, *others], key=lambda tick: tick.value)


def block_name(first: str, last: str) -> str:
    """What a block is called on an axis: “Linear 1–50”, or “Conv2d 1 …” where it ends with another kind."""
    name = span_name(first, last)
    return f"{first} …" if " – " in name else name


def in_block(name: str, block: str) -> str:
    """A layer and its block in one text: “Linear 3 (1–50)”."""
    word = f"{name.rpartition(' ')[0]} "
    numbers = block.removeprefix(word)
    return f"{name} ({numbers})" if numbers != block and "–" in numbers and " " not in numbers else name


def _place(block: tuple[float, float], least: float, taken: float | None) -> float | None:
    """Where in a block its name stands: in the middle, or as near to it as the taken place allows."""
    begin, end = block
    middle = (begin + end) / 2
    if end - begin < least:
        return None
    if taken is None or abs(middle - taken) >= least:
        return middle
    place = taken + math.copysign(least, middle - taken)
    return place if begin + least / 2 <= place <= end - least / 2 else None


def _shortest(blocks: Sequence[tuple[int, int]], together: int) -> int:
    """How many rows the shortest of so many blocks together have; what is left over does not count."""
    groups = [blocks[at : at + together] for at in range(0, len(blocks) - together + 1, together)]
    return min(group[-1][1] - group[0][0] for group in groups)


def _nice(least: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that is not below `least`."""
    if least <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(least))
    return next(factor * unit for factor in (1, 2, 5, 10) if factor * unit >= least * (1 - 1e-9))


def _round_number(value: float, spacing: float, *, powers: bool) -> str:
    """As short as an axis can have it: 1.5e22 and not 1.50e22."""
    if value == 0:
        return "0"
    if powers:
        mantissa, exponent = f"{value:.2e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}".replace("-", "−", 1 if value < 0 else 0)
    decimals = max(0, -math.floor(math.log10(spacing) + 1e-9))
    return f"{value:,.{decimals}f}".replace("-", "−")
