"""Exported PyTorch scripts train as the engine does: the same weights, outputs and losses."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from registered_layers import fitting

import gradviz.data
from gradviz.data.registry import data_sets
from gradviz.nets.model import build
from gradviz.nets.registry import initializers, layers
from gradviz.paths import resources
from gradviz.spec.examples import examples, load_experiment
from gradviz.spec.experiment import (
    ClipSpec,
    DataSpec,
    ExperimentSpec,
    InitializerSpec,
    LayerSpec,
    ModelSpec,
    OptimizerSpec,
    RegularizationSpec,
    TrainingSpec,
)
from gradviz.training.clipping import clips
from gradviz.training.optimizers import optimizers


def layer(kind, *body, initializer=None, **parameters):
    start = InitializerSpec(name=initializer) if isinstance(initializer, str) else initializer
    return LayerSpec(kind=kind, parameters=parameters, body=body, initializer=start)


def small(*layers, initializer="xavier_uniform", data="moons", **changes):
    model = layers or (
        layer("Flatten"),
        layer("Linear", out_features=8),
        layer("Tanh"),
        layer("Linear", out_features="classes"),
    )
    spec = ExperimentSpec(
        data=DataSpec(name=data, batch_size=16, parameters={} if data == "digits" else {"samples": 100}),
        model=ModelSpec(layers=model, initializer=InitializerSpec(name=initializer)),
        optimizer=OptimizerSpec(name="SGD", lr=0.1),
        training=TrainingSpec(steps=12, device="cpu"),
    )
    return replace(spec, **changes)


def same_network(module, model, info, seed=0):
    """The script's network starts with the engine's weights and gives the engine's outputs."""
    ours = build(model, info, seed).model
    theirs = module.build_model()
    wanted, got = ours.state_dict(), theirs.state_dict()
    assert [tuple(v.shape) for v in wanted.values()] == [tuple(v.shape) for v in got.values()]
    for name, one, other in zip(wanted, wanted.values(), got.values(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0, equal_nan=True, msg=name)
    carried = copy.deepcopy(theirs)
    carried.load_state_dict(dict(zip(got, wanted.values(), strict=True)))
    return ours, carried


def outputs(model, x, *, training):
    model.train(training)
    torch.manual_seed(3)
    with torch.no_grad():
        return model(x)


@pytest.mark.parametrize("kind", list(layers))
def test_every_layer_and_block_gives_the_same(workshop, kind):
    for fitted in fitting(kind):
        experiment = ExperimentSpec(
            data=fitted.data, model=replace(fitted.model, initializer=InitializerSpec(name="kaiming_normal"))
        )
        module = workshop.script(experiment)
        ours, theirs = same_network(module, experiment.model, fitted.info)
        x, _ = fitted.batch()
        for training in (False, True):
            wanted, got = (outputs(model, x, training=training) for model in (ours, theirs))
            torch.testing.assert_close(got, wanted, rtol=1e-6, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize("name", list(examples(resources() / "examples")))
def test_every_example_has_the_same_losses(same_losses, name):
    experiment = load_experiment(f"example:{name}", None, resources() / "examples", [])
    same_losses(experiment)


@pytest.mark.parametrize("name", list(data_sets))
def test_every_data_set_has_the_same_samples(workshop, same_losses, name):
    experiment = small(layer("Flatten"), layer("Linear", out_features="classes"), data=name)
    same_losses(experiment)
    parts = workshop.script(experiment).load_data()
    data = gradviz.data.load.load(experiment.data, experiment.seed)
    for ours, theirs in zip((data.train_x, data.train_y, data.val_x, data.val_y), parts, strict=True):
        assert ours.dtype == theirs.dtype
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize("method", list(clips))
def test_every_clip_has_the_same_losses(same_losses, method):
    same_losses(small(clip=ClipSpec(method=method, threshold=0.01)))


@pytest.mark.parametrize("name", list(optimizers))
def test_every_optimizer_has_the_same_losses(same_losses, name):
    same_losses(small(optimizer=OptimizerSpec(name=name, lr=0.05)))


@pytest.mark.parametrize("penalty", [{"l1": 0.01}, {"l2": 0.01}, {"l1": 0.01, "l2": 0.02}])
def test_penalties_have_the_same_losses(same_losses, penalty):
    same_losses(small(regularization=RegularizationSpec(**penalty)))


@pytest.mark.parametrize("name", list(initializers))
def test_every_initializer_draws_the_same(workshop, same_losses, name):
    hidden = [part for _ in range(3) for part in (layer("Linear", out_features=8), layer("Tanh"))]
    experiment = small(*hidden, layer("Linear", out_features="classes"), initializer=name)
    same_losses(experiment)
