"""The menu bar: rows of action keys, and the menus whose entries come from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar

from gradviz.views.appearance import Appearance, ThemeChoice

SEPARATOR = ""
EXAMPLES, RECENT, THEMES = "examples", "recent", "themes"
PLOTS, ARRANGEMENTS = "plots", "arrangements"

MENUS: dict[object, tuple[str, ...]] = {
    QT_TRANSLATE_NOOP("Menus", "&File"): (
        "file.new", "file.template", EXAMPLES, "file.open", RECENT, SEPARATOR, "file.save", "file.save_as",
        SEPARATOR, "file.import_model", "file.export_pytorch", "file.export_keras", SEPARATOR, "file.quit",
    ),
    QT_TRANSLATE_NOOP("Menus", "&Edit"): (
        "edit.undo", "edit.redo", SEPARATOR, "edit.cut", "edit.copy", "edit.paste", "edit.paste_into",
        "layer.duplicate", "layer.remove", SEPARATOR,
        "edit.select_all", "layer.select_kind", "layer.select_group",
    ),
    QT_TRANSLATE_NOOP("Menus", "&Model"): (
        "layer.add", SEPARATOR, "layer.group_repeat", "layer.group_residual", "layer.group_sequential",
        "layer.group_parallel", "layer.ungroup", "layer.unroll", SEPARATOR, "layer.up", "layer.down",
        SEPARATOR, "layer.freeze",
        SEPARATOR, "layer.repair", SEPARATOR, "layer.fold", "layer.unfold", SEPARATOR, "layer.save",
    ),
    QT_TRANSLATE_NOOP("Menus", "&Run"): (
        "run.train", "run.continue", "run.pause", "run.step", "run.stop", "run.reset", SEPARATOR,
        "run.replay", SEPARATOR, "run.rename", "run.remove", SEPARATOR, "run.restart",
    ),
    QT_TRANSLATE_NOOP("Menus", "&View"): (
        THEMES, SEPARATOR, "view.left", "view.diagram", "view.log", "view.full_screen",
        SEPARATOR, PLOTS, ARRANGEMENTS, "view.close_plot",
        SEPARATOR, "view.play", "view.live", "view.next_event", "view.previous_event",
        SEPARATOR, "view.mark", "view.unmark",
    ),
    QT_TRANSLATE_NOOP("Menus", "&Help"): ("help.shortcuts", "help.logs", SEPARATOR, "help.about"),
}  # fmt: skip


def fill_menu_bar(bar: QMenuBar, actions: dict[str, QAction]) -> dict[str, QMenu]:
    """Make the menus; returns those that are filled from elsewhere, by key."""
    titles = {
        EXAMPLES: QCoreApplication.translate("Menus", "New from example"),
        RECENT: QCoreApplication.translate("Menus", "Open recent"),
        THEMES: QCoreApplication.translate("Menus", "Theme"),
        PLOTS: QCoreApplication.translate("Menus", "Plots"),
        ARRANGEMENTS: QCoreApplication.translate("Menus", "Arrangements"),
    }
    open_ended: dict[str, QMenu] = {}
    for title, keys in MENUS.items():
        menu = bar.addMenu(QCoreApplication.translate("Menus", str(title)))
        menu.setToolTipsVisible(True)
        for key in keys:
            if key == SEPARATOR:
                menu.addSeparator()
            elif key in titles:
                open_ended[key] = menu.addMenu(titles[key])
            else:
                menu.addAction(actions[key])
    for key in (PLOTS, ARRANGEMENTS):
        open_ended[key].setEnabled(False)
    return open_ended


def fill_examples(menu: QMenu, examples: dict[str, str], take: Callable[[str], None]) -> None:
    """Offer the bundled experiments by their titles."""
    for name, title in examples.items():
        action = menu.addAction(title)
        action.setData(name)
    menu.triggered.connect(lambda action: take(str(action.data())))


def fill_recent(menu: QMenu, files: Iterable[Path], take: Callable[[Path], None]) -> None:
    """Offer the files opened or saved last."""
    menu.clear()
    for path in files:
        action = menu.addAction(path.name)
        action.setToolTip(str(path))
        action.triggered.connect(lambda _checked=False, chosen=path: take(chosen))
    menu.setToolTipsVisible(True)
    menu.setEnabled(bool(menu.actions()))


def fill_themes(menu: QMenu, appearance: Appearance, chosen: Callable[[ThemeChoice], None]) -> None:
    """Offer the system's theme, the light and the dark one."""
    group = QActionGroup(menu)
    names = {
        ThemeChoice.SYSTEM: QCoreApplication.translate("Menus", "As the system"),
        ThemeChoice.LIGHT: QCoreApplication.translate("Menus", "Light"),
        ThemeChoice.DARK: QCoreApplication.translate("Menus", "Dark"),
    }
    for choice, name in names.items():
        action = menu.addAction(name)
        action.setCheckable(True)
        action.setChecked(choice is appearance.choice)
        action.setData(choice.value)
        group.addAction(action)
    group.triggered.connect(lambda action: chosen(ThemeChoice(action.data())))
