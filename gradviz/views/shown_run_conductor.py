"""The shown run by its name: renamed, removed, and named in the figures of the plots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gradviz.views.ask_name import ask_name
from gradviz.views.dialogs import confirm_remove_run

if TYPE_CHECKING:
    from gradviz.control.run_entry import RunEntry
    from gradviz.views.main_window import MainWindow


class ShownRunConductor(QObject):
    """Knows which run is shown; what it is called, and whether it has ended, the document knows."""

    def __init__(self, window: MainWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._shown: RunEntry | None = None
        self._rename, self._remove = (window.actions_by_key[key] for key in ("run.rename", "run.remove"))
        self._rename.triggered.connect(self._on_rename)
        self._remove.triggered.connect(self._on_remove)

    def show_run(self, entry: RunEntry | None) -> None:
        """That run is shown from now on."""
        self._shown = entry

    def refresh(self) -> None:
        """Offer what can be done with it, and tell the plots its name."""
        entry = self._entry()
        self._rename.setEnabled(entry is not None)
        self._remove.setEnabled(entry is not None and entry.is_finished)
        self.name_in_plots()

    def name_in_plots(self) -> None:
        """Tell the plots its name: a run that the document does not have keeps the one it came with."""
        entry = self._entry() or self._shown
        if self._window.plots is not None:
            self._window.plots.name_run(entry.name if entry is not None else "")

    def _entry(self) -> RunEntry | None:
        return self._window.document.run(self._shown.id) if self._shown is not None else None

    def _on_rename(self) -> None:
        entry = self._entry()
        if entry is not None:
            name = ask_name(self._window, self.tr("Rename run"), entry.name)
            if name:
                self._window.document.rename_run(entry.id, name)

    def _on_remove(self) -> None:
        entry = self._entry()
        if entry is not None and confirm_remove_run(self._window, entry.name):
            self._window.runs.show_run(None)
            self._window.document.remove_run(entry.id)
