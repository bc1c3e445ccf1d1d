"""What happened during a run as marks for the time bar: a glyph, a colour with that meaning, a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from operator import is_
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from gradviz.views.number_format import count, significant
from gradviz.views.time_track import TrackMark

if TYPE_CHECKING:
    from gradviz.records.happenings import Event
    from gradviz.records.marked import MarkedStep

# ▼ and ▲ are values off a plot's scale, exact zero and infinity: no event is. ■ is frozen in both.
_LOOKS = {
    "nonfinite": ("✕", "non_finite"),
    "spike": ("↑", "exploding"),
    "learning_rate": ("◆", "accent"),
    "frozen": ("■", "secondary"),
    "unfrozen": ("□", "accent"),
    "early_stop": ("●", "accent"),
    "skipped_step": ("○", "exploding"),
    "resumed": ("▶", "accent"),
    "started_from": ("▷", "accent"),
    "recording_held": ("‖", "exploding"),
    "recording_resumed": ("‖", "secondary"),
}
_PLAIN = ("|", "secondary")
_MARKED = ("◇", "text")
_SILENT = frozenset({"blocks", "joins"})
"""What is written down as an event and is none: how the network is made."""
RANKS = {glyph: rank for rank, glyph in enumerate("✕↑○▬‖■□◆●▶▷◇|")}
"""Which glyph stands for several that have no room beside each other: the smallest."""


def track_marks(events: Iterable[Event], marked: Iterable[MarkedStep] = ()) -> tuple[TrackMark, ...]:
    """One mark for each event, and for each step that the user has marked."""
    own = tuple(
        TrackMark(
            step=mark.step,
            glyph=_MARKED[0],
            tone=_MARKED[1],
            text=QCoreApplication.translate("Events", "Step {0}: marked").format(count(mark.step)),
        )
        for mark in marked
    )
    return own + tuple(_mark(event) for event in events if event.kind not in _SILENT)


class EventMarks:
    """The marks of events that only become more: what was put into words once is kept, 13 µs each."""

    def __init__(self) -> None:
        self._events: tuple[Event, ...] = ()
        self._marked: tuple[MarkedStep, ...] = ()
        self._marks: tuple[TrackMark, ...] = ()
        self._all: tuple[TrackMark, ...] = ()

    def of(self, events: tuple[Event, ...], marked: tuple[MarkedStep, ...] = ()) -> tuple[TrackMark, ...]:
        """The same tuple as before where nothing is new."""
        known = len(self._events)
        same_marked = len(marked) == len(self._marked) and all(map(is_, marked, self._marked))
        if events is self._events and same_marked:
            return self._all
        if known and len(events) >= known and events[known - 1] is self._events[-1]:
            self._marks += track_marks(events[known:])
        else:
            self._marks = track_marks(events)
        self._events, self._marked = events, marked
        self._all = track_marks((), marked) + self._marks
        return self._all


def _mark(event: Event) -> TrackMark:
    glyph, tone = _LOOKS.get(event.kind, _PLAIN)
    return TrackMark(step=max(event.step, 0), glyph=glyph, tone=tone, text=sentence(event))


def sentence(event: Event) -> str:
    """An event in words."""
    return QCoreApplication.translate("Events", "Step {0}: {1}").format(
        count(max(event.step, 0)), _words(event)
    )


def _words(event: Event) -> str:  # noqa: C901, PLR0911 - a table
    translate, detail = QCoreApplication.translate, event.detail
    match event.kind:
        case "learning_rate":
            before, now = (significant(float(detail[key])) for key in ("before", "lr"))
            return translate("Events", "learning rate {0}, before {1}").format(now, before)
        case "frozen":
            return translate("Events", "{0} is frozen").format(event.layer)
        case "unfrozen":
            return translate("Events", "{0} learns from here on").format(event.layer)
        case "nonfinite":
            where = event.layer or translate("Events", "the loss")
            return translate("Events", "first value that is not finite, in {0}").format(where)
        case "spike":
            words = translate("Events", "the gradient is {0} times what it was of late, largest in {1}")
            return words.format(significant(float(detail.get("factor", 0))), event.layer)
        case "early_stop":
            words = translate("Events", "training ended early, best at step {0}")
            return words.format(count(max(int(detail.get("best_step", 0)), 0)))
        case "skipped_step":
            words = translate("Events", "skipped: the gradient overflowed at a loss scale of {0}")
            return words.format(significant(float(detail.get("loss_scale", 0))))
        case "resumed":
            return translate("Events", "goes on from a checkpoint")
        case "started_from":
            words = translate("Events", "starts from the weights of {0}, after {1} steps")
            return words.format(detail.get("run", ""), count(int(detail.get("after", 0))))
        case "recording_held":
            return translate("Events", "recording waits: {0}").format(detail.get("reason", ""))
        case "recording_resumed":
            return translate("Events", "recording goes on")
        case other:
            return other.replace("_", " ")
