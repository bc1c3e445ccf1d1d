"""What is wrong with an experiment, and where: a key path, and the line where the text has lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

Keys = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing that is wrong; `keys` leads to it from the top of the experiment."""

    keys: Keys
    message: str
    line: int | None = None

    @property
    def where(self) -> str:
        """The place as people write it: model.layers[1].body[0].out_features."""
        return dotted(self.keys)


class SpecError(ValueError):
    """The experiment cannot be used; `problems` says why, one line each. `source` is the file's name."""

    def __init__(self, problems: Iterable[Problem], source: str = "") -> None:
        self.problems = tuple(problems)
        self.source = source
        super().__init__("\n".join(self._line(problem) for problem in self.problems))

    def _line(self, problem: Problem) -> str:
        place = self.source
        if problem.line is not None:
            place = f"{place}:{problem.line}" if place else f"line {problem.line}"
        return ": ".join(part for part in (place, problem.where, problem.message) if part)


def keys_of(where: str) -> Keys:
    """The keys that `dotted` wrote: model.layers[1] is ("model", "layers", 1)."""
    parts = re.findall(r"\[(\d+)\]|([^.\[\]]+)", where)
    return tuple(int(number) if number else name for number, name in parts)


def dotted(keys: Keys) -> str:
    """Keys as people write them: ("model", "layers", 1) is model.layers[1]."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text
