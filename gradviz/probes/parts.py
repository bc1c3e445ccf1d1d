"""Which parts the tensors of a layer have: the gates of LSTM and GRU, the projections and heads of attention.

PyTorch keeps them in one tensor, rows upon rows: `weight_ih`, `weight_hh` and the biases of an LSTM are
[i | f | g | o], those of a GRU [r | z | n], `in_proj_weight` and `in_proj_bias` of attention [q | k | v], and
each of these [head 1 | head 2 | …]. A plain RNN has one gate: its norm is the layer's. What has no such rows
(the projection after an LSTM's output and after attention, whose heads are columns that would have to be
copied) counts for the layer alone. That a softmax is saturated shows in q and k, which then get nothing while
v still learns; that a head is asleep shows in its own norm, of its q, k and v together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from torch import nn

from gradviz.records.layer import LayerInfo
from gradviz.records.parts import LayerParts, PartKind

_GATES: dict[type[nn.Module], tuple[str, ...]] = {
    nn.LSTM: ("i", "f", "g", "o"),
    nn.LSTMCell: ("i", "f", "g", "o"),
    nn.GRU: ("r", "z", "n"),
    nn.GRUCell: ("r", "z", "n"),
}
_GATED = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
_PROJECTED = {"q_proj_weight": 0, "k_proj_weight": 1, "v_proj_weight": 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """A tensor whose rows fall into `len(columns)` equal runs; run k counts for the parts `columns[k]`."""

    tensor: int
    columns: tuple[tuple[int, ...], ...]


def layer_parts(model: nn.Module, layers: Iterable[LayerInfo]) -> tuple[LayerParts, ...]:
    """The parts of all layers that have parts, in network order; for the RunInfo."""
    found: list[LayerParts] = []
    for layer in layers:
        module = model.get_submodule(layer.module)
        if layer.parameters and isinstance(module, nn.MultiheadAttention):
            heads = tuple(f"head {head + 1}" for head in range(module.num_heads))
            found.append(LayerParts(layer=layer.index, kind=PartKind.PROJECTION, names=("q", "k", "v")))
            found.append(LayerParts(layer=layer.index, kind=PartKind.HEAD, names=heads))
        elif layer.parameters and (gates := _gates(module)):
            found.append(LayerParts(layer=layer.index, kind=PartKind.GATE, names=gates))
    return tuple(found)


def splits(
    model: nn.Module,
    layers: Sequence[LayerInfo],
    groups: Sequence[Sequence[nn.Parameter]],
    parts: Sequence[LayerParts],
) -> list[Split]:
    """How the tensors of `groups`, the parameters of each of `layers`, divide into those parts.

    A tensor's number counts over all groups. A tensor that another layer shares is the first one's.
    """
    found: list[Split] = []
    first = dict(reversed(_first_columns(parts)))
    tensor = 0
    for layer, group in zip(layers, groups, strict=True):
        module = model.get_submodule(layer.module)
        names = {id(parameter): name for name, parameter in module.named_parameters(recurse=False)}
        for parameter in group:
            if layer.index in first:
                runs = _runs(module, names.get(id(parameter), ""))
                if runs:
                    base = first[layer.index]
                    columns = tuple(tuple(base + column for column in run) for run in runs)
                    found.append(Split(tensor=tensor, columns=columns))
            tensor += 1
    return found


def _first_columns(parts: Sequence[LayerParts]) -> list[tuple[int, int]]:
    found = []
    column = 0
    for each in parts:
        found.append((each.layer, column))
        column += len(each.names)
    return found


def _gates(module: nn.Module) -> tuple[str, ...]:
    return next((gates for kind, gates in _GATES.items() if isinstance(module, kind)), ())


def _runs(module: nn.Module, name: str) -> tuple[tuple[int, ...], ...]:
    """The columns, counted from the layer's first, of each run of rows of one of its tensors."""
    gates = _gates(module)
    if gates:
        return tuple((gate,) for gate in range(len(gates))) if name.startswith(_GATED) else ()
    if not isinstance(module, nn.MultiheadAttention):
        return ()
    heads = [3 + head for head in range(module.num_heads)]
    if name.startswith("in_proj"):
        return tuple((projection, head) for projection in range(3) for head in heads)
    return tuple((_PROJECTED[name], head) for head in heads) if name in _PROJECTED else ()
