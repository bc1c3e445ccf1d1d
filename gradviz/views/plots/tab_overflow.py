"""What tabs beside a title do where there is no room for all of them: the last ones go into a menu.

A heading gives its switches room first, for they belong to the plot that is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from gradviz.views.elided_label import ElidedLabel
from gradviz.views.icons import icon
from gradviz.views.laid_out import laid_out

OVERFLOW_WIDTH = 28


class TabOverflow(QToolButton):
    """A button with a menu of the tabs that are hidden; it is hidden itself where none are."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "small")
        self.setIcon(icon("chevron-down", "secondary"))
        self.setFixedWidth(OVERFLOW_WIDTH)
        self.setToolTip(self.tr("Further plots"))
        self.setAccessibleName(self.tr("Further plots"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setMenu(QMenu(self))
        self.hide()

    def fit(self, heading: QHBoxLayout, tabs: Sequence[QToolButton], room: int, fills: ElidedLabel) -> None:
        """Show as many of `tabs` (in their order) as there is room for beside what `fills` wants."""
        others = 0
        for widget in laid_out(heading):
            if widget is fills:
                others += fills.wanted_width()
            elif not (widget is self or widget in tabs or widget.isHidden()):
                others += width_of(widget) + heading.spacing()
        margins = heading.contentsMargins()
        left = room - others - margins.left() - margins.right() - heading.spacing()
        widths = [tab.width() + heading.spacing() for tab in tabs]
        shown = how_many(widths, left, heading.spacing())
        for at, tab in enumerate(tabs):
            tab.setHidden(at >= shown)
        hidden = tabs[shown:]
        self.setVisible(bool(hidden))
        if [action.text() for action in self.menu().actions()] != [tab.text() for tab in hidden]:
            self.menu().clear()
            for tab in hidden:
                action = self.menu().addAction(tab.text())
                action.setToolTip(tab.toolTip())
                action.triggered.connect(tab.click)


def how_many(widths: Sequence[int], left: int, gap: int) -> int:
    """How many of the first tabs have room; where not all have, the button stands beside them."""
    if sum(widths) <= left:
        return len(widths)
    left -= OVERFLOW_WIDTH + gap
    return next((at for at in range(len(widths)) if sum(widths[: at + 1]) > left), len(widths))


def width_of(widget: QWidget) -> int:
    """What a widget of a heading wants."""
    return max(widget.minimumWidth(), min(widget.sizeHint().width(), widget.maximumWidth()))
