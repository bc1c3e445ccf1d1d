def test_linear_acts_on_the_last_dimension(layer, output_shape):
    assert output_shape(layer("Linear", out_features=5), (64,)) == (5,)
    assert output_shape(layer("Linear", out_features=5), (4, 6, 8)) == (4, 6, 5)


def test_linear_takes_the_number_of_classes(layer, output_shape):
    assert output_shape(layer("Linear", out_features="classes"), (64,)) == (7,)


def test_linear_without_bias(layer, built_layer):
    module = built_layer(layer("Linear", out_features=5, bias=False), (64,))
    assert module.bias is None
    assert module.weight.shape == (5, 64)
