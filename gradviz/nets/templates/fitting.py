"""Templates fitted to data: what small images cannot take is left out, and what does not fit is said.

Images, by one rule for all templates. Networks made for ImageNet begin by shrinking the image four times or
twice; an image whose smaller side is below 64 pixels gets a 3 × 3 convolution with stride 1 instead and no
pooling, as is the practice for CIFAR. Whatever halves the image later is left out (a stride becomes 1, a
pooling goes) where it would leave fewer than 4 pixels on the smaller side.

Sequences. Of an image the rows are the steps, channel after channel; of a vector every value is one.
"""

from __future__ import annotations

from collections.abc import Iterable

from gradviz.nets.registry import shown
from gradviz.nets.templates.registry import Misfit, Tree
from gradviz.nets.templates.tree import layer
from gradviz.spec.data_info import DataInfo

SMALL = 64
"""Below so many pixels on its smaller side an image is not shrunk at the start."""
FEWEST = 4
"""So many pixels are left on the smaller side by whatever halves an image."""


class Side:
    """The smaller side of an image on its way through a network, `pixels` long."""

    def __init__(self, pixels: int) -> None:
        self.pixels = pixels
        self.small = pixels < SMALL

    def shrink(self, times: int) -> None:
        """Halve the side so many times, whatever is left: the start of an ImageNet network."""
        for _ in range(times):
            self.pixels = -(-self.pixels // 2)

    def stride(self, wanted: int) -> int:
        """The stride that the image can take instead of `wanted`, 1 or 2."""
        if wanted == 1 or -(-self.pixels // 2) < FEWEST:
            return 1
        self.shrink(1)
        return wanted

    def pool(self) -> bool:
        """Whether the image can take a pooling of 2 × 2 pixels, which drops an odd last one."""
        if self.pixels // 2 < FEWEST:
            return False
        self.pixels //= 2
        return True

    def strides(self, wanted: Iterable[int]) -> list[int]:
        """The strides of stages one after the other."""
        return [self.stride(stride) for stride in wanted]


def image_side(data: DataInfo) -> Side:
    """The smaller side of the images. Raises Misfit where the data are none."""
    one_class_each(data)
    if data.vocabulary is not None or len(data.input_shape) != 3:
        raise Misfit(
            f"has {_kind(data)}, and this template takes images [channels, height, width]: choose images, "
            "for example digits, or random data with a shape of three numbers; mlp takes any data"
        )
    return Side(min(data.input_shape[1:]))


def one_class_each(data: DataInfo) -> None:
    """Raises Misfit where the targets are at every position instead of one for a sample."""
    if data.per_position:
        raise Misfit(
            "has a target at every position, and this template gives one class a sample: choose data with "
            "one class a sample, or the template char_lm or transformer_lm"
        )


def one_class_a_position(data: DataInfo) -> None:
    """Raises Misfit where the targets are one for a sample instead of at every position."""
    if not data.per_position:
        raise Misfit(
            "has one target a sample, and a language model needs one at every position: choose text, or "
            "random data with per_position = true, or one of the templates rnn, lstm, gru and "
            "transformer_encoder"
        )


def steps(data: DataInfo) -> Tree:
    """The layers that make numbers a sequence [length, features]; none where they are one."""
    dimensions = len(data.input_shape)
    if dimensions == 1:
        return (layer("Unflatten", unflattened_size=[-1, 1]),)
    return () if dimensions == 2 else (layer("Flatten", end_dim=-2),)


def _kind(data: DataInfo) -> str:
    if data.vocabulary is not None:
        return f"texts of {data.input_shape[0]} token ids"
    return f"samples of shape {shown(data.input_shape)}"
