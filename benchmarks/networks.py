"""The networks whose training is timed: the small one, where every call counts, and the usual ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from gradviz.data.load import load
from gradviz.nets.templates.experiment import new_experiment
from gradviz.spec.experiment import (
    DataSpec,
    ExperimentSpec,
    InitializerSpec,
    LayerSpec,
    ModelSpec,
    OptimizerSpec,
    TrainingSpec,
)

NEVER = 10**9
"""Steps of a run that is stopped when the benchmark is over."""


def networks(part: str = "") -> Iterator[ExperimentSpec]:
    """Those whose name contains `part`."""
    made: dict[str, Callable[[str], ExperimentSpec]] = {
        "MLP 20×64, batch 128": partial(mlp, 20, 64),
        "MLP 50×256, batch 128": partial(mlp, 50, 256),
        "CNN, 9 convolutions on 32×32, batch 32": cnn,
        "ResNet-20 on 32×32, batch 16": partial(of_template, "resnet20", (3, 32, 32), 16),
        "LSTM 2×128 over 64 words, batch 32": partial(of_template, "lstm", (64,), 32, width=128, depth=2),
        "Transformer, 4 blocks of 128 over 64 words, batch 16": partial(
            of_template, "transformer_encoder", (64,), 16, width=128, depth=4, heads=4
        ),
    }
    for name, make in made.items():
        if part in name:
            yield make(name)


def mlp(depth: int, width: int, name: str) -> ExperimentSpec:
    hidden = (LayerSpec(kind="Linear", parameters={"out_features": width}), LayerSpec(kind="ReLU"))
    return experiment(
        name,
        DataSpec(
            name="random",
            batch_size=128,
            validation=0.001,
            parameters={"shape": [64], "classes": 10, "samples": 200_000},
        ),
        (*hidden * depth, LayerSpec(kind="Linear", parameters={"out_features": "classes"})),
    )


def cnn(name: str) -> ExperimentSpec:
    layers: list[LayerSpec] = []
    for channels in (32, 64, 128):
        for _ in range(3):
            conv = {"out_channels": channels, "kernel_size": 3, "padding": "same"}
            layers += [LayerSpec(kind="Conv2d", parameters=conv), LayerSpec(kind="ReLU")]
        layers.append(LayerSpec(kind="MaxPool2d", parameters={"kernel_size": 2}))
    layers += [LayerSpec(kind="Flatten"), LayerSpec(kind="Linear", parameters={"out_features": "classes"})]
    return experiment(
        name,
        DataSpec(
            name="random",
            batch_size=32,
            validation=0.0025,
            parameters={"shape": [3, 32, 32], "classes": 10, "samples": 16_000},
        ),
        tuple(layers),
    )


def of_template(
    template: str, shape: tuple[int, ...], batch_size: int, name: str, **knobs: Any
) -> ExperimentSpec:
    """A template's network on random data of that shape; of words, where it is one number."""
    words = {"vocabulary": 1000} if len(shape) == 1 else {}
    data = DataSpec(
        name="random",
        batch_size=batch_size,
        validation=0.0025,
        parameters={"shape": list(shape), "classes": 10, "samples": 16_000, **words},
    )
    return experiment(name, data, new_experiment(template, knobs, data, load(data, 0).info).model.layers)


def experiment(name: str, data: DataSpec, layers: tuple[LayerSpec, ...]) -> ExperimentSpec:
    return ExperimentSpec(
        name=name,
        data=data,
        model=ModelSpec(layers=layers, initializer=InitializerSpec(name="kaiming_normal")),
        optimizer=OptimizerSpec(name="SGD", lr=0.001),
        training=TrainingSpec(steps=NEVER, device="cpu"),
    )
