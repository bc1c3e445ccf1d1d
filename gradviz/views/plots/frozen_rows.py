"""Which layers did not learn, and when: hatched in the flow map, where their gradient says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from gradviz.records.happenings import Event
from gradviz.views.theme import LIGHT, Theme


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


def frozen_at(events: Sequence[Event], names: Sequence[str], step: int) -> np.ndarray:
    """Which of the layers with those names [layers, bool] were frozen at a step: their zeros are no fault."""
    found = np.zeros(len(names), bool)
    for span in frozen_spans(events, names):
        if span.covers(step):
            found[span.row] = True
    return found


class FrozenRows(pg.GraphicsObject):  # type: ignore[misc]
    """Hatches spans of rows."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._spans: tuple[Frozen, ...] = ()
        self._last = 0
        self.setZValue(10)

    @property
    def spans(self) -> tuple[Frozen, ...]:
        """What is hatched."""
        return self._spans

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._theme = theme
        self.update()

    def show_spans(self, spans: tuple[Frozen, ...], last_step: int) -> None:
        """Hatch those, what is frozen still up to the last step."""
        if (spans, last_step if spans else 0) != (self._spans, self._last):
            self.prepareGeometryChange()
            self._spans, self._last = spans, last_step if spans else 0
            self.update()

    def contains_place(self, row: int, step: float) -> bool:
        """Whether that layer was frozen at that step."""
        return any(span.row == row and span.covers(step) for span in self._spans)

    def boundingRect(self) -> QRectF:
        """All spans."""
        rect = QRectF()
        for span in self._spans:
            rect = rect.united(self._rect(span))
        return rect

    def paint(self, painter: QPainter, *_unused: Any) -> None:
        """Draw ground and hatching; the hatching keeps its width on the screen."""
        ground, lines = QColor(self._theme.ground), QBrush(QColor(self._theme.zero))
        lines.setStyle(Qt.BrushStyle.BDiagPattern)
        to_screen = painter.transform()
        painter.save()
        painter.resetTransform()
        for span in self._spans:
            rect = to_screen.mapRect(self._rect(span)).adjusted(0, 0.5, 0, -0.5)
            painter.fillRect(rect, ground)
            painter.setBrushOrigin(QPointF(0, 0))
            painter.fillRect(rect, lines)
        painter.restore()

    def _rect(self, span: Frozen) -> QRectF:
        end = self._last + 1 if span.end is None else span.end
        return QRectF(span.first - 0.5, span.row - 0.5, max(end - span.first, 0), 1)
