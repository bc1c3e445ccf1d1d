from __future__ import annotations

import math

import numpy as np
import pytest

from gradviz.diagnosis.blame import SMALLEST, blame
from gradviz.records.factors import FactorKind
from gradviz.records.layer import LayerInfo


def layers(*kinds: str) -> tuple[LayerInfo, ...]:
    return tuple(
        LayerInfo(
            index=i,
            name=f"{kind} {i}",
            kind=kind,
            path=(i,),
            repeat=(),
            module=str(i),
            output_shape=(1,),
            parameters=0,
        )
        for i, kind in enumerate(kinds)
    )


SIGMOID = layers(*("Linear", "Sigmoid") * 20)
RELU = layers(*("Linear", "ReLU") * 20)


def test_the_sigmoids_slope_is_to_blame() -> None:
    found = blame([1.0, 0.23] * 20, SIGMOID)
    assert found.kind is FactorKind.SLOPE
    assert found.factor == pytest.approx(0.23)
    assert found.per_layer == pytest.approx(0.23)
    assert found.balanced == {FactorKind.SLOPE: pytest.approx(1.0)}
    assert found.sentence == (
        "The activations make the gradient vanish: 0.23 a layer where 1.00 would keep a balance "
        "with weights at 1.00."
    )


@pytest.mark.parametrize(
    ("weight", "slope"), [(1.0, 0.24), (0.8, 0.3), (1.41, 0.2), (6.0, 0.71), (1.4, 0.72)]
)
def test_a_balance_is_what_the_others_leave_to_be_made_up_for(weight: float, slope: float) -> None:
    """Each kind that is told a level would with that level multiply to 1."""
    found = blame([weight, slope] * 20, RELU)
    for kind, level in found.balanced.items():
        other = slope if kind is FactorKind.WEIGHTS else weight
        assert level * other == pytest.approx(1)
    assert (found.kind is None) == (len(found.balanced) == 2)


def test_what_is_near_to_a_balance_is_none_through_very_many_layers() -> None:
    gains = [1.39, 0.705] * 20
    assert blame(gains, RELU).kind is None
    many = 500
    found = blame([1.39, 0.705] * many, layers(*("Linear", "ReLU") * many))
    assert found.kind is not None
    assert found.sentence.startswith("The weights make the gradient vanish: 1.39 a layer where 1.42 would")
    assert found.sentence.endswith("; each layer multiplies it by 0.98, all 500 by 4.0e-05.")
    assert found.per_layer == pytest.approx(1.39 * 0.705)
    grown = blame([1.45, 0.705] * many, layers(*("Linear", "ReLU") * many))
    assert "explode" in grown.sentence
    assert "all 500 by" in grown.sentence


def test_the_whole_is_told_where_it_is_another_number() -> None:
    assert (
        "with weights at 0.50; each layer multiplies it by 0.12." in blame([0.5, 0.24] * 20, SIGMOID).sentence
    )


def test_relu_with_kaiming_is_in_balance() -> None:
    found = blame([1.41, 0.71] * 20, RELU)
    assert found.kind is None
    assert found.factor is None
    assert found.balanced == pytest.approx({FactorKind.WEIGHTS: 1.41, FactorKind.SLOPE: 0.71}, abs=0.005)
    assert found.per_layer == pytest.approx(1, abs=0.01)
    assert "in balance" in found.sentence


@pytest.mark.parametrize(("weight", "verb"), [(0.5, "vanish"), (4.0, "explode")])
def test_weights_too_small_or_too_large(weight: float, verb: str) -> None:
    found = blame([weight, 0.71] * 20, RELU)
    assert found.kind is FactorKind.WEIGHTS
    assert f"The weights make the gradient {verb}: {weight:.2f} a layer where 1.41" in found.sentence


def test_without_activations_weights_are_held_against_one() -> None:
    found = blame([1.4] * 10, layers(*["Linear"] * 10))
    assert found.kind is FactorKind.WEIGHTS
    assert found.balanced == {FactorKind.WEIGHTS: 1}
    assert blame([1.0] * 10, layers(*["Linear"] * 10)).kind is None


def test_what_makes_up_for_another_is_not_to_blame() -> None:
    """A normalisation gives what small weights take; what is left is the slope's."""
    found = blame([0.2, 7.05, 0.1] * 5, layers(*("Linear", "BatchNorm1d", "Sigmoid") * 5))
    assert found.kind is FactorKind.SLOPE


def test_dropout_and_pooling() -> None:
    found = blame([1.41, 0.71, 0.3] * 5, layers(*("Linear", "ReLU", "MaxPool2d") * 5))
    assert found.kind is FactorKind.OTHER
    assert "other layers" in found.sentence


def test_skips_count_and_shortcuts_do_not() -> None:
    kinds = layers(*("Linear", "Linear", "ReLU") * 4)
    gains = [9.0, 1.41, 0.71] * 4
    found = blame(gains, kinds, skip_factors=[3.0] * 4, shortcut=(0, 3, 6, 9))
    assert found.kind is FactorKind.OTHER
    assert found.per_layer == pytest.approx(3, rel=0.01)
    assert blame(gains, kinds, skip_factors=[math.inf, 1, 1, math.nan], shortcut=(0, 3, 6, 9)).kind is None


def test_steps_are_taken_together_and_gaps_left_out() -> None:
    rows = np.array([[math.nan, 0.1], [math.nan, 0.4], [math.inf, 0.2]])
    found = blame(rows, layers("Linear", "Sigmoid"))
    assert found.kind is FactorKind.SLOPE
    assert found.factor == pytest.approx(0.2)


def test_zero_is_to_blame_by_name() -> None:
    found = blame([1.0, 0.0], layers("Linear", "ReLU"))
    assert found.kind is FactorKind.SLOPE
    assert found.sentence.startswith("ReLU 1 lets nothing through")


def underflown(precision: str) -> tuple[list[float], list[float]]:
    """Gains and arriving norms of 40 layers at 0.24: zero before the fourth sigmoid in that precision."""
    smallest = SMALLEST[precision] / 100
    arriving = [smallest * 0.24 ** -((row - 7) / 2) for row in range(40)]
    return [math.nan] * 7 + [0.0] + [1.0, 0.24] * 16, [0.0] * 7 + arriving[7:]


@pytest.mark.parametrize("precision", list(SMALLEST))
def test_a_gradient_too_small_for_its_numbers_is_not_one_layers_doing(precision: str) -> None:
    gains, arriving = underflown(precision)
    found = blame(gains, SIGMOID, arriving=arriving, precision=precision)
    assert found.kind is FactorKind.SLOPE
    assert found.factor == pytest.approx(0.24)
    assert found.sentence == (
        "The activations make the gradient vanish: 0.24 a layer where 1.00 would keep a balance with weights "
        f"at 1.00. Before Sigmoid 7 it is too small for {precision}: exactly zero."
    )
    large = np.array(arriving) * 1e3 / SMALLEST[precision]
    stopped = blame(gains, SIGMOID, arriving=large, precision=precision)
    assert stopped.sentence == "Sigmoid 7 lets nothing through: the gradient behind it is exactly zero."


@pytest.mark.parametrize(
    ("kinds", "gains", "arriving", "why"),
    [
        (("Linear",), [math.nan], [0.08], "only where a layer before it is trained."),
        (
            ("Linear", "ReLU", "Linear"),
            [math.nan] * 3,
            [math.nan, math.nan, 0.1],
            "only where a layer before it is trained.",
        ),
        (("Linear", "Linear"), [math.nan] * 2, [0.0, 0.0], "The gradient of the loss itself is exactly zero"),
        (("Linear", "Linear"), [math.nan] * 2, [math.inf, math.inf], "The gradients were not finite."),
        (("Linear", "Linear"), [math.nan] * 2, [math.nan, math.nan], "No gains were measured."),
    ],
)
def test_where_there_is_no_gain_the_sentence_says_why(kinds, gains, arriving, why: str) -> None:
    found = blame(gains, layers(*kinds), arriving=arriving)
    assert found.kind is None
    assert why in found.sentence


def test_nothing_measured_and_a_wrong_number_of_layers() -> None:
    assert blame([math.nan], layers("Linear")).sentence == "No gains were measured."
    assert blame([], ()).kind is None
    with pytest.raises(ValueError, match="gains of 2 layers where there are 1"):
        blame([1.0, 1.0], layers("Linear"))
