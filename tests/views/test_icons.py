import re
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication

import gradviz.views
from gradviz.paths import resources
from gradviz.views.actions import TABLE
from gradviz.views.appearance import ThemeChoice, appearance
from gradviz.views.icons import icon
from gradviz.views.theme import DARK, LIGHT


def opaque_colours(image: QImage) -> set[str]:
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name().upper() for pixel in pixels if pixel.alpha() == 255}


def test_every_icon_that_is_named_exists() -> None:
    named = {info.icon for info in TABLE.values() if info.icon}
    for path in Path(gradviz.views.__file__).parent.rglob("*.py"):
        named |= set(re.findall(r'icon\(\s*"([a-z0-9-]+)"', path.read_text("utf-8")))
    missing = [name for name in named if not (resources() / "icons" / f"{name}.svg").is_file()]
    assert not missing
    assert "ISC License" in (resources() / "icons" / "LICENSE").read_text("utf-8")


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_an_icon_is_drawn_for_the_screens_own_pixels(app: QApplication, ratio: float) -> None:
    pixmap = icon("play").pixmap(QSize(16, 16), ratio)
    assert pixmap.width() == round(16 * ratio)
    assert LIGHT.text in opaque_colours(pixmap.toImage())


def test_the_theme_tints_icons_that_exist_already(app: QApplication) -> None:
    made_before = icon("square")
    appearance().choose(ThemeChoice.DARK)
    assert DARK.text in opaque_colours(made_before.pixmap(QSize(32, 32)).toImage())


def test_a_disabled_icon_is_greyed(app: QApplication) -> None:
    image = icon("square").pixmap(QSize(32, 32), QIcon.Mode.Disabled).toImage()
    assert opaque_colours(image) == {QColor(LIGHT.disabled).name().upper()}
