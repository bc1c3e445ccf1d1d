"""Every action of the program in one table: text, icon, shortcut, explanation; and the menus made of them.

An action's tooltip is its explanation with its shortcut.
"""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from gradviz.views.action_info import ActionInfo
from gradviz.views.action_info import info as _info
from gradviz.views.icons import icon
from gradviz.views.layer_action_table import LAYER_TABLE

CONTEXT = "Actions"

_Key = QKeySequence.StandardKey


TABLE: dict[str, ActionInfo] = {
    "file.new": _info(
        QT_TRANSLATE_NOOP("Actions", "New"),
        QT_TRANSLATE_NOOP("Actions", "Start an untitled session"),
        "file-plus",
        _Key.New,
    ),
    "file.template": _info(
        QT_TRANSLATE_NOOP("Actions", "New from template…"),
        QT_TRANSLATE_NOOP("Actions", "Start from a published architecture"),
        "",
        "Ctrl+Shift+N",
    ),
    "file.open": _info(
        QT_TRANSLATE_NOOP("Actions", "Open…"),
        QT_TRANSLATE_NOOP("Actions", "Open a session or an experiment file"),
        "folder-open",
        _Key.Open,
    ),
    "file.save": _info(
        QT_TRANSLATE_NOOP("Actions", "Save"),
        QT_TRANSLATE_NOOP("Actions", "Save experiment, runs and notes"),
        "save",
        _Key.Save,
    ),
    "file.save_as": _info(
        QT_TRANSLATE_NOOP("Actions", "Save as…"),
        QT_TRANSLATE_NOOP("Actions", "Save into another file"),
        "",
        "Ctrl+Shift+S",
    ),
    "file.import_model": _info(
        QT_TRANSLATE_NOOP("Actions", "Import model from Python…"),
        QT_TRANSLATE_NOOP("Actions", "Train and measure a torch.nn.Module of your own"),
        "file-input",
    ),
    "file.export_pytorch": _info(
        QT_TRANSLATE_NOOP("Actions", "Export as PyTorch script…"),
        QT_TRANSLATE_NOOP("Actions", "Write model, data and training loop as a Python file of their own"),
        "file-output",
    ),
    "file.export_keras": _info(
        QT_TRANSLATE_NOOP("Actions", "Export as Keras script…"),
        QT_TRANSLATE_NOOP("Actions", "Write it for Keras 3, which runs on TensorFlow and on PyTorch"),
    ),
    "file.quit": _info(
        QT_TRANSLATE_NOOP("Actions", "Quit"),
        QT_TRANSLATE_NOOP("Actions", "Close the window"),
        "log-out",
        "Ctrl+Q",
    ),
    "edit.undo": _info(
        QT_TRANSLATE_NOOP("Actions", "Undo"),
        QT_TRANSLATE_NOOP("Actions", "Take the last edit back"),
        "undo-2",
        _Key.Undo,
    ),
    "edit.redo": _info(
        QT_TRANSLATE_NOOP("Actions", "Redo"),
        QT_TRANSLATE_NOOP("Actions", "Do it again"),
        "redo-2",
        "Ctrl+Shift+Z",
    ),
    **LAYER_TABLE,
    "run.train": _info(
        QT_TRANSLATE_NOOP("Actions", "Train"),
        QT_TRANSLATE_NOOP("Actions", "Train the experiment from fresh weights"),
        "play",
        "F5",
    ),
    "run.continue": _info(
        QT_TRANSLATE_NOOP("Actions", "Continue"),
        QT_TRANSLATE_NOOP(
            "Actions", "Go on with the shown run from its last checkpoint, as if it never ended"
        ),
        "redo-2",
        "Shift+F5",
    ),
    "run.pause": _info(
        QT_TRANSLATE_NOOP("Actions", "Pause"),
        QT_TRANSLATE_NOOP("Actions", "Pause or resume at the next step"),
        "pause",
        "F6",
    ),
    "run.step": _info(
        QT_TRANSLATE_NOOP("Actions", "Step"),
        QT_TRANSLATE_NOOP("Actions", "Train one step and pause"),
        "step-forward",
        "F7",
    ),
    "run.stop": _info(
        QT_TRANSLATE_NOOP("Actions", "Stop"),
        QT_TRANSLATE_NOOP("Actions", "End the run; what was measured stays"),
        "square",
        "F8",
    ),
    "run.reset": _info(
        QT_TRANSLATE_NOOP("Actions", "Reset"),
        QT_TRANSLATE_NOOP("Actions", "Stop, and show empty plots of the experiment as it is now"),
        "rotate-ccw",
        "F9",
    ),
    "run.replay": _info(
        QT_TRANSLATE_NOOP("Actions", "Replay shown step"),
        QT_TRANSLATE_NOOP(
            "Actions", "Do the shown step again and say which operation of which layer went wrong in it"
        ),
        "",
        "Ctrl+F3",
    ),
    "run.rename": _info(
        QT_TRANSLATE_NOOP("Actions", "Rename shown run…"),
        QT_TRANSLATE_NOOP("Actions", "Give the shown run another name"),
    ),
    "run.remove": _info(
        QT_TRANSLATE_NOOP("Actions", "Remove shown run…"),
        QT_TRANSLATE_NOOP("Actions", "Take the shown run out of the session"),
        "trash-2",
    ),
    "run.restart": _info(
        QT_TRANSLATE_NOOP("Actions", "Restart the engine"),
        QT_TRANSLATE_NOOP("Actions", "Start the engine again after it has failed"),
        "refresh-cw",
    ),
    "view.left": _info(
        QT_TRANSLATE_NOOP("Actions", "Left panel"),
        QT_TRANSLATE_NOOP("Actions", "Show model, data and training"),
        "",
        "Ctrl+B",
        checkable=True,
    ),
    "view.diagram": _info(
        QT_TRANSLATE_NOOP("Actions", "Network diagram"),
        QT_TRANSLATE_NOOP("Actions", "Show the network in the place of gradient flow and loss"),
        "",
        "F4",
        checkable=True,
    ),
    "view.log": _info(
        QT_TRANSLATE_NOOP("Actions", "Log"),
        QT_TRANSLATE_NOOP("Actions", "Show what the engine said"),
        "scroll-text",
        "Ctrl+J",
        checkable=True,
    ),
    "view.full_screen": _info(
        QT_TRANSLATE_NOOP("Actions", "Full screen"),
        QT_TRANSLATE_NOOP("Actions", "Let the window fill the screen"),
        "",
        "F11",
        checkable=True,
    ),
    "view.close_plot": _info(
        QT_TRANSLATE_NOOP("Actions", "Close plot"),
        QT_TRANSLATE_NOOP("Actions", "Close the plot that was clicked last; View ▸ Plots opens it again"),
        "x",
        "Ctrl+W",
        local=True,
    ),
    "view.play": _info(
        QT_TRANSLATE_NOOP("Actions", "Play or pause the film"),
        QT_TRANSLATE_NOOP("Actions", "Go through the recorded steps like a film"),
        "",
        "Ctrl+Space",
    ),
    "view.live": _info(
        QT_TRANSLATE_NOOP("Actions", "Follow the newest step"),
        QT_TRANSLATE_NOOP("Actions", "Let all plots follow the newest step"),
        "radio",
        "Ctrl+E",
    ),
    "view.next_event": _info(
        QT_TRANSLATE_NOOP("Actions", "Next event"),
        QT_TRANSLATE_NOOP("Actions", "Go to the next mark on the time bar"),
        "",
        "F3",
    ),
    "view.previous_event": _info(
        QT_TRANSLATE_NOOP("Actions", "Previous event"),
        QT_TRANSLATE_NOOP("Actions", "Go to the mark before the shown step"),
        "",
        "Shift+F3",
    ),
    "view.mark": _info(
        QT_TRANSLATE_NOOP("Actions", "Mark shown step"),
        QT_TRANSLATE_NOOP("Actions", "Keep the shown step in sight beside others, or take its mark away"),
        "",
        "Ctrl+M",
    ),
    "view.unmark": _info(
        QT_TRANSLATE_NOOP("Actions", "Remove all marks"),
        QT_TRANSLATE_NOOP("Actions", "Take the marks of the shown run's steps away"),
    ),
    "help.shortcuts": _info(
        QT_TRANSLATE_NOOP("Actions", "Keyboard shortcuts"),
        QT_TRANSLATE_NOOP("Actions", "List all keyboard shortcuts"),
        "keyboard",
        "F1",
    ),
    "help.logs": _info(
        QT_TRANSLATE_NOOP("Actions", "Open log folder"),
        QT_TRANSLATE_NOOP("Actions", "Show where logs and unsaved runs lie"),
        "folder-open",
    ),
    "help.about": _info(
        QT_TRANSLATE_NOOP("Actions", "About gradviz"),
        QT_TRANSLATE_NOOP("Actions", "Versions and licences"),
        "info",
    ),
}


def make_actions(parent: QObject) -> dict[str, QAction]:
    """All actions of the table, by key."""
    return {key: _make(info, parent) for key, info in TABLE.items()}


def is_local(action: QAction) -> bool:
    """Whether its keys count only while its panel has the focus."""
    return action.shortcutContext() is Qt.ShortcutContext.WidgetWithChildrenShortcut


def set_reason(action: QAction, reason: str) -> None:
    """Enable an action, or disable it and say why in its tooltip."""
    if action.isEnabled() != (not reason):
        action.setEnabled(not reason)
    if action.property("reason") != reason:
        action.setProperty("reason", reason)
        tip = str(action.property("tip"))
        set_tip(action, f"{tip}\n{reason}" if reason else tip)


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
    if info.local:
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    action.setCheckable(info.checkable)
    action.setProperty("tip", QCoreApplication.translate(CONTEXT, info.tip))
    set_tip(action, str(action.property("tip")))
    return action
