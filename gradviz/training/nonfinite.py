"""Where NaN or infinity came from: the first layer, and whether in the forward or the backward pass.

A forward hook on each layer sees the outputs in the order in which they are made; hooks on outputs and
parameters see the gradients in the order of the backward pass. The first that is not finite names the
culprit. All hooks are gone afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import torch
from torch import Tensor, nn

from gradviz.probes.recomputation import in_backward
from gradviz.records.layer import LayerInfo
from gradviz.training.loss import Objective
from gradviz.training.precision import Forward
from gradviz.training.replay import Moment, again


class Direction(StrEnum):
    """Where the first value that is not finite appeared."""

    FORWARD = "forward"
    BACKWARD = "backward"
    LOSS = "loss"
    UPDATE = "update"


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """The first value that is not finite: its step, its layer (None for the loss), its direction."""

    step: int
    direction: Direction
    layer: str | None = None

    def sentence(self, step: int) -> str:
        """Why the loss of `step` is not finite, for people."""
        start = f"The loss is not finite at step {step}"
        if self.direction is Direction.LOSS:
            return f"{start}, though the output of every layer is"
        if self.direction is Direction.UPDATE:
            return f"{start}: the update of step {self.step} left weights of {self.layer} that are not finite"
        when = "" if self.step == step else f" at step {self.step}"
        return (
            f"{start}: the first non-finite value appears in the {self.direction} pass of {self.layer}{when}"
        )


def find_in_forward(
    model: nn.Module, layers: Sequence[LayerInfo], moment: Moment, forward: Forward | None = None
) -> Origin:
    """Repeat the forward pass and find the first layer whose output is not finite.

    Where that layer's own weights are not finite, the update before the step is to blame. `forward` calls
    `model` as training does, in another precision say.
    """
    found: list[LayerInfo] = []

    def look(layer: LayerInfo, output: Tensor) -> None:
        if not found and not _finite(output):
            found.append(layer)

    with again(model, moment), _watching(model, layers, look), torch.no_grad():
        (forward or model)(moment.x)
    if not found:
        return Origin(step=moment.step, direction=Direction.LOSS)
    layer = found[0]
    if all(_finite(parameter) for parameter in model.get_submodule(layer.module).parameters()):
        return Origin(step=moment.step, direction=Direction.FORWARD, layer=layer.name)
    return Origin(step=moment.step - 1, direction=Direction.UPDATE, layer=layer.name)


def find_in_backward(
    model: nn.Module,
    layers: Sequence[LayerInfo],
    moment: Moment,
    objective: Objective,
    forward: Forward | None = None,
) -> Origin | None:
    """Repeat the step's passes and find the layer whose backward pass first gave a value that is not finite.

    A gradient of a layer's output was made by the layer that ran after it; the last one's by the loss.
    None if the repeat has only finite gradients.
    """
    ran: list[LayerInfo] = []
    found: list[Origin] = []

    def note(layer: LayerInfo | None, gradient: Tensor) -> None:
        if found or _finite(gradient):
            return
        if layer is None:
            found.append(Origin(step=moment.step, direction=Direction.LOSS))
        else:
            found.append(Origin(step=moment.step, direction=Direction.BACKWARD, layer=layer.name))

    def look(layer: LayerInfo, output: Tensor) -> None:
        after = _next_place(ran, layer)

        def made(gradient: Tensor) -> None:
            note(ran[after] if after < len(ran) else None, gradient)

        if output.requires_grad:
            output.register_hook(made)  # type: ignore[no-untyped-call]

    with ExitStack() as stack:
        stack.enter_context(again(model, moment))
        stack.enter_context(_watching(model, layers, look))
        for layer in layers:
            for parameter in model.get_submodule(layer.module).parameters():
                if parameter.requires_grad:
                    handle = parameter.register_hook(partial(note, layer))  # type: ignore[no-untyped-call]
                    stack.callback(handle.remove)
        loss = objective((forward or model)(moment.x), moment.y)[0]
        loss.backward()  # type: ignore[no-untyped-call]
    return found[0] if found else None


def _next_place(ran: list[LayerInfo], layer: LayerInfo) -> int:
    """Note that a layer ran; the place in `ran` of the one that runs after it."""
    if in_backward() and layer in ran:  # a part that is computed twice keeps its place
        return len(ran) - ran[::-1].index(layer)
    ran.append(layer)
    return len(ran)


def _watching(
    model: nn.Module, layers: Sequence[LayerInfo], look: Callable[[LayerInfo, Tensor], None]
) -> ExitStack:
    """Within it, `look` gets every layer's output in the order of the forward pass."""
    stack = ExitStack()
    for layer in layers:

        def hook(_module: nn.Module, _inputs: object, output: object, layer: LayerInfo = layer) -> None:
            parts = output if isinstance(output, tuple | list) else (output,)
            for part in parts:
                if isinstance(part, Tensor) and part.is_floating_point():
                    look(layer, part)
                    return

        stack.callback(model.get_submodule(layer.module).register_forward_hook(hook).remove)
    return stack


def _finite(tensor: Tensor) -> bool:
    return bool(torch.isfinite(tensor).all())
