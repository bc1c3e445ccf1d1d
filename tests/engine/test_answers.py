"""What the window asks beside sizes is answered as raw tables, or refused in a sentence with its place."""

import pytest

from gradviz.engine.answers import Refused, answer
from gradviz.engine.catalogue import full_catalogue
from gradviz.engine.requests import Ask, Question
from gradviz.spec.experiment import DataSpec, ExperimentSpec, LayerSpec, ModelSpec
from gradviz.spec.json_codec import data_to_raw, from_raw, to_raw


@pytest.fixture(scope="module")
def ask():
    catalogue = full_catalogue()

    def send(question, **details):
        return answer(Ask(id=1, question=question, details=details), catalogue)

    return send


def test_a_template_is_fitted_to_the_data(ask):
    made = ask(Question.TEMPLATE, name="mlp", knobs={}, data=data_to_raw(DataSpec(name="digits")))
    assert from_raw(made["experiment"], full_catalogue()).data.name == "digits"
    assert made["sizes"] == {"layers": 6, "parameters": 301_066, "multiply_adds": 300_032}
    assert ask(Question.TEMPLATE, name="mlp", data=None)["experiment"]["data"]["name"] == "random"


@pytest.mark.parametrize(
    ("details", "message"),
    [
        ({"name": "mpl"}, "did you mean “mlp”"),
        ({"name": "mlp", "knobs": {"depth": -1}}, "at least"),
        ({"name": "resnet18", "data": data_to_raw(DataSpec(name="moons"))}, "moons"),
        ({}, "lacks 'name'"),
    ],
)
def test_a_template_that_cannot_be_had_is_refused(ask, details, message):
    with pytest.raises(Refused, match=message):
        ask(Question.TEMPLATE, **details)


def test_a_composed_block_is_opened(ask):
    block = LayerSpec(kind="SqueezeExcitation")
    model = ModelSpec(
        layers=(LayerSpec(kind="Conv2d", parameters={"out_channels": 16, "kernel_size": 3}), block)
    )
    raw = to_raw(ExperimentSpec(model=model))
    assert ask(Question.EXPAND, experiment=raw, path=[1])["layers"][0]["kind"]
    with pytest.raises(Refused, match="There is no such layer"):
        ask(Question.EXPAND, experiment=raw, path=[5])


def test_a_script_is_written(ask, tmp_path):
    model = ModelSpec(layers=(LayerSpec(kind="Linear", parameters={"out_features": "classes"}),))
    raw = to_raw(ExperimentSpec(data=DataSpec(name="moons"), model=model))
    path = tmp_path / "net.py"
    assert ask(Question.EXPORT, experiment=raw, format="pytorch", path=str(path)) == {"path": str(path)}
    compile(path.read_text("utf-8"), "net.py", "exec")
    with pytest.raises(Refused, match="no export format is called “onyx”"):
        ask(Question.EXPORT, experiment=raw, format="onyx", path=str(path))
    with pytest.raises(Refused, match="cannot be written"):
        ask(Question.EXPORT, experiment=raw, format="pytorch", path=str(tmp_path / "none" / "net.py"))


def test_a_table_is_shown_before_it_is_used(ask, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,t\n1,a\n2,b\n,a\n")
    shown = ask(Question.PREVIEW, parameters={"path": str(path)})
    assert [column["kind"] for column in shown["columns"]] == ["number", "two values"]
    assert "line 4" in shown["problem"]
    assert ask(Question.PREVIEW, parameters={"path": str(path), "missing": "drop"})["problem"] == ""
    with pytest.raises(Refused, match=r"no\.csv cannot be read") as refused:
        ask(Question.PREVIEW, parameters={"path": str(tmp_path / "no.csv")})
    assert refused.value.where == "data"
    with pytest.raises(Refused, match=r"data\.missing must be one of"):
        ask(Question.PREVIEW, parameters={"path": str(path), "missing": "x"})
