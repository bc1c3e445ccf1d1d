"""What recording costs: the step of a recorded run against the step of a bare loop.

    python benchmarks/overhead.py [--rounds 40] [--launches 5] [--seconds 0.3] [--threads 1] [--json]

Both train the same network on the same batches with the same optimizer, in alternating blocks of one
process, and in several processes one after the other. “gradviz” is the real training loop with its store on
disk: every norm of every layer at every step, and the scheduled measurements within their budget. Beside
it, where they are installed, stand TensorBoard (norms, or histograms, of every layer at every step) and
`wandb.watch` (offline, every step).
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
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
from torch import nn
from torch.nn.functional import cross_entropy

from gradviz.data.batches import Batches
from gradviz.data.load import DataSet, load
from gradviz.nets.build import BuiltModel
from gradviz.nets.model import build
from gradviz.records.run import RunStatus
from gradviz.spec.experiment import (
    DataSpec,
    ExperimentSpec,
    InitializerSpec,
    LayerSpec,
    ModelSpec,
    OptimizerSpec,
    TrainingSpec,
)
from gradviz.training.control import RunControl
from gradviz.training.run import train

NEVER = 10**9
"""Steps of a run that is stopped when the benchmark is over."""
Step = Callable[[], object]


def mlp(depth: int, width: int) -> ExperimentSpec:
    hidden = (LayerSpec(kind="Linear", parameters={"out_features": width}), LayerSpec(kind="ReLU"))
    return experiment(
        f"MLP {depth}×{width}, batch 128",
        DataSpec(
            name="random",
            batch_size=128,
            validation=0.001,
            parameters={"shape": [64], "classes": 10, "samples": 200_000},
        ),
        (*hidden * depth, LayerSpec(kind="Linear", parameters={"out_features": "classes"})),
    )


def cnn() -> ExperimentSpec:
    layers: list[LayerSpec] = []
    for channels in (32, 64, 128):
        for _ in range(3):
            conv = {"out_channels": channels, "kernel_size": 3, "padding": "same"}
            layers += [LayerSpec(kind="Conv2d", parameters=conv), LayerSpec(kind="ReLU")]
        layers.append(LayerSpec(kind="MaxPool2d", parameters={"kernel_size": 2}))
    layers += [LayerSpec(kind="Flatten"), LayerSpec(kind="Linear", parameters={"out_features": "classes"})]
    return experiment(
        "CNN, 9 convolutions on 32×32, batch 32",
        DataSpec(
            name="random",
            batch_size=32,
            validation=0.01,
            parameters={"shape": [3, 32, 32], "classes": 10, "samples": 4_000},
        ),
        tuple(layers),
    )


def experiment(name: str, data: DataSpec, layers: tuple[LayerSpec, ...]) -> ExperimentSpec:
    return ExperimentSpec(
        name=name,
        data=data,
        model=ModelSpec(layers=layers, initializer=InitializerSpec(name="kaiming_normal")),
        optimizer=OptimizerSpec(name="SGD", lr=0.001),
        training=TrainingSpec(steps=NEVER, device="cpu"),
    )


def bare(spec: ExperimentSpec, data: DataSet, watch: Callable[[BuiltModel, int], None] | None = None) -> Step:
    """The textbook loop with torch's defaults; `watch` is called after the backward pass of each step."""
    built = build(spec.model, data.info, spec.seed)
    model = built.model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=spec.optimizer.lr)
    batches = Batches(data.train_x, data.train_y, spec.data.batch_size, spec.seed)
    count = 0

    def step() -> None:
        nonlocal count
        x, y = batches.take(count)
        optimizer.zero_grad()
        loss = cross_entropy(model(x), y)
        loss.backward()
        if watch is not None:
            watch(built, count)
        optimizer.step()
        count += 1

    return step


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
        if ended:
            raise RuntimeError(f"the recorded run has ended: {ended[0].reason}")
        done.clear()
        block_end = time.perf_counter() + seconds
        go.set()
        done.wait()
        return cost[-1]

    try:
        yield block
    finally:
        control.stop()
        go.set()
        thread.join()


def tensorboard(stack: ExitStack, *, histograms: bool) -> Callable[[BuiltModel, int], None]:
    from torch.utils.tensorboard import SummaryWriter

    folder = stack.enter_context(tempfile.TemporaryDirectory())
    writer = stack.enter_context(SummaryWriter(folder))

    def watch(built: BuiltModel, step: int) -> None:
        for name, parameter in built.model.named_parameters():
            if histograms:
                writer.add_histogram(f"gradient/{name}", parameter.grad, step)
                writer.add_histogram(f"weight/{name}", parameter, step)
            else:
                writer.add_scalar(f"norm/{name}", parameter.grad.norm(), step)

    return watch


def wandb_step(stack: ExitStack, spec: ExperimentSpec, data: DataSet) -> Step:
    import wandb

    folder = stack.enter_context(tempfile.TemporaryDirectory())
    os.environ["WANDB_SILENT"] = "true"
    run = wandb.init(mode="offline", dir=folder, project="overhead")
    stack.callback(run.finish)
    watched: list[nn.Module] = []

    def watch(built: BuiltModel, step: int) -> None:
        if not watched:
            watched.append(built.model)
            run.watch(built.model, log="all", log_freq=1)
        run.log({"step": step})

    return bare(spec, data, watch)


def measure(spec: ExperimentSpec, options: argparse.Namespace) -> Comparison:
    data = load(spec.data, spec.seed)
    with ExitStack() as stack:
        others = {"gradviz": stack.enter_context(recorded(spec, options.threads))}
        if options.others and find_spec("tensorboard"):
            for title, histograms in (("TensorBoard norms", False), ("TensorBoard histograms", True)):
                watch = tensorboard(stack, histograms=histograms)
                make = partial(bare, spec, data, watch)
                others[title] = stack.enter_context(in_a_thread(make, options.threads))
        if options.others and find_spec("wandb"):
            make = partial(wandb_step, stack, spec, data)
            others["wandb.watch"] = stack.enter_context(in_a_thread(make, options.threads))
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
    for spec in (mlp(20, 64), mlp(50, 256), cnn()):
        if options.only not in spec.name:
            continue
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
