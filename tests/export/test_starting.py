"""The weights of exported scripts: every initializer, for the whole model, a block and a single layer."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from exported import layer, same_network, small

from gradviz.data.batches import Batches
from gradviz.data.load import load
from gradviz.nets.registry import initializers, layers
from gradviz.nets.weights import Form
from gradviz.spec.experiment import DataSpec, InitializerSpec, ModelSpec

END = layer("Linear", out_features="classes")
ACTIVATIONS = [name for name in layers if layers.entry(name).group == "Activation"]


def images(*body, initializer):
    data = DataSpec(name="random", batch_size=8, parameters={"shape": [2, 6, 6], "classes": 3, "samples": 40})
    return replace(small(*body, layer("Flatten"), END, initializer=initializer), data=data)


def texts(*body, initializer):
    given = {"shape": [7], "classes": 3, "samples": 40, "vocabulary": 11}
    data = DataSpec(name="random", batch_size=8, parameters=given)
    words = layer("Embedding", embedding_dim=8)
    return replace(small(words, *body, layer("Flatten"), END, initializer=initializer), data=data)


@pytest.fixture
def starts_alike(workshop):
    """The script's network has the weights of the engine's, which saw the first batch."""

    def check(experiment):
        data = load(experiment.data, experiment.seed)
        module = workshop.script(experiment)
        batch = None
        if hasattr(module, "scale_to_unit_variance"):
            batches = Batches(data.train_x, data.train_y, experiment.data.batch_size, experiment.seed)
            batch, _ = batches.take(0)
        same_network(module, experiment.model, data.info, experiment.seed, batch)
        return module

    return check


@pytest.mark.parametrize("name", list(initializers))
def test_every_initializer_has_the_same_losses(same_losses, name):
    hidden = [part for _ in range(3) for part in (layer("Linear", out_features=8), layer("Tanh"))]
    same_losses(small(*hidden, END, initializer=name))


@pytest.mark.parametrize("name", list(initializers))
def test_every_initializer_starts_images_and_texts(starts_alike, name):
    convolutions = layer(
        "Repeat", layer("Conv2d", out_channels=4, kernel_size=3, padding=1), layer("ReLU"), times=2
    )
    residual = layer("Residual", convolutions, activation="ReLU")
    starts_alike(images(residual, layer("BatchNorm2d"), initializer=name))
    attention = layer("Residual", layer("LayerNorm"), layer("MultiheadAttention", num_heads=2))
    rows = (layer("LSTM", hidden_size=5, num_layers=2), layer("GRU", hidden_size=4, bidirectional=True))
    starts_alike(texts(attention, *rows, layer("RNN", hidden_size=3), initializer=name))


@pytest.mark.parametrize(
    "name", [name for name in initializers if initializers[name].form is not Form.KERNEL]
)
def test_every_initializer_starts_a_single_layer_by_itself(starts_alike, name):
    spec = InitializerSpec(name=name, parameters={})
    hidden = (
        layer("Linear", out_features=8, initializer=spec),
        layer("Tanh"),
        layer("Linear", out_features=8),
    )
    starts_alike(small(*hidden, END, initializer="kaiming_uniform"))
    starts_alike(
        replace(
            texts(initializer="default"),
            model=ModelSpec(
                layers=(
                    layer("Embedding", embedding_dim=8, initializer=spec),
                    layer("Flatten"),
                    layer("Linear", out_features=4),
                    END,
                ),
            ),
        )
    )


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gain_auto_is_that_of_the_activation_that_follows(starts_alike, activation):
    hidden = (
        layer("Linear", out_features=8),
        layer(activation),
        layer("Linear", out_features=8),
        layer("Tanh"),
    )
    for name, key in (("xavier_normal", "gain"), ("kaiming_normal", "nonlinearity")):
        starts_alike(small(*hidden, END, initializer=InitializerSpec(name=name, parameters={key: "auto"})))


def test_gain_auto_is_told_apart_by_gates(starts_alike):
    auto = InitializerSpec(name="orthogonal", parameters={"gain": "auto", "forget_bias": 1.0, "bias": 0.25})
    rows = [layer(kind, hidden_size=5, num_layers=2) for kind in ("LSTM", "GRU", "RNN")]
    module = starts_alike(texts(*rows, initializer=auto))
    assert torch.equal(module.build_model()[1].bias_ih_l0[5:10], torch.ones(5))


@pytest.mark.parametrize("bias", [0.5, "default"])
def test_biases_start_as_asked(starts_alike, bias):
    start = InitializerSpec(name="lecun_normal", parameters={"bias": bias})
    starts_alike(
        small(
            layer("Linear", out_features=4, bias=False),
            layer("Linear", out_features=5),
            END,
            initializer=start,
        )
    )


def test_lsuv_with_tolerances_of_their_own(starts_alike):
    strict = InitializerSpec(name="lsuv", parameters={"tolerance": 0.001, "max_iterations": 3})
    convolution = layer("Conv2d", out_channels=4, kernel_size=3, initializer=strict)
    starts_alike(images(convolution, layer("ReLU"), convolution, initializer="lsuv"))
    starts_alike(
        small(layer("Linear", out_features=4, initializer=strict), layer("Linear", out_features=4), END)
    )


def test_fixup_scales_branches(starts_alike):
    body = [layer("Conv2d", out_channels=2, kernel_size=3, padding=1), layer("ReLU")]
    block = layer("Residual", *body, *body, *body)
    module = starts_alike(images(layer("Repeat", block, times=4), initializer="fixup"))
    assert not module.build_model()[-1].weight.any()
