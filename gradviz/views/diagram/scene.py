"""The laid-out diagram: boxes and lines at places of its own coordinates, with the way to find them.

The unit is a pixel at full size, x = 0 is the middle of the main column, y grows from input to loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from gradviz.spec.experiment import Path
from gradviz.views.diagram.folds import Fold
from gradviz.views.diagram.node import Key, Node

CARD_WIDTH = 244.0
CARD_HEIGHT = 44.0
FLAT_HEIGHT = 28.0
SIDE_WIDTH = 136.0
GAP = 16.0
PAD = 14.0
HEADER = 34.0
JOIN = 20.0


Edges = npt.NDArray[np.float64]


class Form(Enum):
    """What a box looks like."""

    CARD = "card"
    FRAME = "frame"
    END = "end"
    JOIN = "join"


class Box(NamedTuple):
    """One thing with a place; `parent` is the frame around it (-1: none), `depth` how many there are."""

    node: Node
    form: Form
    left: float
    top: float
    width: float
    height: float
    parent: int = -1
    depth: int = 0
    fold: Fold = Fold.FOLDED
    text: str = ""

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height


class Line(NamedTuple):
    """A way of the signal, with round corners; `skips` marks a skip connection."""

    points: tuple[tuple[float, float], ...]
    arrow: bool = True
    skips: bool = False


class Label(NamedTuple):
    """A word beside the column: which round this is. (x, y) is the middle of its right end."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Bars:
    """The cards as columns [n], for when they are so small that they are drawn by the thousand.

    `row` is the layer of a card that has one, -1 for a card that has none or several (`count`).
    """

    number: npt.NDArray[np.intp]
    left: npt.NDArray[np.float64]
    right: npt.NDArray[np.float64]
    top: npt.NDArray[np.float64]
    bottom: npt.NDArray[np.float64]
    count: npt.NDArray[np.intp]
    row: npt.NDArray[np.intp]

    @classmethod
    def of(cls, boxes: Sequence[Box], edges: Edges) -> Bars:
        """Those of a scene's boxes, whose left, top, width and height are `edges` [boxes, 4]."""
        number = np.flatnonzero([box.form is Form.CARD for box in boxes])
        rows = [boxes[card].node.rows for card in number.tolist()]
        left, top, width, height = edges[number].T
        return cls(
            number=number,
            left=left,
            right=left + width,
            top=top,
            bottom=top + height,
            count=np.array([len(found) for found in rows], dtype=np.intp),
            row=np.array([found[0] if len(found) == 1 else -1 for found in rows], dtype=np.intp),
        )


class Scene:
    """All that is drawn, a frame before what is in it."""

    def __init__(self, boxes: Sequence[Box], lines: Sequence[Line], labels: Sequence[Label]) -> None:
        self.boxes = tuple(boxes)
        self.lines = tuple(lines)
        self.labels = tuple(labels)
        edges = np.array([box[2:6] for box in boxes], dtype=float).reshape(-1, 4)
        self._box_tops, self._box_bottoms = edges[:, 1], edges[:, 1] + edges[:, 3]
        self.left = float(edges[:, 0].min(initial=0.0))
        self.right = float((edges[:, 0] + edges[:, 2]).max(initial=0.0))
        self.height = float(self._box_bottoms.max(initial=0.0))
        heights = [[y for _, y in line.points] for line in lines]
        self._line_tops = np.array([min(found) for found in heights], dtype=float)
        self._line_bottoms = np.array([max(found) for found in heights], dtype=float)
        self.bars = Bars.of(boxes, edges)
        self._label_at = np.array([label.y for label in labels], dtype=float)
        self.places: dict[Key, int] = {}
        for number, box in enumerate(boxes):
            if box.form is not Form.JOIN:
                self.places[box.node.key] = number
        self.stops = tuple(number for number, box in enumerate(boxes) if box.form in (Form.CARD, Form.FRAME))
        """The boxes that a person can go to, in reading order."""

    @property
    def width(self) -> float:
        """From the leftmost to the rightmost edge."""
        return self.right - self.left

    def boxes_between(self, top: float, bottom: float) -> list[int]:
        """The boxes that are at least partly between two heights, frames before what is in them."""
        return _between(self._box_tops, self._box_bottoms, top, bottom)

    def lines_between(self, top: float, bottom: float) -> list[int]:
        """The lines there."""
        return _between(self._line_tops, self._line_bottoms, top, bottom)

    def labels_between(self, top: float, bottom: float) -> list[int]:
        """The labels there."""
        return _between(self._label_at, self._label_at, top, bottom)

    def at(self, x: float, y: float) -> int | None:
        """The innermost box at a place that can be gone to."""
        for number in reversed(self.boxes_between(y, y)):
            box = self.boxes[number]
            if box.form in (Form.CARD, Form.FRAME) and box.left <= x <= box.right:
                return number
        return None

    def place_of(self, path: Path, row: int | None = None) -> int | None:
        """The box of a layer of the tree; `row` chooses among its rounds, the first is taken without."""
        found = [
            number
            for key, number in self.places.items()
            if key[0] == path and (row is None or row in self.boxes[number].node.rows)
        ]
        innermost = max((self.boxes[number].depth for number in found), default=0)
        return next((number for number in found if self.boxes[number].depth == innermost), None)


def _between(
    tops: npt.NDArray[np.float64], bottoms: npt.NDArray[np.float64], top: float, bottom: float
) -> list[int]:
    found: list[int] = np.flatnonzero((bottoms >= top) & (tops <= bottom)).tolist()
    return found
