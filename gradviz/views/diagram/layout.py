"""Puts the nodes in their places: one column from the input to the loss, blocks as frames around theirs.

Pure arithmetic in two passes: how much room each node needs to both sides of the signal's way, then where
it stands. Branches stand side by side, a shortcut runs at the right of what it passes by.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from gradviz.views.diagram.folds import Fold, Folds
from gradviz.views.diagram.node import Key, Node, Role
from gradviz.views.diagram.outline import Outline, rounds_of
from gradviz.views.diagram.scene import (
    CARD_HEIGHT,
    CARD_WIDTH,
    FLAT_HEIGHT,
    GAP,
    HEADER,
    JOIN,
    PAD,
    SIDE_WIDTH,
    Box,
    Form,
    Label,
    Line,
    Scene,
)

_LANE = 34.0
"""Room for a shortcut that is only a line."""
_ROUND = 30.0
"""Room for the number of a round."""
_END_WIDTH = 172.0
_BETWEEN_ROUNDS = 12.0
_STACK = 8.0


class _Room(NamedTuple):
    """What a node needs: to the left and right of the signal's way, and in height."""

    left: float
    right: float
    height: float


_TALL = _Room(CARD_WIDTH / 2, CARD_WIDTH / 2, CARD_HEIGHT)
_FLAT = _Room(CARD_WIDTH / 2, CARD_WIDTH / 2, FLAT_HEIGHT)


class _Around(NamedTuple):
    """What a node stands in: the number of the frame's box, and how many frames there are around."""

    frame: int = -1
    depth: int = 0


def lay_out(outline: Outline, folds: Folds, *, first: str = "Input", loss: str = "Loss") -> Scene:
    """The scene of a model; `first` and `loss` name its two ends."""
    if not outline.nodes:
        return Scene((), (), ())
    return _Layout(outline, folds, first, loss).scene()


class _Layout:
    """One pass over the nodes."""

    def __init__(self, outline: Outline, folds: Folds, first: str, loss: str) -> None:
        self._outline = outline
        self._folds = folds
        self._first, self._loss = first, loss
        self._rooms: dict[Key, _Room] = {}
        self._contents: dict[Key, tuple[Node, ...]] = {}
        self._boxes: list[Box] = []
        self._lines: list[Line] = []
        self._labels: list[Label] = []

    def scene(self) -> Scene:
        """All of it."""
        shape = self._outline.input_shape
        size = " × ".join(str(number) for number in shape) if shape else ""
        top = self._end(Node(path=(), role=Role.INPUT, title=self._first, detail=size, part=0), 0.0)
        top = self._column(self._outline.nodes, 0.0, top, _Around())
        self._line((0.0, top), (0.0, top + GAP))
        self._end(Node(path=(), role=Role.LOSS, title=self._loss, part=1), top + GAP)
        return Scene(self._boxes, self._lines, self._labels)

    # room

    def _room(self, node: Node) -> _Room:
        if not node.children:
            return _TALL if node.is_tall else _FLAT
        found = self._rooms.get(node.key)
        if found is None:
            found = self._rooms[node.key] = self._find_room(node)
        return found

    def _find_room(self, node: Node) -> _Room:
        fold = self._folds.of(node)
        if fold is Fold.FOLDED:
            height = _height((node,))
            stack = _STACK if node.role is Role.REPEAT else 0.0
            return _Room(CARD_WIDTH / 2, CARD_WIDTH / 2 + stack, height + stack)
        content = self._content(node, fold)
        if node.role is Role.PARALLEL:
            rooms = [self._room(child) for child in content]
            width = sum(room.left + room.right for room in rooms) + GAP * (len(rooms) - 1)
            inner = max(room.height for room in rooms) + 4 * GAP + JOIN
            half = max(width / 2, CARD_WIDTH / 2) + PAD
            return _Room(half, half, HEADER + inner + PAD)
        left, right, inner = self._column_room(content, rounds=fold is Fold.ROUNDS)
        if _has_shortcut(node):
            right += self._lane(node)
            inner = (
                max(inner, _height(node.own))
                + GAP
                + JOIN
                + sum(self._room(child).height + GAP for child in node.after)
            )
        return _Room(left + PAD, right + PAD, HEADER + GAP + inner + PAD)

    def _column_room(self, nodes: Sequence[Node], *, rounds: bool) -> tuple[float, float, float]:
        rooms = [self._room(node) for node in nodes]
        left = max((room.left for room in rooms), default=CARD_WIDTH / 2)
        right = max((room.right for room in rooms), default=CARD_WIDTH / 2)
        height = sum(room.height for room in rooms) + GAP * max(len(rooms) - 1, 0)
        if rounds:
            starts = sum(1 for before, after in pairwise(nodes) if before.rounds != after.rounds)
            return left + _ROUND, right, height + _BETWEEN_ROUNDS * starts
        return left, right, height

    def _lane(self, node: Node) -> float:
        return SIDE_WIDTH + GAP if node.own else _LANE

    def _content(self, node: Node, fold: Fold) -> tuple[Node, ...]:
        found = self._contents.get(node.key)
        if found is None:
            found = node.children
            if fold is Fold.ROUNDS:
                split = [rounds_of(child, node.times, self._outline.measured) for child in node.children]
                found = tuple(child for group in zip(*split, strict=True) for child in group)
            self._contents[node.key] = found
        return found

    # places

    def _column(
        self, nodes: Sequence[Node], x: float, top: float, around: _Around, *, first_line: bool = True
    ) -> float:
        """Nodes one below the other, with the lines between them; returns where the last one ends."""
        for number, node in enumerate(nodes):
            if number or first_line:
                below = top + GAP
                if number and node.rounds != nodes[number - 1].rounds:
                    below += _BETWEEN_ROUNDS
                self._line((x, top), (x, below))
                top = below
            top = self._node(node, x, top, around)
        return top

    def _node(self, node: Node, x: float, top: float, around: _Around) -> float:
        room, fold = self._room(node), self._folds.of(node)
        if fold is Fold.FOLDED:
            stack = _STACK if node.role is Role.REPEAT and node.children else 0.0
            self._boxes.append(
                Box(node, Form.CARD, x - room.left, top, CARD_WIDTH, room.height - stack, *around)
            )
            return top + room.height
        within = _Around(len(self._boxes), around.depth + 1)
        width = room.left + room.right
        self._boxes.append(Box(node, Form.FRAME, x - room.left, top, width, room.height, *around, fold))
        content, inside = self._content(node, fold), top + HEADER
        if node.role is Role.PARALLEL:
            self._branches(node, content, (x, inside), within)
            return top + room.height
        start = inside + GAP
        self._line((x, inside), (x, start))
        end = self._column(content, x, start, within, first_line=False)
        if fold is Fold.ROUNDS:
            self._number_rounds(within.frame)
        if _has_shortcut(node):
            lane = x + self._column_room(content, rounds=fold is Fold.ROUNDS)[1] + GAP
            join = max(end, start + _height(node.own)) + GAP
            self._line((x, end), (x, join))
            self._boxes.append(Box(node, Form.JOIN, x - JOIN / 2, join, JOIN, JOIN, *within, text="+"))
            self._shortcut(node, x, lane, (inside, join + JOIN / 2), within)
            self._column(node.after, x, join + JOIN, within)
        return top + room.height

    def _branches(
        self, node: Node, content: tuple[Node, ...], place: tuple[float, float], within: _Around
    ) -> None:
        x, top = place
        rooms = [self._room(child) for child in content]
        left = x - (sum(room.left + room.right for room in rooms) + GAP * (len(rooms) - 1)) / 2
        fork, start = top + GAP / 2, top + 2 * GAP
        end = start + max(room.height for room in rooms)
        join = end + 2 * GAP
        for child, room in zip(content, rooms, strict=True):
            way = left + room.left
            self._lines.append(Line(points=_elbow(x, top, way, start, fork)))
            bottom = self._node(child, way, start, within)
            self._lines.append(Line(points=_elbow(way, bottom, x, join, end + GAP / 2)))
            left += room.left + room.right + GAP
        self._boxes.append(Box(node, Form.JOIN, x - JOIN / 2, join, JOIN, JOIN, *within, text=node.join))

    def _shortcut(
        self, node: Node, x: float, lane: float, span: tuple[float, float], within: _Around
    ) -> None:
        """The way past the body: a line, or one through the projection's card."""
        fork, join = span
        lane += SIDE_WIDTH / 2 if node.own else 2
        if not node.own:
            self._skip((x, fork), (lane, fork), (lane, join), (x + JOIN / 2, join))
            return
        top = (fork + join - _height(node.own)) / 2
        self._skip((x, fork), (lane, fork), (lane, top))
        for child in node.own:
            left, height = lane - SIDE_WIDTH / 2, _height((child,))
            self._boxes.append(Box(child, Form.CARD, left, top, SIDE_WIDTH, height, *within))
            top += height + GAP
            if child is not node.own[-1]:
                self._skip((lane, top - GAP), (lane, top))
        self._skip((lane, top - GAP), (lane, join), (x + JOIN / 2, join))

    def _number_rounds(self, frame: int) -> None:
        """The number of each round at the left of its first box."""
        seen = -1
        for box in self._boxes[frame + 1 :]:
            if box.parent == frame and box.form is not Form.JOIN and box.node.rounds[-1] != seen:
                seen = box.node.rounds[-1]
                header = box.height if box.form is Form.CARD else HEADER
                self._labels.append(
                    Label(self._boxes[frame].left + PAD + _ROUND - 8, box.top + header / 2, str(seen + 1))
                )

    def _end(self, node: Node, top: float) -> float:
        self._boxes.append(Box(node, Form.END, -_END_WIDTH / 2, top, _END_WIDTH, FLAT_HEIGHT))
        return top + FLAT_HEIGHT

    def _line(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        self._lines.append(Line((start, end)))

    def _skip(self, *points: tuple[float, float]) -> None:
        self._lines.append(Line(points=points, skips=True))


def _height(cards: Sequence[Node]) -> float:
    """How high cards are, one below the other."""
    heights = [CARD_HEIGHT if node.is_tall else FLAT_HEIGHT for node in cards]
    return sum(heights) + GAP * max(len(heights) - 1, 0)


def _has_shortcut(node: Node) -> bool:
    return node.role is Role.RESIDUAL or bool(node.own)


def _elbow(x0: float, y0: float, x1: float, y1: float, turn: float) -> tuple[tuple[float, float], ...]:
    return ((x0, y0), (x1, y1)) if x0 == x1 else ((x0, y0), (x0, turn), (x1, turn), (x1, y1))
