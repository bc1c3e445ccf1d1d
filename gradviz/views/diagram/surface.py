"""A scene that is zoomed and panned: wheel and pinch zoom at the pointer, a drag pans, scroll bars follow.

On a touchpad two fingers pan, as everywhere else. One custom-painted widget, because a QGraphicsScene of the
same 1,000 cards takes 155 ms to make where this takes 10, and 60 ms for the worst frame of a zoom where this
takes 29 (processor time, measured).
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QInputDevice,
    QMouseEvent,
    QNativeGestureEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QScrollBar, QWidget

from gradviz.views.diagram.camera import Camera
from gradviz.views.diagram.overview import WIDTH, Overview
from gradviz.views.diagram.scene import Scene

_NOTCH = 1.2
_LINE = 40


class Surface(QAbstractScrollArea):
    """Holds the scene, its camera and its overview; a subclass draws and picks."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.scene = Scene((), (), ())
        self.overview = Overview(self.scene)
        self.camera = Camera()
        self._follows = True
        self._pressed: QPointF | None = None
        self._dragged: str = ""
        self._start = self.camera
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.setSingleStep(_LINE)
            bar.valueChanged.connect(self._on_scrolled)

    def set_scene(self, scene: Scene) -> None:
        """Show another scene at the same place and size."""
        self.scene = scene
        self.overview = Overview(scene)
        self._refit()

    def show_start(self) -> None:
        """Show all where that is legible, else the beginning; and so after every change of size."""
        self._follows = True
        self._refit()

    def show_all(self) -> None:
        """Show all, however small."""
        self._move(self._fitted().all())

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Larger or smaller, around a place of the view (the middle without one)."""
        place = at if at is not None else QPointF(self.viewport().rect().center())
        self._move(self.camera.zoomed(factor, place.x(), place.y()))

    def reveal(self, number: int) -> None:
        """Scroll as little as needed to see a box."""
        box = self.scene.boxes[number]
        seen = self.camera.showing(box.top, box.bottom, box.left, box.right)
        if seen != self.camera:
            self._move(seen)

    def move_camera(self, camera: Camera) -> None:
        """See what that camera sees."""
        self._move(camera)

    # a subclass

    def pressed_at(self, place: QPointF, event: QMouseEvent) -> None:
        """The left button was pressed and released at one place."""
        raise NotImplementedError

    def pointed_at(self, place: QPointF | None) -> None:
        """The pointer is there, or has left."""
        raise NotImplementedError

    # events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size: what was fitted is fitted again."""
        super().resizeEvent(event)
        self._refit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom at the pointer; with Shift, or two fingers on a touchpad, scroll."""
        touchpad = event.device().type() == QInputDevice.DeviceType.TouchPad
        modifiers = event.modifiers()
        turned = event.pixelDelta() if touchpad else event.angleDelta()
        if touchpad and not modifiers & Qt.KeyboardModifier.ControlModifier:
            self._move(self.camera.panned(-turned.x(), -turned.y()))
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            delta = turned.y() or turned.x()
            self._move(self.camera.panned(0, -delta * _LINE * 1.5 / 120))
        else:
            self.zoom(_NOTCH ** ((turned.y() or turned.x()) / 120), event.position())
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        """Pinch, and the pointer's leaving."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom(1 + event.value(), event.position())
                return True
        elif event.type() is QEvent.Type.Leave:
            self.pointed_at(None)
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed, self._start = event.position(), self.camera
            on_strip = self._has_overview() and event.position().x() < WIDTH
            self._dragged = "overview" if on_strip else ""
            if on_strip:
                self._move(self.overview.scrolled(self.camera, event.position().y()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Pan, or point."""
        place = event.position()
        if self._pressed is None:
            self.pointed_at(place)
            return
        if self._dragged == "overview":
            self._move(self.overview.scrolled(self.camera, place.y()))
            return
        way = place - self._pressed
        if self._dragged or way.manhattanLength() >= QApplication.startDragDistance():
            self._dragged = "view"
            self.pointed_at(None)
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self._move(self._start.panned(-way.x(), -way.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or tell the click."""
        pressed, dragged = self._pressed, self._dragged
        self._pressed, self._dragged = None, ""
        self.viewport().unsetCursor()
        if pressed is not None and not dragged and event.button() is Qt.MouseButton.LeftButton:
            self.pressed_at(event.position(), event)

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Scroll bars move the camera, nothing is shifted on the screen."""

    # inside

    def _has_overview(self) -> bool:
        return self.camera.reserved > 0

    def _fitted(self) -> Camera:
        """The camera of this scene in this view, zoomed and scrolled as before."""
        view = self.viewport().size()
        camera = replace(
            self.camera,
            width=float(max(view.width(), 1)),
            height=float(max(view.height(), 1)),
            left=self.scene.left,
            scene_width=self.scene.width,
            scene_height=max(self.scene.height, 1.0),
            reserved=0.0,
        )
        return replace(camera, zoom=max(camera.zoom, camera.lowest))

    def _refit(self) -> None:
        camera = self._fitted()
        follows = self._follows
        self._move(camera.start() if follows else camera)
        self._follows = follows

    def _move(self, camera: Camera) -> None:
        """Take a camera; the overview comes where not all is in sight."""
        self._follows = False
        place = camera.to_scene(camera.width / 2, 0)
        reserved = 0.0 if camera.shows_all else WIDTH
        if reserved != camera.reserved:
            camera = replace(camera, reserved=reserved).with_place_at(place, camera.width / 2, 0)
        self.camera = camera.within()
        for bar, value, full, page in (
            (self.horizontalScrollBar(), self.camera.x, self.camera.full_width, self.camera.width),
            (self.verticalScrollBar(), self.camera.y, self.camera.full_height, self.camera.height),
        ):
            _set_bar(bar, value, full, page)
        self.viewport().update()

    def _on_scrolled(self) -> None:
        camera = replace(
            self.camera,
            x=float(self.horizontalScrollBar().value()),
            y=float(self.verticalScrollBar().value()),
        )
        self._move(camera)


def _set_bar(bar: QScrollBar, value: float, full: float, page: float) -> None:
    was = bar.blockSignals(True)  # noqa: FBT003 - Qt's own
    bar.setPageStep(round(page))
    bar.setRange(0, max(round(full - page), 0) if full - page > 1 else 0)
    bar.setValue(round(value))
    bar.blockSignals(was)
