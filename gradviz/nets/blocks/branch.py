"""What a residual branch may carry: a learned scale that starts small, and being dropped now and then.

A scale of 0 or nearly 0 makes every block the identity at the start, so that a net of any depth begins as a
shallow one: ReZero with one scalar (Bachlechner et al. 2020), LayerScale with one for each channel (Touvron
et al. 2021). Stochastic depth (Huang et al. 2016) trains a net of random, smaller depth.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gradviz.nets.blocks.channels import channel_dim
from gradviz.nets.output_shape import keeps_shape, told
from gradviz.nets.registry import Shape, ShapeError, layers
from gradviz.spec.registry import integer, number

_INIT = "What the scale is at the start."


class ReZero(nn.Module):
    """α·x with one learned scalar α."""

    def __init__(self, init: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((1,), init))

    def forward(self, x: Tensor) -> Tensor:
        """Scale `x`, of any shape."""
        return x * self.weight


class LayerScale(nn.Module):
    """λ·x with one learned λ for each channel; `dim` is where these are, counted with the batch."""

    def __init__(self, channels: int, init: float, dim: int, rank: int) -> None:
        super().__init__()
        self.channels, self.init, self.dim, self.rank = channels, init, dim, rank
        self.sizes = [channels if at == dim else 1 for at in range(1, rank + 1)]
        self.weight = nn.Parameter(torch.full((channels,), init))

    def forward(self, x: Tensor) -> Tensor:
        """Scale `x` of [batch, …], which has `rank` dimensions beside the batch."""
        return x * self.weight.view(self.sizes)


told.register(ReZero, keeps_shape)
told.register(LayerScale, keeps_shape)


class StochasticDepth(nn.Module):
    """While training, makes a whole sample zero with probability `p` and divides the others by 1 − p."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """`x` itself in evaluation; the draws are one for each sample, in the order of the batch."""
        if not self.training or not self.p:
            return x
        kept = torch.empty((len(x), *(1 for _ in x.shape[1:])), dtype=x.dtype, device=x.device)
        return x * kept.bernoulli_(1 - self.p).div_(1 - self.p)


@layers.register(
    "ReZero",
    group="Scale",
    doc="Multiplies by one learned number that starts at 0 (Bachlechner et al. 2020).",
    parameters=(number("init", _INIT, default=0.0, minimum=-1000, maximum=1000),),
)
def rezero(_shape: Shape, *, init: float) -> nn.Module:
    """A ReZero, for any shape."""
    return ReZero(init)


@layers.register(
    "LayerScale",
    group="Scale",
    doc="Multiplies each channel by a learned number that starts small (Touvron et al. 2021).",
    parameters=(
        number("init", _INIT, default=1e-4, minimum=-1000, maximum=1000),
        integer(
            "dim",
            "Where the channels are; 0 would be the batch. “channels”: first in images, else last.",
            default="channels",
            minimum=1,
            maximum=8,
            choices=("channels",),
        ),
    ),
)
def layer_scale(shape: Shape, *, init: float, dim: int | str) -> nn.Module:
    """A LayerScale over the channels, or over dimension `dim`."""
    along = channel_dim(shape, ()) if isinstance(dim, str) else dim
    if along > len(shape):
        raise ShapeError(f"a dim of at most {len(shape)}: “channels” fits any shape")
    return LayerScale(shape[along - 1], init, along, len(shape))


@layers.register(
    "StochasticDepth",
    group="Regularization",
    doc="Drops whole samples while training: at the end of a residual branch it skips the branch.",
    parameters=(number("p", "The probability that a sample is dropped.", default=0.5, minimum=0, below=1),),
)
def stochastic_depth(_shape: Shape, *, p: float) -> nn.Module:
    """A StochasticDepth, for any shape."""
    return StochasticDepth(p)
