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
    TrainingSpec,
)

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
    ],
)
def test_what_the_training_asks_for_is_done(check, fields):
    result = check(digits(**fields), whole=True, steps=0)
    assert result["after"] < 1e-3


@pytest.mark.parametrize(
    ("data", "loss"),
    [
        ("moons", LossSpec(name="binary_cross_entropy")),
        ("diabetes", LossSpec(name="mae")),
        ("diabetes", LossSpec(name="huber", parameters={"delta": 0.25})),
    ],
)
def test_every_loss_is_kerass_own(check, data, loss):
    result = check(digits(data, loss=loss), whole=True, steps=0)
    assert result["same_data"]
    assert result["after"] < 1e-3


def test_label_smoothing_is_refused():
    smoothed = LossSpec(name="cross_entropy", parameters={"label_smoothing": 0.1})
    with pytest.raises(ExportError, match=r"loss\.label_smoothing cannot be written for Keras"):
        export_keras(digits(loss=smoothed))
