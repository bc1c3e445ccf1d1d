"""Groups of layers, frozen ones and every optimizer: a script changes the weights that the engine changes."""

from __future__ import annotations

import pytest
from exported import layer, small

from gradviz.export.pytorch import export_pytorch
from gradviz.export.registry import ExportError
from gradviz.spec.experiment import (
    GroupSpec,
    ModelSpec,
    OptimizerSpec,
    RegularizationSpec,
    ScheduleSpec,
)
from gradviz.training.optimizers import optimizers
from gradviz.trust import allow

TREE = (
    layer("Linear", out_features=8),
    layer("BatchNorm1d"),
    layer("Tanh"),
    layer("Residual", layer("Linear", out_features=8), layer("BatchNorm1d"), layer("Tanh")),
    layer("Dropout"),
    layer("Linear", out_features=8),
    layer("Linear", out_features="classes"),
)
GROUPS = {
    "slower": (GroupSpec(layers="Linear 1", lr_factor=0.1), GroupSpec(layers="*", lr_factor=2.0)),
    "scattered": (GroupSpec(layers="Linear*", lr_factor=0.5),),
    "frozen": (GroupSpec(layers="Linear 1", frozen=True), GroupSpec(layers="BatchNorm1d 2", frozen=True)),
    "thawed": (
        GroupSpec(layers="*1", frozen=True, unfreeze_at=4),
        GroupSpec(layers="Linear ?", lr_factor=0.0),
    ),
}


@pytest.mark.parametrize("name", list(optimizers))
def test_every_optimizer_has_the_same_losses(same_losses, name):
    same_losses(small(optimizer=OptimizerSpec(name=name, lr=0.05)))


@pytest.mark.parametrize("groups", GROUPS.values(), ids=GROUPS)
def test_groups_have_the_same_losses(same_losses, groups):
    same_losses(small(*TREE, optimizer=OptimizerSpec(lr=0.05, groups=groups)))


def test_muon_keeps_its_halves_in_groups(same_losses):
    same_losses(small(*TREE, optimizer=OptimizerSpec(name="Muon", lr=0.05, groups=GROUPS["thawed"])))


@pytest.mark.parametrize("groups", GROUPS.values(), ids=GROUPS)
def test_groups_keep_to_a_schedule_and_frozen_weights_are_not_penalised(same_losses, groups):
    same_losses(
        small(
            *TREE,
            optimizer=OptimizerSpec(name="Adam", lr=0.05, groups=groups),
            schedule=ScheduleSpec(name="cosine", warmup=2),
            regularization=RegularizationSpec(l2=0.1, max_norm=0.5),
        )
    )


def test_rprop_has_first_steps_by_group(same_losses):
    groups = (GroupSpec(layers="Linear 1", lr_factor=0.1),)
    same_losses(small(optimizer=OptimizerSpec(name="Rprop", lr=0.01, groups=groups)))


def test_statistics_stand_still_after_a_validation_too(workshop):
    groups = (GroupSpec(layers="BatchNorm1d*", frozen=True),)
    experiment = small(
        *TREE, optimizer=OptimizerSpec(lr=0.05, groups=groups), schedule=ScheduleSpec(name="plateau")
    )
    module = workshop.script(experiment)
    model = module.build_model()
    module.train(steps=12, model=model)
    assert not any(buffer.any() for name, buffer in model.named_buffers() if name.endswith("running_mean"))


def test_many_scattered_layers_are_laid_out(workshop, same_losses):
    deep = [part for i in range(14) for part in (layer("Linear", out_features=4 + i), layer("Tanh"))]
    groups = (GroupSpec(layers="Linear ?", lr_factor=0.5), GroupSpec(layers="Linear *[02468]", frozen=True))
    with pytest.raises(ExportError, match="matches no layer"):
        export_pytorch(
            small(*deep, layer("Linear", out_features="classes"), optimizer=OptimizerSpec(groups=groups))
        )
    odd = tuple(GroupSpec(layers=f"Linear {i}", lr_factor=0.5) for i in (1, 3, 5))
    kept = (*(GroupSpec(layers=f"Linear {i}") for i in range(1, 15, 2)), GroupSpec(layers="*", lr_factor=0.3))
    same_losses(
        small(*deep, layer("Linear", out_features="classes"), optimizer=OptimizerSpec(groups=odd)), steps=2
    )
    same_losses(
        small(*deep, layer("Linear", out_features="classes"), optimizer=OptimizerSpec(groups=kept)), steps=2
    )


def test_a_group_that_fits_no_layer_is_refused_by_its_sentence():
    with pytest.raises(ExportError, match="“Linera 1” matches no layer: did you mean"):
        export_pytorch(small(optimizer=OptimizerSpec(groups=(GroupSpec(layers="Linera 1"),))))


CODE = """from torch import nn


class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2))
        self[2].weight.requires_grad = False
"""


def test_layers_of_a_python_file_are_found_by_their_names(tmp_path, monkeypatch, same_losses):
    monkeypatch.setenv("GRADVIZ_STATE", str(tmp_path / "state"))
    path = tmp_path / "net.py"
    path.write_text(CODE)
    allow(path)
    groups = (GroupSpec(layers="[01]", frozen=True, unfreeze_at=3), GroupSpec(layers="?", lr_factor=0.5))
    model = ModelSpec(source=f"{path}:Net")
    with pytest.raises(ExportError, match="matches no layer"):
        export_pytorch(small(model=model, optimizer=OptimizerSpec(groups=groups)))
    groups = (GroupSpec(layers="1", frozen=True, unfreeze_at=3), GroupSpec(layers="?", lr_factor=0.5))
    same_losses(
        small(
            model=model,
            optimizer=OptimizerSpec(lr=0.05, groups=groups),
            regularization=RegularizationSpec(l1=0.01, max_norm=0.3, exclude=("4",)),
        )
    )
