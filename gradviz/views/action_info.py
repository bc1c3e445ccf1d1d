"""One row of the table of actions: what the menus, the shortcuts and the tooltips are made of."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QKeySequence

Shortcut = str | QKeySequence.StandardKey


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionInfo:
    """Text, explanation, icon and shortcut.

    The shortcut of a `local` action counts only while its panel has the focus: its keys mean something else
    elsewhere.
    """

    text: str
    tip: str
    icon: str = ""
    shortcut: Shortcut = ""
    checkable: bool = False
    local: bool = False


def info(
    text: object,
    tip: object,
    icon_name: str = "",
    shortcut: Shortcut = "",
    *,
    checkable: bool = False,
    local: bool = False,
) -> ActionInfo:
    """A row; text and explanation are what `QT_TRANSLATE_NOOP` gives."""
    return ActionInfo(
        text=str(text), tip=str(tip), icon=icon_name, shortcut=shortcut, checkable=checkable, local=local
    )
