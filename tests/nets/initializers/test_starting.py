import pytest
import torch
from torch import nn

from gradviz.nets.build import BuildError, build_model, inspect_model
from gradviz.nets.initializers.starting import drawn
from gradviz.nets.registry import Tokens, initializers
from gradviz.spec.experiment import InitializerSpec, LayerSpec, ModelSpec

CLASSES = 3
WHERE = ["linear", "cnn", "lstm", "transformer"]


def of(kind, model):
    return [module for module in model.modules() if isinstance(module, kind)]


def same(one, two):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("name", initializers)
def test_every_initializer_starts_every_sort_of_network_which_then_trains(name, where, architectures, net):
    layers, shape = architectures[where]
    model = net(*layers, initializer=name)
    network = build_model(model, shape, CLASSES, seed=4).model
    assert same(network, build_model(model, shape, CLASSES, seed=4).model)
    x = drawn(shape, torch.Generator().manual_seed(0))
    y = torch.arange(len(x)) % CLASSES
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    before = [p.detach().clone() for p in network.parameters()]
    for _ in range(3):
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(x), y).backward()
        assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
        optimizer.step()
    assert not all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("name", sorted({*initializers} - {"default"}))
def test_a_rule_changes_torchs_start_wherever_it_can(name, where, architectures, net):
    layers, shape = architectures[where]
    one, own = (build_model(net(*layers, initializer=i), shape, CLASSES, 4).model for i in (name, "default"))
    assert same(one, own) == (name == "dirac" and where != "cnn")


def test_the_nearest_initializer_counts(layer, net, starting):
    linear = layer("Linear", out_features=6)
    block = starting(
        layer("Sequential", linear, starting(linear, "ones"), starting(linear, "default")), "zeros"
    )
    model = net(linear, block, layer("Linear", out_features="classes"), initializer="constant", val=5)
    first, zeros, ones, own, last = of(nn.Linear, build_model(model, (6,), CLASSES, seed=1).model)
    assert [(m.weight.unique().tolist()) for m in (first, zeros, ones, last)] == [[5], [0], [1], [5]]
    torchs = of(nn.Linear, build_model(net(*model.layers), (6,), CLASSES, seed=1).model)
    assert same(own, torchs[3])


def test_torchs_start_in_an_orthogonal_network_is_bit_for_bit_torchs(layer, net, starting):
    linear = layer("Linear", out_features=6)
    layers = (linear, starting(linear, "default"), layer("Linear", out_features="classes"))
    mixed = of(nn.Linear, build_model(net(*layers, initializer="orthogonal"), (6,), CLASSES, 1).model)
    own = of(nn.Linear, build_model(net(*layers), (6,), CLASSES, 1).model)
    assert same(mixed[1], own[1])
    assert not same(mixed[0], own[0])


def test_the_layers_of_a_composed_block_start_as_it_says(layer, net, starting):
    block = starting(layer("TransformerBlock", num_heads=2), "ones")
    model = net(
        layer("Embedding", embedding_dim=8), block, layer("MeanOverTime"), layer("Linear", out_features=3)
    )
    network = build_model(model, Tokens((5,), 11), CLASSES, seed=0).model
    *inside, outside = [m for m in of(nn.Linear, network) if type(m) is nn.Linear]
    assert len(inside) == 2
    assert all((m.weight == 1).all() for m in inside)
    assert not (outside.weight == 1).any()
    assert all((m.in_proj_weight == 1).all() for m in of(nn.MultiheadAttention, network))


@pytest.mark.parametrize(("bias", "expected"), [(0.5, 0.5), (-2, -2.0)])
def test_biases_start_where_they_are_asked_to(bias, expected, layer, net):
    model = net(layer("Linear", out_features="classes"), initializer="orthogonal", bias=bias)
    assert (of(nn.Linear, build_model(model, (6,), CLASSES, 0).model)[0].bias == expected).all()


def test_biases_can_stay_torchs(layer, net):
    layers = (layer("Linear", out_features=6), layer("Linear", out_features="classes"))
    own = of(nn.Linear, build_model(net(*layers), (6,), CLASSES, 0).model)
    kept = of(
        nn.Linear, build_model(net(*layers, initializer="normal", bias="default"), (6,), CLASSES, 0).model
    )
    assert all(torch.equal(a.bias, b.bias) for a, b in zip(own, kept, strict=True))
    assert not torch.equal(own[0].weight, kept[0].weight)


def test_an_embedding_inherits_no_scale_but_takes_its_own(layer, net, starting):
    table = layer("Embedding", embedding_dim=4)
    end = (layer("MeanOverTime"), layer("Linear", out_features="classes"))
    shape = Tokens((5,), 11)
    inherits, takes, own = (
        of(nn.Embedding, build_model(model, shape, CLASSES, seed=2).model)[0].weight
        for model in (
            net(table, *end, initializer="xavier_normal"),
            net(starting(table, "xavier_normal"), *end),
            net(table, *end),
        )
    )
    assert torch.equal(inherits, own)
    expected = nn.init.xavier_normal_(torch.empty(11, 4), generator=torch.Generator().manual_seed(2))
    assert torch.equal(takes, expected)


def test_a_gain_is_auto_by_layer_and_as_torchs_where_torch_has_one(layer, net):
    def first(activation, **given):
        layers = (layer("Linear", out_features=6), layer(activation), layer("Linear", out_features="classes"))
        return of(nn.Linear, build_model(net(*layers, **given), (6,), CLASSES, seed=2).model)[0].weight

    for kaiming in ("kaiming_normal", "kaiming_uniform"):
        for activation, name in (("ReLU", "relu"), ("Tanh", "tanh"), ("SELU", "selu")):
            auto = first(activation, initializer=kaiming, nonlinearity="auto")
            assert torch.equal(auto, first(activation, initializer=kaiming, nonlinearity=name))
    auto = first("LeakyReLU", initializer="kaiming_normal", nonlinearity="auto")
    assert torch.equal(auto, first("ReLU", initializer="kaiming_normal", nonlinearity="leaky_relu", a=0.01))


def linear(**initializer):
    return LayerSpec(
        kind="Linear",
        parameters={"out_features": 3},
        initializer=InitializerSpec(name=initializer.pop("name"), parameters=initializer),
    )


CONV = {"out_channels": 2, "kernel_size": 1}


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (linear(name="xavier"), "Linear: no initializer is called “xavier”: did you mean “xavier_"),
        (linear(name="he_normal"), "did you mean “kaiming_normal”?"),
        (linear(name="normal", sdt=1), "Linear: normal has no “sdt”: did you mean “std”?"),
        (linear(name="normal", std=-1), "Linear: normal: std must be at least 0"),
        (linear(name="orthogonal", gain="aut"), "did you mean “auto”?"),
        (linear(name="orthogonal", gain=-1), "gain must be at least 0"),
        (linear(name="zeros", bias="none"), "bias must be a number or one of “default”"),
        (linear(name="zeros", bias=float("nan")), "bias must be a finite number"),
        (linear(name="trunc_normal", std=0), "std must be above 0"),
        (linear(name="sparse", sparsity=1.5), "sparsity must be at least 0 and at most 1"),
        (linear(name="lsuv", max_iterations=0), "max_iterations must be at least 1"),
        (linear(name="fixup", bias=1), "fixup has no “bias”"),
        (linear(name="dirac"), "Linear at layers[1] has matrices, and dirac sets kernels only"),
        *(
            (
                LayerSpec(kind="Conv2d", parameters=CONV, initializer=InitializerSpec(name=name)),
                f"Conv2d at layers[1] has kernels, and {name} sets matrices only",
            )
            for name in ("eye", "sparse")
        ),
        (
            LayerSpec(
                kind="Sequential",
                body=(LayerSpec(kind="ReLU"),),
                initializer=InitializerSpec(name="uniform", parameters={"a": "x"}),
            ),
            "Sequential: uniform: a must be a number",
        ),
    ],
    ids=str,
)
def test_a_wrong_initializer_is_named_at_its_layer(spec, message):
    model = ModelSpec(layers=(LayerSpec(kind="ReLU"), spec))
    [problem] = [
        p for p in inspect_model(model, (1, 8, 8), CLASSES).problems if "must end in" not in p.message
    ]
    assert problem.path == (1,)
    assert message in problem.message
    with pytest.raises(BuildError):
        build_model(model, (1, 8, 8), CLASSES, seed=0)


def test_it_is_found_however_deep_it_lies(layer, net, starting):
    body = layer("Repeat", layer("ReLU"), starting(layer("Linear", out_features=6), "dirac"), times=2)
    [problem] = inspect_model(net(body, layer("Linear", out_features="classes")), (6,), CLASSES).problems
    assert problem.path == (0, 1)
    assert problem.message.startswith("Linear at layers[0].body[1] has matrices")


def test_an_initializer_where_there_are_no_weights_is_no_mistake(layer, net, starting):
    model = net(starting(layer("ReLU"), "dirac"), layer("Linear", out_features="classes"))
    assert inspect_model(model, (6,), CLASSES).problems == ()


def test_drawn_batches_are_of_the_shape():
    generator = torch.Generator().manual_seed(0)
    ids = drawn(Tokens((5,), 3), generator)
    assert (ids.shape, ids.dtype, ids.unique().tolist()) == ((64, 5), torch.int64, [0, 1, 2])
    assert drawn((2, 3), generator).shape == (64, 2, 3)
