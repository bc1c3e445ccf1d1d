"""How weights start in Keras: the distribution of every variable beside that of torch's."""

import math

import pytest
from keras_cases import experiment, layer

from gradviz.export.keras import export_keras
from gradviz.nets.registry import initializers
from gradviz.spec.experiment import InitializerSpec

NETS = {
    "image": (
        layer("Conv2d", out_channels=48, kernel_size=3),
        layer("ReLU"),
        layer("Conv2d", out_channels=96, kernel_size=3, groups=48),
        layer(
            "Residual",
            layer("Conv2d", out_channels=96, kernel_size=1),
            layer("Tanh"),
            layer("Conv2d", out_channels=96, kernel_size=1),
        ),
        layer("AdaptiveAvgPool2d", output_size=1),
        layer("Flatten"),
        layer("Linear", out_features="classes"),
    ),
    "text": (
        layer("Embedding", embedding_dim=48),
        layer("LSTM", hidden_size=36),
        layer("GRU", hidden_size=36, bidirectional=True),
        layer("RNN", hidden_size=48),
        layer("MultiheadAttention", num_heads=4),
        layer("LastStep"),
        layer("Linear", out_features="classes"),
    ),
}
DATA = {"image": {"shape": (12, 8, 8)}, "text": {"shape": (6,), "vocabulary": 96}}


def start(check, net, name, **parameters):
    spec = experiment(*NETS[net], classes=24, **DATA[net])
    model = type(spec.model)(
        layers=spec.model.layers, initializer=InitializerSpec(name=name, parameters=parameters)
    )
    spec = type(spec)(name=spec.name, data=spec.data, model=model)
    return check(spec, starts=True, steps=0)["starts"]


def same(path, ours, keras):
    """Two draws of one distribution: deviation, mean and ends, as near as so many draws are."""
    for one, other in zip(ours, keras, strict=True):
        size, scale = one["size"], max(one["std"], other["std"])
        drawn = max(1.0, size * (1 - one["zeros"]))  # zeros of a sparse matrix tell nothing of its deviation
        near = 6 / math.sqrt(2 * drawn) if drawn > 8 else 3.0
        assert abs(one["std"] - other["std"]) <= near * scale + 1e-7, path
        reach = max(scale, one["high"], -one["low"]) if size < 12 else scale
        assert abs(one["mean"] - other["mean"]) <= 8 * reach / math.sqrt(size) + 1e-7, path
        chance = one["zeros"] * (1 - one["zeros"])
        assert abs(one["zeros"] - other["zeros"]) <= 6 * math.sqrt(2 * chance / size), path
        if drawn > 400:
            assert other["high"] - other["low"] == pytest.approx(one["high"] - one["low"], rel=0.35), path


@pytest.mark.parametrize("net", list(NETS))
@pytest.mark.parametrize("name", [name for name in initializers if name != "lsuv"])
def test_every_initializer_draws_from_the_same_distribution(check, net, name):
    auto = {p.name: "auto" for p in initializers.entry(name).parameters if "auto" in p.choices}
    for given in ({}, auto) if auto else ({},):
        for path, (keras, ours) in start(check, net, name, **given).items():
            same(path, ours, keras)


@pytest.mark.parametrize(
    "given",
    [
        {"bias": 0.5},
        {"bias": "default"},
        {"forget_bias": 1.0},
        {"bias": 0.5, "forget_bias": 2.0},
        {"bias": "default", "forget_bias": 1.0},
    ],
)
def test_biases_start_as_asked(check, given):
    for path, (keras, ours) in start(check, "text", "xavier_normal", **given).items():
        same(path, ours, keras)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("trunc_normal", {"mean": 1.0, "std": 2.0, "a": 0.0, "b": 1.5}),
        ("uniform", {"a": 2.0, "b": -1.0}),
        ("kaiming_uniform", {"mode": "fan_out", "nonlinearity": "leaky_relu", "a": 0.5}),
        ("orthogonal", {"gain": 3.0}),
        ("xavier_uniform", {"gain": 0.0}),
        ("sparse", {"sparsity": 0.5, "std": 0.2}),
    ],
)
def test_parameters_are_carried(check, name, given):
    for net in NETS:
        for path, (keras, ours) in start(check, net, name, **given).items():
            same(path, ours, keras)


def test_an_embedding_of_its_own_initializer_is_a_matrix(check):
    for name in ("kaiming_normal", "xavier_normal", "sparse"):
        own = layer("Embedding", embedding_dim=12, initializer=InitializerSpec(name=name))
        spec = experiment(
            own, layer("MeanOverTime"), layer("Linear", out_features="classes"), shape=(6,), vocabulary=240
        )
        for path, (keras, ours) in check(spec, starts=True, steps=0)["starts"].items():
            same(path, ours, keras)


def test_lsuv_is_said_to_be_only_orthogonal():
    spec = experiment(*NETS["image"], classes=24, **DATA["image"])
    model = type(spec.model)(layers=spec.model.layers, initializer=InitializerSpec(name="lsuv"))
    text = export_keras(type(spec)(name=spec.name, data=spec.data, model=model))
    assert "lsuv" in text.split("import keras")[0]
    assert "initializers.Orthogonal()" in text
