"""The time bar's track: recorded steps filled, the shown step as a handle, events as marks.

A QSlider, so that keyboard, wheel and screen readers work as everywhere; only the drawing and the
mouse are its own, because a click must go to the very step below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSlider, QToolTip, QWidget

from gradviz.views.appearance import appearance
from gradviz.views.theme import Theme

_MARGIN = 10
_HANDLE = 7
_NEAR = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackMark:
    """An event on the track: its step, a glyph, the theme's colour, and what a tooltip says."""

    step: int
    glyph: str
    tone: str
    text: str


class TimeTrack(QSlider):
    """Tells `step_chosen` only for what the user did."""

    step_chosen = Signal(object)
    """A step (int)."""
    play_wanted = Signal()
    """Space was pressed: the film should run, or stop."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._recorded = -1
        self._marks: tuple[TrackMark, ...] = ()
        self._theme = appearance().theme
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setEnabled(False)
        appearance().changed.connect(self._on_theme)

    def sizeHint(self) -> QSize:
        """Wide, and as high as a control."""
        return QSize(300, 28)

    def show_steps(self, shown: int, recorded: int, horizon: int) -> None:
        """Put the handle at `shown`, fill up to `recorded`; the track ends at `horizon`."""
        self.setEnabled(recorded >= 0)
        self._recorded = recorded
        if not self.isSliderDown():
            self.blockSignals(True)  # noqa: FBT003 - Qt's own
            self.setRange(0, max(horizon, 1))
            self.setPageStep(max(1, recorded // 20))
            self.setValue(shown)
            self.blockSignals(False)  # noqa: FBT003
        self.update()

    def show_marks(self, marks: Sequence[TrackMark]) -> None:
        """Mark those events."""
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            self.update()

    @property
    def marks(self) -> tuple[TrackMark, ...]:
        """The marks that are shown."""
        return self._marks

    def offer(self, actions: Sequence[QAction]) -> None:
        """Have these in the menu of a right click, which first goes to the event below it."""
        self.addActions(list(actions))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def place_of(self, step: int) -> float:
        """Where a step lies, in pixels from the left."""
        return _MARGIN + step / max(self.maximum(), 1) * (self.width() - 2 * _MARGIN)

    def step_at(self, x: float) -> int:
        """The recorded step nearest to a place."""
        share = (x - _MARGIN) / max(self.width() - 2 * _MARGIN, 1)
        return min(max(0, round(share * self.maximum())), max(self._recorded, 0))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw track, marks and handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2 + 2
        whole = QRectF(_MARGIN, middle - 2, self.width() - 2 * _MARGIN, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.pressed))
        painter.drawRoundedRect(whole, 2, 2)
        if self._recorded < 0:
            return
        done = QRectF(whole.left(), whole.top(), self.place_of(self._recorded) - _MARGIN, 4)
        painter.setBrush(QColor(self._theme.disabled))
        painter.drawRoundedRect(done, 2, 2)
        font = self.font()
        font.setPixelSize(11)
        painter.setFont(font)
        for mark in self._marks:
            painter.setPen(QColor(getattr(self._theme, mark.tone)))
            place = QRectF(self.place_of(mark.step) - 8, middle - 17, 16, 13)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, mark.glyph)
        ring = QColor(self._theme.accent)
        painter.setPen(QPen(QColor(self._theme.panel), 2))
        painter.setBrush(ring)
        centre = QPointF(self.place_of(self.value()), middle)
        painter.drawEllipse(centre, _HANDLE, _HANDLE)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(ring, 1))
            painter.drawEllipse(centre, _HANDLE + 3, _HANDLE + 3)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the step below the pointer."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._choose(self.step_at(event.position().x()))
            event.accept()
        elif event.button() == Qt.MouseButton.RightButton:
            x = event.position().x()
            near = [m.step for m in self._marks if abs(self.place_of(m.step) - x) <= _NEAR]
            if near:
                self._choose(min(near, key=lambda step: abs(self.place_of(step) - x)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Scrub."""
        if self.isSliderDown():
            self._choose(self.step_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End scrubbing."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go by one step, Page by a twentieth, Home and End to the ends; Space plays."""
        before = self.value()
        if event.key() == Qt.Key.Key_Space:
            self.play_wanted.emit()
            return
        if event.key() == Qt.Key.Key_End:
            self.setValue(self._recorded)
        else:
            super().keyPressEvent(event)
        self._tell(before)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrub by the wheel."""
        before = self.value()
        super().wheelEvent(event)
        self._tell(before)

    def event(self, event: QEvent) -> bool:
        """A tooltip names the event, or the step, below the pointer."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            near = [m.text for m in self._marks if abs(self.place_of(m.step) - event.pos().x()) <= _NEAR]
            QToolTip.showText(event.globalPos(), "\n".join(near[:6]) or self.toolTip(), self)
            return True
        return super().event(event)

    def _choose(self, step: int) -> None:
        before = self.value()
        self.setValue(step)
        self._tell(before)

    def _tell(self, before: int) -> None:
        if self.value() > self._recorded:
            self.setValue(max(self._recorded, 0))
        self.update()
        if self.value() != before or self.isSliderDown():
            self.step_chosen.emit(self.value())

    def _on_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()
