"""What a scene is drawn with, beside where it is seen from: theme, colours of the run, what stands out."""

from __future__ import annotations

from dataclasses import dataclass

from gradviz.views.diagram.colouring import Colouring
from gradviz.views.theme import Theme


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """`selected`, `beside` and `hovered` are numbers of boxes, `row` the selected layer inside a stripe.

    What is selected `beside` it has the same frame.

    `loss` is the loss at the shown step, as text.
    """

    theme: Theme
    colouring: Colouring
    selected: int | None = None
    beside: frozenset[int] = frozenset()
    row: int | None = None
    hovered: int | None = None
    loss: str = ""
