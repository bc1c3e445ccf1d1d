"""The knobs that several templates share, so that they are called and explained alike."""

from __future__ import annotations

from gradviz.nets.blocks.knobs import NORMALIZATIONS
from gradviz.nets.blocks.knobs import activation as block_activation
from gradviz.spec.catalogue import Parameter
from gradviz.spec.registry import boolean, choice, integer, integers, number

MOST_CHANNELS = 65_536


def activation(default: str = "ReLU") -> Parameter:
    """Which activation: any that needs nothing but its name, or none."""
    return block_activation(default, "The activation between the layers.")


def normalization(default: str = "BatchNorm2d") -> Parameter:
    """Which normalisation follows every convolution."""
    return choice(
        "normalization",
        "What keeps the scale of every convolution; “none” leaves it out.",
        choices=NORMALIZATIONS,
        default=default,
    )


def residual(*, default: bool = True) -> Parameter:
    """Whether the blocks have a shortcut."""
    doc = "Let the gradient pass by each block; false makes plain layers of it."
    return boolean("residual", doc, default=default)


def width(default: int, doc: str) -> Parameter:
    """The knob that makes every layer wider."""
    return integer("width", doc, default=default, minimum=1, maximum=MOST_CHANNELS)


def depth(default: int, doc: str) -> Parameter:
    """The knob that makes a network deeper."""
    return integer("depth", doc, default=default, minimum=1, maximum=1000)


def stages(default: list[int], doc: str) -> Parameter:
    """The knob that makes a network of stages deeper: a number for each of them."""
    return integers("depth", doc, length=len(default), default=default, minimum=1, maximum=1000)


def multiplier(name: str, doc: str) -> Parameter:
    """A knob of a published network that is scaled as a whole."""
    return number(name, doc, default=1.0, minimum=0.05, maximum=20)


def dropout(default: float, doc: str = "The share of values zeroed while training.") -> Parameter:
    """How much dropout."""
    return number("dropout", doc, default=default, minimum=0, below=1)
