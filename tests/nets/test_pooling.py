import pytest


@pytest.mark.parametrize("kind", ["MaxPool2d", "AvgPool2d"])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"kernel_size": 2}, (3, 4, 3)),
        ({"kernel_size": 2, "stride": 1}, (3, 7, 6)),
        ({"kernel_size": [3, 2]}, (3, 2, 3)),
        ({"kernel_size": 3, "padding": 1, "stride": 2}, (3, 4, 4)),
        ({"kernel_size": 3, "ceil_mode": True}, (3, 3, 3)),
    ],
)
def test_the_size_of_the_result(kind, given, expected, layer, output_shape):
    assert output_shape(layer(kind, **given), (3, 8, 7)) == expected


@pytest.mark.parametrize("kind", ["AdaptiveAvgPool2d", "AdaptiveMaxPool2d"])
@pytest.mark.parametrize(("size", "expected"), [(1, (3, 1, 1)), ([2, 5], (3, 2, 5)), (16, (3, 16, 16))])
def test_adaptive_pooling_gives_the_size_asked_for(kind, size, expected, layer, output_shape):
    assert output_shape(layer(kind, output_size=size), (3, 8, 7)) == expected


@pytest.mark.parametrize(
    ("kind", "given", "shape", "message"),
    [
        ("MaxPool2d", {"kernel_size": 2}, (64,), "got [64] and needs an image"),
        ("AdaptiveAvgPool2d", {"output_size": 1}, (64,), "got [64] and needs an image"),
        ("AdaptiveMaxPool2d", {"output_size": 1}, (4, 64), "got [4, 64] and needs an image"),
        ("AvgPool2d", {"kernel_size": 4}, (1, 3, 8), "needs at least 4 × 4 pixels where padding makes 3 × 8"),
        ("MaxPool2d", {"kernel_size": 2, "dilation": 8}, (1, 8, 8), "needs at least 9 × 9 pixels"),
        ("MaxPool2d", {"kernel_size": 3, "padding": 2}, (1, 8, 8), "needs a padding of at most half"),
    ],
)
def test_what_does_not_fit(*, kind, given, shape, message, layer, output_shape):
    text = output_shape(layer(kind, **given), shape)
    assert text.startswith(f"{kind} 1 got ")
    assert message in text
