"""How much of a card is drawn at a size, and where its parts are; the painter and the pointer share it."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF

from gradviz.views.diagram.camera import Camera
from gradviz.views.diagram.node import Node, Role
from gradviz.views.diagram.scene import HEADER, Box, Form

LINE_FROM, FULL_FROM = 13.0, 34.0
STRIPE = 14.0
CHEVRON = 18.0
_PILL_PAD = 7.0


class Detail(Enum):
    """BAR: only the colour; LINE: with the name; FULL: with shape and size."""

    BAR = "bar"
    LINE = "line"
    FULL = "full"


class Zone(Enum):
    """What of a box the pointer is on."""

    BODY = "body"
    CHEVRON = "chevron"
    PILL = "pill"
    STRIPE = "stripe"


def view_rect(box: Box, camera: Camera) -> QRectF:
    """A box in whole pixels of the view, so that its edges are sharp."""
    x0, y0 = camera.to_view(box.left, box.top)
    x1, y1 = camera.to_view(box.right, box.bottom)
    left, top = round(x0), round(y0)
    return QRectF(left, top, max(round(x1) - left, 2), max(round(y1) - top, 1))


def detail_of(height: float) -> Detail:
    """What a card of that height in pixels shows."""
    if height < LINE_FROM:
        return Detail.BAR
    return Detail.FULL if height >= FULL_FROM else Detail.LINE


def text_size(zoom: float, room: float) -> int:
    """The names' size in pixels: with the zoom, but legible as long as there is room for it."""
    return max(9, min(max(round(13 * zoom), 11), 24, int(room * 0.82)))


def header_rect(box: Box, rect: QRectF, zoom: float) -> QRectF:
    """Where the name stands: a frame's header, or the whole card."""
    if box.form is not Form.FRAME:
        return rect
    return QRectF(rect.left(), rect.top(), rect.width(), min(HEADER * zoom, rect.height()))


def stripe_rect(box: Box, rect: QRectF) -> QRectF:
    """The part of a card that has the gradient's colour; empty where there is none."""
    if box.form is not Form.CARD or not box.node.rows:
        return QRectF()
    if detail_of(rect.height()) is Detail.BAR:
        return rect
    return QRectF(rect.left(), rect.top(), STRIPE, rect.height())


def chevron_rect(box: Box, rect: QRectF, zoom: float) -> QRectF:
    """Where a block is folded and unfolded; empty for a layer, and where it would be too small."""
    header = header_rect(box, rect, zoom)
    if not can_fold(box.node) or header.height() < LINE_FROM:
        return QRectF()
    left = header.left() + (STRIPE + 2 if box.form is Form.CARD and box.node.rows else 6)
    middle = header.center().y() if box.form is Form.FRAME else rect.top() + name_height(rect) / 2
    return QRectF(left, middle - CHEVRON / 2, CHEVRON, CHEVRON)


def pill_rect(box: Box, rect: QRectF, zoom: float) -> QRectF:
    """Where a Repeat's count stands; empty for others."""
    header = header_rect(box, rect, zoom)
    if box.node.role is not Role.REPEAT or header.height() < LINE_FROM:
        return QRectF()
    height = name_height(rect) if box.form is Form.CARD else header.height()
    size = text_size(zoom, height) - 1
    width = metrics(size).horizontalAdvance(times_text(box.node)) + 2 * _PILL_PAD
    tall = min(size + 7.0, height)
    middle = header.top() + height / 2
    return QRectF(round(rect.right() - width - 8), round(middle - tall / 2), round(width), round(tall))


def name_height(rect: QRectF) -> float:
    """How high the line with the name is in a card."""
    return rect.height() * 0.54 if detail_of(rect.height()) is Detail.FULL else rect.height()


def zone_at(box: Box, rect: QRectF, zoom: float, x: float, y: float) -> Zone:
    """What of a box a place in the view is on."""
    if chevron_rect(box, rect, zoom).contains(x, y):
        return Zone.CHEVRON
    if pill_rect(box, rect, zoom).contains(x, y):
        return Zone.PILL
    return Zone.STRIPE if stripe_rect(box, rect).contains(x, y) else Zone.BODY


def row_at(box: Box, rect: QRectF, y: float) -> int | None:
    """The layer whose part of the stripe is at a height of the view."""
    rows = box.node.rows
    if not rows or rect.height() <= 0:
        return None
    share = (y - rect.top()) / rect.height()
    return rows[min(max(int(share * len(rows)), 0), len(rows) - 1)]


def can_fold(node: Node) -> bool:
    """Whether there is anything to fold or unfold."""
    return node.is_block and node.part < 0


def times_text(node: Node) -> str:
    """A Repeat's count."""
    return f"× {node.times:,}"


@lru_cache(maxsize=64)
def font(size: int, *, strong: bool = False) -> QFont:
    """The diagram's font at a size in pixels, with figures of one width."""
    result = QFont()
    result.setPixelSize(size)
    result.setFeature(QFont.Tag("tnum"), 1)
    if strong:
        result.setWeight(QFont.Weight.DemiBold)
    return result


@lru_cache(maxsize=64)
def metrics(size: int, *, strong: bool = False) -> QFontMetricsF:
    """How wide text is in it."""
    return QFontMetricsF(font(size, strong=strong))


@lru_cache(maxsize=8192)
def elided(text: str, size: int, width: int, *, strong: bool = False) -> str:
    """The text as far as it fits."""
    return metrics(size, strong=strong).elidedText(text, Qt.TextElideMode.ElideRight, width)


@lru_cache(maxsize=8192)
def text_width(text: str, size: int, *, strong: bool = False) -> float:
    """How wide a text is."""
    return metrics(size, strong=strong).horizontalAdvance(text)
