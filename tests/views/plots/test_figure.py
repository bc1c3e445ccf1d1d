"""Pictures and numbers of each plot, as they leave the program."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog, QMessageBox

from gradviz.views.appearance import ThemeChoice, appearance

CLIP = {"clip_factor": lambda step: 0.5, "global_norm": lambda step: 0.0 if step == 3 else 2.0}


@pytest.fixture
def plots(window, snapshot):
    shot = snapshot(steps=60, layers=12, layer=6, clipped=True, numbers=CLIP, cursor=50)
    window.plots.show_snapshot(shot)
    window.plots.select_layer(6)
    return window.plots


@pytest.fixture
def save_as(monkeypatch, tmp_path):
    def choose(name: str, kind: str = "") -> Path:
        target = tmp_path / name
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), kind))
        return target

    return choose


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_a_saved_picture_is_on_white_and_as_wide_as_a_column(plots, save_as, choice) -> None:
    appearance().choose(choice)
    assert len(plots.plots) >= 4
    for plot in plots.plots:
        before = plot.canvas.size(), plot.canvas.backgroundBrush().color()
        target = save_as("plot.png")
        plot.save_picture()
        picture = QImage(str(target))
        assert picture.pixelColor(picture.width() - 1, picture.height() - 1) == QColor("#FFFFFF")
        assert picture.width() / picture.dotsPerMeterX() == pytest.approx(0.085, rel=0.01)
        assert (plot.canvas.size(), plot.canvas.backgroundBrush().color()) == before


def test_an_svg_has_texts_and_keeps_what_is_zoomed_away_out(plots, save_as) -> None:
    target = save_as("profile.svg")
    plots.plot("profile").save_picture()
    text = target.read_text(encoding="utf-8")
    assert QSvgRenderer(str(target)).isValid()
    for words in ("Profile", "Linear 12", "gradient norm ‖∂L/∂W‖₂", "clipPath", "last 50"):
        assert words in text
    plots.plot("profile").band_switch.setChecked(False)
    plots.plot("profile").save_picture()
    assert "last 50" not in target.read_text(encoding="utf-8")


def test_a_name_without_an_ending_gets_that_of_the_chosen_kind(plots, save_as) -> None:
    target = save_as("map", "SVG drawings (*.svg)")
    plots.flow.save_picture()
    assert QSvgRenderer(str(target) + ".svg").isValid()


def test_a_copied_picture_is_the_saved_one(plots, save_as) -> None:
    target = save_as("map.png")
    plots.flow.save_picture()
    plots.flow.copy_picture()
    copied = QGuiApplication.clipboard().image()
    saved = QImage(str(target))
    assert copied.convertToFormat(saved.format()).constBits() == saved.constBits()


def test_the_map_has_a_row_for_each_layer_and_a_column_for_each_step(plots) -> None:
    flow = plots.flow._snapshot.flow
    head, *body = rows(plots.flow.values().csv())
    assert head[0].startswith("gradient norm")
    assert head[1:] == [str(step) for step in range(60)]
    assert [row[0] for row in body] == [f"Linear {i}" for i in range(1, 13)]
    np.testing.assert_array_equal(np.array([row[1:] for row in body], np.float32), flow.mean)


def test_only_what_is_in_sight_is_saved(plots) -> None:
    plots.flow.show_rows(1.5, 4.5)
    plots.flow.show_steps(9.5, 20.5)
    head, *body = rows(plots.flow.values().csv())
    assert head[1:] == [str(step) for step in range(10, 21)]
    assert [row[0] for row in body] == ["Linear 3", "Linear 4", "Linear 5"]
    plots.plot("profile").show_rows(1.5, 4.5)
    assert len(rows(plots.plot("profile").values().csv())) == 4
    learning = plots.plot("curves.learning")
    learning.show_steps(9.5, 20.5)
    assert [row[0] for row in rows(learning.values().csv())[1:]] == [str(step) for step in range(10, 21)]


def test_the_profile_has_the_shown_step(plots) -> None:
    profile = plots.plot("profile")._snapshot.profile
    head, *body = rows(plots.plot("profile").values().csv())
    assert head[1] == "gradient norm ‖∂L/∂W‖₂ at step 50"
    assert head[2:] == ["smallest of the last 50 steps", "largest of the last 50 steps", "after clipping"]
    for at, wanted in ((1, profile.values), (2, profile.band_low), (4, profile.clipped)):
        np.testing.assert_array_equal(np.array([row[at] for row in body], np.float32), wanted)


def test_curves_have_a_column_for_each_line_that_is_shown(plots) -> None:
    learning = plots.plot("curves.learning")
    head, *body = rows(learning.values().csv())
    lines = ["training: loss", "validation: loss", "training: accuracy", "validation: accuracy"]
    assert head == ["step", *lines]
    measured = set(learning._snapshot.curves["val_loss"][0].tolist())
    assert 1 < len(measured) < 20
    assert [bool(row[2]) for row in body] == [step in measured for step in range(60)]
    learning.switches["validation"].setChecked(False)
    assert rows(learning.values().csv())[0] == ["step", "training: loss", "training: accuracy"]


def test_a_figure_has_the_whole_name_where_tabs_shorten_it(plots, save_as) -> None:
    target = save_as("loss.svg")
    plots.plot("curves.learning").save_picture()
    assert "Loss and accuracy" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize("key", ["curves.learning", "profile"])
def test_symbols_are_shapes_and_on_the_screen_as_before(plots, save_as, key) -> None:
    view = plots.plot(key)
    before = view.grab().toImage()
    target = save_as("plot.svg")
    view.save_picture()
    assert "<image" not in target.read_text(encoding="utf-8")
    assert view.grab().toImage() == before


def test_a_power_axis_gives_the_numbers_and_not_their_logarithms(plots) -> None:
    plots.show_plot("curves.clipping")
    body = rows(plots.plot("curves.clipping").values().csv())
    place = body[0].index("before: ‖∂L/∂W‖₂")
    assert [row[place] for row in body[3:6]] == ["2.0", "0.0", "2.0"]


def test_a_long_run_has_the_spread_that_is_drawn(window, snapshot) -> None:
    window.plots.show_snapshot(snapshot(steps=1100, columns=200))
    learning = window.plots.plot("curves.learning")
    head, *body = rows(learning.values().csv())
    assert head[0] == "first of up to 8 steps"
    assert head[1:4] == ["training: loss (mean)", "training: loss (smallest)", "training: loss (largest)"]
    first = [float(text) for text in body[0][1:4]]
    assert first[1] < first[0] < first[2]


def test_histograms_have_bounds_and_entries(plots) -> None:
    view = plots.plot("histograms")
    head, *body = rows(view.values().csv())
    assert head[2:] == ["weights and biases at step 40: entries", "gradients at step 40: entries"]
    assert sum(int(row[2]) for row in body) == view.weights.counts.sum()
    zero = next(row for row in body if row[:2] == ["0.0", "0.0"])
    assert zero[3] == "160"
    assert view.full_title() == "Histograms of Linear 7"


def test_values_go_to_the_clipboard_tab_separated_and_to_a_file(plots, save_as) -> None:
    target = save_as("profile", "Comma separated values (*.csv)")
    plots.plot("profile").copy_values()
    plots.plot("profile").save_values()
    copied = QGuiApplication.clipboard().text()
    assert copied.splitlines()[1].startswith("Linear 1\t")
    written = target.with_suffix(".csv").read_bytes().decode("utf-8")
    assert written == copied.replace("\t", ",")


def test_values_are_offered_where_there_are_some(window, plots) -> None:
    for frame, wanted in ((plots.flow, True), (plots.plot("curves.learning"), True)):
        frame._on_menu()
        assert all(action.isVisible() is wanted for action in frame._value_actions)
    plots.show_layers(["Linear 1"], 100)
    for frame in plots.plots:
        frame._on_menu()
        assert not any(action.isVisible() for action in frame._value_actions)
        frame.copy_values()


def test_a_folder_that_cannot_be_written_is_named(plots, save_as, monkeypatch) -> None:
    told = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *args: told.append(args[-1]))
    for name in ("x.png", "x.svg"):
        save_as(f"none/{name}")
        plots.flow.save_picture()
    save_as("none/x.csv")
    plots.flow.save_values()
    assert len(told) == 3
    assert all("none" in text for text in told)
