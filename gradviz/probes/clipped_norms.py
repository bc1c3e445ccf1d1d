"""The norms that clipping left, from its report: brought into the recorder's order of parameters."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import torch
from torch import Tensor

from gradviz.probes.clip_report import ClipReport


class ClippedNorms:
    """Finds the squares after clipping for certain parameters.

    What clipping did not change, or does not know, keeps exactly the square that was measured before: the
    store keeps such a series only where it differs. Where the gradients have changed in between, all are
    taken `anew` from the report.
    """

    def __init__(self, parameters: Sequence[Tensor], *, anew: bool = False) -> None:
        self._parameters = parameters
        self._anew = anew
        self._of: Sequence[Tensor] | None = None
        self._places: list[int] = []
        self._index = torch.empty(0, dtype=torch.int64)

    def __call__(self, report: ClipReport, before: array[float] | Tensor) -> array[float] | Tensor:
        """The squares `[tensors]` after clipping; `before` are those that were measured before it."""
        if report.parameters is not self._of:
            self._follow(report.parameters)
        squares, clipped = report.squares, report.clipped
        if squares is clipped and not self._anew:
            return before
        if isinstance(before, Tensor):
            nothing = before.new_zeros(1)
            index = self._index = self._index.to(before.device)
            was = torch.cat([torch.as_tensor(squares), nothing])[index]
            now = torch.cat([torch.as_tensor(clipped), nothing])[index]
            return now if self._anew else torch.where(was == now, before, now)
        if isinstance(squares, Tensor) or isinstance(clipped, Tensor):
            squares, clipped = torch.as_tensor(squares).tolist(), torch.as_tensor(clipped).tolist()
        return array(
            "d",
            [
                measured
                if place < 0 or (squares[place] == clipped[place] and not self._anew)
                else clipped[place]
                for measured, place in zip(before, self._places, strict=True)
            ],
        )

    def _follow(self, parameters: Sequence[Tensor]) -> None:
        place_of = {id(parameter): place for place, parameter in enumerate(parameters)}
        self._of = parameters
        self._places = [place_of.get(id(parameter), -1) for parameter in self._parameters]
        self._index = torch.tensor(self._places)
