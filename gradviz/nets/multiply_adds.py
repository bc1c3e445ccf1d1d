"""How much a layer calculates: its multiply-adds for one sample, forward.

Counted as papers and torchvision count them: the products of weights with signals in matrix products and
convolutions, and those of attention; not biases, activations, normalisations or pooling.
"""

from __future__ import annotations

from functools import singledispatch
from math import prod

from torch import nn

Sizes = tuple[int, ...]


@singledispatch
def multiply_adds(_module: nn.Module, _shape: Sizes, _output: Sizes) -> int:
    """Multiply-adds of one sample of `shape` that becomes `output`; 0 where there is no matrix product."""
    return 0


@multiply_adds.register
def _linear(module: nn.Linear, _shape: Sizes, output: Sizes) -> int:
    return prod(output) * module.in_features


@multiply_adds.register(nn.Conv1d)
@multiply_adds.register(nn.Conv2d)
def _convolution(module: nn.Conv1d | nn.Conv2d, _shape: Sizes, output: Sizes) -> int:
    return prod(output) * prod(module.weight.shape[1:])


@multiply_adds.register
def _recurrent(module: nn.RNNBase, shape: Sizes, _output: Sizes) -> int:
    matrices = (weight for name, weight in module.named_parameters() if name.startswith("weight_"))
    return shape[0] * int(sum(weight.numel() for weight in matrices))


@multiply_adds.register
def _attention(module: nn.MultiheadAttention, shape: Sizes, _output: Sizes) -> int:
    length, width = shape[0], module.embed_dim
    return int(length * 4 * width * width + 2 * length * length * width)
