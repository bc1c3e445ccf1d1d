"""For every registered layer networks around it, one for each kind of data that it takes.

What the parametrised tests build, train, save and export: a layer that is registered is in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from gradviz.nets.model import inspect
from gradviz.nets.registry import layers
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import DataSpec, LayerSpec, ModelSpec

GIVEN = {
    "out_features": 6,
    "out_channels": 6,
    "kernel_size": 2,
    "output_size": 2,
    "times": 3,
    "hidden_size": 5,
    "embedding_dim": 6,
    "num_heads": 2,
    "num_groups": 2,
    "num_layers": 2,
}
"""Values for parameters without a default."""

CLASSES = 7
SHAPES = [(4, 8, 8), (12,), (6, 4)]
"""An image, a vector, and what is a sequence of 6 as well as 6 channels."""
VOCABULARY = 11


@dataclass(frozen=True, kw_only=True)
class Fitting:
    """A network with the layer in it, and the data that it takes."""

    model: ModelSpec
    info: DataInfo

    @property
    def data(self) -> DataSpec:
        """The same data in an experiment."""
        info = self.info
        parameters = {"shape": list(info.input_shape), "classes": info.classes, "samples": info.samples}
        if info.vocabulary is not None:
            parameters["vocabulary"] = info.vocabulary
        return DataSpec(name="random", batch_size=8, parameters=parameters)

    def batch(self, size: int = 5) -> tuple[Tensor, Tensor]:
        """Inputs and classes, always the same."""
        generator = torch.Generator().manual_seed(0)
        shape = (size, *self.info.input_shape)
        if self.info.vocabulary is None:
            x = torch.randn(shape, generator=generator)
        else:
            x = torch.randint(self.info.vocabulary, shape, generator=generator)
        return x, torch.arange(size) % self.info.classes


def sample_of(kind: str) -> LayerSpec:
    """A layer of that kind with what it must be given, and in a block a body."""
    entry = layers.entry(kind)
    body = (LayerSpec(kind="LayerNorm"), LayerSpec(kind="Mish")) if entry.body else ()
    given = {p.name: GIVEN[p.name] for p in entry.parameters if p.required}
    return LayerSpec(kind=kind, parameters=given, body=body)


def infos() -> Iterator[DataInfo]:
    """Data of every kind: an image, a vector, a sequence, a text."""
    for shape in SHAPES:
        yield DataInfo(input_shape=shape, classes=CLASSES, samples=40)
    yield DataInfo(input_shape=(5,), classes=CLASSES, samples=40, vocabulary=VOCABULARY)


def fitting(kind: str) -> list[Fitting]:
    """The networks around the layer that are without problems; at least one."""
    found = []
    end = (LayerSpec(kind="Flatten"), LayerSpec(kind="Linear", parameters={"out_features": "classes"}))
    for info in infos():
        before = () if info.vocabulary is not None else (LayerSpec(kind="LayerNorm", name="before"),)
        model = ModelSpec(layers=(*before, sample_of(kind), *end))
        if not inspect(model, info).problems:
            found.append(Fitting(model=model, info=info))
    assert found, f"no data of the tests fits {kind}"
    return found
