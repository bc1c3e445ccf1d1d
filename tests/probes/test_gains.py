from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from gradviz.probes.gains import PassGradients
from gradviz.probes.hooks import Hooks


def measure(modules: list[nn.Module], run: Callable[[], Tensor], *, scale: float = 1.0):
    """Output gradients and gains of the modules in the pass that `run` begins and `backward` ends."""
    found: dict[str, list[float]] = {}
    with Hooks() as hooks:
        watched = PassGradients(modules, (), hooks)
        (run().sum() * scale).backward()
    watched.tell(watched.numbers().numpy(), scale, lambda name, values: found.update({name: values.tolist()}))
    return found["output_gradient"], found["gain"]


def through(modules: list[nn.Module], x: Tensor) -> list[Tensor]:
    """The slow twin's pass: every output kept, none changed."""
    outputs = [x]
    for module in modules:
        outputs.append(module(outputs[-1].clone()))
        outputs[-1].retain_grad()
    return outputs


def size(tensor: Tensor | None) -> float:
    return 0.0 if tensor is None else math.sqrt(math.fsum(v * v for v in tensor.double().flatten().tolist()))


CHAINS: dict[str, Callable[[], list[nn.Module]]] = {
    "dense": lambda: [nn.Linear(6, 8), nn.Tanh(), nn.LayerNorm(8), nn.Dropout(0.0), nn.Linear(8, 4)],
    "in place": lambda: [nn.Linear(6, 8), nn.ReLU(inplace=True), nn.Linear(8, 4), nn.ELU(inplace=True)],
    "reshaped": lambda: [nn.Unflatten(1, (2, 3)), nn.Conv1d(2, 4, 2), nn.MaxPool1d(2), nn.Flatten()],
    "recurrent": lambda: [nn.Unflatten(1, (3, 2)), _First(nn.LSTM(2, 5, batch_first=True)), nn.Identity()],
    "attention": lambda: [nn.Unflatten(1, (3, 2)), _Attention(), nn.BatchNorm1d(3), nn.Softmax(-1)],
}


class _First(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x)[0]


class _Attention(nn.MultiheadAttention):
    def __init__(self) -> None:
        super().__init__(2, 1, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x, x, x)[0]


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_is_what_the_slow_twin_sees(name: str) -> None:
    torch.manual_seed(0)
    modules = CHAINS[name]()
    x = torch.randn(5, 6, requires_grad=True)
    arrived, gains = measure(modules, lambda: nn.Sequential(*modules)(x).square().sum())
    x.grad = None
    outputs = through(modules, x)
    outputs[-1].square().sum().backward()
    norms = [size(output.grad) for output in outputs]
    assert arrived == pytest.approx(norms[1:], rel=1e-5)
    assert gains == pytest.approx([norms[i] / norms[i + 1] for i in range(len(modules))], rel=1e-5)
    assert math.prod(gains) == pytest.approx(norms[0] / norms[-1], rel=1e-4)


def test_only_what_comes_through_a_layer_counts_as_its_own() -> None:
    """Three ways from one input: each has its own factor, whatever the others bring."""
    ways: list[nn.Module] = [nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4)]
    start = nn.Linear(4, 4)
    x = torch.randn(3, 4)

    def run() -> Tensor:
        h = start(x)
        return sum(way(h) for way in ways).square().sum()

    arrived, gains = measure([start, *ways], run)
    h = start(x).detach()
    y = sum(way(h) for way in ways).detach() * 2
    expected = []
    for way in ways:
        alone = h.clone().requires_grad_()
        expected.append(size(torch.autograd.grad(way(alone), alone, y)[0]) / size(y))
    assert gains[1:] == pytest.approx(expected, rel=1e-5)
    assert math.isnan(gains[0])
    assert arrived[1:] == pytest.approx([size(y)] * 3, rel=1e-5)


def test_several_calls_count_together() -> None:
    shared = nn.Linear(4, 4)
    x = torch.randn(3, 4, requires_grad=True)
    middle: list[Tensor] = []

    def run() -> Tensor:
        middle.append(shared(x))
        middle.append(shared(middle[0]))
        for each in middle:
            each.retain_grad()
        return middle[1].square().sum()

    arrived, gains = measure([shared], run)
    outputs = math.hypot(*(size(each.grad) for each in middle))
    assert arrived == pytest.approx([outputs], rel=1e-5)
    assert gains == pytest.approx([math.hypot(size(middle[0].grad), size(x.grad)) / outputs], rel=1e-5)


def test_frozen_unused_and_uncalled_layers() -> None:
    frozen, used, unused, uncalled = (nn.Linear(4, 4) for _ in range(4))
    frozen.requires_grad_(requires_grad=False)
    x = torch.randn(3, 4)

    def run() -> Tensor:
        h = used(frozen(x))
        unused(h)
        return h.square().sum()

    arrived, gains = measure([frozen, used, unused, uncalled], run)
    assert np.isnan(arrived).tolist() == [True, False, False, True]
    assert arrived[1] > 0
    assert arrived[2] == 0
    assert np.isnan(gains).all()


def test_tiny_gradients_half_precision_and_scaled_losses() -> None:
    scale = nn.Linear(4, 4, bias=False)
    nn.init.eye_(scale.weight)
    x = torch.full((2, 4), 1.0, requires_grad=True)
    arrived, gains = measure([scale], lambda: scale(x) * 1e-30)
    assert arrived == pytest.approx([1e-30 * math.sqrt(8)], rel=1e-5)
    assert gains == pytest.approx([1.0])
    half = nn.Linear(4, 4, bias=False).half()
    nn.init.eye_(half.weight)
    y = x.detach().half().requires_grad_()
    arrived, gains = measure([half], lambda: half(y) * 1, scale=1024.0)
    assert arrived == pytest.approx([math.sqrt(8)])
    assert gains == pytest.approx([1.0])


def test_gradients_that_are_not_finite_or_zero() -> None:
    layer = nn.Linear(2, 2, bias=False)
    x = torch.ones(1, 2, requires_grad=True)
    assert measure([layer], lambda: layer(x) * 0)[0] == [0]
    arrived, gains = measure([layer], lambda: layer(x) * math.inf)
    assert arrived == [math.inf]
    assert math.isnan(gains[0])


def test_hooks_go_when_a_pass_breaks() -> None:
    layer = nn.Linear(2, 2)

    def run() -> Tensor:
        layer(torch.ones(1, 2))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        measure([layer], run)
    assert not layer._forward_hooks
    assert not layer._forward_pre_hooks
