"""What a run is told while it trains: pause, resume, one step, stop, another learning rate.

Commands only set flags; the training loop honours them at the next step boundary, so no command ever
lands in the middle of a step. Any thread may command.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

UNWATCHED_SECONDS = 0.25
"""How often a run commits that no window draws: 40 times a second would be 4 % of a small network's time."""
Poll = Callable[[bool], None]


class RunControl:
    """Commands for one run, and the place where its owner is called back.

    `poll(waiting)` is called by the loop at every step boundary with False, and again and again with
    True while the run is paused; then it should block until there may be something new (a queue's
    `get`, say) and return. Without a poll, a paused run sleeps until another thread commands.
    """

    def __init__(self, poll: Poll | None = None) -> None:
        self.poll = poll
        self.steps_done = 0
        """Steps finished so far: kept by the loop, for whoever draws a progress bar."""
        self.steps_asked = 0
        """Steps in all, 0 until the loop knows."""
        self.loss = float("nan")
        """The loss of the last of them."""
        self.focus: int | None = None
        """The measured layer that somebody is looking at: its histograms are taken several times a second."""
        self.commit_seconds = UNWATCHED_SECONDS
        """How often what was measured is committed, from the next step on."""
        self._changed = threading.Condition()
        self._paused = False
        self._single = False
        self._stopped = False
        self._lr: float | None = None

    def pause(self) -> None:
        """Wait at the next step boundary."""
        self._set(paused=True)

    def resume(self) -> None:
        """Go on after a pause."""
        self._set(paused=False)

    def step(self) -> None:
        """Make one step and then wait, whether the run is paused or not."""
        self._set(paused=True, single=True)

    def stop(self) -> None:
        """End the run at the next step boundary; it counts as stopped."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def set_lr(self, lr: float) -> None:
        """Use another learning rate from the next step on; ValueError unless it is at least 0 and finite."""
        if not (math.isfinite(lr) and lr >= 0):
            raise ValueError(f"a learning rate must be a finite number, at least 0, not {lr}")
        with self._changed:
            self._lr = lr
            self._changed.notify_all()

    @property
    def paused(self) -> bool:
        """Whether the run waits, or will at the next boundary."""
        return self._paused and not self._single

    @property
    def stopped(self) -> bool:
        """Whether the run has been told to end."""
        return self._stopped

    def ask(self) -> None:
        """At a step boundary, by the loop: let the owner command."""
        if self.poll is not None:
            self.poll(False)  # noqa: FBT003 - the one argument of a callback

    def wait(self) -> None:
        """While paused, by the loop: return when there may be something new."""
        if self.poll is not None:
            self.poll(True)  # noqa: FBT003 - the one argument of a callback
            return
        with self._changed:
            self._changed.wait_for(lambda: not self.paused or self._stopped or self._lr is not None)

    def take_step(self) -> bool:
        """At the start of a step, by the loop: whether it is a single one after which the run waits."""
        with self._changed:
            single, self._single = self._single, False
            return single

    def take_lr(self) -> float | None:
        """At a step boundary, by the loop: the learning rate that was asked for since, if any."""
        if self._lr is None:  # without the lock: this is read at every step
            return None
        with self._changed:
            lr, self._lr = self._lr, None
            return lr

    def _set(self, *, paused: bool, single: bool = False) -> None:
        with self._changed:
            self._paused = paused
            self._single = single
            self._changed.notify_all()
