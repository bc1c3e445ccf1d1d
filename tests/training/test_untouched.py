"""Measuring leaves no trace: weights are those of a bare loop to the last bit, and no hook stays behind."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
import torch
from small_templates import DATA, SMALL
from torch import Tensor, nn

from gradviz.data.augmentation import augmentation_of
from gradviz.data.batches import Batches
from gradviz.data.load import describe, load
from gradviz.data.seeds import Purpose, torch_seed
from gradviz.nets.model import build
from gradviz.nets.templates import new_experiment
from gradviz.probes.hooks import Handle, Hooks
from gradviz.records.run import FinishReason
from gradviz.spec.experiment import ExperimentSpec, MeasureSpec, ScheduleSpec, TrainingSpec
from gradviz.spec.json_codec import from_raw
from gradviz.training.control import RunControl
from gradviz.training.loss import build_objective
from gradviz.training.optimizers import build_optimizer
from gradviz.training.parameter_groups import build_groups
from gradviz.training.run import train

STEPS = 20
TEMPLATES = {
    "mlp": "moons", "lenet5": "digits", "resnet20": "digits", "densenet_bc_100_12": "digits",
    "mobilenet_v2": "digits", "rnn": "sequences", "lstm": "texts", "gru": "sequences",
    "transformer_encoder": "texts", "transformer_lm": "next tokens",
}  # fmt: skip


def experiment_of(template: str) -> ExperimentSpec:
    """The template made small, with nothing in its loop but batches and updates, and everything measured."""
    data = replace(from_raw({"data": DATA[TEMPLATES[template]]}).data, batch_size=8)
    made = new_experiment(template, SMALL[template], data, describe(data))
    return replace(
        made,
        clip=None,
        schedule=ScheduleSpec(),
        measure=MeasureSpec(budget=1.0),
        training=TrainingSpec(steps=STEPS, device="cpu"),
    )


def bare(experiment: ExperimentSpec) -> dict[str, Tensor]:
    """What anybody would write: the loop without a recorder."""
    data = load(experiment.data, experiment.data_seed)
    objective = build_objective(experiment.loss, data.info)
    batches = Batches(
        data.train_x,
        data.train_y,
        experiment.data.batch_size,
        experiment.data_seed,
        augmentation_of(experiment.augmentation, data.info, experiment.data_seed),
    )
    built = build(experiment.model, objective.info, experiment.weights_seed, batches.take(0)[0])
    model = built.model
    optimizer = build_optimizer(experiment.optimizer, build_groups(model, built.layers, experiment.optimizer))
    torch.manual_seed(torch_seed(experiment.dropout_seed, Purpose.TRAINING))
    model.train()
    for step in range(STEPS):
        x, y = batches.take(step)
        optimizer.zero_grad()
        objective(model(x), y)[0].backward()
        optimizer.step()
    return model.state_dict()


@pytest.mark.parametrize("template", TEMPLATES)
def test_weights_are_bit_identical_with_everything_measured(template: str, tmp_path) -> None:
    experiment = experiment_of(template)
    models: list[nn.Module] = []
    status = train(
        experiment, tmp_path / "run.db", RunControl(), run_id="run",
        prepare=lambda trainer: models.append(trainer.model),
    )  # fmt: skip
    assert (status.finish, status.steps) == (FinishReason.COMPLETED, STEPS), status.reason
    found, expected = models[0].state_dict(), bare(experiment)
    assert found.keys() == expected.keys()
    different = [name for name, tensor in expected.items() if not torch.equal(tensor, found[name])]
    assert not different


@dataclass
class Watched:
    """The handles of all hooks that were put on in a run."""

    handles: list[Handle]

    def left(self) -> list[Handle]:
        """Those that are still there."""
        return [handle for handle in self.handles if handle.id in (handle.hooks_dict_ref() or {})]


@pytest.fixture
def hooks(monkeypatch) -> Watched:
    seen = Watched([])
    keep = Hooks._keep

    def noting(self: Hooks, handle: Handle) -> None:
        seen.handles.append(handle)
        keep(self, handle)

    monkeypatch.setattr(Hooks, "_keep", noting)
    return seen


class TroubleError(Exception):
    """Whatever a network raises."""


class _Broken(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        raise TroubleError


def forwards(_x: Tensor) -> Tensor:
    raise TroubleError


def interrupted(_x: Tensor) -> Tensor:
    raise KeyboardInterrupt


ENDS = {
    "ended": (None, FinishReason.COMPLETED),
    "stopped": (None, FinishReason.STOPPED),
    "failed forwards": (forwards, FinishReason.FAILED),
    "failed backwards": (_Broken.apply, FinishReason.FAILED),
    "interrupted": (interrupted, FinishReason.STOPPED),
    "diverged": (lambda x: x * torch.nan, FinishReason.DIVERGED),
}


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize("template", ["resnet20", "lstm"])
def test_no_hook_stays_however_a_run_ends(how: str, template: str, hooks: Watched, tmp_path) -> None:
    """In its third step, with everything watched in every step."""
    bend, finish = ENDS[how]
    experiment = replace(experiment_of(template), training=TrainingSpec(steps=4, device="cpu"))
    kept: list[nn.Module] = []
    outputs: list[Tensor] = []

    def poll(_waiting: bool) -> None:
        if control.steps_done == 2 and how == "stopped":
            control.stop()

    control = RunControl(poll)

    def prepare(trainer) -> None:
        kept.append(trainer.model)
        last = list(trainer.model.modules())[-1]
        forward = last.forward

        def noting(x: Tensor) -> Tensor:
            bent = bend(x) if bend is not None and control.steps_done == 2 else x
            outputs.append(forward(bent))
            return outputs[-1]

        last.forward = noting

    status = train(experiment, tmp_path / "run.db", control, run_id="run", prepare=prepare)
    assert status.finish is finish, status
    assert len(hooks.handles) > 30
    assert hooks.left() == []
    assert outputs
    for tensor in (*outputs, *kept[0].parameters(), *kept[0].buffers()):
        assert not tensor._backward_hooks
    for module in kept[0].modules():
        for name, value in vars(module).items():
            assert not (name.endswith("_hooks") and value), (module, name)
