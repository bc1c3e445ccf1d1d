"""Which layers did not learn, and when: where a layer is frozen, its gradient of zero says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gradviz.records.happenings import Event

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Frozen:
    """A measured layer was frozen from the step `first` on, until before `end`; None is until now."""

    row: int
    first: int
    end: int | None

    def covers(self, step: float) -> bool:
        """Whether it was frozen at that step."""
        return self.first <= step and (self.end is None or step < self.end)


def frozen_spans(events: Sequence[Event], names: Sequence[str]) -> tuple[Frozen, ...]:
    """What the events “frozen” and “unfrozen” tell of the layers with those names."""
    if not any(event.kind == "frozen" for event in events):
        return ()
    rows = {name: row for row, name in enumerate(names)}
    since: dict[int, int] = {}
    spans = []
    for event in sorted(events, key=lambda event: event.step):
        row = rows.get(event.layer or "")
        if row is None:
            continue
        if event.kind == "frozen":
            since.setdefault(row, event.step)
        elif event.kind == "unfrozen" and row in since:
            spans.append(Frozen(row=row, first=since.pop(row), end=event.step))
    spans += [Frozen(row=row, first=first, end=None) for row, first in since.items()]
    return tuple(spans)


def frozen_steps(spans: Sequence[Frozen], steps: npt.NDArray[np.int64]) -> Flags:
    """Which of those steps [n, bool] any of these spans of one layer covers."""
    found = np.zeros(len(steps), bool)
    for span in spans:
        found |= (steps >= span.first) & (steps < (np.inf if span.end is None else span.end))
    return found


def frozen_at(events: Sequence[Event], names: Sequence[str], step: int) -> Flags:
    """Which of the layers with those names [layers, bool] were frozen at a step: their zeros are no fault."""
    return frozen_columns(events, names, np.array([step]), np.array([1]))[:, 0]


def frozen_columns(
    events: Sequence[Event],
    names: Sequence[str],
    steps: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
) -> Flags:
    """Which layers, [layers, columns], were frozen in any of the `counts[i]` steps from `steps[i]` on."""
    found = np.zeros((len(names), len(steps)), bool)
    for span in frozen_spans(events, names):
        end = np.inf if span.end is None else span.end
        found[span.row] |= (steps + counts > span.first) & (steps < end)
    return found
