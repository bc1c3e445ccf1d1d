"""A layer in a few characters, from the catalogue alone."""

from __future__ import annotations

import pytest

from gradviz.control.layer_text import count_text, layer_text, shape_text
from gradviz.spec.catalogue import Catalogue, find
from gradviz.spec.experiment import LayerSpec

LINEAR = LayerSpec(kind="Linear", parameters={"out_features": 64, "bias": False})


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    from gradviz.nets.registry import layers

    return Catalogue(layers=layers.entries())


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (LINEAR, "Linear 64"),
        (LayerSpec(kind="Linear", name="encoder", parameters={"out_features": 64}), "encoder: Linear 64"),
        (LayerSpec(kind="Linear", parameters={"out_features": "classes"}), "Linear classes"),
        (LayerSpec(kind="Conv2d", parameters={"out_channels": 64, "kernel_size": 3}), "Conv2d 64 · 3×3"),
        (LayerSpec(kind="Conv2d", parameters={"kernel_size": [3, 5], "out_channels": 8}), "Conv2d 8 · 3×5"),
        (LayerSpec(kind="Repeat", parameters={"times": 20}, body=(LINEAR,)), "Repeat ×20"),
        (LayerSpec(kind="Sigmoid"), "Sigmoid"),
        (LayerSpec(kind="Dropout", parameters={"p": 0.25}), "Dropout 0.25"),
        (LayerSpec(kind="Dropout"), "Dropout"),
        (LayerSpec(kind="Unheard", parameters={"x": 1}), "Unheard 1"),
    ],
)
def test_kind_and_main_parameters(catalogue: Catalogue, layer: LayerSpec, text: str) -> None:
    assert layer_text(layer, find(catalogue.layers, layer.kind)) == text


def test_before_there_is_a_catalogue() -> None:
    assert layer_text(LINEAR, None) == "Linear 64"
    assert layer_text(LayerSpec(kind="Repeat", parameters={"times": 3}, body=(LINEAR,)), None) == "Repeat ×3"
    assert layer_text(LayerSpec(kind="Flatten"), None) == "Flatten"


def test_shapes_and_counts() -> None:
    assert shape_text((64, 8, 8)) == "64\u200a×\u200a8\u200a×\u200a8"
    assert shape_text(()) == ""
    assert count_text(1234567) == "1.2 M"
    assert count_text(0) == ""
