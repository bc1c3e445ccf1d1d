"""How far a run's records go: the one row that every commit rewrites.

It is what a reader asks for 30 times a second, and the manifest against which missing rows are noticed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from gradviz.records.run import FinishReason, RunState, RunStatus


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """What is committed: `recorded` steps; the first `kept` tile of each level; the highest numbers.

    `samples_kept` of the `samples` numbered so far are still there, `thinnings` counts how often some
    were dropped.
    """

    state: RunState = RunState.STARTING
    steps: int = 0
    finish: FinishReason | None = None
    reason: str = ""
    recorded: int = 0
    kept: tuple[int, ...] = ()
    tiles: int = 0
    samples: int = 0
    samples_kept: int = 0
    thinnings: int = 0
    events: int = 0
    logs: int = 0

    @property
    def status(self) -> RunStatus:
        """How the run stands, for people."""
        return RunStatus(
            state=self.state, steps=max(self.steps, self.recorded), finish=self.finish, reason=self.reason
        )

    def with_status(self, status: RunStatus) -> Progress:
        """The same records under another status."""
        return replace(
            self, state=status.state, steps=status.steps, finish=status.finish, reason=status.reason
        )

    def to_json(self) -> str:
        """The form that goes into the store."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def from_json(cls, text: str) -> Progress:
        """The progress that `to_json` described."""
        raw = json.loads(text)
        finish = raw["finish"] and FinishReason(raw["finish"])
        kept = raw["kept"] if isinstance(raw["kept"], list) else [raw["kept"]]  # up to format 2 of level 0
        return cls(**{**raw, "state": RunState(raw["state"]), "finish": finish, "kept": tuple(kept)})
