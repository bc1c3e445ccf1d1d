"""Seeds apart: one moves its own stream and leaves the others alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from gradviz.spec.experiment import LayerSpec, SeedsSpec
from gradviz.training import run
from gradviz.training.control import RunControl
from gradviz.training.trainer import Trainer


class Streams:
    """What a run drew: weights, samples with their order, and the numbers of a dropout."""

    def __init__(self, trainer: Trainer) -> None:
        self.weights = torch.cat([p.detach().flatten() for p in trainer.model.parameters()])
        self.data = torch.cat([trainer.batches.take(step)[0] for step in range(7)])
        self.held_out = trainer.evaluation.part[0]

    def finish(self) -> None:
        self.dropout = torch.rand(5)  # where the run left the stream that it had started


@pytest.fixture
def streams(monkeypatch, tmp_path, experiment):
    """Trains with some seeds and tells what was drawn."""
    taken: list[Streams] = []

    class Watched(Trainer):
        def run(self):
            taken.append(Streams(self))
            status = super().run()
            taken[-1].finish()
            return status

    monkeypatch.setattr(run, "Trainer", Watched)
    spec = experiment(steps=3)
    layers = (*spec.model.layers[:2], LayerSpec(kind="Dropout"), spec.model.layers[2])
    spec = replace(spec, model=replace(spec.model, layers=layers))

    def train(seed: int = 0, **seeds: int) -> Streams:
        changed = replace(spec, seed=seed, seeds=SeedsSpec(**seeds))
        run.train(changed, tmp_path / f"{len(taken)}.db", RunControl(), run_id=str(len(taken)))
        return taken[-1]

    return train


NAMES = ("weights", "data", "held_out", "dropout")


@pytest.mark.parametrize(
    ("moved", "changes"),
    [("weights", {"weights"}), ("data", {"data", "held_out"}), ("dropout", {"dropout"})],
)
def test_a_seed_moves_its_own_stream_only(moved: str, changes: set[str], streams) -> None:
    one, other = streams(), streams(**{moved: 5})
    different = {name for name in NAMES if not torch.equal(getattr(one, name), getattr(other, name))}
    assert different == changes


def test_all_seeds_given_are_the_one_seed_and_leave_it_nothing_to_do(streams) -> None:
    one, other = streams(seed=3), streams(seed=8, weights=3, data=3, dropout=3)
    assert all(torch.equal(getattr(one, name), getattr(other, name)) for name in NAMES)
