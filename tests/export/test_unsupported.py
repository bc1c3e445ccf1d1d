"""No script is written that would train otherwise than the experiment says."""

from __future__ import annotations

import pytest
from exported import small

from gradviz.export.registry import ExportError, formats
from gradviz.spec.experiment import (
    AugmentationSpec,
    ClipSpec,
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
    "schedule.warmup = 10": {"schedule": ScheduleSpec(warmup=10)},
    "clip.method = “adaptive”": {"clip": ClipSpec(method="adaptive")},
    "clip.method = “percentile”": {"clip": ClipSpec(method="percentile")},
    "clip.p = “inf”": {"clip": ClipSpec(method="global_norm", parameters={"p": "inf"})},
    "regularization.max_norm = 3.0": {"regularization": RegularizationSpec(max_norm=3.0)},
    "regularization.exclude = ['Linear*']": {"regularization": RegularizationSpec(exclude=("Linear*",))},
    "optimizer.groups = ['Linear 1']": {"optimizer": OptimizerSpec(groups=(GroupSpec(layers="Linear 1"),))},
    "start.session = “old.gradviz”": {"start": StartSpec(session="old.gradviz")},
    "training.precision = “bfloat16”": {"training": TrainingSpec(steps=3, precision="bfloat16")},
    "training.accumulate = 4": {"training": TrainingSpec(steps=3, accumulate=4)},
    "training.compile = true": {"training": TrainingSpec(steps=3, compile=True)},
    "training.deterministic = true": {"training": TrainingSpec(steps=3, deterministic=True)},
    "training.patience = 2": {"training": TrainingSpec(steps=3, patience=2)},
}


ABLE = {("pytorch", "augmentation.flip = true")}


@pytest.mark.parametrize(
    ("form", "said"), [(form, said) for form in formats for said in CASES if (form, said) not in ABLE]
)
def test_what_a_script_cannot_do_is_named(form: str, said: str) -> None:
    with pytest.raises(ExportError) as caught:
        formats[form](small(**CASES[said]))
    assert str(caught.value) == f"{said} cannot be written as a script; take it out to export the rest"


@pytest.mark.parametrize("form", list(formats))
def test_what_does_not_change_training_is_no_obstacle(form: str) -> None:
    training = TrainingSpec(steps=12, device="cpu", keep_best=True, checkpoint_every=5)
    assert formats[form](small(training=training)) == formats[form](small())
