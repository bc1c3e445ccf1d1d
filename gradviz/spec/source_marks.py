"""Marks of an imported model's files, by which a run knows whether its code is still the same.

A mark is of what the code says: comments and layout do not count. The files are the model's own and those
beside it that it imports; they are read and parsed here, never run.
"""

from __future__ import annotations

import ast
import platform
from collections.abc import Iterator, Mapping
from hashlib import sha256

from gradviz.spec.source import split_source


def source_marks(source: str) -> dict[str, str]:
    """The mark of each file by its name; none where there is no such model, or a file that cannot be read."""
    if not source:
        return {}
    marks: dict[str, str] = {}
    waiting = [split_source(source)[0].resolve()]
    while waiting:
        file = waiting.pop()
        if file.name in marks:
            continue
        try:
            tree = ast.parse(file.read_bytes())
            marks[file.name] = sha256(ast.unparse(tree).encode()).hexdigest()[:12]
        except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        beside = (file.parent / f"{name}.py" for name in _imported(tree))
        waiting += [path for path in beside if path.is_file()]
    return marks


def changed_since(recorded: Mapping[str, str], source: str) -> str:
    """Which files say something else than they did, in words; `recorded` are the versions of a run.

    Nothing is said of a run without marks, nor across versions of Python, which write code down differently.
    """
    if recorded.get("python", "").split(".")[:2] != platform.python_version().split(".")[:2]:
        return ""
    now = source_marks(source)
    names = [name for name, mark in now.items() if recorded.get(name, mark) != mark]
    if not names:
        return ""
    verb = "says" if len(names) == 1 else "say"
    return f"{' and '.join(names)} {verb} something else than when the run was recorded"


def _imported(tree: ast.Module) -> Iterator[str]:
    """The first parts of the names of all modules that are imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]
