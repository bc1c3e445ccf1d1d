"""Augmentation: training images moved, cropped, mirrored and made noisy at random, otherwise in every epoch.

What is drawn for a batch depends on the seed of the data and the step and on nothing else, so a run that is
resumed sees the same images as one that never stopped. Validation images stay as they are.

The crop pads by mirroring, as S. Zagoruyko and N. Komodakis do (“Wide residual networks”, arXiv:1605.07146);
the shift repeats the edge. All moving together is one gather on the device.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradviz.data.registry import DataError
from gradviz.data.seeds import Purpose, stream
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import AugmentationSpec


class AugmentationError(DataError):
    """An augmentation that does not go with the data."""

    where = "augmentation"


class Augmentation:
    """Changes the images of a step: `[n, channels, height, width]`, standardised, on any device."""

    def __init__(self, *, shift: int, crop: int, flip: bool, noise: float, seed: int) -> None:
        self._shift, self._crop, self._flip, self._noise = shift, crop, flip, noise
        self._seed = seed

    def __call__(self, images: Tensor, step: int) -> Tensor:
        """The changed images; the same for the same images and step."""
        rng = stream(self._seed, Purpose.AUGMENTATION, step)
        count, _, height, width = images.shape
        rows, columns = self._taken_from(rng, count, height), self._taken_from(rng, count, width)
        mirrored = rng.random(count) < 0.5
        noise_seed = int(rng.integers(2**63))
        if self._flip:
            columns[mirrored] = columns[mirrored, ::-1]
        if self._shift or self._crop or self._flip:
            places = torch.from_numpy(rows[:, :, None] * width + columns[:, None, :]).to(images.device)
            flat = images.flatten(2)
            images = flat.gather(2, places.view(count, 1, -1).expand_as(flat)).view_as(images)
        if self._noise:
            dice = torch.Generator(images.device).manual_seed(noise_seed)
            drawn = torch.randn(images.shape, generator=dice, dtype=images.dtype, device=images.device)
            images = images + self._noise * drawn
        return images

    def _taken_from(self, rng: np.random.Generator, count: int, length: int) -> NDArray[np.int64]:
        """For every image and every row (or column) of it, the one that it is taken from: [count, length]."""
        moved = rng.integers(-self._crop, self._crop + 1, (count, 1)) + np.arange(length)
        inside = length - 1 - np.abs(length - 1 - np.abs(moved))
        places: NDArray[np.int64] = inside + rng.integers(-self._shift, self._shift + 1, (count, 1))
        return places.clip(0, length - 1)


def augmentation_of(spec: AugmentationSpec, info: DataInfo, seed: int) -> Augmentation | None:
    """The augmentation that is asked for, None for none. Raises AugmentationError."""
    if spec == AugmentationSpec():
        return None
    if len(info.input_shape) != 3 or info.vocabulary is not None:
        raise AugmentationError(
            f"augmentation is for images, [channels, height, width], and these inputs are "
            f"{list(info.input_shape)}: take the augmentation out"
        )
    side = min(info.input_shape[1:])
    for name, amount in (("shift", spec.shift), ("crop", spec.crop)):
        if amount >= side:
            raise AugmentationError(
                f"augmentation.{name} = {amount} moves images of {info.input_shape[1]} × "
                f"{info.input_shape[2]} pixels out of sight: it must be less than {side}",
                f"augmentation.{name}",
            )
    return Augmentation(shift=spec.shift, crop=spec.crop, flip=spec.flip, noise=spec.noise, seed=seed)
