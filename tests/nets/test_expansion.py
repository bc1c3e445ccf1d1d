"""A composed block opened in its place: the same network, written out."""

import pytest

from gradviz.nets.expansion import expansion_at
from gradviz.nets.model import inspect
from gradviz.nets.registry import ShapeError
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import ModelSpec
from gradviz.spec.tree import insert, remove

DATA = DataInfo(input_shape=(3, 8, 8), classes=4, samples=10)


@pytest.fixture
def model(layer, net):
    block = layer("Bottleneck", out_channels=32)
    return net(
        layer("Conv2d", out_channels=8, kernel_size=3),
        layer("Repeat", layer("ReLU"), block, times=2),
        layer("AdaptiveAvgPool2d", output_size=1),
        layer("Flatten"),
        layer("Linear", out_features="classes"),
    )


def test_what_it_stands_for_takes_its_place(model):
    found = expansion_at(model, DATA, (1, 1))
    written_out = ModelSpec(layers=insert(remove(model.layers, (1, 1)), (1, 1), *found))
    before, after = inspect(model, DATA), inspect(written_out, DATA)
    assert after.problems == ()
    # The second round's input has other channels, so its shortcut is another; all the rest is the same.
    assert before.nodes[0] == after.nodes[0]
    assert [layer.kind for layer in before.layers[:12]] == [layer.kind for layer in after.layers[:12]]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ((9,), "no such layer"),
        ((1, 7), "no such layer"),
        ((1,), "Repeat holds its own layers"),
        ((3,), "known"),
    ],
)
def test_what_cannot_be_opened_is_told(model, path, message):
    with pytest.raises(ShapeError, match=message):
        expansion_at(model, DATA, path)


def test_a_mistake_before_it_hides_its_input(layer, net):
    model = net(layer("Conv2d", out_channels=8, kernel_size=99), layer("Bottleneck", out_channels=8))
    with pytest.raises(ShapeError, match="mend the problem before it"):
        expansion_at(model, DATA, (1,))
