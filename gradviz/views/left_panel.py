"""The left panel: what is asked for, in foldable sections.

Where there is no room for all, the one that was opened first folds.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from gradviz.control.engine_state import InspectionReply
from gradviz.control.layer_tree_model import LayerTreeModel
from gradviz.control.session_document import SessionDocument
from gradviz.records.layer import Inspection
from gradviz.spec.problem import Problem, keys_of
from gradviz.views.data_panel import DataPanel
from gradviz.views.fitted_scroll import FittedScroll
from gradviz.views.imported_model_panel import ImportedModelPanel
from gradviz.views.model_builder import ModelBuilder
from gradviz.views.notes_panel import NotesPanel
from gradviz.views.number_format import count, short_count
from gradviz.views.placeholders import LEFT_WIDTH
from gradviz.views.section import Section
from gradviz.views.training.panel import TrainingPanel

_MODEL_HEIGHT = 330
_HEADING = 36


class LeftPanel(QWidget):
    """Model, data, training, notes."""

    def __init__(
        self,
        document: SessionDocument,
        model: LayerTreeModel,
        actions: dict[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(240)
        self.builder = ModelBuilder(document, model, actions, self)
        self.imported = ImportedModelPanel(self)
        self._model = QStackedWidget(self)
        self._model.addWidget(self.builder)
        self._model.addWidget(self.imported)
        self.data = DataPanel(document, self)
        self.training = TrainingPanel(document, self)
        self.notes = NotesPanel(document, self)
        self.sections = (
            Section(self.tr("Model"), self._model, self),
            Section(self.tr("Data"), FittedScroll(self.data), self, is_open=False),
            Section(self.tr("Training"), FittedScroll(self.training), self, is_open=False),
            Section(self.tr("Notes"), self.notes, self, is_open=False),
        )
        self._opened: list[Section] = [self.sections[0]]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(0)
        for number, section in enumerate(self.sections):
            if number:
                layout.addWidget(_line(self))
            layout.addWidget(section, 3 if number == 0 else 0)
            section.toggled.connect(self._on_toggled)
        layout.addStretch(0)
        self._stretch()
        self.data.summary_changed.connect(self._on_data_summary)
        self.training.summary_changed.connect(self._on_training_summary)
        self.training.group_opened.connect(self._on_group_opened, Qt.ConnectionType.QueuedConnection)
        self.notes.summary_changed.connect(self.sections[3].set_summary)
        self.builder.parameters_counted.connect(self._on_counted)
        self.data.refresh()
        self.training.refresh()
        self.notes.refresh()

    def sizeHint(self) -> QSize:
        """As wide as three columns of the tree need."""
        return QSize(LEFT_WIDTH, 600)

    def show_imported(self, *, is_imported: bool) -> None:
        """Show the imported model in the place of the layer tree, or the tree again."""
        self._model.setCurrentWidget(self.imported if is_imported else self.builder)

    def show_inspection(self, reply: InspectionReply) -> None:
        """Show what the engine found: what is wrong stands where it can be mended."""
        problem = Problem(keys=keys_of(reply.where), message=reply.error) if reply.error else None
        told = [self.data.show_engine_problem(problem), self.training.show_engine_problem(problem)]
        self.builder.show_trouble("" if any(told) else reply.error)
        found = reply.inspection
        self.data.show_data(found.data if found else None)
        if found is not None:
            self.training.set_names([layer.name for layer in found.layers if layer.parameters])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold what no longer fits."""
        super().resizeEvent(event)
        self._make_room()

    def _on_toggled(self, is_open: bool) -> None:
        section = self.sender()
        if isinstance(section, Section):
            if section in self._opened:
                self._opened.remove(section)
            if is_open:
                self._opened.append(section)
        self._make_room()
        self._stretch()

    def _make_room(self) -> None:
        while len(self._opened) > 1 and self._needed() > self.height():
            self._opened[0].set_open(is_open=False)

    def _needed(self) -> int:
        heights = {section: section.body.sizeHint().height() for section in self._opened}
        if self.sections[0] in heights:
            heights[self.sections[0]] = _MODEL_HEIGHT
        return sum(heights.values()) + _HEADING * len(self.sections) + 8

    def _stretch(self) -> None:
        """The tree takes the room that is left; without it, the last open section does."""
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            model_open = self.sections[0].is_open
            for section in self.sections:
                grows = section is self.sections[0] if model_open else section.is_open
                layout.setStretchFactor(section, 3 if grows and section.is_open else 0)
            layout.setStretch(layout.count() - 1, 0 if self._opened else 1)

    def _on_data_summary(self, text: str, is_problem: bool) -> None:
        self.sections[1].set_summary(text, is_problem=is_problem)

    def _on_training_summary(self, text: str, is_problem: bool) -> None:
        self.sections[2].set_summary(text, is_problem=is_problem)

    def _on_group_opened(self, group: QWidget) -> None:
        """Bring what was unfolded into view, once it has its place."""
        scroll = self.sections[2].body
        if isinstance(scroll, FittedScroll):
            scroll.ensureWidgetVisible(group, 0, 8)

    def _on_counted(self, inspection: Inspection | None) -> None:
        section = self.sections[0]
        if inspection is None:
            section.set_summary("")
            return
        parameters, work = inspection.parameters, inspection.multiply_adds
        if work:
            text = self.tr("{0} params · {1} MACs").format(short_count(parameters), short_count(work))
        else:
            text = self.tr("{0} parameters").format(short_count(parameters))
        section.set_summary(text)
        tip = self.tr("{0} parameters\n{1} multiply-adds a sample")
        section.summary.setToolTip(tip.format(count(parameters), count(work)))


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setProperty("role", "line")
    line.setFixedHeight(1)
    return line
