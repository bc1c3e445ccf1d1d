import torch


def test_linear_acts_on_the_last_dimension(layer, output_shape):
    assert output_shape(layer("Linear", out_features=5), (64,)) == (5,)
    assert output_shape(layer("Linear", out_features=5), (4, 6, 8)) == (4, 6, 5)


def test_linear_takes_the_number_of_classes(layer, output_shape):
    assert output_shape(layer("Linear", out_features="classes"), (64,)) == (7,)


def test_linear_without_bias(layer, built_layer):
    module = built_layer(layer("Linear", out_features=5, bias=False), (64,))
    assert module.bias is None
    assert module.weight.shape == (5, 64)


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
