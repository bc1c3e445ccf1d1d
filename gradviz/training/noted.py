"""What the loop itself knows at every step and notes: which series of one number a run has."""

from __future__ import annotations

from gradviz.probes.clip_report import THRESHOLD
from gradviz.spec.experiment import ExperimentSpec
from gradviz.training.clipping import has_moving_threshold
from gradviz.training.learning_rate import is_scheduled
from gradviz.training.regularization import PENALTY_RATIO


def noted_quantities(experiment: ExperimentSpec) -> tuple[str, ...]:
    """The quantities that are handed to `Recorder.note` in a run of `experiment`."""
    found: list[str] = []
    if is_scheduled(experiment.schedule):
        found.append("learning_rate")
    if experiment.training.precision == "float16":
        found += ["loss_scale", "skipped_step"]
    if experiment.clip is not None and has_moving_threshold(experiment.clip):
        found.append(THRESHOLD)
    if experiment.regularization.l1 or experiment.regularization.l2:
        found.append(PENALTY_RATIO)
    return tuple(found)
