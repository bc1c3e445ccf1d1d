import pytest
import torch


def test_flatten_merges_all_or_some(layer, output_shape, built_layer):
    assert output_shape(layer("Flatten"), (2, 3, 4)) == (24,)
    assert output_shape(layer("Flatten", start_dim=2), (2, 3, 4)) == (2, 12)
    assert output_shape(layer("Flatten", end_dim=2), (2, 3, 4)) == (6, 4)
    x = torch.randn(5, 2, 3, 4)
    assert torch.equal(built_layer(layer("Flatten"), (2, 3, 4))(x), x.reshape(5, 24))


def test_flatten_says_which_dimensions_there_are(layer, output_shape):
    for wrong in (
        {"start_dim": 3},
        {"start_dim": 2, "end_dim": 1},
        {"end_dim": 0},
        {"end_dim": 7},
        {"end_dim": -8},
    ):
        message = output_shape(layer("Flatten", **wrong), (3, 4))
        assert message.startswith("Flatten 1 got [3, 4] and needs dimensions from start_dim")
        assert "the last dimension 2" in message


def test_identity_changes_nothing(layer, output_shape, built_layer):
    assert output_shape(layer("Identity"), (2, 3, 4)) == (2, 3, 4)
    x = torch.randn(5, 7)
    assert torch.equal(built_layer(layer("Identity"), (7,))(x), x)


def test_unflatten_splits_a_dimension(layer, output_shape, built_layer):
    assert output_shape(layer("Unflatten", unflattened_size=[4, 6]), (24,)) == (4, 6)
    assert output_shape(layer("Unflatten", unflattened_size=[2, -1, 3]), (24,)) == (2, 4, 3)
    assert output_shape(layer("Unflatten", dim=2, unflattened_size=[2, 2]), (3, 4)) == (3, 2, 2)
    x = torch.randn(5, 24)
    assert torch.equal(built_layer(layer("Unflatten", unflattened_size=[4, -1]), (24,))(x), x.view(5, 4, 6))


@pytest.mark.parametrize("sizes", [[5, 5], [5, -1], [-1, -1], [0, -1], [0], []])
def test_unflatten_needs_sizes_that_multiply(sizes, layer, output_shape):
    message = output_shape(layer("Unflatten", unflattened_size=sizes), (24,))
    assert message.startswith("Unflatten 1 got [24] and needs an unflattened_size that multiplies to 24")


def test_unflatten_needs_a_dimension_that_exists(layer, output_shape):
    message = output_shape(layer("Unflatten", dim=2, unflattened_size=[2, -1]), (24,))
    assert message == (
        "Unflatten 1 got [24] and needs a dimension dim = 2: the batch is 0 and the last dimension 1"
    )


def test_transpose_swaps_the_two_dimensions(layer, output_shape, built_layer):
    assert output_shape(layer("Transpose"), (7, 3)) == (3, 7)
    x = torch.randn(5, 7, 3)
    assert torch.equal(built_layer(layer("Transpose"), (7, 3))(x), x.mT)


def test_transpose_needs_two_dimensions(layer, output_shape):
    assert output_shape(layer("Transpose"), (64,)).endswith(
        "got [64] and needs two dimensions, as [length, features]"
    )
    assert "a Flatten with start_dim = 2 before it" in output_shape(layer("Transpose"), (3, 8, 8))
