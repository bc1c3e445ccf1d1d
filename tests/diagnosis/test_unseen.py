"""Who is to blame in imported models: what their code does between layers counts, and a chain it must be."""

import math
import pathlib

import pytest

from gradviz.diagnosis.blame import blame_of_run
from gradviz.records.factors import FactorKind
from gradviz.records.reader import RunReader
from gradviz.spec.experiment import DataSpec, ExperimentSpec, MeasureSpec, ModelSpec, TrainingSpec
from gradviz.training.control import RunControl
from gradviz.training.run import train
from gradviz.trust import allow

CODE = """
import torch
from torch import nn

class Chain(nn.Module):
    def __init__(self, act, gain=1.0, depth=8):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(64, 64) for _ in range(depth))
        self.last = nn.Linear(64, 3)
        self.act = getattr(torch, act)
        for layer in self.layers:
            nn.init.orthogonal_(layer.weight, gain)
            nn.init.zeros_(layer.bias)
    def forward(self, x):
        for layer in self.layers:
            x = self.act(layer(x))
        return self.last(x)

class Apart(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.one, self.two = (nn.Linear(64, 64) for _ in range(3))
        self.last = nn.Linear(64, 3)
        for layer in (self.one, self.two):
            nn.init.eye_(layer.weight)
    def forward(self, x):
        x = self.first(x)
        return self.last(self.one(x) + self.two(x) + x)

class Only(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.last = nn.LSTM(64, 8, batch_first=True), nn.Linear(8, 3)
    def forward(self, x):
        return self.last(self.cell(x[:, None])[0][:, -1])
"""


@pytest.fixture
def judge(tmp_path, monkeypatch):
    """Trains a network of that code for a few steps and says who is to blame."""
    monkeypatch.setenv("GRADVIZ_STATE", str(tmp_path / "state"))
    path = pathlib.Path(tmp_path, "own.py")
    path.write_text(CODE)
    allow(path)

    def found(name, **arguments):
        experiment = ExperimentSpec(
            data=DataSpec(name="random", parameters={"shape": [64], "classes": 3, "samples": 200}),
            model=ModelSpec(source=f"{path}:{name}", arguments=arguments),
            training=TrainingSpec(steps=2, device="cpu"),
            measure=MeasureSpec(budget=1.0),
        )
        store = tmp_path / f"{name}-{len(list(tmp_path.iterdir()))}.sqlite"
        status = train(experiment, store, RunControl(), run_id="r")
        assert status.finish == "completed", status.reason
        with RunReader(store) as reader:
            return blame_of_run(reader, 0)

    return found


def test_a_function_of_the_code_is_to_blame(judge) -> None:
    found = judge("Chain", act="sigmoid")
    assert found.kind is FactorKind.OTHER
    assert found.sentence.startswith("The functions between the layers make the gradient vanish: 0.2")
    assert found.factor == pytest.approx(0.24, abs=0.015)


def test_with_relu_of_the_code_kaimings_weights_are_in_balance(judge) -> None:
    assert judge("Chain", act="relu", gain=math.sqrt(2)).kind is None
    small = judge("Chain", act="relu", gain=0.5)
    assert small.kind is FactorKind.WEIGHTS
    assert "vanish" in small.sentence


def test_where_ways_part_nobody_is_blamed(judge) -> None:
    found = judge("Apart")
    assert (found.kind, dict(found.balanced)) == (None, {})
    assert "do not multiply" in found.sentence
    assert "Through all of them the gradient is multiplied by" in found.sentence


def test_one_factor_is_no_chain(judge) -> None:
    assert judge("Only").sentence == "Only one layer's factor is known, which is no chain to judge."
