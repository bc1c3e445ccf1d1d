from __future__ import annotations

import math

import pytest
import torch

from gradviz.spec.experiment import ClipSpec
from gradviz.training.clipping import build_clip, clips


def gradients(scale: float = 1.0) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator) * scale for shape in ((7, 5), (5,), (1,), (3, 2, 2))]


def clip(method: str, grads: list[torch.Tensor], threshold: float, **parameters) -> list[torch.Tensor]:
    build_clip(ClipSpec(method=method, parameters={"threshold": threshold, **parameters}))(grads)
    return grads


def slow_norm(values: list[float], p: float) -> float:
    largest = max(map(abs, values))
    return largest * math.fsum((abs(v) / largest) ** p for v in values) ** (1 / p) if largest else 0.0


def entries(tensors: list[torch.Tensor]) -> list[float]:
    return [float(v) for tensor in tensors for v in tensor.flatten()]


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e25, 1e-30])
def test_value_is_an_entrywise_cut(scale: float) -> None:
    threshold = 0.5 * scale
    clipped = clip("value", gradients(scale), threshold)
    for value, original in zip(entries(clipped), entries(gradients(scale)), strict=True):
        assert value == pytest.approx(min(max(original, -threshold), threshold), rel=1e-6)


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("scale", [1.0, 0.1, 1e25])
def test_norm_scales_each_tensor_by_itself(scale: float, p: float) -> None:
    for clipped, original in zip(clip("norm", gradients(scale), 0.7, p=p), gradients(scale), strict=True):
        factor = min(1.0, 0.7 / slow_norm(entries([original]), p))
        expected = [v * factor for v in entries([original])]
        assert entries([clipped]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("p", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("scale", [1.0, 0.01, 1e25])
def test_global_norm_scales_all_by_one_factor(scale: float, p: float) -> None:
    factor = min(1.0, 0.7 / slow_norm(entries(gradients(scale)), p))
    expected = [v * factor for v in entries(gradients(scale))]
    assert entries(clip("global_norm", gradients(scale), 0.7, p=p)) == pytest.approx(expected, rel=1e-5)


def test_global_norm_is_torchs_own() -> None:
    parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in gradients()]
    for parameter, gradient in zip(parameters, gradients(), strict=True):
        parameter.grad = gradient
    torch.nn.utils.clip_grad_norm_(parameters, 0.7)
    for clipped, parameter in zip(clip("global_norm", gradients(), 0.7), parameters, strict=True):
        torch.testing.assert_close(clipped, parameter.grad, rtol=1e-5, atol=0)


@pytest.mark.parametrize("method", list(clips))
def test_small_gradients_pass_unchanged_bit_for_bit(method: str) -> None:
    for scale in (1e-3, 1e-30, 0.0):
        clipped = clip(method, gradients(scale), 1.0)
        assert all(torch.equal(a, b) for a, b in zip(clipped, gradients(scale), strict=True))


@pytest.mark.parametrize("method", list(clips))
def test_nan_stays_visible(method: str) -> None:
    grads = gradients()
    grads[0][0, 0] = math.nan
    assert clip(method, grads, 0.1)[0][0, 0].isnan()


@pytest.mark.parametrize("method", list(clips))
def test_no_gradients_are_no_error(method: str) -> None:
    assert clip(method, [], 1.0) == []


def test_norm_below_what_float32_can_square_is_still_clipped() -> None:
    (clipped,) = clip("norm", [torch.full((100,), 1e-25)], 1e-26)
    assert slow_norm(entries([clipped]), 2) == pytest.approx(1e-26, rel=1e-5)
