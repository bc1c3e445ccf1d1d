"""Every clipping method beside a slow and obvious twin, on the host and as on a device."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from gradviz.probes import squares
from gradviz.spec.experiment import ClipSpec
from gradviz.training.clipping import Clip, build_clip, clips

SHAPES = ((7, 5), (5,), (1,), (3, 2, 2), (4, 5))
CASES = {
    "value": [{"threshold": 0.5}],
    "norm": [{"threshold": 0.7, "p": p} for p in (1.0, 2.0, 3.0, 40.0, "inf")],
    "global_norm": [{"threshold": 0.7, "p": p} for p in (1.0, 2.0, 3.0, 40.0, "inf")],
    "adaptive": [{"clipping": 0.1}, {"clipping": 1.0, "eps": 0.7}, {"clipping": 0.2, "exclude_last": True}],
    "percentile": [{}],
}
"""Parameters with which gradients of size 1 are clipped in part; of a percentile, the second step."""
ALL = [(method, case) for method in clips for case in CASES[method]]


def tensors(scale: float = 1.0, seed: int = 0) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator) * scale for shape in SHAPES]


def parameters(gradients: list[torch.Tensor | None], weights: float = 1.0) -> list[nn.Parameter]:
    made = [nn.Parameter(tensor) for tensor in tensors(weights, seed=1)]
    for parameter, gradient in zip(made, gradients, strict=True):
        parameter.grad = gradient
    return made


def make(method: str, given: dict, made: list[nn.Parameter], *, on_host: bool) -> Clip:
    return build_clip(ClipSpec(method=method, parameters=given), made, made[-1:], on_host=on_host)


def slow_norm(values: list[float], p: float = 2.0) -> float:
    largest = max(map(abs, values), default=0.0)
    if math.isinf(p) or not largest:
        return largest
    return largest * math.fsum((abs(v) / largest) ** p for v in values) ** (1 / p)


def entries(found: list[torch.Tensor] | torch.Tensor) -> list[float]:
    found = [found] if isinstance(found, torch.Tensor) else found
    return [float(v) for tensor in found for v in tensor.flatten()]


def shortened(values: list[float], limit: float, p: float = 2.0) -> list[float]:
    total = slow_norm(values, p)
    return [v * limit / total for v in values] if total > limit else values


def twin(method: str, given: dict, gradients: list[torch.Tensor], weights: float = 1.0) -> list[list[float]]:
    """What clipping should leave of each tensor, entry by entry in plain Python."""
    threshold, p = given.get("threshold", 1.0), float(given.get("p", 2.0))
    each = [entries(gradient) for gradient in gradients]
    if method == "value":
        return [[min(max(v, -threshold), threshold) for v in values] for values in each]
    if method == "norm":
        return [shortened(values, threshold, p) for values in each]
    if method == "global_norm":
        total = slow_norm([v for values in each for v in values], p)
        return [[v * min(1.0, threshold / total) for v in values] for values in each]
    if method == "adaptive":
        found = []
        for index, (gradient, weight) in enumerate(zip(gradients, tensors(weights, seed=1), strict=True)):
            if given.get("exclude_last") and index == len(gradients) - 1:
                found.append(entries(gradient))
                continue
            units = range(len(gradient)) if gradient.dim() > 1 else [slice(None)]
            values = []
            for unit in units:
                size = max(slow_norm(entries(weight[unit])), given.get("eps", 1e-3))
                values += shortened(entries(gradient[unit]), given["clipping"] * size)
            found.append(values)
        return found
    raise AssertionError(f"no twin for {method}")


def angle_between(a: list[float], b: list[float]) -> float:
    largest = max(map(abs, a))
    a, b = [v / largest for v in a], [v / largest for v in b]
    dot = math.fsum(x * y for x, y in zip(a, b, strict=True))
    cosine = dot / slow_norm(a) / slow_norm(b)
    return math.degrees(math.acos(min(cosine, 1.0)))


@pytest.mark.parametrize("on_host", [True, False])
@pytest.mark.parametrize("scale", [1.0, 1e25, 1e-30])
@pytest.mark.parametrize(("method", "given"), [case for case in ALL if case[0] != "percentile"])
def test_every_method_agrees_with_its_slow_twin(method, given, scale, on_host) -> None:
    sized = {k: v * scale if k in ("threshold", "clipping") else v for k, v in given.items()}
    made = parameters(tensors(scale))
    report = make(method, sized, made, on_host=on_host)()
    wanted = twin(method, sized, tensors(scale))
    before = entries(tensors(scale))
    for parameter, values in zip(made, wanted, strict=True):
        assert entries(parameter.grad) == pytest.approx(values, rel=1e-6)
    after = [v for values in wanted for v in values]
    assert after != before
    assert float(report.norm_before) == pytest.approx(slow_norm(before), rel=1e-6)
    assert float(report.norm_after) == pytest.approx(slow_norm(after), rel=1e-6)
    assert float(report.factor) == pytest.approx(slow_norm(after) / slow_norm(before), rel=1e-6)
    assert float(report.angle) == pytest.approx(angle_between(before, after), abs=1e-4)
    changed = sum(v != entries(t) for v, t in zip(wanted, tensors(scale), strict=True))
    assert float(report.tensors) == changed
    assert report.threshold is None


@pytest.mark.parametrize("on_host", [True, False])
@pytest.mark.parametrize("p", [1.0, 2.0, 3.0, "inf"])
def test_global_norm_is_torchs_own(p, on_host) -> None:
    ours, theirs = parameters(tensors()), parameters(tensors())
    make("global_norm", {"threshold": 0.7, "p": p}, ours, on_host=on_host)()
    nn.utils.clip_grad_norm_(theirs, 0.7, norm_type=float(p))
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a.grad, b.grad, rtol=3e-6, atol=0)  # torch adds 1e-6 to the norm


@pytest.mark.parametrize(("method", "given"), ALL)
def test_what_is_left_does_not_depend_on_the_c_extension(method, given, monkeypatch) -> None:
    def clipped() -> list[torch.Tensor]:
        made = parameters(tensors())
        clip = make(method, given, made, on_host=True)
        found = []
        for seed in range(40):
            for parameter, gradient in zip(made, tensors(1 + 1 / (1 + seed), seed), strict=True):
                parameter.grad = gradient
            clip()
            found += [parameter.grad for parameter in made]
        return found

    with_it = clipped()
    monkeypatch.setattr(squares, "COMPILED", False)
    assert all(torch.equal(a, b) for a, b in zip(with_it, clipped(), strict=True))


@pytest.mark.parametrize("on_host", [True, False])
@pytest.mark.parametrize("method", [method for method in clips if method != "percentile"])
def test_small_gradients_pass_unchanged_bit_for_bit(method: str, on_host: bool) -> None:
    for scale in (1e-3, 1e-30, 0.0):
        made = parameters(tensors(scale), weights=10.0)
        report = make(method, {}, made, on_host=on_host)()
        assert all(torch.equal(p.grad, t) for p, t in zip(made, tensors(scale), strict=True))
        found = (float(report.factor), float(report.angle), float(report.tensors))
        assert found == pytest.approx((1.0, 0.0, 0.0), abs=1e-5)


@pytest.mark.parametrize("on_host", [True, False])
@pytest.mark.parametrize(("method", "given"), ALL)
def test_nan_stays_visible(method: str, given: dict, on_host: bool) -> None:
    broken = tensors()
    broken[0][0, 0] = math.nan
    made = parameters(broken)
    report = make(method, given, made, on_host=on_host)()
    assert made[0].grad[0, 0].isnan()
    assert math.isnan(float(report.factor))
    assert math.isnan(float(report.angle))


@pytest.mark.parametrize("on_host", [True, False])
@pytest.mark.parametrize(("method", "given"), [case for case in ALL if case[0] != "value"])
def test_infinity_is_told_and_leaves_nothing_large(method: str, given: dict, on_host: bool) -> None:
    broken = tensors()
    broken[0][0, 0] = math.inf
    made = parameters(broken)
    report = make(method, given, made, on_host=on_host)()
    assert math.isnan(float(report.factor))
    assert not made[0].grad[0, 0].isfinite()


@pytest.mark.parametrize("on_host", [True, False])
@pytest.mark.parametrize(("method", "given"), ALL)
def test_parameters_without_a_gradient_are_left_out(method: str, given: dict, on_host: bool) -> None:
    some = [None, *tensors()[1:]]
    made = parameters(some)
    report = make(method, given, made, on_host=on_host)()
    assert made[0].grad is None
    assert len(report.squares) == len(report.clipped) == len(SHAPES)
    assert float(report.squares[0]) == float(report.clipped[0]) == 0
    assert float(report.norm_before) == pytest.approx(slow_norm(entries(tensors()[1:])), rel=1e-6)
    none = parameters([None] * len(SHAPES))
    empty = make(method, given, none, on_host=on_host)()
    assert (float(empty.factor), float(empty.angle), float(empty.tensors)) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("on_host", [True, False])
def test_a_gradient_need_not_be_contiguous(on_host: bool) -> None:
    turned = [tensors()[0].T.contiguous().T, *tensors()[1:]]
    assert not turned[0].is_contiguous()
    made = parameters(turned)
    make("adaptive", {"clipping": 0.1}, made, on_host=on_host)()
    wanted = twin("adaptive", {"clipping": 0.1}, tensors())
    assert entries(made[0].grad) == pytest.approx(wanted[0], rel=1e-6)


@pytest.mark.parametrize("on_host", [True, False])
def test_the_last_layer_is_spared_whatever_else_has_a_gradient(on_host: bool) -> None:
    """Two parameters of one shape, which have a gradient in turn."""
    made = [nn.Parameter(torch.ones(2, 3)) for _ in range(2)]
    spec = ClipSpec(method="adaptive", parameters={"exclude_last": True})
    clip = build_clip(spec, made, made[1:], on_host=on_host)
    for learns, rests, most in ((0, 1, 0.01 * math.sqrt(3)), (1, 0, math.sqrt(3))):
        made[learns].grad, made[rests].grad = torch.ones(2, 3), None
        clip()
        assert made[learns].grad.norm(dim=1).tolist() == pytest.approx([most] * 2)


def norms_of(clip: Clip, made: list[nn.Parameter], scales: list[float]) -> tuple[list[float], list[float]]:
    """Thresholds and norms after clipping, with gradients of these scales one after the other."""
    thresholds, after = [], []
    for scale in scales:
        for parameter, gradient in zip(made, tensors(scale), strict=True):
            parameter.grad = gradient
        report = clip()
        thresholds.append(float(report.threshold))
        after.append(float(report.norm_after))
    return thresholds, after


@pytest.mark.parametrize("on_host", [True, False])
@pytest.mark.parametrize("window", [None, 2, 5])
@pytest.mark.parametrize("percentile", [10.0, 50.0, 99.0, 100.0])
def test_percentile_is_numpys_over_the_norms_so_far(percentile, window, on_host) -> None:
    scales = np.random.default_rng(3).lognormal(0, 2, 40).tolist()
    made = parameters(tensors())
    given = {"percentile": percentile, "window": window}
    thresholds, after = norms_of(make("percentile", given, made, on_host=on_host), made, scales)
    unit = slow_norm(entries(tensors()))
    norms = [unit * scale for scale in scales]
    for step, norm in enumerate(norms):
        seen = norms[: step + 1][-(window or 10**6) :]
        wanted = float(np.percentile(seen, percentile))
        assert thresholds[step] == pytest.approx(wanted, rel=1e-6)
        assert after[step] == pytest.approx(min(norm, wanted), rel=1e-6)
    assert after[0] == pytest.approx(norms[0], rel=1e-6)


@pytest.mark.parametrize("on_host", [True, False])
def test_norms_that_are_not_finite_do_not_count(on_host: bool) -> None:
    made = parameters(tensors())
    clip = make("percentile", {}, made, on_host=on_host)
    thresholds, _ = norms_of(clip, made, [math.nan, 2.0, math.inf, 1.0])
    unit = slow_norm(entries(tensors()))
    assert math.isnan(thresholds[0])
    assert thresholds[1:3] == pytest.approx([2 * unit] * 2, rel=1e-6)
    assert thresholds[3] == pytest.approx(1.1 * unit, rel=1e-6)


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("window", [None, 4])
def test_percentile_goes_on_exactly_from_its_state(window, before, after) -> None:
    scales = np.random.default_rng(4).lognormal(0, 2, 20).tolist()
    given = {"percentile": 60.0, "window": window}
    made = parameters(tensors())
    whole, _ = norms_of(make("percentile", given, made, on_host=before), made, scales)
    first = make("percentile", given, made, on_host=before)
    norms_of(first, made, scales[:9])
    second = make("percentile", given, made, on_host=after)
    second.load_state_dict({name: np.array(values) for name, values in first.state_dict().items()})
    assert second.state_dict()["norms"].tolist() == first.state_dict()["norms"].tolist()
    rest, _ = norms_of(second, made, scales[9:])
    if before == after:
        assert rest == whole[9:]
    else:
        assert rest == pytest.approx(whole[9:], rel=1e-6)


@pytest.mark.parametrize(
    ("method", "state"),
    [
        ("percentile", {}),
        ("percentile", {"norms": np.array([[1.0]])}),
        ("percentile", {"norms": np.array([1.0, math.nan])}),
        ("percentile", {"norms": np.array([-1.0])}),
        ("global_norm", {"norms": np.array([1.0])}),
    ],
)
def test_a_state_of_something_else_is_refused(method: str, state: dict) -> None:
    with pytest.raises(ValueError, match="saved"):
        make(method, {}, parameters(tensors()), on_host=True).load_state_dict(state)


@pytest.mark.parametrize("method", list(clips))
def test_only_a_threshold_that_moves_is_reported(method: str) -> None:
    clip = make(method, {}, parameters(tensors()), on_host=True)
    assert ("clip_threshold" in clip().numbers()) is clip.moving
    assert clip.moving is (method == "percentile")
