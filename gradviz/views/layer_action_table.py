"""The actions of the model builder, as rows of the table of actions."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP
from PySide6.QtGui import QKeySequence

from gradviz.views.action_info import ActionInfo, info

_Key = QKeySequence.StandardKey

LAYER_TABLE: dict[str, ActionInfo] = {
    "edit.cut": info(
        QT_TRANSLATE_NOOP("Actions", "Cut layers"),
        QT_TRANSLATE_NOOP("Actions", "Put the selected layers on the clipboard as text, and remove them"),
        "",
        _Key.Cut,
        local=True,
    ),
    "edit.copy": info(
        QT_TRANSLATE_NOOP("Actions", "Copy layers"),
        QT_TRANSLATE_NOOP("Actions", "Put the selected layers on the clipboard, as text of a file"),
        "",
        _Key.Copy,
        local=True,
    ),
    "edit.paste": info(
        QT_TRANSLATE_NOOP("Actions", "Paste layers"),
        QT_TRANSLATE_NOOP("Actions", "Insert the layers on the clipboard after the selected one"),
        "",
        _Key.Paste,
        local=True,
    ),
    "edit.paste_into": info(
        QT_TRANSLATE_NOOP("Actions", "Paste into block"),
        QT_TRANSLATE_NOOP("Actions", "Insert the layers on the clipboard at the end of the selected block"),
        "",
        "Ctrl+Shift+V",
        local=True,
    ),
    "edit.select_all": info(
        QT_TRANSLATE_NOOP("Actions", "Select all"),
        QT_TRANSLATE_NOOP("Actions", "Select the layers beside the current one; once more: all layers"),
        "",
        _Key.SelectAll,
        local=True,
    ),
    "layer.add": info(
        QT_TRANSLATE_NOOP("Actions", "Add layer…"),
        QT_TRANSLATE_NOOP("Actions", "Add a layer after or into the selected one"),
        "plus",
        "Ctrl+L",
    ),
    "layer.duplicate": info(
        QT_TRANSLATE_NOOP("Actions", "Duplicate"),
        QT_TRANSLATE_NOOP("Actions", "Put copies behind the selected layers"),
        "copy",
        "Ctrl+D",
    ),
    "layer.select_kind": info(
        QT_TRANSLATE_NOOP("Actions", "Select all like this"),
        QT_TRANSLATE_NOOP("Actions", "Select every layer of the same kind as the current one"),
        "",
        "Ctrl+Shift+A",
    ),
    "layer.select_group": info(
        QT_TRANSLATE_NOOP("Actions", "Select all of its group"),
        QT_TRANSLATE_NOOP("Actions", "Select every layer of the current one’s group, as all activations"),
        "",
        "Ctrl+Alt+A",
    ),
    "layer.group_repeat": info(
        QT_TRANSLATE_NOOP("Actions", "Group into Repeat"),
        QT_TRANSLATE_NOOP("Actions", "Put the selected layers into a Repeat; equal rounds become one"),
        "",
        "Ctrl+G",
    ),
    "layer.group_residual": info(
        QT_TRANSLATE_NOOP("Actions", "Group into Residual"),
        QT_TRANSLATE_NOOP("Actions", "Put the selected layers into a Residual, with a shortcut past them"),
        "",
        "Ctrl+R",
    ),
    "layer.group_sequential": info(
        QT_TRANSLATE_NOOP("Actions", "Group into Sequential"),
        QT_TRANSLATE_NOOP("Actions", "Put the selected layers into a block without any effect of its own"),
        "",
        "Ctrl+Shift+Q",
    ),
    "layer.group_parallel": info(
        QT_TRANSLATE_NOOP("Actions", "Group into Parallel"),
        QT_TRANSLATE_NOOP("Actions", "Let the selected layers run side by side on the same input"),
        "",
        "Ctrl+Shift+P",
    ),
    "layer.ungroup": info(
        QT_TRANSLATE_NOOP("Actions", "Ungroup"),
        QT_TRANSLATE_NOOP("Actions", "Put the layers inside the selected blocks in their place, once each"),
        "",
        "Ctrl+Shift+G",
    ),
    "layer.unroll": info(
        QT_TRANSLATE_NOOP("Actions", "Unroll"),
        QT_TRANSLATE_NOOP("Actions", "Write every round of the selected Repeat out as layers of its own"),
        "",
        "Ctrl+Shift+U",
    ),
    "layer.up": info(
        QT_TRANSLATE_NOOP("Actions", "Move up"),
        QT_TRANSLATE_NOOP("Actions", "Move the selected layers towards the input"),
        "arrow-up",
        "Alt+Up",
    ),
    "layer.down": info(
        QT_TRANSLATE_NOOP("Actions", "Move down"),
        QT_TRANSLATE_NOOP("Actions", "Move the selected layers towards the output"),
        "arrow-down",
        "Alt+Down",
    ),
    "layer.repair": info(
        QT_TRANSLATE_NOOP("Actions", "Apply proposed repair"),
        QT_TRANSLATE_NOOP("Actions", "Do what is proposed for the problem"),
        "",
        "Ctrl+.",
    ),
    "layer.freeze": info(
        QT_TRANSLATE_NOOP("Actions", "Freeze layers"),
        QT_TRANSLATE_NOOP("Actions", "Let the selected layers keep their weights, or learn again"),
        "",
        "Ctrl+Shift+F",
    ),
    "layer.save": info(
        QT_TRANSLATE_NOOP("Actions", "Save layers as…"),
        QT_TRANSLATE_NOOP("Actions", "Write the selected layers, or all, into a file"),
    ),
    "layer.fold": info(
        QT_TRANSLATE_NOOP("Actions", "Fold all blocks"),
        QT_TRANSLATE_NOOP("Actions", "Show only the outermost layers"),
        "",
        "Ctrl+-",
    ),
    "layer.unfold": info(
        QT_TRANSLATE_NOOP("Actions", "Unfold all blocks"),
        QT_TRANSLATE_NOOP("Actions", "Show what is inside every block"),
        "",
        "Ctrl++",
    ),
    "layer.more": info(
        QT_TRANSLATE_NOOP("Actions", "More"),
        QT_TRANSLATE_NOOP("Actions", "Everything that can be done with the selected layers"),
        "ellipsis",
    ),
    "layer.remove": info(
        QT_TRANSLATE_NOOP("Actions", "Remove"),
        QT_TRANSLATE_NOOP("Actions", "Remove the selected layers with all they hold"),
        "trash-2",
        "Ctrl+Backspace",
    ),
}
