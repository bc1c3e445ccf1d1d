import itertools
import pickle
import threading

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from gradviz.nets import build
from gradviz.nets.build import BuildError, build_model, inspect_model
from gradviz.nets.registry import layers
from gradviz.records.layer import Inspection
from gradviz.spec.experiment import InitializerSpec, LayerSpec, ModelSpec


@pytest.fixture
def mlp(layer, net):
    def make(initializer="default", **parameters):
        body = (layer("Linear", out_features=16), layer("ReLU"))
        return net(
            layer("Flatten"),
            layer("Repeat", *body, times=5),
            layer("Linear", out_features="classes"),
            initializer=initializer,
            **parameters,
        )

    return make


def weights(built):
    return {name: value.clone() for name, value in built.model.state_dict().items()}


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def test_the_network_is_the_textbooks(mlp):
    built = build_model(mlp(), (1, 8, 8), 10, seed=0)
    linears = [module for module in built.model.modules() if isinstance(module, nn.Linear)]
    x = y = torch.randn(3, 1, 8, 8)
    y = y.flatten(1)
    for linear in linears[:-1]:
        y = torch.relu(y @ linear.weight.T + linear.bias)
    assert torch.allclose(built.model(x), linears[-1](y), atol=1e-6)


def test_the_fourth_linear_of_a_deep_net_is_linear_4(layer, net):
    body = (layer("Linear", out_features=64), layer("ReLU"))
    model = net(layer("Flatten"), layer("Repeat", *body, times=20), layer("Linear", out_features="classes"))
    layers = build_model(model, (1, 8, 8), 10, seed=0).layers
    linears = [info for info in layers if info.kind == "Linear"]
    assert (linears[3].name, linears[3].repeat, linears[3].path) == ("Linear 4", (3,), (1, 0))
    assert linears[-1].name == "Linear 21"


@pytest.mark.parametrize("initializer", ["default", "normal", "orthogonal"])
def test_weights_are_a_function_of_the_seed(mlp, initializer):
    one, two, other = (weights(build_model(mlp(initializer), (1, 8, 8), 10, seed)) for seed in (5, 5, 6))
    assert same(one, two)
    assert not same(one, other)


@pytest.mark.parametrize("initializer", ["default", "kaiming_normal"])
def test_the_random_state_of_the_caller_does_not_matter_and_is_kept(mlp, initializer):
    with torch.random.fork_rng():
        torch.manual_seed(1)
        before = torch.get_rng_state()
        one = weights(build_model(mlp(initializer), (1, 8, 8), 10, seed=5))
        assert torch.equal(torch.get_rng_state(), before)
        torch.manual_seed(2)
        assert same(one, weights(build_model(mlp(initializer), (1, 8, 8), 10, seed=5)))


def test_the_default_device_of_the_caller_does_not_matter(mlp):
    expected = weights(build_model(mlp(), (1, 8, 8), 10, seed=5))
    with torch.device("meta"):
        assert same(expected, weights(build_model(mlp(), (1, 8, 8), 10, seed=5)))


def test_the_default_initializer_is_torchs_own(mlp):
    built = build_model(mlp(), (1, 8, 8), 10, seed=9)
    with torch.random.fork_rng():
        torch.manual_seed(9)
        widths = [64, 16, 16, 16, 16, 16, 10]
        own = [nn.Linear(a, b) for a, b in itertools.pairwise(widths)]
    linears = [module for module in built.model.modules() if isinstance(module, nn.Linear)]
    assert all(
        torch.equal(a.weight, b.weight) and torch.equal(a.bias, b.bias)
        for a, b in zip(linears, own, strict=True)
    )


@pytest.mark.parametrize("seed", [-1, 0, 2**63, 2**70])
def test_any_whole_number_is_a_seed(mlp, seed):
    for initializer in ("default", "normal"):
        one = weights(build_model(mlp(initializer), (1, 8, 8), 10, seed))
        assert same(one, weights(build_model(mlp(initializer), (1, 8, 8), 10, seed)))


def test_inspection_draws_nothing_and_agrees_with_the_network(mlp):
    before = torch.get_rng_state()
    inspection = inspect_model(mlp("normal"), (1, 8, 8), 10)
    assert torch.equal(torch.get_rng_state(), before)
    built = build_model(mlp("normal"), (1, 8, 8), 10, seed=0)
    assert inspection.layers == built.layers
    assert inspection.parameters == sum(p.numel() for p in built.model.parameters())
    assert inspection.problems == ()


def test_an_inspection_survives_its_way_over_the_wire(mlp):
    inspection = inspect_model(mlp(), [1, 8, 8], 10)
    assert Inspection.from_raw(inspection.to_raw()) == inspection


@pytest.mark.parametrize(
    ("tail", "shape", "message"),
    [
        (
            [("Linear", {"out_features": "classes"})],
            (1, 8, 8),
            (
                "Linear 1 got [1, 8, 8] and gives [1, 8, 10], but the network must end in [10]: "
                "put a Flatten before Linear 1"
            ),
        ),
        (
            [("Linear", {"out_features": 3})],
            (1, 8, 8),
            (
                "Linear 1 got [1, 8, 8] and gives [1, 8, 3], but the network must end in [10]: "
                "put a Flatten before Linear 1 and set its out_features to “classes”"
            ),
        ),
        (
            [("Flatten", {}), ("Linear", {"out_features": 3})],
            (1, 8, 8),
            (
                "Linear 1 got [64] and gives [3], but the network must end in [10]: "
                "set its out_features to “classes”"
            ),
        ),
        (
            [("Flatten", {}), ("ReLU", {})],
            (1, 8, 8),
            (
                "ReLU 1 got [64] and gives [64], but the network must end in [10]: "
                "add a Linear with out_features = “classes” after it"
            ),
        ),
        (
            [("ReLU", {})],
            (1, 8, 8),
            (
                "ReLU 1 got [1, 8, 8] and gives [1, 8, 8], but the network must end in [10]: "
                "add a Flatten after it and a Linear with out_features = “classes”"
            ),
        ),
        (
            [("AdaptiveAvgPool2d", {"output_size": 1})],
            (10, 8, 8),
            (
                "AdaptiveAvgPool2d 1 got [10, 8, 8] and gives [10, 1, 1], but the network must end in [10]: "
                "add a Flatten after it"
            ),
        ),
    ],
)
def test_the_network_must_end_in_the_classes(tail, shape, message, layer, complaints):
    found = complaints(*(layer(kind, **parameters) for kind, parameters in tail), shape=shape)
    assert found == [((len(tail) - 1,), message)]


def test_a_block_at_the_end_is_named_too(layer, complaints):
    body = layer("Linear", out_features=5)
    [(path, message)] = complaints(layer("Repeat", body, times=3, name="Deep"), shape=(5,))
    assert path == (0,)
    assert message.startswith("Deep gives [5], but the network must end in [10]: add a Linear")


def test_problems_are_all_told_and_in_order(layer, net):
    model = net(
        layer("Flatten"),
        layer("Conv2d", out_channels=1, kernel_size=1),
        layer("Swish"),
        initializer="xavier",
    )
    inspection = inspect_model(model, (1, 8, 8), 10)
    assert [problem.path for problem in inspection.problems] == [(), (1,), (2,)]
    assert [node.path for node in inspection.nodes] == [(0,)]


@pytest.mark.parametrize(
    ("shape", "classes", "message"),
    [((), 3, "nothing to learn"), ((3, 0), 3, "[3, 0]"), ((4,), 0, "0 classes: at least 1")],
)
def test_data_that_no_network_takes(shape, classes, message, layer, net):
    [problem] = inspect_model(net(layer("ReLU")), shape, classes).problems
    assert problem.path == ()
    assert message in problem.message


def test_a_bad_model_is_a_build_error_with_its_place(layer, net):
    with pytest.raises(BuildError, match=r"^Conv2d 1 got \[64\] and needs an image") as raised:
        build_model(net(layer("Flatten"), layer("Conv2d", out_channels=1, kernel_size=1)), (1, 8, 8), 10, 0)
    assert raised.value.path == (1,)
    assert raised.value.message == str(raised.value)


def test_a_network_larger_than_the_machine_is_refused(layer, net):
    model = net(layer("Linear", out_features=10**6), layer("Linear", out_features="classes"))
    assert inspect_model(model, (10**6,), 2).problems == ()
    with pytest.raises(
        BuildError, match=r"parameters, which take 4 TB; this machine has .* make its layers smaller"
    ):
        build_model(model, (10**6,), 2, seed=0)


def test_memory_that_runs_out_names_the_layer(layer, net, monkeypatch):
    monkeypatch.setattr(build, "machine_memory", lambda: None)
    model = net(layer("Linear", out_features=10**6), layer("Linear", out_features="classes"))
    with pytest.raises(BuildError, match=r"^Linear 1 got no memory for its .* \(4 PB\)") as raised:
        build_model(model, (10**9,), 2, seed=0)
    assert raised.value.path == (0,)


def test_a_thousand_rounds_have_a_thousand_layers(layer, net):
    body = (layer("Linear", out_features=4), layer("ReLU"))
    inspection = inspect_model(net(layer("Repeat", *body, times=1000)), (4,), 4)
    assert len(inspection.layers) == 2000
    assert inspection.layers[-1].name == "ReLU 1000"
    assert inspection.parameters == 20_000


def test_a_deeply_nested_network_builds_and_runs(layer, net):
    spec = layer("Linear", out_features=4)
    for _ in range(49):
        spec = layer("Residual", spec)
    built = build_model(net(spec), (4,), 4, seed=0)
    assert built.model(torch.randn(2, 4)).shape == (2, 4)
    assert len(built.layers) == 1


def test_inspection_in_another_thread_leaves_this_one_alone(mlp):
    results = []
    thread = threading.Thread(target=lambda: results.append(inspect_model(mlp(), (1, 8, 8), 10)))
    thread.start()
    assert torch.empty(2).device.type == "cpu"
    thread.join()
    assert results[0].problems == ()


def test_the_network_is_plain_torch(mlp):
    model = build_model(mlp(), (1, 8, 8), 10, seed=0).model
    assert {type(module) for module in model.modules()} == {nn.Sequential, nn.Flatten, nn.Linear, nn.ReLU}
    copy = pickle.loads(pickle.dumps(model))
    x = torch.randn(2, 1, 8, 8)
    assert torch.equal(copy(x), model(x))


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 12),
    st.sampled_from(
        [10**30, 0.5, float("nan"), "classes", "same", "auto", "all", "channels", [1, 2], [3], {}]
    ),
)
NAMES = sorted({p.name for entry in layers.entries() for p in entry.parameters})
KINDS = st.sampled_from([*layers, "Swish", ""])
GIVEN = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=3)
LIKELY = st.fixed_dictionaries(
    {},
    optional={
        "out_features": st.integers(1, 9),
        "out_channels": st.integers(1, 4),
        "kernel_size": st.integers(1, 9),
        "times": st.integers(1, 4),
    },
)


END = LayerSpec(kind="Flatten"), LayerSpec(kind="Linear", parameters={"out_features": "classes"})


@st.composite
def specs(draw, depth=2):
    kind = draw(KINDS)
    body = tuple(draw(st.lists(specs(depth=depth - 1), max_size=3))) if depth else ()
    known = {p.name for p in layers.entry(kind).parameters} if kind in layers else set()
    parameters = draw(GIVEN) if draw(st.integers(0, 4)) == 0 else {}
    parameters |= {name: value for name, value in draw(LIKELY).items() if name in known}
    if draw(st.integers(0, 9)):
        body = body if kind in ("Repeat", "Residual") else ()
    return LayerSpec(
        kind=kind, name=draw(st.sampled_from([None, "A", "A 1"])), parameters=parameters, body=body
    )


@settings(max_examples=150)
@given(st.lists(specs(), max_size=4), st.sampled_from([(), END]), st.sampled_from([(6,), (1, 8, 8), (3, 4)]))
def test_any_model_is_inspected_and_built_or_refused_alike(parts, end, shape):
    model = ModelSpec(layers=(*parts, *end), initializer=InitializerSpec(name="zeros"))
    inspection = inspect_model(model, shape, 6)
    if inspection.problems:
        assert all(problem.message for problem in inspection.problems)
        with pytest.raises(BuildError):
            build_model(model, shape, 6, seed=0)
    else:
        built = build_model(model, shape, 6, seed=0)
        assert built.layers == inspection.layers
        assert [name for name, module in built.model.named_modules() if not list(module.children())] == [
            info.module for info in built.layers
        ]
