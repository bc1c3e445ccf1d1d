"""Exported scripts, run as modules, beside what the engine builds and trains from the same experiment."""

from __future__ import annotations

import importlib.util
import math
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import ModuleType

import pytest
import torch

from gradviz.export.pytorch import export_pytorch
from gradviz.records.reader import RunReader
from gradviz.spec.experiment import ExperimentSpec
from gradviz.training.control import RunControl
from gradviz.training.run import train


class Workshop:
    """Writes scripts into a folder of their own, imports them, and trains the same with the engine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count()

    def script(self, experiment: ExperimentSpec) -> ModuleType:
        """The exported script as a module, run on the CPU; it has not trained yet."""
        path = self.folder / f"script_{next(self._numbers)}.py"
        path.write_text(export_pytorch(on_the_cpu(experiment)), encoding="utf-8")
        tidy(path)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module  # dataclasses look their module up
        spec.loader.exec_module(module)
        return module

    def engine_losses(self, experiment: ExperimentSpec, steps: int) -> list[float]:
        """The losses that the engine records for the first steps."""
        path = self.folder / f"run_{next(self._numbers)}.db"
        training = replace(experiment.training, steps=steps, epochs=None, device="cpu")
        short = replace(experiment, training=training)
        status = train(short, path, RunControl(), run_id="run")
        assert status.finish is not None
        assert status.finish.value in {"completed", "diverged"}, status.reason
        with RunReader(path) as reader:
            return [float(reader.at("train_loss", step)[1][0]) for step in range(reader.last_step + 1)]


def on_the_cpu(experiment: ExperimentSpec) -> ExperimentSpec:
    return replace(experiment, training=replace(experiment.training, device="cpu"))


def tidy(path: Path) -> None:
    """Fail where ruff would change or complain about the script."""
    for arguments in (["check"], ["format", "--check", "--diff", "--line-length", "110"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *arguments, "--isolated", "--no-cache", str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    before = set(sys.modules)
    yield Workshop(tmp_path)
    for name in set(sys.modules) - before:
        if name.startswith("script_"):
            del sys.modules[name]


@pytest.fixture
def same_losses(workshop: Workshop) -> Callable[[ExperimentSpec], float]:
    """Train ten steps on both sides; the largest relative difference, which must be at most 1e-6."""

    def compare(experiment: ExperimentSpec, steps: int = 10) -> float:
        wanted = workshop.engine_losses(experiment, steps)
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            got = workshop.script(experiment).train(steps=steps)
        finally:
            torch.set_num_threads(threads)
        assert len(got) == len(wanted)
        worst = 0.0
        for ours, theirs in zip(wanted, got, strict=True):
            if not math.isfinite(ours):
                assert str(ours) == str(theirs)
            else:
                worst = max(worst, abs(ours - theirs) / max(abs(ours), 1e-12))
        assert worst <= 1e-6, (wanted, got)
        return worst

    return compare
