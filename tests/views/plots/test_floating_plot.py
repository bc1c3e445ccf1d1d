"""Where a floating plot's window stands: where it can be reached and seen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect

from gradviz.views.plots.floating_plot import inside, reachable, wholly

SCREENS = [QRect(0, 0, 1280, 800), QRect(1280, 0, 1920, 1080)]


@pytest.mark.parametrize(
    ("window", "stays"),
    [
        (QRect(100, 100, 500, 400), True),
        (QRect(2000, 900, 500, 400), True),
        (QRect(-440, 100, 500, 400), False),
        (QRect(5000, 100, 500, 400), False),
        (QRect(100, -300, 500, 400), False),
        (QRect(100, 2000, 500, 4000), False),
    ],
)
def test_a_window_off_all_screens_comes_onto_one(window: QRect, stays: bool) -> None:
    found = reachable(window, SCREENS)
    if stays:
        assert found == window
    else:
        assert SCREENS[0].contains(found)


@pytest.mark.parametrize(
    ("window", "found"),
    [
        (QRect(100, 100, 500, 400), (100, 100, 500, 400)),
        (QRect(1000, 700, 500, 400), (780, 400, 500, 400)),
        (QRect(-50, -50, 2000, 1000), (0, 32, 1280, 768)),
    ],
)
def test_a_new_window_is_all_on_the_screen(window: QRect, found: tuple[int, int, int, int]) -> None:
    assert inside(window, SCREENS[0]) == found


@pytest.mark.parametrize(
    ("window", "found"),
    [
        (QRect(100, 100, 500, 400), QRect(100, 100, 500, 400)),
        (QRect(1100, 100, 500, 400), QRect(1100, 100, 500, 400)),  # across both screens
        (QRect(3000, 100, 500, 400), QRect(2700, 100, 500, 400)),  # off the right edge
        (QRect(1000, 700, 500, 400), QRect(1280, 680, 500, 400)),  # below the first, most of it on the second
        (QRect(5000, 100, 500, 400), QRect(390, 200, 500, 400)),
    ],
)
def test_a_window_that_opens_can_be_seen_wholly(window: QRect, found: QRect) -> None:
    assert wholly(window, SCREENS) == found
    assert wholly(window, []) == window
