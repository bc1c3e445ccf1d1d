"""An imported model is measured layer by layer, as its modules run."""

import pytest
import torch

from gradviz.nets.build import BuildError
from gradviz.nets.model import build, inspect
from gradviz.records.reader import RunReader
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import DataSpec, ExperimentSpec, TrainingSpec
from gradviz.training.control import RunControl
from gradviz.training.run import train

NET = """
class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(width))
        self.last = nn.Linear(width, 3)
        self.first = nn.Sequential(nn.Linear(6, width), nn.ReLU())
        self.idle = nn.Linear(2, 2)
        self.tied = nn.Linear(width, width)
        self.again = self.tied
    def forward(self, x):
        return self.last(self.again(self.tied(self.first(x) * self.scale)))
"""


def test_layers_come_in_the_order_in_which_they_run(foreign, data):
    inspection = inspect(foreign(NET), data)
    assert inspection.problems == ()
    assert [(i.name, i.kind, i.output_shape, i.parameters, i.multiply_adds) for i in inspection.layers] == [
        ("first.0", "Linear", (8,), 56, 48),
        ("first.1", "ReLU", (8,), 0, 0),
        ("tied", "Linear", (8,), 72, 128),
        ("last", "Linear", (3,), 27, 24),
        ("Net", "Net", (3,), 8, 0),
        ("idle", "Linear", (), 6, 0),
    ]
    assert inspection.parameters == sum(p.numel() for p in build(foreign(NET), data, 0).model.parameters())


def test_every_call_of_a_layer_counts_its_own_work(foreign):
    code = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Conv1d(1, 1, 3)
    def forward(self, x):
        for _ in range(3):
            x = self.one(x)
        return x.flatten(1)
"""
    (layer,) = inspect(foreign(code), DataInfo(input_shape=(1, 9), classes=3, samples=9)).layers
    assert layer.output_shape == (1, 7)
    assert layer.multiply_adds == 3 * (7 + 5 + 3)


def test_a_part_that_is_not_called_stands_behind_its_owner(foreign):
    code = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    code += "        self.first, self.last = nn.Linear(8, 8), nn.Linear(8, 3)\n"
    code += (
        "        self.attend = nn.ModuleList([nn.MultiheadAttention(8, 2, batch_first=True) for _ in 'ab'])\n"
    )
    code += "    def forward(self, x):\n        x = self.first(x)\n"
    code += "        for attend in self.attend:\n            x = attend(x, x, x)[0]\n"
    code += "        return self.last(x.mean(1))\n"
    inspection = inspect(foreign(code), DataInfo(input_shape=(5, 8), classes=3, samples=9))
    assert inspection.problems == ()
    assert [(layer.name, layer.kind) for layer in inspection.layers] == [
        ("first", "Linear"),
        ("attend.0", "MultiheadAttention"),
        ("attend.0.out_proj", "Linear"),
        ("attend.1", "MultiheadAttention"),
        ("attend.1.out_proj", "Linear"),
        ("last", "Linear"),
    ]


def test_inspecting_allocates_nothing_where_the_code_allows_it(foreign, data):
    code = NET.replace("self.idle = nn.Linear(2, 2)", "self.idle = nn.Linear(10**6, 10**6)")
    assert inspect(foreign(code), data).parameters > 10**12


def test_code_that_reads_values_is_run_for_real(foreign, data):
    code = NET.replace("        return", "        assert x.abs().sum().item() > 0\n        return")
    assert inspect(foreign(code), data).problems == ()


def test_weights_follow_from_the_seed_alone(foreign, data):
    before = torch.get_rng_state()
    one, same, other = (
        torch.cat([p.flatten() for p in build(foreign(NET), data, seed).model.parameters()])
        for seed in (1, 1, 2)
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("return None", "Net gives NoneType; it must give one tensor [2, 3]"),
        ("return x", "Net makes [2, 6] of [2, 6], but the loss needs [2, 3]"),
        ("return self.tied(x)", "Net, run on [2, 6], raises RuntimeError: "),
        ("raise SystemExit", "Net, run on [2, 6], calls sys.exit() (net.py, line 14)"),
    ],
)
def test_what_keeps_it_from_running_is_the_problem(foreign, data, change, message):
    code = NET.replace("return self.last", f"{change}\n        return self.last")
    [problem] = inspect(foreign(code), data).problems
    assert problem.path == ()
    assert problem.message.startswith(message)
    with pytest.raises(BuildError):
        build(foreign(code), data, 0)


@pytest.mark.parametrize("kind", ["Embedding", "EmbeddingBag"])
def test_sparse_gradients_are_refused_before_anything_is_trained(foreign, data, kind):
    code = NET.replace("self.idle = nn.Linear(2, 2)", f"self.idle = nn.{kind}(9, 4, sparse=True)")
    [problem] = inspect(foreign(code), data).problems
    wanted = "net.py:Net cannot be measured: the gradients of its part idle are sparse; leave sparse=True out"
    assert problem.message == wanted
    with pytest.raises(BuildError, match="sparse=True"):
        build(foreign(code), data, 0)


def test_what_is_not_allowed_is_a_problem_and_stays_one_until_it_is(foreign, data):
    [problem] = inspect(foreign(NET, allowed=False), data).problems
    assert "has not been allowed to run" in problem.message
    assert inspect(foreign(NET), data).problems == ()


def test_token_ids_and_targets_at_every_position(foreign):
    code = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    code += "        self.table = nn.Embedding(9, 4)\n        self.cell = nn.LSTM(4, 5, batch_first=True)\n"
    code += "    def forward(self, x):\n        return self.cell(self.table(x))[0]\n"
    info = DataInfo(input_shape=(7,), classes=5, samples=9, vocabulary=9, per_position=True)
    inspection = inspect(foreign(code), info)
    assert inspection.problems == ()
    assert [(i.name, i.output_shape) for i in inspection.layers] == [("table", (7, 4)), ("cell", (7, 5))]


def test_it_is_trained_and_every_layer_is_measured(foreign, tmp_path):
    experiment = ExperimentSpec(
        data=DataSpec(name="random", parameters={"shape": [6], "classes": 3, "samples": 50}),
        model=foreign(NET),
        training=TrainingSpec(steps=3, device="cpu"),
    )
    status = train(experiment, tmp_path / "run.sqlite", RunControl(), run_id="r")
    assert status.finish == "completed", status.reason
    with RunReader(tmp_path / "run.sqlite") as reader:
        norms = dict(zip([i.name for i in reader.info.measured], reader.at("grad_norm", 2)[1], strict=True))
    assert list(norms) == ["first.0", "tied", "last", "Net", "idle"]
    assert norms.pop("idle") == 0.0
    assert all(norm > 0 for norm in norms.values())


def test_a_model_that_exits_while_it_trains_fails_the_run(foreign, tmp_path):
    code = NET.replace("        return", "        if self.training: raise SystemExit(1)\n        return")
    experiment = ExperimentSpec(
        data=DataSpec(name="random", parameters={"shape": [6], "classes": 3, "samples": 50}),
        model=foreign(code),
        training=TrainingSpec(steps=3, device="cpu"),
    )
    status = train(experiment, tmp_path / "run.sqlite", RunControl(), run_id="r")
    assert status.finish == "failed"
    assert "SystemExit" in status.reason
