"""The palette from which layers are added: a search field over the catalogue's groups."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gradviz.spec.catalogue import Catalogue, Entry
from gradviz.views.icons import icon

_SIZE = (300, 380)


class LayerPalette(QFrame):
    """A popup; Enter or a click takes the layer (with Shift it stays open), Escape closes.

    A layer can be dragged out of it to its place.
    """

    chosen = Signal(object)
    """The chosen layer's Entry."""
    closed = Signal()
    dragged = Signal(object)
    """The Entry of a layer that is being dragged out; the palette has closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.resize(*_SIZE)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Search layers"))
        self.search.setAccessibleName(self.search.placeholderText())
        self.search.addAction(icon("search", "secondary"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.installEventFilter(self)
        self.list = QTreeWidget(self)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setIndentation(12)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(self.tr("Layers"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        self.search.textChanged.connect(self._filter)
        self.list.itemClicked.connect(self._on_clicked)
        self.list.viewport().installEventFilter(self)
        self._pressed: QPoint | None = None

    def show_catalogue(self, catalogue: Catalogue) -> None:
        """Offer these layers, grouped."""
        self.list.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for entry in catalogue.layers:
            group = groups.get(entry.group)
            if group is None:
                group = QTreeWidgetItem(self.list, [entry.group])
                group.setFlags(Qt.ItemFlag.ItemIsEnabled)
                font = group.font(0)
                font.setPixelSize(12)
                group.setFont(0, font)
                group.setForeground(0, self.palette().placeholderText())
                groups[entry.group] = group
            item = QTreeWidgetItem(group, [entry.name])
            item.setToolTip(0, entry.doc)
            item.setData(0, Qt.ItemDataRole.UserRole, entry)
        self.list.expandAll()
        self._filter("")

    def popup(self, place: QPoint) -> None:
        """Show it with its upper left corner at a place of the screen."""
        self.search.clear()
        screen = self.screen().availableGeometry()
        x = min(place.x(), screen.right() - self.width())
        y = min(place.y(), screen.bottom() - self.height())
        self.move(max(x, screen.left()), max(y, screen.top()))
        self.show()
        self.search.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """Tell that it has closed, however."""
        super().hideEvent(event)
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and down go through the list while the search field has the focus; Enter takes."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
                self._go(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._take(next(iter(self.list.selectedItems()), None))
                return True
        if watched is self.list.viewport() and isinstance(event, QMouseEvent):
            return self._on_mouse(event)
        return super().eventFilter(watched, event)

    def _on_mouse(self, event: QMouseEvent) -> bool:
        """A press that moves away is the begin of a drag."""
        place = event.position().toPoint()
        if event.type() == QEvent.Type.MouseButtonPress:
            self._pressed = place if event.button() == Qt.MouseButton.LeftButton else None
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self._pressed = None
        elif event.type() == QEvent.Type.MouseMove and self._pressed is not None:
            if (place - self._pressed).manhattanLength() < QApplication.startDragDistance():
                return False
            entry = self._entry(self.list.itemAt(self._pressed))
            self._pressed = None
            if entry is not None:
                self.close()
                self.dragged.emit(entry)
                return True
        return False

    @staticmethod
    def _entry(item: QTreeWidgetItem | None) -> Entry | None:
        entry = None if item is None else item.data(0, Qt.ItemDataRole.UserRole)
        return entry if isinstance(entry, Entry) else None

    def _filter(self, text: str) -> None:
        wanted = text.strip().lower()
        first: QTreeWidgetItem | None = None
        for group in self._groups():
            matches = 0
            for item in self._items(group):
                entry: Entry = item.data(0, Qt.ItemDataRole.UserRole)
                fits = (
                    wanted in entry.name.lower()
                    or wanted in entry.group.lower()
                    or wanted in entry.doc.lower()
                )
                item.setHidden(not fits)
                matches += fits
                if fits and (first is None or (entry.name.lower().startswith(wanted) and wanted)):
                    first = first if first is not None and _starts(first, wanted) else item
            group.setHidden(not matches)
        if first is None:
            self.list.clearSelection()
        else:
            self.list.setCurrentItem(first)

    def _go(self, direction: int) -> None:
        shown = [item for group in self._groups() for item in self._items(group) if not item.isHidden()]
        if not shown:
            return
        current = self.list.currentItem()
        place = shown.index(current) + direction if current in shown else 0
        self.list.setCurrentItem(shown[place % len(shown)])

    def _on_clicked(self, item: QTreeWidgetItem) -> None:
        self._take(item)

    def _take(self, item: QTreeWidgetItem | None) -> None:
        entry = self._entry(item)
        if entry is not None:
            if not QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.close()
            self.chosen.emit(entry)

    def _groups(self) -> list[QTreeWidgetItem]:
        return [item for i in range(self.list.topLevelItemCount()) if (item := self.list.topLevelItem(i))]

    @staticmethod
    def _items(group: QTreeWidgetItem) -> list[QTreeWidgetItem]:
        return [group.child(i) for i in range(group.childCount())]


def _starts(item: QTreeWidgetItem, wanted: str) -> bool:
    return bool(wanted) and item.text(0).lower().startswith(wanted)
