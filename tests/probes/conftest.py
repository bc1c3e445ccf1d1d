"""A network of plain torch modules and the store of a run that records it, without an experiment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import torch
from leaf_layers import layer_infos
from torch import nn

from gradviz.probes.parts import layer_parts
from gradviz.probes.recorded_series import recorded_series
from gradviz.probes.recorder import Recorder
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunInfo, RunState, RunStatus
from gradviz.records.writer import RunWriter
from gradviz.spec.data_info import Task


class Lab:
    """Records one model into a store; `read` closes it and opens a reader."""

    def __init__(
        self,
        model: nn.Module,
        folder: Path,
        *,
        clipping: bool,
        budget: float,
        noted: tuple[str, ...],
        task: Task,
    ) -> None:
        layers = layer_infos(model)
        parts = layer_parts(model, layers)
        info = RunInfo(
            id="lab",
            name="lab",
            created="2025-01-01T00:00:00+00:00",
            experiment={},
            layers=layers,
            series=recorded_series(
                layers,
                clipping=clipping,
                noted=noted,
                accuracy=task is not Task.REGRESSION,
                parts=parts,
            ),
            steps=10,
            steps_per_epoch=5,
            device="cpu",
            parts=parts,
        )
        self.path = folder / "lab.db"
        self.writer = RunWriter.create(self.path, info)
        self.recorder = Recorder(model, layers, self.writer, budget=budget, task=task)
        self._readers: list[RunReader] = []

    def read(self) -> RunReader:
        self.recorder.flush()
        self.writer.finish(RunStatus(state=RunState.FINISHED, finish=FinishReason.COMPLETED))
        self.writer.close()
        self._readers.append(RunReader(self.path))
        return self._readers[-1]

    def close(self) -> None:
        self.writer.close()
        for reader in self._readers:
            reader.close()


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[object]:
    """Makes a Lab for a model."""
    labs: list[Lab] = []

    def make(
        model: nn.Module,
        *,
        clipping: bool = False,
        budget: float = 0.05,
        noted: tuple[str, ...] = (),
        task: Task = Task.CLASSIFICATION,
    ) -> Lab:
        folder = tmp_path / str(len(labs))
        folder.mkdir()
        labs.append(Lab(model, folder, clipping=clipping, budget=budget, noted=noted, task=task))
        return labs[-1]

    yield make
    for made in labs:
        with closing(made):
            pass


@pytest.fixture
def model() -> nn.Module:
    """Three measured layers with an activation between them and a parameter that is frozen."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 8), nn.LayerNorm(8), nn.Linear(8, 3))
    network[2].bias.requires_grad_(requires_grad=False)
    return network
