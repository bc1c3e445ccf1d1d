import pytest
import torch

from gradviz.nets.registry import ShapeError
from gradviz.nets.sequence import channel_sequence, sequence


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((64,), r"a sequence \[length, features\]: put it before the Flatten, or an Unflatten"),
        ((3, 8, 8), "a Flatten with start_dim = 2 and a Transpose before it make one of an image"),
        ((2, 3, 4, 5), "put a Flatten with start_dim = 2 before it"),
    ],
)
def test_what_makes_a_sequence_of_other_shapes(shape, message):
    with pytest.raises(ShapeError, match=message):
        sequence(shape)


def test_a_sequence_has_two_dimensions():
    assert sequence((7, 3)) == (7, 3)
    assert channel_sequence((3, 7), "") == (3, 7)
    with pytest.raises(ShapeError, match=r"a sequence \[channels, length\]: do this"):
        channel_sequence((3,), "do this")


def test_what_is_proposed_for_an_image_works(layer, complaints):
    lstm = layer("LSTM", hidden_size=4)
    end = layer("LastStep"), layer("Linear", out_features=10)
    assert complaints(lstm, *end, shape=(3, 8, 8)) != []
    assert complaints(layer("Flatten", start_dim=2), layer("Transpose"), lstm, *end, shape=(3, 8, 8)) == []


def test_last_step_and_mean_over_time(layer, output_shape, built_layer):
    x = torch.randn(5, 7, 4)
    for kind, expected in (("LastStep", x[:, -1]), ("MeanOverTime", x.mean(1))):
        assert output_shape(layer(kind), (7, 4)) == (4,)
        assert torch.equal(built_layer(layer(kind), (7, 4))(x), expected)


def test_last_step_of_two_directions_is_where_each_has_read_all(layer, built_layer):
    torch.manual_seed(0)
    lstm = torch.nn.LSTM(3, 4, bidirectional=True, batch_first=True)
    output, (ends, _) = lstm(torch.randn(5, 7, 3))
    module = built_layer(layer("LastStep", bidirectional=True), (7, 8))
    assert torch.equal(module(output), torch.cat([ends[0], ends[1]], dim=-1))
    assert "bidirectional=True" in repr(module)


def test_last_step_of_two_directions_needs_both(layer, output_shape):
    message = output_shape(layer("LastStep", bidirectional=True), (7, 5))
    assert message.startswith("LastStep 1 got [7, 5] and needs features of two directions, an even number")
    assert "set bidirectional to false" in message
