"""Norms of gates and heads against slices and sums in Python, at every magnitude and memory order."""

from __future__ import annotations

import math
import warnings
from unittest import mock

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from leaf_layers import side_by_side as infos
from slow_twins import LARGEST, SMALLEST, slow_norm
from torch import nn

from gradviz.probes import squares
from gradviz.probes.groups import parameters_by_layer
from gradviz.probes.norms import LayerNorms
from gradviz.probes.part_norms import PartNorms
from gradviz.probes.parts import layer_parts, splits
from gradviz.records.exact import to_float32
from gradviz.records.parts import width_of

SPECIAL = (0.0, 1.0, 1e-30, 1e25, 3e38, 1e-42, math.nan, math.inf, -math.inf)


class Case:
    """Layers with gradients of their own, and all ways of measuring them."""

    def __init__(self, **modules: nn.Module) -> None:
        self.model, self.layers = infos(**modules)
        self.parts = layer_parts(self.model, self.layers)
        self.groups = parameters_by_layer(self.model, self.layers)
        sizes = [[parameter.numel() for parameter in group] for group in self.groups]
        divided = splits(self.model, self.layers, self.groups, self.parts)
        self.norms = PartNorms(sizes, divided, width_of(self.parts))
        self.whole = LayerNorms(sizes)

    @property
    def gradients(self) -> list[torch.Tensor | None]:
        return [parameter.grad for group in self.groups for parameter in group]

    def fill(self, seed: int, scale: float, special: float | None = None) -> None:
        generator = torch.Generator().manual_seed(seed)
        for group in self.groups:
            for parameter in group:
                values = torch.randn(parameter.shape, generator=generator) * scale
                if special is not None and values.numel():
                    values.view(-1)[seed % values.numel()] = special
                parameter.grad = values.to(parameter.dtype)

    def all_ways(self) -> list[tuple[np.ndarray, np.ndarray]]:
        found = [self.norms.on_host(self.gradients)[:2]]
        with mock.patch.object(squares, "COMPILED", new=False):
            found.append(self.norms.on_host(self.gradients)[:2])
        there, runs_there = self.norms.on_device(self.gradients)
        found.append((there.numpy(), np.empty(0) if runs_there is None else runs_there.numpy()))
        return [(to_float32(self.whole.by_layer(a)), to_float32(self.norms.by_part(b))) for a, b in found]

    def expected(self) -> tuple[list[float], list[float]]:
        """Slices by PyTorch's documentation, layer by layer, and every number squared in Python."""
        layers, parts = [], []
        for name, module in self.model.items():
            group = self.groups[list(self.model).index(name)]
            layers.append(slow_norm(numbers(p.grad for p in group)))
            named = {n: p.grad for n, p in module.named_parameters(recurse=False) if p.grad is not None}
            if isinstance(module, nn.MultiheadAttention):
                width = module.head_dim
                rows = {}
                for at, projection in enumerate("qkv"):
                    for head in range(module.num_heads):
                        begin = at * module.embed_dim + head * width
                        rows[projection, head] = [
                            grad[begin : begin + width]
                            for n, grad in named.items()
                            if n.startswith("in_proj")
                        ]
                parts += [
                    slow_norm(numbers(t for (p, _), ts in rows.items() if p == projection for t in ts))
                    for projection in "qkv"
                ]
                parts += [
                    slow_norm(numbers(t for (_, h), ts in rows.items() if h == head for t in ts))
                    for head in range(module.num_heads)
                ]
            elif isinstance(module, nn.LSTM | nn.GRU):
                gates = 4 if isinstance(module, nn.LSTM) else 3
                for gate in range(gates):
                    n = module.hidden_size
                    parts.append(
                        slow_norm(
                            numbers(
                                grad[gate * n : (gate + 1) * n]
                                for name, grad in named.items()
                                if "_hr_" not in name
                            )
                        )
                    )
        return layers, parts


def numbers(tensors) -> list[float]:
    return [v for t in tensors if t is not None for v in t.detach().double().flatten().tolist()]


def check(case: Case, rel: float = 1e-5) -> None:
    layers, parts = case.expected()
    for found_layers, found_parts in case.all_ways():
        assert found_layers.tolist() == pytest.approx(layers, rel=rel, abs=SMALLEST, nan_ok=True)
        assert found_parts.tolist() == pytest.approx(parts, rel=rel, abs=SMALLEST, nan_ok=True)


@given(
    kind=st.sampled_from([nn.LSTM, nn.GRU]),
    sizes=st.tuples(*[st.integers(1, 4)] * 4, st.integers(1, 2)),
    options=st.tuples(st.booleans(), st.booleans()),
    filling=st.tuples(
        st.integers(0, 1000),
        st.sampled_from([1.0, 1e-30, 1e20, 1e-18, 0.0]),
        st.none() | st.sampled_from(SPECIAL),
    ),
)
def test_random_layers(kind, sizes, options, filling) -> None:
    features, hidden, heads, width, stacked = sizes
    both, bias = options
    case = Case(
        linear=nn.Linear(3, 2),
        a=kind(features, hidden, num_layers=stacked, bidirectional=both, bias=bias),
        rnn=nn.RNN(2, 2),
        b=nn.MultiheadAttention(heads * width, heads, bias=bias),
        c=nn.LSTM(2, 3, proj_size=2),
    )
    case.fill(*filling)
    check(case)


def test_parts_add_up_to_the_layer_where_all_of_it_has_parts() -> None:
    case = Case(a=nn.LSTM(3, 4, num_layers=2), b=nn.GRU(4, 4))
    case.fill(1, 1.0)
    for layers, parts in case.all_ways():
        assert np.linalg.norm(parts[:4]) == pytest.approx(layers[0], rel=1e-6)
        assert np.linalg.norm(parts[4:]) == pytest.approx(layers[1], rel=1e-6)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions(dtype: torch.dtype) -> None:
    case = Case(a=nn.LSTM(3, 4).to(dtype), b=nn.MultiheadAttention(4, 2).to(dtype))
    case.fill(2, 1.0)
    check(case)
    case.fill(3, 1e-3 if dtype is torch.float16 else 1e-30)
    check(case)


def test_large_tensors_and_small_ones() -> None:
    case = Case(a=nn.LSTM(90, 128), b=nn.GRU(2, 2), c=nn.MultiheadAttention(128, 1))
    for scale in (1.0, 1e-22):
        case.fill(4, scale)
        check(case, rel=1e-4)


def test_gradients_that_do_not_lie_row_by_row() -> None:
    case = Case(a=nn.LSTM(5, 4), b=nn.MultiheadAttention(4, 2))
    case.fill(5, 1.0)
    for gradient in case.gradients:
        if gradient is not None and gradient.dim() == 2:
            gradient.data = gradient.data.t().contiguous().t()
    assert not case.groups[0][0].grad.is_contiguous()
    check(case)


def test_missing_gradients_count_as_zeros() -> None:
    case = Case(a=nn.GRU(3, 3), b=nn.Linear(2, 2), c=nn.LSTM(2, 2))
    case.fill(6, 1.0)
    case.groups[0][0].grad = case.groups[1][1].grad = case.groups[2][3].grad = None
    check(case)
    for group in case.groups:
        for parameter in group:
            parameter.grad = None
    for layers, parts in case.all_ways():
        assert not layers.any()
        assert not parts.any()


def test_a_part_whose_tensors_are_all_another_layers_is_zero() -> None:
    shared = nn.GRU(2, 2)
    twin = nn.GRU(2, 2)
    for name, parameter in shared.named_parameters():
        setattr(twin, name, parameter)
    case = Case(a=shared, b=nn.LSTM(2, 2))
    case.fill(7, 1.0)
    model, layers = infos(a=shared, b=nn.LSTM(2, 2), c=twin)
    groups = parameters_by_layer(model, layers)
    assert groups[2] == []
    parts = layer_parts(model, layers)
    norms = PartNorms([[p.numel() for p in g] for g in groups], splits(model, layers, groups, parts), 10)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    _, runs, finite = norms.on_host([p.grad for group in groups for p in group])
    assert finite
    assert norms.by_part(runs)[7:].tolist() == [0, 0, 0]
    assert norms.by_part(runs)[:3].tolist() == pytest.approx([math.sqrt(2 * (2 + 2 + 1 + 1))] * 3)


@pytest.mark.parametrize("special", [math.nan, math.inf, 3e38])
@pytest.mark.parametrize("size", [3, 128])
def test_it_says_whether_all_is_finite_and_warns_of_nothing(special: float, size: int) -> None:
    case = Case(a=nn.LSTM(size, size), b=nn.Linear(2, 2))
    case.fill(0, 1.0, special)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert case.norms.on_host(case.gradients)[2] is (special == 3e38)
    for layers, parts in case.all_ways():
        if special == 3e38:
            assert parts[0] == LARGEST or parts[0] >= 3e38
        else:
            assert layers[0] == pytest.approx(special, nan_ok=True)
            assert np.isfinite(parts[1:]).all()  # of one gate, and of no other


def test_a_network_without_parts_is_measured_as_ever() -> None:
    case = Case(a=nn.Linear(3, 3))
    case.fill(0, 1.0)
    found, runs, finite = case.norms.on_host(case.gradients)
    assert (found, finite) == case.whole.on_host(case.gradients)
    assert runs == []
    assert case.norms.on_device(case.gradients)[1] is None
