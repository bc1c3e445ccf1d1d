"""A mouse for plots: places in a pane's own coordinates become pixels of the viewport."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gradviz.views.plots.canvas import Canvas
from gradviz.views.plots.plot_box import PlotBox

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def pixel(canvas: Canvas, box: PlotBox, x: float, y: float) -> QPoint:
    """Where a place of a pane is on the canvas."""
    return canvas.mapFromScene(box.mapViewToScene(QPointF(x, y)))


def click(canvas: Canvas, box: PlotBox, x: float, y: float, modifier: Qt.KeyboardModifier = NONE) -> None:
    """Press and release."""
    QTest.mouseClick(canvas.viewport(), LEFT, modifier, pixel(canvas, box, x, y))
    QApplication.processEvents()


def click_scene(canvas: Canvas, place: QPointF) -> None:
    """Press and release at a place of the scene."""
    QTest.mouseClick(canvas.viewport(), LEFT, NONE, canvas.mapFromScene(place))
    QApplication.processEvents()


def double_click(canvas: Canvas, box: PlotBox, x: float, y: float) -> None:
    """A double click, with the last release that QTest leaves out."""
    place = pixel(canvas, box, x, y)
    QTest.mouseDClick(canvas.viewport(), LEFT, NONE, place)
    QTest.mouseRelease(canvas.viewport(), LEFT, NONE, place)
    QApplication.processEvents()


def hover(canvas: Canvas, box: PlotBox, x: float, y: float) -> None:
    """Move there; the scene looks at the pointer at most once in a few milliseconds."""
    hover_scene(canvas, box.mapViewToScene(QPointF(x, y)))


def hover_scene(canvas: Canvas, scene: QPointF) -> None:
    """The same for a place of the scene."""
    place = canvas.mapFromScene(scene)
    QTest.mouseMove(canvas.viewport(), place - QPoint(9, 9))
    QTest.qWait(30)
    QTest.mouseMove(canvas.viewport(), place)
    QTest.qWait(30)


def drag(canvas: Canvas, start: QPoint, end: QPoint) -> None:
    """Press, move in steps, release."""
    viewport = canvas.viewport()
    QTest.mouseMove(viewport, start)
    QTest.qWait(20)
    QTest.mousePress(viewport, LEFT, NONE, start)
    for part in (0.25, 0.5, 0.75, 1.0):
        QTest.mouseMove(viewport, start + (end - start) * part)
        QTest.qWait(20)
    QTest.mouseRelease(viewport, LEFT, NONE, end)
    QApplication.processEvents()


def wheel(canvas: Canvas, place: QPoint, turns: int, modifier: Qt.KeyboardModifier = NONE) -> None:
    """Turn the wheel at a place of the canvas."""
    viewport = canvas.viewport()
    event = QWheelEvent(
        QPointF(place),
        viewport.mapToGlobal(QPointF(place)),
        QPoint(0, 0),
        QPoint(0, 120 * turns),
        Qt.MouseButton.NoButton,
        modifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,  # noqa: FBT003 - not inverted
    )
    QApplication.sendEvent(viewport, event)
    QApplication.processEvents()
