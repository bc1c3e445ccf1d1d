"""Recurrent layers run step by step, so that the states h(t) and c(t) of every position can be looked at.

torch's fused kernels give the outputs of the uppermost layer of a stack and nothing of what lies below or of
the memory cells. Within `unrolled` the same modules call torch's own cells instead, with the same weights,
gate order, biases, directions and dropout between layers. Of sequences longer than `MOST` only so many states
are looked at: the fused kernel runs from one to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

MOST = 256
"""States of one layer and direction that are looked at."""

_CELLS: dict[str, Callable[..., Any]] = {
    "GRU": torch.gru_cell,
    "RNN_TANH": torch.rnn_tanh_cell,
    "RNN_RELU": torch.rnn_relu_cell,
}
_KERNELS: dict[str, Callable[..., Any]] = {
    "LSTM": torch.lstm,
    "GRU": torch.gru,
    "RNN_TANH": torch.rnn_tanh,
    "RNN_RELU": torch.rnn_relu,
}


@dataclass(slots=True)
class States:
    """What one layer went through in one direction, in order of positions, whatever the direction.

    `hidden[k]` and, of an LSTM, `memory[k]` `[batch, size]` are the states after the last position that was
    read of segment k, which is `spans[k]` positions long (1 unless the sequence is a long one).
    """

    spans: list[int] = field(default_factory=list)
    hidden: list[Tensor] = field(default_factory=list)
    memory: list[Tensor] = field(default_factory=list)


Call = list[States]
"""The states of one call: first layer forwards, then backwards if it has that, second layer, and so on."""


@contextmanager
def unrolled(modules: Sequence[nn.RNNBase], *, most: int = MOST) -> Iterator[list[list[Call]]]:
    """Within it, each of the modules notes its states at each of its calls, in a list of its own.

    A packed sequence runs as ever and is not noted. The states always require a gradient.
    """
    tapes: list[list[Call]] = [[] for _ in modules]
    with ExitStack() as stack:
        for module, tape in zip(modules, tapes, strict=True):
            kind = type(module)
            base, stepped = next(pair for pair in _STEPPED.items() if isinstance(module, pair[0]))
            bases = (stepped,) if kind is base else (kind, stepped)
            # between the class and torch's: whatever it does around super().forward it still does
            noting = type(kind.__name__, bases, {"tape": tape, "most": most})
            module.__class__ = noting
            stack.callback(setattr, noting, "tape", [])  # classes wait to be collected; states must not
            stack.callback(setattr, module, "__class__", kind)
        yield tapes


class _Stepping(nn.RNNBase):
    """The forward pass of any of the three, in steps."""

    tape: ClassVar[list[Call]]
    most: ClassVar[int]

    def run(self, x: Any, start: Any) -> tuple[Any, Any]:
        """As torch's forward: outputs and last states of `[length, batch, features]` in any of its forms."""
        batched = x.dim() == 3
        turned = self.batch_first and batched
        x = (x.transpose(0, 1) if turned else x) if batched else x.unsqueeze(1)
        given = [None, None] if start is None else list(start if isinstance(start, tuple) else (start, None))
        rows = self.num_layers * (2 if self.bidirectional else 1)
        sizes = (self.proj_size or self.hidden_size, self.hidden_size)
        first = [_beginning(x, rows, *pair) for pair in zip(sizes, given, strict=True)]
        call: Call = []
        ends: tuple[list[Tensor], list[Tensor]] = ([], [])
        for layer in range(self.num_layers):
            outputs = []
            for direction in range(rows // self.num_layers):
                row = len(call)
                output, last, states = self._read(
                    x, row, [part[row] for part in first], backwards=bool(direction)
                )
                outputs.append(output)
                call.append(states)
                for place, state in zip(ends, last, strict=True):
                    place.append(state)
            x = torch.cat(outputs, -1) if len(outputs) > 1 else outputs[0]
            if self.dropout and self.training and layer + 1 < self.num_layers:
                x = torch.dropout(x, self.dropout, train=True)
        self.tape.append(call)
        last_states = [torch.stack(place) if batched else torch.cat(place) for place in ends]
        x = (x.transpose(0, 1) if turned else x) if batched else x.squeeze(1)
        return x, tuple(last_states) if self.mode == "LSTM" else last_states[0]

    def _read(
        self, x: Tensor, row: int, state: list[Tensor], *, backwards: bool
    ) -> tuple[Tensor, list[Tensor], States]:
        weights = self.all_weights[row]
        span = -(-len(x) // self.most)
        starts = range(0, len(x), span)
        states = States()
        outputs = []
        for begin in reversed(starts) if backwards else starts:
            part = x[begin : begin + span]
            if len(part) == 1:
                state = self._cell(part[0], state, weights)
                outputs.append(state[0].unsqueeze(0))
            else:
                output, state = self._segment(part.flip(0) if backwards else part, state, weights)
                outputs.append(output.flip(0) if backwards else output)
            states.spans.append(len(part))
            states.hidden.append(state[0])
            if self.mode == "LSTM":
                states.memory.append(state[1])
        if backwards:
            for each in (outputs, states.spans, states.hidden, states.memory):
                each.reverse()
        return torch.cat(outputs), state, states

    def _cell(self, x: Tensor, state: list[Tensor], weights: Sequence[Tensor]) -> list[Tensor]:
        """One position `[batch, features]`."""
        if self.mode != "LSTM":
            return [_CELLS[self.mode](x, state[0], *weights), state[1]]
        gates, projection = (weights[:-1], weights[-1:]) if self.proj_size else (weights, [])
        hidden, memory = _lstm_cell(x, state, gates)
        return [linear(hidden, projection[0]) if projection else hidden, memory]

    def _segment(
        self, x: Tensor, state: list[Tensor], weights: Sequence[Tensor]
    ) -> tuple[Tensor, list[Tensor]]:
        """Several positions, of which the last one is looked at."""
        kernel = _KERNELS[self.mode]
        form = (self.bias, 1, 0.0, self.training, False, False)
        first = [part.unsqueeze(0) for part in state]
        with torch.backends.cudnn.flags(enabled=False):  # it warns of weights that lie in parts
            if self.mode == "LSTM":
                output, *last = kernel(x[:-1], first, weights, *form)
            else:
                output, hidden = kernel(x[:-1], first[0], weights, *form)
                last = [hidden, first[1]]
        state = self._cell(x[-1], [part[0] for part in last], weights)
        return torch.cat([output, state[0].unsqueeze(0)]), state


def _lstm_cell(x: Tensor, state: Sequence[Tensor], weights: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Torch's equations, in torch's order of gates.

    Not torch.lstm_cell: its kernel on CUDA makes h of a c of its own, so that the gradient with respect to
    the c that comes out lacks what flows through h.
    """
    of_x, of_h = weights[::2], weights[1::2]
    write, keep, new, show = (linear(x, *of_x) + linear(state[0], *of_h)).chunk(4, -1)
    memory = keep.sigmoid() * state[1] + write.sigmoid() * new.tanh()
    return show.sigmoid() * memory.tanh(), memory


class _SteppedRNN(_Stepping, nn.RNN):
    def forward(self, x: Any, start: Any = None) -> Any:
        return self.run(x, start) if _is_plain(x) else super().forward(x, start)


class _SteppedLSTM(_Stepping, nn.LSTM):
    def forward(self, x: Any, start: Any = None) -> Any:
        return self.run(x, start) if _is_plain(x) else super().forward(x, start)


class _SteppedGRU(_Stepping, nn.GRU):
    def forward(self, x: Any, start: Any = None) -> Any:
        return self.run(x, start) if _is_plain(x) else super().forward(x, start)


_STEPPED: dict[type[nn.RNNBase], type[_Stepping]] = {
    nn.RNN: _SteppedRNN,
    nn.LSTM: _SteppedLSTM,
    nn.GRU: _SteppedGRU,
}


def _is_plain(x: Any) -> bool:
    return isinstance(x, Tensor) and x.numel() > 0


def _beginning(x: Tensor, rows: int, size: int, given: Tensor | None) -> Tensor:
    """The states before the first position `[rows, batch, size]`; they carry gradients whatever is frozen."""
    zeros = x.new_zeros(rows, x.shape[1], size).requires_grad_()
    if given is None:
        return zeros
    return zeros + (given if given.dim() == 3 else given.unsqueeze(1))
