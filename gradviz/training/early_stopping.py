"""The end of training where validation has stopped getting better (Prechelt 1998)."""

from __future__ import annotations

from math import inf
from typing import Any

from gradviz.records.writer import RunWriter
from gradviz.training.validation import Score


class EarlyStopping:
    """Listens to validations; after `patience` of them in a row without a lower loss it gives a `reason`."""

    def __init__(self, patience: int, writer: RunWriter) -> None:
        self._patience = patience
        self._writer = writer
        self.best = inf
        """The lowest validation loss so far."""
        self.best_step = -1
        """The step after which it was measured, counted from 0."""
        self.waited = 0
        """Validations since then."""
        self.reason = ""
        """Why training ends, a sentence for people; empty while it goes on."""

    def __call__(self, step: int, score: Score) -> None:
        """Hear of a validation after `step`; a loss that is not a number is no better one."""
        if score.loss < self.best:
            self.best, self.best_step, self.waited = score.loss, step, 0
            return
        self.waited += 1
        if self.waited < self._patience:
            return
        times = "1 validation" if self._patience == 1 else f"{self._patience} validations"
        best = f", best at step {self.best_step} with {self.best:.4g}" if self.best < inf else ""
        self.reason = f"Stopped early: no lower validation loss in {times}{best}."
        self._writer.event(step, "early_stop", None, best_step=self.best_step, best=self.best)

    def state_dict(self) -> dict[str, Any]:
        """What it has heard so far."""
        return {"best": self.best, "best_step": self.best_step, "waited": self.waited}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on listening; a run that ended here waits for the next validation."""
        self.best, self.best_step, self.waited = state["best"], state["best_step"], state["waited"]
