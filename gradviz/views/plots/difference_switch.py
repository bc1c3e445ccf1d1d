"""The switch in the map's heading that shows the shown run's norms relative to a compared one's.

Gradients differ by powers of ten, so what is shown is a ratio, and nothing is called a difference that a user
would take for one of norms. Where several runs are compared an arrow beside it offers the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from gradviz.control.compared_run import ComparedRun
from gradviz.views.restyle import restyle


class DifferenceSwitch(QToolButton):
    """Hidden while nothing is compared; checked while the map shows ratios."""

    changed = Signal()
    """Ratios to another run are wanted, or norms."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "choice")
        self.setProperty("switch", "yes")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._names: dict[str, str] = {}
        self._run: str | None = None
        self._choices = QMenu(self)
        self.toggled.connect(self._on_toggled)
        self.hide()

    @property
    def run(self) -> str | None:
        """The id of the run that norms are relative to; None while the map shows the norms."""
        return self._run if self.isChecked() else None

    @property
    def choices(self) -> list[QAction]:
        """What the arrow offers."""
        return self._choices.actions()

    def offer(self, runs: Sequence[ComparedRun]) -> None:
        """Offer these; where the one that norms are relative to is gone, they come back."""
        names = {run.id: run.name for run in runs}
        if names == self._names:
            return
        self._names = names
        self.setVisible(bool(names))
        if self._run not in names:
            self._run = next(iter(names), None)
            self.setChecked(False)
        self._choices.clear()
        for run_id, name in names.items():
            action = self._choices.addAction(self.tr("relative to {0}").format(name))
            action.setData(run_id)
            action.triggered.connect(self._on_chosen)
        several = len(names) > 1
        mode = self.ToolButtonPopupMode
        self.setMenu(self._choices if several else None)  # type: ignore[arg-type]
        self.setPopupMode(mode.MenuButtonPopup if several else mode.DelayedPopup)
        restyle(self, "more", "yes" if several else "")
        self._say()

    def _say(self) -> None:
        name = self._names.get(self._run or "", "")
        self.setText(self.tr("relative to {0}").format(name))
        tip = self.tr(
            "Colour the ratio of the shown run’s norms to those of “{0}”: at 1e2 a hundred times as large"
        )
        self.setToolTip(tip.format(name))
        self.setAccessibleName(self.text())

    @Slot()
    def _on_chosen(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self._run = str(action.data())
            self._say()
            if self.isChecked():
                self.changed.emit()
            else:
                self.setChecked(True)

    @Slot()
    def _on_toggled(self) -> None:
        self.changed.emit()
