"""The learning rate of a script for Keras: the function that scripts for PyTorch have, put in by a callback.

Keras's own schedules are other formulas at their ends, and know neither restarts within a run nor one cycle.
"""

from __future__ import annotations

from gradviz.export.pytorch.schedule_section import schedule_texts
from gradviz.export.pytorch.source import Sources
from gradviz.export.registry import ExportError
from gradviz.spec.experiment import ExperimentSpec
from gradviz.training.learning_rate import is_scheduled
from gradviz.training.optimizers import optimizers
from gradviz.training.schedules import schedules

_RATE = '''\
class Rate(keras.callbacks.Callback):
    """Sets the learning rate of each of so many steps."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    def on_train_batch_begin(self, _batch: int, logs: dict | None = None) -> None:
        optimizer = self.model.optimizer
        optimizer.learning_rate = LEARNING_RATE * lr_factor(int(optimizer.iterations), self.steps)'''


def rate_texts(experiment: ExperimentSpec) -> list[str]:
    """The definitions, the last of them `Rate`; none where the rate stays. Raises ExportError."""
    spec = experiment.schedule
    if not is_scheduled(spec):
        return []
    given = schedules.entry(spec.name).complete(spec.parameters)
    own = optimizers.entry(experiment.optimizer.name).complete(experiment.optimizer.parameters)
    if given.get("cycle_momentum") and (own.get("momentum") or "betas" in own):
        raise ExportError(
            "schedule.cycle_momentum = true cannot be written for Keras, whose optimizers keep their "
            "momentum; set it to false to export the rest"
        )
    return [*schedule_texts(spec, Sources())[1], _RATE]
