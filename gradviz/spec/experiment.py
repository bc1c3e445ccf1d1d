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
class SeedsSpec:
    """Seeds of their own for single uses of chance; None is the experiment's seed."""

    weights: int | None = None
    data: int | None = None
    dropout: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AugmentationSpec:
    """What is done to training images at random, anew in every epoch.

    `shift` moves an image by up to so many pixels, `crop` pads it by so many and cuts it out at a random
    place, `flip` mirrors half of them left to right, `noise` is the standard deviation of what is added to
    every standardised pixel.
    """

    shift: int = 0
    crop: int = 0
    flip: bool = False
    noise: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class LossSpec:
    """The loss and its own parameters. `auto` is the one that goes with the data's task."""

    name: str = "auto"
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupSpec:
    """Layers that learn otherwise: those whose name matches the pattern `layers` (as of files: * and ?).

    A frozen one does not learn at all, or not before the step `unfreeze_at`.
    """

    layers: str
    lr_factor: float = 1.0
    frozen: bool = False
    unfreeze_at: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OptimizerSpec:
    """The optimizer, its learning rate and its own parameters, as in torch.optim.

    Of the `groups` a layer belongs to the first whose pattern it matches.
    """

    name: str = "SGD"
    lr: float = 0.01
    parameters: Parameters = field(default_factory=dict)
    groups: tuple[GroupSpec, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ScheduleSpec:
    """How the learning rate changes over the run, after `warmup` steps in which it rises linearly."""

    name: str = "constant"
    warmup: int = 0
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClipSpec:
    """Gradient clipping by one of the registered methods, with its own parameters."""

    method: str
    parameters: Parameters = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class RegularizationSpec:
    """Penalties added to the loss: l1·Σ|w| + l2·Σw², and the largest norm that a unit's weights may have.

    They are over weights; over biases and normalisations too where `biases` says so, and not over layers
    whose name matches one of the patterns in `exclude`.
    """

    l1: float = 0.0
    l2: float = 0.0
    max_norm: float | None = None
    biases: bool = False
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingSpec:
    """How long (`steps` or `epochs`, not both), where, in which numbers, and what is kept on the way.

    `device` is auto, cpu or cuda; `precision` float32, bfloat16 or float16 (the last two by autocast). A step
    takes the gradients of `accumulate` batches. Training ends early after `patience` validations without a
    better loss. `checkpoint_every` counts steps; None leaves it to the clock.
    """

    steps: int | None = None
    epochs: int | None = None
    device: str = "auto"
    precision: str = "float32"
    accumulate: int = 1
    compile: bool = False
    deterministic: bool = False
    patience: int | None = None
    keep_best: bool = False
    checkpoint_every: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StartSpec:
    """Where weights come from instead of the initializers: a run of a saved session, layer by layer.

    `session` is a file; `run` the name of a run in it, None its newest; `weights` last or best.
    """

    session: str
    run: str | None = None
    weights: str = "last"


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasureSpec:
    """The share of a step's time that scheduled measuring may cost."""

    budget: float = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class ExperimentSpec:
    """One run is a function of one of these."""

    name: str = "Untitled"
    seed: int = 0
    seeds: SeedsSpec = field(default_factory=SeedsSpec)
    data: DataSpec = field(default_factory=DataSpec)
    augmentation: AugmentationSpec = field(default_factory=AugmentationSpec)
    model: ModelSpec = field(default_factory=ModelSpec)
    start: StartSpec | None = None
    loss: LossSpec = field(default_factory=LossSpec)
    optimizer: OptimizerSpec = field(default_factory=OptimizerSpec)
    schedule: ScheduleSpec = field(default_factory=ScheduleSpec)
    clip: ClipSpec | None = None
    regularization: RegularizationSpec = field(default_factory=RegularizationSpec)
    training: TrainingSpec = field(default_factory=lambda: TrainingSpec(steps=1000))
    measure: MeasureSpec = field(default_factory=MeasureSpec)

    @property
    def weights_seed(self) -> int:
        """What starts the weights."""
        return self.seed if self.seeds.weights is None else self.seeds.weights

    @property
    def data_seed(self) -> int:
        """What starts samples, split, order and augmentation."""
        return self.seed if self.seeds.data is None else self.seeds.data

    @property
    def dropout_seed(self) -> int:
        """What starts that which layers draw while training."""
        return self.seed if self.seeds.dropout is None else self.seeds.dropout


def _walk(above: Path, layers: tuple[LayerSpec, ...]) -> Iterator[tuple[Path, LayerSpec]]:
    for index, layer in enumerate(layers):
        path = (*above, index)
        yield path, layer
        yield from _walk(path, layer.body)
