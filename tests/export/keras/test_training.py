"""The whole script: its own data, its own loop, and where the same weights have come to at the end."""

from dataclasses import replace

import pytest
from keras_cases import layer
from small_data import small_layers, small_parameters

from gradviz.data.load import describe
from gradviz.data.registry import data_sets
from gradviz.export.keras import export_keras
from gradviz.export.registry import ExportError
from gradviz.spec.experiment import (
    ClipSpec,
    DataSpec,
    ExperimentSpec,
    LossSpec,
    ModelSpec,
    OptimizerSpec,
    RegularizationSpec,
    ScheduleSpec,
    TrainingSpec,
)
from gradviz.training.clipping import clips
from gradviz.training.learning_rate import build_schedule
from gradviz.training.loss import losses
from gradviz.training.optimizers import optimizers
from gradviz.training.schedules import schedules

DENSE = (
    layer("Flatten"),
    layer("Linear", out_features=8),
    layer("Tanh"),
    layer("Linear", out_features="classes"),
)


def digits(name="digits", **fields):
    fields.setdefault("training", TrainingSpec(steps=12))
    return ExperimentSpec(
        name="Whole", data=DataSpec(name=name, batch_size=32), model=ModelSpec(layers=DENSE), **fields
    )


@pytest.mark.parametrize("name", [name for name in data_sets if name != "random"])
def test_the_script_brings_the_same_data_and_ends_where_torch_does(check, tmp_path, name):
    spec = DataSpec(name=name, batch_size=32, parameters=small_parameters(name, tmp_path / "data"))
    info = describe(spec)
    experiment = replace(digits(), data=spec, model=ModelSpec(layers=small_layers(info)))
    result = check(experiment, whole=True, steps=0)
    assert result["same_data"]
    assert result["iterations"] == 12
    assert result["after"] < 1e-3


@pytest.mark.parametrize(
    "fields",
    [
        {"optimizer": OptimizerSpec(name="Adam", lr=0.01)},
        {"clip": ClipSpec(method="global_norm", parameters={"threshold": 0.1})},
        {"regularization": RegularizationSpec(l1=1e-3, l2=1e-3)},
        {"training": TrainingSpec(steps=None, epochs=1)},
        {"schedule": ScheduleSpec(name="cosine", warmup=4), "training": TrainingSpec(steps=50)},
    ],
)
def test_what_the_training_asks_for_is_done(check, fields):
    result = check(digits(**fields), whole=True, steps=0)
    assert result["after"] < 1e-3


LOSSES = [
    ("moons", LossSpec(name="binary_cross_entropy")),
    ("digits", LossSpec(name="cross_entropy", parameters={"label_smoothing": 0.2})),
    ("diabetes", LossSpec(name="mae")),
    ("diabetes", LossSpec(name="huber", parameters={"delta": 0.25})),
]


@pytest.mark.parametrize(("data", "loss"), LOSSES)
def test_every_loss_is_kerass_own(check, data, loss):
    result = check(digits(data, loss=loss), whole=True, steps=0)
    assert result["same_data"]
    assert result["after"] < 1e-3


SCHEDULES = {
    "plateau": "schedule.name = “plateau” cannot be written as a script; take it out to export the rest",
    "one_cycle": (
        "schedule.cycle_momentum = true cannot be written for Keras, whose optimizers keep their momentum; "
        "set it to false to export the rest"
    ),
}
"""Those that are refused, in what words, for an optimizer with momentum."""


@pytest.mark.parametrize("name", list(schedules))
def test_every_schedule_is_the_engines_or_refused(name):
    """That the callback puts it in is seen above, where it is trained with."""
    experiment = digits(optimizer=OptimizerSpec(name="Adam"), schedule=ScheduleSpec(name=name, warmup=2))
    if name in SCHEDULES:
        with pytest.raises(ExportError) as caught:
            export_keras(experiment)
        assert str(caught.value) == SCHEDULES[name]
        return
    text = export_keras(experiment)
    module = {}
    exec("import math\nWARMUP = 2\n" + text[text.index("def lr_factor") : text.index("class Rate")], module)
    wanted = build_schedule(experiment.schedule, 12).factor
    assert [module["lr_factor"](step, 12) for step in range(14)] == pytest.approx(
        [wanted(step) for step in range(14)]
    )


def test_one_cycle_without_momentum_is_no_obstacle():
    cycle = ScheduleSpec(name="one_cycle", parameters={"cycle_momentum": False})
    assert "def between" in export_keras(digits(optimizer=OptimizerSpec(name="Adam"), schedule=cycle))
    assert "def between" in export_keras(digits(schedule=ScheduleSpec(name="one_cycle")))


OPTIMIZERS = {
    "SGD": ({"momentum": 0.9, "nesterov": True}, {"momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    "Adam": ({"amsgrad": True}, {"weight_decay": 0.1}),
    "AdamW": ({"weight_decay": 0.2, "betas": [0.8, 0.9]},),
    "RAdam": ({"weight_decay": 0.1}, {"weight_decay": 0.1, "decoupled_weight_decay": True}),
}
CLIPS = {
    "value": ({"threshold": 0.01},),
    "norm": ({"threshold": 0.01}, {"threshold": 0.01, "p": 1.0}),
    "global_norm": ({"threshold": 0.01}, {"threshold": 0.01, "p": 3.0}),
}


@pytest.mark.parametrize("name", list(optimizers))
def test_every_optimizer_has_the_same_losses_or_is_refused(check, name):
    for given in OPTIMIZERS.get(name, ()):
        check(digits(optimizer=OptimizerSpec(name=name, lr=0.05, parameters=given)), steps=8)
    if name not in OPTIMIZERS:
        with pytest.raises(ExportError) as caught:
            export_keras(digits(optimizer=OptimizerSpec(name=name)))
        assert str(caught.value) == f"the optimizer {name} cannot be written for Keras: choose another one"


@pytest.mark.parametrize("method", list(clips))
def test_every_clip_has_the_same_losses_or_is_refused(check, method):
    for given in CLIPS.get(method, ()):
        clip = ClipSpec(method=method, parameters=given)
        check(digits(optimizer=OptimizerSpec(lr=5.0), clip=clip), steps=8)
    if method not in CLIPS:
        with pytest.raises(ExportError) as caught:
            export_keras(digits(clip=ClipSpec(method=method)))
        assert str(caught.value) == (
            f"clip.method = “{method}” cannot be written as a script; take it out to export the rest"
        )


def test_every_registered_loss_is_tried():
    """auto and with it cross_entropy and mse: with the data sets."""
    assert {"auto", "mse", *(loss.name for _, loss in LOSSES)} == set(losses)
