"""Frozen layers stand still, statistics included, and learn from their step on."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from gradviz.data.load import describe
from gradviz.nets.model import build
from gradviz.records.frozen import frozen_at
from gradviz.records.run import FinishReason
from gradviz.spec.experiment import (
    ClipSpec,
    DataSpec,
    GroupSpec,
    LayerSpec,
    ModelSpec,
    OptimizerSpec,
    RegularizationSpec,
    ScheduleSpec,
)
from gradviz.training.control import RunControl
from gradviz.training.freezing import Frozen
from gradviz.training.optimizers import optimizers
from gradviz.trust import allow


def layer(kind: str, **parameters: object) -> LayerSpec:
    return LayerSpec(kind=kind, parameters=parameters)  # type: ignore[arg-type]


MODEL = ModelSpec(
    layers=(
        layer("Linear", out_features=6),
        layer("BatchNorm1d"),
        layer("Tanh"),
        layer("Linear", out_features=6),
        layer("Tanh"),
        layer("Linear", out_features="classes"),
    )
)
FIRST = (GroupSpec(layers="Linear 1", frozen=True), GroupSpec(layers="BatchNorm*", frozen=True))


def network():
    return build(MODEL, describe(DataSpec(name="moons")), 0)


def test_frozen_parameters_ask_for_no_gradient_and_statistics_stand_still() -> None:
    built = network()
    frozen = Frozen(built.model, built.layers, FIRST)
    assert [x.name for x in frozen.layers] == ["Linear 1", "BatchNorm1d 1"]
    built.model.train()
    norm = built.model[1]
    before = {k: v.clone() for k, v in norm.state_dict().items()}
    built.model(torch.randn(8, 2)).sum().backward()
    assert all(p.grad is None for p in (*built.model[0].parameters(), *norm.parameters()))
    assert built.model[3].weight.grad is not None
    assert all(torch.equal(v, before[k]) for k, v in norm.state_dict().items())
    assert built.model[2].training


def test_validation_and_training_modes_pass_it_by_until_it_is_unfrozen() -> None:
    built = network()
    groups = (GroupSpec(layers="BatchNorm*", frozen=True, unfreeze_at=3),)
    frozen = Frozen(built.model, built.layers, groups)
    norm = built.model[1]
    for _ in range(2):
        built.model.eval()
        built.model.train()
        assert not norm.training
    assert frozen.at(2) == ()
    assert [x.name for x in frozen.at(3)] == ["BatchNorm1d 1"]
    assert frozen.layers == ()
    assert norm.training
    assert norm.weight.requires_grad
    built.model.eval()
    assert not norm.training


def test_a_resumed_run_is_as_if_it_had_never_stopped() -> None:
    built = network()
    groups = tuple(replace(group, unfreeze_at=at) for group, at in zip(FIRST, (3, 9), strict=True))
    frozen = Frozen(built.model, built.layers, groups)
    assert [x.name for x in frozen.at(7)] == ["Linear 1"]
    assert [x.name for x in frozen.layers] == ["BatchNorm1d 1"]


def test_what_a_model_froze_by_itself_stays_frozen() -> None:
    built = network()
    built.model[0].bias.requires_grad = False
    frozen = Frozen(built.model, built.layers, (GroupSpec(layers="Linear 1", frozen=True, unfreeze_at=1),))
    frozen.at(1)
    assert built.model[0].weight.requires_grad
    assert not built.model[0].bias.requires_grad


class Written:
    """A writer that keeps events."""

    def __init__(self) -> None:
        self.events: list[tuple[int, str, str]] = []

    def event(self, step: int, kind: str, layer: str) -> None:
        self.events.append((step, kind, layer))


def test_layers_that_a_model_froze_by_itself_are_written_down_as_frozen_for_good() -> None:
    built = network()
    for at in (0, 1):
        for parameter in built.model[at].parameters():
            parameter.requires_grad = False
    built.model[3].bias.requires_grad = False  # its weight learns, so the layer does
    groups = (GroupSpec(layers="BatchNorm*", frozen=True, unfreeze_at=2),)
    frozen = Frozen(built.model, built.layers, groups)
    assert [x.name for x in frozen.fixed] == ["Linear 1", "BatchNorm1d 1"]
    written = Written()
    for step in range(4):
        frozen.record(step, written)  # type: ignore[arg-type]
    assert written.events == [(0, "frozen", "Linear 1"), (0, "frozen", "BatchNorm1d 1")]


def test_an_imported_model_s_frozen_layer_has_its_event(bench, experiment, tmp_path) -> None:
    code = tmp_path / "own.py"
    code.write_text(
        "import torch\n"
        "def make():\n"
        "    net = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))\n"
        "    net[0].requires_grad_(False)\n"
        "    return net\n"
    )
    allow(code)
    reader = trained(bench, experiment, model=ModelSpec(source=f"{code}:make"))
    first = reader.info.measured[0].name
    assert [(e.step, e.kind, e.layer) for e in reader.events()] == [(0, "frozen", first)]
    assert (series(reader, "grad_norm")[0] == 0).all()
    assert frozen_at(reader.events(), [layer.name for layer in reader.info.measured], 3).tolist() == [
        True,
        False,
    ]


def series(reader, quantity):
    return reader.series(quantity, 0, reader.last_step, 10_000).mean


def trained(bench, experiment, **changes):
    control = RunControl()
    status, reader = bench.train(experiment(**{"model": MODEL, **changes}), control)
    assert status.finish is FinishReason.COMPLETED, status.reason
    return reader


@pytest.mark.parametrize("name", list(optimizers))
def test_every_optimizer_leaves_frozen_layers_alone(bench, experiment, name) -> None:
    groups = (GroupSpec(layers="Linear 1", frozen=True, unfreeze_at=6),)
    reader = trained(
        bench,
        experiment,
        optimizer=OptimizerSpec(name=name, lr=0.05, groups=groups),
        regularization=RegularizationSpec(l1=0.01, l2=0.01),
        clip=ClipSpec(method="global_norm"),
    )
    norms = series(reader, "grad_norm")
    assert (norms[0, :6] == 0).all()
    assert (norms[:, 6:] > 0).all()
    assert (norms[1:, :6] > 0).all()
    events = [(e.step, e.kind, e.layer) for e in reader.events() if "frozen" in e.kind]
    assert events == [(0, "frozen", "Linear 1"), (6, "unfrozen", "Linear 1")]


def test_weights_move_only_from_the_step_on(bench, experiment) -> None:
    def norms(**group: object):
        groups = (GroupSpec(layers="Linear 1", **group),) if group else ()
        reader = trained(
            bench, experiment, optimizer=OptimizerSpec(name="AdamW", lr=0.1, groups=groups), steps=6
        )
        return reader.samples("weight_norm")[1][:, 0].tolist()

    still = norms(frozen=True)
    assert len(set(still)) == 1
    late = norms(frozen=True, unfreeze_at=5)
    assert late[0] == still[0]
    assert late[-1] != still[0]
    assert norms()[-1] not in (late[-1], still[-1])


def test_a_schedule_and_a_command_keep_to_the_factors(bench, experiment) -> None:
    def poll(_waiting: bool) -> None:
        if control.steps_done == 8:
            control.set_lr(1.0)

    control = RunControl(poll)
    spec = experiment(
        model=MODEL,
        steps=10,
        optimizer=OptimizerSpec(lr=0.1, groups=(GroupSpec(layers="Linear 3", lr_factor=0.5),)),
        schedule=ScheduleSpec(name="step", parameters={"step_size": 5}),
    )
    _, reader = bench.train(spec, control)
    rates = series(reader, "learning_rate")[0].tolist()
    assert rates == pytest.approx([0.1] * 5 + [0.01] * 3 + [0.1] * 2)
    assert not reader.samples("learning_rate")[0].size
    (event,) = [e for e in reader.events() if e.kind == "learning_rate"]
    assert (event.step, dict(event.detail)) == (8, {"before": 0.1, "lr": 1.0})


def test_a_plateau_listens_to_validations(bench, experiment) -> None:
    spec = experiment(
        steps=None,
        epochs=6,
        optimizer=OptimizerSpec(lr=1e-9),
        schedule=ScheduleSpec(name="plateau", parameters={"patience": 1, "factor": 0.5}),
    )
    _, reader = bench.train(spec)
    rates = series(reader, "learning_rate")[0]
    assert rates[[0, 14, 15, 24, 25]] == pytest.approx([1e-9, 1e-9, 5e-10, 5e-10, 2.5e-10])
    falls = [(e.step, e.detail["lr"], e.detail["by"]) for e in reader.events() if e.kind == "learning_rate"]
    assert falls == [(14, 5e-10, "plateau"), (24, 2.5e-10, "plateau")]
