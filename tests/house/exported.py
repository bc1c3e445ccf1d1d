"""Small experiments to be exported, and how the network of a script is held beside the engine's."""

from __future__ import annotations

import copy
from dataclasses import replace
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

from gradviz.nets.model import build
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import (
    DataSpec,
    ExperimentSpec,
    InitializerSpec,
    LayerSpec,
    ModelSpec,
    OptimizerSpec,
    TrainingSpec,
)


def layer(
    kind: str, *body: LayerSpec, initializer: InitializerSpec | str | None = None, **parameters: Any
) -> LayerSpec:
    start = InitializerSpec(name=initializer) if isinstance(initializer, str) else initializer
    return LayerSpec(kind=kind, parameters=parameters, body=body, initializer=start)


def small(
    *layers: LayerSpec,
    initializer: InitializerSpec | str = "xavier_uniform",
    data: str = "moons",
    **changes: Any,
) -> ExperimentSpec:
    model = layers or (
        layer("Flatten"),
        layer("Linear", out_features=8),
        layer("Tanh"),
        layer("Linear", out_features="classes"),
    )
    start = InitializerSpec(name=initializer) if isinstance(initializer, str) else initializer
    spec = ExperimentSpec(
        data=DataSpec(name=data, batch_size=16, parameters={} if data == "digits" else {"samples": 100}),
        model=ModelSpec(layers=model, initializer=start),
        optimizer=OptimizerSpec(name="SGD", lr=0.1),
        training=TrainingSpec(steps=12, device="cpu"),
    )
    return replace(spec, **changes)


def same_network(
    module: ModuleType, model: ModelSpec, info: DataInfo, seed: int = 0, batch: Tensor | None = None
) -> tuple[nn.Module, nn.Module]:
    """The engine's network and the script's, which starts alike; the script's has the engine's weights.

    Both draw the same numbers. What is measured on a batch may differ by a rounding of float32.
    """
    measured = 2e-7 if batch is not None else 0.0
    ours = build(model, info, seed, batch).model
    theirs = module.build_model()
    wanted, got = ours.state_dict(), theirs.state_dict()
    assert [tuple(v.shape) for v in wanted.values()] == [tuple(v.shape) for v in got.values()]
    for name, one, other in zip(wanted, wanted.values(), got.values(), strict=True):
        torch.testing.assert_close(one, other, rtol=measured, atol=measured, equal_nan=True, msg=name)
    carried = copy.deepcopy(theirs)
    carried.load_state_dict(dict(zip(got, wanted.values(), strict=True)))
    return ours, carried
