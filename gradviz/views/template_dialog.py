"""New from template: the published architectures by family, their knobs, the data they are fitted to.

The engine makes the experiment after every change, so that the dialog shows how large it would be and says
at once where knobs and data do not go together.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gradviz.control.engine_state import TemplateMade
from gradviz.spec.catalogue import Entry, Value
from gradviz.spec.experiment import ExperimentSpec
from gradviz.views.fitted_scroll import FittedScroll
from gradviz.views.icons import icon
from gradviz.views.number_format import count, short_count
from gradviz.views.parameter_form import ParameterForm, add_row, tight_form

_SIZE = QSize(720, 520)
_LIST_WIDTH = 232
_ASK_AFTER_MS = 120


class TemplateDialog(QDialog):
    """Offers templates; who opened it asks the engine and takes the experiment that was chosen."""

    wanted = Signal(object, object, bool)
    """A template's name (str), its knobs (dict), and whether for the current data."""
    chosen = Signal(object)
    """The ExperimentSpec that the user wants."""

    def __init__(self, templates: Sequence[Entry], data_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("New from template"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(_SIZE)
        self._knobs: dict[str, dict[str, Value]] = {}
        self._entry: Entry | None = None
        self._made: ExperimentSpec | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_ASK_AFTER_MS)
        self._soon.timeout.connect(self._ask)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(16, 16, 16, 16)
        columns.setSpacing(16)
        left, side = QVBoxLayout(), QVBoxLayout()
        columns.addLayout(left)
        columns.addLayout(side, 1)
        self._make_list(templates)
        self._fill_side(side, data_name)
        left.setSpacing(8)
        left.addWidget(self.search)
        left.addWidget(self.list, 1)
        first = self._items()[:1]
        if first:
            self.list.setCurrentItem(first[0])
        self.search.setFocus()

    def show_answer(self, made: TemplateMade) -> None:
        """The engine's answer to what was wanted last."""
        self._made = made.experiment
        self._create.setEnabled(made.experiment is not None)
        if made.experiment is None:
            self.preview.setText(made.error)
        else:
            text = self.tr("{0} layers · {1} parameters · {2} multiply-adds a sample")
            sizes = (count(made.layers), short_count(made.parameters), short_count(made.multiply_adds))
            self.preview.setText(text.format(*sizes))
            self.preview.setToolTip(self.tr("{0} parameters").format(count(made.parameters)))
        self._tone("problem" if made.experiment is None else "secondary")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down go through the list while the search field has the focus."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                self._go(step)
                return True
        return super().eventFilter(watched, event)

    def _make_list(self, templates: Sequence[Entry]) -> None:
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Search templates"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.addAction(icon("search", "secondary"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.setFixedWidth(_LIST_WIDTH)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._filter)
        self.list = QTreeWidget(self)
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setIndentation(12)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(self.tr("Templates"))
        families: dict[str, QTreeWidgetItem] = {}
        for entry in templates:
            family = families.get(entry.group)
            if family is None:
                family = families[entry.group] = QTreeWidgetItem(self.list, [entry.group])
                family.setFlags(Qt.ItemFlag.ItemIsEnabled)
                family.setForeground(0, self.palette().placeholderText())
            item = QTreeWidgetItem(family, [entry.name])
            item.setToolTip(0, entry.doc)
            item.setData(0, Qt.ItemDataRole.UserRole, entry)
        self.list.expandAll()
        self.list.currentItemChanged.connect(self._on_current)
        self.list.itemDoubleClicked.connect(self._on_double_clicked)

    def _fill_side(self, side: QVBoxLayout, data_name: str) -> None:
        self.title = QLabel(self)
        self.title.setProperty("role", "title")
        self.doc = QLabel(self)
        self.doc.setWordWrap(True)
        self.knobs = ParameterForm(self)
        self.knobs.value_changed.connect(self._on_knob)
        self.data = QComboBox(self)
        self.data.addItems([self.tr("as published"), self.tr("the current data ({0})").format(data_name)])
        self.data.setToolTip(self.tr("As published: random data of the published size"))
        self.data.setAccessibleName(self.tr("Data"))
        self.data.activated.connect(self._changed)
        self.preview = QLabel(self)
        self.preview.setWordWrap(True)
        self.preview.setMinimumHeight(36)
        self._tone("secondary")
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.clicked.connect(self.reject)
        self._create = QPushButton(self.tr("Create"), self)
        self._create.setDefault(True)
        self._create.setEnabled(False)
        self._create.clicked.connect(self.accept)
        side.setSpacing(8)
        side.addWidget(self.title)
        side.addWidget(self.doc)
        side.addWidget(FittedScroll(self.knobs, self))
        data = QWidget(self)
        add_row(tight_form(data), self.tr("for"), self.data)
        side.addWidget(data)
        side.addStretch(1)
        side.addWidget(self.preview)
        buttons = QHBoxLayout()
        side.addLayout(buttons)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._create)

    def accept(self) -> None:
        """Take the experiment as it was made last."""
        if self._made is not None:
            self.chosen.emit(self._made)
            super().accept()

    def _tone(self, role: str) -> None:
        self.preview.setProperty("role", role)
        self.preview.style().unpolish(self.preview)
        self.preview.style().polish(self.preview)

    def _on_current(self, item: QTreeWidgetItem | None) -> None:
        entry = item.data(0, Qt.ItemDataRole.UserRole) if item is not None else None
        if isinstance(entry, Entry):
            self._entry = entry
            self.title.setText(entry.name)
            self.doc.setText(entry.doc)
            self.knobs.show_parameters(entry.parameters, self._knobs.get(entry.name, {}))
            self._changed()

    def _on_double_clicked(self) -> None:
        self.accept()

    def _on_knob(self, name: str, value: Value) -> None:
        if self._entry is None:
            return
        knobs = self._knobs.setdefault(self._entry.name, {})
        parameter = self._entry.parameter(name)
        if parameter is not None and parameter.default == value:
            knobs.pop(name, None)
        else:
            knobs[name] = value
        self.knobs.show_parameters(self._entry.parameters, knobs)
        self._changed()

    def _changed(self, *_unused: object) -> None:
        self._made = None
        self._create.setEnabled(False)
        self._soon.start()

    def _ask(self) -> None:
        if self._entry is not None:
            knobs = dict(self._knobs.get(self._entry.name, {}))
            self.wanted.emit(self._entry.name, knobs, self.data.currentIndex() == 1)

    def _filter(self, text: str) -> None:
        wanted = text.strip().lower()
        first = None
        for family in self._families():
            matches = 0
            for number in range(family.childCount()):
                item = family.child(number)
                entry: Entry = item.data(0, Qt.ItemDataRole.UserRole)
                fits = any(wanted in word.lower() for word in (entry.name, entry.group, entry.doc))
                item.setHidden(not fits)
                matches += fits
                first = first or (item if fits else None)
            family.setHidden(not matches)
        if first is not None:
            self.list.setCurrentItem(first)

    def _families(self) -> list[QTreeWidgetItem]:
        rows = range(self.list.topLevelItemCount())
        return [family for row in rows if (family := self.list.topLevelItem(row)) is not None]

    def _items(self) -> list[QTreeWidgetItem]:
        items = [family.child(row) for family in self._families() for row in range(family.childCount())]
        return [item for item in items if not item.isHidden()]

    def _go(self, step: int) -> None:
        items, current = self._items(), self.list.currentItem()
        if items:
            place = items.index(current) + step if current in items else 0
            self.list.setCurrentItem(items[place % len(items)])
