"""Stepping through recurrent layers against torch's fused kernels and cells written out by hand."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gradviz.nets.recurrent import GRU, LSTM, RNN
from gradviz.probes.unrolled import unrolled

KINDS = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
FORMS: tuple[dict[str, Any], ...] = (
    {},
    {"bias": False},
    {"num_layers": 3, "bidirectional": True},
    {"num_layers": 2, "dropout": 0.5},
    {"num_layers": 2, "dropout": 0.3, "bidirectional": True, "bias": False},
)


def made(kind: str, **form: Any) -> nn.RNNBase:
    torch.manual_seed(1)
    return KINDS[kind](3, 5, batch_first=True, **form)


@pytest.mark.parametrize("most", [512, 3])
@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("kind", KINDS)
def test_stepped_outputs_and_gradients_are_those_of_the_fused_kernel(
    kind: str, form: dict, most: int
) -> None:
    module = made(kind, **form)
    x = torch.randn(4, 7, 3, requires_grad=True)
    weight = torch.randn(4, 7, 5 * (2 if form.get("bidirectional") else 1))

    def passed() -> tuple[Tensor, tuple[Tensor, ...]]:
        torch.manual_seed(2)
        y = module(x)
        return y, torch.autograd.grad((y * weight).sum(), [x, *module.parameters()])

    fused, fused_gradients = passed()
    with unrolled([module], most=most) as (tape,):
        stepped, gradients = passed()
    assert len(tape) == 1
    torch.testing.assert_close(stepped, fused, rtol=0, atol=1e-5)
    for one, other in zip(gradients, fused_gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
    assert type(module) is KINDS[kind]


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("batched", [True, False])
def test_torchs_own_layers_give_what_they_gave(kind: type[nn.RNNBase], first: bool, batched: bool) -> None:
    torch.manual_seed(0)
    module = kind(3, 4, num_layers=2, bidirectional=True, batch_first=first)
    x = torch.randn(*((5, 6, 3) if batched else (6, 3)))
    batch = (5 if first else 6,) if batched else ()
    start: Any = torch.randn(4, *batch, 4)
    if kind is nn.LSTM:
        start = (start, torch.randn(4, *batch, 4))
    for given in (None, start):
        fused = module(x, given)
        with unrolled([module]):
            stepped = module(x, given)
        torch.testing.assert_close(stepped, fused, rtol=0, atol=1e-5)


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
def test_projection_and_relu() -> None:
    torch.manual_seed(0)
    x = torch.randn(5, 2, 3)
    for module in (nn.LSTM(3, 6, num_layers=2, proj_size=2), nn.RNN(3, 6, nonlinearity="relu")):
        for most in (512, 2):
            fused = module(x)
            with unrolled([module], most=most):
                torch.testing.assert_close(module(x), fused, rtol=0, atol=1e-5)


def test_packed_sequences_run_as_ever() -> None:
    module = nn.GRU(3, 4)
    packed = nn.utils.rnn.pack_sequence([torch.randn(4, 3), torch.randn(2, 3)])
    fused = module(packed)[0].data
    with unrolled([module]) as (tape,):
        assert torch.equal(module(packed)[0].data, fused)
    assert tape == []


def _lstm_twin(module: nn.LSTM, x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """One layer, one direction: Hochreiter & Schmidhuber's equations, one after the other."""
    n = module.hidden_size
    h = c = torch.zeros(len(x), n)
    hidden, memory = [], []
    for t in range(x.shape[1]):
        sums = x[:, t] @ module.weight_ih_l0.T + h @ module.weight_hh_l0.T
        sums = sums + module.bias_ih_l0 + module.bias_hh_l0
        write, keep, new, show = (sums[:, k * n : (k + 1) * n] for k in range(4))
        c = torch.sigmoid(keep) * c + torch.sigmoid(write) * torch.tanh(new)
        h = torch.sigmoid(show) * torch.tanh(c)
        hidden.append(h)
        memory.append(c)
    return hidden, memory


@pytest.mark.parametrize("most", [512, 4])
def test_gradients_of_states_are_those_of_the_equations(most: int) -> None:
    module = made("LSTM")
    x, weight = torch.randn(4, 9, 3), torch.randn(4, 9, 5)
    hidden, memory = _lstm_twin(module, x)
    expected = torch.autograd.grad((torch.stack(hidden, 1) * weight).sum(), hidden + memory)
    with unrolled([module], most=most) as (tape,):
        loss = (module(x) * weight).sum()
    (states,) = tape[0]
    found = torch.autograd.grad(loss, states.hidden + states.memory)
    ends = torch.tensor(states.spans).cumsum(0).tolist()
    assert ends[-1] == 9
    twins = [expected[end - 1] for end in ends] + [expected[9 + end - 1] for end in ends]
    for one, twin in zip(found, twins, strict=True):
        torch.testing.assert_close(one, twin, rtol=1e-4, atol=1e-6)


def test_backward_states_stand_at_the_position_that_they_had_read() -> None:
    module = made("RNN", bidirectional=True)
    x = torch.randn(2, 6, 3)
    with unrolled([module]) as (tape,):
        y = module(x)
    forwards, backwards = tape[0]
    assert torch.equal(torch.stack(forwards.hidden, 1), y[..., :5])
    assert torch.equal(torch.stack(backwards.hidden, 1), y[..., 5:])


def test_states_of_frozen_layers_have_gradients() -> None:
    module = made("GRU").requires_grad_(requires_grad=False)
    with unrolled([module]) as (tape,):
        y = module(torch.randn(2, 4, 3))
    assert all(g.abs().sum() > 0 for g in torch.autograd.grad(y.sum(), tape[0][0].hidden))


def test_the_class_is_put_back_after_an_error() -> None:
    module = made("LSTM")
    with pytest.raises(RuntimeError), unrolled([module]):
        module(torch.randn(2, 4, 9))
    assert type(module) is LSTM


def test_states_are_gone_with_the_tape_before_any_collection() -> None:
    module = made("LSTM")
    gc.collect()
    gc.disable()
    try:
        with unrolled([module]) as (tape,):
            module(torch.randn(2, 4, 3)).sum().backward()
        state = weakref.ref(tape[0][0].hidden[0])
        assert state() is not None
        tape.clear()
        assert (
            state() is None
        )  # what lies about until it is collected costs every later step (2 % of an LSTM)
    finally:
        gc.enable()
