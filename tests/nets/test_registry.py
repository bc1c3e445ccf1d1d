"""The registry is the test list: whatever is registered is built, run, trained and compared with its plan."""

import pytest
import torch

from gradviz.nets.build import build_model, inspect_model
from gradviz.nets.registry import initializers, layers, shown

GIVEN = {
    "out_features": 6,
    "out_channels": 6,
    "kernel_size": 2,
    "output_size": 2,
    "times": 3,
    "unflattened_size": [2, -1],
}
OUR_OWN = {"Transpose"}
"""Leaves that torch.nn has no module for."""
INPUTS = [(3, 8, 8), (12,), (4, 5)]
CLASSES = 7


@pytest.fixture
def sample_of(layer):
    """A layer of that kind with what it must be given, and in a block a body."""

    def make(kind):
        entry = layers.entry(kind)
        body = (layer("LayerNorm"), layer("Mish")) if entry.body else ()
        return layer(kind, *body, **{p.name: GIVEN[p.name] for p in entry.parameters if p.required})

    return make


@pytest.fixture
def fitting(sample_of, net, layer):
    """A network around the layer, for every input shape that the layer takes."""

    def find(kind):
        before = layer("LayerNorm", name="before")
        end = (layer("Flatten"), layer("Linear", out_features="classes"))
        model = net(before, sample_of(kind), *end)
        return model, [shape for shape in INPUTS if not inspect_model(model, shape, CLASSES).problems]

    return find


@pytest.mark.parametrize("kind", layers)
def test_every_layer_runs_and_trains_as_planned(kind, fitting):
    model, shapes = fitting(kind)
    assert shapes, "none of the input shapes fits"
    for shape in shapes:
        built = build_model(model, shape, CLASSES, seed=1)
        seen = record_outputs(built)
        x = torch.randn(5, *shape, generator=torch.Generator().manual_seed(0))
        y = torch.arange(5) % CLASSES
        optimizer = torch.optim.SGD(built.model.parameters(), lr=0.01)
        start = [p.detach().clone() for p in built.model.parameters()]
        for _ in range(3):
            seen.clear()
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(built.model(x), y)
            loss.backward()
            assert loss.isfinite()
            assert all(p.grad is not None and p.grad.isfinite().all() for p in built.model.parameters())
            optimizer.step()
        assert any(not torch.equal(a, b) for a, b in zip(start, built.model.parameters(), strict=True))
        assert seen == [(info.module, (5, *info.output_shape)) for info in built.layers]


@pytest.mark.parametrize("kind", layers)
def test_every_layer_has_the_parameters_that_inspection_counts(kind, fitting):
    model, shapes = fitting(kind)
    for shape in shapes:
        built = build_model(model, shape, CLASSES, seed=1)
        modules = dict(built.model.named_modules())
        for info in built.layers:
            assert sum(p.numel() for p in modules[info.module].parameters()) == info.parameters
        inspection = inspect_model(model, shape, CLASSES)
        assert inspection.layers == built.layers
        assert inspection.parameters == sum(p.numel() for p in built.model.parameters())
        top = [node for node in inspection.nodes if len(node.path) == 1]
        assert sum(node.parameters for node in top) == inspection.parameters


@pytest.mark.parametrize("kind", layers)
def test_no_input_makes_a_layer_raise(kind, sample_of, complaints):
    for shape in [*INPUTS, (1,), (1, 1, 1), (2, 3, 4, 5), (10**9,) * 3]:
        for _, message in complaints(sample_of(kind), shape=shape):
            assert message


@pytest.mark.parametrize("registry", [layers, initializers], ids=["layers", "initializers"])
def test_every_entry_explains_itself_and_accepts_its_own_defaults(registry):
    for entry in registry.entries():
        assert entry.doc.endswith(".")
        assert entry.group
        for parameter in entry.parameters:
            assert parameter.doc.endswith(".")
            assert parameter.required or parameter.complaint(parameter.default) is None


@pytest.mark.parametrize("kind", layers)
def test_every_layer_is_named_as_in_torch(kind):
    entry = layers.entry(kind)
    if not entry.body and not entry.composed:
        assert hasattr(torch.nn, kind) != (kind in OUR_OWN)


def test_a_shape_is_shown_in_brackets():
    assert shown((1, 8, 8)) == "[1, 8, 8]"
    assert shown((64,)) == "[64]"


def record_outputs(built):
    """Qualified name and output shape of every leaf, in the order in which they run."""
    seen = []
    modules = dict(built.model.named_modules())
    for info in built.layers:

        def note(_module, _input, output, name=info.module):
            seen.append((name, tuple(output.shape)))

        modules[info.module].register_forward_hook(note)
    return seen
