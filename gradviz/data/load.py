"""From what an experiment says about its data to tensors: made, split, standardised.

Images (inputs of more than one dimension) are standardised by one mean and one deviation over all
training pixels: per-pixel standardising blows up the rim of the digits and costs several points of
accuracy (measured). Tables are standardised per column, and so are their targets where these are numbers.
Only the training part is looked at for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from gradviz.data.progress import Progress, unwatched
from gradviz.data.registry import DataError, Source, data_sets
from gradviz.data.seeds import Purpose, stream
from gradviz.spec.data_info import DataInfo, Task
from gradviz.spec.experiment import DataSpec
from gradviz.spec.memory import machine_memory

__all__ = [
    "DataError",
    "DataInfo",
    "DataSet",
    "check_memory",
    "describe",
    "held_out_of",
    "load",
    "most_scored",
    "source_of",
    "split",
    "split_in_order",
    "standardise",
]


_MOST_SCORED = 2**15
"""So many tokens of a long held-out text are scored: a loss to ± 0.01 nats, in 3 s for minGPT's gpt-mini."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DataSet:
    """Inputs and targets on the CPU.

    Inputs are standardised numbers (float32 `[samples, *input_shape]`) or token ids (int64), classes int64
    `[samples]`, or `[samples, length]` where there is a target at every position; the targets of a regression
    float32 `[samples, values]`, standardised where the source says so.
    """

    train_x: torch.Tensor
    train_y: torch.Tensor
    val_x: torch.Tensor
    val_y: torch.Tensor
    info: DataInfo
    tokens: tuple[str, ...] = ()
    """The text of every token id, where the inputs are text."""
    separator: str = ""
    """What stands between two tokens when they are written as text."""


def describe(spec: DataSpec) -> DataInfo:
    """Shape, classes and samples, without making the data. Raises DataError."""
    return _info(source_of(spec))


def load(spec: DataSpec, seed: int, progress: Progress = unwatched) -> DataSet:
    """Make, split and standardise the data; everything random follows from `seed`. Raises DataError.

    What takes long, a download say, tells `progress` how far it is.
    """
    source = source_of(spec)
    held_out_of(spec, source)
    _need_memory(spec, source)
    try:
        rng = stream(seed, Purpose.SAMPLES)
        x, y = source.make(rng, progress) if source.tells else source.make(rng)
        if source.tells:
            source = source_of(spec)  # what was downloaded now describes itself
        held_out = held_out_of(spec, source)
        if source.ordered:
            train, val = split_in_order(len(y), held_out, source.gap, most_scored(source))
        else:
            classes = y.ndim == 1 and source.task is not Task.REGRESSION
            groups = y.astype(np.int64) if classes else np.zeros(len(y), dtype=np.int64)
            train, val = split(groups, held_out, stream(seed, Purpose.SPLIT))
        train_x, val_x = (x[train], x[val]) if source.vocabulary else standardise(x[train], x[val])
        train_y, val_y = standardise(y[train], y[val]) if source.scaled_targets else (y[train], y[val])
    except MemoryError as error:
        raise _too_large(spec, source) from error
    return DataSet(
        train_x=torch.from_numpy(train_x),
        train_y=torch.from_numpy(train_y),
        val_x=torch.from_numpy(val_x),
        val_y=torch.from_numpy(val_y),
        info=_info(source),
        tokens=source.tokens,
        separator=source.separator,
    )


def most_scored(source: Source) -> int:
    """How many held-out windows of a text are scored at most."""
    return max(1, _MOST_SCORED // source.input_shape[0])


def check_memory(spec: DataSpec) -> None:
    """Raise DataError, before anything is made, for a data set that does not fit into this machine."""
    _need_memory(spec, source_of(spec))


def _need_memory(spec: DataSpec, source: Source) -> None:
    """Refuse what is larger than the machine: the system would kill the program instead of telling it."""
    there = machine_memory()
    if there is not None and _bytes(source) > there:
        raise _too_large(spec, source)


def _too_large(spec: DataSpec, source: Source) -> DataError:
    return DataError(
        f"data: the data set “{spec.name}” takes {_bytes(source) / 2**30:.1f} GiB, "
        "more memory than there is; ask for fewer samples"
    )


def _bytes(source: Source) -> int:
    """What the inputs take at most: as tensors, and beside them what is made, split and standardised.

    For the adding problem that was 3.7 times the tensors themselves.
    """
    tensors = (8 if source.vocabulary else 4) * source.samples * math.prod(source.input_shape)
    if source.stored or source.tells:
        return tensors
    return tensors * (2 if source.vocabulary else 4)


def split(
    classes: NDArray[np.int64], held_out: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of the training and the validation part, shuffled; every class gives its share (± 1)."""
    shuffled = rng.permutation(len(classes))
    by_class = np.argsort(classes[shuffled], kind="stable")
    place = np.arange(len(classes))
    chosen = (place + 1) * held_out // len(classes) > place * held_out // len(classes)
    in_validation = np.zeros(len(classes), dtype=bool)
    in_validation[by_class[chosen]] = True
    return shuffled[~in_validation], shuffled[in_validation]


def split_in_order(
    samples: int, held_out: int, gap: int, most: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Indices of the start and of the end of what is a whole, in order, `gap` samples between them left out.

    Of a long end `most` samples are kept, evenly spread, so that scoring them takes seconds.
    """
    first = samples - held_out
    kept = np.linspace(first, samples - 1, min(held_out, most)).round().astype(np.int64)
    return np.arange(first - gap), kept


def standardise(train: NDArray[Any], val: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Both parts by the training part's mean and deviation; what does not vary becomes 0."""
    if train.dtype == np.uint8:
        mean, deviation = pixel_moments(train)
    else:
        axes = None if train.ndim > 2 else 0
        mean = train.mean(axis=axes, dtype=np.float64)
        deviation = train.std(axis=axes, dtype=np.float64)
    varies = deviation > 1e-7 * np.abs(mean)
    scale = np.where(varies, 1 / np.where(varies, deviation, 1.0), 0.0).astype(np.float32)
    shift = mean.astype(np.float32)
    scaled = train - shift, val - shift
    for part in scaled:
        np.multiply(part, scale, out=part)  # large images are in memory twice as it is
    return scaled


def pixel_moments(pixels: NDArray[np.uint8]) -> tuple[np.float64, np.float64]:
    """Mean and deviation over all pixels, by whole numbers and a thousand images at a time.

    As float64 all at once the images of CIFAR-10 would take 1.2 GB.
    """
    counts = np.zeros(256, dtype=np.int64)
    for start in range(0, len(pixels), 1000):
        counts += np.bincount(pixels[start : start + 1000].ravel(), minlength=256)
    values = np.arange(256)
    mean = np.float64(counts @ values / pixels.size)
    return mean, np.float64(np.sqrt(counts @ (values - mean) ** 2 / pixels.size))


def _info(source: Source) -> DataInfo:
    return DataInfo(**{field.name: getattr(source, field.name) for field in fields(DataInfo)})


def source_of(spec: DataSpec) -> Source:
    """The data set before it is made. Raises DataError."""
    try:
        make = data_sets[spec.name]
    except KeyError as error:
        raise DataError(f"data: {error.args[0]}") from None
    given = data_sets.entry(spec.name).complete(spec.parameters)
    for parameter in data_sets.entry(spec.name).parameters:
        if parameter.required and given[parameter.name] is None:
            raise DataError(f"data.{parameter.name} must be {parameter.expected()}; none is given")
        if complaint := parameter.complaint(given[parameter.name]):
            raise DataError(f"data.{parameter.name} {complaint}")
    source = make(**given)
    return (
        source if source.fit is None else source.fit(source.samples - source.gap - held_out_of(spec, source))
    )


def held_out_of(spec: DataSpec, source: Source) -> int:
    """How many samples are for validation. Raises DataError where that leaves none for either part."""
    held_out = round(spec.validation * source.samples)
    if 0 < held_out < source.samples - source.gap:
        return held_out
    part = "training" if held_out else "validation"
    raise DataError(
        f"data.validation = {spec.validation:g} of {source.samples} samples leaves none for {part}; "
        "choose another share or more samples"
    )
