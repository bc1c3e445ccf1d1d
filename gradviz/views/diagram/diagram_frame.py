"""The diagram with its heading row, its key and its menu."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gradviz.records.frozen import frozen_at
from gradviz.records.layer import LayerInfo
from gradviz.records.snapshot import Snapshot
from gradviz.views.appearance import appearance
from gradviz.views.chosen_file import ask_where
from gradviz.views.diagram.diagram_view import DiagramView
from gradviz.views.diagram.export import save_whole
from gradviz.views.diagram.folds import Fold, Folds
from gradviz.views.diagram.legend import Legend
from gradviz.views.diagram.matching import rows_of_run
from gradviz.views.diagram.outline import Outline
from gradviz.views.number_format import count, significant
from gradviz.views.plots.titled_frame import TitledFrame
from gradviz.views.theme import Theme


class DiagramFrame(TitledFrame):
    """Shows the edited model, and what a snapshot of a run says about its layers."""

    flow_wanted = Signal()
    """The user wants the gradient flow in this place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        drawing = QWidget()
        self.view = DiagramView(drawing)
        self.legend = Legend(drawing)
        row = QHBoxLayout(drawing)
        row.setContentsMargins(0, 6, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.view, 1)
        row.addWidget(self.legend)
        super().__init__(drawing, "", parent)
        self.title.setText(self.tr("Diagram"))
        self._add_to_menu()
        self._flow = self.add_tab(
            self.tr("Gradient flow"),
            self.tr("Show the gradient flow and the other plots here again (F4)"),
            before=True,
        )
        self._flow.clicked.connect(self.flow_wanted)
        self._levels = (-6.0, 0.0)
        self._snapshot: Snapshot | None = None
        self._matched: tuple[tuple[LayerInfo, ...], tuple[LayerInfo, ...]] = ((), ())
        self._rows: tuple[int, ...] = ()
        self._is_fresh = True
        self.view.menu_wanted.connect(self._open_menu)
        self.view.reset_wanted.connect(self.reset_view)
        self.set_theme(appearance().theme)

    @property
    def rows(self) -> tuple[int, ...]:
        """For every measured layer that is drawn its row in the shown run, -1 for none; () without a run."""
        return self._rows

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self.view.set_theme(theme)
        self.legend.set_theme(theme)

    def set_levels(self, levels: tuple[float, float]) -> None:
        """Colour between the same powers of ten as the flow map."""
        self._levels = levels
        self.legend.set_levels(levels)
        self._colour(reads=True)

    def show_outline(self, outline: Outline, folds: Folds, *, fresh: bool) -> None:
        """Draw the model; `fresh` says that it is another one and not an edit of what was shown."""
        self._is_fresh = self._is_fresh or fresh
        self.view.show_outline(outline, folds)
        if self._is_fresh and outline.nodes:
            self._is_fresh = False
            self.view.show_start()
        self._match()
        self._colour(reads=True)

    def show_snapshot(self, snapshot: Snapshot, *, reads: bool = True) -> None:
        """Colour the layers; their numbers change only where `reads`, at the speed of reading."""
        self._snapshot = snapshot
        self._match()
        self._colour(reads=reads)

    def show_no_run(self) -> None:
        """No run is shown: the model without colours."""
        self._snapshot = None
        self._match()
        self._colour(reads=True)

    def reset_view(self) -> None:
        """All where that is legible, else the beginning; a second time, all of it."""
        before = self.view.camera
        self.view.show_start()
        if self.view.camera == before:
            self.view.show_all()

    def hide_pointer(self) -> None:
        """Take the hover card away."""
        self.view.card.hide()

    def save_whole(self) -> None:
        """Ask for a file and save all of the diagram there, as it is folded."""
        proposed = str(Path.home() / f"{self.title.text()}.svg")
        kinds = {".svg": self.tr("SVG drawings (*.svg)"), ".png": self.tr("PNG pictures (*.png)")}
        path = ask_where(self, self.tr("Save whole diagram"), proposed, kinds)
        if path is not None and not save_whole(self.view, self.legend, path):
            self.tell_not_written(str(path))

    def _match(self) -> None:
        """Find the drawn layers in the run, when either has changed."""
        shown = self.view.outline.measured
        run = self._snapshot.run.measured if self._snapshot is not None else ()
        if (shown, run) == self._matched and self._rows:
            return
        self._matched = (shown, run)
        self._rows = rows_of_run(shown, run) if self._snapshot is not None else ()
        self._say()

    def _say(self) -> None:
        """Say where the run is of another model."""
        view = self.view
        found = sum(1 for row in self._rows if row >= 0)
        if not view.outline.nodes:
            view.set_quiet_line(self.tr("The model has no layers yet: add one at the left"))
        elif self._snapshot is None or found == len(self._rows) == len(self._snapshot.run.measured):
            view.set_quiet_line("")
        elif found:
            text = self.tr("Edited since this run: {0} of {1} layers are still the same and coloured")
            view.set_quiet_line(text.format(count(found), count(len(self._rows))))
        else:
            view.set_quiet_line(self.tr("The shown run is of another model, so no layer is coloured"))

    def _colour(self, *, reads: bool) -> None:
        snapshot, view = self._snapshot, self.view
        if snapshot is None or snapshot.last_step < 0:
            view.colouring.clear(len(view.outline.measured))
            view.loss_text = ""
            self.remark.setText(self.tr("each layer’s gradient norm ‖∂L/∂W‖₂ as its colour"))
        else:
            profile = snapshot.profile
            names = [layer.name for layer in snapshot.run.measured]
            frozen = frozen_at(snapshot.events, names, profile.step)
            view.colouring.show(
                profile.values, self._rows, profile.step, self._levels, reads=reads, frozen=frozen
            )
            if reads:
                view.loss_text = _loss_text(snapshot)
                where = self.tr("at step {0}") if snapshot.exact else self.tr("at the nearest kept step {0}")
                self.remark.setText(f"‖∂L/∂W‖₂ {where.format(count(profile.step))}")
        view.viewport().update()

    def _add_to_menu(self) -> None:
        first = self.menu.actions()[1]
        for text, fold in ((self.tr("Unfold all"), Fold.ONCE), (self.tr("Fold all"), Fold.FOLDED)):
            action = QAction(text, self.menu)
            action.setData(fold)
            action.triggered.connect(self._on_fold_all)
            self.menu.insertAction(first, action)
        self.menu.insertSeparator(first)
        whole = QAction(self.tr("Save whole diagram…"), self.menu)
        whole.triggered.connect(self.save_whole)
        self.menu.addAction(whole)

    def _on_fold_all(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.view.fold_all(action.data())

    def _open_menu(self, place: QPoint) -> None:
        self.menu.popup(place)


def _loss_text(snapshot: Snapshot) -> str:
    """The training loss at the shown step, where that is drawn together with others, too."""
    loss = (snapshot.at_cursor or snapshot).numbers["train_loss"]
    at = int(np.searchsorted(loss.steps, snapshot.cursor, side="right")) - 1
    return significant(float(loss.mean[0, at])) if at >= 0 else ""
