"""How an initializer is registered, and the parameters that all of them share.

A drawing function gets a `Weight`, the generator to draw from, and its own parameters, all by torch's names.
What becomes of the biases is the same for all: a number, zero unless said otherwise, or torch's own start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gradviz.nets.initializer import Draw, Initializer, Network, Started
from gradviz.nets.registry import initializers
from gradviz.nets.weights import Form
from gradviz.spec.catalogue import Parameter
from gradviz.spec.registry import number

BIAS = number(
    "bias",
    "What biases start at: a number, or “default”: torch's own.",
    default=0.0,
    minimum=-1000,
    maximum=1000,
    choices=("default",),
)
FORGET_BIAS = number(
    "forget_bias",
    "What the biases of an LSTM's forget gates start at; left out, as the others. 1 opens them.",
    default=None,
    minimum=-1000,
    maximum=1000,
)

Settle = Callable[[Network, Sequence[Started]], None]


def initializer(
    name: str,
    *parameters: Parameter,
    group: str,
    doc: str,
    form: Form | None = None,
    scaled: bool = False,
    settle: Settle | None = None,
    biases: bool = True,
) -> Callable[[Draw], Draw]:
    """Register the decorated function as the drawing of an initializer (see `Initializer`).

    Without `biases` it leaves no choice about them.
    """
    shared = (BIAS, FORGET_BIAS) if biases else ()

    def decorate(draw: Draw) -> Draw:
        rule = Initializer(draw=draw, form=form, scaled=scaled, settle=settle)
        initializers.register(name, group=group, doc=doc, parameters=(*parameters, *shared))(rule)
        return draw

    return decorate
