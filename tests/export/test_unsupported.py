"""No script is written that would train otherwise than the experiment says."""

from __future__ import annotations

from dataclasses import fields

import pytest
from exported import small

from gradviz.export.registry import ExportError, formats
from gradviz.spec.experiment import (
    AugmentationSpec,
    ClipSpec,
    ExperimentSpec,
    GroupSpec,
    OptimizerSpec,
    RegularizationSpec,
    ScheduleSpec,
    SeedsSpec,
    StartSpec,
    TrainingSpec,
)

CASES = {
    "seeds.dropout = 4": {"seeds": SeedsSpec(dropout=4)},
    "augmentation.flip = true": {"augmentation": AugmentationSpec(flip=True)},
    "schedule.name = “plateau”": {"schedule": ScheduleSpec(name="plateau")},
    "clip.method = “adaptive”": {"clip": ClipSpec(method="adaptive")},
    "clip.method = “percentile”": {"clip": ClipSpec(method="percentile")},
    "clip.p = “inf”": {"clip": ClipSpec(method="global_norm", parameters={"p": "inf"})},
    "regularization.max_norm = 3.0": {"regularization": RegularizationSpec(max_norm=3.0)},
    "regularization.biases = true": {"regularization": RegularizationSpec(l1=0.1, biases=True)},
    "regularization.exclude = ['Linear*']": {"regularization": RegularizationSpec(exclude=("Linear*",))},
    "optimizer.groups = ['Linear 1']": {"optimizer": OptimizerSpec(groups=(GroupSpec(layers="Linear 1"),))},
    "training.precision = “bfloat16”": {"training": TrainingSpec(steps=3, precision="bfloat16")},
    "training.accumulate = 4": {"training": TrainingSpec(steps=3, accumulate=4)},
    "training.compile = true": {"training": TrainingSpec(steps=3, compile=True)},
    "training.deterministic = true": {"training": TrainingSpec(steps=3, deterministic=True)},
    "training.patience = 2": {"training": TrainingSpec(steps=3, patience=2)},
}
"""What Keras's scripts cannot say; PyTorch's say all of it."""


@pytest.mark.parametrize("said", CASES)
def test_what_a_script_for_keras_cannot_do_is_named(said: str) -> None:
    with pytest.raises(ExportError) as caught:
        formats["keras"](small(**CASES[said]))
    assert str(caught.value) == f"{said} cannot be written as a script; take it out to export the rest"


@pytest.mark.parametrize("form", list(formats))
def test_the_weights_of_a_session_are_named_with_what_to_do(form: str) -> None:
    with pytest.raises(ExportError) as caught:
        formats[form](small(start=StartSpec(session="old.gradviz")))
    assert str(caught.value) == (
        "start.session = “old.gradviz” cannot be written as a script, which has no saved weights with it; "
        "take [start] out to export the rest"
    )


@pytest.mark.parametrize("form", list(formats))
def test_what_does_not_change_training_is_no_obstacle(form: str) -> None:
    training = TrainingSpec(steps=12, device="cpu", keep_best=True, checkpoint_every=5)
    assert formats[form](small(training=training)) == formats[form](small())


def test_every_section_and_setting_of_training_is_thought_of() -> None:
    """A new one must be written by a script or refused: whoever adds it comes here."""
    assert [field.name for field in fields(ExperimentSpec)] == [
        *("name", "seed", "seeds", "data", "augmentation", "model", "start", "loss", "optimizer", "schedule"),
        *("clip", "regularization", "training", "measure"),
    ]
    assert [field.name for field in fields(TrainingSpec)] == [
        *("steps", "epochs", "device", "precision", "accumulate", "compile", "deterministic", "patience"),
        *("keep_best", "checkpoint_every"),
    ]
    assert [field.name for field in fields(RegularizationSpec)] == [
        "l1",
        "l2",
        "max_norm",
        "biases",
        "exclude",
    ]
    assert [field.name for field in fields(GroupSpec)] == ["layers", "lr_factor", "frozen", "unfreeze_at"]
