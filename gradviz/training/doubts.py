"""What an experiment asks for that can be trained but is surely a mistake, or cannot be trained at all.

What depends on how many steps and samples there are is only known beside the data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from gradviz.records.layer import LayerInfo
from gradviz.spec.experiment import ExperimentSpec, GroupSpec
from gradviz.spec.problem import Problem, SpecError
from gradviz.training.parameter_groups import assign


def doubts(experiment: ExperimentSpec, steps: int, samples: int) -> Iterator[str]:
    """A sentence for everything that has no effect in a run of so many steps on so many training samples."""
    for index, group in enumerate(experiment.optimizer.groups):
        if group.unfreeze_at is not None and group.unfreeze_at >= steps:
            yield (
                f"optimizer.groups[{index}].unfreeze_at = {group.unfreeze_at} is never reached: "
                f"the run has {steps:,} steps."
            )
    warmup = experiment.schedule.warmup
    if warmup >= steps and warmup > 0:
        yield (
            f"schedule.warmup = {warmup} takes the whole run of {steps:,} steps: "
            "the learning rate never leaves it."
        )
    if experiment.data.batch_size > samples:
        yield (
            f"data.batch_size = {experiment.data.batch_size} is more than the {samples:,} training samples: "
            "every step takes all of them."
        )


def check_batches(
    experiment: ExperimentSpec, layers: Sequence[LayerInfo], *, steps: int, samples: int
) -> None:
    """Raise SpecError where a batch of one sample comes to a batch normalisation of one value a channel.

    Of a single value there is no deviation; torch refuses it in the middle of a run.
    """
    size = min(experiment.data.batch_size, samples)
    batches = steps * experiment.training.accumulate
    rest = samples % size
    if size > 1 and not (rest == 1 and batches > samples // size):
        return
    norms = [
        layer
        for group in assign(layers, experiment.optimizer.groups)
        if not _stays_frozen(group.spec, steps)  # a frozen one keeps to its running statistics
        for layer in group.layers
        if layer.kind.startswith("BatchNorm") and prod(layer.output_shape[1:]) == 1
    ]
    if not norms:
        return
    which = "every batch" if size == 1 else f"the last batch of an epoch of {samples:,} samples"
    message = (
        f"{which} has a single sample, and {norms[0].name} normalises each value over the batch: "
        f"choose {'2 or more' if size == 1 else 'another size'}, or use LayerNorm"
    )
    raise SpecError([Problem(keys=("data", "batch_size"), message=message)])


def _stays_frozen(group: GroupSpec | None, steps: int) -> bool:
    return group is not None and group.frozen and (group.unfreeze_at is None or group.unfreeze_at >= steps)
