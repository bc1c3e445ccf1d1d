import pytest
import torch
from torch import nn

from gradviz.nets.build import BuildError, build_model
from gradviz.nets.registry import Tokens

CLASSES = 3


@pytest.fixture
def variances():
    """The variance of every layer's output with weights that lsuv scales, for the batch that it saw."""

    def measure(model, shape, batch):
        built = build_model(model, shape, CLASSES, seed=3, batch=batch)
        found = {}
        modules = dict(built.model.named_modules())
        for info in built.layers:
            if info.kind in ("Linear", "Conv2d", "MultiheadAttention"):
                modules[info.module].register_forward_hook(
                    lambda _m, _x, output, name=info.name: found.update(
                        {name: output.var(correction=0).item()}
                    )
                )
        for module in built.model.modules():
            module.training = isinstance(module, nn.BatchNorm2d)
        with torch.no_grad():
            built.model(batch)
        return found

    return measure


def normal(*shape):
    return 30 + 100 * torch.randn(*shape, generator=torch.Generator().manual_seed(5))


@pytest.mark.parametrize("activation", ["ReLU", "Sigmoid", "GELU", "Softplus"])
def test_every_output_of_a_deep_network_has_variance_1(activation, layer, net, variances):
    body = (layer("Linear", out_features=32), layer(activation))
    model = net(layer("Repeat", *body, times=30), layer("Linear", out_features="classes"), initializer="lsuv")
    found = variances(model, (20,), normal(64, 20))
    assert len(found) == 31
    assert all(abs(variance - 1) < 0.1 for variance in found.values())


def test_in_convolutions_with_normalisation_dropout_and_residuals_too(layer, net, variances):
    conv = layer("Conv2d", out_channels=4, kernel_size=3, padding=1)
    block = layer("Residual", layer("BatchNorm2d"), layer("ReLU"), conv, layer("Dropout", p=0.5), conv)
    model = net(
        conv, block, block, layer("Flatten"), layer("Linear", out_features="classes"), initializer="lsuv"
    )
    found = variances(model, (2, 6, 6), normal(64, 2, 6, 6))
    assert len(found) == 6
    assert all(abs(variance - 1) < 0.1 for variance in found.values())


def test_the_output_of_attention_is_scaled_and_queries_stay_orthonormal(layer, net, variances):
    layers = (
        layer("Embedding", embedding_dim=8),
        layer("MultiheadAttention", num_heads=2),
        layer("MeanOverTime"),
        layer("Linear", out_features="classes"),
    )
    model = net(*layers, initializer="lsuv")
    ids = torch.randint(11, (32, 5), generator=torch.Generator().manual_seed(0))
    assert all(abs(v - 1) < 0.1 for v in variances(model, Tokens((5,), 11), ids).values())
    network = build_model(model, Tokens((5,), 11), CLASSES, seed=3, batch=ids).model
    [attention] = [m for m in network.modules() if isinstance(m, nn.MultiheadAttention)]
    query = attention.in_proj_weight[:8]
    assert torch.allclose(query @ query.T, torch.eye(8), atol=1e-5)


def test_a_closer_tolerance_is_kept_with_torchs_biases(layer, net, variances):
    body = (layer("Linear", out_features=32), layer("Tanh"))
    model = net(
        layer("Repeat", *body, times=5),
        layer("Linear", out_features="classes"),
        initializer="lsuv",
        tolerance=0.001,
        max_iterations=50,
        bias="default",
    )
    assert all(abs(v - 1) < 0.001 for v in variances(model, (20,), normal(64, 20)).values())


def test_the_weights_are_those_of_the_paper_layer_after_layer(layer, net):
    """The slow twin: a whole forward pass for each step of each layer."""
    layers = [layer("Linear", out_features=16), layer("ReLU")] * 4 + [layer("Linear", out_features="classes")]
    x = normal(40, 10)
    found = build_model(net(*layers, initializer="lsuv"), (10,), CLASSES, seed=3, batch=x).model
    twin = build_model(net(*layers, initializer="orthogonal"), (10,), CLASSES, seed=3).model
    with torch.no_grad():
        for index, module in enumerate(twin):
            for _ in range(10 if isinstance(module, nn.Linear) else 0):
                variance = twin[: index + 1](x).var(correction=0)
                if abs(variance - 1) < 0.1:
                    break
                module.weight /= variance.sqrt()
    for one, two in zip(found.parameters(), twin.parameters(), strict=True):
        assert torch.allclose(one, two, rtol=1e-5)


def test_only_layers_that_start_by_it_are_scaled(layer, net, starting):
    linear = layer("Linear", out_features=6)
    layers = (linear, starting(linear, "lsuv"), layer("Linear", out_features="classes"))
    x = normal(64, 6)
    network = build_model(net(*layers, initializer="ones"), (6,), CLASSES, 0, batch=x).model
    assert (network[0].weight == 1).all()
    assert (network[2].weight == 1).all()
    assert network[:2](x).var(correction=0).item() == pytest.approx(1, abs=0.1)


def test_modes_and_running_statistics_are_put_back(layer, net):
    layers = (
        layer("Linear", out_features=6),
        layer("BatchNorm1d"),
        layer("Dropout"),
        layer("Linear", out_features=3),
    )
    network = build_model(net(*layers, initializer="lsuv"), (6,), CLASSES, 0, batch=normal(64, 6)).model
    assert all(module.training for module in network.modules())
    assert not network[1].running_mean.any()
    assert (network[1].running_var == 1).all()
    assert network[1].num_batches_tracked == 0
    assert not any(module._forward_pre_hooks for module in network.modules())


def test_without_a_batch_one_is_drawn_from_the_seed(layer, net):
    model = net(
        layer("Linear", out_features=6), layer("ReLU"), layer("Linear", out_features=3), initializer="lsuv"
    )
    state = torch.get_rng_state()
    one, two = (build_model(model, (6,), CLASSES, 8).model for _ in range(2))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    other = build_model(model, (6,), CLASSES, 8, batch=normal(64, 6)).model
    assert not torch.equal(other[0].weight, one[0].weight)


@pytest.mark.parametrize(
    ("batch", "said"),
    [
        (torch.zeros(8, 6), "does not vary"),
        (torch.full((8, 6), float("nan")), "is not finite"),
        (torch.full((8, 6), 3e38), "is not finite"),
    ],
)
def test_a_layer_that_cannot_be_scaled_is_named(batch, said, layer, net):
    linear = layer("Linear", out_features=6)
    model = net(layer("ReLU"), linear, layer("Linear", out_features=3), initializer="lsuv")
    with pytest.raises(BuildError, match=f"Linear 1 cannot start by lsuv: its output {said}") as raised:
        build_model(model, (6,), CLASSES, 0, batch=batch)
    assert raised.value.path == (1,)


def test_a_layer_behind_dead_ones_is_named(layer, net, starting):
    linear = layer("Linear", out_features=6)
    layers = (starting(linear, "zeros"), linear, layer("Linear", out_features=3))
    with pytest.raises(BuildError, match="Linear 2 cannot start by lsuv: its output does not vary"):
        build_model(net(*layers, initializer="lsuv"), (6,), CLASSES, 0)


def test_a_batch_that_does_not_run_is_said(layer, net):
    layers = (layer("Linear", out_features=6), layer("BatchNorm1d"), layer("Linear", out_features=3))
    with pytest.raises(
        BuildError, match="lsuv could not run its batch of 1 samples through the network: Exp"
    ):
        build_model(net(*layers, initializer="lsuv"), (6,), CLASSES, 0, batch=normal(1, 6))


@pytest.mark.parametrize("size", [1e-25, 1e25])
def test_signals_whose_squares_leave_float32_are_scaled_too(size, layer, net, variances):
    model = net(
        layer("Linear", out_features=8), layer("ReLU"), layer("Linear", out_features=3), initializer="lsuv"
    )
    x = size * torch.randn(64, 20, generator=torch.Generator().manual_seed(0))
    assert all(abs(variance - 1) < 0.1 for variance in variances(model, (20,), x).values())
