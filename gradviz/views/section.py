"""A foldable section of the left panel: a heading with a summary, and what belongs to it below."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gradviz.views.elided_label import ElidedLabel
from gradviz.views.icons import icon
from gradviz.views.restyle import restyle


class Level(StrEnum):
    """How deep a section stands: of a panel, of a section, of a group."""

    SECTION = "section"
    GROUP = "group"
    MORE = "more"


_MARGINS = {Level.SECTION: (8, 4, 16, 4), Level.GROUP: (0, 0, 0, 0), Level.MORE: (0, 0, 0, 0)}


class Section(QWidget):
    """Folds and unfolds by its heading; the summary says what is inside while it is folded."""

    toggled = Signal(bool)

    def __init__(
        self,
        title: str,
        body: QWidget,
        parent: QWidget | None = None,
        *,
        is_open: bool = True,
        level: Level = Level.SECTION,
    ) -> None:
        super().__init__(parent)
        self.body = body
        self.heading = QToolButton(self)
        self.heading.setProperty("role", level.value)
        self.heading.setText(title)
        self.heading.setCheckable(True)
        self.heading.setChecked(is_open)
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.heading.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.summary = ElidedLabel(self)
        self.summary.setProperty("role", "secondary")
        self.summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QWidget(self)
        head.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(head)
        row.setContentsMargins(*_MARGINS[level])
        row.setSpacing(8)
        row.addWidget(self.heading)
        row.addWidget(self.summary, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(head)
        layout.addWidget(body, 1)
        layout.addStretch(0)  # what the body has no use for must not stretch the heading
        self.heading.toggled.connect(self._on_toggled)
        self.heading.clicked.connect(self._on_clicked)
        self._show_state(is_open=is_open)

    @property
    def is_open(self) -> bool:
        """Whether the body shows."""
        return self.heading.isChecked()

    def set_open(self, *, is_open: bool) -> None:
        """Fold or unfold."""
        self.heading.setChecked(is_open)

    def set_summary(self, text: str, *, is_problem: bool = False, explanation: str = "") -> None:
        """What stands at the right of the heading; marked if it is about something wrong."""
        self.summary.setText(f"▲ {text}" if is_problem else text)
        if explanation:
            self.summary.setToolTip(f"{text}\n{explanation}")
        restyle(self.summary, "role", "note-problem" if is_problem else "secondary")

    def _on_clicked(self) -> None:
        """Where a click folds what has the keyboard, Qt hands it to just any control."""
        self.heading.setFocus(Qt.FocusReason.MouseFocusReason)

    def _on_toggled(self, is_open: bool) -> None:
        self._show_state(is_open=is_open)
        self.toggled.emit(is_open)

    def _show_state(self, *, is_open: bool) -> None:
        self.body.setVisible(is_open)
        self.heading.setIcon(icon("chevron-down" if is_open else "chevron-right", "secondary"))
        self.setSizePolicy(
            QSizePolicy.Policy.Preferred,
            QSizePolicy.Policy.Preferred if is_open else QSizePolicy.Policy.Fixed,
        )
