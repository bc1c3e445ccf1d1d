"""Parameters that several blocks have, under one name and with one explanation."""

from __future__ import annotations

from gradviz.nets import activations  # noqa: F401  - registered before their names are listed here
from gradviz.nets.registry import layers
from gradviz.spec.catalogue import Parameter
from gradviz.spec.registry import boolean, choice, integer, integers, number

NONE = "none"
ACTIVATIONS = tuple(
    entry.name
    for entry in layers.entries()
    if entry.group == "Activation" and not any(parameter.required for parameter in entry.parameters)
)
"""The activations that need no parameters."""
NORMALIZATIONS = ("BatchNorm2d", "GroupNorm", "InstanceNorm2d", NONE)
"""What may follow a convolution in a block."""


def activation(default: str, doc: str = "The activation between its layers.") -> Parameter:
    """Which activation a block has; any that needs no parameters, or none."""
    return choice("activation", doc, choices=(NONE, *ACTIVATIONS), default=default)


NORMALIZATION = choice(
    "normalization",
    "What keeps the scale of every convolution; “none” leaves it out.",
    choices=NORMALIZATIONS,
    default="BatchNorm2d",
)
RESIDUAL = boolean("residual", "Let the gradient pass by; false makes plain layers of it.", default=True)
STOCHASTIC_DEPTH = number(
    "stochastic_depth",
    "The probability that a sample skips the layers in training (Huang et al. 2016).",
    default=0.0,
    minimum=0,
    below=1,
)
OUT_CHANNELS = integer("out_channels", "How many channels come out.", minimum=1, maximum=1_000_000)
STRIDE = integers(
    "stride",
    "Pixels from one position to the next; 2 halves the image.",
    or_one=True,
    length=2,
    default=1,
    minimum=1,
    maximum=1024,
)
BRANCH_SCALE = choice(
    "branch_scale",
    "A learned scale after its layers: one number (ReZero) or one for each channel (LayerScale).",
    choices=(NONE, "rezero", "layer_scale"),
    default=NONE,
)
SCALE_INIT = number(
    "scale_init",
    "What the scale is at the start; empty: 0 for ReZero, 0.0001 for LayerScale.",
    default=None,
    minimum=-1000,
    maximum=1000,
)


def dropout(default: float = 0.0) -> Parameter:
    """How much dropout."""
    return number(
        "dropout", "The share of values zeroed while training.", default=default, minimum=0, below=1
    )
