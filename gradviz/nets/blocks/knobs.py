"""Parameters that several blocks have, under one name and with one explanation."""

from __future__ import annotations

from gradviz.nets import activations  # noqa: F401  - registered before their names are listed here
from gradviz.nets.registry import layers
from gradviz.spec.catalogue import Parameter
from gradviz.spec.registry import choice, number

ACTIVATIONS = tuple(
    entry.name
    for entry in layers.entries()
    if entry.group == "Activation" and not any(parameter.required for parameter in entry.parameters)
)
"""The activations that need no parameters."""

NONE = "none"


def activation(default: str, doc: str = "The activation between its layers.") -> Parameter:
    """Which activation a block has; any that needs no parameters, or none."""
    return choice("activation", doc, choices=(NONE, *ACTIVATIONS), default=default)


STOCHASTIC_DEPTH = number(
    "stochastic_depth",
    "The probability that a sample skips the layers in training (Huang et al. 2016).",
    default=0.0,
    minimum=0,
    below=1,
)
