"""Who is to blame for a loss that is not finite: often a gradient that was not, some steps before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from torch import nn

from gradviz.records.layer import LayerInfo
from gradviz.records.writer import RunWriter
from gradviz.training.loss import Objective
from gradviz.training.nonfinite import Direction, Origin, find_in_backward, find_in_forward
from gradviz.training.precision import Forward
from gradviz.training.replay import Moment


class Divergence:
    """Remembers the first gradient that was not finite, and says where a loss became so."""

    def __init__(
        self,
        model: nn.Module,
        layers: Sequence[LayerInfo],
        objective: Objective,
        forward: Forward,
        writer: RunWriter,
    ) -> None:
        self._model, self._layers, self._objective = model, layers, objective
        self._forward, self._writer = forward, writer
        self._origin: Origin | None = None

    def remember(self, moments: Iterable[Moment]) -> None:
        """A gradient is not finite though the loss is: note the first such step, before its update."""
        for moment in moments:
            if self._origin is None:
                self._origin = find_in_backward(
                    self._model, self._layers, moment, self._objective, self._forward
                )
                if self._origin is not None:
                    self._record(self._origin)

    def explain(self, moments: Sequence[Moment]) -> str:
        """The loss of a step is not finite: record where that began; a sentence for people."""
        for moment in moments:
            origin = find_in_forward(self._model, self._layers, moment, self._forward)
            if origin.direction is not Direction.LOSS:
                break
        if origin.direction is Direction.UPDATE and self._origin is not None:
            origin = self._origin
        else:
            self._record(origin)
        return origin.sentence(moments[0].step) + "."

    def explain_gradient(self, moments: Sequence[Moment], loss_scale: float) -> str:
        """No loss scale makes the gradients of a step finite: a sentence for people."""
        self.remember(moments)
        start = (
            f"The gradient is not finite at step {moments[0].step}, even with the loss scale down to "
            f"{loss_scale:.3g}"
        )
        if self._origin is None or self._origin.layer is None:
            return f"{start}."
        return f"{start}: the first non-finite value appears in the backward pass of {self._origin.layer}."

    def state_dict(self) -> dict[str, Any]:
        """The first gradient that was not finite, if there was one."""
        return {"origin": self._origin and asdict(self._origin)}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Remember it again."""
        origin = state["origin"]
        self._origin = origin and Origin(**{**origin, "direction": Direction(origin["direction"])})

    def _record(self, origin: Origin) -> None:
        self._writer.event(origin.step, "nonfinite", origin.layer, direction=origin.direction.value)
