"""View ▸ Plots and View ▸ Arrangements: which plots are shown, how they stand, kept from start to start."""

from __future__ import annotations

import json

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

from gradviz.control.settings import Settings
from gradviz.views.ask_name import ask_name
from gradviz.views.plots.arrangement import Arrangement, Standing, from_json, from_raw, to_json, to_raw
from gradviz.views.plots.plot_area import PlotArea
from gradviz.views.plots.registry import default_arrangement, offers

CURRENT, NAMED = "plots/arrangement", "plots/arrangements"


def remembered_arrangement(settings: Settings) -> Arrangement | None:
    """How the plots stood when the program was last used; None where that is not known."""
    return from_json(settings.text(CURRENT))


class ArrangementConductor(QObject):
    """Fills the two menus when they open, and remembers."""

    def __init__(
        self, plots: PlotArea, settings: Settings, menus: tuple[QMenu, QMenu], owner: QWidget
    ) -> None:
        super().__init__(owner)
        self._plots = plots
        self._settings = settings
        self._owner = owner
        self.shown, self.arrangements = menus
        for menu, fill in ((self.shown, self._fill_shown), (self.arrangements, self._fill_arrangements)):
            menu.setEnabled(True)
            menu.setToolTipsVisible(True)
            menu.aboutToShow.connect(fill)
        self.delete_menu = QMenu(self.tr("Delete"), owner)
        self.delete_menu.triggered.connect(self._on_delete)
        self._default = QAction(self.tr("Default"), self)
        self._default.triggered.connect(self._on_default)
        self._save = QAction(self.tr("Save as…"), self)
        self._save.triggered.connect(self.save_as)
        self.shown.triggered.connect(self._on_shown)
        self.arrangements.triggered.connect(self._on_named)
        plots.arranging.changed.connect(self.keep)

    @property
    def named(self) -> dict[str, Arrangement]:
        """The saved arrangements by name; what cannot be read is none."""
        try:
            raw = json.loads(self._settings.text(NAMED, "{}"))
        except (ValueError, RecursionError):
            return {}
        found = {name: from_raw(part) for name, part in raw.items()} if isinstance(raw, dict) else {}
        return {name: arrangement for name, arrangement in found.items() if arrangement is not None}

    def keep(self) -> None:
        """Remember how the plots stand now."""
        self._settings.set_text(CURRENT, to_json(self._plots.arranging.arrangement))

    def save_as(self) -> None:
        """Ask for a name and keep how the plots stand under it."""
        title = self.tr("Save arrangement")
        name = ask_name(self._owner, title)
        if not name:
            return
        if name in self.named and not self._may_replace(title, name):
            return
        self.keep_as(name)

    def keep_as(self, name: str) -> None:
        """Keep how the plots stand under that name."""
        self._write({**self.named, name: self._plots.arranging.arrangement})

    def close_focused(self) -> None:
        """Close the plot in front of the place that was clicked last."""
        key = self._plots.arranging.focused()
        if key:
            self._plots.arranging.close(key)

    def _may_replace(self, title: str, name: str) -> bool:
        text = self.tr("There is an arrangement “{0}”. Replace it?").format(name)
        return QMessageBox.question(self._owner, title, text) == QMessageBox.StandardButton.Yes

    def _write(self, named: dict[str, Arrangement]) -> None:
        raw = {name: to_raw(arrangement) for name, arrangement in sorted(named.items())}
        self._settings.set_text(NAMED, json.dumps(raw))

    def _fill_shown(self) -> None:
        """All plots, the shown ones checked; a line between those of different places."""
        self.shown.clear()
        arrangement, before = self._plots.arranging.arrangement, None
        for key, offer in offers().items():
            if before is not None and offer.place is not before:
                self.shown.addSeparator()
            before = offer.place
            seat = arrangement.seat(key)
            there = self._plots.ensemble.has(key)
            action = self.shown.addAction(offer.name)
            action.setCheckable(True)
            action.setChecked(there and seat is not None and seat.standing is not Standing.CLOSED)
            action.setEnabled(there)
            action.setToolTip(offer.tip if there else self.tr("The shown run has nothing for it."))
            action.setData(key)

    def _fill_arrangements(self) -> None:
        named = self.named
        self.arrangements.clear()
        self.arrangements.addAction(self._default)
        self.arrangements.addSeparator()
        for name in named:
            self.arrangements.addAction(name).setData(name)
        if named:
            self.arrangements.addSeparator()
        self.arrangements.addAction(self._save)
        self.delete_menu.clear()
        for name in named:
            self.delete_menu.addAction(name).setData(name)
        if named:
            self.arrangements.addMenu(self.delete_menu)

    def _on_shown(self, action: QAction) -> None:
        key = str(action.data())
        if action.isChecked():
            self._plots.arranging.open(key)
        else:
            self._plots.arranging.close(key)

    def _on_default(self) -> None:
        self._plots.arranging.apply(default_arrangement())

    def _on_named(self, action: QAction) -> None:
        name = action.data()
        arrangement = self.named.get(name) if isinstance(name, str) else None
        if arrangement is not None and action.parent() is not self.delete_menu:
            self._plots.arranging.apply(arrangement)

    def _on_delete(self, action: QAction) -> None:
        self._write({name: kept for name, kept in self.named.items() if name != action.data()})
