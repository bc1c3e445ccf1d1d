"""The recorder: watches one network train and hands what it measures to a run's writer.

At every step it takes loss, accuracy and the gradient norm of every layer, before and after clipping,
with fused calls and one copy to the host; what is dearer follows a schedule that keeps to a budget by
measuring its own cost. Outputs of layers and gradients with respect to them are looked at within the
training's own pass, of a step's last batch, when they are due. It draws no random number and changes
nothing: weights are bit-identical without it. Its methods are named after Lightning's callback points; any
training loop can call them.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from math import isfinite, nan
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor, nn

from gradviz.probes.agenda import Agenda
from gradviz.probes.clip_report import ClipReport
from gradviz.probes.clipped_norms import ClippedNorms
from gradviz.probes.groups import parameters_by_layer
from gradviz.probes.guesses import Guesses
from gradviz.probes.ledger import GUESSED, Ledger, RawStep
from gradviz.probes.norms import LayerNorms, count_nonfinite
from gradviz.probes.outbox import Deliver, Outbox
from gradviz.probes.pace import Pace
from gradviz.probes.part_norms import PartNorms
from gradviz.probes.parts import splits
from gradviz.probes.passing import IN_PASSING, Passing
from gradviz.probes.quantities import AFTER_BACKWARD, AFTER_UPDATE, Quantities
from gradviz.probes.residual import Join, ResidualBlock, tell_blocks, tell_joins
from gradviz.probes.sampling import tell_samples
from gradviz.probes.schedule import Item
from gradviz.records.layer import LayerInfo
from gradviz.records.parts import PART_NORM, width_of
from gradviz.records.writer import COMMIT_SECONDS, RunWriter
from gradviz.spec.data_info import Task

_NOTHING = nullcontext()


class Reading(NamedTuple):
    """What a step's one copy brought: the loss, and whether all gradients are finite."""

    loss: float
    finite: bool


class Recorder:
    """Records the layers of `model` that have parameters; the writer's run has their `recorded_series`.

    A layer's norm is over all its parameters together. Where the loop adds the gradient of a penalty after
    `on_after_backward`, the run is `penalised`: “grad_norm” is that of the loss alone, what clipping is about
    (“global_norm”, “grad_norm_clipped”) is that of both. “part_norm”, of the run's gates and heads, is of the
    loss alone and before clipping. A parameter that is frozen, or that nothing used,
    counts as a gradient of exact zeros. The network must be on its device already. Entries that are not
    finite are counted before clipping, which spreads NaN and cuts Inf; on CUDA after it, since the one copy
    comes after it, but only in tensors that had some before.
    """

    def __init__(
        self,
        model: nn.Module,
        layers: Sequence[LayerInfo],
        writer: RunWriter,
        *,
        budget: float = 0.05,
        task: Task = Task.CLASSIFICATION,
        penalised: bool = False,
        blocks: Sequence[ResidualBlock] = (),
        joins: Sequence[Join] = (),
    ) -> None:
        self.commit_seconds = COMMIT_SECONDS
        """How often what was measured is committed."""
        self.seconds = 0.0
        """What the steps took so far, without what lay between them."""
        measured = [layer for layer in layers if layer.parameters]
        groups = parameters_by_layer(model, measured)
        self._parameters = [parameter for group in groups for parameter in group]
        self._on_cpu = all(parameter.is_cpu for parameter in self._parameters)
        self._writer = writer
        self._has_accuracy, self._binary = task is not Task.REGRESSION, task is Task.BINARY
        self._counts = [len(group) for group in groups]
        sizes = [[parameter.numel() for parameter in group] for group in groups]
        self._norms = LayerNorms(sizes)
        parts = writer.info.parts
        divided = PartNorms(sizes, splits(model, measured, groups, parts), width_of(parts))
        self._gradient_norms = divided
        self._penalised = penalised
        self._clipped = ClippedNorms(self._parameters, anew=penalised)
        self._ledger = Ledger(writer, self._norms, divided)
        self._outbox = Outbox()
        self._quantities = Quantities(groups, self._norms, writer, self._outbox)
        self._passing = Passing(model, layers, blocks, joins, writer=writer, outbox=self._outbox)
        if not writer.steps:
            if blocks:
                tell_blocks(blocks, writer)
            if joins:
                tell_joins(joins, writer)
            tell_samples(groups, writer)
        self._agenda = Agenda([layer.index for layer in measured], len(layers), budget)
        self._pace = Pace(writer, budget)
        self._due: list[Item] = []
        self._replayed = 0.0
        self._step = -1
        self._samples = 1
        self._loss: Tensor | float = nan
        self._correct: float | None = None
        self._guesses: Guesses | None = None
        self._earlier: list[Tensor] = []
        self._earlier_samples = 0
        self._on_device: dict[str, Tensor] = {}
        self._found: dict[str, array[float]] = {}
        self._noted: dict[str, float] = {}
        self._noted_on_device: dict[str, Tensor] = {}
        self._finite = True
        self._asked = False
        self._gradients: list[Tensor | None] = []
        self._started = self._committed = self._always = self._scheduled = 0.0

    def on_train_batch_start(self, step: int, *, everything: bool = False) -> None:
        """Begin a step; `everything` measures all that is scheduled, for a first, single or last step.

        With a budget of 1 that is every step.
        """
        self._started = perf_counter()
        self._step = step
        self._asked = everything
        self._agenda.begin(step, everything=everything)
        self._due = self._agenda.due
        self._scheduled = self._replayed = 0.0
        self._always = perf_counter() - self._started

    @property
    def focus(self) -> int | None:
        """The measured layer that somebody is looking at, whose histograms have turns of their own."""
        return self._agenda.focus

    @focus.setter
    def focus(self, layer: int | None) -> None:
        self._agenda.focus = layer

    @property
    def watches(self) -> bool:
        """Whether something is due in this step that only the passes themselves can tell."""
        return any(item.quantity in IN_PASSING for item in self._due)

    def watching(
        self, loss_scale: Callable[[], float] | None = None, *, apart: bool = False
    ) -> AbstractContextManager[None]:
        """Around the forward and backward pass of a step's last batch, whose activations are measured.

        `loss_scale` tells what the loss is multiplied by. A pass `apart` is done for this alone, so that all
        of it is counted as measuring. Where nothing of this kind is due, nothing is done.
        """
        if not self._due or not self.watches:
            return _NOTHING
        return self._watching(1.0 if loss_scale is None else loss_scale(), apart=apart)

    def on_after_backward(self, loss: Tensor, output: Tensor, target: Tensor) -> None:
        """Take loss, accuracy and gradient norms.

        `output` is `[batch, classes]` and `target` `[batch]`; in a binary task both are `[batch]`. A
        regression has no accuracy.
        """
        start = perf_counter()
        self._gradients = [parameter.grad for parameter in self._parameters]
        self._loss = loss.item() if self._on_cpu else loss.detach()
        self._samples = len(target) + self._earlier_samples
        self._earlier_samples = 0
        self._on_device = {}
        if self._has_accuracy:
            self._take_guesses(output.detach(), target)
        self._take_norms("grad_norm")
        if self._on_cpu and not self._finite:
            self._count_nonfinite()
        self._always += perf_counter() - start
        if self._due:
            self._measure(AFTER_BACKWARD)

    def on_after_partial_backward(self, output: Tensor, target: Tensor) -> None:
        """Take what is right in one of several batches of a step, so that its output need not be kept.

        The last of them goes to `on_after_backward`, with the loss and the gradients of all.
        """
        start = perf_counter()
        self._earlier_samples += len(target)
        if self._has_accuracy:
            self._earlier.append((self._predicted(output.detach()) == target).sum())
        self._always += perf_counter() - start

    def on_after_clip(self, report: ClipReport | None = None) -> None:
        """Take what clipping did from its report, which knows the norms that it left.

        Without one (of a loop that clips in its own way) the norms are taken again, and there is no angle.
        """
        start = perf_counter()
        found: dict[str, Any] = self._found if self._on_cpu else self._on_device
        if report is None:
            self._take_norms("grad_norm_clipped")
            before, after = found["grad_norm"], found["grad_norm_clipped"]
            report = ClipReport(parameters=self._parameters, squares=before, clipped=after, dot=nan)
        else:
            found["grad_norm_clipped"] = self._clipped(report, found["grad_norm"])
            if self._penalised:
                self.note("global_norm", report.norm_before)
        for quantity, number in report.numbers().items():
            self.note(quantity, number)
        self._always += perf_counter() - start

    def note(self, quantity: str, number: float | Tensor | None, *, seconds: float = 0.0) -> None:
        """Take a number of this step that the loop knows; a tensor on a CUDA device travels with the copy.

        Where a step has none (None), the series has NaN. `seconds` is what it took to measure it.
        """
        if number is None:
            return
        self._always += seconds
        if isinstance(number, Tensor) and not number.is_cpu:
            self._noted_on_device[quantity] = number
        else:
            self._noted[quantity] = float(number)

    def expect_replays(self, quantity: str) -> None:
        """Have `replay` called with this quantity at every step; it gets a share of the budget of its own."""
        self._agenda.expect_replays(quantity)

    def replay(self, quantity: str, measure: Callable[[], None]) -> None:
        """Between the backward pass and the update: do a second pass if it is that quantity's turn."""
        for item in self._agenda.replays:
            if item.quantity == quantity:
                start = perf_counter()
                measure()
                seconds = perf_counter() - start
                item.paid(self._step, seconds)
                self._replayed += seconds

    def send(self, values: Tensor, deliver: Deliver) -> None:
        """Have `values` `[n]` delivered when the device's next copy comes over; on a CPU at once."""
        self._outbox.put(values, deliver)

    def on_before_optimizer_step(self) -> Reading:
        """Bring the step's numbers to the host: on CUDA this waits for the device, once."""
        start = perf_counter()
        loss = self._fetch(self._loss) if isinstance(self._loss, Tensor) else self._loss
        self._ledger.add(RawStep(loss, self._correct, self._samples, self._found, self._noted), self._guesses)
        self._guesses = None
        finite = self._finite
        if not finite and not self._on_cpu:
            self._count_nonfinite()
        self._gradients, self._found, self._noted = [], {}, {}
        end = perf_counter()
        self._always += end - start
        if self._due:
            self._quantities.keep_weights(
                item.layer for item in self._due if item.quantity in {"update_ratio", "update_histogram"}
            )
            self._scheduled += perf_counter() - end
        return Reading(loss=loss, finite=finite)

    def on_train_batch_end(self) -> None:
        """After the update: weights, a commit when one is due, and the account of what all this cost."""
        if self._due:
            self._measure(AFTER_UPDATE)
            self._quantities.forget_weights()
        start = end = perf_counter()
        if start - self._committed >= self.commit_seconds or self._ledger.full:
            self._ledger.flush()
            self._writer.commit()
            self._committed = end = perf_counter()
        self._always += end - start
        cost = self._always + self._scheduled + self._replayed
        total = end - self._started
        self.seconds += total
        self._agenda.account(total - cost, self._always, self._scheduled, self._replayed)
        self._pace.step(self._step, total, cost, self._always, asked=self._asked)

    def at_rest(self, *, gradients: bool = True) -> None:
        """Measure all that can be measured between two steps and was not in the last one.

        For a pause or the end. Gradients are those of the last step: leave them out where clipping has
        changed them since.
        """
        for item in self._agenda.items:
            if self._step < 0 or item.last == self._step:
                continue
            if item.quantity == "update_ratio":
                self._quantities.weight_norm(self._step)
            elif item.quantity == "weight_histogram" or (gradients and item.quantity in AFTER_BACKWARD):
                self._quantities.measure(item.quantity, self._step, item.layer)
            else:
                continue
            item.last = self._step
        self._pace.flush(self._step)
        self._outbox.flush()
        self._ledger.flush()

    def flush(self) -> None:
        """Hand on what has been gathered and measure nothing more, for an end in the middle of a step."""
        self._ledger.flush()

    def take_accuracy(self) -> float:
        """The training accuracy over all steps since the last call, for the end of an epoch."""
        return self._ledger.take_accuracy()

    def state_dict(self) -> dict[str, Any]:
        """What is gathered over more than one step, for a checkpoint."""
        return self._ledger.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on gathering."""
        self._ledger.load_state_dict(state)

    @contextmanager
    def _watching(self, loss_scale: float, *, apart: bool) -> Iterator[None]:
        start = perf_counter()
        items = [item for item in self._due if item.quantity in IN_PASSING]
        with self._passing.watching(self._step, items, loss_scale) as cost:
            yield
        self._scheduled += perf_counter() - start if apart else cost()

    def _take_guesses(self, output: Tensor, target: Tensor) -> None:
        if self._earlier or not self._on_cpu:
            correct = (self._predicted(output) == target).sum()
            for one in self._earlier:
                correct = correct + one
            self._earlier = []
            if self._on_cpu:
                self._correct = float(correct)
            else:
                self._on_device["correct"] = correct
        else:
            self._correct = GUESSED
            self._guesses = Guesses(output.numpy(), target.numpy())

    def _predicted(self, output: Tensor) -> Tensor:
        return output > 0 if self._binary else output.argmax(1)

    def _take_norms(self, quantity: str) -> None:
        if self._on_cpu:
            squares, parts, finite = self._gradient_norms.on_host(self._gradients)
            self._found[quantity] = array("d", squares)  # floats that are kept would lie all over the memory
            if quantity == "grad_norm":
                self._finite = finite
                if parts:
                    self._found[PART_NORM] = array("d", parts)
        else:
            self._on_device[quantity], runs = self._gradient_norms.on_device(self._gradients)
            if runs is not None and quantity == "grad_norm":
                self._on_device[PART_NORM] = runs

    def _fetch(self, loss: Tensor) -> float:
        correct = self._on_device.pop("correct", None)
        norms = list(self._on_device.values())
        noted, self._noted_on_device = self._noted_on_device, {}
        start = [loss] if correct is None else [loss, correct]
        first = len(start) + len(noted)
        values = self._outbox.copy([*start, *noted.values(), *norms])
        self._noted.update(zip(noted, values[len(start) : first].tolist(), strict=True))
        parts = np.split(values[first:], np.cumsum([len(norm) for norm in norms])[:-1])
        for quantity, part in zip(self._on_device, parts, strict=True):
            self._found[quantity] = array("d", part.tolist())
        self._finite = bool(np.isfinite(self._found["grad_norm"]).all())
        self._correct = None if correct is None else float(values[1])
        return float(values[0])

    def _measure(self, quantities: Sequence[str]) -> None:
        for quantity in quantities:
            for item in self._due:
                if item.quantity == quantity:
                    start = perf_counter()
                    self._quantities.measure(quantity, self._step, item.layer)
                    seconds = perf_counter() - start
                    item.paid(self._step, seconds)
                    self._scheduled += seconds

    def _count_nonfinite(self) -> None:
        broken = (
            None if isfinite(square) else gradient
            for gradient, square in zip(self._gradients, self._found["grad_norm"], strict=True)
        )
        counts = [count_nonfinite([next(broken) for _ in range(count)]) for count in self._counts]
        self._writer.sample("nonfinite_count", self._step, np.array(counts, np.int64))
