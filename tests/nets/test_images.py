import pytest

from gradviz.nets.images import image, need_room, pair
from gradviz.nets.registry import ShapeError


def test_one_number_stands_for_both():
    assert pair(3) == (3, 3)
    assert pair([3, 5]) == (3, 5)


def test_an_image_has_three_dimensions():
    assert image((3, 8, 6), "") == (3, 8, 6)
    for shape in [(64,), (4, 8), (1, 2, 3, 4)]:
        with pytest.raises(ShapeError, match=r"an image .*: flatten it"):
            image(shape, "flatten it")


@pytest.mark.parametrize(
    ("size", "kernel", "padding", "dilation"),
    [((3, 3), (3, 3), (0, 0), (1, 1)), ((1, 5), (3, 3), (1, 0), (1, 2)), ((1, 1), (1, 1), (0, 0), (9, 9))],
)
def test_a_window_that_just_fits(size, kernel, padding, dilation):
    need_room(size, kernel, padding, dilation)


@pytest.mark.parametrize(
    ("size", "kernel", "padding", "dilation", "message"),
    [
        (
            (2, 3),
            (3, 3),
            (0, 0),
            (1, 1),
            "at least 3 × 3 pixels where padding makes 2 × 3: make kernel_size smaller",
        ),
        ((8, 8), (3, 3), (0, 0), (1, 4), "at least 3 × 9 .* 8 × 8: make kernel_size or dilation smaller"),
        ((4, 4), (1, 7), (1, 1), (1, 1), "at least 1 × 7 pixels where padding makes 6 × 6"),
    ],
)
def test_a_window_that_does_not(size, kernel, padding, dilation, message):
    with pytest.raises(ShapeError, match=message):
        need_room(size, kernel, padding, dilation)
