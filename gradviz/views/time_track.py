"""The time bar's track: recorded steps filled, the shown step as a handle, events as marks.

A QSlider, so that keyboard, wheel and screen readers work as everywhere; only the drawing and the
mouse are its own, because a click must go to the very step below it. Only what differs is painted anew: a
run may have thousands of events, and 300 glyphs took 1.5 ms of each zoom and scrub (measured).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
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
from PySide6.QtWidgets import QAbstractSlider, QSlider, QToolTip, QWidget

from gradviz.views.appearance import appearance
from gradviz.views.number_format import count
from gradviz.views.theme import Theme

_MARGIN = 10
_HANDLE = 7
_NEAR = 6
_HALF_MARK = 8
_PAGES = {
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
}
_RING = _HANDLE + 5
"""Pixels from the handle's middle to where nothing of it is drawn any more, with the ring of the focus."""


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
        self._handle_at = 0.0
        self._spots: dict[tuple[int, str, str], float] = {}
        self._spots_for: tuple[object, ...] = ()
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
        grown, self._recorded = (self._recorded, recorded), recorded
        if not self.isSliderDown():
            self.blockSignals(True)  # noqa: FBT003 - Qt's own
            self.setRange(0, max(horizon, 1))
            self.setPageStep(max(1, recorded // 20))
            self.setValue(shown)
            self.blockSignals(False)  # noqa: FBT003
        if min(grown) < 0 <= max(grown):
            self.update()
        elif grown[0] != grown[1]:
            ends = [self.place_of(step) for step in grown]
            self._update_between(min(ends) - 2, max(ends) + 2)

    def show_marks(self, marks: Sequence[TrackMark]) -> None:
        """Mark those events."""
        if tuple(marks) != self._marks:
            self._marks = tuple(marks)
            self._spots_for = ()
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

    def sliderChange(self, change: QAbstractSlider.SliderChange) -> None:
        """Where only the handle moves, paint where it was and where it is; how far a key goes is not seen."""
        if change is QAbstractSlider.SliderChange.SliderValueChange:
            for place in (self._handle_at, self.place_of(self.value())):
                self._update_between(place - _RING, place + _RING)
        elif change is not QAbstractSlider.SliderChange.SliderStepsChange:
            super().sliderChange(change)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw track, marks and handle, as far as they are in what is to be painted."""
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
        self._draw_marks(painter, middle, event)
        ring = QColor(self._theme.accent)
        painter.setPen(QPen(QColor(self._theme.panel), 2))
        painter.setBrush(ring)
        self._handle_at = self.place_of(self.value())
        centre = QPointF(self._handle_at, middle)
        painter.drawEllipse(centre, _HANDLE, _HANDLE)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(ring, 1))
            painter.drawEllipse(centre, _HANDLE + 3, _HANDLE + 3)

    def _draw_marks(self, painter: QPainter, middle: float, event: QPaintEvent) -> None:
        parts: Iterable[QRect] = event.region()  # type: ignore[assignment]
        spans = [(part.left() - _HALF_MARK, part.right() + _HALF_MARK) for part in parts]
        for (_, glyph, tone), at in self._places_of_marks().items():
            for left, right in spans:
                if left <= at <= right:
                    painter.setPen(QColor(getattr(self._theme, tone)))
                    place = QRectF(at - _HALF_MARK, middle - 17, 2 * _HALF_MARK, 13)
                    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, glyph)
                    break

    def _places_of_marks(self) -> dict[tuple[int, str, str], float]:
        """Pixels from the left; those of one kind that fall on one pixel are one."""
        key = (self.maximum(), self.width())
        if key != self._spots_for:
            self._spots_for, self._spots = key, {}
            for mark in self._marks:
                at = self.place_of(mark.step)
                self._spots.setdefault((round(at), mark.glyph, mark.tone), at)
        return self._spots

    def _update_between(self, left: float, right: float) -> None:
        self.update(int(left), 0, int(right) - int(left) + 1, self.height())

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
        """Arrows go by one step, Page by a twentieth, Home and End to the ends; Space plays.

        Page Up goes back, as in a text and with a scroll bar: a slider of Qt’s goes to the larger number.
        """
        before = self.value()
        page = _PAGES.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Space:
            self.play_wanted.emit()
            return
        if event.key() == Qt.Key.Key_End:
            self.setValue(self._recorded)
        elif page is not None:
            self.triggerAction(page)
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
            words = "\n".join(near[:6]) or self._beyond(event.pos().x()) or self.toolTip()
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def _beyond(self, x: float) -> str:
        """What a place says at which the shown run has no step: the track goes on for others that have."""
        if self._recorded < 0 or x <= self.place_of(self._recorded) + _HANDLE:
            return ""
        return self.tr("The shown run’s last step is {0}").format(count(self._recorded))

    def _choose(self, step: int) -> None:
        before = self.value()
        self.setValue(step)
        self._tell(before)

    def _tell(self, before: int) -> None:
        if self.value() > self._recorded:
            self.setValue(max(self._recorded, 0))
        if self.value() != before or self.isSliderDown():
            self.step_chosen.emit(self.value())

    def _on_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()
