"""Every template, made small, on all data that fit it: built, trained, probed, saved, loaded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from small_templates import DATA, PAIRS, SMALL

from gradviz.data.load import describe, load
from gradviz.nets.model import build
from gradviz.nets.templates import new_experiment
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason
from gradviz.records.session import RunSource, Session, open_session, save_session
from gradviz.spec.experiment import LossSpec, TrainingSpec
from gradviz.spec.json_codec import from_raw, to_raw
from gradviz.training.loss import build_objective

STEPS = 3


def fitted(template: str, kind: str):
    data = replace(from_raw({"data": DATA[kind]}).data, batch_size=16)
    return new_experiment(template, SMALL[template], data, describe(data))


@pytest.mark.parametrize(("template", "kind"), PAIRS)
def test_three_steps_are_measured_saved_and_loaded(template, kind, bench, tmp_path) -> None:
    experiment = fitted(template, kind)
    short = replace(experiment, training=TrainingSpec(steps=STEPS, device="cpu"))
    status, reader = bench.train(short)
    assert (status.finish, status.steps) == (FinishReason.COMPLETED, STEPS), status.reason
    norms = reader.at("grad_norm", STEPS - 1)[1]
    assert len(norms) == len([layer for layer in reader.info.layers if layer.parameters])
    assert np.isfinite(norms).all()
    assert (norms > 0).all()
    saved = tmp_path / "run.gradviz"
    source = RunSource(id=reader.info.id, path=reader.path)
    save_session(replace(Session.new(to_raw(short)), runs=(source,)), saved)
    session = open_session(saved)
    assert from_raw(session.experiment) == short
    with RunReader(session.runs[0].path, session.runs[0].id) as again:
        assert np.array_equal(again.at("grad_norm", STEPS - 1)[1], norms)


@pytest.mark.parametrize(("template", "kind"), PAIRS)
def test_every_parameter_gets_a_gradient(template, kind) -> None:
    experiment = fitted(template, kind)
    data = load(experiment.data, seed=0)
    network = build(experiment.model, data.info, seed=0).model
    torch.manual_seed(0)
    output = network(data.train_x[:16])
    assert tuple(output.shape[1:]) == data.info.output_shape
    objective = build_objective(LossSpec(), data.info)
    objective(output, data.train_y[:16])[0].backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
