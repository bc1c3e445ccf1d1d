"""The way past a residual block's body: the input itself, or where shapes differ, what is made of it.

A learned projection W·x is a 1 × 1 convolution or a Linear without bias (He et al. 2015, equation 2; with
batch normalisation it is option B of their ResNets). Option A learns nothing: it takes every s-th pixel and
pads with channels of zeros.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import pad

from gradviz.nets.blocks.channels import channel_dim, slides
from gradviz.nets.plan import BlockPlan
from gradviz.nets.registry import Shape, ShapeError, layers, shown
from gradviz.spec.registry import choice, integer, integers

SHORTCUT = choice(
    "shortcut",
    "What is added: the input, a projection of it, the input with channels of zeros; “auto”: what fits.",
    choices=("auto", "identity", "projection", "projection_norm", "padded"),
    default="auto",
)


class PadChannels(nn.Module):
    """Every s-th pixel, and channels of zeros before and after those there are.

    `dim` is where the channels are, counted with the batch; `strides` are of the dimensions after it.
    """

    def __init__(self, before: int, after: int, dim: int, strides: Sequence[int]) -> None:
        super().__init__()
        self.before, self.after, self.dim, self.strides = before, after, dim, tuple(strides)

    def forward(self, x: Tensor) -> Tensor:
        """What is left of `x`, with zeros around its channels."""
        every = (slice(None),) * (self.dim + 1)
        kept = x[(*every, *(slice(None, None, stride) for stride in self.strides))]
        return pad(kept, (*(0, 0) * (x.dim() - 1 - self.dim), self.before, self.after))


@layers.register(
    "PadChannels",
    group="Shape",
    doc="Adds channels of zeros on both sides and keeps every stride-th pixel (He et al. 2015, option A).",
    parameters=(
        integer("out_channels", "How many channels come out.", minimum=1, maximum=1_000_000),
        integers(
            "stride",
            "Pixels from one that is kept to the next; 2 halves the image.",
            or_one=True,
            default=1,
            minimum=1,
            maximum=1024,
        ),
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
def pad_channels(
    shape: Shape, *, out_channels: int, stride: int | Sequence[int], dim: int | str
) -> nn.Module:
    """A PadChannels with zeros evenly on both sides, an odd one after."""
    along = channel_dim(shape, ()) if isinstance(dim, str) else dim
    if along > len(shape):
        raise ShapeError(f"a dim of at most {len(shape)}: “channels” fits any shape")
    missing = out_channels - shape[along - 1]
    if missing < 0:
        raise ShapeError(f"at most {out_channels} channels, its out_channels: make out_channels larger")
    after = len(shape) - along
    strides = (stride,) * after if isinstance(stride, int) else tuple(stride)
    if len(strides) != after:
        raise ShapeError(f"a stride for each of the {after} dimensions after the channels: or one for all")
    return PadChannels(missing // 2, missing - missing // 2, along, strides)


def plan_shortcut(plan: BlockPlan, shape: Shape, output: Shape, wanted: str) -> None:
    """Plan the layers from `shape` to `output`, the body's, to run before all others; none for the identity.

    Raises ShapeError where the wanted shortcut does not get there.
    """
    if len(shape) != len(output):
        raise ShapeError(
            f"a body that gives {len(shape)} dimensions too, not {shown(output)}: take what changes them "
            "(Flatten, Unflatten, LastStep) out of the body, and put it before or after the block"
        )
    if wanted == "identity" and output != shape:
        raise ShapeError(f"a body that gives the same shape, not {shown(output)}: set shortcut to “auto”")
    if output == shape and wanted in ("auto", "identity", "padded"):
        return
    way = _way(shape, output, channels_first=slides(plan.specs))
    if wanted == "padded":
        _padded(plan, shape, output, way)
        return
    if wanted == "projection_norm":
        plan.layer_before(_norm(output, way), output, label="shortcut_norm")
    kind, given = _projection(output, way)
    plan.layer_before(kind, shape, label="shortcut", **given)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Way:
    """How channels, at `dim`, and the sizes after them get from one shape to another."""

    dim: int
    strides: tuple[int, ...] | None


def _way(shape: Shape, output: Shape, *, channels_first: bool) -> _Way:
    strides = [-(-before // after) for before, after in zip(shape[1:], output[1:], strict=True)]
    reached = [-(-before // step) for before, step in zip(shape[1:], strides, strict=True)]
    slid = len(shape) == 3 or (len(shape) == 2 and channels_first)
    if slid and tuple(reached) == output[1:]:
        return _Way(dim=1, strides=tuple(strides))
    if shape[:-1] == output[:-1]:
        return _Way(dim=len(shape), strides=None)
    raise ShapeError(
        f"a body whose output a projection can reach, not {shown(output)}: "
        "a 1 × 1 convolution changes the channels and divides height and width by a whole number, "
        "a Linear changes the last dimension; take out of the body what changes the rest"
    )


def _projection(output: Shape, way: _Way) -> tuple[str, dict[str, Any]]:
    if way.strides is None:
        return "Linear", {"out_features": output[-1], "bias": False}
    kind = "Conv2d" if len(output) == 3 else "Conv1d"
    return kind, {"out_channels": output[0], "kernel_size": 1, "stride": list(way.strides), "bias": False}


def _norm(output: Shape, way: _Way) -> str:
    if way.strides is not None and len(output) == 3:
        return "BatchNorm2d"
    if way.strides is not None or len(output) == 1:
        return "BatchNorm1d"
    raise ShapeError(
        f"a body that gives an image or a vector, not {shown(output)}, for the shortcut to be normalised "
        "over the batch: set shortcut to “projection”"
    )


def _padded(plan: BlockPlan, shape: Shape, output: Shape, way: _Way) -> None:
    if output[way.dim - 1] < shape[way.dim - 1]:
        raise ShapeError(
            f"a body that takes no channels away, not {shown(output)}: set shortcut to “projection”"
        )
    given: dict[str, Any] = {"out_channels": output[way.dim - 1], "dim": way.dim}
    if way.strides is not None:
        given["stride"] = list(way.strides)
    plan.layer_before("PadChannels", shape, label="shortcut", **given)
