"""Kills runs with SIGKILL at random moments, lets them go on, and compares with one that was never killed.

Six combinations of network and optimizer, with dropout, batch normalisation, momentum, schedules, clipping,
accumulation and a layer that learns later, each killed so many times at a moment drawn evenly from the whole
run, its start included; every third is killed again while it goes on. Compared byte for byte: every series
that is recorded at every step, at full resolution, and everything in the checkpoint at the end (weights,
buffers, optimizer, random state).

    python tools/kill_check.py [--kills 25] [--seed 0] [--only NAME] [--json]

Needs `fork` (Linux, macOS): a child starts at once, with torch loaded.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from gradviz.engine.catalogue import full_catalogue
from gradviz.records.checkpoint import CheckpointKind
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason
from gradviz.records.session import RunSource
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.json_codec import from_raw
from gradviz.training.checkpoints import unpack
from gradviz.training.control import RunControl
from gradviz.training.run import train
from gradviz.training.warm_up import warm_up

DATA = """
data = { name = "digits", batch_size = 32 }
"""
COMBINATIONS = {
    "MLP, SGD with momentum": DATA
    + """
model.layers = [
  { kind = "Flatten" }, { kind = "Linear", out_features = 64 }, { kind = "Tanh" },
  { kind = "Linear", out_features = 64 }, { kind = "Tanh" }, { kind = "Linear", out_features = "classes" },
]
optimizer = { name = "SGD", lr = 0.05, momentum = 0.9, nesterov = true }
training = { steps = 1500 }
""",
    "MLP with dropout, Adam, cosine": DATA
    + """
model.layers = [
  { kind = "Flatten" }, { kind = "Linear", out_features = 64 }, { kind = "ReLU" },
  { kind = "Dropout", p = 0.3 },
  { kind = "Linear", out_features = 64 }, { kind = "ReLU" },
  { kind = "Dropout", p = 0.3 },
  { kind = "Linear", out_features = "classes" },
]
optimizer = { name = "Adam", lr = 0.003 }
schedule = { name = "cosine", warmup = 50 }
training = { steps = 1300, keep_best = true }
""",
    "CNN with batch normalisation, SGD, steps, clipping": DATA
    + """
model.layers = [
  { kind = "Conv2d", out_channels = 8, kernel_size = 3, padding = 1 }, { kind = "BatchNorm2d" },
  { kind = "ReLU" },
  { kind = "MaxPool2d", kernel_size = 2 },
  { kind = "Conv2d", out_channels = 16, kernel_size = 3, padding = 1 }, { kind = "BatchNorm2d" },
  { kind = "ReLU" }, { kind = "Flatten" }, { kind = "Linear", out_features = "classes" },
]
optimizer = { name = "SGD", lr = 0.05, momentum = 0.9, weight_decay = 1e-4 }
schedule = { name = "step", step_size = 200 }
clip = { method = "percentile" }
training = { steps = 700 }
""",
    "CNN with normalisation and dropout, AdamW, one cycle, accumulation": DATA
    + """
model.layers = [
  { kind = "Conv2d", out_channels = 8, kernel_size = 3, padding = 1 }, { kind = "BatchNorm2d" },
  { kind = "ReLU" },
  { kind = "Dropout", p = 0.2 }, { kind = "Flatten" }, { kind = "Linear", out_features = "classes" },
]
optimizer = { name = "AdamW", lr = 0.005 }
schedule = { name = "one_cycle" }
regularization = { l1 = 1e-5 }
training = { steps = 500, accumulate = 2 }
""",
    "LSTM with dropout, RMSprop, plateau": """
data = { name = "adding", length = 20, samples = 500, batch_size = 32 }
model.layers = [
  { kind = "LSTM", hidden_size = 24 }, { kind = "LastStep" }, { kind = "Dropout", p = 0.2 },
  { kind = "Linear", out_features = 1 },
]
optimizer = { name = "RMSprop", lr = 0.003, momentum = 0.5 }
schedule = { name = "plateau", patience = 2 }
clip = { method = "global_norm", threshold = 1.0 }
training = { steps = 700 }
""",
    "Transformer with dropout, Muon, a layer that learns later": """
[data]
name = "random"
shape = [16]
classes = 20
vocabulary = 20
per_position = true
samples = 400
batch_size = 16
[model]
layers = [
  { kind = "Embedding", embedding_dim = 32 },
  { kind = "PositionalEncoding" },
  { kind = "TransformerBlock", num_heads = 4, dropout = 0.1 },
  { kind = "LayerNorm" },
  { kind = "Linear", out_features = "classes" },
]
[schedule]
name = "exponential"
gamma = 0.999
warmup = 20
[training]
steps = 400
keep_best = true
[optimizer]
name = "Muon"
lr = 0.01
groups = [{ layers = "Embedding*", frozen = true, unfreeze_at = 150, lr_factor = 0.5 }]
""",
}


def experiment(text: str, every: int) -> ExperimentSpec:
    raw = tomllib.loads(text)
    raw["training"] |= {"device": "cpu", "checkpoint_every": every}
    return from_raw(raw, full_catalogue())


def in_child(spec: ExperimentSpec, store: Path, source: Path | None, kill_after: float | None) -> bool:
    """Train in a child, and kill it so many seconds after it began; whether it was killed."""
    context = multiprocessing.get_context("fork")
    child = context.Process(target=go, args=(spec, store, source))
    child.start()
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child.pid, signal.SIGKILL)
    child.join()
    return child.exitcode == -signal.SIGKILL


def go(spec: ExperimentSpec, store: Path, source: Path | None) -> None:
    resume = RunSource(id=source.stem, path=source) if source else None
    status = train(spec, store, RunControl(), run_id=store.stem, resume=resume)
    if status.finish is not FinishReason.COMPLETED:
        raise SystemExit(status.reason)


def has_checkpoint(store: Path) -> int:
    """The step of its last checkpoint, 0 where there is none."""
    try:
        with RunReader(store) as reader:
            return reader.checkpoints().get(CheckpointKind.LAST, 0)
    except ValueError:
        return 0


def recorded(store: Path) -> int:
    try:
        with RunReader(store) as reader:
            return reader.last_step + 1
    except ValueError:
        return 0


def whole(store: Path) -> tuple[dict[str, bytes], dict[str, Any]]:
    with RunReader(store) as reader:
        if reader.damage:
            raise SystemExit(f"{store}: {reader.damage}")
        last = reader.last_step
        series = {name: reader.series(name, 0, last, 10**9).mean.tobytes() for name in reader.slices}
        checkpoint = reader.checkpoint()
        if checkpoint is None or checkpoint.step != last + 1:
            raise SystemExit(f"{store}: no checkpoint at the end")
        states = unpack(checkpoint)
    for name in ("python", "numpy"):  # which nothing here draws from: each process has its own
        del states["chance"][name]
    return series, dict(flat(states))


def flat(value: Any, place: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [pair for key, part in value.items() for pair in flat(part, f"{place}/{key}")]
    if isinstance(value, list | tuple):
        return [pair for key, part in enumerate(value) for pair in flat(part, f"{place}/{key}")]
    if isinstance(value, torch.Tensor):
        return [(place, (str(value.dtype), tuple(value.shape), value.contiguous().numpy().tobytes()))]
    return [(place, value.tobytes() if isinstance(value, np.ndarray) else repr(value))]


def check(name: str, text: str, kills: int, rng: random.Random, folder: Path) -> dict[str, Any]:
    began = time.perf_counter()
    in_child(experiment(text, 10**9), folder / "straight.db", None, None)
    lasts = time.perf_counter() - began
    straight = whole(folder / "straight.db")
    found: dict[str, Any] = {
        "combination": name,
        "steps": recorded(folder / "straight.db"),
        "series": len(straight[0]),
    }
    found |= {"tensors": len([v for v in straight[1].values() if isinstance(v, tuple)])}
    again, fresh, killed, wrong, twice = [], 0, 0, [], 0
    number = 0
    while killed < kills:
        number += 1
        spec = experiment(text, rng.choice((7, 23, 50, 111)))
        source: Path | None = None
        store = folder / f"{number}-a.db"
        if not in_child(spec, store, None, rng.uniform(0, lasts)):
            continue  # it was faster than the first time
        killed += 1
        for attempt in "bc":
            step = has_checkpoint(store)
            if step == found["steps"]:
                break  # killed when all was done
            fresh += not step
            again.append(recorded(store) - step)
            source = store if step else None
            store = folder / f"{number}-{attempt}.db"
            once_more = attempt == "b" and killed % 3 == 0
            cut = in_child(spec, store, source, rng.uniform(0, lasts * 0.7) if once_more else None)
            if cut and not store.exists() and source is not None:
                store = source  # killed before the new one was made: the old one is as it was
            twice += cut
            if not cut:
                break
        series, states = whole(store)
        differing = [key for key, value in straight[0].items() if series.get(key) != value]
        differing += [key for key, value in straight[1].items() if states.get(key) != value]
        if (
            differing
            or series.keys() != straight[0].keys()
            or states.keys() - {"/best"} != straight[1].keys()
        ):
            wrong.append({"kill": number, "differing": differing[:5]})
        for path in folder.glob(f"{number}-*"):
            path.unlink()
    found |= {"kills": killed, "killed_again": twice, "from_the_start": fresh, "wrong": wrong}
    return found | {"steps_done_again": median(again or [0]), "seconds": round(lasts, 2)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    warm_up()  # in here, so that a child's time is its run's
    rng = random.Random(arguments.seed)  # noqa: S311
    results = []
    for name, text in COMBINATIONS.items():
        if arguments.only.lower() in name.lower():
            with tempfile.TemporaryDirectory() as folder:
                results.append(check(name, text, arguments.kills, rng, Path(folder)))
            print(json.dumps(results[-1]), file=sys.stderr)
    if arguments.json:
        print(json.dumps(results))
    else:
        table = Table(
            "combination", "steps", "killed", "again", "no checkpoint yet", "steps redone", "differing"
        )
        for each in results:
            cells = ("steps", "kills", "killed_again", "from_the_start", "steps_done_again")
            table.add_row(
                each["combination"], *(f"{each[cell]:g}" for cell in cells), str(len(each["wrong"]))
            )
        Console().print(table)
    return 1 if any(each["wrong"] for each in results) else 0


if __name__ == "__main__":
    sys.exit(main())
