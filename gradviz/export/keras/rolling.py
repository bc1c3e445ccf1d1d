"""Lines that come again and again, written once in a loop.

The lines of a model are a straight row of assignments, so a run of equal lines is a loop whatever block it
came from: the rounds of a Repeat, the layers of a DenseBlock, or twenty layers that somebody set by hand.
Lines count as equal if they differ only in the numbers of their names, and those go up evenly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gradviz.export.keras.statements import Assign, Count, Loop, Numbered, Remark, Statement

_LONGEST_PERIOD = 256
_WORTH_A_LOOP = 3
"""How many lines a loop must save."""


def rolled(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The same lines, with loops; short periods first, so that loops come to lie in loops."""
    lines = tuple(statements)
    kinds = [repr(_kind(line)) for line in lines]
    period = 1
    while period <= min(_LONGEST_PERIOD, len(lines) // 2):
        shorter = _rolled_by(lines, kinds, period)
        if len(shorter) < len(lines):
            lines, period = shorter, 1
            kinds = [repr(_kind(line)) for line in lines]
        else:
            period += 1
    return lines


def _rolled_by(lines: tuple[Statement, ...], kinds: list[str], period: int) -> tuple[Statement, ...]:
    """`lines` with every run of that period as a loop; `kinds` are theirs."""
    out: list[Statement] = []
    at = 0
    while at < len(lines):
        alike = 0
        while at + alike + period < len(lines) and kinds[at + alike] == kinds[at + alike + period]:
            alike += 1
        start, times = _best_start(lines, at, alike, period) if alike >= period else (at, 1)
        if times > 1:
            out += lines[at:start]
            out.append(_loop(lines, start, period, times))
            at = start + period * times
        else:
            out += lines[at : at + max(alike - period + 1, 1)]
            at += max(alike - period + 1, 1)
    return tuple(out)


def _best_start(lines: tuple[Statement, ...], at: int, alike: int, period: int) -> tuple[int, int]:
    """Where in a run of like lines a loop begins, and its rounds: at a remark if there is one."""
    best, best_worth = (at, 1), (0, False)
    for start in range(at, min(at + period, at + alike - period + 1)):
        times = _rounds(lines, start, period, 1 + (at + alike - start) // period)
        if (times - 1) * period < _WORTH_A_LOOP or times < 2:
            continue
        remark = isinstance(lines[start], Remark)
        worth = (times + remark, remark)  # a whole block at the beginning is worth a round
        if worth > best_worth:
            best, best_worth = (start, times), worth
    return best


def _rounds(lines: tuple[Statement, ...], start: int, period: int, most: int) -> int:
    """How many rounds from `start` on have numbers that go up evenly."""
    rounds = [_counts(lines[start + i * period : start + (i + 1) * period]) for i in range(most)]
    times = min(most, 2)
    while times < most and _even(rounds[times - 2], rounds[times - 1], rounds[times]):
        times += 1
    return times if most > 1 and all(a.steps == b.steps for a, b in zip(*rounds[:2], strict=True)) else 1


def _even(first: list[Count], second: list[Count], third: list[Count]) -> bool:
    return all(
        b.first - a.first == c.first - b.first and b.steps == c.steps
        for a, b, c in zip(first, second, third, strict=True)
    )


def _loop(lines: tuple[Statement, ...], start: int, period: int, times: int) -> Loop:
    first, second = lines[start : start + period], lines[start + period : start + 2 * period]
    steps = iter([b.first - a.first for a, b in zip(_counts(first), _counts(second), strict=True)])
    return Loop(times, tuple(_counted(line, steps) for line in first))


def _counted(line: Statement, steps: Any) -> Statement:
    """`line` with one more loop around it."""
    if isinstance(line, Loop):
        return replace(line, body=tuple(_counted(inner, steps) for inner in line.body))
    text = _text(line)
    if text is None:
        return line
    numbers = tuple(Count(count.first, (*count.steps, next(steps))) for count in text.numbers)
    counted = Numbered(text.parts, numbers)
    return replace(line, text=counted) if isinstance(line, Remark) else replace(line, name=counted)


def _kind(line: Statement) -> Any:
    """What two lines have in common that differ in the numbers of their names only."""
    if isinstance(line, Loop):
        return ("loop", line.times, tuple(map(_kind, line.body)))
    text = _text(line)
    parts = None if text is None else text.parts
    if isinstance(line, Remark):
        return ("remark", parts)
    return (line.target, line.operand, repr(line.call), parts)


def _counts(lines: Sequence[Statement]) -> list[Count]:
    counts: list[Count] = []
    for line in lines:
        if isinstance(line, Loop):
            counts += _counts(line.body)
        elif (text := _text(line)) is not None:
            counts += text.numbers
    return counts


def _text(line: Assign | Remark) -> Numbered | None:
    return line.text if isinstance(line, Remark) else line.name
