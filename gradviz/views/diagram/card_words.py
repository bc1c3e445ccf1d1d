"""What the hover card and a screen reader say about a box."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gradviz.views.diagram.colouring import Colouring
from gradviz.views.diagram.detail import Zone
from gradviz.views.diagram.folds import Fold, can_show_rounds
from gradviz.views.diagram.node import Node, Role
from gradviz.views.diagram.outline import Outline
from gradviz.views.diagram.scene import Box
from gradviz.views.number_format import count, shape, significant


def card_words(
    box: Box, zone: Zone, row: int | None, outline: Outline, colouring: Colouring
) -> tuple[str, list[str]]:
    """Title and lines; `row` is the layer of a stripe that the pointer is on."""
    node = box.node
    if zone is Zone.CHEVRON:
        return (_tr("Unfold") if box.fold is Fold.FOLDED else _tr("Fold")), [_tr("Double click or + and −")]
    if zone is Zone.PILL:
        return _pill_words(box)
    if row is not None and len(node.rows) > 1:
        info = outline.measured[row]
        lines = [
            _tr("output {0}").format(shape(info.output_shape)),
            _tr("{0} parameters").format(count(info.parameters)),
            *_norm_lines((row,), colouring),
        ]
        return info.name, lines
    title = f"{node.title} {node.detail}".strip() if node.role is not Role.LAYER else node.title
    return title, _lines(node, colouring)


def spoken(node: Node, outline: Outline, colouring: Colouring) -> str:
    """All about a node in one sentence."""
    del outline
    return ", ".join((f"{node.title} {node.detail}".strip(), *_lines(node, colouring)))


def _lines(node: Node, colouring: Colouring) -> list[str]:
    lines = []
    if node.problem:
        lines.append(node.problem)
    if node.shape is not None:
        lines.append(_tr("output {0}").format(shape(node.shape)))
    if node.parameters:
        lines.append(_tr("{0} parameters").format(count(node.parameters)))
    if node.multiply_adds:
        lines.append(_tr("{0} multiply-adds").format(count(node.multiply_adds)))
    return [*lines, *_norm_lines(node.rows, colouring)]


def _norm_lines(rows: tuple[int, ...], colouring: Colouring) -> list[str]:
    if colouring.rests(rows):
        return [_tr("frozen: it does not learn here")]
    norms = colouring.norms(rows)
    if not len(norms):
        return []
    step = count(colouring.step)
    low, high = significant(float(norms.min())), significant(float(norms.max()))
    if len(norms) == 1:
        return [_tr("gradient norm {0} at step {1}").format(low, step)]
    return [
        _tr("{0} layers with weights").format(count(len(norms))),
        _tr("gradient norms {0} to {1} at step {2}").format(low, high, step),
    ]


def _pill_words(box: Box) -> tuple[str, list[str]]:
    node = box.node
    if box.fold is Fold.ROUNDS:
        return _tr("Show its layers once"), [_tr("Each stripe then has the colours of all rounds")]
    if can_show_rounds(node):
        return _tr("Show all {0} rounds").format(count(node.times)), [_tr("Each with its own layers")]
    if node.part >= 0:
        return _tr("{0} rounds").format(count(node.times)), [_tr("The stripes have the colours of all")]
    return _tr("{0} rounds").format(count(node.times)), [
        _tr("Too many to be drawn one by one; the stripes have the colours of all")
    ]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Diagram", text)
