"""The curves of gates and heads, as data: a line for each part of the selected layer.

Whether a gate is shut or a softmax saturated shows in what its weights get: i, f, g and o of one LSTM, or q
and k beside v of one attention, can lie powers of ten apart while the layer's own norm looks well.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from gradviz.records.part_lines import (
    GATES,
    HEADS,
    LARGEST,
    MEDIAN,
    MOST_LINES,
    SMALLEST,
    layer_in_parts,
    quantity_of,
)
from gradviz.records.parts import PART_NORM, PartKind
from gradviz.records.snapshot import Snapshot
from gradviz.views.plots.curve_design import Family, Line, Pane, Scale
from gradviz.views.theme import PART_TONES

_GATES = {
    "i": ("input", 0), "f": ("forget", 1), "g": ("cell", 2), "o": ("output", 3),
    "r": ("reset", 0), "z": ("update", 1), "n": ("new", 2),
}  # fmt: skip
_PROJECTIONS = {"q": "query", "k": "key", "v": "value"}
"""What the letters of the literature stand for, which a legend has to say."""


def gates() -> Family:
    """The gates of LSTM (input, forget, cell, output) and GRU (reset, update, new), PyTorch's names."""
    lines = tuple(
        _line(PartKind.GATE, name, _lettered(name, word), tone) for name, (word, tone) in _GATES.items()
    )
    return Family(
        key="gates",
        name=_tr("Gates"),
        tab=_tr("Gates"),
        tip=_tr("Gradient norms of the gates of the selected LSTM or GRU"),
        quiet=_tr("‖∂L/∂W‖ of each gate over the steps"),
        needs=frozenset(line.quantity for line in lines),
        wants=frozenset({PART_NORM}),
        remarked=_gated,
        explained=_tr("‖∂L/∂W‖ of each gate’s weights and biases. Select an LSTM or a GRU to see its gates."),
        compares=False,
        switches=False,
        panes=(_pane(_tr("gates"), lines),),
    )


def heads() -> Family:
    """Queries, keys and values of attention, and its heads."""
    projections = tuple(
        _line(PartKind.PROJECTION, name, _lettered(name, word), at)
        for at, (name, word) in enumerate(_PROJECTIONS.items())
    )
    each = tuple(
        _line(PartKind.HEAD, f"head {number}", _tr("head {0}").format(number), number - 1, label=str(number))
        for number in range(1, MOST_LINES + 1)
    )
    common = (
        _line(PartKind.HEAD, LARGEST, _tr("largest"), 1),
        _line(PartKind.HEAD, MEDIAN, _tr("median"), 0),
        _line(PartKind.HEAD, SMALLEST, _tr("smallest"), 2),
    )
    return Family(
        key="heads",
        name=_tr("Heads"),
        tab=_tr("Heads"),
        tip=_tr("Gradient norms of queries, keys and values, and of the heads, of the selected attention"),
        quiet=_tr("‖∂L/∂W‖ of q, k, v and of each head over the steps"),
        needs=frozenset(line.quantity for line in projections),
        wants=frozenset({PART_NORM}),
        remarked=_headed,
        explained=_tr(
            "‖∂L/∂W‖ of the weights and biases of queries, keys and values, and of each head’s share of "
            "them. Of more than sixteen heads: the largest, the smallest, and the median with half of all "
            "around it."
        ),
        compares=False,
        switches=False,
        panes=(_pane(_tr("q, k, v"), projections), _pane(_tr("heads"), (*each, *common), _tr("head"))),
    )


def _pane(name: str, lines: tuple[Line, ...], each: str = "") -> Pane:
    return Pane(name=name, title=_tr("‖∂L/∂W‖₂"), scale=Scale.POWER, lines=lines, each=each)


def _lettered(letter: str, word: str) -> str:
    return f"{letter} · {_tr(word)}"


def _line(kind: PartKind, name: str, word: str, number: int, *, label: str = "") -> Line:
    """After as many lines as there are colours they come again, dashed."""
    return Line(
        quantity=quantity_of(kind, name),
        name=word,
        label=label or word,
        tone=PART_TONES[number % len(PART_TONES)],
        dashed=number >= len(PART_TONES),
        row=_gated_row if kind in GATES else _headed_row,
    )


def _gated_row(snapshot: Snapshot) -> int | None:
    return _row(snapshot, GATES)


def _headed_row(snapshot: Snapshot) -> int | None:
    return _row(snapshot, HEADS)


def _row(snapshot: Snapshot, kinds: frozenset[PartKind]) -> int | None:
    layer = layer_in_parts(snapshot.run, kinds, snapshot.layer)
    measured = snapshot.run.measured
    return measured.index(layer) if layer in measured else None


def _gated(snapshot: Snapshot) -> str:
    layer = layer_in_parts(snapshot.run, GATES, snapshot.layer)
    return _tr("of {0}").format(layer.name) if layer is not None else ""


def _headed(snapshot: Snapshot) -> str:
    layer = layer_in_parts(snapshot.run, HEADS, snapshot.layer)
    return _tr("of {0}").format(layer.name) if layer is not None else ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("StepCurves", text)
