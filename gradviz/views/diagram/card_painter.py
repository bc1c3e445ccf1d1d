"""Draws boxes: cards with their stripe of colour, frames of unfolded blocks, joins, input and loss."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from gradviz.views.diagram.camera import Camera
from gradviz.views.diagram.detail import (
    LINE_FROM,
    STRIPE,
    Detail,
    can_fold,
    chevron_rect,
    detail_of,
    elided,
    font,
    header_rect,
    name_height,
    pill_rect,
    stripe_rect,
    text_size,
    text_width,
    times_text,
    view_rect,
)
from gradviz.views.diagram.folds import Fold
from gradviz.views.diagram.glyphs import (
    paint_arc,
    paint_chevron,
    paint_join,
    paint_pill,
    paint_pointer,
    paint_stripe,
)
from gradviz.views.diagram.look import Look
from gradviz.views.diagram.node import Node, Role
from gradviz.views.diagram.norm_text import mark_of, norm_text
from gradviz.views.diagram.scene import Box, Form
from gradviz.views.icons import paint_icon
from gradviz.views.number_format import count, shape, short_count

_ICON = 14.0
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


class CardPainter:
    """Draws the boxes of one scene with one painter."""

    def __init__(self, painter: QPainter, camera: Camera, look: Look) -> None:
        self._painter = painter
        self._camera = camera
        self._look = look
        self._theme = look.theme
        self._colouring = look.colouring

    def paint(self, number: int, box: Box) -> None:
        """Draw one box."""
        rect = view_rect(box, self._camera)
        selected = number == self._look.selected or number in self._look.beside
        hovered = self._look.hovered == number
        match box.form:
            case Form.FRAME:
                self._frame(box, rect, selected=selected, hovered=hovered)
            case Form.CARD:
                self._card(box, rect, selected=selected, hovered=hovered)
            case Form.JOIN:
                size = text_size(self._camera.zoom, rect.height())
                paint_join(self._painter, rect, box.text, size, self._theme)
            case Form.END:
                self._end(box.node, rect)

    # cards

    def _card(self, box: Box, rect: QRectF, *, selected: bool, hovered: bool) -> None:
        painter, theme, node, row = self._painter, self._theme, box.node, self._look.row
        radius = min(6.0, rect.height() / 4)
        if node.role is Role.REPEAT and node.children:
            self._stack(rect, radius)
        path = QPainterPath()
        path.addRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.fillPath(path, QColor(theme.selection if selected else theme.field))
        stripe = stripe_rect(box, rect)
        if not stripe.isEmpty():
            paint_stripe(painter, stripe, radius, self._colouring.of(node.rows), self._colouring)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(self._edge(node, selected=selected, hovered=hovered))
        painter.drawPath(path)
        if node.role is Role.RESIDUAL:
            paint_arc(painter, rect, theme)
        self._words(box, rect)
        if selected and row in node.rows and len(node.rows) > 1 and row is not None:
            share = (node.rows.index(row) + 0.5) / len(node.rows)
            paint_pointer(painter, stripe, share, theme)

    def _stack(self, rect: QRectF, radius: float) -> None:
        painter = self._painter
        painter.setPen(QPen(QColor(self._theme.field_line), 1))
        painter.setBrush(QColor(self._theme.field))
        for offset in (2, 1):
            step = max(round(4 * min(self._camera.zoom, 1.0)), 2) * offset
            painter.drawRoundedRect(
                rect.translated(step, step).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius
            )

    def _words(self, box: Box, rect: QRectF) -> None:
        node, theme = box.node, self._theme
        zoom = self._camera.zoom
        high = name_height(rect)
        size = text_size(zoom, high)
        left = rect.left() + (STRIPE if node.rows else 0) + 8
        chevron = chevron_rect(box, rect, zoom)
        if not chevron.isEmpty():
            paint_chevron(self._painter, chevron, theme.secondary, is_open=False)
            left = chevron.right() + 1
        right = rect.right() - 8
        pill = pill_rect(box, rect, zoom)
        if not pill.isEmpty():
            paint_pill(self._painter, pill, times_text(node), size - 1, theme, is_open=False)
            right = pill.left() - 6
        if node.problem or node.problem_inside:
            place = QRectF(right - _ICON, rect.top() + (high - _ICON) / 2, _ICON, _ICON)
            paint_icon(self._painter, place, "circle-x", theme.non_finite)
            right -= _ICON + 4
        line = QRectF(left, rect.top() + (1 if high < rect.height() else 0), right - left, high)
        if detail_of(rect.height()) is Detail.FULL:
            self._name(node, line, size, tail=self._norm(node))
            line = QRectF(
                left, rect.top() + rect.height() * 0.5, rect.right() - 8 - left, rect.height() * 0.42
            )
            small = max(size - 1, 10)
            self._split(line, _shape_text(node), _size_text(node), small)
        else:
            tail = self._norm(node) if node.rows else (_shape_text(node), theme.secondary)
            self._name(node, line, size, tail=tail)

    def _name(self, node: Node, line: QRectF, size: int, *, tail: tuple[str, str]) -> None:
        """The name strong, its parameters quiet behind it, the gradient's norm at the end."""
        painter, theme = self._painter, self._theme
        text, tone = tail
        title_width = text_width(node.title, size, strong=True)
        if text:
            small = max(size - 1, 10)
            width = text_width(text, small)
            if title_width + width + 12 <= line.width():
                painter.setFont(font(small))
                painter.setPen(QColor(tone))
                painter.drawText(line, _RIGHT, text)
                line = line.adjusted(0, 0, -width - 10, 0)
        colour = theme.non_finite if node.problem else theme.text
        painter.setFont(font(size, strong=True))
        painter.setPen(QColor(colour))
        painter.drawText(line, _LEFT, elided(node.title, size, int(line.width()) + 1, strong=True))
        rest = line.adjusted(title_width + 7, 0, 0, 0)
        if node.role is not Role.REPEAT:
            painter.setFont(font(size))
            painter.setPen(QColor(theme.secondary))
            painter.drawText(rest, _LEFT, _fitting(node.detail, size, rest.width()))

    def _split(self, line: QRectF, left: str, right: str, size: int) -> None:
        painter = self._painter
        painter.setFont(font(size))
        painter.setPen(QColor(self._theme.secondary))
        room = line.width() - text_width(right, size) - 8
        if room < text_width(left, size):
            right, room = "", line.width()
        painter.drawText(line, _LEFT, elided(left, size, int(room) + 1))
        painter.drawText(line, _RIGHT, right)

    def _norm(self, node: Node) -> tuple[str, str]:
        if self._colouring.rests(node.rows):
            return QCoreApplication.translate("Diagram", "frozen"), self._theme.secondary
        norms = self._colouring.norms(node.rows) if node.rows else np.empty(0)
        tones = {"✕": self._theme.non_finite, "▲": self._theme.exploding}
        return norm_text(norms), tones.get(mark_of(norms), self._theme.secondary)

    # blocks

    def _frame(self, box: Box, rect: QRectF, *, selected: bool, hovered: bool) -> None:
        painter, theme, zoom = self._painter, self._theme, self._camera.zoom
        radius = min(10.0, 10 * zoom)
        inner = rect.adjusted(0.5, 0.5, -0.5, -0.5)
        if box.node.role is Role.REPEAT:
            painter.setPen(QPen(QColor(theme.field_line), 1))
            painter.setBrush(QColor(theme.panel))
            step = max(round(3 * min(zoom, 1.0)), 1)
            for offset in (2, 1):
                painter.drawRoundedRect(inner.translated(step * offset, step * offset), radius, radius)
        painter.setBrush(QColor(theme.panel if box.depth % 2 == 0 else theme.ground))
        painter.setPen(self._edge(box.node, selected=selected, hovered=hovered))
        painter.drawRoundedRect(inner, radius, radius)
        header = header_rect(box, rect, zoom)
        if header.height() < LINE_FROM:
            return
        chevron = chevron_rect(box, rect, zoom)
        left = rect.left() + 10
        if not chevron.isEmpty():
            paint_chevron(painter, chevron, theme.secondary, is_open=True)
            left = chevron.right() + 1
        size = text_size(zoom, header.height())
        right = header.right() - 10
        pill = pill_rect(box, rect, zoom)
        if not pill.isEmpty():
            is_open = box.fold is Fold.ROUNDS
            paint_pill(painter, pill, times_text(box.node), size - 1, theme, is_open=is_open)
            right = pill.left() - 6
        if box.node.problem:
            place = QRectF(right - _ICON, header.center().y() - _ICON / 2, _ICON, _ICON)
            paint_icon(painter, place, "circle-x", theme.non_finite)
            right -= _ICON + 4
        line = QRectF(left, header.top(), right - left, header.height())
        self._name(box.node, line, size, tail=(_size_text(box.node), theme.secondary))

    # the rest

    def _end(self, node: Node, rect: QRectF) -> None:
        painter, theme = self._painter, self._theme
        half = rect.height() / 2
        painter.setPen(QPen(QColor(theme.field_line), 1))
        painter.setBrush(QColor(theme.hover))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), half, half)
        if detail_of(rect.height()) is Detail.BAR:
            return
        detail = self._look.loss if node.role is Role.LOSS else node.detail
        size = text_size(self._camera.zoom, rect.height())
        title_width = text_width(node.title, size, strong=True)
        width = title_width + (text_width(detail, size) + 8 if detail else 0)
        left = rect.center().x() - width / 2
        painter.setFont(font(size, strong=True))
        painter.setPen(QColor(theme.text))
        painter.drawText(QRectF(left, rect.top(), width, rect.height()), _LEFT, node.title)
        if detail:
            painter.setFont(font(size))
            painter.setPen(QColor(theme.secondary))
            painter.drawText(QRectF(left, rect.top(), width, rect.height()), _RIGHT, detail)

    def _edge(self, node: Node, *, selected: bool, hovered: bool) -> QPen:
        theme = self._theme
        if selected:
            return QPen(QColor(theme.accent), 2)
        if node.problem or (node.problem_inside and not can_fold(node)):
            return QPen(QColor(theme.non_finite), 1.4)
        return QPen(QColor(theme.disabled if hovered else theme.field_line), 1)


def _fitting(values: str, size: int, room: float) -> str:
    """As many of the parameters, “64 · 3×3”, as there is room for."""
    while values and text_width(values, size) > room:
        values = values.rpartition(" · ")[0]
    return values


def _shape_text(node: Node) -> str:
    return shape(node.shape) if node.shape is not None else ""


def _size_text(node: Node) -> str:
    if not node.parameters:
        return ""
    number = count(node.parameters) if node.parameters < 1_000_000 else short_count(node.parameters)
    return QCoreApplication.translate("Diagram", "{0} parameters").format(number)
