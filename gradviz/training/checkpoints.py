"""When a checkpoint is made and what is in it: all that a run needs to go on as if it had never stopped.

Unless steps are given, the clock decides: about every ten seconds of training, and so seldom that writing
takes no more than two percent of them, however large the network is. A pause, a stop and the end have
one too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from torch import Tensor, nn

from gradviz.probes.recorder import Recorder
from gradviz.records.checkpoint import Checkpoint, CheckpointKind
from gradviz.records.writer import RunWriter
from gradviz.spec.experiment import TrainingSpec
from gradviz.training.state import NetworkState, Stateful, tensors_of
from gradviz.training.state_codec import StateError, decode, encode
from gradviz.training.validation import Score

EVERY_SECONDS = 10.0
MOST_SHARE = 0.02
PATIENT_SECONDS = 0.5
_BYTES_A_SECOND = 2e8
"""What is assumed of the disk before the first checkpoint was written."""
_NEW = frozenset({"best", "stopping"})
"""What a run may begin to remember when it goes on."""


@dataclass(slots=True)
class _Best:
    loss: float = float("inf")
    step: int = 0
    tensors: dict[str, Tensor] | None = None


class Checkpoints:
    """Writes the checkpoints of one run, whose parts are in `parts` by name.

    The best weights are those of the lowest validation loss; they wait in memory for the next checkpoint, so
    that a store never has better ones than the run it would go on with knows of.
    """

    def __init__(
        self,
        spec: TrainingSpec,
        model: nn.Module,
        parts: Mapping[str, Stateful],
        recorder: Recorder,
        writer: RunWriter,
    ) -> None:
        self._model = model
        self._network = NetworkState(model)
        self._parts: dict[str, Stateful] = {"network": self._network, **parts}
        self._recorder, self._writer = recorder, writer
        self._every = spec.checkpoint_every
        self._best = _Best()
        if spec.keep_best:
            self._parts["best"] = self
        weights = sum(tensor.numel() * tensor.element_size() for tensor in tensors_of(model).values())
        self._cost = 3 * weights / _BYTES_A_SECOND
        self._written = 0.0
        self._troubled = False

    @property
    def seconds(self) -> float:
        """How long it waits from one checkpoint to the next."""
        return max(EVERY_SECONDS, self._cost / MOST_SHARE)

    @property
    def _since(self) -> float:
        return self._recorder.seconds - self._written

    def after_step(self, step: int) -> None:
        """Write one if it is time; `step` is counted from 0."""
        if self._since >= self.seconds if self._every is None else (step + 1) % self._every == 0:
            self.write()

    def at_rest(self, ends: bool) -> None:
        """Write one at an end, and at a pause where that lets nobody wait or where it is time anyway."""
        if ends or self._cost < PATIENT_SECONDS or self._since >= self.seconds:
            self.write()

    def on_score(self, step: int, score: Score) -> None:
        """Remember the weights after `step` if none were better."""
        if score.loss < self._best.loss:
            tensors = {name: tensor.clone() for name, tensor in tensors_of(self._model).items()}
            self._best = _Best(loss=score.loss, step=step + 1, tensors=tensors)

    def write(self) -> None:
        """Write one between two steps; where that cannot be done the run goes on, and its log says so."""
        began = perf_counter()
        self._recorder.flush()
        step = self._writer.steps
        if not step:
            return
        text, tensors = encode({name: part.state_dict() for name, part in self._parts.items()})
        last = Checkpoint(kind=CheckpointKind.LAST, step=step, state=text, tensors=tensors)
        trouble = self._writer.checkpoint([last, *self._waiting()])
        self._written = self._recorder.seconds
        self._cost = perf_counter() - began
        if trouble:
            if not self._troubled:
                self._writer.log("warning", f"No checkpoint could be written at step {step} ({trouble}).")
        else:
            self._best.tensors = None
            self._writer.sample("checkpoint_seconds", step - 1, self._cost)
        self._troubled = bool(trouble)

    def write_best(self) -> None:
        """Write the best weights alone, for an end that is no place to go on from."""
        if waiting := self._waiting():
            self._recorder.flush()
            self._writer.checkpoint(waiting)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Put everything back as it was. Raises StateError where the checkpoint is another run's."""
        states = unpack(checkpoint)
        missing = [name for name in self._parts if name not in states and name not in _NEW]
        if missing:
            raise StateError(f"The checkpoint has no state of: {', '.join(missing)}.")
        self._network.check(states["network"])
        for name, part in self._parts.items():
            if name in states:
                try:
                    part.load_state_dict(states[name])
                except (KeyError, IndexError, TypeError, AttributeError, RuntimeError, ValueError) as error:
                    if isinstance(error, StateError):
                        raise
                    raise StateError(f"The checkpoint’s {name} does not fit: {error}.") from error

    def state_dict(self) -> dict[str, Any]:
        """How good the best weights are; they themselves lie in the store."""
        return {"loss": self._best.loss, "step": self._best.step}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Know what is the best so far."""
        self._best = _Best(loss=state["loss"], step=state["step"])

    def _waiting(self) -> list[Checkpoint]:
        if self._best.tensors is None:
            return []
        text, tensors = encode({"network": self._best.tensors, "loss": self._best.loss})
        return [Checkpoint(kind=CheckpointKind.BEST, step=self._best.step, state=text, tensors=tensors)]


def unpack(checkpoint: Checkpoint) -> dict[str, Any]:
    """The states in a checkpoint by name. Raises StateError."""
    states = decode(checkpoint.state, checkpoint.tensors)
    if not isinstance(states, dict) or not isinstance(states.get("network"), dict):
        raise StateError("The checkpoint has no weights.")
    return states
