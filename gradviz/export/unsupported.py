"""What an experiment may ask of training that no script is written for: said, never left out silently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from gradviz.export.registry import ExportError
from gradviz.spec.experiment import (
    AugmentationSpec,
    ExperimentSpec,
    RegularizationSpec,
    ScheduleSpec,
    SeedsSpec,
    TrainingSpec,
)

_TRAINING = ("precision", "accumulate", "compile", "deterministic", "patience")
_CLIPS = ("value", "norm", "global_norm")
_REGULARIZATION = ("max_norm", "biases", "exclude")


def refuse_unsupported(experiment: ExperimentSpec, *able: str) -> None:
    """Raise ExportError with the first setting that a script would have to leave out.

    `able` names the sections that this form of script can say.
    """
    if experiment.start is not None:
        session = _written(experiment.start.session)
        raise ExportError(
            f"start.session = {session} cannot be written as a script, which has no saved weights with it; "
            "take [start] out to export the rest"
        )
    for key, value in _unsupported(experiment):
        if key.partition(".")[0] in able:
            continue
        raise ExportError(
            f"{key} = {_written(value)} cannot be written as a script; take it out to export the rest"
        )


def _unsupported(experiment: ExperimentSpec) -> Iterator[tuple[str, object]]:
    sections = (
        ("seeds", experiment.seeds, SeedsSpec(), None),
        ("augmentation", experiment.augmentation, AugmentationSpec(), None),
        ("schedule", experiment.schedule, ScheduleSpec(), None),
        ("regularization", experiment.regularization, RegularizationSpec(), _REGULARIZATION),
        ("training", experiment.training, TrainingSpec(), _TRAINING),
    )
    if experiment.optimizer.groups:
        yield "optimizer.groups", [group.layers for group in experiment.optimizer.groups]
    if experiment.clip is not None:
        if experiment.clip.method not in _CLIPS:
            yield "clip.method", experiment.clip.method
        if experiment.clip.parameters.get("p") == "inf":
            yield "clip.p", "inf"
    for section, given, default, names in sections:
        for name in names or [field.name for field in fields(given)]:
            value = getattr(given, name)
            if value != getattr(default, name):
                yield f"{section}.{name}", value


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"“{value}”"
    return str(list(value)) if isinstance(value, tuple) else str(value)
