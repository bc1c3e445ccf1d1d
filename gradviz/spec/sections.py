"""The fixed part of an experiment: the fields of every section, their ranges and explanations.

What depends on a name (the parameters of a layer, a data set, an optimizer) is in the catalogue.
"""

from __future__ import annotations

from gradviz.spec.catalogue import Kind, Parameter
from gradviz.spec.registry import choice, integer, number, text

TOP = (
    Parameter(name="schema", kinds=(Kind.INTEGER,), doc="Version of this format", default=1, minimum=1),
    text("name", "What the experiment is called", default="Untitled"),
    integer(
        "seed", "Starts every random stream: weights, order, dropout", default=0, minimum=0, maximum=2**63 - 1
    ),
)
DATA = (
    integer("batch_size", "Samples in a step", default=64, minimum=1),
    number("validation", "Share of the samples that is held out", default=0.2, above=0, below=1),
)
OPTIMIZER = (number("lr", "Learning rate: the length of a step", default=0.01, above=0),)
CLIP = (number("threshold", "Largest norm or value that passes unchanged", default=1.0, above=0),)
REGULARIZATION = (
    number("l1", "Coefficient of Σ|w| in the loss: drives weights to exactly zero", default=0.0, minimum=0),
    number("l2", "Coefficient of Σw² in the loss: keeps weights small", default=0.0, minimum=0),
)
TRAINING = (
    integer("steps", "How many steps to train", default=None, minimum=1),
    integer("epochs", "How many times to go through the data, instead of steps", default=None, minimum=1),
    choice(
        "device",
        "Where to train; auto takes CUDA if there is one",
        choices=("auto", "cpu", "cuda"),
        default="auto",
    ),
)
MEASURE = (
    number(
        "budget",
        "Share of a step’s time for measuring: gradient norms first, histograms from what is left",
        default=0.05,
        minimum=0,
        maximum=1,
    ),
)
