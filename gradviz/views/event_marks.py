"""What happened during a run as marks for the time bar: a glyph, a colour with that meaning, a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from gradviz.records.happenings import Event
from gradviz.views.number_format import count, significant
from gradviz.views.time_track import TrackMark

_LOOKS = {
    "diverged": ("✕", "non_finite"),
    "first_nonfinite": ("✕", "non_finite"),
    "failed": ("✕", "non_finite"),
    "learning_rate": ("◆", "accent"),
    "paused": ("‖", "secondary"),
    "disk_full": ("▲", "exploding"),
}
_PLAIN = ("|", "secondary")


def track_marks(events: Iterable[Event]) -> tuple[TrackMark, ...]:
    """One mark for each event that is worth a look back."""
    marks = []
    for event in events:
        if event.kind in {"resumed", "started"}:
            continue
        glyph, tone = _LOOKS.get(event.kind, _PLAIN)
        marks.append(TrackMark(step=max(event.step, 0), glyph=glyph, tone=tone, text=sentence(event)))
    return tuple(marks)


def sentence(event: Event) -> str:
    """An event in words."""
    tr = QCoreApplication.translate
    words = {
        "diverged": tr("Events", "the loss is not finite"),
        "first_nonfinite": tr("Events", "first value that is not finite"),
        "learning_rate": tr("Events", "learning rate changed"),
        "paused": tr("Events", "paused"),
        "failed": tr("Events", "failed"),
        "disk_full": tr("Events", "the disk was full; measuring went on in memory"),
    }
    text = words.get(event.kind, event.kind.replace("_", " "))
    if event.layer:
        text += tr("Events", " in {0}").format(event.layer)
    rate = event.detail.get("lr")
    if isinstance(rate, int | float):
        text += tr("Events", " to {0}").format(significant(float(rate)))
    return tr("Events", "step {0}: {1}").format(count(max(event.step, 0)), text)
