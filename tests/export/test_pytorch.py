"""Exported PyTorch scripts train as the engine does: the same weights, outputs and losses."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from exported import layer, same_network, small
from registered_layers import fitting
from small_data import small_layers, small_parameters
from small_templates import DATA, PAIRS, SMALL

from gradviz.data.load import describe, load
from gradviz.data.registry import data_sets
from gradviz.export.pytorch import export_pytorch
from gradviz.export.registry import ExportError
from gradviz.nets.registry import layers
from gradviz.nets.templates import new_experiment
from gradviz.paths import resources
from gradviz.spec.examples import examples, load_experiment
from gradviz.spec.experiment import (
    AugmentationSpec,
    ClipSpec,
    DataSpec,
    ExperimentSpec,
    InitializerSpec,
    LossSpec,
    RegularizationSpec,
    TrainingSpec,
)
from gradviz.spec.json_codec import from_raw
from gradviz.training.loss import build_objective, losses
from gradviz.training.validation import validate


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
    spec = DataSpec(name=name, batch_size=16, parameters=small_parameters(name, workshop.folder / "data"))
    info = describe(spec)
    experiment = replace(small(*small_layers(info)), data=spec)
    same_losses(experiment)
    same_samples(workshop, experiment)


def same_samples(workshop, experiment):
    parts = workshop.script(experiment).load_data()
    data = load(experiment.data, experiment.seed)
    for ours, theirs in zip((data.train_x, data.train_y, data.val_x, data.val_y), parts, strict=True):
        assert ours.dtype == theirs.dtype
        assert torch.equal(ours, theirs)


def test_overlapping_windows_of_a_text_are_split_with_a_gap(workshop):
    spec = DataSpec(name="text", parameters={"length": 500, "stride": 200})
    experiment = replace(small(*small_layers(describe(spec))), data=spec)
    parts = workshop.script(experiment).load_data()
    data = load(spec, experiment.seed)
    assert [len(part) for part in parts] == [len(data.train_x)] * 2 + [len(data.val_x)] * 2
    assert torch.equal(data.val_y, parts[3])


def test_a_subset_of_the_classes_travels(workshop):
    same_samples(workshop, replace(small(), data=DataSpec(parameters={"classes": [8, 3]})))


AUGMENTED = AugmentationSpec(shift=1, crop=2, flip=True, noise=0.1)


def test_augmentation_has_the_same_losses(same_losses):
    same_losses(replace(small(), data=DataSpec(batch_size=16), augmentation=AUGMENTED))


def test_augmentation_that_does_not_fit_is_refused_by_its_sentence():
    with pytest.raises(ExportError, match="augmentation is for images"):
        export_pytorch(replace(small(), augmentation=AUGMENTED))


LOSSES = [
    ("blobs", LossSpec(name="cross_entropy", parameters={"label_smoothing": 0.2})),
    ("moons", LossSpec(name="binary_cross_entropy")),
    *(("diabetes", LossSpec(name=name)) for name in ("auto", "mse", "mae", "huber")),
    ("diabetes", LossSpec(name="huber", parameters={"delta": 0.25})),
]


def test_every_registered_loss_is_tried():
    assert {loss.name for _, loss in LOSSES} == set(losses)


@pytest.mark.parametrize(("data", "loss"), LOSSES)
def test_every_loss_has_the_same_losses_and_the_same_validation(workshop, same_losses, data, loss):
    dense = (layer("Linear", out_features=6), layer("Tanh"), layer("Linear", out_features="classes"))
    experiment = replace(small(*dense), data=DataSpec(name=data, batch_size=16), loss=loss)
    same_losses(experiment)
    module = workshop.script(experiment)
    info = load(experiment.data, 0)
    model = module.build_model()
    score = validate(model, info.val_x, info.val_y, build_objective(loss, info.info))
    wanted = score.loss if score.accuracy is None else (score.loss, score.accuracy)
    assert module.validate(model, info.val_x, info.val_y) == pytest.approx(wanted)


@pytest.mark.parametrize("penalty", [{"l1": 0.01}, {"l2": 0.01}, {"l1": 0.01, "l2": 0.02}])
def test_penalties_have_the_same_losses(same_losses, penalty):
    same_losses(small(regularization=RegularizationSpec(**penalty)))


@pytest.mark.parametrize("kind", ["LayerNorm", "RMSNorm"])
def test_penalties_leave_normalisations_out(same_losses, kind):
    conv = layer("Conv2d", out_channels=2, kernel_size=3)
    tree = (conv, layer(kind), layer("Flatten"), layer("Linear", out_features="classes"))
    same_losses(small(*tree, data="digits", regularization=RegularizationSpec(l1=0.01, l2=0.05)))


def test_dropout_draws_the_same(same_losses):
    hidden = [layer("Linear", out_features=8), layer("Dropout"), layer("ReLU"), layer("Dropout", p=0.2)]
    same_losses(small(*hidden, layer("Linear", out_features="classes")))


@pytest.mark.parametrize(("template", "data"), PAIRS)
def test_every_template_has_the_same_losses(same_losses, template, data):
    spec = from_raw({"data": {**DATA[data], "batch_size": 8}, "model": {"layers": []}}, None).data
    same_losses(new_experiment(template, SMALL[template], spec, describe(spec)), steps=3)


@pytest.mark.parametrize("seed", [1, 2**62 + 7, 2**63 + 5])
def test_every_seed_has_the_same_losses(same_losses, seed):
    same_losses(small(seed=seed))


def test_epochs_are_as_many_steps_as_in_the_engine(workshop, same_losses):
    experiment = small(training=TrainingSpec(epochs=2, device="cpu"))
    assert len(workshop.script(experiment).train()) == 10
    same_losses(experiment)


def test_a_trained_model_is_handed_in(workshop, capsys):
    module = workshop.script(small())
    model = module.build_model()
    before = model[1].weight.clone()
    losses = module.train(steps=4, model=model)
    assert len(losses) == 4
    assert not torch.equal(model[1].weight, before)
    said = capsys.readouterr().out
    assert f"step 4 of 4: loss {losses[3]:.6g}" in said
    loss, accuracy = module.validate(model, *module.load_data()[2:])
    assert f"validation: loss {loss:.6g}, accuracy {accuracy:.1%}" in said


def test_validation_is_the_engines(workshop):
    experiment = small()
    module = workshop.script(experiment)
    data = load(experiment.data, 0)
    model = module.build_model()
    score = validate(model, data.val_x, data.val_y, build_objective(experiment.loss, data.info))
    assert module.validate(model, data.val_x, data.val_y) == pytest.approx((score.loss, score.accuracy))


@pytest.mark.parametrize(
    "name", ["", "two\nlines", 'quotes """ and \\ and \u2028 more', "# Settings", "x" * 300]
)
def test_any_name_makes_a_script(workshop, name):
    assert len(workshop.script(small(name=name)).train(steps=1)) == 1


def test_a_model_with_a_problem_is_refused_by_its_sentence():
    with pytest.raises(ExportError, match="must end in"):
        export_pytorch(small(layer("Linear", out_features=3)))


def test_data_that_cannot_be_had_are_refused_by_their_sentence():
    spec = DataSpec(name="moons", validation=0.001, parameters={"samples": 10})
    with pytest.raises(ExportError, match="leaves none for validation"):
        export_pytorch(replace(small(), data=spec))


def model_part(text):
    return text[text.index("# Model\n") : text.index("# Training\n")].splitlines()


def test_what_repeats_is_written_once():
    deep = [part for _ in range(500) for part in (layer("Linear", out_features=8), layer("Tanh"))]
    flat = export_pytorch(small(*deep, layer("Linear", out_features="classes")))
    assert "*[nn.Sequential(nn.Linear(8, 8), nn.Tanh()) for _ in range(499)]" in flat
    assert len(model_part(flat)) < 30
    loop = layer("Repeat", layer("Linear", out_features=8), layer("Tanh"), times=5_000)
    assert "for _ in range(4999)]" in export_pytorch(small(loop, layer("Linear", out_features="classes")))


@pytest.mark.parametrize(
    ("template", "lines"),
    [("resnet50", 110), ("resnet110", 125), ("densenet121", 95), ("efficientnet_b0", 200)],
)
def test_published_networks_are_short(template, lines):
    assert len(model_part(export_pytorch(new_experiment(template, {}, None, None)))) < lines


def test_settings_are_those_of_the_experiment():
    experiment = small(
        clip=ClipSpec(method="global_norm", parameters={"threshold": 2.0}),
        regularization=RegularizationSpec(l1=0.5),
        training=TrainingSpec(epochs=3, device="cuda"),
        seed=7,
    )
    lines = export_pytorch(experiment).splitlines()
    wanted = ["SEED = 7", "CLIP_THRESHOLD = 2.0", "L1 = 0.5", "EPOCHS = 3", 'DEVICE = torch.device("cuda")']
    assert set(wanted) <= set(lines)
    assert not any(line.startswith(("L2 =", "STEPS =")) for line in lines)
