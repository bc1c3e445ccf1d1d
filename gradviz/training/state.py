"""What of a run has a state, and how each is put back: the network, the optimizer, chance.

States are put back by copying into the tensors that are there. Everything else keeps pointing at those: the
optimizer's groups, the recorder's layers, a compiled network.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from gradviz.training.replay import RandomState
from gradviz.training.state_codec import StateError

_SHOWN = 3


@runtime_checkable
class Stateful(Protocol):
    """Anything that goes on differently when it starts anew."""

    def state_dict(self) -> dict[str, Any]:
        """What it has to remember: numbers, texts, arrays, tensors, and lists and dicts of them."""

    def load_state_dict(self, state: dict[str, Any], /) -> object:
        """Go on from what `state_dict` gave."""


class NetworkState:
    """The parameters and all buffers of a network, by name."""

    def __init__(self, model: nn.Module) -> None:
        self._tensors = tensors_of(model)

    def state_dict(self) -> dict[str, Any]:
        """The tensors themselves, which training changes."""
        return dict(self._tensors)

    @torch.no_grad()
    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Copy into the network. Raises StateError, with nothing changed, where it is another one's."""
        self.check(state)
        for name, tensor in self._tensors.items():
            tensor.copy_(state[name])

    def check(self, state: Mapping[str, Any]) -> None:
        """Raises StateError where names, shapes or types differ."""
        wrong = [f"{name} is missing" for name in self._tensors if name not in state]
        wrong += [f"{name} is not in this network" for name in state if name not in self._tensors]
        for name, tensor in self._tensors.items():
            if name in state and _form(state[name]) != _form(tensor):
                wrong.append(f"{name} is {_form(state[name])} there and {_form(tensor)} here")
        if wrong:
            raise StateError(f"The checkpoint is of another network: {_some(wrong)}.")


class OptimizerState:
    """The state of one of torch's optimizers, checked before it is put back."""

    def __init__(self, optimizer: torch.optim.Optimizer) -> None:
        self._optimizer = optimizer

    def state_dict(self) -> dict[str, Any]:
        """As torch has it."""
        return self._optimizer.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Put it back, in the types that a fused kernel needs. Raises StateError where it does not fit."""
        groups = self._optimizer.param_groups
        sizes = [len(group["params"]) for group in groups]
        if [len(group["params"]) for group in state["param_groups"]] != sizes:
            raise StateError("The checkpoint’s optimizer has other groups of parameters.")
        parameters = [parameter for group in groups for parameter in group["params"]]
        for index, of_one in state["state"].items():
            for name, value in of_one.items():
                if isinstance(value, Tensor) and not _fits(value, parameters[index]):
                    shape = tuple(parameters[index].shape)
                    raise StateError(f"The checkpoint’s optimizer has {name} {_form(value)} for {shape}.")
        self._optimizer.load_state_dict(state)


class Chance:
    """Every random state: torch's on the CPU and on the device, Python's and NumPy's own.

    The last two are used by nothing here, but perhaps by somebody's model. The order of the samples and
    what is done to them are functions of seed and epoch and need no state.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device

    def state_dict(self) -> dict[str, Any]:
        """All of them as they are now; waits for no device."""
        now = RandomState.take(self._device)
        version, numbers, gauss = random.getstate()
        return {
            "cpu": now.cpu,
            "cuda": now.cuda,
            "python": (version, np.array(numbers, np.int64), gauss),
            "numpy": np.random.get_state(),  # noqa: NPY002 - it is the old one that is global
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Make them the states again."""
        cuda = state["cuda"] if self._device.type == "cuda" else None
        RandomState(cpu=state["cpu"], cuda=cuda, device=self._device).put_back()
        version, numbers, gauss = state["python"]
        random.setstate((version, tuple(numbers.tolist()), gauss))
        np.random.set_state(state["numpy"])  # noqa: NPY002


def tensors_of(model: nn.Module) -> dict[str, Tensor]:
    """The parameters and all buffers of a network, by name; what is shared once."""
    return {name: tensor.detach() for name, tensor in (*model.named_parameters(), *model.named_buffers())}


def _fits(value: Tensor, parameter: Tensor) -> bool:
    """Whether it can belong to the parameter: of its shape, or of its rows' or columns'."""
    if value.numel() == 1:
        return True
    return value.dim() == parameter.dim() and all(
        mine in {1, its} for mine, its in zip(value.shape, parameter.shape, strict=True)
    )


def _form(value: object) -> str:
    if not isinstance(value, Tensor):
        return type(value).__name__
    return f"{str(value.dtype).removeprefix('torch.')} {list(value.shape)}"


def _some(problems: list[str]) -> str:
    rest = len(problems) - _SHOWN
    return "; ".join(problems[:_SHOWN]) + (f"; and {rest} more" if rest > 0 else "")
