import pytest
import torch
from registered_layers import fitting, sample_of

from gradviz.nets.build import build_model
from gradviz.nets.measure import measure
from gradviz.nets.plan import Block, Fault, Leaf, Place, Planner, expand
from gradviz.nets.registry import ShapeError, Tokens, layers
from gradviz.spec.check import MOST_LAYERS
from gradviz.spec.experiment import LayerSpec, ModelSpec

COMPOSED = [entry.name for entry in layers.entries() if entry.composed]
END = (LayerSpec(kind="Flatten"), LayerSpec(kind="Linear", parameters={"out_features": "classes"}))


@pytest.fixture
def plan(net):
    def make(*layers, shape=(8,), reported=()):
        return Planner(3, frozenset(reported)).chain(Place(), layers, shape)

    return make


def test_shapes_follow_each_other(layer, plan):
    chain = plan(layer("Linear", out_features=5), layer("ReLU"), layer("Linear", out_features="classes"))
    assert [(part.input_shape, part.output_shape) for part in chain.parts] == [
        ((8,), (5,)),
        ((5,), (5,)),
        ((5,), (3,)),
    ]
    assert (chain.output_shape, chain.parameters, chain.layers, chain.broken) == ((3,), 63, 3, False)


def test_rounds_of_one_shape_are_planned_once(layer, plan):
    [block] = plan(layer("Repeat", layer("Linear", out_features=5), times=1000)).parts
    assert isinstance(block, Block)
    assert len({id(slot.part) for slot in block.slots}) == 2
    assert [slot.round for slot in block.slots] == list(range(1000))
    assert block.parameters == 45 + 999 * 30


def test_planning_ends_at_the_first_fault(layer, plan):
    chain = plan(layer("ReLU"), layer("BatchNorm2d"), layer("ReLU"))
    assert [type(part) for part in chain.parts] == [Leaf, Fault]
    assert chain.broken


def test_a_fault_in_a_body_breaks_its_block(layer, plan):
    chain = plan(layer("Residual", layer("ReLU"), layer("BatchNorm2d")), layer("ReLU"))
    [block] = chain.parts
    assert block.broken
    assert block.fault is None
    assert chain.broken


def test_a_reported_node_is_passed_in_silence(layer, plan):
    [first, fault] = plan(layer("ReLU"), layer("Nonsense"), layer("ReLU"), reported=[(1,)]).parts
    assert isinstance(fault, Fault)
    assert fault.message is None
    assert not first.broken


def test_more_layers_than_anyone_can_train(layer, plan):
    inner = layer("Repeat", layer("ReLU"), times=10_000)
    [fault] = plan(layer("Repeat", inner, times=10_000)).parts
    assert fault.message == f"brings the network above {MOST_LAYERS:,} layers"
    assert not plan(inner, inner).broken
    assert plan(inner, inner, layer("ReLU")).broken


def test_rounds_beyond_the_limit_are_not_planned(layer, plan, monkeypatch):
    """Each round of a DenseBlock has shapes of its own: to plan 20,000 takes seconds, a million hours."""
    monkeypatch.setattr("gradviz.nets.plan.MOST_LAYERS", 300)
    measure.cache_clear()
    dense = layer("DenseBlock", num_layers=10, growth_rate=1)
    [fault] = plan(layer("Repeat", layer("Repeat", dense, times=1000), times=1000), shape=(1, 2, 2)).parts
    assert isinstance(fault, Fault)
    assert fault.message.startswith("brings the network above")
    assert measure.cache_info().misses < 2 * 300


def test_every_module_is_a_new_one(layer, plan):
    [leaf] = plan(layer("Linear", out_features=5)).parts
    assert leaf.make() is not leaf.make()


@pytest.mark.parametrize("kind", COMPOSED)
def test_a_composed_block_and_its_expansion_are_the_same_network(kind):
    for case in fitting(kind):
        shape, spec = case.info.input_shape, sample_of(kind)
        block = build_model(ModelSpec(layers=(spec, *END)), shape, 7, seed=4)
        tree = build_model(ModelSpec(layers=(*expand(spec, shape), *END)), shape, 7, seed=4)
        ours, theirs = list(block.model.parameters()), list(tree.model.parameters())
        assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))
        x = torch.randn(3, *shape)
        torch.manual_seed(0)
        one = block.model(x)
        torch.manual_seed(0)
        assert torch.equal(one, tree.model(x))
        assert [(info.name, info.output_shape, info.parameters) for info in block.layers] == [
            (info.name, info.output_shape, info.parameters) for info in tree.layers
        ]
        assert {info.path[:1] for info in block.layers[:-2]} == {(0,)}
        assert all(info.path == (0,) for info in block.layers[:-2])


@pytest.mark.parametrize("kind", COMPOSED)
def test_what_it_stands_for_is_written_as_in_a_file(kind):
    """Known parameters only, none of them at its default, each as a file could have it."""
    for case in fitting(kind):
        for part in every(expand(sample_of(kind), case.info.input_shape)):
            entry = layers.entry(part.kind)
            for name, value in part.parameters.items():
                parameter = entry.parameter(name)
                assert parameter is not None, (part.kind, name)
                assert parameter.complaint(value) is None
                assert value != parameter.default, (part.kind, name)


@pytest.mark.parametrize("kind", COMPOSED)
def test_token_ids_are_refused(kind):
    with pytest.raises(ShapeError, match="token ids"):
        expand(sample_of(kind), Tokens((5,), 9))


def every(parts):
    for part in parts:
        yield part
        yield from every(part.body)
