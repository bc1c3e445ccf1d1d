"""Clipping to a percentile of the norms so far: AutoClip (Seetharaman et al. 2020).

No threshold has to be found: it follows the run. The norm of a step counts before its threshold is taken, so
the first step passes unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gradviz.spec.registry import integer, number
from gradviz.training.clipping.history import DeviceHistory, History, HostHistory
from gradviz.training.clipping.method import Change, Gradients, State, clips
from gradviz.training.clipping.norms import scale_together, tensor_norms, total_norm


@clips.register(
    "percentile",
    group="Clipping",
    doc="All gradients together are scaled to a percentile of the norms so far (Seetharaman et al. 2020)",
    parameters=(
        number(
            "percentile",
            "The percentile of the norms that is the threshold",
            default=10.0,
            above=0,
            maximum=100,
        ),
        integer(
            "window",
            "How many of the last steps count; all since the start unless given",
            default=None,
            minimum=2,
            maximum=10_000_000,
        ),
    ),
)
class Percentile:
    """Scales all tensors by one factor, to a threshold that moves."""

    moving = True

    def __init__(self, *, percentile: float, window: int | None = None) -> None:
        self._percentile, self._window = percentile, window
        self._history: History | None = None
        self._loaded: NDArray[np.float64] | None = None

    def __call__(self, gradients: Gradients) -> Change:
        """Clip in place."""
        history = self._history
        if history is None:
            history = self._history = self._begin(gradients)
        squares = gradients.scaling_squares()
        total = total_norm(tensor_norms(gradients, 2, squares), 2)
        history.add(total)
        threshold = history.percentile()
        limit = threshold
        if isinstance(threshold, Tensor):
            limit = torch.where(threshold.isnan(), torch.inf, threshold)
        elif isnan(threshold):  # no finite norm so far
            return Change(squares, squares, threshold=threshold)
        return Change(*scale_together(gradients, squares, total, limit), threshold=threshold)

    def state_dict(self) -> State:
        """The norms so far."""
        if self._history is not None:
            return {"norms": self._history.values()}
        return {"norms": np.empty(0) if self._loaded is None else self._loaded}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from the norms that were kept. Raises ValueError where they are no norms."""
        if set(state) != {"norms"}:
            raise ValueError("the norms that clipping by percentile needs were not saved with the run")
        norms = np.asarray(state["norms"], np.float64)
        if norms.ndim != 1 or np.isnan(norms).any() or (norms < 0).any():
            raise ValueError("the norms that were saved for clipping by percentile are not a list of norms")
        self._loaded, self._history = norms, None

    def _begin(self, gradients: Gradients) -> History:
        if gradients.on_host:
            return HostHistory(self._percentile, self._window, self._loaded)
        return DeviceHistory(self._percentile, self._window, gradients.tensors[0].device, self._loaded)
