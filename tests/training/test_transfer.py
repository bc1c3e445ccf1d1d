"""Starting from a saved run's weights: what is taken over, what is said, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gradviz.data.load import describe
from gradviz.nets.build import BuiltModel
from gradviz.nets.model import build
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason
from gradviz.records.session import RunSource, Session, save_session
from gradviz.spec.experiment import DataSpec, ExperimentSpec, LayerSpec, ModelSpec, StartSpec, TrainingSpec
from gradviz.spec.json_codec import to_raw
from gradviz.spec.problem import SpecError
from gradviz.training.control import RunControl
from gradviz.training.run import train
from gradviz.training.transfer import start_from

Save = Callable[..., Path]


def layer(kind: str, name: str | None = None, **parameters: object) -> LayerSpec:
    return LayerSpec(kind=kind, name=name, parameters=parameters)


def make(*layers: LayerSpec, **changes: object) -> ExperimentSpec:
    body = layers or (
        layer("Linear", out_features=8),
        layer("BatchNorm1d"),
        layer("ReLU"),
        layer("Linear", name="head", out_features="classes"),
    )
    spec = ExperimentSpec(
        name="Source",
        data=DataSpec(name="moons", batch_size=16, parameters={"samples": 100}),
        model=ModelSpec(layers=body),
        training=TrainingSpec(steps=7, device="cpu", keep_best=True),
    )
    return replace(spec, **changes)


def built(spec: ExperimentSpec, seed: int = 5) -> BuiltModel:
    return build(spec.model, describe(spec.data), seed)


@pytest.fixture
def save(tmp_path: Path) -> Save:
    def made(spec: ExperimentSpec, *, stop: bool = False) -> Path:
        control = RunControl()
        if stop:
            control.stop()
        train(spec, tmp_path / "run.db", control, run_id="source")
        target = tmp_path / "source.gradviz"
        runs = (RunSource(id="source", path=tmp_path / "run.db"),)
        save_session(replace(Session.new(to_raw(spec)), runs=runs), target)
        return target

    return made


def test_the_same_network_gets_everything(save) -> None:
    path = save(make())
    here = built(make())
    found = start_from(StartSpec(session=str(path)), here)
    assert (found.step, found.missing, found.unexpected, found.reshaped) == (7, (), (), ())
    names = [*dict(here.model.named_parameters()), *dict(here.model.named_buffers())]
    assert len(found.copied) == len(names)
    again = built(make(), seed=6)
    start_from(StartSpec(session=str(path)), again)
    for mine, other in zip(here.model.state_dict().values(), again.model.state_dict().values(), strict=True):
        assert torch.equal(mine, other)
    assert int(here.model.get_buffer(next(n for n in names if n.endswith("num_batches_tracked")))) == 7


def test_layers_are_matched_by_name_and_the_rest_is_told(save) -> None:
    path = save(make())
    other = make(
        layer("Linear", out_features=8),
        layer("ReLU"),
        layer("Linear", out_features=8),
        layer("Linear", name="head", out_features="classes"),
        data=DataSpec(name="blobs", batch_size=16, parameters={"samples": 100, "classes": 5}),
    )
    here = built(other)
    before = {name: tensor.clone() for name, tensor in here.model.state_dict().items()}
    found = start_from(StartSpec(session=str(path)), here)
    assert found.copied == ("Linear 1: weight", "Linear 1: bias")
    assert found.missing == ("Linear 2: weight", "Linear 2: bias")
    assert found.reshaped == (
        "head: weight is [2, 8] there and [5, 8] here",
        "head: bias is [2] there and [5] here",
    )
    assert found.unexpected == tuple(
        f"BatchNorm1d 1: {name}"
        for name in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    )
    changed = [
        name for name, tensor in here.model.state_dict().items() if not torch.equal(tensor, before[name])
    ]
    assert len(changed) == 2
    sentence = found.sentence()
    assert (
        "Starts from the last weights of “Source”, after 7 steps: 2 of 6 tensors are taken over." in sentence
    )
    assert "Not there, so they start afresh: Linear 2: weight, Linear 2: bias." in sentence


def test_a_run_starts_there_and_says_so(save, tmp_path) -> None:
    path = save(make())
    spec = make(
        start=StartSpec(session=str(path), weights="best"), training=TrainingSpec(steps=3, device="cpu")
    )
    status = train(spec, tmp_path / "new.db", RunControl(), run_id="new")
    assert status.finish is FinishReason.COMPLETED
    fresh = train(replace(spec, start=None), tmp_path / "fresh.db", RunControl(), run_id="fresh")
    assert fresh.finish is FinishReason.COMPLETED
    with RunReader(tmp_path / "new.db") as reader, RunReader(tmp_path / "fresh.db") as other:
        (event,) = (event for event in reader.events() if event.kind == "started_from")
        assert event.detail["copied"] == 9
        assert (event.detail["weights"], event.detail["missing"]) == ("best", [])
        assert any(log.text.startswith("Starts from the best weights of “Source”") for log in reader.logs())
        assert reader.at("train_loss", 0)[1] != other.at("train_loss", 0)[1]
        assert not [event for event in other.events() if event.kind == "started_from"]


def test_a_run_that_goes_on_does_not_need_the_session_that_it_started_from(save, tmp_path) -> None:
    path = save(make())
    spec = make(start=StartSpec(session=str(path)))
    train(spec, tmp_path / "a.db", RunControl(), run_id="a")
    path.unlink()
    longer = replace(spec, training=TrainingSpec(steps=9, device="cpu"))
    resume = RunSource(id="a", path=tmp_path / "a.db")
    status = train(longer, tmp_path / "b.db", RunControl(), run_id="b", resume=resume)
    assert (status.finish, status.steps) == (FinishReason.COMPLETED, 9)


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ({"session": "none.gradviz"}, "start.session: .*does not exist"),
        ({"session": "text.gradviz"}, "start.session: .*is not a gradviz session"),
        ({"session": "empty.gradviz"}, "start.session: .*is not a gradviz session"),
        ({"run": "Nobody"}, "start.run: .*holds no run “Nobody”; there is “Source”"),
    ],
)
def test_what_is_not_there_is_a_sentence_at_its_field(start, message: str, save, tmp_path) -> None:
    path = save(make())
    (tmp_path / "text.gradviz").write_text("x" * 1000)
    (tmp_path / "empty.gradviz").touch()
    given = {"session": str(path), **start}
    given["session"] = str(tmp_path / given["session"])
    with pytest.raises(SpecError, match=message):
        start_from(StartSpec(**given), built(make()))


def test_a_session_without_weights_is_refused(save, tmp_path) -> None:
    path = save(make(), stop=True)
    spec = make(start=StartSpec(session=str(path)))
    status = train(spec, tmp_path / "new.db", RunControl(), run_id="new")
    assert status.finish is FinishReason.FAILED
    assert "start.session: “Source” in" in status.reason
    assert "has no weights: no checkpoint was made" in status.reason
    assert not (tmp_path / "new.db").exists()


def test_without_best_weights_there_is_a_hint(save) -> None:
    path = save(make(training=TrainingSpec(steps=3, device="cpu")))
    with pytest.raises(SpecError, match=r"start\.weights: .*no best weights: train it with training\.k"):
        start_from(StartSpec(session=str(path), weights="best"), built(make()))


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (
            (layer("Linear", name="other", out_features="classes"),),
            "no layer of “Source” has the name of one",
        ),
        (
            (layer("Linear", out_features=3), layer("Linear", name="tail", out_features="classes")),
            r"nothing in “Source” fits this network: Linear 1: weight is \[8, 2\] there and \[3, 2\] here",
        ),
    ],
)
def test_where_nothing_fits_it_is_an_error(layers, message: str, save, tmp_path) -> None:
    path = save(make())
    with pytest.raises(SpecError, match=message):
        start_from(StartSpec(session=str(path)), built(make(*layers)))
