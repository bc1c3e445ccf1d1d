"""Recurrent layers: the same weights at every position, so that a long sequence is a very deep net.

The gradient passes through one matrix as often as the sequence is long, and vanishes or explodes with its
powers (Bengio et al. 1994; Pascanu et al. 2013). The gates of LSTM (Hochreiter & Schmidhuber 1997) and GRU
(Cho et al. 2014) let it pass. All give the whole sequence, [length, hidden_size], or twice as many features
if they also read backwards; LastStep or MeanOverTime makes one vector of it.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from gradviz.nets.registry import Shape, ShapeError, layers
from gradviz.nets.sequence import sequence
from gradviz.spec.registry import boolean, choice, integer, number

_GROUP = "Recurrent"
_HIDDEN = integer("hidden_size", "How many values it remembers and gives.", minimum=1, maximum=1_000_000)
_LAYERS = integer(
    "num_layers", "Layers one above the other; each reads what the one below gives.", default=1, minimum=1,
    maximum=1000,
)  # fmt: skip
_SHARED = (
    boolean("bias", "Add learned values to the sums.", default=True),
    number(
        "dropout",
        "The share that is zeroed between its layers while training; needs num_layers above 1.",
        default=0.0,
        minimum=0,
        maximum=1,
    ),
    boolean("bidirectional", "Also read backwards: twice as many features come out.", default=False),
)


class RNN(nn.RNN):
    """torch's RNN that takes and gives one tensor, `[batch, length, features]`."""

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """The outputs at all positions; it starts from zeros."""
        return super().forward(x)[0]


class LSTM(nn.LSTM):
    """torch's LSTM that takes and gives one tensor, `[batch, length, features]`."""

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """The outputs at all positions; it starts from zeros."""
        return super().forward(x)[0]


class GRU(nn.GRU):
    """torch's GRU that takes and gives one tensor, `[batch, length, features]`."""

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """The outputs at all positions; it starts from zeros."""
        return super().forward(x)[0]


@layers.register(
    "RNN",
    group=_GROUP,
    doc="Reads a sequence with one matrix (Elman 1990): over many steps its gradient vanishes or explodes.",
    parameters=(
        _HIDDEN,
        _LAYERS,
        choice("nonlinearity", "The activation at every step.", choices=("tanh", "relu"), default="tanh"),
        *_SHARED,
    ),
)
def rnn(shape: Shape, **given: Any) -> nn.Module:
    """An RNN over the positions of a sequence."""
    return RNN(_features(shape, given), batch_first=True, **given)


@layers.register(
    "LSTM",
    group=_GROUP,
    doc="Reads a sequence with a memory that gates write, keep and show: gradients last over many steps.",
    parameters=(_HIDDEN, _LAYERS, *_SHARED),
)
def lstm(shape: Shape, **given: Any) -> nn.Module:
    """An LSTM over the positions of a sequence."""
    return LSTM(_features(shape, given), batch_first=True, **given)


@layers.register(
    "GRU",
    group=_GROUP,
    doc="Reads a sequence with two gates: much like an LSTM, with three quarters of its weights.",
    parameters=(_HIDDEN, _LAYERS, *_SHARED),
)
def gru(shape: Shape, **given: Any) -> nn.Module:
    """A GRU over the positions of a sequence."""
    return GRU(_features(shape, given), batch_first=True, **given)


def _features(shape: Shape, given: dict[str, Any]) -> int:
    _, features = sequence(shape)
    if given["dropout"] and given["num_layers"] == 1:
        raise ShapeError(
            "num_layers above 1 for its dropout, which lies between the layers: "
            "set dropout to 0 and put a Dropout after it instead"
        )
    return features
