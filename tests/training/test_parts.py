"""Gates and heads of a trained network: recorded at every step of the loss alone, and gone on with."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from gradviz.data.batches import Batches
from gradviz.data.load import load
from gradviz.nets.model import build
from gradviz.records.parts import LayerParts, PartKind, columns_of
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason, RunInfo
from gradviz.records.session import RunSource
from gradviz.spec.experiment import ClipSpec, DataSpec, LayerSpec, ModelSpec, RegularizationSpec
from gradviz.training.control import RunControl
from gradviz.training.run import train


def layer(kind: str, **parameters: object) -> LayerSpec:
    return LayerSpec(kind=kind, parameters=parameters)


@pytest.fixture
def sequences(experiment):
    layers = (
        layer("LSTM", hidden_size=4, bidirectional=True),
        layer("MultiheadAttention", num_heads=2),
        layer("GRU", hidden_size=3, num_layers=2),
        layer("RNN", hidden_size=3),
        layer("LastStep"),
        layer("Linear", out_features="classes"),
    )
    data = DataSpec(name="random", batch_size=16, parameters={"shape": [6, 5], "classes": 3, "samples": 60})
    return experiment(data=data, model=ModelSpec(layers=layers), steps=5)


def norm(tensors: list[torch.Tensor]) -> float:
    return math.sqrt(math.fsum(v * v for t in tensors for v in t.double().flatten().tolist()))


@pytest.mark.parametrize("changed", ["plain", "clipped and pulled"])
def test_the_first_step_is_what_the_slow_twin_sees(changed: str, bench, sequences) -> None:
    spec = sequences
    if changed != "plain":
        clip = ClipSpec(method="global_norm", parameters={"threshold": 1e-3})
        spec = replace(spec, clip=clip, regularization=RegularizationSpec(l2=0.1))
    _, reader = bench.train(spec)
    assert reader.info.parts == (
        LayerParts(layer=0, kind=PartKind.GATE, names=("i", "f", "g", "o")),
        LayerParts(layer=1, kind=PartKind.PROJECTION, names=("q", "k", "v")),
        LayerParts(layer=1, kind=PartKind.HEAD, names=("head 1", "head 2")),
        LayerParts(layer=2, kind=PartKind.GATE, names=("r", "z", "n")),
    )
    data = load(spec.data, spec.data_seed)
    built = build(spec.model, data.info, spec.weights_seed)
    x, y = Batches(data.train_x, data.train_y, spec.data.batch_size, spec.data_seed).take(0)
    cross_entropy(built.model(x), y).backward()
    lstm, attention, gru = (built.model.get_submodule(built.layers[i].module) for i in range(3))
    expected = [norm([p.grad[4 * at : 4 * at + 4] for p in lstm.parameters()]) for at in range(4)]
    rows = [attention.in_proj_weight.grad, attention.in_proj_bias.grad]
    expected += [norm([each[8 * at : 8 * at + 8] for each in rows]) for at in range(3)]
    for head in range(2):
        first = [8 * projection + 4 * head for projection in range(3)]
        expected.append(norm([each[at : at + 4] for each in rows for at in first]))
    expected += [norm([p.grad[3 * at : 3 * at + 3] for p in gru.parameters()]) for at in range(3)]
    assert reader.at("part_norm", 0)[1] == pytest.approx(expected, rel=1e-4)
    for step in range(5):
        parts, layers = reader.at("part_norm", step)[1], reader.at("grad_norm", step)[1]
        assert np.linalg.norm(parts[:4]) == pytest.approx(layers[0], rel=1e-5)
        assert np.linalg.norm(parts[4:7]) == pytest.approx(np.linalg.norm(parts[7:9]), rel=1e-5)
        assert np.linalg.norm(parts[4:7]) < layers[1]  # which has a projection after its heads, too
    places = columns_of(reader.info.parts, 1)
    assert [place for _, place in places] == [slice(4, 7), slice(7, 9)]


def test_without_gates_and_heads_nothing_is_recorded(bench, experiment) -> None:
    _, reader = bench.train(experiment())
    assert reader.info.parts == ()
    assert "part_norm" not in reader.slices


def test_what_was_recorded_without_them_goes_on_without_them(sequences, tmp_path, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("gradviz.training.run.layer_parts", lambda *_given: ())
        train(sequences, tmp_path / "a.db", RunControl(), run_id="a")
    longer = replace(sequences, training=replace(sequences.training, steps=9))
    source = RunSource(id="a", path=tmp_path / "a.db")
    status = train(longer, tmp_path / "b.db", RunControl(), run_id="b", resume=source)
    assert (status.finish, status.steps) == (FinishReason.COMPLETED, 9), status.reason
    with RunReader(tmp_path / "b.db") as reader:
        assert reader.info.parts == ()
        assert reader.last_step == 8


def test_a_run_says_what_its_parts_are_and_older_ones_have_none(bench, sequences) -> None:
    _, reader = bench.train(sequences)
    raw = reader.info.to_raw()
    assert RunInfo.from_raw(raw) == reader.info
    del raw["parts"]
    assert RunInfo.from_raw(raw) == replace(reader.info, parts=())
