import pytest

from gradviz.nets.check import check, walk
from gradviz.spec.check import DEEPEST
from gradviz.spec.experiment import InitializerSpec, ModelSpec


@pytest.fixture
def problems(net):
    def find(*layers, **initializer):
        return [(problem.path, problem.message) for problem in check(net(*layers, **initializer))]

    return find


def test_a_sound_model_has_no_problems(layer, problems):
    assert problems(layer("Flatten"), layer("Repeat", layer("ReLU"), times=2), initializer="zeros") == []


@pytest.mark.parametrize(
    ("kind", "suggestion"),
    [
        ("Swish", ": did you mean “SiLU”?"),
        ("Dense", ": did you mean “Linear”?"),
        ("leaky_relu", ": did you mean “LeakyReLU”?"),
        ("Conv2D", ": did you mean “Conv2d”?"),
        ("Batch Normalization", ": did you mean “BatchNorm2d”?"),
        ("Liner", ": did you mean “Linear”?"),
        ("Zzzzz", ""),
    ],
)
def test_an_unknown_layer_gets_the_nearest_name(kind, suggestion, layer, problems):
    assert problems(layer("ReLU"), layer(kind)) == [((1,), f"no layer is called “{kind}”{suggestion}")]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"out_feature": 3, "out_features": 3}, "Linear has no “out_feature”: did you mean “out_features”?"),
        ({}, "Linear needs out_features"),
        ({"out_features": 0}, "Linear: out_features must be at least 1"),
        ({"out_features": 2.5}, "Linear: out_features must be a whole number"),
        ({"out_features": 10**400}, "Linear: out_features must be at least 1 and at most"),
        ({"out_features": "klasses"}, "did you mean “classes”?"),
        ({"out_features": [3]}, "Linear: out_features must be a whole number"),
        ({"out_features": None}, "Linear: out_features must be a whole number"),
        ({"out_features": 3, "bias": {"a": [1]}}, "Linear: bias must be true or false"),
    ],
)
def test_parameters_are_checked(given, message, layer, problems):
    [(path, text)] = problems(layer("Repeat", layer("Linear", **given), times=2))
    assert path == (0, 0)
    assert message in text


def test_blocks_and_bodies(layer, problems):
    found = problems(layer("Repeat", times=2), layer("ReLU", layer("Tanh")), layer("Residual"))
    assert found == [
        ((0,), "Repeat has an empty body: put at least one layer into it"),
        ((1,), "ReLU cannot hold other layers: take them out of its body"),
        ((2,), "Residual has an empty body: put at least one layer into it"),
    ]


@pytest.mark.parametrize("times", [0, -1, 10_001, 2.0, "many"])
def test_rounds_out_of_range(times, layer, problems):
    [(path, text)] = problems(layer("Repeat", layer("ReLU"), times=times))
    assert path == (0,)
    assert text.startswith("Repeat: times must be")


def test_an_empty_model(problems):
    [(path, text)] = problems()
    assert path == ()
    assert text.startswith("The network has no layers: add a Flatten")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (InitializerSpec(name="xavier"), "no initializer is called “xavier”: did you mean “xavier_"),
        (InitializerSpec(name="normal", parameters={"sdt": 1}), "normal has no “sdt”: did you mean “std”?"),
        (InitializerSpec(name="normal", parameters={"std": -1}), "normal: std must be at least 0"),
        (InitializerSpec(name="kaiming_normal", parameters={"mode": "fan_inn"}), "did you mean “fan_in”?"),
    ],
)
def test_the_initializer_is_checked(spec, message, layer):
    [problem] = check(ModelSpec(layers=(layer("ReLU"),), initializer=spec))
    assert problem.path == ()
    assert message in problem.message


def nested(layer, depth):
    spec = layer("ReLU")
    for _ in range(depth):
        spec = layer("Residual", spec)
    return spec


def test_deep_nesting_is_a_problem_and_no_recursion(layer, problems):
    assert problems(nested(layer, DEEPEST)) == []
    [(path, text)] = problems(nested(layer, 5_000))
    assert path == (0,) * (DEEPEST + 1)
    assert text.startswith(f"Residual lies more than {DEEPEST} blocks deep")


def test_walk_goes_a_block_before_its_body(layer, net):
    model = net(layer("Repeat", layer("ReLU"), layer("Tanh"), times=2), layer("Flatten"))
    assert [(path, spec.kind) for path, spec in walk(model)] == [
        (path, spec.kind) for path, spec in model.walk()
    ]
