"""The lines of a Keras model as data, before they are text: assignments, remarks and loops.

A name ends, or has inside, the number of its layer; it is kept apart from the text, so that lines which
differ in nothing else can become a loop over it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gradviz.export.expression import Call

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Count:
    """A number that loops count up: `first`, and the step of each loop around it, the innermost first."""

    first: int
    steps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbered:
    """A text with numbers in it: parts[0] numbers[0] parts[1] … parts[-1]."""

    parts: tuple[str, ...]
    numbers: tuple[Count, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Numbered:
        """The text, its numbers taken out; one with leading zeros stays text."""
        found = [match for match in _DIGITS.finditer(text) if match[0] == str(int(match[0]))]
        edges = [0, *(place for match in found for place in match.span()), len(text)]
        parts = tuple(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
        return cls(parts, tuple(Count(int(match[0])) for match in found))


@dataclass(frozen=True, slots=True)
class Assign:
    """target = call(operand), the layer named `name`; without a `call` just target = operand."""

    target: str
    operand: str
    call: Call | None = None
    name: Numbered | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment that says which block begins; in a loop it goes without its numbers."""

    text: Numbered


@dataclass(frozen=True, slots=True)
class Loop:
    """The body, `times` times."""

    times: int
    body: tuple[Statement, ...]


Statement = Assign | Remark | Loop
