"""Which run is shown, and which others are compared with it: a check beside each run, in the run's colour.

The check is a place of its own in the row: a click on it (or Space) compares and leaves the list open, a
click on the name shows that run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QComboBox,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gradviz.views.appearance import appearance
from gradviz.views.theme import run_tone

if TYPE_CHECKING:
    from gradviz.control.run_entry import RunEntry

_COMPARE_WIDTH = 92
_LIST_WIDTH = 232
_TICK = (QPoint(3, 7), QPoint(6, 10), QPoint(11, 4))
_NUMBER = Qt.ItemDataRole.UserRole + 1
Index = QModelIndex | QPersistentModelIndex


class RunChooser(QComboBox):
    """The session's runs; the empty plots of the next one stand first."""

    compare_wanted = Signal(str, bool)
    """The id of a run, and whether it is to be compared."""
    picked = Signal()
    """A run was taken from the open list; not told of one that keys reach in the closed list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTip(self.tr("The run that is shown; in its list others are chosen to compare (Space)"))
        self.setAccessibleName(self.tr("Shown run"))
        self._compared: Mapping[str, int] = {}
        self._runs: tuple[tuple[str, str], ...] = ()
        self.setItemDelegate(_RunRow(self))
        self.view().setMinimumWidth(_LIST_WIDTH)
        self.view().viewport().installEventFilter(self)
        self.view().installEventFilter(self)
        self._has_been_open = False
        self.activated.connect(self._on_activated)

    def show_runs(self, runs: Sequence[RunEntry], shown: str | None) -> None:
        """Offer these, and show which one is shown."""
        self.blockSignals(True)  # noqa: FBT003 - Qt's own
        named = tuple((run.id, run.name) for run in reversed(runs))
        if named != self._runs or not self.count():
            self._runs = named
            self.clear()
            self.addItem(self.tr("New run"), None)
            for run_id, name in named:
                self.addItem(name, run_id)
            self._check()
        self.setCurrentIndex(max(0, self.findData(shown)) if shown else 0)
        self.setEnabled(bool(runs))
        self.blockSignals(False)  # noqa: FBT003

    def show_compared(self, numbers: Mapping[str, int]) -> None:
        """Check these runs; the number of each gives its colour."""
        self._compared = dict(numbers)
        self._check()

    def is_compared(self, index: Index) -> bool:
        """Whether the run of a row is compared."""
        return bool(index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked.value)

    def showPopup(self) -> None:
        """Open the list."""
        self._has_been_open = True
        super().showPopup()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go through the runs of the closed list."""
        self._has_been_open = False
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take clicks on a check, and Space, for the check alone."""
        if watched is self.view().viewport() and isinstance(event, QMouseEvent):
            index = self.view().indexAt(event.position().toPoint())
            on_check = event.position().x() >= self.view().viewport().width() - _COMPARE_WIDTH
            if index.isValid() and index.data(Qt.ItemDataRole.UserRole) and on_check:
                if event.type() is QEvent.Type.MouseButtonRelease:
                    self._toggle(index)
                return event.type() is not QEvent.Type.MouseMove
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Space
            and self.view().isVisible()
        ):
            self._toggle(self.view().currentIndex())
            return True
        return bool(super().eventFilter(watched, event))

    def _on_activated(self, _index: int) -> None:
        if self._has_been_open:
            self._has_been_open = False
            self.picked.emit()

    def _toggle(self, index: Index) -> None:
        run_id = index.data(Qt.ItemDataRole.UserRole)
        if run_id:
            self.compare_wanted.emit(run_id, not self.is_compared(index))

    def _check(self) -> None:
        for row in range(1, self.count()):
            number = self._compared.get(self.itemData(row))
            state = Qt.CheckState.Unchecked if number is None else Qt.CheckState.Checked
            self.setItemData(row, state.value, Qt.ItemDataRole.CheckStateRole)
            self.setItemData(row, number, _NUMBER)


class _RunRow(QStyledItemDelegate):
    """The name at the left, “compare” with its check at the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw the row."""
        plain = QStyleOptionViewItem(option)
        super().paint(painter, plain, index)
        if not index.data(Qt.ItemDataRole.UserRole):
            return
        theme = appearance().theme
        number = index.data(_NUMBER)
        colour = QColor(theme.secondary if number is None else getattr(theme, run_tone(number)))
        rect: QRect = option.rect  # type: ignore[attr-defined]
        left = rect.right() - _COMPARE_WIDTH + 8
        box = QRect(left, rect.center().y() - 6, 13, 13)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.2))
        painter.setBrush(colour if number is not None else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 3, 3)
        if number is not None:
            painter.setPen(QPen(QColor(theme.panel), 1.8))
            painter.drawPolyline([box.topLeft() + point for point in _TICK])
        font = painter.font()
        font.setPixelSize(12)
        painter.setFont(font)
        painter.setPen(QColor(theme.text if number is not None else theme.secondary))
        text = QRect(box.right() + 7, rect.top(), rect.right() - box.right() - 7, rect.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, self.tr("compare"))
        painter.restore()

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        """The check is drawn at the right, so the style draws none."""
        super().initStyleOption(option, index)
        option.features &= ~QStyleOptionViewItem.ViewItemFeature.HasCheckIndicator  # type: ignore[attr-defined]
