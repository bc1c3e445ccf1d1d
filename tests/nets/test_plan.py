import pytest

from gradviz.nets.plan import Block, Fault, Leaf, Place, Planner
from gradviz.spec.check import MOST_LAYERS


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


def test_every_module_is_a_new_one(layer, plan):
    [leaf] = plan(layer("Linear", out_features=5)).parts
    assert leaf.make() is not leaf.make()
