import pytest

from gradviz.nets.registry import ShapeError
from gradviz.nets.windows import channels_and_sizes, each, need_room


def test_one_number_stands_for_all():
    assert each(3, 2) == (3, 3)
    assert each(3, 1) == (3,)
    assert each([3, 5], 2) == (3, 5)


def test_channels_come_before_the_sizes():
    assert channels_and_sizes((3, 8, 6), 2, "") == (3, (8, 6))
    assert channels_and_sizes((3, 8), 1, "") == (3, (8,))
    with pytest.raises(ShapeError, match=r"^a sequence \[channels, length\]: turn it$"):
        channels_and_sizes((64,), 1, "turn it")


@pytest.mark.parametrize(
    ("size", "kernel", "padding", "dilation"),
    [
        ((3, 3), (3, 3), (0, 0), (1, 1)),
        ((1, 5), (3, 3), (1, 0), (1, 2)),
        ((1, 1), (1, 1), (0, 0), (9, 9)),
        ((5,), (3,), (0,), (2,)),
    ],
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
        ((4,), (7,), (1,), (1,), "at least 7 steps where padding makes 6: .* shrink the sequence less"),
    ],
)
def test_a_window_that_does_not(size, kernel, padding, dilation, message):
    with pytest.raises(ShapeError, match=message):
        need_room(size, kernel, padding, dilation)
