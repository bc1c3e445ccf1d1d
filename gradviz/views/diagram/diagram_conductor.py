"""Keeps the diagram up to date: the edited model, its inspection, what is selected, the scale of the map.

The diagram is made when it is first asked for, so that starting the program does not pay for it; while it
is hidden nothing is laid out or drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from gradviz.control.engine_state import InspectionReply
from gradviz.control.layer_findings import layer_path, path_in, sentence
from gradviz.spec.experiment import ExperimentSpec, LayerSpec, Path
from gradviz.views.diagram.folds import Folds, carried_path, folds_of
from gradviz.views.diagram.outline import outline
from gradviz.views.layer_selection import LayerSelection, Place
from gradviz.views.picking import Pick, Rows, picked

if TYPE_CHECKING:
    from gradviz.control.kept_folds import KeptFolds
    from gradviz.control.session_document import SessionDocument
    from gradviz.control.settings import Settings
    from gradviz.records.layer import Inspection
    from gradviz.views.diagram.diagram_frame import DiagramFrame
    from gradviz.views.plots.plot_area import PlotArea

_SETTING = "plots/left"
_DIAGRAM, _FLOW = "diagram", "flow"
_KEY = "diagram"
"""Under which its folds are kept."""
_WAIT_MS = 120
"""How long an edit waits for the engine's answer, which mostly comes within 100 ms: one drawing for both."""


class DiagramConductor(QObject):
    """Shows and hides the diagram, and tells it what has changed."""

    def __init__(
        self,
        document: SessionDocument,
        selection: LayerSelection,
        plots: PlotArea,
        settings: Settings,
        parent: QObject,
        *,
        kept: KeptFolds,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._plots = plots
        self._settings = settings
        self._kept = kept
        self._folds = folds_of(kept.of(_KEY))
        self._inspection: Inspection | None = None
        self._found: dict[Path, str] = {}
        self._layers: tuple[LayerSpec, ...] = document.experiment.model.layers
        self._place: Place | None = None
        self._is_fresh = True
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_WAIT_MS)
        self._soon.timeout.connect(self._rebuild)
        document.experiment_replaced.connect(self._on_replaced)
        document.experiment_changed.connect(self._on_changed)
        document.catalogue_changed.connect(self._on_changed)
        document.problems_changed.connect(self._on_changed)
        document.saving.connect(self._on_saving)
        kept.reopened.connect(self._on_reopened)
        selection.place_changed.connect(self._on_place)
        selection.rows_changed.connect(self._on_rows)
        plots.flow.levels_changed.connect(self._on_levels)

    @property
    def is_remembered(self) -> bool:
        """Whether the diagram was shown when the program was last used."""
        return self._settings.text(_SETTING, _FLOW) == _DIAGRAM

    def set_inspection(self, reply: InspectionReply) -> None:
        """The engine has answered."""
        if reply.inspection is not None:
            self._inspection = reply.inspection
            self._found = {problem.path: problem.message for problem in reply.inspection.problems}
        else:
            self._found = {path_in(reply.where): reply.error}
        self._soon.stop()
        self._rebuild()

    def show(self, shown: bool) -> None:
        """Put the diagram in the place of the flow map and the curves, or those back."""
        if shown and self._plots.diagram is None:
            self._make()
        self._plots.show_diagram(shown=shown)
        self._settings.set_text(_SETTING, _DIAGRAM if shown else _FLOW)
        frame = self._plots.diagram
        if shown and frame is not None:
            self._rebuild()
            frame.view.setFocus()

    def _make(self) -> None:
        from gradviz.views.diagram.diagram_frame import DiagramFrame  # noqa: PLC0415 - when it is asked for

        frame = DiagramFrame(self._plots)
        frame.view.picked.connect(self._on_picked)
        frame.view.folded.connect(self._on_folded)
        levels = self._plots.flow.levels
        frame.set_levels((levels.low, levels.high))
        self._plots.add_diagram(frame)

    def _on_replaced(self, experiment: ExperimentSpec) -> None:
        """Another experiment: nothing that was known holds any more."""
        self._inspection, self._found = None, {}
        self._layers = experiment.model.layers
        self._place = None
        self._folds = Folds()
        self._is_fresh = True
        self._on_changed()

    def _on_reopened(self) -> None:
        self._folds = folds_of(self._kept.of(_KEY))

    def _on_folded(self, folds: Folds) -> None:
        self._folds = folds
        self._kept.keep(_KEY, folds.to_raw())

    def _on_saving(self) -> None:
        """Keep them by the paths of the model that is saved."""
        self._carry()
        if self._folds.chosen or self._kept.of(_KEY):
            self._kept.keep(_KEY, self._folds.to_raw())

    def _carry(self) -> None:
        """After an edit: what is folded and what is selected, by the paths of the model as it is now."""
        layers = self._document.experiment.model.layers
        self._folds = self._folds.carried(self._layers, layers)
        if self._place is not None:
            path = carried_path(self._place.path, self._layers, layers)
            self._place = Place(path=path, row=self._place.row)
        self._layers = layers

    def _on_changed(self, *_unused: object) -> None:
        if self._frame() is not None:
            self._soon.start()

    def _rebuild(self) -> None:
        frame = self._frame()
        if frame is None:
            return
        self._soon.stop()
        document = self._document
        model, catalogue = document.experiment.model, document.catalogue
        problems = {layer_path(problem.keys): sentence(problem) for problem in document.problems}
        self._carry()
        frame.show_outline(
            outline(
                model, catalogue.layers if catalogue else (), self._inspection, {**self._found, **problems}
            ),
            self._folds,
            fresh=self._is_fresh,
        )
        self._is_fresh = False
        self._select(reveal=False)

    def _frame(self) -> DiagramFrame | None:
        """The diagram while it is shown."""
        return self._plots.diagram if self._plots.shows_diagram else None

    def _on_levels(self, levels: tuple[float, float]) -> None:
        if self._plots.diagram is not None:
            self._plots.diagram.set_levels(levels)

    def _on_place(self, place: Place) -> None:
        self._place = place
        self._select(reveal=True)

    def _select(self, *, reveal: bool) -> None:
        """Emphasise what is selected; a layer of the run is looked for in the model as it is now."""
        frame, place = self._frame(), self._place
        if frame is None:
            return
        row = self._selection.row if place is None else place.row
        path = () if place is None else place.path
        shown = self._shown_row(frame, row)
        if shown is not None:
            measured = frame.view.outline.measured[shown].path
            path = path if path and measured[: len(path)] == path else measured
        if path:
            frame.view.select(path, shown, reveal=reveal)
        self._on_rows(self._selection.rows)

    def _on_rows(self, rows: Rows) -> None:
        """Emphasise what is selected beside the primary layer."""
        frame = self._frame()
        if frame is not None:
            others = rows if len(rows) > 1 else ()
            shown = (self._shown_row(frame, row) for row in others)
            frame.view.select_beside(frozenset(row for row in shown if row is not None))

    def _shown_row(self, frame: DiagramFrame, row: int | None) -> int | None:
        """The drawn layer that a row of the plots is about."""
        if row is None:
            return None
        if frame.rows:
            return frame.rows.index(row) if row in frame.rows else None
        return row if row < len(frame.view.outline.measured) else None

    def _on_picked(self, path: Path, row: int | None) -> None:
        frame = self._frame()
        if frame is None:
            return
        if row is not None and frame.rows:
            row = frame.rows[row] if frame.rows[row] >= 0 else None
        if frame.view.pick is not Pick.ONE and row is not None:
            self._selection.select_rows(picked(self._selection.rows, row, frame.view.pick))
            return
        self._place = Place(path=path, row=row)
        self._selection.select_place(path, row)
