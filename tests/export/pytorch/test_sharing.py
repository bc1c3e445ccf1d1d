"""Blocks of one build become functions, runs become loops."""

from __future__ import annotations

from gradviz.export.expression import Argument, Call, Each, Name, Times, Value, sequential
from gradviz.export.layout import in_one_line
from gradviz.export.pytorch.loops import counted, folded
from gradviz.export.pytorch.sharing import shared


def linear(inputs, outputs, *, bias=True):
    return Call(
        "nn.Linear",
        (
            Argument(Value(inputs), "in_features"),
            Argument(Value(outputs), "out_features"),
            Argument(Value(bias), "bias", keyword=True, left_out=bias),
        ),
    )


def block(inputs, width, outputs, *, bias=True):
    inside = (linear(inputs, width, bias=bias), Call("nn.ReLU"), linear(width, outputs), Call("nn.ReLU"))
    return sequential(inside, "Bottleneck")


def test_what_varies_becomes_a_parameter_and_what_varies_alike_the_same_one():
    root, (function,) = shared(sequential((block(3, 8, 5), Call("nn.Tanh"), block(5, 9, 5))))
    assert function.name == "bottleneck"
    assert function.parameters == (("in_features", (3, 5)), ("out_features", (8, 9)))
    assert in_one_line(function.node) == (
        "nn.Sequential(nn.Linear(in_features, out_features), nn.ReLU(), "
        "nn.Linear(out_features, 5), nn.ReLU())"
    )
    assert in_one_line(root) == "nn.Sequential(bottleneck(3, 8), nn.Tanh(), bottleneck(5, 9))"


def test_an_argument_that_is_left_out_in_one_is_given_in_all():
    root, (function,) = shared(sequential((block(5, 8, 5), Call("nn.Tanh"), block(5, 8, 5, bias=False))))
    assert "nn.Linear(5, 8, bias=bias)" in in_one_line(function.node)
    assert in_one_line(root) == "nn.Sequential(bottleneck(True), nn.Tanh(), bottleneck(False))"


def test_functions_stand_after_those_that_they_call():
    pairs = [sequential((block(n, n + 1, 5), block(n, n + 2, 5), Call("nn.Tanh")), "Stage") for n in (3, 5)]
    root, functions = shared(sequential((pairs[0], Call("nn.SELU"), pairs[1])))
    assert [function.name for function in functions] == ["bottleneck", "stage"]
    assert in_one_line(functions[1].node).count("bottleneck(") == 2
    assert in_one_line(root) == "nn.Sequential(stage(3, 4, 5), nn.SELU(), stage(5, 6, 7))"


def test_two_small_likenesses_stay_written_out():
    root, functions = shared(sequential((linear(2, 3), Call("nn.ReLU"), linear(3, 4), Call("nn.ReLU"))))
    assert functions == ()
    assert "nn.Linear(3, 4)" in in_one_line(root)


def test_runs_become_loops_that_start_with_a_layer():
    flat = folded(sequential((linear(2, 8), Call("nn.ReLU"), *(linear(8, 8), Call("nn.ReLU")) * 5)))
    assert in_one_line(flat) == (
        "nn.Sequential(nn.Linear(2, 8), nn.ReLU(), "
        "*[nn.Sequential(nn.Linear(8, 8), nn.ReLU()) for _ in range(5)])"
    )
    assert isinstance(folded(sequential((linear(8, 8),) * 7)).arguments[0].node, Times)


def test_calls_in_a_progression_become_a_range():
    calls = tuple(
        Call("dense", (Argument(Value(n), "inputs"), Argument(Value(4), "growth"))) for n in (8, 12, 16)
    )
    loop = counted(sequential(calls), frozenset({"dense"}))
    assert isinstance(loop.arguments[0].node, Each)
    assert in_one_line(loop) == "nn.Sequential(*[dense(inputs, 4) for inputs in range(8, 20, 4)])"
    assert counted(sequential(calls), frozenset()) == sequential(calls)


def test_names_are_equal_by_their_name():
    assert Name("a", 1) == Name("a", 2)
