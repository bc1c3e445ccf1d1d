"""The factor of ways side by side: autograd through the join alone, whatever stands before and behind it."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_twins import slow_norm
from torch import Tensor, nn

from gradviz.nets.blocks.parallel import Parallel
from gradviz.probes.gains import PassGradients
from gradviz.probes.hooks import Hooks

WIDTH = 4
BRANCHES = {
    "identity": nn.Identity,
    "linear": lambda: nn.Linear(WIDTH, WIDTH),
    "gate": lambda: nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.Sigmoid()),
    "normed": lambda: nn.Sequential(nn.LayerNorm(WIDTH), nn.Tanh()),
}


def numbers(tensor: Tensor) -> list[float]:
    return tensor.detach().double().flatten().tolist()


@settings(max_examples=30)
@given(
    branches=st.lists(st.sampled_from(list(BRANCHES)), min_size=2, max_size=4),
    combine=st.sampled_from(["sum", "product", "concatenation"]),
    seed=st.integers(0, 1000),
    scale=st.sampled_from([1.0, 1e-25]),
)
def test_its_gain_is_what_the_slow_twin_sees(
    branches: list[str], combine: str, seed: int, scale: float
) -> None:
    torch.manual_seed(seed)
    join = Parallel([BRANCHES[name]() for name in branches], combine)
    first = nn.Linear(WIDTH, WIDTH)
    last = nn.Linear(WIDTH * (len(branches) if combine == "concatenation" else 1), 3)
    x = torch.randn(5, WIDTH)
    found: dict[str, list[float]] = {}
    with Hooks() as hooks:
        watched = PassGradients([first, last], (), hooks, [join])
        (last(join(first(x))).square().sum() * scale).backward()
    watched.tell(watched.numbers().numpy(), 1.0, lambda name, values: found.update({name: values.tolist()}))
    start = first(x).detach().requires_grad_()
    end = join(start)
    after = end.detach().requires_grad_()
    (last(after).square().sum() * scale).backward()
    (before,) = torch.autograd.grad(end, start, after.grad)
    gain = slow_norm(numbers(before)) / slow_norm(numbers(after.grad))
    assert found["join_gain"] == pytest.approx([gain], rel=1e-4)
    assert len(found["gain"]) == 2
