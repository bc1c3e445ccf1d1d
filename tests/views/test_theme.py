import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from gradviz.views.style_sheet import style_sheet
from gradviz.views.theme import DARK, LIGHT, PART_TONES, RUN_TONES, Theme, palette, run_tone

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


MACHADO = {
    "all": np.eye(3),
    "red-blind": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "green-blind": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
"""What is left of linear RGB for whom (Machado, Oliveira and Fernandes 2009, severity 1)."""
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def lab(colour: str, seen: np.ndarray) -> np.ndarray:
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    x, y, z = TO_XYZ @ np.clip(seen @ linear, 0, 1) / (0.95047, 1, 1.08883)
    x, y, z = (np.cbrt(v) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@THEMES
@pytest.mark.parametrize("who", MACHADO)
def test_colours_of_runs_are_told_apart_whoever_looks(theme: Theme, who: str) -> None:
    colours = [getattr(theme, tone) for tone in RUN_TONES]
    for colour in colours:
        assert contrast(colour, theme.panel) >= 3
    places = [lab(c, MACHADO[who]) for c in (*colours, theme.train_line, theme.validation_line)]
    for one, other in combinations(places[:8], 2):
        assert np.linalg.norm(one - other) >= 21
    for line in places[8:]:
        assert min(np.linalg.norm(line - place) for place in places[:8]) >= 21


def test_colours_of_runs_come_again_after_eight() -> None:
    assert [run_tone(number) for number in (1, 8, 9)] == ["run_1", "run_8", "run_1"]


@THEMES
def test_colours_of_parts_can_be_read_as_text(theme: Theme) -> None:
    colours = [getattr(theme, tone) for tone in PART_TONES]
    assert all(contrast(colour, theme.panel) >= 4.5 for colour in colours)
    for one, other in combinations([lab(colour, np.eye(3)) for colour in colours], 2):
        assert np.linalg.norm(one - other) >= 15
