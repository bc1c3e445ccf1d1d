"""What the loop itself knows at every step and notes: which series of one number a run has."""

from __future__ import annotations

from gradviz.spec.experiment import ExperimentSpec
from gradviz.training.learning_rate import is_scheduled


def noted_quantities(experiment: ExperimentSpec) -> tuple[str, ...]:
    """The quantities that are handed to `Recorder.note` in a run of `experiment`."""
    found: list[str] = []
    if is_scheduled(experiment.schedule):
        found.append("learning_rate")
    if experiment.training.precision == "float16":
        found += ["loss_scale", "skipped_step"]
    return tuple(found)
