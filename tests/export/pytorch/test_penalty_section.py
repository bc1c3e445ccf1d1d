"""Penalties and limits in a script are over the weights that the engine's are over."""

from __future__ import annotations

import pytest
from exported import layer, small

from gradviz.export.pytorch import export_pytorch
from gradviz.export.registry import ExportError
from gradviz.spec.experiment import RegularizationSpec

TREE = (
    layer("Conv2d", out_channels=2, kernel_size=3),
    layer("LayerNorm"),
    layer("BatchNorm2d"),
    layer("Flatten"),
    layer("Linear", out_features=8),
    layer("Tanh"),
    layer("Linear", out_features="classes"),
)
CASES = [
    {"l1": 0.01, "biases": True},
    {"l2": 0.05, "exclude": ("Linear*",)},
    {"l2": 0.05, "exclude": ("Conv2d 1", "Linear 2"), "biases": True},
    {"max_norm": 0.5},
    {"max_norm": 0.5, "exclude": ("Linear 1",)},
    {"l1": 0.001, "l2": 0.05, "max_norm": 0.4, "biases": True, "exclude": ("LayerNorm*",)},
]


@pytest.mark.parametrize("given", CASES)
def test_the_same_losses(same_losses, given):
    same_losses(small(*TREE, data="digits", regularization=RegularizationSpec(**given)), steps=6)


def test_only_what_was_asked_for_is_there():
    text = export_pytorch(small(regularization=RegularizationSpec(max_norm=2.0)))
    assert "MAX_NORM = 2.0" in text.splitlines()
    assert "add_penalty" not in text
    assert "parameters = list" not in text


def test_a_pattern_that_excludes_nothing_is_refused_by_its_sentence():
    with pytest.raises(ExportError, match="“Conv2d 9” matches no layer"):
        export_pytorch(small(regularization=RegularizationSpec(l2=0.1, exclude=("Conv2d 9",))))
