"""The losses: what is compared, what the network must give for it, and how a prediction is read off.

A loss goes with a task. `auto` is the usual one: cross-entropy for classes, binary cross-entropy for yes or
no, mean squared error for numbers. Data with exactly two classes can also be learnt as yes or no, by a single
score instead of two. Which loss an experiment uses settles how many numbers its network gives, so whoever
sizes a network asks `describe_experiment`, not the data alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from torch import Tensor
from torch.nn.functional import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    l1_loss,
    mse_loss,
)

from gradviz.data.augmentation import augmentation_of
from gradviz.data.load import describe
from gradviz.spec.catalogue import did_you_mean
from gradviz.spec.data_info import DataInfo, Task
from gradviz.spec.experiment import ExperimentSpec, LossSpec
from gradviz.spec.problem import Problem, SpecError
from gradviz.spec.registry import Registry, number

_USUAL = {
    Task.CLASSIFICATION: "cross_entropy",
    Task.BINARY: "binary_cross_entropy",
    Task.REGRESSION: "mse",
}
Compare = Callable[..., Tensor]
"""Outputs and targets in rows to one number; `reduction` is mean or sum, as in torch."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Objective:
    """A loss on data: `info` is what the network must satisfy, its `classes` the numbers for each target.

    Means are over targets, and over the values of each in a regression: they are sums by `targets.numel()`.
    """

    info: DataInfo
    compare: Compare
    surprise: Compare | None = None
    """The cross-entropy in nats, where the loss is a smoothed one and no measure of surprise."""

    def __call__(
        self, output: Tensor, targets: Tensor, *, reduction: str = "mean"
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The loss, and output and targets in rows, one for each target of a sample or of a position.

        `targets` are as a `DataSet` holds them. A row of the output is a score for each class, a single
        number in a binary task, the values in a regression.
        """
        if self.info.per_position:
            output, targets = output.flatten(0, 1), targets.flatten(0, 1)
        if self.info.task is Task.BINARY:
            output = output.flatten()
        return self.compare(output, targets, reduction=reduction), output, targets

    @property
    def has_accuracy(self) -> bool:
        """Whether a prediction is right or wrong."""
        return self.info.has_accuracy

    def correct(self, output: Tensor, targets: Tensor) -> Tensor:
        """How many of the rows are predicted right; only where there `has_accuracy`."""
        predicted = output > 0 if self.info.task is Task.BINARY else output.argmax(1)
        return (predicted == targets).sum()


class _Mismatch(ValueError):  # noqa: N818 - said of the data, not of the program
    """A loss that does not go with the data: a sentence without the loss's name."""


losses: Registry[Callable[..., Objective]] = Registry("loss")
"""Each takes the DataInfo and its own parameters. Raises _Mismatch."""


def build_objective(spec: LossSpec, data: DataInfo) -> Objective:
    """The loss on such data. Raises SpecError, at [loss], where the two do not go together."""
    if spec.name not in losses:
        hint = did_you_mean(spec.name, losses) or f"; there are {', '.join(losses)}"
        raise SpecError([Problem(keys=("loss", "name"), message=f"no loss is called “{spec.name}”{hint}")])
    entry = losses.entry(spec.name)
    given = entry.complete(spec.parameters)
    for parameter in entry.parameters:
        if complaint := parameter.complaint(given[parameter.name]):
            raise SpecError([Problem(keys=("loss", parameter.name), message=complaint)])
    try:
        return losses[spec.name](data, **given)
    except _Mismatch as error:
        message = f"{spec.name} {error}"
        raise SpecError([Problem(keys=("loss", "name"), message=message)]) from None


def resolved(spec: LossSpec, data: DataInfo) -> LossSpec:
    """The loss under its own name: what `auto` stands for on such data."""
    return LossSpec(name=_USUAL[data.task]) if spec.name == "auto" else spec


def describe_experiment(experiment: ExperimentSpec) -> DataInfo:
    """What the network must satisfy, by the data and the loss. Raises DataError and SpecError.

    An augmentation that does not go with the data is a DataError too.
    """
    data = describe(experiment.data)
    augmentation_of(experiment.augmentation, data, experiment.data_seed)
    return build_objective(experiment.loss, data).info


@losses.register("auto", group="Loss", doc="The loss that goes with the data")
def auto(data: DataInfo) -> Objective:
    """Cross-entropy, binary cross-entropy or mean squared error."""
    return build_objective(LossSpec(name=_USUAL[data.task]), data)


@losses.register(
    "cross_entropy",
    group="Classes",
    doc="Surprise at the true class, in nats",
    parameters=(
        number(
            "label_smoothing",
            "Share of the target that goes to all classes alike: nothing is ever quite certain",
            default=0.0,
            minimum=0,
            below=1,
        ),
    ),
)
def classes_by_cross_entropy(data: DataInfo, label_smoothing: float) -> Objective:
    """Softmax over a score for each class (Szegedy et al. 2016 for the smoothing)."""
    if data.task is Task.REGRESSION:
        raise _Mismatch("is for classes, and the targets of these data are numbers: use mse or auto")
    if data.task is Task.BINARY:
        data = replace(data, task=Task.CLASSIFICATION, classes=2)
    if not label_smoothing:
        return Objective(info=data, compare=cross_entropy)
    smoothed = partial(cross_entropy, label_smoothing=label_smoothing)
    return Objective(info=data, compare=smoothed, surprise=cross_entropy)


@losses.register(
    "binary_cross_entropy",
    group="Classes",
    doc="Surprise at yes or no by a single score, for two classes, in nats",
)
def yes_or_no(data: DataInfo) -> Objective:
    """The score is the logit of class 1."""
    if data.task is Task.REGRESSION:
        raise _Mismatch("is for two classes, and the targets of these data are numbers: use mse or auto")
    if data.task is Task.CLASSIFICATION:
        if data.classes != 2:
            raise _Mismatch(
                f"is for two classes, and these data have {data.classes}: use cross_entropy or auto"
            )
        data = replace(data, task=Task.BINARY, classes=1)
    return Objective(info=data, compare=_binary_cross_entropy)


@losses.register("mse", group="Numbers", doc="Mean squared error")
def squared_error(data: DataInfo) -> Objective:
    """The mean over all values of the squared difference."""
    return _of_numbers(data, mse_loss)


@losses.register("mae", group="Numbers", doc="Mean absolute error; outliers count less")
def absolute_error(data: DataInfo) -> Objective:
    """The mean over all values of the difference without its sign."""
    return _of_numbers(data, l1_loss)


@losses.register(
    "huber",
    group="Numbers",
    doc="Squared near zero, absolute beyond delta: a bounded gradient",
    parameters=(number("delta", "Where the square ends and the straight line begins", default=1.0, above=0),),
)
def huber(data: DataInfo, delta: float) -> Objective:
    """½d² up to delta, delta·(|d| − ½·delta) beyond (Huber 1964)."""
    return _of_numbers(data, partial(huber_loss, delta=delta))


def _of_numbers(data: DataInfo, compare: Compare) -> Objective:
    if data.task is not Task.REGRESSION:
        classes = 2 if data.task is Task.BINARY else data.classes
        raise _Mismatch(f"is for numbers, and these data have {classes} classes: use cross_entropy or auto")
    return Objective(info=data, compare=compare)


def _binary_cross_entropy(output: Tensor, targets: Tensor, reduction: str = "mean") -> Tensor:
    return binary_cross_entropy_with_logits(output, targets.to(output.dtype), reduction=reduction)
