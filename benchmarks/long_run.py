"""A run of any length and depth as the engine would have recorded it, without the training.

Rows of every step, scheduled measurements, events and the checkpoint go through the real RunWriter, and what
is due in a step is decided by the recorder's own agenda under the default budget. Only the numbers are made
up: norms that vanish towards the input, drift and jump now and then. Time is counted as a step of such a
network takes on two cores (75 µs a layer, measured at 20 and 200 layers), so that what is told by the clock
comes as often as it would.

`python benchmarks/long_run.py FILE` saves one as a session document, as a process of its own; with
`--live SOURCE` it goes on with that document's run beside FILE, `--rate` steps a second, until its standard
input ends. With `--of SOURCE --runs N` FILE has N runs that recorded what that document's run did.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from gradviz.paths import resources  # noqa: E402
from gradviz.probes.agenda import Agenda  # noqa: E402
from gradviz.probes.passing import GRADIENTS, HISTOGRAM, STATISTICS  # noqa: E402
from gradviz.probes.recorded_series import recorded_series  # noqa: E402
from gradviz.probes.schedule import Item  # noqa: E402
from gradviz.probes.spikes import Spikes  # noqa: E402
from gradviz.records.checkpoint import Checkpoint, CheckpointKind  # noqa: E402
from gradviz.records.continuing import continuation  # noqa: E402
from gradviz.records.histogram import BINS, BINS_PER_DECADE, POSITIVE, SIDE, SMALLEST_DECADE  # noqa: E402
from gradviz.records.outputs import register_output  # noqa: E402
from gradviz.records.reader import RunReader  # noqa: E402
from gradviz.records.run import FinishReason, RunInfo, RunState, RunStatus  # noqa: E402
from gradviz.records.session import RunSource, Session, open_session, save_session  # noqa: E402
from gradviz.records.store_file import remove_store  # noqa: E402
from gradviz.records.writer import COMMIT_SECONDS, RunWriter  # noqa: E402
from gradviz.spec.examples import load_experiment  # noqa: E402
from gradviz.spec.json_codec import to_raw  # noqa: E402

STEP_SECONDS_A_LAYER = 75e-6
NORMS_SHARE = 0.03
"""Share of a step that the norms of every step cost."""
COSTS = {GRADIENTS: 30e-6, STATISTICS: 30e-6, "update_ratio": 5e-6, "largest_gradient": 3e-6}
"""Seconds a layer; a histogram takes 40 µs."""
HISTOGRAM_SECONDS = 40e-6
PACE_SECONDS = 0.25
STEPS_PER_EPOCH = 23
SPIKES = 5e-4
"""How likely a step is a spike; those too near to the last told one are not told."""
CHUNK = 64
"""Rows are made and handed on together, as the recorder does."""


def network(layers: int, steps: int, run_id: str) -> RunInfo:
    """A chain of so many Linear and Sigmoid layers with clipping, as the engine describes it."""
    from gradviz.nets.model import build
    from gradviz.training.loss import describe_experiment
    from gradviz.training.noted import noted_quantities

    experiment = load_experiment(
        "example:vanishing",
        None,
        resources() / "examples",
        [
            f"model.layers[1].times={layers - 1}",
            f"training.steps={steps}",
            "clip.method=global_norm",
            "clip.threshold=1.0",
        ],
    )
    built = build(experiment.model, describe_experiment(experiment), 0)
    return RunInfo(
        id=run_id,
        name=experiment.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        experiment=to_raw(experiment),
        layers=built.layers,
        series=recorded_series(built.layers, clipping=True, noted=noted_quantities(experiment)),
        steps=steps,
        steps_per_epoch=STEPS_PER_EPOCH,
        device="cpu",
    )


class Recording:
    """Writes the steps of one run, from where its writer stands."""

    def __init__(self, writer: RunWriter) -> None:
        self.writer = writer
        self._random = np.random.default_rng(writer.steps)
        info = writer.info
        self._measured = len(info.measured)
        self._agenda = Agenda([layer.index for layer in info.measured], len(info.layers), 0.05)
        self._spikes = Spikes()
        self._bare = STEP_SECONDS_A_LAYER * self._measured
        self._told = 0.0
        self._committed = 0.0
        self._now = 0.0
        self._shapes = _histograms(self._random)

    @property
    def seconds_a_step(self) -> float:
        """How long a step of this network takes."""
        return self._bare * (1 + NORMS_SHARE)

    def go_on(self, count: int) -> None:
        """Record so many steps more; at most a commit's worth at once is in memory."""
        while count:
            chunk = min(count, CHUNK)
            self._chunk(self.writer.steps, chunk)
            count -= chunk

    def checkpoint(self) -> None:
        """A checkpoint of the newest step, as large as this network's weights."""
        weights = sum(layer.parameters for layer in self.writer.info.layers) * 4
        step = self.writer.steps
        made = Checkpoint(kind=CheckpointKind.LAST, step=step, state="{}", tensors=os.urandom(weights))
        self.writer.checkpoint([made])

    def _chunk(self, first: int, count: int) -> None:
        rows, norms = self._rows(first, count)
        for spike in self._spikes.find(first, norms):
            layer = self.writer.info.measured[-1].name
            self.writer.event(spike.step, "spike", layer, factor=spike.factor, value=spike.value)
        for step, row in enumerate(rows, first):
            self.writer.append(step, row)
            self._measure(step)
            if (step + 1) % STEPS_PER_EPOCH == 0:
                loss = 0.3 + 2 * np.exp(-step / 2e5) + 0.02 * self._random.standard_normal()
                self.writer.sample("val_loss", step, loss)
                self.writer.sample("val_accuracy", step, 1 - loss / 3)
        if self._now - self._committed >= COMMIT_SECONDS:
            self._committed = self._now
            self.writer.commit()

    def _rows(self, first: int, count: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Rows [count, width] and the norms of the whole gradients [count]."""
        random, places = self._random, self.writer.slices
        steps = np.arange(first, first + count)[:, None]
        depth = np.linspace(-14, 0, self._measured, dtype=np.float32)
        powers = depth * (0.6 + 0.4 * np.cos(steps / 9e4)) + 0.2 * np.sin(steps / 3e3)
        powers = powers + 0.1 * random.standard_normal((count, self._measured), np.float32)
        powers += 1.5 * (random.random((count, 1)) < SPIKES)
        layers = np.power(10.0, powers)
        norms = np.sqrt(np.square(layers).sum(axis=1))
        factor = np.minimum(1.0, 1.0 / norms)[:, None]
        rows = np.full((count, self.writer.width), np.nan, np.float32)
        known = {
            "train_loss": 0.3 + 2 * np.exp(-steps / 2e5) + 0.05 * random.standard_normal((count, 1)),
            "train_accuracy": 0.9 - 0.8 * np.exp(-steps / 2e5) + 0.02 * random.standard_normal((count, 1)),
            "grad_norm": layers,
            "grad_norm_clipped": layers * factor,
            "global_norm": norms[:, None],
            "global_norm_clipped": norms[:, None] * factor,
            "clip_factor": factor,
            "clip_angle": np.zeros((count, 1)),
            "clipped_tensors": (factor < 1) * 2.0 * self._measured,
            "clipped": factor < 1,
        }
        for quantity, values in known.items():
            if quantity in places:
                rows[:, places[quantity]] = values
        return rows, norms

    def _measure(self, step: int) -> None:
        agenda, layers = self._agenda, len(self.writer.info.layers)
        agenda.begin(step, everything=step == 0)
        scheduled = 0.0
        for item in agenda.due:
            seconds = COSTS[item.quantity] * layers if item.quantity in COSTS else HISTOGRAM_SECONDS
            item.paid(step, seconds)
            scheduled += seconds
            self._sample(step, item)
        always = NORMS_SHARE * self._bare
        agenda.account(self._bare, always, scheduled, 0.0)
        self._now += self._bare + always + scheduled
        if self._now - self._told >= PACE_SECONDS:
            self._told = self._now
            self.writer.sample("steps_per_second", step, 1 / self.seconds_a_step)
            self.writer.sample("measuring_cost", step, 0.05 + 0.002 * self._random.standard_normal())

    def _sample(self, step: int, item: Item) -> None:
        write, random, measured = self.writer.sample, self._random, self._measured
        layers = len(self.writer.info.layers)
        if item.quantity == GRADIENTS:
            write("output_gradient", step, np.power(10.0, np.linspace(-12, -2, layers)))
            write("gain", step, 0.9 + 0.1 * random.standard_normal(layers))
        elif item.quantity == STATISTICS:
            write("activation_mean", step, random.standard_normal(layers))
            write("activation_std", step, 1 + 0.1 * random.random(layers))
            for quantity in ("zero_share", "dead_share", "saturated_share"):
                write(quantity, step, random.random(layers))
        elif item.quantity == "update_ratio":
            write("update_ratio", step, np.power(10.0, -3 + 0.2 * random.standard_normal(measured)))
            write("weight_norm", step, 8 + 0.1 * random.standard_normal(measured))
        elif item.quantity == "largest_gradient":
            write("largest_gradient", step, np.power(10.0, np.linspace(-13, -1, measured)))
        else:
            kinds = {"weight_histogram": -1.0, HISTOGRAM: -0.3, "gradient_histogram": -6.0}
            decade = kinds.get(item.quantity, -7.0) + 2 * np.sin(step / 8e4 + item.layer / 30)
            write(item.quantity, step, self._counts(decade), item.layer)

    def _counts(self, decade: float) -> NDArray[np.int64]:
        """Of 4,160 entries around ±10**decade."""
        shape = self._shapes[self._random.integers(len(self._shapes))]
        counts = np.zeros(BINS, np.int64)
        at = round((decade - SMALLEST_DECADE) * BINS_PER_DECADE)
        at = min(max(at, len(shape)), SIDE - len(shape))
        counts[POSITIVE.start + at : POSITIVE.start + at + len(shape)] = shape
        counts[POSITIVE.start - 1 - at - len(shape) : POSITIVE.start - 1 - at] = shape[::-1]
        return counts


def _histograms(random: np.random.Generator) -> list[NDArray[np.int64]]:
    share = np.exp(-np.square(np.linspace(-2.5, 2.5, 24)))
    return [random.multinomial(2080, share / share.sum()) for _ in range(16)]


def make(target: Path, layers: int, steps: int, budget: int) -> dict[str, float]:
    """Save such a run as a session document; tells the seconds that the writing took."""
    store = target.with_suffix(".sqlite")
    store.unlink(missing_ok=True)
    info = network(layers, steps, uuid4().hex)
    started = time.perf_counter()
    writer = RunWriter.create(store, info, budget=budget)
    try:
        writer.set_status(RunStatus(state=RunState.RUNNING))
        recording = Recording(writer)
        recording.go_on(steps)
        recording.checkpoint()
        writer.finish(RunStatus(state=RunState.FINISHED, steps=steps, finish=FinishReason.COMPLETED))
        writer.close()
        written = time.perf_counter() - started
        session = replace(Session.new(info.experiment), runs=(RunSource(id=info.id, path=store),))
        save_session(session, target)
        saved = time.perf_counter() - started - written
    finally:
        writer.discard()
    return {"written_s": written, "saved_s": saved, "store_bytes": target.stat().st_size}


def copies(target: Path, source: Path, count: int, budget: int) -> None:
    """Save a session of so many runs: that of the document `source`, and further ones that recorded the same.

    Each goes on from the end of the first under an id of its own, and ends there.
    """
    first = open_session(source).runs[0]
    runs = [first]
    try:
        for number in range(2, count + 1):
            with RunReader(first.path, first.id, counts=False) as reader:
                info = replace(reader.info, id=uuid4().hex, name=f"{reader.info.name} {number}")
            store = target.with_suffix(f".{number}.sqlite")
            store.unlink(missing_ok=True)
            writer = RunWriter.go_on(store, continuation(first.path, first.id, info), budget=budget)
            runs.append(RunSource(id=info.id, path=store))
            steps = writer.steps
            writer.finish(RunStatus(state=RunState.FINISHED, steps=steps, finish=FinishReason.COMPLETED))
            writer.close()
        save_session(replace(Session.new(info.experiment), runs=tuple(runs)), target)
    finally:
        for run in runs[1:]:
            remove_store(run.path)


def live(target: Path, source: Path, budget: int, rate: float) -> None:
    """Go on with the run of a document in a store that is promised to become `target`."""
    old = open_session(source).runs[0]
    store = target.with_suffix(".sqlite")
    with RunReader(old.path, old.id) as reader:
        info = replace(reader.info, id=uuid4().hex, continues=old.id, steps=2 * reader.info.steps)
    writer = RunWriter.go_on(store, continuation(old.path, old.id, info), budget=budget)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    try:
        writer.set_status(RunStatus(state=RunState.RUNNING, steps=writer.steps))
        recording = Recording(writer)
        with register_output(target, store, info.id):
            print(json.dumps({"store": str(store), "step": writer.steps}), flush=True)
            for count in _paced(rate, ended):
                recording.go_on(count)
                writer.commit()
    finally:
        writer.discard()


def _paced(rate: float, ended: threading.Event) -> Iterator[int]:
    """How many steps are due, at each commit, until `ended`."""
    start, done = time.perf_counter(), 0
    while not ended.wait(COMMIT_SECONDS):
        due = int((time.perf_counter() - start) * rate)
        if due > done:
            yield due - done
            done = due


def main() -> None:
    """Make one, or go on with one."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--layers", type=int, default=200)
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--budget", type=int, default=1_000_000_000, help="bytes of the run (default 1 GB)")
    parser.add_argument(
        "--runs", type=int, metavar="N", help="with --of: so many runs that recorded the same"
    )
    parser.add_argument("--of", type=Path, metavar="SOURCE")
    parser.add_argument("--live", type=Path, metavar="SOURCE")
    parser.add_argument("--rate", type=float, default=120.0, help="steps a second of a live run (120)")
    options = parser.parse_args()
    if options.live:
        live(options.file, options.live, options.budget, options.rate)
    elif options.of:
        copies(options.file, options.of, options.runs, options.budget)
    else:
        print(json.dumps(make(options.file, options.layers, options.steps, options.budget)))


if __name__ == "__main__":
    main()
