import re
from pathlib import Path

import pytest

from gradviz.views.style_sheet import style_sheet
from gradviz.views.theme import DARK, LIGHT, Theme, palette

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@THEMES
def test_text_can_be_read_on_every_ground(theme: Theme) -> None:
    for text in (theme.text, theme.secondary):
        for ground in (theme.ground, theme.panel, theme.field, theme.selection):
            assert contrast(text, ground) >= 4.5, (text, ground)
    for ground in (theme.warning_ground, theme.error_ground, theme.info_ground, theme.hover):
        assert contrast(theme.text, ground) >= 4.5


@THEMES
def test_words_in_colour_can_be_read(theme: Theme) -> None:
    for colour in (
        theme.vanishing,
        theme.exploding,
        theme.non_finite,
        theme.train_line,
        theme.validation_line,
    ):
        assert contrast(colour, theme.panel) >= 4.5, colour
    assert contrast(theme.on_accent, theme.accent) >= 4.5


@THEMES
def test_the_sheet_uses_only_known_tokens(theme: Theme) -> None:
    sheet = style_sheet(theme)
    assert "$" not in sheet
    assert theme.accent in sheet
    for path in re.findall(r'url\("([^"]+)"\)', sheet):
        assert "<svg" in Path(path).read_text("utf-8"), path


@THEMES
def test_qts_own_widgets_get_the_same_colours(theme: Theme) -> None:
    assert palette(theme).window().color().name().upper() == theme.ground
    assert palette(theme).text().color().name().upper() == theme.text
