from __future__ import annotations

import numpy as np
import pytest

from gradviz.views.plots.layer_match import matched_rows


def named(*kinds: str) -> list[tuple[str, str]]:
    """Layers of these kinds, numbered within each as a network's are."""
    return [(f"{kind} {kinds[: at + 1].count(kind)}", kind) for at, kind in enumerate(kinds)]


RELU, SIGMOID = named(*("Linear", "ReLU") * 3), named(*("Linear", "Sigmoid") * 3)


@pytest.mark.parametrize(
    ("shown", "other", "expected"),
    [
        (RELU, RELU, [0, 1, 2, 3, 4, 5]),
        (RELU, SIGMOID, [0, 1, 2, 3, 4, 5]),
        (RELU, SIGMOID[:3], [0, 1, 2, -1, -1, -1]),
        (RELU[:2], SIGMOID, [0, 1]),
        # some have namesakes: names decide, or ReLU 1 and Tanh 1 would both stand beside ReLU 1
        (named("Linear", "Tanh", "Linear", "ReLU"), RELU, [0, -1, 2, 1]),
        (named("Linear", "LayerNorm", "Tanh"), named("Linear", "BatchNorm1d", "ReLU"), [0, 1, 2]),
        # what is neither activation nor normalisation has only its name
        (named("Conv2d", "ReLU"), named("Linear", "ReLU"), [-1, 1]),
        (named("MaxPool2d"), named("AvgPool2d"), [-1]),
        ([], RELU, []),
        (RELU, [], [-1] * 6),
    ],
)
def test_by_name_or_by_place(shown, other, expected: list[int]) -> None:
    assert matched_rows(shown, other).tolist() == expected


def test_no_layer_stands_in_two_places() -> None:
    random = np.random.default_rng(0)
    kinds = ("Linear", "ReLU", "Sigmoid", "LayerNorm", "BatchNorm1d", "Flatten")
    for _ in range(300):
        shown, other = (named(*random.choice(kinds, random.integers(0, 12)).tolist()) for _ in range(2))
        rows = matched_rows(shown, other)
        used = rows[rows >= 0]
        assert len(set(used.tolist())) == len(used)
