"""Events along the axis of the steps: small marks below a plot, where a click goes to; crowded ones are one.

The same marks stand on the time bar, which shows all of a run; here they are where the zoomed steps are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsWidget, QStyleOptionGraphicsItem

from gradviz.views.event_marks import RANKS
from gradviz.views.number_format import count
from gradviz.views.plots.canvas import Canvas, plot_font
from gradviz.views.theme import LIGHT, Theme
from gradviz.views.time_track import TrackMark

HEIGHT = 16
"""What the axis has less without a title: rows of the map stay beside those of the profile."""
_APART = 20.0
"""Marks nearer than this, in pixels, stand as one with their number."""
_NEAR = 9.0
_REACH = 40.0
"""No glyph with its number is wider."""
_LINES = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """Marks that stand as one, at `x` pixels; the first of them is the one that is drawn."""

    x: float
    marks: tuple[TrackMark, ...]

    @property
    def worst(self) -> TrackMark:
        """The mark that stands for all."""
        return min(self.marks, key=lambda mark: RANKS.get(mark.glyph, len(RANKS)))


def clusters(
    marks: Sequence[TrackMark], low: float, high: float, width: float, apart: float = _APART
) -> tuple[Cluster, ...]:
    """The marks between the steps `low` and `high` on an axis of that many pixels, in steps' order."""
    found: list[list[TrackMark]] = []
    places: list[float] = []
    for mark in sorted(marks, key=lambda mark: mark.step):
        if not low <= mark.step <= high:
            continue
        x = (mark.step - low) / (high - low) * width
        if places and x - places[-1] < apart:
            found[-1].append(mark)
        else:
            found.append([mark])
            places.append(x)
    return tuple(Cluster(x=x, marks=tuple(group)) for x, group in zip(places, found, strict=True))


class EventStrip(QGraphicsWidget):
    """Stands between the lowest pane and its axis."""

    step_chosen = Signal(object)
    """The step (int) of an event that was clicked."""

    def __init__(self, canvas: Canvas, box: pg.ViewBox) -> None:
        super().__init__()
        self._canvas = canvas
        self._box = box
        self._theme = LIGHT
        self._marks: tuple[TrackMark, ...] = ()
        self._cursor = -1
        self._found: tuple[Cluster, ...] = ()
        self._found_for: tuple[object, ...] = ()
        self.setMinimumHeight(HEIGHT)
        self.setMaximumHeight(HEIGHT)
        self.setAcceptHoverEvents(True)
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        box.sigXRangeChanged.connect(self._on_range)
        box.sigResized.connect(self._on_range)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._theme = theme
        self.update()

    def show_marks(self, marks: tuple[TrackMark, ...], cursor: int) -> None:
        """Mark those events; `cursor` is the shown step."""
        self._cursor = cursor
        if marks is not self._marks:
            self._marks = marks
            self._found_for = ()
            self.update()

    @property
    def marks(self) -> tuple[TrackMark, ...]:
        """All marks, in sight or not."""
        return self._marks

    @property
    def found(self) -> tuple[Cluster, ...]:
        """What is drawn now, from the left."""
        (low, high), width = self._box.viewRange()[0], self.rect().width()
        key = (low, high, width)
        if key != self._found_for:
            self._found_for = key
            self._found = clusters(self._marks, low, high, width) if width > 0 and high > low else ()
        return self._found

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, *_unused: Any) -> None:
        """Draw the glyphs that are exposed, and how many marks stand behind one.

        A cursor that moves exposes a few pixels below its pane.
        """
        exposed: QRectF = option.exposedRect  # type: ignore[attr-defined]
        font = plot_font()
        painter.setFont(font)
        middle = self.rect().center().y()
        for cluster in self.found:
            if not exposed.left() - _REACH <= cluster.x <= exposed.right() + _REACH:
                continue
            mark = cluster.worst
            painter.setPen(QColor(getattr(self._theme, mark.tone)))
            place = QRectF(cluster.x - 7, middle - 8, 14, 16)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, mark.glyph)
            if len(cluster.marks) > 1:
                small = plot_font()
                small.setPixelSize(9)
                painter.setFont(small)
                painter.setPen(QColor(self._theme.secondary))
                text = count(len(cluster.marks)) if len(cluster.marks) < 100 else "99+"
                left = cluster.x + QFontMetricsF(font).horizontalAdvance(mark.glyph) / 2 + 1
                painter.drawText(QRectF(left, middle - 8, 20, 16), Qt.AlignmentFlag.AlignVCenter, text)
                painter.setFont(font)

    def at(self, x: float) -> Cluster | None:
        """The mark below a place, in pixels."""
        near = [cluster for cluster in self.found if -_NEAR <= x - cluster.x <= _NEAR + 8]
        return min(near, key=lambda cluster: abs(cluster.x - x), default=None)

    def hoverEvent(self, event: Any) -> None:
        """Say what is below the pointer."""
        cluster = None if event.isExit() else self.at(event.pos().x())
        if cluster is None:
            self.unsetCursor()
            self._canvas.hide_card()
            return
        event.acceptClicks(Qt.MouseButton.LeftButton)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        title, lines = self._words(cluster)
        low = self._box.viewRange()[1][0]
        self._canvas.show_card(self._box, QPointF(cluster.marks[0].step, low), title, lines)

    def mouseClickEvent(self, event: Any) -> None:
        """Go to the event; of several to the one after the shown step."""
        cluster = self.at(event.pos().x())
        if cluster is None or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        steps = [mark.step for mark in cluster.marks]
        self.step_chosen.emit(next((step for step in steps if step > self._cursor), steps[0]))

    def _words(self, cluster: Cluster) -> tuple[str, list[str]]:
        first, *further = [mark.text for mark in cluster.marks]
        if not further:
            return first, [self.tr("click to go there")]
        lines = [first, *further][:_LINES]
        rest = len(cluster.marks) - len(lines)
        if rest:
            lines.append(self.tr("and {0} more").format(count(rest)))
        return self.tr("{0} events").format(count(len(cluster.marks))), lines

    def _on_range(self, *_unused: object) -> None:
        self.update()


class CornerTitle(QGraphicsWidget):
    """What an axis measures, left of its ticks: so that it takes no row of its own."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self._theme = LIGHT
        self.setMaximumHeight(HEIGHT)
        self.setMinimumHeight(HEIGHT)

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._theme = theme
        self.update()

    def paint(self, painter: QPainter, *_unused: Any) -> None:
        """Draw the word beside the ticks' texts."""
        painter.setFont(plot_font())
        painter.setPen(QColor(self._theme.secondary))
        rect = self.rect().adjusted(0, 0, -10, 0)
        painter.drawText(rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, self._text)
