"""What the scaled initializers are for: a signal that is as large after 50 layers as after the first."""

from math import inf, isfinite

import pytest

DEPTH, WIDTH = 50, 256


@pytest.fixture
def deep(layer, net):
    def make(activation, initializer, **given):
        body = (layer("Linear", out_features=WIDTH), layer(activation))
        return net(
            layer("Repeat", *body, times=DEPTH),
            layer("Linear", out_features="classes"),
            initializer=initializer,
            **given,
        )

    return make


def spread(sizes):
    """The largest size over the smallest; infinite where one is zero or no number."""
    return max(sizes) / min(sizes) if all(isfinite(size) and size for size in sizes) else inf


@pytest.mark.parametrize(
    ("activation", "start", "factor"),
    [
        ("ReLU", ("kaiming_normal", {"nonlinearity": "auto"}), 2.5),
        ("ReLU", ("kaiming_uniform", {"nonlinearity": "auto"}), 2.5),
        ("ReLU", ("orthogonal", {"gain": "auto"}), 2.5),
        ("LeakyReLU", ("kaiming_normal", {"nonlinearity": "auto"}), 2.5),
        ("Softplus", ("kaiming_normal", {"nonlinearity": "auto"}), 2.5),
        ("ELU", ("kaiming_normal", {"nonlinearity": "auto"}), 2.5),
        ("Tanh", ("xavier_normal", {"gain": "auto"}), 2.5),
        ("Tanh", ("xavier_uniform", {"gain": "auto"}), 2.5),
        ("SELU", ("lecun_normal", {}), 2.5),
        ("ReLU", ("lsuv", {}), 2.5),
        ("SiLU", ("lsuv", {}), 2.5),
    ],
)
def test_the_signal_keeps_its_size_over_50_layers(activation, start, factor, deep, signal):
    initializer, given = start
    sizes = signal(deep(activation, initializer, **given), WIDTH, activation)
    assert len(sizes) == DEPTH
    assert spread(sizes) < factor


@pytest.mark.parametrize(
    ("activation", "initializer", "given"),
    [
        ("ReLU", "normal", {"std": 1.0}),
        ("ReLU", "normal", {"std": 0.01}),
        ("ReLU", "xavier_normal", {}),
        ("GELU", "xavier_normal", {}),
    ],
)
def test_without_the_right_gain_it_does_not(activation, initializer, given, deep, signal):
    sizes = signal(deep(activation, initializer, **given), WIDTH, activation)
    assert spread(sizes) > 1e6


@pytest.mark.parametrize(("activation", "factor"), [("GELU", 200), ("SiLU", 2e4)])
def test_where_size_1_does_not_hold_by_itself_the_gain_slows_the_drift(activation, factor, deep, signal):
    """A larger signal sees a steeper GELU, so errors grow: 58 and 4,400 times in 50 layers."""
    auto = spread(signal(deep(activation, "kaiming_normal", nonlinearity="auto"), WIDTH, activation))
    relus = spread(signal(deep(activation, "kaiming_normal", nonlinearity="linear"), WIDTH, activation))
    assert auto < factor
    assert relus > 1e8
