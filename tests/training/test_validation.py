from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import LossSpec
from gradviz.training import validation
from gradviz.training.loss import build_objective
from gradviz.training.validation import validate


@pytest.mark.parametrize("training", [True, False])
def test_score_is_that_of_all_at_once_and_nothing_is_touched(training: bool, monkeypatch) -> None:
    monkeypatch.setattr(validation, "_MOST_SAMPLES", 7)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 4)).train(
        training
    )
    x, y = torch.randn(30, 3), torch.randint(0, 4, (30,))
    before = torch.get_rng_state()
    statistics = model[1].running_mean.clone()
    objective = build_objective(LossSpec(), DataInfo(input_shape=(3,), classes=4, samples=30))
    score = validate(model, x, y, objective)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(model[1].running_mean, statistics)
    assert model.training is training
    model.eval()
    output = model(x)
    assert score.loss == pytest.approx(float(cross_entropy(output, y).detach()), rel=1e-5)
    assert score.accuracy == pytest.approx(float((output.argmax(1) == y).float().mean()))
