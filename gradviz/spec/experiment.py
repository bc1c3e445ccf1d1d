"""The experiment: everything that one run is a function of, as frozen data.

Editing makes a new one; undo is the old one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gradviz.spec.catalogue import Value

Parameters = Mapping[str, Value]
Path = tuple[int, ...]
"""A place in the layer tree: the index in the model's layers, then in each block's body."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InitializerSpec:
    """How weights start. `default` is what torch does by itself, biases included."""

    name: str = "default"
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerSpec:
    """One layer, or a block with a `body`, named and parametrised as in torch.nn.

    `parameters` holds only what was given; defaults belong to the catalogue. `initializer` overrides the
    model's, for a block in everything inside it.
    """

    kind: str
    name: str | None = None
    parameters: Parameters = field(default_factory=dict)
    initializer: InitializerSpec | None = None
    body: tuple[LayerSpec, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSpec:
    """The layer tree and how its weights start; or the `source` of a network written in Python.

    A source is “path.py:Name”, a class or a function that makes the module, called with `arguments`. Such
    a model has no layer tree, and starts as its own code leaves it.
    """

    layers: tuple[LayerSpec, ...] = ()
    initializer: InitializerSpec = field(default_factory=InitializerSpec)
    source: str = ""
    arguments: Parameters = field(default_factory=dict)

    def walk(self) -> Iterator[tuple[Path, LayerSpec]]:
        """Every node with its path, a block before its body."""
        yield from _walk((), self.layers)


@dataclass(frozen=True, kw_only=True, slots=True)
class DataSpec:
    """The data set, its own parameters, and how it is cut into batches.

    `validation` is the share of samples that are held out.
    """

    name: str = "digits"
    batch_size: int = 64
    validation: float = 0.2
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class OptimizerSpec:
    """The optimizer, its learning rate and its own parameters, as in torch.optim."""

    name: str = "SGD"
    lr: float = 0.01
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClipSpec:
    """Gradient clipping by one of the registered methods."""

    method: str
    threshold: float = 1.0
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class RegularizationSpec:
    """Penalties added to the loss: l1·Σ|w| + l2·Σw², over weights (not biases or normalisations)."""

    l1: float = 0.0
    l2: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingSpec:
    """How long (`steps` or `epochs`, not both) and where (`device`: auto, cpu, cuda)."""

    steps: int | None = None
    epochs: int | None = None
    device: str = "auto"


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasureSpec:
    """The share of a step's time that scheduled measuring may cost."""

    budget: float = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class ExperimentSpec:
    """One run is a function of one of these."""

    name: str = "Untitled"
    seed: int = 0
    data: DataSpec = field(default_factory=DataSpec)
    model: ModelSpec = field(default_factory=ModelSpec)
    optimizer: OptimizerSpec = field(default_factory=OptimizerSpec)
    clip: ClipSpec | None = None
    regularization: RegularizationSpec = field(default_factory=RegularizationSpec)
    training: TrainingSpec = field(default_factory=lambda: TrainingSpec(steps=1000))
    measure: MeasureSpec = field(default_factory=MeasureSpec)


def _walk(above: Path, layers: tuple[LayerSpec, ...]) -> Iterator[tuple[Path, LayerSpec]]:
    for index, layer in enumerate(layers):
        path = (*above, index)
        yield path, layer
        yield from _walk(path, layer.body)
