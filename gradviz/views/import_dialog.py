"""What to import from a Python file: which class or function, called with what; and that its code may run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gradviz.spec.arguments import read_arguments, write_arguments
from gradviz.spec.experiment import ModelSpec
from gradviz.spec.source import split_source
from gradviz.views.elided_label import ElidedLabel

_ARGUMENT_LINES = 4
_BOLD = 24
"""Pixels by which the semibold letters of a default button are wider than its size hint knows."""


class ImportDialog(QDialog):
    """Offers what the file has to offer; nothing of it has run yet."""

    chosen = Signal(object)
    """The ModelSpec to import; its file may run from now on."""

    def __init__(
        self,
        path: Path,
        names: Sequence[str],
        *,
        allowed: bool,
        model: ModelSpec | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._path = path
        self.setWindowTitle(self.tr("Import a model"))
        self.setMinimumWidth(480)
        title = QLabel(self.tr("Import a model from {0}").format(path.name), self)
        title.setProperty("role", "heading")
        place = ElidedLabel(self)
        place.setText(str(path.parent))
        place.setToolTip(str(path))
        self.names = QComboBox(self)
        self.names.addItems(list(names))
        self.names.setEditable(True)
        self.names.setCurrentIndex(_likely(names))
        self.names.setToolTip(self.tr("A torch.nn.Module class, or a function that makes one"))
        self.arguments = QPlainTextEdit(self)
        self.arguments.setPlaceholderText(self.tr('depth = 18\nactivation = "relu"'))
        self.arguments.setToolTip(self.tr("What it is called with: one name = value a line"))
        self.arguments.setTabChangesFocus(True)
        self.arguments.setFixedHeight(self.fontMetrics().lineSpacing() * _ARGUMENT_LINES + 16)
        self.complaint = QLabel(self)
        self.complaint.setProperty("role", "problem")
        self.complaint.setWordWrap(True)
        self.complaint.hide()
        warning = QLabel(
            self.tr(
                "The file is run as it is, with all that you are allowed to do on this computer. "
                "Import only what you trust. The answer is remembered for this file."
            ),
            self,
        )
        warning.setWordWrap(True)
        warning.setProperty("role", "secondary")
        warning.setVisible(not allowed)
        self.accept_button = QPushButton(self.tr("Import") if allowed else self.tr("Allow and import"), self)
        self.accept_button.setProperty("role", "primary")
        self.accept_button.setDefault(True)
        self.accept_button.setMinimumWidth(self.accept_button.sizeHint().width() + _BOLD)
        cancel = QPushButton(self.tr("Cancel"), self)
        self._lay_out(title, place, warning, cancel)
        self.accept_button.clicked.connect(self._on_accept)
        self.names.editTextChanged.connect(self._sync)
        self.arguments.textChanged.connect(self._sync)
        cancel.clicked.connect(self.reject)
        if model is not None:
            self.names.setCurrentText(split_source(model.source)[1])
            self.arguments.setPlainText(write_arguments(model.arguments))
        self._sync()

    def _lay_out(self, title: QLabel, place: QLabel, warning: QLabel, cancel: QPushButton) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(title)
        form = QFormLayout()
        layout.addLayout(form)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        form.addRow(self.tr("Folder"), place)
        form.addRow(self.tr("Class or function"), self.names)
        form.addRow(self.tr("Arguments"), self.arguments)
        layout.addWidget(self.complaint)
        layout.addWidget(warning)
        buttons = QHBoxLayout()
        layout.addLayout(buttons)
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.accept_button)

    def _sync(self, *_unused: object) -> None:
        complaint = ""
        try:
            read_arguments(self.arguments.toPlainText())
        except ValueError as error:
            complaint = str(error)
        self.complaint.setText(complaint)
        self.complaint.setVisible(bool(complaint))
        name = self.names.currentText().strip()
        named = bool(name) and all(part.isidentifier() for part in name.split("."))
        self.accept_button.setEnabled(named and not complaint)

    def _on_accept(self) -> None:
        source = f"{self._path}:{self.names.currentText().strip()}"
        self.chosen.emit(ModelSpec(source=source, arguments=read_arguments(self.arguments.toPlainText())))
        self.accept()


def _likely(names: Sequence[str]) -> int:
    """The last class: a file mostly ends with the network that its parts make up."""
    classes = [index for index, name in enumerate(names) if name[:1].isupper()]
    return classes[-1] if classes else len(names) - 1
