"""The program's own functions and classes as text, so that an exported script has exactly what was run.

A definition is carried with all it needs of gradviz's modules: other definitions, constants and imports, each
once. What registers a function is left off, and so are the remarks for the tools that check our own text.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from types import ModuleType
from typing import Any

_REMARK = re.compile(r"\s*#\s*(noqa|type:\s*ignore|fmt:).*$", re.MULTILINE)
_OURS = "gradviz"


class NotCarriedError(ValueError):
    """A definition cannot stand alone; a mistake in the program, which the tests find."""


@dataclass(slots=True)
class Sources:
    """What was carried so far: definitions by name, and the imports that they need."""

    imports: set[tuple[str, str]] = field(default_factory=set)
    _from: dict[str, str] = field(default_factory=dict)

    def carry(self, *wanted: Any) -> list[str]:
        """The texts of these functions and classes and of what they need, without those carried before."""
        texts: list[str] = []
        for thing in wanted:
            self._carry(thing.__module__, thing.__name__, texts)
        return texts

    def need(self, module: str, *names: str) -> None:
        """Import `names` from `module`; without names the module itself, as "numpy as np" too."""
        self.imports |= {(module, name) for name in names or ("",)}

    def import_lines(self) -> list[str]:
        """The imports, those of the standard library first, sorted, each module once."""
        groups: dict[bool, list[str]] = {False: [], True: []}
        for module in sorted({module for module, _ in self.imports}, key=str.lower):
            names = sorted(name for owner, name in self.imports if owner == module and name)
            foreign = re.split(r"[. ]", module, maxsplit=1)[0] not in sys.stdlib_module_names
            if (module, "") in self.imports:
                groups[foreign].append(f"import {module}")
            plain = ", ".join(name for name in names if " as " not in name)
            parts = sorted([*([plain] if plain else []), *(name for name in names if " as " in name)])
            groups[foreign] += [f"from {module} import {part}" for part in parts]
        lines = [
            sorted(group, key=lambda line: line.startswith("from")) for group in groups.values() if group
        ]
        return [*lines[0], *(line for group in lines[1:] for line in ("", *group))] if lines else []

    def _carry(self, module: str, name: str, texts: list[str]) -> None:
        if name in self._from:
            if self._from[name] != module:
                raise NotCarriedError(f"two things are called {name}: in {self._from[name]} and {module}")
            return
        parsed = _parsed(module)
        node = parsed.definitions.get(name)
        if node is None:
            raise NotCarriedError(f"{module} does not define {name}")
        self._from[name] = module
        kept = _without_registration(node, parsed.module)
        for needed in _free_names(kept):
            if needed in parsed.definitions:
                self._carry(module, needed, texts)
            elif needed in parsed.imports:
                self._import(*parsed.imports[needed], needed, texts)
        texts.append(_text(kept, parsed))

    def _import(self, module: str, name: str, known_as: str, texts: list[str]) -> None:
        if module.partition(".")[0] == _OURS:
            if name != known_as:
                raise NotCarriedError(f"{module}.{name} is imported as {known_as}")
            module, name = _defined_in(module, name)
            self._carry(module, name, texts)
        elif name:
            self.imports.add((module, name if name == known_as else f"{name} as {known_as}"))
        else:
            self.imports.add((module if module == known_as else f"{module} as {known_as}", ""))


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A module's top level: its definitions and constants, and what it imports as (module, name)."""

    module: ModuleType
    lines: list[str]
    definitions: dict[str, ast.stmt]
    imports: dict[str, tuple[str, str]]


@lru_cache(maxsize=256)
def _parsed(name: str) -> _Parsed:
    module = importlib.import_module(name)
    text = inspect.getsource(module)
    definitions: dict[str, ast.stmt] = {}
    imports: dict[str, tuple[str, str]] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            definitions[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                    if isinstance(part, ast.Name):
                        definitions[part.id] = node
        elif isinstance(node, ast.Import):
            imports |= {alias.asname or alias.name: (alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imports |= {alias.asname or alias.name: (node.module or "", alias.name) for alias in node.names}
    return _Parsed(module, text.splitlines(), definitions, imports)


def _defined_in(module: str, name: str) -> tuple[str, str]:
    """Where `name`, imported from `module`, really stands."""
    parsed = _parsed(module)
    while name not in parsed.definitions and name in parsed.imports:
        module, name = parsed.imports[name]
        parsed = _parsed(module)
    return module, name


def _without_registration(node: ast.stmt, module: ModuleType) -> ast.stmt:
    """`node` without the decorators that come from gradviz."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        node.decorator_list = [part for part in node.decorator_list if not _is_ours(part, module)]
    return node


def _is_ours(decorator: ast.expr, module: ModuleType) -> bool:
    root = decorator
    while isinstance(root, ast.Call | ast.Attribute):
        root = root.func if isinstance(root, ast.Call) else root.value
    thing = getattr(module, root.id, None) if isinstance(root, ast.Name) else None
    owner = getattr(thing, "__module__", None) or type(thing).__module__
    return owner.partition(".")[0] == _OURS


def _free_names(node: ast.stmt) -> Iterable[str]:
    """The names that `node` uses and does not bind itself, in the order of their first use."""
    used: dict[str, None] = {}
    bound: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            if isinstance(inner.ctx, ast.Load):
                used[inner.id] = None
            else:
                bound.add(inner.id)
        elif isinstance(inner, ast.arg):
            bound.add(inner.arg)
    own = {node.name} if isinstance(node, ast.FunctionDef | ast.ClassDef) else set()
    return [name for name in used if name not in bound | own]


def _text(node: ast.stmt, parsed: _Parsed) -> str:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
    first = min([node.lineno, *(part.lineno for part in decorators)])
    if decorators:
        kept = [line for part in decorators for line in parsed.lines[part.lineno - 1 : part.end_lineno]]
    else:
        kept = []
        first = node.lineno
    body = parsed.lines[(node.lineno if decorators else first) - 1 : node.end_lineno]
    return _REMARK.sub("", "\n".join([*kept, *body]))
