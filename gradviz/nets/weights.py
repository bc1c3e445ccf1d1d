"""What of a layer an initializer sets: its matrices and kernels one by one, and its biases.

A recurrent layer keeps the matrices of its gates in one tensor, attention those of queries, keys and values;
each of them is a map of its own. Drawn as one tall matrix they would get the wrong fan-out (xavier), and
would be orthogonal to each other instead of each in itself. So every gate is a weight here, a view into the
stacked tensor. Torch's gates stand in the order input, forget, cell, output (LSTM) and reset, update, new
(GRU).

The gain of a gate is that of its own activation. The recurrent matrices are applied to the state over and
over, where any gain but 1 would grow or shrink it at every step: theirs is 1. So is that of queries, keys and
values, which no element-wise function follows.

Normalisations have weights that are no maps, a scale for each value: they keep torch's start.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import singledispatch

from torch import Tensor, nn

from gradviz.nets.gain import LINEAR, Gain, torchs_gain


class Form(Enum):
    """What a weight is: a matrix, or the kernel of a convolution."""

    MATRIX = "matrices"
    KERNEL = "kernels"


@dataclass(frozen=True, kw_only=True, slots=True)
class Weight:
    """One matrix `[out, in]` or kernel `[out, in / groups, …]`; setting `values` sets it in its layer.

    `gain` is that of the activation that follows it. A `lookup` is an embedding's table
    `[vocabulary, features]`, of which each token takes one row: no sum, so no fan-in. `closing` says that
    the layer's output is linear in it: zero with it, twice as large with twice the weight.
    """

    values: Tensor
    gain: Gain = LINEAR
    groups: int = 1
    lookup: bool = False
    closing: bool = True

    @property
    def form(self) -> Form:
        """What it is, by its dimensions."""
        return Form.MATRIX if self.values.ndim == 2 else Form.KERNEL


def form_of(kind: str) -> Form | None:
    """What the weights of a kind of layer are; None where there are none to set."""
    module = getattr(nn, kind, None)
    if not isinstance(module, type):
        return None
    if issubclass(module, nn.Conv1d | nn.Conv2d | nn.Conv3d):
        return Form.KERNEL
    matrices = nn.Linear | nn.RNNBase | nn.MultiheadAttention | nn.Embedding
    return Form.MATRIX if issubclass(module, matrices) else None


@singledispatch
def weights_of(_module: nn.Module, _gain: Gain) -> Iterator[Weight]:
    """The weights of a layer that `gain` follows, in the order in which they are drawn; most have none."""
    yield from ()


@singledispatch
def set_biases(_module: nn.Module, _value: float) -> None:
    """Start the biases of a layer at `value`."""


@weights_of.register
def _(module: nn.Linear, gain: Gain) -> Iterator[Weight]:
    yield Weight(values=module.weight, gain=gain)


@weights_of.register(nn.Conv1d)
@weights_of.register(nn.Conv2d)
@weights_of.register(nn.Conv3d)
def _(module: nn.Conv2d, gain: Gain) -> Iterator[Weight]:
    yield Weight(values=module.weight, gain=gain, groups=module.groups)


@set_biases.register(nn.Linear)
@set_biases.register(nn.Conv1d)
@set_biases.register(nn.Conv2d)
@set_biases.register(nn.Conv3d)
def _(module: nn.Linear, value: float) -> None:
    if module.bias is not None:
        module.bias.fill_(value)


@weights_of.register
def _(module: nn.Embedding, _gain: Gain) -> Iterator[Weight]:
    yield Weight(values=module.weight, lookup=True)


@weights_of.register
def _(module: nn.MultiheadAttention, gain: Gain) -> Iterator[Weight]:
    joined = module.in_proj_weight
    separate = (module.q_proj_weight, module.k_proj_weight, module.v_proj_weight)
    for values in separate if joined is None else joined.chunk(3):
        yield Weight(values=values, closing=False)
    yield Weight(values=module.out_proj.weight, gain=gain)


@set_biases.register
def _(module: nn.MultiheadAttention, value: float) -> None:
    for bias in (module.in_proj_bias, module.out_proj.bias):
        if bias is not None:
            bias.fill_(value)


@weights_of.register
def _(module: nn.RNNBase, _gain: Gain) -> Iterator[Weight]:
    gains = _gate_gains(module)
    for name, values in module.named_parameters(recurse=False):
        if name.startswith("weight_hr"):
            yield Weight(values=values, closing=False)
        elif name.startswith("weight"):
            fed = name.startswith("weight_ih")
            for gate, gain in zip(values.chunk(len(gains)), gains, strict=True):
                yield Weight(values=gate, gain=gain if fed else LINEAR, closing=False)


@set_biases.register
def _(module: nn.RNNBase, value: float) -> None:
    """Torch adds two biases; the first carries the value and the second is zero."""
    for name, bias in module.named_parameters(recurse=False):
        if name.startswith("bias"):
            bias.fill_(value if name.startswith("bias_ih") else 0.0)


def set_forget_biases(module: nn.Module, value: float) -> None:
    """Start the forget gates of an LSTM at `value`, the sum of torch's two biases; others have none.

    A gate that starts open lets the gradient pass through time: Gers et al. 2000, Jozefowicz et al. 2015.
    """
    if not isinstance(module, nn.LSTM):
        return
    forget = slice(module.hidden_size, 2 * module.hidden_size)
    for name, bias in module.named_parameters(recurse=False):
        if name.startswith("bias"):
            bias[forget].fill_(value if name.startswith("bias_ih") else 0.0)


def unset_padding(module: nn.Module) -> None:
    """Make the row of an embedding's padding token zero again, as torch makes it."""
    if isinstance(module, nn.Embedding) and module.padding_idx is not None:
        module.weight[module.padding_idx].zero_()


def as_matrix(weight: Weight) -> Weight:
    """An embedding's table as the matrix that it is stored as."""
    return replace(weight, lookup=False)


def _gate_gains(module: nn.RNNBase) -> tuple[Gain, ...]:
    sigmoid, tanh = torchs_gain("sigmoid"), torchs_gain("tanh")
    if isinstance(module, nn.LSTM):
        return sigmoid, sigmoid, tanh, sigmoid
    if isinstance(module, nn.GRU):
        return sigmoid, sigmoid, tanh
    return (torchs_gain(getattr(module, "nonlinearity", "tanh")),)
