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
    chosen = Signal()
    """The user has chosen, by the switch or by its menu."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "choice")
        self.setProperty("switch", "yes")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._names: dict[str, str] = {}
        self._run: str | None = None
        self._preferred: str | None = None
        self._turns_on = False
        self._choices = QMenu(self)
        self.toggled.connect(self._on_toggled)
        self.clicked.connect(self._on_user)
        self.hide()

    @property
    def run(self) -> str | None:
        """The id of the run that norms are relative to; None while the map shows the norms."""
        return self._run if self.isChecked() else None

    @property
    def stands_at(self) -> str | None:
        """The id of the run that it names, whether the map shows ratios or norms."""
        return self._run

    @property
    def choices(self) -> list[QAction]:
        """What the arrow offers."""
        return self._choices.actions()

    def prefer(self, run_id: str | None, *, shown: bool) -> None:
        """Stand at that run whenever it is offered, and the first time, where it is `shown`, be on."""
        self._preferred, self._turns_on = run_id, shown
        self._take_preferred()

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
        self._take_preferred()

    def _take_preferred(self) -> None:
        if self._preferred not in self._names:
            return
        on, self._turns_on = self._turns_on or self.isChecked(), False
        if self._run != self._preferred:
            self._run = self._preferred
            self._say()
            if self.isChecked():
                self.changed.emit()
        self.setChecked(on)

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
            self._on_user()

    @Slot()
    def _on_user(self) -> None:
        self._preferred, self._turns_on = self._run, False
        self.chosen.emit()

    @Slot()
    def _on_toggled(self) -> None:
        self.changed.emit()
