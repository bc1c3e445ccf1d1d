"""Timing in alternating blocks: what every benchmark here stands on.

A machine drifts (240 to 450 steps a second for the same loop, measured), so contenders take turns in
short blocks within one process and only ratios within one round are compared. The baseline runs twice
in every round: the ratio of the two (A/A) says how much of a difference is noise. What other programs
used of the machine during a block is its foreign load; a round with a disturbed block is thrown away.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psutil

Block = Callable[[float], float]
"""Runs for at least so many seconds and returns what one unit cost (seconds a step, say)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One contender: median cost, and its ratio to the baseline of the same round (median, quartiles)."""

    name: str
    cost: float
    ratio: float
    ratio_low: float
    ratio_high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What `compare` found; `aa` is the median ratio of the baseline to itself, loads are shares of 1."""

    baseline: Outcome
    outcomes: tuple[Outcome, ...]
    aa: float
    aa_low: float
    aa_high: float
    rounds: int
    rejected: int
    foreign: float
    foreign_worst: float


class DisturbedError(RuntimeError):
    """Raised when the machine was never quiet enough for a single round."""


class ForeignLoad:
    """The share of the machine's processors that others used since the last call of `since`."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._mark = self._now()

    def since(self) -> float:
        """Foreign load since the last call (or since the start), 0 to 1."""
        before, self._mark = self._mark, self._now()
        wall, busy, own = (new - old for new, old in zip(self._mark, before, strict=True))
        return max(0.0, (busy - own) / (wall * (psutil.cpu_count() or 1))) if wall > 0 else 0.0

    def _now(self) -> tuple[float, float, float]:
        times = psutil.cpu_times()
        idle = times.idle + getattr(times, "iowait", 0.0)
        counted_twice = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
        return time.perf_counter(), sum(times) - idle - counted_twice, self._own()

    def _own(self) -> float:
        total = 0.0
        for process in (self._process, *self._process.children(recursive=True)):
            try:
                used = process.cpu_times()
            except psutil.Error:
                continue
            total += used.user + used.system + used.children_user + used.children_system
        return total


def compare(
    baseline: Block,
    others: Mapping[str, Block],
    *,
    name: str = "bare",
    rounds: int = 10,
    seconds: float = 0.3,
    limit: float = 0.10,
    patience: int = 4,
) -> Comparison:
    """Run the contenders in alternating blocks until `rounds` quiet rounds are in.

    After `patience` × `rounds` rounds it makes do with the quiet ones it has; with none it raises
    `DisturbedError`. The order within a round rotates, so that nobody is always first.
    """
    contenders: list[tuple[str, Block]] = [(name, baseline), *others.items(), (f"{name} again", baseline)]
    for _, block in contenders[:-1]:
        block(seconds / 10)
    kept: list[dict[str, float]] = []
    loads: list[float] = []
    rejected = 0
    while len(kept) < rounds and len(kept) + rejected < patience * rounds:
        turn = (len(kept) + rejected) % len(contenders)
        costs, worst = _round(contenders[turn:] + contenders[:turn], seconds)
        loads.append(worst)
        if worst > limit:
            rejected += 1
        else:
            kept.append(costs)
    if not kept:
        raise DisturbedError(
            f"no quiet round in {rejected}: other programs used up to {max(loads):.0%} of the machine"
        )
    base = [(costs[name] + costs[f"{name} again"]) / 2 for costs in kept]
    aa = _quartiles([costs[f"{name} again"] / costs[name] for costs in kept])
    outcomes = tuple(_outcome(other, [costs[other] for costs in kept], base) for other in others)
    return Comparison(
        baseline=_outcome(name, base, base),
        outcomes=outcomes,
        aa=aa[1],
        aa_low=aa[0],
        aa_high=aa[2],
        rounds=len(kept),
        rejected=rejected,
        foreign=statistics.median(loads),
        foreign_worst=max(loads),
    )


def pool(comparisons: Sequence[Comparison]) -> Comparison:
    """Several launches of the same comparison as one: medians, and the range of the launches' medians.

    Where a process's memory happens to lie moves the ratio of small networks by 0.03 either way, the same
    for every block of that process (measured), so more rounds do not help but more processes do.
    """
    first = comparisons[0]
    return Comparison(
        baseline=_pooled([c.baseline for c in comparisons]),
        outcomes=tuple(
            _pooled([c.outcomes[place] for c in comparisons]) for place in range(len(first.outcomes))
        ),
        aa=statistics.median(c.aa for c in comparisons),
        aa_low=min(c.aa for c in comparisons),
        aa_high=max(c.aa for c in comparisons),
        rounds=sum(c.rounds for c in comparisons),
        rejected=sum(c.rejected for c in comparisons),
        foreign=statistics.median(c.foreign for c in comparisons),
        foreign_worst=max(c.foreign_worst for c in comparisons),
    )


def from_raw(found: Mapping[str, Any]) -> Comparison:
    """The comparison that `raw` described."""
    outcomes = tuple(Outcome(**outcome) for outcome in found["outcomes"])
    return Comparison(**{**found, "baseline": Outcome(**found["baseline"]), "outcomes": outcomes})


def stepping(step: Callable[[], object]) -> Block:
    """A block that calls `step` again and again and returns the seconds that one call took."""

    def block(seconds: float) -> float:
        count, start = 0, time.perf_counter()
        while (passed := time.perf_counter() - start) < seconds or not count:
            step()
            count += 1
        return passed / count

    return block


def arguments(description: str) -> argparse.ArgumentParser:
    """The options that every benchmark has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=40, help="quiet rounds wanted (default 40)")
    parser.add_argument("--seconds", type=float, default=0.3, help="length of a block (default 0.3)")
    parser.add_argument("--limit", type=float, default=0.10, help="foreign load that spoils a round (0.10)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    return parser


def table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """One table as text: the first column to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.ljust(width) if not i else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    return "\n".join([title, line(head), "  ".join("-" * width for width in widths), *map(line, rows), ""])


def show(
    title: str,
    comparison: Comparison,
    *,
    unit: str = "ms a step",
    scale: float = 1e3,
    spread: str = "quartiles",
) -> str:
    """The usual table of a comparison: cost, ratio with its spread, and how quiet the machine was."""
    rows = [
        [o.name, f"{o.cost * scale:.3f}", f"{o.ratio:.3f}", f"{o.ratio_low:.3f}–{o.ratio_high:.3f}"]
        for o in (comparison.baseline, *comparison.outcomes)
    ]
    rows.append(
        ["A/A", "", f"{comparison.aa:.3f}", f"{comparison.aa_low:.3f}–{comparison.aa_high:.3f}"],
    )
    quiet = (
        f"{comparison.rounds} rounds kept, {comparison.rejected} disturbed; foreign load "
        f"{comparison.foreign:.1%} (median), {comparison.foreign_worst:.1%} (worst)"
    )
    return table(title, ["", unit, "ratio", spread], rows) + quiet + "\n"


def report(results: Mapping[str, Any], *, as_json: bool, texts: Sequence[str]) -> None:
    """Print either one JSON object or the tables."""
    sys.stdout.write(json.dumps(results, indent=1) + "\n" if as_json else "\n".join(texts) + "\n")


def raw(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain data for `--json`."""
    return asdict(comparison)


def _round(contenders: Sequence[tuple[str, Block]], seconds: float) -> tuple[dict[str, float], float]:
    costs: dict[str, float] = {}
    worst = 0.0
    for name, block in contenders:
        load = ForeignLoad()
        costs[name] = block(seconds)
        worst = max(worst, load.since())
    return costs, worst


def _outcome(name: str, costs: Sequence[float], base: Sequence[float]) -> Outcome:
    low, ratio, high = _quartiles([cost / other for cost, other in zip(costs, base, strict=True)])
    return Outcome(name=name, cost=statistics.median(costs), ratio=ratio, ratio_low=low, ratio_high=high)


def _pooled(outcomes: Sequence[Outcome]) -> Outcome:
    ratios = [outcome.ratio for outcome in outcomes]
    return Outcome(
        name=outcomes[0].name,
        cost=statistics.median(outcome.cost for outcome in outcomes),
        ratio=statistics.median(ratios),
        ratio_low=min(ratios),
        ratio_high=max(ratios),
    )


def _quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    if len(values) == 1:
        return values[0], values[0], values[0]
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, middle, high
