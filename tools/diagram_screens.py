"""The networks that the diagram is looked at with, from 3 layers to 1,000, and how each is folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradviz.paths import resources
from gradviz.spec.examples import load_experiment
from gradviz.spec.experiment import ExperimentSpec, LayerSpec, ModelSpec
from gradviz.spec.experiment import Path as Place
from gradviz.views.diagram.folds import Fold


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A network, how its blocks are folded, the recorded run's options (None: no run), how it is seen."""

    name: str
    model: ModelSpec
    run: Mapping[str, Any] | None = field(default_factory=lambda: {"steps": 1000, "done": 412})
    folds: Mapping[Place, Fold] = field(default_factory=dict)
    whole: bool = False
    select: int | None = None
    large: bool = False
    edited: ModelSpec | None = None


def pictures() -> Iterator[Picture]:
    """All of them."""
    few = _model(_layer("Flatten"), _linear(32), _layer("ReLU"), _linear("classes"))
    mlp, cnn = _example("vanishing"), _example("residual-cnn")
    resnet, plain = residual_network(), plain_network(1000)
    yield Picture(name="empty", model=ModelSpec(), run=None)
    yield Picture(name="before", model=mlp, run=None)
    yield Picture(name="3-layers", model=few, run={"steps": 1000})
    yield Picture(name="mlp", model=mlp, select=9)
    yield Picture(name="mlp-folded", model=mlp, folds={(1,): Fold.FOLDED})
    yield Picture(name="mlp-rounds", model=mlp, folds={(1,): Fold.ROUNDS}, select=3)
    yield Picture(name="mlp-rounds-all", model=mlp, folds={(1,): Fold.ROUNDS}, whole=True, select=9)
    yield Picture(name="mlp-4k", model=mlp, folds={(1,): Fold.ROUNDS}, large=True)
    yield Picture(name="diverged", model=mlp, run={"steps": 300, "non_finite_from": 240, "done": 238})
    yield Picture(name="edited", model=cnn, edited=ModelSpec(layers=(*cnn.layers[:5], *cnn.layers[6:])))
    yield Picture(name="cnn", model=cnn, select=4)
    yield Picture(name="cnn-4k", model=cnn, large=True)
    yield Picture(name="branches", model=branches())
    yield Picture(name="resnet", model=resnet)
    yield Picture(name="resnet-all", model=resnet, whole=True)
    yield Picture(name="resnet-4k", model=resnet, large=True)
    yield Picture(name="1000", model=plain, run={"steps": 100}, select=5)
    yield Picture(name="1000-all", model=plain, run={"steps": 100, "zero_rows": 40}, whole=True, select=412)
    yield Picture(name="1000-4k", model=plain, run={"steps": 100}, large=True)


def residual_network() -> ModelSpec:
    """A ResNet of 110 layers (He et al. 2015): three stages of 18 blocks."""

    def residual(channels: int, stride: int) -> LayerSpec:
        def convolution(step: int) -> LayerSpec:
            return _layer("Conv2d", out_channels=channels, kernel_size=3, padding=1, stride=step, bias=False)

        norm = _layer("BatchNorm2d")
        return _block("Residual", convolution(stride), norm, _layer("ReLU"), convolution(1), norm)

    def stage(channels: int, stride: int) -> tuple[LayerSpec, ...]:
        rounds = _block("Repeat", residual(channels, 1), _layer("ReLU"), times=17)
        return residual(channels, stride), _layer("ReLU"), rounds

    first = _layer("Conv2d", out_channels=16, kernel_size=3, padding=1, bias=False)
    ends = (_layer("AdaptiveAvgPool2d", output_size=1), _layer("Flatten"), _linear("classes"))
    stages = (*stage(16, 1), *stage(32, 2), *stage(64, 2))
    return _model(first, _layer("BatchNorm2d"), _layer("ReLU"), *stages, *ends)


def plain_network(count: int) -> ModelSpec:
    """Linear layers in a row, none of them in a block."""
    return _model(_layer("Flatten"), *(_linear(64) for _ in range(count - 1)), _linear("classes"))


def branches() -> ModelSpec:
    """Ways of different depth side by side."""
    deep = _block("Sequential", _linear(32), _layer("ReLU"), _block("Residual", _linear(32), _layer("Tanh")))
    side = _block("Parallel", _linear(32), deep, _layer("Identity"), combine="concatenation")
    return _model(_layer("Flatten"), _linear(64), side, _linear("classes"))


def _example(name: str) -> ModelSpec:
    experiment: ExperimentSpec = load_experiment(f"example:{name}", None, Path(resources()) / "examples")
    return experiment.model


def _model(*layers: LayerSpec) -> ModelSpec:
    return ModelSpec(layers=layers)


def _linear(size: int | str) -> LayerSpec:
    return _layer("Linear", out_features=size)


def _layer(kind: str, **parameters: Any) -> LayerSpec:
    return LayerSpec(kind=kind, parameters=parameters)


def _block(kind: str, *body: LayerSpec, **parameters: Any) -> LayerSpec:
    return LayerSpec(kind=kind, parameters=parameters, body=body)
