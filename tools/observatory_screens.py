"""The screens of plots that stand behind tabs, at 5, 50 and 1,000 layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import passing_runs  # the tests' own
import recorded_runs
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QWidget
from screen_stage import NORMAL, Prepare, ready, run, settle, show

from gradviz.control.engine_state import RunChange
from gradviz.control.run_entry import RunEntry
from gradviz.records.layer import LayerInfo
from gradviz.records.parts import LayerParts, PartKind
from gradviz.records.writer import RunWriter
from gradviz.views.layer_table.cells import Cell
from gradviz.views.main_window import MainWindow
from gradviz.views.plots.plot_area import PlotArea

SIZES = (5, 50, 1000)
_NETWORKS = {
    5: (("Linear", "ReLU"), 0.72, 0),
    50: (("Linear", "BatchNorm1d", "ReLU"), 0.45, 12),
    1000: (("Linear", "Sigmoid"), 0.22, 0),
}
"""Layers: the kinds they repeat, the slope of an activation, residual blocks."""


def observatory_screens(state: Path) -> Iterator[tuple[str, Prepare, QSize]]:
    """Name, preparation and size of each."""
    for layers in SIZES:
        steps = 300 if layers == 1000 else 1000
        entry = run(state, f"observed-{layers}", layers=layers, steps=steps, zero_rows=1)
        eventful = run(state, f"eventful-{layers}", **_eventful(layers, steps))
        yield f"plots-{layers}", _at(eventful, steps * 7 // 10, _marked), NORMAL
        yield f"plots-clipping-{layers}", _at(eventful, steps * 7 // 10, _family("clipping")), NORMAL
        yield f"plots-rates-{layers}", _at(eventful, steps * 7 // 10, _family("rates")), NORMAL
        yield f"histograms-{layers}", _at(entry, steps * 7 // 10, _selected), NORMAL
        yield f"table-{layers}", _at(entry, steps * 7 // 10, _table), NORMAL
        yield f"updates-{layers}", _at(entry, steps * 7 // 10, _updates), NORMAL
        yield f"histogram-map-{layers}", _at(entry, steps * 7 // 10, _map), NORMAL
    for layers, (kinds, slope, blocks) in _NETWORKS.items():
        entry = _passed(state, layers, kinds, slope, blocks)
        yield f"chain-{layers}", _at(entry, 210, _tab("chain")), NORMAL
        yield f"activations-{layers}", _at(entry, 210, _tab("activations")), NORMAL
        yield f"chosen-chain-{layers}", _at(entry, 210, partial(_chosen, tab="chain")), NORMAL
    for layers in SIZES:
        entry = run(
            state, f"observed-{layers}", layers=layers, steps=300 if layers == 1000 else 1000, zero_rows=1
        )
        for tab in ("profile", "layers", "curves.updates"):
            yield f"chosen-{tab}-{layers}", _at(entry, 210, partial(_chosen, tab=tab)), NORMAL
    yield "chosen-diagram", _chosen_in_diagram, NORMAL
    for length in SIZES:
        yield f"time-{length}", _at(_recurrent(state, length), 210, _tab("time")), NORMAL
    for layers in SIZES:
        yield f"compared-{layers}", partial(_compared, layers=layers, runs=3), NORMAL
        for key in ("chain", "activations", "updates"):
            yield f"compared-{key}-{layers}", partial(_compared, layers=layers, runs=3, tab=key), NORMAL
    for key in ("flow", "profile", "curves.learning", "curves.updates", "chain"):
        yield f"figure-{key}", partial(_figure, key=key), NORMAL
    yield "event-last", _at(run(state, "eventful-5", **_eventful(5, 1000)), 999, _no_later_event), NORMAL
    yield "compared-8", partial(_compared, layers=21, runs=8), NORMAL
    yield "compared-longer", partial(_compared, layers=21, runs=3, stopped=203), NORMAL
    yield "compared-list", partial(_compared, layers=21, runs=4, opened=True), NORMAL
    yield "compared-difference", partial(_compared, layers=21, runs=3, difference=True), NORMAL
    yield "compared-difference-1000", partial(_compared, layers=1000, runs=2, difference=True), NORMAL
    for name, key, parts in (
        ("gates", "curves.gates", (LayerParts(layer=2, kind=PartKind.GATE, names=("i", "f", "g", "o")),)),
        *((f"heads-{count}", "curves.heads", _attention(count)) for count in (4, 16, 32)),
    ):
        entry = run(state, name, layers=5, steps=1000, parts=parts)
        yield name, _at(entry, 700, partial(PlotArea.show_plot, key=key)), NORMAL
    still = [(0, "frozen", "Linear 3", {}), (400, "unfrozen", "Linear 3", {})]
    frozen = run(state, "frozen", layers=12, steps=1000, zero_rows=3, events=still)
    yield "updates-frozen", _at(frozen, 250, _updates), NORMAL
    broken = run(state, "diverged", steps=300, non_finite_from=240)
    yield "histogram-map-diverged", _at(broken, 232, _map), NORMAL
    for every in (333, 999):
        entry = run(state, f"seldom-{every}", layers=8, steps=1000, every=every)
        yield f"seldom-updates-{every}", _at(entry, 700, _family("updates")), NORMAL
        yield f"seldom-map-{every}", _at(entry, 700, _map), NORMAL
    yield "compared-ratios", partial(_compared, layers=5, runs=3, tab="curves.updates"), NORMAL
    film = run(state, "finished", steps=1000)
    yield "table-enlarged", _at(film, 700, _enlarged), NORMAL
    yield "film", _playing(film), NORMAL
    yield "before-regression", _before_regression, NORMAL
    yield "table-sorted", _at(broken, 232, _sorted), NORMAL


def _before_regression(shown: MainWindow) -> QWidget:
    """Numbers are to be learnt: no accuracy is to come."""
    shown.document.open("example:long-memory-lstm")
    ready(shown)
    settle()
    return shown


def _attention(heads: int) -> tuple[LayerParts, ...]:
    names = tuple(f"head {number}" for number in range(1, heads + 1))
    return (
        LayerParts(layer=2, kind=PartKind.PROJECTION, names=("q", "k", "v")),
        LayerParts(layer=2, kind=PartKind.HEAD, names=names),
    )


def _at(entry: RunEntry, step: int, look: Callable[[PlotArea], None]) -> Prepare:
    """A recorded run, looked back at in some way."""

    def prepare(shown: MainWindow) -> QWidget:
        ready(shown)
        show(shown, entry)
        settle()
        shown.runs.clock.set_cursor(step)
        shown.wiring.selection.select_row(2)
        settle()
        if shown.plots is not None:
            look(shown.plots)
        return shown

    return prepare


def _playing(entry: RunEntry) -> Prepare:
    """A run in the middle of its film."""

    def prepare(shown: MainWindow) -> QWidget:
        ready(shown)
        show(shown, entry)
        settle()
        shown.runs.clock.set_cursor(350)
        settle()
        shown.runs.playback.play()
        return shown

    return prepare


def _passed(state: Path, layers: int, kinds: Sequence[str], slope: float, blocks: int) -> RunEntry:
    """A run with gains and statistics of outputs; blocks are of as many layers as there are kinds."""
    network = passing_runs.network(layers, kinds)
    detail = passing_runs.block_event(blocks, len(kinds))

    def passing(writer: RunWriter, step: int) -> None:
        passing_runs.sample_passing(writer, step, network, blocks=blocks, slope=slope)

    return run(
        state,
        f"passed-{layers}",
        network=network,
        steps=300,
        passing=passing,
        events=[(0, "blocks", None, detail)] if blocks else [],
    )


def _pass(writer: RunWriter, step: int, *, network: Sequence[LayerInfo], slope: float) -> None:
    """What is measured while a batch passes through that network."""
    passing_runs.sample_passing(writer, step, network, slope=slope)


def _recurrent(state: Path, length: int) -> RunEntry:
    """Two LSTMs and a Linear on sequences of that length; the second one's gradient vanishes."""
    network = tuple(
        replace(layer, parameters=9, output_shape=(length, 8))
        for layer in passing_runs.network(3, ("LSTM", "LSTM", "Linear"))
    )
    t = np.arange(length)

    def passing(writer: RunWriter, step: int) -> None:
        for at, decades in enumerate((2.0, 14.0)):
            course = decades * (t - length) / length
            for state_of, slower in (("h", 1.0), ("c", 0.6)):
                norms = (10 ** (slower * course + 0.1 * np.sin(t / 3))).astype(np.float32)
                if at and state_of == "h":
                    norms[: length // 10] = 0
                writer.sample(f"time_gradient_{state_of}", step, norms, layer=network[at].index)

    return run(state, f"recurrent-{length}", network=network, steps=300, passing=passing)


def _tab(key: str) -> Callable[[PlotArea], None]:
    return lambda plots: plots.show_plot(key)


def _compared(
    shown: MainWindow,
    *,
    layers: int,
    runs: int,
    difference: bool = False,
    opened: bool = False,
    tab: str = "profile",
    stopped: int = 0,
) -> QWidget:
    """The last run of a session with the others beside it; each vanishes less than the one before.

    The last one may have `stopped` after so many steps.

    Behind another tab than the profile the first one has half as many layers.
    """
    ready(shown)
    document = shown.document
    for number in range(runs):
        request = document.new_run()
        network: tuple[LayerInfo, ...] = ()
        if tab != "profile":
            network = passing_runs.network(layers if number else max(layers // 2, 3), _NETWORKS[layers][0])
        steps = (300 if layers == 1000 else 1000) - 100 * (number % 2)
        is_last = number == runs - 1
        status = recorded_runs.record(
            request.store,
            run_id=request.run_id,
            layers=layers,
            steps=steps,
            done=stopped if stopped and is_last else None,
            weakest=-12 + 8 * number / max(runs - 1, 1),
            speed=1 + number / 2,
            network=network,
            passing=partial(_pass, network=network, slope=0.4 + 0.12 * number) if network else None,
        )
        document.on_run_changed(RunChange(run_id=request.run_id, store=request.store, status=status))
    *others, last = document.runs
    for other in others:
        shown.runs.comparison.set_compared(other.id, on=True)
    shown.runs.show_run(last)
    settle()
    if shown.plots is not None:
        shown.plots.show_plot(tab)
    if difference and shown.plots is not None:
        shown.plots.flow.difference.click()
    settle()
    if opened:
        shown.time_bar.runs.showPopup()
        settle()
        return shown.time_bar.runs.view().window()
    return shown


def _figure(shown: MainWindow, *, key: str) -> QWidget:
    """What is saved as a picture of a plot: compared runs, marked steps, layers beside the selected one."""
    tab = "profile" if key == "flow" else key
    _compared(shown, layers=50, runs=4, difference=key == "flow", tab=tab)
    plots, paper = shown.plots, QLabel()
    if plots is not None:
        shown.document.rename_run(shown.document.runs[0].id, "sigmoid, width 256")
        shown.runs.clock.set_cursor(950)
        settle()
        _marked(plots)
        plots.layers_selected.emit(tuple(range(12)))
        settle()
        picture = QPixmap.fromImage(plots.plot(key).picture())
        picture.setDevicePixelRatio(1)  # each of its pixels is to be seen
        paper.setPixmap(picture)
        paper.setFixedSize(picture.size())
    paper.show()
    return paper


def _no_later_event(plots: PlotArea) -> None:
    """What is said where there is none to go to."""
    window = plots.window()
    if isinstance(window, MainWindow):
        window.actions_by_key["view.next_event"].trigger()


def _eventful(layers: int, steps: int) -> dict[str, Any]:
    """A run in which much happens, and whose last steps are not finite."""
    random = np.random.default_rng(3)
    spikes = [(int(step), "spike", "Linear 2", {"factor": 12.0}) for step in random.integers(0, steps, 40)]
    frozen = [(steps // 5, "frozen", "Linear 3", {}), (steps // 3, "unfrozen", "Linear 3", {})]
    return {
        "layers": layers,
        "steps": steps,
        "clipped": True,
        "zero_rows": 1,
        "non_finite_from": steps - steps // 10,
        "numbers": {
            "clipped": lambda step: float(step % 190 < 40),
            "clip_factor": lambda step: 0.3 if step % 190 < 40 else 1.0,
            "clip_angle": lambda step: 4.0 * (step % 190 < 40),
            "global_norm": lambda step: 2.0 if step % 190 < 40 else 0.5,
            "global_norm_clipped": lambda step: 1.0 if step % 190 < 40 else 0.5,
            "learning_rate": lambda step: 0.1 * 0.99 ** (step // 20),
        },
        "events": [*spikes, *frozen, (steps // 2, "skipped_step", None, {"loss_scale": 65536.0})],
    }


def _marked(plots: PlotArea) -> None:
    """Two steps marked, beside the shown one."""
    window = plots.window()
    if isinstance(window, MainWindow):
        shown = window.runs.clock.cursor or 0
        for step in (shown // 8, shown // 2):
            window.runs.clock.set_cursor(step)
            settle()
            window.actions_by_key["view.mark"].trigger()
        window.runs.clock.set_cursor(shown)
        settle()


def _family(key: str) -> Callable[[PlotArea], None]:
    return lambda plots: plots.show_plot(f"curves.{key}")


def _chosen(plots: PlotArea, tab: str) -> None:
    """Three layers selected, two of them neighbours."""
    plots.show_plot(tab)
    snapshot = plots.ensemble.snapshot
    last = 0 if snapshot is None else len(snapshot.run.measured) - 1
    plots.layers_selected.emit((0, last // 2, last // 2 + 1))
    settle()


def _chosen_in_diagram(shown: MainWindow) -> QWidget:
    """The first layer of a Repeat and the last of the network, in the diagram, before a run."""
    ready(shown)
    settle()
    shown.actions_by_key["view.diagram"].setChecked(True)
    shown.wiring.selection.select_rows((20, 0))
    settle()
    return shown


def _selected(plots: PlotArea) -> None:
    plots.layer_selected.emit(0)
    settle()


def _table(plots: PlotArea) -> None:
    plots.show_plot("layers")
    if plots.plot("layers").model.is_folding:
        plots.plot("layers").model.unfold_row(plots.plot("layers").model.rows[0], unfolded=True)


def _updates(plots: PlotArea) -> None:
    plots.show_plot("updates")
    plots.show_plot("curves.updates")
    settle()


def _map(plots: PlotArea) -> None:
    plots.show_plot("map")
    plots.layer_selected.emit(0)
    settle()


def _sorted(plots: PlotArea) -> None:
    plots.show_plot("layers")
    plots.plot("layers").table.header().setSortIndicator(Cell.GRADIENT, Qt.SortOrder.DescendingOrder)


def _enlarged(plots: PlotArea) -> None:
    plots.show_plot("layers")
    plots.plot("layers").enlarge_wanted.emit()
    settle()
