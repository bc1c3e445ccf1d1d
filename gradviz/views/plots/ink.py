"""Lines as wide on a dense screen as on any other: cosmetic pens count the screen's pixels, not the window's.

On a 4K screen, where two of those make one of the window's, every curve and every dash was a hair. But Qt is
quick only with pens of one pixel. 800 noisy points over 1,200 pixels take 0.4 ms with one pixel, 58 with two
as a path, 1.8 with two as single segments, and 1.5 with one pixel four times, each shifted by a whole pixel;
a smooth curve takes 0.03, 0.29, 0.39 and 0.12. Drawn upon themselves colours have to be opaque.
"""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform
from PySide6.QtWidgets import QWidget


def density(painter: QPainter, widget: QWidget | None) -> float:
    """How many pixels of what is painted on make one of the window's; a figure is not painted on a widget."""
    if widget is not None:
        return widget.devicePixelRatioF()
    whole, window = painter.deviceTransform().determinant(), painter.transform().determinant()
    return round(math.sqrt(abs(whole / window)), 3) if window else 1.0


def pixels(pen: QPen, dense: float) -> int:
    """How many whole pixels of what is so dense a pen of the window's pixels is wide: only so it is even."""
    return max(1, round(pen.widthF() * dense))


def fitted(pen: QPen, dense: float) -> QPen:
    """A pen for what is so dense, of whole pixels there; a cosmetic one has dashes as long as they were."""
    if dense == 1:
        return pen
    result = QPen(pen)
    width = pixels(pen, dense)
    if not pen.isCosmetic():
        result.setWidthF(width / dense)
        return result
    result.setWidthF(width)
    if pen.style() != Qt.PenStyle.SolidLine:
        result.setDashPattern([length * pen.widthF() * dense / width for length in pen.dashPattern()])
        result.setCapStyle(Qt.PenCapStyle.FlatCap)
    return result


def draw_thin(painter: QPainter, path: QPainterPath, pen: QPen, dense: float) -> None:
    """Draw a path with an opaque cosmetic pen of one of the window's pixels on what is so dense."""
    wide = pixels(pen, dense)
    painter.setPen(_brush(pen, dense, wide))
    if wide == 1:
        painter.drawPath(path)
        return
    place = painter.transform()
    shifts = [(step - wide // 2) / dense for step in range(wide)]
    for across in shifts:
        for down in shifts:
            painter.setTransform(place * QTransform.fromTranslate(across, down))
            painter.drawPath(path)
    painter.setTransform(place)


def faint(colour: str, ground: str, share: float) -> QColor:
    """That share of a colour on a ground, opaque: what lies upon itself gets no darker."""
    over, under = QColor(colour), QColor(ground)
    pairs = (over.red(), under.red()), (over.green(), under.green()), (over.blue(), under.blue())
    return QColor(*(round(share * top + (1 - share) * below) for top, below in pairs))


def _brush(pen: QPen, dense: float, wide: int) -> QPen:
    """A pen of one pixel whose dashes, drawn so many pixels wide, are as long as that pen's."""
    result = QPen(pen)
    result.setWidthF(1)
    if pen.style() != Qt.PenStyle.SolidLine:
        grown = (wide - 1, 1 - wide)
        result.setDashPattern(
            [
                max(1.0, length * pen.widthF() * dense - grown[place % 2])
                for place, length in enumerate(pen.dashPattern())
            ]
        )
    return result
