"""What the loop itself knows at every step and notes: which series of one number a run has."""

from __future__ import annotations

from gradviz.spec.experiment import ExperimentSpec


def noted_quantities(experiment: ExperimentSpec) -> tuple[str, ...]:
    """The quantities that are handed to `Recorder.note` in a run of `experiment`."""
    scaled = experiment.training.precision == "float16"
    return ("loss_scale", "skipped_step") if scaled else ()
