"""Who is to blame for a loss that is not finite: often a gradient that was not, some steps before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from torch import nn

from gradviz.records.layer import LayerInfo
from gradviz.records.writer import RunWriter
from gradviz.training.loss import Objective
from gradviz.training.nonfinite import Direction, Origin, find_in_backward, find_in_forward
from gradviz.training.replay import Moment


class Divergence:
    """Remembers the first gradient that was not finite, and says where a loss became so."""

    def __init__(
        self, model: nn.Module, layers: Sequence[LayerInfo], objective: Objective, writer: RunWriter
    ) -> None:
        self._model, self._layers, self._objective = model, layers, objective
        self._writer = writer
        self._origin: Origin | None = None

    def remember(self, moments: Iterable[Moment]) -> None:
        """A gradient is not finite though the loss is: note the first such step, before its update."""
        for moment in moments:
            if self._origin is None:
                self._origin = find_in_backward(self._model, self._layers, moment, self._objective)
                if self._origin is not None:
                    self._record(self._origin)

    def explain(self, moments: Sequence[Moment]) -> str:
        """The loss of a step is not finite: record where that began; a sentence for people."""
        for moment in moments:
            origin = find_in_forward(self._model, self._layers, moment)
            if origin.direction is not Direction.LOSS:
                break
        if origin.direction is Direction.UPDATE and self._origin is not None:
            origin = self._origin
        else:
            self._record(origin)
        return origin.sentence(moments[0].step) + "."

    def _record(self, origin: Origin) -> None:
        self._writer.event(origin.step, "nonfinite", origin.layer, direction=origin.direction.value)
