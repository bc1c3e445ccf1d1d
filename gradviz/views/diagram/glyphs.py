"""The small signs of the diagram: stripe of colours, chevron, count, join, the arc of a folded shortcut."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPen,
    QTransform,
)

from gradviz.views.diagram.colouring import Colouring, thinned
from gradviz.views.diagram.detail import font, text_width
from gradviz.views.plots.magnitude import Codes
from gradviz.views.theme import Theme

_MOST_PARTS = 200
"""How many parts a stripe has at most where every part is a shape of its own, as in SVG."""


def paint_stripe(painter: QPainter, rect: QRectF, radius: float, codes: Codes, colouring: Colouring) -> None:
    """Colours of layers in depth order from the top, inside the round left end of a card."""
    shape = QPainterPath()
    shape.setFillRule(Qt.FillRule.WindingFill)
    shape.addRoundedRect(rect.adjusted(0.5, 0.5, 0, -0.5), radius, radius)
    shape.addRect(rect.adjusted(radius, 0.5, 0, -0.5))
    if len(codes) == 1:
        painter.fillPath(shape, colouring.colours[codes[0]])
        return
    if painter.paintEngine().type() is QPaintEngine.Type.SVG:
        _paint_parts(painter, shape, rect, thinned(codes, _MOST_PARTS), colouring)
        return
    strip = colouring.strip(codes, round(rect.height()))
    brush = QBrush(strip)
    scale = QTransform.fromTranslate(rect.left(), rect.top())
    brush.setTransform(scale.scale(rect.width(), rect.height() / strip.height()))
    painter.fillPath(shape, brush)


def paint_pointer(painter: QPainter, stripe: QRectF, share: float, theme: Theme) -> None:
    """A triangle beside the selected layer's place in a stripe."""
    tip = QPointF(stripe.right() - 4, stripe.top() + share * stripe.height())
    path = QPainterPath(tip)
    path.lineTo(tip + QPointF(8, -5))
    path.lineTo(tip + QPointF(8, 5))
    path.closeSubpath()
    painter.setPen(QPen(QColor(theme.panel), 1))
    painter.setBrush(QColor(theme.accent))
    painter.drawPath(path)


def paint_chevron(painter: QPainter, rect: QRectF, colour: str, *, is_open: bool) -> None:
    """The sign to fold or unfold by."""
    pen = QPen(QColor(colour), 1.5)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    middle = rect.center()
    corners = ((-3.5, -1.75), (0.0, 1.75), (3.5, -1.75))
    if not is_open:
        corners = ((-1.75, -3.5), (1.75, 0.0), (-1.75, 3.5))
    painter.drawPolyline([middle + QPointF(x, y) for x, y in corners])


def paint_pill(painter: QPainter, rect: QRectF, text: str, size: int, theme: Theme, *, is_open: bool) -> None:
    """A count that can be pressed; `is_open`: all rounds are shown."""
    painter.setPen(QPen(QColor(theme.accent if is_open else theme.field_line), 1))
    painter.setBrush(QColor(theme.selection if is_open else theme.hover))
    half = rect.height() / 2
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), half, half)
    painter.setFont(font(size))
    painter.setPen(QColor(theme.text))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def paint_join(painter: QPainter, rect: QRectF, sign: str, size: int, theme: Theme) -> None:
    """Where ways meet: a plus or a cross in a circle, or a word."""
    high = min(rect.height(), 26.0)
    middle = rect.center()
    painter.setPen(QPen(QColor(theme.secondary), 1.2))
    painter.setBrush(QColor(theme.field))
    if sign in {"+", "×"}:
        painter.drawEllipse(middle, high / 2, high / 2)
        arm = high * (0.26 if sign == "+" else 0.19)
        turn = 0.0 if sign == "+" else arm
        painter.drawLine(middle - QPointF(arm, turn), middle + QPointF(arm, turn))
        painter.drawLine(middle - QPointF(-turn, arm), middle + QPointF(-turn, arm))
        return
    if not sign:
        painter.setBrush(QColor(theme.secondary))
        painter.drawEllipse(middle, high / 5, high / 5)
        return
    width = text_width(sign, size) + 16
    pill = QRectF(middle.x() - width / 2, middle.y() - high / 2, width, high)
    painter.drawRoundedRect(pill, high / 2, high / 2)
    if high >= 9:
        painter.setFont(font(size))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, sign)


def paint_arc(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """A folded block's shortcut: an arc beside its card."""
    reach = min(rect.height() * 0.3, 12.0)
    path = QPainterPath(QPointF(rect.right(), rect.top() + rect.height() * 0.2))
    path.cubicTo(
        QPointF(rect.right() + reach * 1.6, rect.top() + rect.height() * 0.2),
        QPointF(rect.right() + reach * 1.6, rect.bottom() - rect.height() * 0.2),
        QPointF(rect.right(), rect.bottom() - rect.height() * 0.2),
    )
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(theme.secondary), 1.5))
    painter.drawPath(path)


def _paint_parts(
    painter: QPainter, shape: QPainterPath, rect: QRectF, codes: Codes, colouring: Colouring
) -> None:
    high = rect.height() / len(codes)
    for number, code in enumerate(codes.tolist()):
        part = QPainterPath()
        part.addRect(QRectF(rect.left(), rect.top() + number * high, rect.width(), high))
        painter.fillPath(shape.intersected(part), colouring.colours[code])
