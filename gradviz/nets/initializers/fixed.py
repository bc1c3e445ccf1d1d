"""Initializers that ask for no layer's size: every weight from one distribution, or one given pattern.

They are what goes wrong in deep nets: with a fixed deviation the signal grows or shrinks by a factor at
every layer, which only luck makes 1. They set embeddings too.
"""

from __future__ import annotations

import math
import warnings

import torch
from torch import Generator, nn

from gradviz.nets.initializers.rules import initializer
from gradviz.nets.weights import Form, Weight
from gradviz.spec.registry import number

_DISTRIBUTION = "Same for every size"
_PATTERN = "Pattern"
_MEAN = number("mean", "The mean of the weights.", default=0.0, minimum=-1000, maximum=1000)


@initializer(
    "normal",
    _MEAN,
    number("std", "Their standard deviation.", default=1.0, minimum=0, maximum=1000),
    group=_DISTRIBUTION,
    doc="Normal with a fixed deviation, whatever the layer's size.",
)
def normal(weight: Weight, generator: Generator, *, mean: float, std: float) -> None:
    """Draw from N(mean, std²)."""
    nn.init.normal_(weight.values, mean, std, generator=generator)


@initializer(
    "uniform",
    number("a", "One limit.", default=0.0, minimum=-1000, maximum=1000),
    number("b", "The other limit.", default=1.0, minimum=-1000, maximum=1000),
    group=_DISTRIBUTION,
    doc="Uniform between two limits, whatever the layer's size.",
)
def uniform(weight: Weight, generator: Generator, *, a: float, b: float) -> None:
    """Draw evenly between a and b, in whichever order they stand."""
    nn.init.uniform_(weight.values, min(a, b), max(a, b), generator=generator)


@initializer(
    "trunc_normal",
    _MEAN,
    number("std", "Their standard deviation before the cut.", default=1.0, above=0, maximum=1000),
    number("a", "One limit, as a weight and not in deviations.", default=-2.0, minimum=-1000, maximum=1000),
    number("b", "The other limit.", default=2.0, minimum=-1000, maximum=1000),
    group=_DISTRIBUTION,
    doc="Normal with a fixed deviation, cut off at two limits: no weight is far out.",
)
def trunc_normal(
    weight: Weight, generator: Generator, *, mean: float, std: float, a: float, b: float
) -> None:
    """Draw from N(mean, std²), again for what lies outside the limits, in whichever order they stand."""
    with warnings.catch_warnings(action="ignore"):  # torch's, where the limits are far from the mean
        nn.init.trunc_normal_(weight.values, mean, std, min(a, b), max(a, b), generator=generator)


@initializer(
    "constant",
    number("val", "What every weight starts at.", default=0.1, minimum=-1000, maximum=1000),
    group=_PATTERN,
    doc="All the same: every unit stays like its neighbours.",
)
def constant(weight: Weight, _generator: Generator, *, val: float) -> None:
    """Set every weight to val."""
    nn.init.constant_(weight.values, val)


@initializer("ones", group=_PATTERN, doc="All one: every unit stays like its neighbours.")
def ones(weight: Weight, _generator: Generator) -> None:
    """Set every weight to one."""
    nn.init.ones_(weight.values)


@initializer(
    "zeros",
    group=_PATTERN,
    doc="All zero: every unit stays like its neighbours, nothing is learned.",
)
def zeros(weight: Weight, _generator: Generator) -> None:
    """Set every weight to zero."""
    nn.init.zeros_(weight.values)


@initializer(
    "eye",
    group=_PATTERN,
    doc="The identity: a Linear hands on its input. Other layers than Linear and recurrent stay torch's.",
    form=Form.MATRIX,
    scaled=True,
)
def eye(weight: Weight, _generator: Generator) -> None:
    """Set a matrix to the identity, as far as its sizes go; in a recurrent layer every gate's."""
    weight.values.copy_(torch.eye(*weight.values.shape))


@initializer(
    "dirac",
    group=_PATTERN,
    doc="The identity for convolutions: each channel is handed on. Other layers stay torch's.",
    form=Form.KERNEL,
)
def dirac(weight: Weight, _generator: Generator) -> None:
    """Set a kernel to the identity of each of its groups, as far as its channels go."""
    nn.init.dirac_(weight.values, weight.groups)


@initializer(
    "sparse",
    number("sparsity", "The share of each column that is zero.", default=0.9, minimum=0, maximum=1),
    number("std", "The standard deviation of the others.", default=0.01, minimum=0, maximum=1000),
    group=_PATTERN,
    doc="Most weights zero, the rest normal (Martens 2010). For matrices; convolutions stay torch's.",
    form=Form.MATRIX,
    scaled=True,
)
def sparse(weight: Weight, generator: Generator, *, sparsity: float, std: float) -> None:
    """Draw from N(0, std²), then set ⌈sparsity · rows⌉ weights of each column to zero.

    As `torch.nn.init.sparse_`, which chooses the zeros without asking the generator.
    """
    rows, columns = weight.values.shape
    weight.values.normal_(0, std, generator=generator)
    zeros_each = math.ceil(sparsity * rows)
    for column in range(columns):
        weight.values[torch.randperm(rows, generator=generator)[:zeros_each], column] = 0
