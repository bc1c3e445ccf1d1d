from gradviz.spec.experiment import LayerSpec
from gradviz.spec.widths import widths, with_width


def layer(kind, *body, **parameters):
    return LayerSpec(kind=kind, parameters=parameters, body=body)


BLOCK = layer(
    "Repeat",
    layer("Linear", out_features=64),
    layer("Residual", layer("Conv2d", out_channels=64, kernel_size=3), layer("ReLU")),
    layer("LSTM", hidden_size=32),
    layer("Linear", out_features="classes"),
    times=3,
)


def test_the_different_widths_in_their_order():
    assert widths(BLOCK) == (64, 32)
    assert widths(layer("Repeat", layer("ReLU"), times=2)) == ()


def test_all_widths_become_one_and_nothing_else_changes():
    wide = with_width(BLOCK, 7)
    assert widths(wide) == (7,)
    assert wide.parameters == {"times": 3}
    assert wide.body[0].parameters == {"out_features": 7}
    assert wide.body[1].body[0].parameters == {"out_channels": 7, "kernel_size": 3}
    assert wide.body[1].body[1] is BLOCK.body[1].body[1]
    assert wide.body[2].parameters == {"hidden_size": 7}
    assert wide.body[3] is BLOCK.body[3]
