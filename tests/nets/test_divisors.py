import pytest

from gradviz.nets.divisors import nearest_divisor


@pytest.mark.parametrize(
    ("whole", "wanted", "nearest"),
    [
        (64, 8, 8),
        (64, 7, 8),
        (64, 6, 4),
        (64, 100, 64),
        (12, 5, 4),
        (7, 3, 1),
        (7, 5, 7),
        (1, 9, 1),
        (30, 4, 3),
    ],
)
def test_the_nearest_divisor_of_two_as_near_the_smaller(whole, wanted, nearest):
    assert nearest_divisor(whole, wanted) == nearest
