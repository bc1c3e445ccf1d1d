"""Every action of the program in one table: text, icon, shortcut, explanation; and the menus made of them.

An action's tooltip is its explanation with its shortcut.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject
from PySide6.QtGui import QAction, QKeySequence

from gradviz.views.icons import icon

CONTEXT = "Actions"
Shortcut = str | QKeySequence.StandardKey


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionInfo:
    """One row of the table."""

    text: str
    tip: str
    icon: str = ""
    shortcut: Shortcut = ""
    checkable: bool = False


_tr = QT_TRANSLATE_NOOP
_Key = QKeySequence.StandardKey


def _info(
    text: str, tip: str, icon_name: str = "", shortcut: Shortcut = "", *, checkable: bool = False
) -> ActionInfo:
    return ActionInfo(text=text, tip=tip, icon=icon_name, shortcut=shortcut, checkable=checkable)


TABLE: dict[str, ActionInfo] = {
    "file.new": _info(
        _tr("Actions", "New"), _tr("Actions", "Start an untitled session"), "file-plus", _Key.New
    ),
    "file.open": _info(
        _tr("Actions", "Open…"),
        _tr("Actions", "Open a session or an experiment file"),
        "folder-open",
        _Key.Open,
    ),
    "file.save": _info(
        _tr("Actions", "Save"), _tr("Actions", "Save experiment, runs and notes"), "save", _Key.Save
    ),
    "file.save_as": _info(
        _tr("Actions", "Save as…"), _tr("Actions", "Save into another file"), "", "Ctrl+Shift+S"
    ),
    "file.quit": _info(_tr("Actions", "Quit"), _tr("Actions", "Close the window"), "log-out", "Ctrl+Q"),
    "edit.undo": _info(
        _tr("Actions", "Undo"), _tr("Actions", "Take the last edit back"), "undo-2", _Key.Undo
    ),
    "edit.redo": _info(_tr("Actions", "Redo"), _tr("Actions", "Do it again"), "redo-2", "Ctrl+Shift+Z"),
    "layer.add": _info(
        _tr("Actions", "Add layer…"),
        _tr("Actions", "Add a layer after or into the selected one"),
        "plus",
        "Ctrl+L",
    ),
    "layer.duplicate": _info(
        _tr("Actions", "Duplicate layer"),
        _tr("Actions", "Put a copy behind the selected layer"),
        "copy",
        "Ctrl+D",
    ),
    "layer.up": _info(
        _tr("Actions", "Move layer up"), _tr("Actions", "Move it towards the input"), "arrow-up", "Alt+Up"
    ),
    "layer.down": _info(
        _tr("Actions", "Move layer down"),
        _tr("Actions", "Move it towards the output"),
        "arrow-down",
        "Alt+Down",
    ),
    "layer.remove": _info(
        _tr("Actions", "Remove layer"),
        _tr("Actions", "Remove the selected layer with all it holds"),
        "trash-2",
        "Ctrl+Backspace",
    ),
    "run.train": _info(
        _tr("Actions", "Train"), _tr("Actions", "Train the experiment from fresh weights"), "play", "F5"
    ),
    "run.pause": _info(
        _tr("Actions", "Pause"), _tr("Actions", "Pause or resume at the next step"), "pause", "F6"
    ),
    "run.step": _info(
        _tr("Actions", "Step"), _tr("Actions", "Train one step and pause"), "step-forward", "F7"
    ),
    "run.stop": _info(
        _tr("Actions", "Stop"), _tr("Actions", "End the run; what was measured stays"), "square", "F8"
    ),
    "run.reset": _info(
        _tr("Actions", "Reset"),
        _tr("Actions", "Stop, and show empty plots of the experiment as it is now"),
        "rotate-ccw",
        "F9",
    ),
    "run.rename": _info(
        _tr("Actions", "Rename shown run…"), _tr("Actions", "Give the shown run another name")
    ),
    "run.remove": _info(
        _tr("Actions", "Remove shown run…"),
        _tr("Actions", "Take the shown run out of the session"),
        "trash-2",
    ),
    "run.restart": _info(
        _tr("Actions", "Restart the engine"),
        _tr("Actions", "Start the engine again after it has failed"),
        "refresh-cw",
    ),
    "view.left": _info(
        _tr("Actions", "Left panel"),
        _tr("Actions", "Show model, data and training"),
        "",
        "Ctrl+B",
        checkable=True,
    ),
    "view.log": _info(
        _tr("Actions", "Log"),
        _tr("Actions", "Show what the engine said"),
        "scroll-text",
        "Ctrl+J",
        checkable=True,
    ),
    "view.live": _info(
        _tr("Actions", "Follow the newest step"),
        _tr("Actions", "Let all plots follow the newest step"),
        "radio",
        "Ctrl+E",
    ),
    "help.shortcuts": _info(
        _tr("Actions", "Keyboard shortcuts"), _tr("Actions", "List all keyboard shortcuts"), "keyboard", "F1"
    ),
    "help.logs": _info(
        _tr("Actions", "Open log folder"),
        _tr("Actions", "Show where logs and unsaved runs lie"),
        "folder-open",
    ),
    "help.about": _info(_tr("Actions", "About gradviz"), _tr("Actions", "Versions and licences"), "info"),
}


def make_actions(parent: QObject) -> dict[str, QAction]:
    """All actions of the table, by key."""
    return {key: _make(info, parent) for key, info in TABLE.items()}


def shortcut_text(action: QAction) -> str:
    """An action's shortcut as the system writes it."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


def set_tip(action: QAction, tip: str) -> None:
    """Give an action a tooltip that ends with its shortcut."""
    keys = shortcut_text(action)
    action.setToolTip(f"{tip} ({keys})" if keys else tip)
    action.setStatusTip(tip)


def _make(info: ActionInfo, parent: QObject) -> QAction:
    action = QAction(QCoreApplication.translate(CONTEXT, info.text), parent)
    if info.icon:
        action.setIcon(icon(info.icon))
    if info.shortcut:
        action.setShortcut(QKeySequence(info.shortcut))
    action.setCheckable(info.checkable)
    set_tip(action, QCoreApplication.translate(CONTEXT, info.tip))
    return action
