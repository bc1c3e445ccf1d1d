"""Which signal goes where between the window's parts. All of it is here, so that it can be read at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject

from gradviz.control.engine_state import EngineState, EngineStatus, Expanded, InspectionReply
from gradviz.control.going_on import checkpoint_words
from gradviz.control.kept_folds import KeptFolds
from gradviz.control.run_entry import RunEntry
from gradviz.spec.json_codec import to_raw
from gradviz.views.actions import CONTEXT, TABLE, set_reason
from gradviz.views.diagram.diagram_conductor import DiagramConductor
from gradviz.views.film_conductor import FilmConductor
from gradviz.views.fold_keeper import FoldKeeper
from gradviz.views.layer_selection import LayerSelection
from gradviz.views.mark_conductor import MarkConductor
from gradviz.views.message_strip import Tone
from gradviz.views.plot_keys import PlotKeys
from gradviz.views.shown_run_conductor import ShownRunConductor
from gradviz.views.throttle import Throttle

if TYPE_CHECKING:
    from gradviz.records.snapshot import Snapshot
    from gradviz.spec.experiment import ExperimentSpec, Path
    from gradviz.views.main_window import MainWindow
    from gradviz.views.plots.plot_area import PlotArea


_EMPTY_PLOTS_MS = 200
"""Plots without a run follow the edited network no faster: painting them takes longer than an edit."""


class WindowWiring(QObject):
    """Connects a main window's parts."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._entry: RunEntry | None = None
        self._run_shown: str | None = None
        self._inspected_well = False
        self._show_empty_soon = Throttle(self._show_empty_if_empty, _EMPTY_PLOTS_MS, self)
        self._expanding: tuple[int, ExperimentSpec | None] = (0, None)
        self.selection = LayerSelection(self)
        self._shown_run = ShownRunConductor(window, self)
        self._connect_files()
        self._connect_runs()
        self._connect_engine()
        self._connect_layers()
        self._on_title()
        self._on_engine(window.host.status)

    def connect_plots(self, plots: PlotArea) -> None:
        """The plots have come."""
        window = self._window
        plots.layer_selected.connect(self.selection.select_row)
        plots.layers_selected.connect(self.selection.select_rows)
        plots.cursor_moved.connect(window.runs.clock.set_cursor)
        plots.steps_zoomed.connect(self._on_zoomed)
        plots.wanted_changed.connect(window.runs.clock.set_wanted)
        plots.difference_changed.connect(window.runs.comparison.set_difference)
        self._marking.offer(plots)
        window.runs.comparison.changed.connect(plots.show_compared)
        plots.ensemble.reach_changed.connect(self._show_time)
        plots.columns_changed.connect(window.runs.clock.set_columns)
        plots.plot_made.connect(window.order_tabs_soon)
        PlotKeys(plots, self.selection, window.time_bar.track)
        plots.arranging.sight_changed.connect(window.tell_visible)
        close = window.actions_by_key["view.close_plot"]
        close.triggered.connect(window.arrangements.close_focused)
        plots.addAction(close)
        self.selection.rows_changed.connect(plots.select_layers)
        snapshot = window.runs.clock.snapshot
        if snapshot is None:
            self._show_empty()
        else:
            self._expect_text(snapshot)
            plots.show_snapshot(snapshot)
        plots.select_layers(self.selection.rows)
        plots.show_compared(window.runs.comparison.runs)
        self._shown_run.name_in_plots()
        self._connect_diagram(plots)

    def _connect_diagram(self, plots: PlotArea) -> None:
        window = self._window
        kept = KeptFolds(window.document, plots)
        FoldKeeper(kept, plots.ensemble, plots)
        diagram = DiagramConductor(window.document, self.selection, plots, window.settings, plots, kept=kept)
        action = window.actions_by_key["view.diagram"]
        window.host.inspected.connect(diagram.set_inspection)
        action.toggled.connect(diagram.show)
        plots.diagram_wanted.connect(action.setChecked)
        action.setChecked(diagram.is_remembered)

    def _connect_files(self) -> None:
        window, document = self._window, self._window.document
        actions, files = window.actions_by_key, window.files
        for key, method in (
            ("file.new", files.new),
            ("file.open", files.open),
            ("file.save", files.save),
            ("file.save_as", files.save_as),
            ("file.import_model", window.code.import_model),
            ("file.export_pytorch", partial(window.code.export, "pytorch")),
            ("file.export_keras", partial(window.code.export, "keras")),
            ("file.quit", window.close),
            ("edit.undo", document.undo_stack.undo),
            ("edit.redo", document.undo_stack.redo),
        ):
            actions[key].triggered.connect(method)
        for key, signal, enabled in (
            ("edit.undo", document.undo_stack.canUndoChanged, document.undo_stack.canUndo()),
            ("edit.redo", document.undo_stack.canRedoChanged, document.undo_stack.canRedo()),
        ):
            actions[key].setEnabled(enabled)
            signal.connect(actions[key].setEnabled)
        document.undo_stack.undoTextChanged.connect(self._on_undo_text)
        document.undo_stack.redoTextChanged.connect(self._on_redo_text)
        document.path_changed.connect(self._on_title)
        document.dirty_changed.connect(self._on_title)
        document.experiment_changed.connect(self._on_title)
        document.draft_failed.connect(self._on_trouble)
        actions["view.left"].setChecked(True)
        actions["view.left"].toggled.connect(window.left.setVisible)
        actions["view.log"].toggled.connect(window.show_log)
        actions["view.full_screen"].toggled.connect(window.fill_screen)
        window.log.hidden.connect(self._on_log_hidden)

    def _connect_runs(self) -> None:
        window, runs = self._window, self._window.runs
        for key, method in (
            ("run.train", runs.train),
            ("run.continue", runs.go_on),
            ("run.pause", runs.pause_or_resume),
            ("run.step", runs.step),
            ("run.stop", runs.stop),
            ("run.reset", runs.reset),
            ("run.restart", window.host.restart),
            ("view.live", self._go_live),
            ("view.play", runs.playback.toggle),
            ("view.next_event", window.time_bar.go_to_next_event),
            ("view.previous_event", window.time_bar.go_to_previous_event),
        ):
            window.actions_by_key[key].triggered.connect(method)
        runs.progressed.connect(window.toolbar.show_progress)
        runs.shown_changed.connect(self._on_shown)
        runs.run_started.connect(window.strip.hide)
        runs.run_ended.connect(window.messages.on_ended)
        runs.run_failed.connect(self._on_trouble)
        runs.clock.refreshed.connect(self._on_refreshed)
        runs.clock.failed.connect(self._on_unreadable)
        window.document.runs_changed.connect(self._on_runs)
        window.time_bar.cursor_moved.connect(runs.clock.set_cursor)
        FilmConductor(window.time_bar.film, runs.playback, window.settings, self)
        keys = ("run.replay", "view.next_event", "view.previous_event", "view.mark", "view.unmark")
        window.time_bar.track.offer([window.actions_by_key[key] for key in keys])
        self._marking = MarkConductor(runs.marked, runs.clock, window.actions_by_key, self)
        window.time_bar.events_there.connect(self._on_events_there)
        self._on_events_there(there=False)
        window.time_bar.run_chosen.connect(self._on_run_chosen)
        window.time_bar.runs.compare_wanted.connect(runs.comparison.set_compared)
        runs.comparison.choice_changed.connect(self._on_compared)
        window.toolbar.device_chosen.connect(runs.choose_device)
        window.left.training.rate_changed.connect(runs.set_rate)
        window.toolbar.show_checkpoints(checkpoint_words(window.document.experiment))
        self._on_shown(None)

    def _connect_engine(self) -> None:
        window, host = self._window, self._window.host
        host.engine_changed.connect(window.document.on_engine_changed)
        host.engine_changed.connect(self._on_engine)
        host.run_changed.connect(window.document.on_run_changed)
        host.logged.connect(window.log.add)
        host.inspected.connect(window.layer_model.set_inspection)
        host.inspected.connect(self._on_inspected)
        window.document.problems_changed.connect(self._sync_toolbar)
        window.document.experiment_changed.connect(self._on_experiment)

    def _connect_layers(self) -> None:
        builder = self._window.left.builder
        imported = self._window.left.imported
        imported.layer_selected.connect(self.selection.select_path)
        self.selection.path_changed.connect(imported.select)
        self.selection.paths_changed.connect(imported.select_several)
        imported.layers_selected.connect(self.selection.select_paths)
        builder.layer_selected.connect(self.selection.select_path)
        builder.layers_selected.connect(self.selection.select_paths)
        builder.expand_wanted.connect(self._on_expand_wanted)
        self._window.host.expanded.connect(self._on_expanded)
        self.selection.path_changed.connect(builder.select)
        self.selection.paths_changed.connect(builder.select_several)
        self.selection.row_changed.connect(self._window.runs.clock.set_layer)
        self.selection.row_changed.connect(self._window.host.focus)
        self.selection.row_changed.connect(self._on_row)
        self._window.runs.place.layer_wanted.connect(self.selection.prefer)

    def _on_row(self, _row: int | None) -> None:
        self._window.runs.place.layer = self.selection.name

    def _on_engine(self, status: EngineStatus) -> None:
        window = self._window
        self._sync_toolbar()
        window.toolbar.show_devices(status.devices, window.document.experiment.training.device)
        window.left.training.set_training(is_training=status.is_training)
        window.help.set_status(status)
        if status.state in {EngineState.RESTARTING, EngineState.FAILED} and status.text:
            restart = window.actions_by_key["run.restart"]
            failed = status.state is EngineState.FAILED
            window.strip.say(
                Tone.ERROR,
                status.text,
                self.tr("Restart") if failed else "",
                restart.trigger if failed else None,
            )

    def _sync_toolbar(self, *_unused: object) -> None:
        window = self._window
        can_train = self._inspected_well and not window.document.problems
        window.toolbar.show_status(window.host.status, can_train=can_train)
        self._sync_continue()

    def _sync_continue(self) -> None:
        action, info = self._window.actions_by_key["run.continue"], TABLE["run.continue"]
        words = checkpoint_words(self._window.document.experiment)
        tip = f"{QCoreApplication.translate(CONTEXT, info.tip)}\n{words}"
        if action.property("tip") != tip:
            action.setProperty("tip", tip)
            action.setProperty("reason", None)
        set_reason(action, self._window.runs.why_not_go_on())

    def _on_inspected(self, reply: InspectionReply) -> None:
        found = reply.inspection
        self._inspected_well = found is not None and not found.problems
        self._window.left.show_inspection(reply)
        self._sync_toolbar()
        if self._entry is None:
            self._show_empty_soon()

    def _on_experiment(self, _experiment: object) -> None:
        window = self._window
        window.toolbar.show_devices(window.host.status.devices, window.document.experiment.training.device)
        window.toolbar.show_checkpoints(checkpoint_words(window.document.experiment))
        self._sync_continue()

    def _on_title(self, *_unused: object) -> None:
        document = self._window.document
        path = document.path
        self._window.setWindowTitle(f"{document.title}[*] — gradviz")
        self._window.setWindowFilePath(str(path) if isinstance(path, FilePath) else "")
        self._window.setWindowModified(document.is_dirty)

    def _on_shown(self, entry: RunEntry | None) -> None:
        self._entry = entry
        self._shown_run.show_run(entry)
        self._run_shown = None
        self._window.thresholds.show_run(entry)
        self._window.replays.show_run(entry)
        self._window.messages.show_run(entry)
        if self._window.runs.is_blank(entry):
            self._show_empty()
        self._on_runs()

    def _on_runs(self) -> None:
        window = self._window
        shown = self._entry.id if self._entry else None
        window.time_bar.show_runs(window.document.runs, shown)
        self._on_compared()
        self._shown_run.refresh()
        self._sync_continue()

    def _on_compared(self) -> None:
        self._window.time_bar.runs.show_compared(self._window.runs.comparison.chosen)

    def _on_run_chosen(self, run_id: str | None) -> None:
        self._window.runs.show_run(self._window.document.run(run_id) if run_id else None)

    def _on_refreshed(self, snapshot: Snapshot | None) -> None:
        if snapshot is None:
            return
        window = self._window
        if snapshot.run.id != self._run_shown:
            self._run_shown = snapshot.run.id
            self.selection.set_layers(snapshot.run.measured)
            self._expect_text(snapshot)
        if window.plots is not None:
            window.plots.show_snapshot(snapshot)
        self._show_time()
        window.left.training.show_cost(snapshot.measuring_cost)

    def _show_time(self) -> None:
        window, shot = self._window, self._window.runs.clock.snapshot
        if shot is not None:
            axes = window.runs.comparison if window.plots is None else window.plots.ensemble
            window.time_bar.show_snapshot(shot, axes.end_of_axes(shot))

    def _expect_text(self, snapshot: Snapshot) -> None:
        """The engine has said of the edited experiment's data whether a language model learns from them."""
        window = self._window
        inspection = window.layer_model.inspection
        data = inspection.data if inspection is not None else None
        same = snapshot.run.experiment.get("data") == to_raw(window.document.experiment).get("data")
        if window.plots is not None and data is not None and data.is_language_model and same:
            window.plots.expect_text(snapshot.run.id)

    def _on_expand_wanted(self, path: Path) -> None:
        experiment = self._window.document.experiment
        self._expanding = (self._window.host.ask_expand(experiment, path), experiment)

    def _on_expanded(self, answer: Expanded) -> None:
        builder, (number, experiment) = self._window.left.builder, self._expanding
        if answer.id != number:
            return
        if answer.error:
            builder.refuse(answer.error)
        elif experiment is self._window.document.experiment:
            builder.operations.take_expanded(answer.path, answer.layers)
        else:
            builder.refuse(self.tr("The layers have changed meanwhile: ungroup the block again."))

    def _on_undo_text(self, text: str) -> None:
        word = self.tr("Undo {0}").format(text[:1].lower() + text[1:]) if text else self.tr("Undo")
        self._window.actions_by_key["edit.undo"].setText(word)

    def _on_redo_text(self, text: str) -> None:
        word = self.tr("Redo {0}").format(text[:1].lower() + text[1:]) if text else self.tr("Redo")
        self._window.actions_by_key["edit.redo"].setText(word)

    def _on_trouble(self, text: str) -> None:
        self._window.strip.say(Tone.ERROR, text)

    def _on_unreadable(self, _text: str) -> None:
        """What is shown belongs to the shown run: of one that cannot be read that is nothing."""
        if self._run_shown is None:
            self._show_empty()

    def _on_zoomed(self, steps: tuple[float, float] | None) -> None:
        clock = self._window.runs.clock
        if steps is None or clock.snapshot is None:
            clock.clear_view()
        else:
            first = max(0, int(steps[0]))
            clock.set_view(first, max(first, int(steps[1]) + 1))

    def _on_log_hidden(self) -> None:
        self._window.actions_by_key["view.log"].setChecked(False)

    def _show_empty(self) -> None:
        window = self._window
        inspection = window.layer_model.inspection
        layers = tuple(layer for layer in inspection.layers if layer.parameters) if inspection else ()
        steps = window.document.experiment.training.steps or 0
        self.selection.set_layers(layers)
        window.time_bar.show_nothing(max(steps - 1, 1))
        window.left.training.show_cost(None)
        if window.plots is not None:
            names = [layer.name for layer in layers]
            accuracy = inspection is None or inspection.data is None or inspection.data.has_accuracy
            window.plots.show_layers(names, steps, layers, accuracy=accuracy)

    def _show_empty_if_empty(self) -> None:
        if self._entry is None:
            self._show_empty()

    def _go_live(self) -> None:
        self._window.runs.clock.set_cursor(None)

    def _on_events_there(self, there: bool) -> None:
        for key in ("view.next_event", "view.previous_event"):
            reason = "" if there else self.tr("There are no events.")
            set_reason(self._window.actions_by_key[key], reason)
