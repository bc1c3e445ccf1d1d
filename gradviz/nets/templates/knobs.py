"""The knobs that several templates share, so that they are called and explained alike."""

from __future__ import annotations

from gradviz.nets.registry import layers
from gradviz.spec.catalogue import Parameter
from gradviz.spec.registry import boolean, choice, integer, integers, number

NORMALIZATIONS = ("BatchNorm2d", "GroupNorm", "InstanceNorm2d", "none")


def activation(default: str = "ReLU") -> Parameter:
    """Which activation: any that needs nothing but its name."""
    known = tuple(
        entry.name
        for entry in layers.entries()
        if entry.group == "Activation" and not any(parameter.required for parameter in entry.parameters)
    )
    return choice("activation", "The activation between the layers.", choices=known, default=default)


def normalization(default: str = "BatchNorm2d") -> Parameter:
    """Which normalisation follows every convolution."""
    return choice(
        "normalization",
        "What follows every convolution to keep its scale; “none” leaves it out.",
        choices=NORMALIZATIONS,
        default=default,
    )


def residual(*, default: bool = True) -> Parameter:
    """Whether the blocks have a shortcut."""
    return boolean(
        "residual", "Let the gradient pass by each block; false makes a plain network of it.", default=default
    )


def width(default: int, doc: str) -> Parameter:
    """The knob that makes every layer wider."""
    return integer("width", doc, default=default, minimum=1, maximum=65_536)


def depth(default: int, doc: str) -> Parameter:
    """The knob that makes a network deeper."""
    return integer("depth", doc, default=default, minimum=1, maximum=1000)


def blocks(default: list[int]) -> Parameter:
    """How many blocks each stage has."""
    return integers(
        "blocks",
        f"Blocks in each of the {len(default)} stages.",
        length=len(default),
        default=default,
        minimum=1,
        maximum=1000,
    )


def dropout(default: float, doc: str = "The share of values zeroed while training.") -> Parameter:
    """How much dropout."""
    return number("dropout", doc, default=default, minimum=0, below=1)
