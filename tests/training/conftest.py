"""Small experiments, trained into a store in the test's folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gradviz.records.reader import RunReader
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


def layer(kind: str, **parameters: Any) -> LayerSpec:
    return LayerSpec(kind=kind, parameters=parameters)


def small(*, steps: int | None = 12, epochs: int | None = None, **changes: Any) -> ExperimentSpec:
    """Two hidden layers on moons: 80 training samples, 5 batches an epoch."""
    layers = (layer("Linear", out_features=8), layer("Tanh"), layer("Linear", out_features="classes"))
    spec = ExperimentSpec(
        data=DataSpec(name="moons", batch_size=16, parameters={"samples": 100}),
        model=ModelSpec(layers=layers, initializer=InitializerSpec(name="xavier_uniform")),
        optimizer=OptimizerSpec(name="SGD", lr=0.1),
        training=TrainingSpec(steps=steps, epochs=epochs, device="cpu"),
    )
    return replace(spec, **changes)


class Bench:
    """Trains experiments one after the other and opens their stores."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._readers: list[RunReader] = []
        self.statuses: list[RunStatus] = []

    def train(
        self,
        spec: ExperimentSpec,
        control: RunControl | None = None,
        *,
        paused: bool = False,
        on_status: Callable[[RunStatus], None] | None = None,
    ) -> tuple[RunStatus, RunReader]:
        path = self._folder / f"{len(self._readers)}.db"
        self.statuses = []

        def note(status: RunStatus) -> None:
            self.statuses.append(status)
            if on_status is not None:
                on_status(status)

        status = train(spec, path, control or RunControl(), run_id=str(path), paused=paused, on_status=note)
        self._readers.append(RunReader(path))
        return status, self._readers[-1]

    def close(self) -> None:
        for reader in self._readers:
            reader.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


@pytest.fixture
def experiment() -> Callable[..., ExperimentSpec]:
    return small
