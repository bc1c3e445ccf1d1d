import pytest

from gradviz.nets.images import image
from gradviz.nets.registry import ShapeError


def test_an_image_has_three_dimensions():
    assert image((3, 8, 6), "") == (3, 8, 6)
    for shape in [(64,), (4, 8), (1, 2, 3, 4)]:
        with pytest.raises(ShapeError, match=r"an image .*: flatten it"):
            image(shape, "flatten it")
