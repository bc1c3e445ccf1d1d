"""Every repair that is proposed makes the problem go away, for the mistakes that people make most."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gradviz.nets.build import inspect_model
from gradviz.nets.registry import Tokens, layers
from gradviz.spec.experiment import LayerSpec, ModelSpec
from gradviz.spec.repair import repaired

IMAGE = (3, 16, 16)
TEXT = Tokens((12,), 30)


def layer(kind, *body, **parameters):
    return LayerSpec(kind=kind, parameters=parameters, body=body)


END = layer("Linear", out_features="classes")
FLAT = layer("Flatten")
CONV = layer("Conv2d", out_channels=8, kernel_size=3)
EMBEDDING = layer("Embedding", embedding_dim=8)

MISTAKES = [
    ("no layers", IMAGE, (), "Add a Flatten and a Linear"),
    ("no Flatten before the end", IMAGE, (CONV, END), "Insert a Flatten before it"),
    (
        "no Flatten, and the wrong width",
        IMAGE,
        (CONV, layer("Linear", out_features=7)),
        "Insert a Flatten before it and set out_features to classes",
    ),
    ("the wrong width", IMAGE, (FLAT, layer("Linear", out_features=7)), "Set out_features to classes"),
    (
        "no end",
        IMAGE,
        (FLAT, layer("Linear", out_features=7), layer("ReLU")),
        "Add a Linear that gives the classes",
    ),
    ("ends in an image", IMAGE, (CONV,), "Add a Flatten and a Linear that gives the classes"),
    (
        "an identity where the shapes differ",
        IMAGE,
        (FLAT, layer("Residual", layer("Linear", out_features=9), shortcut="identity"), END),
        "Set shortcut to auto",
    ),
    ("a norm for rows on images", IMAGE, (CONV, layer("BatchNorm1d"), FLAT, END), "Use BatchNorm2d"),
    ("a norm for images on rows", IMAGE, (FLAT, layer("BatchNorm2d"), END), "Use BatchNorm1d"),
    ("a convolution after Flatten", IMAGE, (FLAT, CONV, FLAT, END), "Take the Flatten before it out"),
    (
        "groups that do not divide",
        IMAGE,
        (layer("Conv2d", out_channels=8, kernel_size=3, groups=2), FLAT, END),
        None,
    ),
    (
        "a kernel larger than the image",
        (1, 4, 4),
        (layer("Conv2d", out_channels=8, kernel_size=7), FLAT, END),
        None,
    ),
    (
        "a pool larger than the image",
        (1, 4, 4),
        (layer("MaxPool2d", kernel_size=9), FLAT, END),
        "Set kernel_size to 4",
    ),
    (
        "too many halvings",
        IMAGE,
        (layer("Repeat", layer("MaxPool2d", kernel_size=2), times=9), FLAT, END),
        "Set times of the Repeat to 4",
    ),
    (
        "more layers than there may be",
        IMAGE,
        (FLAT, layer("Repeat", layer("ReLU"), layer("Repeat", layer("ReLU"), times=5000), times=9), END),
        None,
    ),
    (
        "inside blocks",
        IMAGE,
        (layer("Repeat", layer("Residual", layer("BatchNorm1d")), times=2), FLAT, END),
        None,
    ),
    (
        "words without Embedding",
        TEXT,
        (layer("LSTM", hidden_size=8), layer("LastStep"), END),
        "Put an Embedding first",
    ),
    ("Embedding of numbers", IMAGE, (EMBEDDING, FLAT, END), "Remove the Embedding: the data are numbers"),
    (
        "a sequence at the end",
        TEXT,
        (EMBEDDING, layer("LSTM", hidden_size=8), END),
        "Insert a LastStep before it",
    ),
    (
        "heads that do not divide",
        TEXT,
        (EMBEDDING, layer("MultiheadAttention", num_heads=3), layer("MeanOverTime"), END),
        "Set num_heads to 2",
    ),
]


def kinds_of(specs):
    return {spec.kind for spec in specs} | {kind for spec in specs for kind in kinds_of(spec.body)}


@pytest.mark.parametrize(("shape", "specs", "label"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_the_repair_of_a_common_mistake_helps(shape, specs, label):
    assert kinds_of(specs) <= set(layers)
    model = ModelSpec(layers=specs)
    problem = inspect_model(model, shape, 10).problems[0]
    assert problem.repair is not None
    assert label in (None, problem.repair.label)
    mended = replace(model, layers=repaired(specs, problem.repair))
    assert inspect_model(mended, shape, 10).problems == ()


def test_a_target_at_every_position_wants_no_merging():
    model = ModelSpec(layers=(EMBEDDING, layer("LSTM", hidden_size=8), layer("LastStep"), END))
    (problem,) = inspect_model(model, TEXT, 10, per_position=True).problems
    assert problem.repair.label == "Take the LastStep out"
    mended = ModelSpec(layers=repaired(model.layers, problem.repair))
    assert inspect_model(mended, TEXT, 10, per_position=True).problems == ()


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
def test_after_a_recurrent_layer_the_advice_is_the_last_step(kind):
    model = ModelSpec(layers=(layer(kind, hidden_size=8), END))
    (problem,) = inspect_model(model, (100, 2), 10).problems
    assert "put a LastStep (or a Flatten) before Linear 1" in problem.message
    assert problem.repair.label == "Insert a LastStep before it"
    (problem,) = inspect_model(ModelSpec(layers=(layer(kind, hidden_size=8),)), (100, 2), 10).problems
    assert "add a LastStep (or a Flatten) after it and a Linear" in problem.message
    assert problem.repair.label == "Add a LastStep and a Linear that gives the classes"


def test_after_a_convolution_the_advice_is_flatten():
    (problem,) = inspect_model(
        ModelSpec(layers=(layer("Conv1d", out_channels=4, kernel_size=3), END)), (2, 100), 10
    ).problems
    assert "put a Flatten before Linear 1" in problem.message
    assert problem.repair.label == "Insert a Flatten before it"


def test_what_nothing_helps_has_no_repair():
    model = ModelSpec(layers=(layer("NoSuchLayer"),))
    (problem,) = inspect_model(model, IMAGE, 10).problems
    assert problem.repair is None


def test_a_repair_may_leave_later_problems():
    """One step after the other: the first mistake is mended, the next one has a repair of its own."""
    model = ModelSpec(layers=(CONV, layer("BatchNorm1d"), END))
    labels = []
    while problems := inspect_model(model, IMAGE, 10).problems:
        labels.append(problems[0].repair.label)
        model = replace(model, layers=repaired(model.layers, problems[0].repair))
    assert labels == ["Use BatchNorm2d", "Insert a Flatten before it"]


def test_the_inspection_with_its_repair_crosses_the_wire():
    import json

    from gradviz.records.layer import Inspection

    inspection = inspect_model(ModelSpec(layers=(CONV, END)), IMAGE, 10)
    assert inspection.problems[0].repair is not None
    assert Inspection.from_raw(json.loads(json.dumps(inspection.to_raw()))) == inspection
