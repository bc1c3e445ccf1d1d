"""Every plot of the registry: it leaves the program as PNG, SVG, CSV and over the clipboard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import passing_runs
from PySide6.QtGui import QGuiApplication
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog
from time_gradients import gradient

from gradviz.records.reader import RunReader
from gradviz.records.snapshot import HISTORIES, take_snapshot
from gradviz.views.plots import figure
from gradviz.views.plots.registry import offers

NUMBERS = ("clip_factor", "clip_angle", "clipped", "global_norm", "learning_rate", "perplexity")


def test_it_is_written_in_every_form(window, run, tmp_path, monkeypatch) -> None:
    network = passing_runs.network(12)
    blocks = passing_runs.block_event(2, 2)
    entry = run(
        steps=60,
        network=network,
        clipped=True,
        numbers=dict.fromkeys(NUMBERS, lambda step: 0.5 + step / 100),
        events=[(0, "blocks", None, blocks), (20, "text_sample", None, {"prompt": "a", "text": "b\n,c"})],
        passing=lambda writer, step: passing_runs.sample_passing(writer, step, network, blocks=2),
    )
    with RunReader(entry.source) as reader:
        shot = take_snapshot(reader, cursor=50, layer=0, columns=400, view=None, wanted=frozenset(HISTORIES))
    shot = replace(shot, time_gradient=gradient(20), cursor=50)
    plots = window.plots
    plots.show_snapshot(shot)
    written = []
    for key in offers():
        if not plots.ensemble.has(key):
            continue
        plot = plots.plot(key)
        plots.show_plot(key)
        plot.show_snapshot(shot)
        plot.write_numbers(shot)
        values = plot.values()
        assert values is not None, key
        assert len(values.columns) > 1, key
        assert len(values.columns[0].cells) > 0, key
        plot.copy_values()
        assert QGuiApplication.clipboard().text() == values.tab_separated()
        for name in ("values.csv", "picture.png", "picture.svg"):
            target = tmp_path / f"{key}-{name}"
            monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, at=target: (str(at), ""))
            plot.save_values() if name == "values.csv" else plot.save_picture()
            assert target.stat().st_size > 10, target.name
        assert QSvgRenderer(figure.svg(plot)).isValid(), key
        plot.copy_picture()
        assert QGuiApplication.clipboard().image().size() == plot.picture().size()
        written.append(key)
    assert {"flow", "profile", "updates", "chain", "activations", "time", "histograms", "map", "text"} < {
        *written
    }
    assert len(written) >= 12


def test_it_says_what_it_shows(window) -> None:
    for key, offer in offers().items():
        assert offer.name, key
        assert offer.tip, key
    assert window.plots.plot("flow").full_title() == "Gradient flow"
    assert np.all([len(offer.tip) < 120 for offer in offers().values()])
