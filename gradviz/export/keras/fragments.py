"""Definitions that scripts carry, out of files of resources that can be read and checked like any others.

A script gets those that it names and those that they need, in the order of the files.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from gradviz.paths import resources

_FILES = tuple(f"keras_{part}.py" for part in ("initializers", "activations", "layers", "optimizers"))
_REMARK = re.compile(r"\s*#\s*noqa.*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fragment:
    """One class or function as text, and the names in it."""

    text: str
    names: frozenset[str]


def carried(names: Iterable[str]) -> list[str]:
    """The texts of these definitions and of what they need. Raises KeyError for one that there is not."""
    known = fragments()
    wanted: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += [inner for inner in known[name].names if inner in known]
    return [fragment.text for name, fragment in known.items() if name in wanted]


@lru_cache(maxsize=1)
def fragments() -> dict[str, Fragment]:
    """All definitions by their names."""
    found = {}
    for file in _FILES:
        text = (resources() / "export" / file).read_text(encoding="utf-8")
        lines = text.splitlines()
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef):
                first = min([node.lineno, *(part.lineno for part in node.decorator_list)])
                body = "\n".join(lines[first - 1 : node.end_lineno])
                found[node.name] = Fragment(text=_REMARK.sub("", body), names=names_in(node))
    return found


def names_in(node: ast.AST) -> frozenset[str]:
    """The plain names that stand in a piece of Python."""
    return frozenset(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))
