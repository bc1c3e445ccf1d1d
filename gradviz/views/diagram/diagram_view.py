"""The diagram on the screen: draws the scene, folds and unfolds blocks, picks layers by mouse and keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QLabel, QWidget

from gradviz.spec.experiment import Path
from gradviz.views.appearance import appearance
from gradviz.views.diagram import keyboard
from gradviz.views.diagram.card_words import card_words, spoken
from gradviz.views.diagram.colouring import Colouring
from gradviz.views.diagram.detail import Zone, can_fold, row_at, view_rect, zone_at
from gradviz.views.diagram.folds import Fold, Folds, can_show_rounds
from gradviz.views.diagram.layout import lay_out
from gradviz.views.diagram.look import Look
from gradviz.views.diagram.node import Key, Node
from gradviz.views.diagram.outline import Outline
from gradviz.views.diagram.scene import Form
from gradviz.views.diagram.scene_painter import paint_scene
from gradviz.views.diagram.surface import Surface
from gradviz.views.picking import Pick, pick_of
from gradviz.views.plots.hover_card import HoverCard
from gradviz.views.theme import Theme


class DiagramView(Surface):
    """Shows an outline of the model with the colours of a run."""

    picked = Signal(object, object)
    """The user chose a node: its path, and the measured layer (int, as in the outline) or None.

    `pick` is what that means.
    """
    menu_wanted = Signal(object)
    """The place on the screen (QPoint)."""
    reset_wanted = Signal()
    folded = Signal(object)
    """The Folds after the user has folded or unfolded something, or chosen what a folded block hid."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.outline = Outline()
        self.folds = Folds()
        self.colouring = Colouring()
        self.loss_text = ""
        self.current: int | None = None
        self.pick = Pick.ONE
        self._chosen: frozenset[int] = frozenset()
        self._beside: frozenset[int] = frozenset()
        self._key: Key | None = None
        self._path: Path = ()
        self._row: int | None = None
        self._hovered: int | None = None
        self._theme = appearance().theme
        self.card = HoverCard(self.viewport())
        self._quiet = QLabel(self.viewport())
        self._quiet.setProperty("role", "quiet")
        self._quiet.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._quiet.setWordWrap(True)
        self._quiet.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._quiet.hide()
        self.setAccessibleName(self.tr("Network diagram"))
        self.set_theme(self._theme)

    @property
    def selected(self) -> Node | None:
        """The node that keys act on."""
        return None if self.current is None else self.scene.boxes[self.current].node

    def set_theme(self, theme: Theme) -> None:
        """Draw in that theme's colours."""
        self._theme = theme
        self.colouring.set_theme(theme)
        self.viewport().update()

    def look(self, *, plain: bool = False) -> Look:
        """What it is drawn with; `plain` leaves out what is selected and pointed at."""
        seen = (None, None, None) if plain else (self.current, self._row, self._hovered)
        selected, row, hovered = seen
        return Look(
            theme=self._theme,
            colouring=self.colouring,
            selected=selected,
            beside=frozenset() if plain else self._beside,
            row=row,
            hovered=hovered,
            loss=self.loss_text,
        )

    def set_quiet_line(self, text: str) -> None:
        """A sentence at the bottom, or in the middle of an empty diagram; none for an empty text."""
        self._quiet.setText(text)
        self._quiet.setVisible(bool(text))
        self._place_quiet_line()

    def show_outline(self, outline: Outline, folds: Folds) -> None:
        """Draw another model, or the same after an edit; what is seen stays where it was."""
        self.outline, self.folds = outline, folds
        if len(self.colouring.codes) != len(outline.measured):
            self.colouring.clear(len(outline.measured))
        self._lay_out()

    def select(self, path: Path, row: int | None, *, reveal: bool) -> None:
        """Emphasise a layer of the tree, one round of it; `reveal` unfolds and scrolls to it."""
        self._path, self._row, self._key = path, row, None
        if reveal and self._unfold_above(path):
            self._lay_out()
            self.folded.emit(self.folds)
        self._find_current()
        if reveal and self.current is not None:
            self.reveal(self.current)
        self.viewport().update()

    def select_beside(self, rows: frozenset[int]) -> None:
        """Emphasise those measured layers too, numbered as in the outline."""
        if rows != self._chosen:
            self._chosen = rows
            self._find_beside()
            self.viewport().update()

    def go(self, number: int | None) -> None:
        """Choose a box and scroll to it."""
        if number is not None:
            self._pick(number)
            if self.current is not None:
                self.reveal(self.current)

    def set_fold(self, number: int, fold: Fold) -> None:
        """Draw a block otherwise; its heading stays where it is on the screen."""
        box = self.scene.boxes[number]
        x, y = self.camera.to_view(box.left, box.top)
        self.folds = self.folds.set(box.node.path, fold)
        self._lay_out()
        after = self.scene.places.get(box.node.key)
        if after is not None:
            now = self.scene.boxes[after]
            self.move_camera(self.camera.with_place_at((now.left, now.top), x, y))
        self.folded.emit(self.folds)

    def toggle(self, number: int) -> None:
        """Fold an unfolded block, unfold a folded one."""
        node = self.scene.boxes[number].node
        if can_fold(node):
            self.set_fold(number, Fold.ONCE if self.folds.of(node) is Fold.FOLDED else Fold.FOLDED)

    def toggle_rounds(self, number: int) -> None:
        """Draw a Repeat round by round, or its body once."""
        node = self.scene.boxes[number].node
        if can_show_rounds(node):
            self.set_fold(number, Fold.ONCE if self.folds.of(node) is Fold.ROUNDS else Fold.ROUNDS)

    def fold_all(self, fold: Fold) -> None:
        """Fold or unfold every block."""
        self.folds = self.folds.set_all(self.outline.nodes, fold)
        self._lay_out()
        self.show_start()
        self.folded.emit(self.folds)

    # picking

    def pressed_at(self, place: QPointF, event: QMouseEvent) -> None:
        """Choose what is there, beside what was chosen while Ctrl or Shift is held."""
        number = self._at(place)
        if number is None:
            return
        self.pick = pick_of(event.modifiers())
        match self._zone(number, place):
            case Zone.CHEVRON:
                self.toggle(number)
            case Zone.PILL:
                self.toggle_rounds(number)
            case Zone.STRIPE:
                box = self.scene.boxes[number]
                self._pick(number, row_at(box, view_rect(box, self.camera), place.y()))
            case Zone.BODY:
                self._pick(number)
        self.pick = Pick.ONE

    def pointed_at(self, place: QPointF | None) -> None:
        """Tell of what is there."""
        number = None if place is None else self._at(place)
        if number != self._hovered:
            self._hovered = number
            self.viewport().update()
        if place is None or number is None:
            self.card.hide()
            return
        box = self.scene.boxes[number]
        zone = self._zone(number, place)
        row = row_at(box, view_rect(box, self.camera), place.y()) if zone is Zone.STRIPE else None
        title, lines = card_words(box, zone, row, self.outline, self.colouring)
        self.card.show_at(place.toPoint(), title, lines)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fold or unfold the block there; on the ground, show all."""
        number = self._at(event.position())
        if number is None:
            self.reset_wanted.emit()
        elif self._zone(number, event.position()) in (Zone.BODY, Zone.STRIPE):
            self.toggle(number)
        else:
            self.pressed_at(event.position(), event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu, for what is there."""
        number = self._at(QPointF(event.pos()))
        if number is not None and event.reason() is QContextMenuEvent.Reason.Mouse:
            self._pick(number)
        self.menu_wanted.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from box to box, + and − fold, with Ctrl they zoom."""
        event.setAccepted(keyboard.pressed(self, event))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys act."""
        super().focusInEvent(event)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is in sight."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), QColor(self._theme.ground))
        paint_scene(painter, self.scene, self.camera, self.look())
        if self._has_overview():
            ground = QRect(0, 0, round(self.camera.reserved), self.viewport().height())
            painter.fillRect(ground, QColor(self._theme.ground))
            self.overview.paint(painter, self.camera, self._theme, self.colouring)
        painter.end()

    def resizeEvent(self, event: object) -> None:
        """Keep the quiet line in its place."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._place_quiet_line()

    # inside

    def _lay_out(self) -> None:
        self._hovered = None
        self.card.hide()
        self.set_scene(lay_out(self.outline, self.folds, loss=self.tr("Loss"), first=self.tr("Input")))
        self._find_current()

    def _find_current(self) -> None:
        """The box of what is selected; while that is inside a folded block, the block's."""
        found = self.scene.places.get(self._key) if self._key is not None else None
        path = self._path
        while found is None and path:
            found = self.scene.place_of(path, self._row)
            if found is None:
                found = self.scene.place_of(path)
            path = path[:-1]
        self.current = found
        self._find_beside()

    def _find_beside(self) -> None:
        """The cards of the other selected layers; a folded block stands for what is in it."""
        boxes = enumerate(self.scene.boxes) if self._chosen else ()
        self._beside = frozenset(
            number
            for number, box in boxes
            if box.form is Form.CARD and not self._chosen.isdisjoint(box.node.rows)
        )

    def _unfold_above(self, path: Path) -> bool:
        """Unfold the blocks around a layer; whether any was folded."""
        nodes, changed = self.outline.nodes, False
        for depth in range(1, len(path)):
            node = next((node for node in nodes if node.path == path[:depth]), None)
            if node is None:
                break
            if self.folds.of(node) is Fold.FOLDED and can_fold(node):
                self.folds = self.folds.set(node.path, Fold.ONCE)
                changed = True
            nodes = node.children
        return changed

    def _at(self, place: QPointF) -> int | None:
        if self._has_overview() and place.x() < self.camera.reserved:
            return None
        return self.scene.at(*self.camera.to_scene(place.x(), place.y()))

    def _zone(self, number: int, place: QPointF) -> Zone:
        box = self.scene.boxes[number]
        return zone_at(box, view_rect(box, self.camera), self.camera.zoom, place.x(), place.y())

    def _pick(self, number: int, row: int | None = None) -> None:
        node = self.scene.boxes[number].node
        self.current, self._key, self._path = number, node.key, node.path
        if row is None and node.rows:
            row = self._row if self._row in node.rows else node.rows[0]
        self._row = row
        self.setAccessibleDescription(spoken(node, self.outline, self.colouring))
        self.viewport().update()
        self.picked.emit(node.path, row)

    def _place_quiet_line(self) -> None:
        room = max(self.viewport().width() - 48, 0)
        self._quiet.ensurePolished()
        width = min(room, self._quiet.fontMetrics().horizontalAdvance(self._quiet.text()) + 32)
        height = self._quiet.heightForWidth(width)
        empty = not self.scene.boxes
        bottom = (self.viewport().height() + height) // 2 if empty else self.viewport().height() - 10
        self._quiet.setGeometry((self.viewport().width() - width) // 2, bottom - height, width, height)
