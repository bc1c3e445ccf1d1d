from __future__ import annotations

import numpy as np

from gradviz.records.frozen import Frozen, frozen_at, frozen_columns, frozen_spans, frozen_steps
from gradviz.records.happenings import Event

NAMES = ("Linear 1", "Linear 2", "Linear 3")


def event(step: int, kind: str, layer: str) -> Event:
    return Event(step=step, kind=kind, layer=layer, detail={})


EVENTS = [
    event(0, "frozen", "Linear 1"),
    event(0, "frozen", "Linear 3"),
    event(5, "clip", "Linear 3"),
    event(30, "unfrozen", "Linear 3"),
    event(40, "unfrozen", "Linear 2"),
    event(0, "frozen", "Elsewhere"),
]


def test_spans_begin_and_end_with_their_events() -> None:
    assert frozen_spans(EVENTS, NAMES) == (
        Frozen(row=2, first=0, end=30),
        Frozen(row=0, first=0, end=None),
    )
    assert frozen_spans([], NAMES) == ()


def test_a_column_is_frozen_where_any_of_its_steps_is() -> None:
    steps, counts = np.array([0, 8, 16, 24, 32]), np.array([8, 8, 8, 8, 3])
    of_each = np.array([frozen_at(EVENTS, NAMES, step) for step in range(35)]).T
    assert [list(of_each[:, step]) for step in (29, 30)] == [[True, False, True], [True, False, False]]
    slow = [[row[at : at + count].any() for at, count in zip(steps, counts, strict=True)] for row in of_each]
    np.testing.assert_array_equal(frozen_columns(EVENTS, NAMES, steps, counts), slow)


def test_steps_that_a_span_of_one_layer_covers() -> None:
    steps = np.array([0, 29, 30, 34])
    spans = frozen_spans(EVENTS, NAMES)
    assert frozen_steps([span for span in spans if span.row == 2], steps).tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert frozen_steps([], steps).tolist() == [False] * 4
    np.testing.assert_array_equal(
        frozen_steps([span for span in spans if span.row == 0], steps),
        [frozen_at(EVENTS, NAMES, int(step))[0] for step in steps],
    )
