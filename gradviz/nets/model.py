"""A model for a data set, however it is described: what is in it, and the network itself.

Whoever has an experiment comes here; `gradviz.nets.build` knows the layer tree only.
"""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from gradviz.nets.build import BuiltModel, build_model, inspect_model
from gradviz.nets.foreign.model import build_foreign, inspect_foreign
from gradviz.nets.registry import sample_shape
from gradviz.records.layer import Inspection
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import ModelSpec


def inspect(model: ModelSpec, data: DataInfo) -> Inspection:
    """The shapes, sizes and problems of the model on such data; nothing is allocated, nothing is raised."""
    if model.source:
        found = inspect_foreign(model, data)
    else:
        found = inspect_model(model, sample_shape(data), data.classes, per_position=data.per_position)
    return replace(found, data=data)


def build(model: ModelSpec, data: DataInfo, seed: int, batch: Tensor | None = None) -> BuiltModel:
    """The network on the CPU, a function of its arguments only. Raises BuildError.

    `batch` are inputs of the data, for an initializer that looks at them.
    """
    if model.source:
        return build_foreign(model, data, seed)
    return build_model(
        model, sample_shape(data), data.classes, seed, per_position=data.per_position, batch=batch
    )
