"""An imported model whose file has changed is another network: its run does not go on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gradviz.records.run import FinishReason
from gradviz.records.session import RunSource
from gradviz.spec.experiment import ModelSpec, TrainingSpec
from gradviz.training.control import RunControl
from gradviz.training.run import train
from gradviz.training.step_replay import ReplayError, replay_step
from gradviz.trust import allow

CODE = """
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = torch.nn.Linear(2, 4), torch.nn.Linear(4, 2)
    def forward(self, x):
        return self.two(torch.tanh(self.one(x)))
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "own_net.py"
    path.write_text(CODE)
    allow(path)
    return path


def test_a_run_goes_on_and_its_steps_are_done_again_only_with_the_same_code(file, experiment, tmp_path):
    training = TrainingSpec(steps=4, device="cpu", checkpoint_every=2)
    spec = replace(experiment(), model=ModelSpec(source=f"{file}:Net"), training=training)
    longer = replace(spec, training=replace(training, steps=6))
    run = RunSource(id="a", path=tmp_path / "a.db")
    assert train(spec, run.path, RunControl(), run_id="a").finish is FinishReason.COMPLETED

    file.write_text("# a remark\n" + CODE)
    assert replay_step(run, 3).same
    went_on = train(longer, tmp_path / "b.db", RunControl(), run_id="b", resume=run)
    assert (went_on.finish, went_on.steps) == (FinishReason.COMPLETED, 6)

    file.write_text(CODE.replace("torch.tanh", "torch.relu"))
    refused = train(longer, tmp_path / "c.db", RunControl(), run_id="c", resume=run)
    assert refused.finish is FinishReason.FAILED
    assert refused.reason.startswith(
        "own_net.py says something else than when the run was recorded, and the run"
    )
    assert not (tmp_path / "c.db").exists()
    with pytest.raises(ReplayError, match="says something else"):
        replay_step(run, 3)
