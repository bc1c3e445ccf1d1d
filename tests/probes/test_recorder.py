from __future__ import annotations

import copy
import math
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss

from gradviz.probes.clip_report import ClipReport
from gradviz.probes.recorder import Recorder
from gradviz.probes.schedule import Schedule
from gradviz.records.histogram import count
from gradviz.spec.data_info import Task

STEPS = 7


def batches() -> list[tuple[torch.Tensor, torch.Tensor]]:
    generator = torch.Generator().manual_seed(1)
    return [
        (torch.randn(n, 4, generator=generator), torch.randint(0, 3, (n,), generator=generator))
        for n in (16, 16, 5, 16, 16, 16, 5)
    ]


def train(
    model: nn.Module, recorder: Recorder | None, *, clip: float | None = None, everything: bool = False
):
    """A foreign training loop that calls the recorder; what a slow twin sees at every step."""
    seen = []
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(parameters, lr=0.3, momentum=0.9)
    for step, (x, y) in enumerate(batches()):
        if recorder:
            recorder.on_train_batch_start(step, everything=everything)
        optimizer.zero_grad()
        with recorder.watching() if recorder else nullcontext():
            output = model(x)
            loss = cross_entropy(output, y)
            loss.backward()
        raw = gradients(model)
        if recorder:
            recorder.on_after_backward(loss, output, y)
        if clip is not None:
            torch.nn.utils.clip_grad_value_(parameters, clip)
            if recorder:
                recorder.on_after_clip()
        reading = recorder.on_before_optimizer_step() if recorder else None
        before = weights(model)
        optimizer.step()
        seen.append(
            {
                "loss": float(loss.detach()),
                "accuracy": sum(int(o.argmax()) == int(t) for o, t in zip(output, y, strict=True)) / len(y),
                "raw": raw,
                "clipped": gradients(model),
                "before": before,
                "after": weights(model),
                "reading": reading,
            }
        )
        if recorder:
            recorder.on_train_batch_end()
    return seen


def measured(model: nn.Module) -> list[nn.Module]:
    return [m for m in model.modules() if not list(m.children()) and list(m.parameters())]


def gradients(model: nn.Module) -> list[np.ndarray]:
    return [
        np.concatenate(
            [(p.grad if p.grad is not None else torch.zeros_like(p)).flatten() for p in m.parameters()]
        )
        for m in measured(model)
    ]


def weights(model: nn.Module) -> list[np.ndarray]:
    return [np.concatenate([p.detach().flatten().numpy() for p in m.parameters()]) for m in measured(model)]


def norm(values: np.ndarray) -> float:
    return math.sqrt(math.fsum(float(v) ** 2 for v in values))


def test_every_step_is_recorded_as_the_slow_twin_sees_it(model, lab) -> None:
    labor = lab(model, clipping=True)
    seen = train(model, labor.recorder, clip=0.02)
    reader = labor.read()
    assert reader.last_step == STEPS - 1
    for step, twin in enumerate(seen):
        assert reader.at("train_loss", step)[1] == pytest.approx([twin["loss"]])
        assert reader.at("train_accuracy", step)[1] == pytest.approx([twin["accuracy"]])
        assert reader.at("grad_norm", step)[1] == pytest.approx([norm(g) for g in twin["raw"]], rel=1e-5)
        clipped = reader.at("grad_norm_clipped", step)[1]
        assert clipped == pytest.approx([norm(g) for g in twin["clipped"]], rel=1e-5)
        assert twin["reading"].loss == pytest.approx(twin["loss"])
        assert twin["reading"].finite
    assert any(norm(a) < norm(b) for t in seen for a, b in zip(t["clipped"], t["raw"], strict=True))


@pytest.mark.parametrize("task", [Task.BINARY, Task.REGRESSION])
def test_yes_or_no_has_an_accuracy_and_numbers_have_none(task: Task, lab) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    labor = lab(model, task=task)
    shares = []
    for step, (x, y) in enumerate(batches()):
        labor.recorder.on_train_batch_start(step)
        model.zero_grad()
        output = model(x)
        if task is Task.BINARY:
            output, target = output.flatten(), (y > 0).to(torch.int64)
            loss = binary_cross_entropy_with_logits(output, target.float())
        else:
            target = y[:, None].float()
            loss = mse_loss(output, target)
        loss.backward()
        labor.recorder.on_after_backward(loss, output, target)
        labor.recorder.on_before_optimizer_step()
        labor.recorder.on_train_batch_end()
        pairs = zip(output.flatten().tolist(), target.flatten().tolist(), strict=True)
        shares.append(sum((score > 0) == bool(right) for score, right in pairs) / len(y))
    mean = labor.recorder.take_accuracy()
    reader = labor.read()
    if task is Task.REGRESSION:
        assert "train_accuracy" not in reader.slices
        assert math.isnan(mean)
        return
    assert [reader.at("train_accuracy", step)[1][0] for step in range(STEPS)] == pytest.approx(shares)
    sizes = [len(y) for _, y in batches()]
    assert mean == pytest.approx(sum(s * n for s, n in zip(shares, sizes, strict=True)) / sum(sizes))


def test_scheduled_quantities_are_what_the_slow_twin_sees(model, lab) -> None:
    labor = lab(model)
    seen = train(model, labor.recorder, everything=True)
    reader = labor.read()
    for step, twin in enumerate(seen):
        at, values = reader.sample_at("weight_norm", step)
        assert at == step
        assert values == pytest.approx([norm(w) for w in twin["after"]], rel=1e-5)
        at, values = reader.sample_at("update_ratio", step)
        ratios = [norm(b - a) / norm(a) for a, b in zip(twin["before"], twin["after"], strict=True)]
        assert at == step
        assert values == pytest.approx(ratios, rel=1e-3)
        at, values = reader.sample_at("largest_gradient", step)
        assert at == step
        assert values == pytest.approx([np.abs(g).max() for g in twin["raw"]])
        changes = [b - a for a, b in zip(twin["before"], twin["after"], strict=True)]
        for layer in range(4):
            for quantity, arrays in (
                ("weight_histogram", twin["after"]),
                ("update_histogram", changes),
                ("gradient_histogram", None),
            ):
                at, counts = reader.sample_at(quantity, step, layer)
                assert at == step
                if arrays is not None:
                    assert np.array_equal(counts, count(arrays[layer]))
    layer_norm = [count(t["raw"][2]) for t in seen]
    assert np.array_equal(reader.sample_at("gradient_histogram", 3, 2)[1], layer_norm[3])


def test_gradient_histogram_is_from_before_clipping(model, lab) -> None:
    labor = lab(model, clipping=True)
    seen = train(model, labor.recorder, clip=1e-4, everything=True)
    reader = labor.read()
    assert np.array_equal(reader.sample_at("gradient_histogram", STEPS - 1, 0)[1], count(seen[-1]["raw"][0]))


def test_trained_weights_are_bit_identical_without_it(model, lab) -> None:
    twin = copy.deepcopy(model)
    train(model, lab(model, clipping=True, budget=1.0).recorder, clip=0.1, everything=True)
    train(twin, None, clip=0.1)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), twin.parameters(), strict=True))


@pytest.mark.parametrize("everything", [False, True])
def test_no_hook_stays_on_the_model(everything: bool, model, lab) -> None:
    train(model, lab(model).recorder, everything=everything)
    for module in model.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks
        assert not module._backward_hooks
    assert all(p._backward_hooks is None for p in model.parameters())


def test_unused_layer_has_a_gradient_of_zero(lab) -> None:
    class Branch(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.unused = nn.Linear(4, 3), nn.Linear(4, 3)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.used(x)

    model = Branch()
    labor = lab(model)
    train(model, labor.recorder)
    reader = labor.read()
    used, unused = reader.at("grad_norm", 0)[1]
    assert used > 0
    assert unused == 0
    assert reader.sample_at("gradient_histogram", 10, 1) is None


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_the_largest_gradient_tells_of_what_is_not_finite(bad: float, model, lab) -> None:
    labor = lab(model)
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    model[0].weight.grad[1, 2] = -bad
    model[3].weight.grad[1] = -7
    model[4].weight.grad = None
    labor.recorder._quantities.largest_gradient(0)
    found = labor.read().sample_at("largest_gradient", 0)[1]
    assert found == pytest.approx([bad, 0, 7, 0], nan_ok=True)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_nonfinite_gradients_are_kept_and_counted(bad: float, model, lab) -> None:
    labor = lab(model)
    recorder = labor.recorder
    x, y = batches()[0]
    recorder.on_train_batch_start(0)
    output = model(x)
    loss = cross_entropy(output, y)
    loss.backward()
    model[0].weight.grad[0, :3] = bad
    recorder.on_after_backward(loss, output, y)
    reading = recorder.on_before_optimizer_step()
    recorder.on_train_batch_end()
    reader = labor.read()
    assert not reading.finite
    assert math.isfinite(reading.loss)
    assert reader.at("grad_norm", 0)[1][0] == pytest.approx(bad, nan_ok=True)
    assert np.isfinite(reader.at("grad_norm", 0)[1][1:]).all()
    assert reader.sample_at("nonfinite_count", 0)[1].tolist() == [3, 0, 0, 0]


@pytest.mark.parametrize("clip", [nn.utils.clip_grad_norm_, nn.utils.clip_grad_value_])
@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_what_is_not_finite_is_counted_before_clipping(bad: float, clip, model, lab) -> None:
    """By norm one NaN makes everything NaN, by value Inf becomes finite."""
    labor = lab(model, clipping=True)
    recorder = labor.recorder
    x, y = batches()[0]
    recorder.on_train_batch_start(0)
    output = model(x)
    loss = cross_entropy(output, y)
    loss.backward()
    model[3].weight.grad[2] = bad
    recorder.on_after_backward(loss, output, y)
    clip(model.parameters(), 0.1)
    recorder.on_after_clip()
    recorder.on_before_optimizer_step()
    recorder.on_train_batch_end()
    assert labor.read().sample_at("nonfinite_count", 0)[1].tolist() == [0, 0, 1, 0]


def test_the_layer_in_focus_has_turns_of_its_own(model, lab, monkeypatch) -> None:
    """Whatever the schedule has saved up, what somebody looks at moves where it can pay for it."""
    monkeypatch.setattr("gradviz.probes.agenda.FOCUS_SECONDS", 0.0)
    monkeypatch.setattr(Schedule, "_account_own", lambda *_: 0.0)
    labor = lab(model, budget=1e-9)
    labor.recorder.focus = 2
    train(model, labor.recorder)
    reader = labor.read()
    of_layers = (("gradient_histogram", 2), ("weight_histogram", 2), ("update_histogram", 2))
    for quantity, place in (*of_layers, ("activation_histogram", 3)):
        assert reader.samples(quantity, place)[0].tolist() == list(range(STEPS))
        assert len(reader.samples(quantity, place + 1)[0]) < STEPS


@pytest.mark.parametrize("focus", [None, -1, 99])
def test_a_focus_on_no_layer_measures_nothing_more(focus, model, lab, monkeypatch) -> None:
    monkeypatch.setattr("gradviz.probes.agenda.FOCUS_SECONDS", 0.0)
    labor = lab(model, budget=0.0)
    labor.recorder.focus = focus
    train(model, labor.recorder)
    reader = labor.read()
    assert all(not len(reader.samples("weight_histogram", layer)[0]) for layer in range(4))


def test_at_rest_measures_what_the_last_step_did_not(model, lab) -> None:
    labor = lab(model, budget=0.0)
    train(model, labor.recorder)
    labor.recorder.at_rest()
    labor.recorder.at_rest()
    reader = labor.read()
    steps, values = reader.samples("weight_norm")
    assert steps.tolist() == [STEPS - 1]
    assert values[0] == pytest.approx([norm(w) for w in weights(model)], rel=1e-5)
    for layer in range(4):
        assert reader.samples("weight_histogram", layer)[0].tolist() == [STEPS - 1]
        assert reader.samples("gradient_histogram", layer)[0].tolist() == [STEPS - 1]


def test_at_rest_before_the_first_step_measures_nothing(model, lab) -> None:
    labor = lab(model)
    labor.recorder.at_rest()
    assert labor.read().last_step == -1


def test_accuracy_of_an_epoch(model, lab) -> None:
    labor = lab(model)
    assert math.isnan(labor.recorder.take_accuracy())
    seen = train(model, labor.recorder)
    sizes = [len(y) for _, y in batches()]
    expected = sum(t["accuracy"] * n for t, n in zip(seen, sizes, strict=True)) / sum(sizes)
    assert labor.recorder.take_accuracy() == pytest.approx(expected)


def test_zero_weights_have_a_ratio_that_is_not_a_number_in_disguise(lab) -> None:
    model = nn.Sequential(nn.Linear(4, 3))
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    labor = lab(model)
    train(model, labor.recorder, everything=True)
    assert labor.read().sample_at("update_ratio", 0)[1].tolist() == [math.inf]


def test_a_report_of_clipping_tells_what_it_did(model, lab) -> None:
    """The report's parameters may be in another order, and may leave some out."""
    labor = lab(model, clipping=True)
    recorder = labor.recorder
    x, y = batches()[0]
    recorder.on_train_batch_start(0)
    output = model(x)
    loss = cross_entropy(output, y)
    loss.backward()
    recorder.on_after_backward(loss, output, y)
    raw = gradients(model)
    clipped = [p for p in reversed(list(model.parameters())) if p.requires_grad and p.dim() == 2]
    squares = [float(p.grad.double().square().sum()) for p in clipped]
    halves = [0.25 * squares[0], *squares[1:]]
    dot = 0.5 * squares[0] + sum(squares[1:])
    clipped[0].grad.mul_(0.5)
    recorder.on_after_clip(ClipReport(parameters=clipped, squares=squares, clipped=halves, dot=dot))
    recorder.on_before_optimizer_step()
    recorder.on_train_batch_end()
    reader = labor.read()
    after = [norm(g) for g in raw]
    after[-1] = math.hypot(0.5 * norm(raw[-1][:24]), norm(raw[-1][24:]))
    assert reader.at("grad_norm_clipped", 0)[1] == pytest.approx(after, rel=1e-6)
    assert np.array_equal(reader.at("grad_norm_clipped", 0)[1][:3], reader.at("grad_norm", 0)[1][:3])
    factor = math.sqrt(sum(halves) / sum(squares))
    angle = math.degrees(math.acos(dot / math.sqrt(sum(halves) * sum(squares))))
    assert reader.at("clip_factor", 0)[1][0] == pytest.approx(factor, rel=1e-6)
    assert reader.at("clip_angle", 0)[1][0] == pytest.approx(angle, rel=1e-4)
    assert reader.at("clipped_tensors", 0)[1][0] == 1


def test_clipping_without_a_report_has_a_factor_but_no_angle(model, lab) -> None:
    labor = lab(model, clipping=True)
    train(model, labor.recorder, clip=0.02)
    reader = labor.read()
    for step in range(STEPS):
        raw, clipped = (np.linalg.norm(reader.at(q, step)[1]) for q in ("grad_norm", "grad_norm_clipped"))
        assert reader.at("clip_factor", step)[1][0] == pytest.approx(clipped / raw, rel=1e-5)
        assert math.isnan(reader.at("clip_angle", step)[1][0])


def test_several_batches_of_a_step_have_one_accuracy(lab, model) -> None:
    bench = lab(model)
    recorder, right, seen = bench.recorder, 0, 0
    recorder.on_train_batch_start(0)
    parts = batches()
    for number, (x, y) in enumerate(parts):
        loss = cross_entropy(output := model(x), y)
        (loss / len(parts)).backward()
        right += int((output.argmax(1) == y).sum())
        seen += len(y)
        if number < len(parts) - 1:
            recorder.on_after_partial_backward(output, y)
    recorder.on_after_backward(loss, output, y)
    recorder.on_before_optimizer_step()
    recorder.on_train_batch_end()
    x, y = parts[2]
    recorder.on_train_batch_start(1)
    recorder.on_after_backward(cross_entropy(output := model(x), y), output, y)
    recorder.on_before_optimizer_step()
    recorder.on_train_batch_end()
    later = int((output.argmax(1) == y).sum())
    assert recorder.take_accuracy() == pytest.approx((right + later) / (seen + len(y)))
    reader = bench.read()
    assert reader.at("train_accuracy", 0)[1][0] == pytest.approx(right / seen)
    assert reader.at("train_accuracy", 1)[1][0] == pytest.approx(later / len(y))
