"""Dropout (Srivastava et al. 2014): values set to zero at random while training, as regularization."""

from __future__ import annotations

from torch import nn

from gradviz.nets.images import image
from gradviz.nets.registry import Shape, layers
from gradviz.nets.sequence import channel_sequence
from gradviz.spec.registry import number

_P = number("p", "The share that is zeroed.", default=0.5, minimum=0, maximum=1)


@layers.register(
    "Dropout",
    group="Regularization",
    doc="Zeroes single values at random while training.",
    parameters=(_P,),
)
def dropout(_shape: Shape, *, p: float) -> nn.Module:
    """A Dropout over any shape."""
    return nn.Dropout(p)


@layers.register(
    "Dropout1d",
    group="Regularization",
    doc="Zeroes whole channels of a sequence [channels, length] at random while training.",
    parameters=(_P,),
)
def dropout_1d(shape: Shape, *, p: float) -> nn.Module:
    """A Dropout1d over a sequence's channels."""
    channel_sequence(shape, "use Dropout for vectors, Dropout2d for images")
    return nn.Dropout1d(p)


@layers.register(
    "Dropout2d",
    group="Regularization",
    doc="Zeroes whole channels of an image at random while training.",
    parameters=(_P,),
)
def dropout_2d(shape: Shape, *, p: float) -> nn.Module:
    """A Dropout2d over an image's channels."""
    image(shape, "use Dropout for vectors")
    return nn.Dropout2d(p)


@layers.register(
    "AlphaDropout",
    group="Regularization",
    doc="Sets single values to SELU's lower limit at random while training; keeps mean and variance.",
    parameters=(_P,),
)
def alpha_dropout(_shape: Shape, *, p: float) -> nn.Module:
    """An AlphaDropout over any shape, for nets with SELU (Klambauer et al. 2017)."""
    return nn.AlphaDropout(p)
