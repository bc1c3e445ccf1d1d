"""What recording costs: the step of a recorded run against the step of a bare loop.

    python benchmarks/overhead.py [--rounds 40] [--launches 5] [--seconds 0.3] [--threads 1] [--json]

Both train the same network on the same batches with the same optimizer, in alternating blocks of one
process, and in several processes one after the other. “gradviz” is the real training loop with its store on
disk: every norm of every layer at every step, and the scheduled measurements within their budget. Its first
seconds, in which it measures more, are left out: they are the same few tenths of every run. Beside
it, where they are installed, stand TensorBoard (norms, or histograms, of every layer at every step),
`wandb.watch` (offline, every step) and Cockpit (economy preset, every step; its 1.0.2 needs `setuptools<81`).
"""

from __future__ import annotations

import argparse
import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import torch
from blocks import (
    Block,
    Comparison,
    DisturbedError,
    arguments,
    compare,
    from_raw,
    pool,
    raw,
    report,
    show,
    stepping,
)
from networks import networks
from rivals import Step, bare, rivals

from gradviz.data.load import load
from gradviz.records.run import RunStatus
from gradviz.spec.experiment import (
    ExperimentSpec,
)
from gradviz.training.control import RunControl
from gradviz.training.run import train

SETTLED_S = 6.0
"""Seconds of a recorded run before it is timed."""


@contextmanager
def in_a_thread(make: Callable[[], Step], threads: int) -> Iterator[Block]:
    """A block of steps that are made and taken in a thread of their own, as the recorded run's are.

    A thread has its own share of the allocator, so a bare loop in the main thread would not be its twin.
    """
    asked: queue.SimpleQueue[float] = queue.SimpleQueue()
    answers: queue.SimpleQueue[float] = queue.SimpleQueue()

    def run() -> None:
        torch.set_num_threads(threads)
        block = stepping(make())
        while seconds := asked.get():
            answers.put(block(seconds))

    thread = threading.Thread(target=run)
    thread.start()

    def block(seconds: float) -> float:
        asked.put(seconds)
        return answers.get()

    try:
        yield block
    finally:
        asked.put(0.0)
        thread.join()


@contextmanager
def recorded(spec: ExperimentSpec, threads: int) -> Iterator[Block]:
    """A run by `train` itself that moves only while a block asks it to, from inside its poll."""
    go, done = threading.Event(), threading.Event()
    block_end, start, first = 0.0, 0.0, 0
    cost: list[float] = []
    control = RunControl()

    def poll(_waiting: bool) -> None:
        nonlocal start, first
        now = time.perf_counter()
        if now < block_end or (start and control.steps_done == first):  # it is asked while it loads, too
            return
        if start:
            cost.append((now - start) / (control.steps_done - first))
        done.set()
        go.wait()
        go.clear()
        start, first = time.perf_counter(), control.steps_done

    control.poll = poll

    def run() -> None:
        torch.set_num_threads(threads)
        with tempfile.TemporaryDirectory() as folder:
            ended.append(train(spec, Path(folder) / "run.db", control, run_id="overhead"))
        done.set()

    ended: list[RunStatus] = []
    thread = threading.Thread(target=run)
    thread.start()
    done.wait()

    def block(seconds: float) -> float:
        nonlocal block_end
        done.clear()
        block_end = time.perf_counter() + seconds
        go.set()
        done.wait()
        if ended:
            raise RuntimeError(f"the recorded run has ended: {ended[0].reason}")
        return cost[-1]

    try:
        block(SETTLED_S)
        yield block
    finally:
        control.stop()
        go.set()
        thread.join()


def measure(spec: ExperimentSpec, options: argparse.Namespace) -> Comparison:
    data = load(spec.data, spec.seed)
    with ExitStack() as stack:
        others = {"gradviz": stack.enter_context(recorded(spec, options.threads))}
        if options.others:
            for title, make in rivals(stack, spec, data):
                others[title] = stack.enter_context(in_a_thread(make, options.threads))
        return compare(
            stack.enter_context(in_a_thread(partial(bare, spec, data), options.threads)),
            others,
            rounds=options.rounds,
            seconds=options.seconds,
            limit=options.limit,
        )


def launch(spec: ExperimentSpec, options: argparse.Namespace) -> Comparison:
    """The same in several processes one after the other, each with its share of the rounds."""
    share = max(1, options.rounds // options.launches)
    command = [sys.executable, __file__, "--json", "--launches", "1", "--only", spec.name]
    command += ["--rounds", str(share), "--seconds", str(options.seconds), "--limit", str(options.limit)]
    command += ["--threads", str(options.threads), *([] if options.others else ["--no-others"])]
    found = []
    for _ in range(options.launches):
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False, text=True)
        if done.returncode == 0:
            found.append(from_raw(json.loads(done.stdout)[spec.name]))
    if not found:
        raise DisturbedError(f"no quiet launch in {options.launches}")
    return pool(found)


def main() -> int:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--launches", type=int, default=5, help="processes that share the rounds (default 5)")
    parser.add_argument("--threads", type=int, default=1, help="threads that torch may use (default 1)")
    parser.add_argument("--no-others", dest="others", action="store_false", help="only gradviz")
    parser.add_argument("--only", default="", help="only the networks whose name contains this")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    texts, results, status = [], {}, 0
    for spec in networks(options.only):
        try:
            found = launch(spec, options) if options.launches > 1 else measure(spec, options)
        except DisturbedError as error:
            sys.stderr.write(f"overhead: {spec.name}: {error}\n")
            status = 1
        else:
            spread = "range of launches" if options.launches > 1 else "quartiles"
            texts.append(show(spec.name, found, spread=spread))
            results[spec.name] = raw(found)
    report(results, as_json=options.json, texts=texts)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
