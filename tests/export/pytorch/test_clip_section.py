"""Clipping in a script does what the engine's does, by every registered method."""

from __future__ import annotations

import pytest
import torch
from exported import layer, small

from gradviz.export.pytorch import clipping, export_pytorch
from gradviz.export.registry import ExportError
from gradviz.spec.experiment import ClipSpec
from gradviz.training.clipping import build_clip, clips

STRONG = {
    "value": {"threshold": 0.01},
    "norm": {"threshold": 0.01},
    "global_norm": {"threshold": 0.01},
    "adaptive": {"clipping": 0.001},
    "percentile": {"percentile": 30.0},
}
"""Parameters with which a method clips in almost every step."""
CASES = [
    *STRONG.items(),
    ("norm", {"threshold": 0.01, "p": 1.0}),
    ("norm", {"threshold": 0.01, "p": "inf"}),
    ("global_norm", {"threshold": 0.01, "p": 40.0}),
    ("global_norm", {"threshold": 0.01, "p": "inf"}),
    ("adaptive", {"clipping": 0.001, "exclude_last": True}),
    ("percentile", {"percentile": 60.0, "window": 3}),
]


def test_every_method_is_tried():
    assert set(STRONG) == set(clips)


@pytest.mark.parametrize(("method", "given"), CASES)
def test_the_same_losses_and_others_than_without(workshop, same_losses, method, given):
    clipped = small(clip=ClipSpec(method=method, parameters=given))
    same_losses(clipped)
    assert workshop.engine_losses(clipped, 10) != workshop.engine_losses(small(), 10)


@pytest.mark.parametrize(("method", "given"), STRONG.items())
def test_the_losses_are_the_same_to_the_last_digit(same_losses, method, given):
    assert same_losses(small(clip=ClipSpec(method=method, parameters=given)), steps=60) == 0


def test_no_last_linear_layer_is_nothing_to_spare(same_losses):
    tree = (layer("Conv2d", out_channels=10, kernel_size=8), layer("Flatten"))
    spec = ClipSpec(method="adaptive", parameters={"clipping": 0.001, "exclude_last": True})
    same_losses(small(*tree, data="digits", clip=spec), steps=3)


def test_a_method_that_no_script_has_is_told(monkeypatch):
    monkeypatch.delattr(clipping, "percentile")
    with pytest.raises(ExportError) as caught:
        export_pytorch(small(clip=ClipSpec(method="percentile")))
    assert str(caught.value) == (
        "clip.method = “percentile” cannot be written as a script; take it out to export the rest"
    )


@pytest.mark.parametrize("scale", [1e-30, 1.0, 1e30])
@pytest.mark.parametrize("p", [1.0, 2.0, 3.5, 12.0, 40.0, "inf"])
@pytest.mark.parametrize("method", ["norm", "global_norm"])
def test_norms_are_right_at_every_magnitude(method, p, scale):
    torch.manual_seed(1)
    gradients = [torch.randn(3, 4) * scale, torch.randn(5) * scale]
    parameters = [torch.nn.Parameter(torch.zeros_like(gradient)) for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.clone()
    threshold = 0.3 * scale
    build_clip(ClipSpec(method=method, parameters={"threshold": threshold, "p": p}), parameters)()
    getattr(clipping, method)(gradients, threshold, p=float(p))
    for parameter, gradient in zip(parameters, gradients, strict=True):
        torch.testing.assert_close(gradient, parameter.grad, rtol=1e-6, atol=0)


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
def test_a_gradient_that_is_not_finite_is_no_norm_to_remember(broken):
    norms = [1.0]
    gradients = [torch.tensor([broken, 3.0])]
    clipping.percentile(gradients, norms, percent=50.0)
    assert norms == [1.0]
    assert gradients[0].isnan().any()


def test_units_of_one_number_are_clipped_too():
    parameter = torch.nn.Parameter(torch.tensor(2.0))
    parameter.grad = torch.tensor(5.0)
    clipping.adaptive([parameter], clipping=0.1, eps=1e-3)
    assert float(parameter.grad) == pytest.approx(0.2)
