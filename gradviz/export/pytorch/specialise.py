"""A function with its arguments filled in: what is left to do, as statements.

An initializer asks many things (which mode, which gain, which limits) that are settled once an experiment is
there. What is settled is worked out now; what is left is a line or two of torch. This is partial evaluation
(Futamura 1971), as far as straight-line functions need it.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

_BUILTINS = {"min": min, "max": max, "abs": abs, "float": float, "int": int, "isinstance": isinstance}
_TYPES = {"int": int, "float": float, "str": str}


class _Open(Exception):  # noqa: N818
    """An expression whose value is not known before the script runs."""


def specialised(
    function: Callable[..., None], known: Mapping[str, Any], written: Mapping[str, str]
) -> list[str]:
    """The lines of `function` that are left where the arguments in `known` are given.

    Expressions in `written` ("weight.values") are replaced by what they are in the script. Raises ValueError
    for a function that is too intricate for this.
    """
    body = [
        node for part in _left(function, dict(known), written) for node in [ast.fix_missing_locations(part)]
    ]
    return [line for node in body for line in _text(node).splitlines()]


def _left(function: Callable[..., Any], known: dict[str, Any], written: Mapping[str, str]) -> list[ast.stmt]:
    tree = _parsed(function)
    body = tree.body[1:] if ast.get_docstring(tree) is not None else tree.body
    statements, _ = _Specialiser(function, known, written).block(body)
    return statements


@lru_cache(maxsize=256)
def _parsed(function: Callable[..., Any]) -> ast.FunctionDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)  # noqa: S101 - what getsource gives for a function
    return tree


class _Specialiser:
    """Goes through one function's statements with the values that are known."""

    def __init__(
        self, function: Callable[..., Any], known: dict[str, Any], written: Mapping[str, str]
    ) -> None:
        self.known = known
        self.written = written
        self.names = function.__globals__

    def block(self, body: list[ast.stmt]) -> tuple[list[ast.stmt], bool]:
        """What is left of the statements, and whether they end in a return."""
        left: list[ast.stmt] = []
        for statement in body:
            if isinstance(statement, ast.Return):
                return left, True
            if isinstance(statement, ast.If | ast.With):
                part, returned = self._inside(statement)
            else:
                part, returned = self._statement(statement), False
            left += part
            if returned:
                return left, True
        return left, False

    def _inside(self, statement: ast.If | ast.With) -> tuple[list[ast.stmt], bool]:
        if isinstance(statement, ast.With):
            inside, returned = self.block(statement.body)
            if "catch_warnings" in ast.unparse(statement.items[0]):
                return inside, returned
            return [ast.With(items=statement.items, body=inside)], returned
        try:
            return self.block(statement.body if self._value(statement.test) else statement.orelse)
        except _Open:
            raise ValueError("a choice that is open until the script runs") from None

    def _statement(self, statement: ast.stmt) -> list[ast.stmt]:
        if isinstance(statement, ast.Assign) and isinstance(target := statement.targets[0], ast.Name):
            try:
                self.known[target.id] = self._value(statement.value)
            except _Open:
                self.known.pop(target.id, None)
            else:
                return []
        if isinstance(statement, ast.Expr) and (inlined := self._inlined(statement.value)) is not None:
            return inlined
        return [self._filled(statement)]

    def _inlined(self, node: ast.expr) -> list[ast.stmt] | None:
        """The statements of another of our functions that is called here, with its arguments."""
        if not isinstance(node, ast.Call):
            return None
        function = self.names.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if not inspect.isfunction(function) or not function.__module__.startswith("gradviz."):
            return None
        signature = inspect.signature(function)
        given: dict[str, ast.expr] = dict(zip(signature.parameters, node.args, strict=False))
        given |= {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        known: dict[str, Any] = {}
        for name, argument in given.items():
            try:
                known[name] = self._value(argument)
            except _Open:
                if ast.unparse(argument) != name:
                    raise ValueError(f"{function.__name__} is called with an open {name}") from None
        return _left(function, known, self.written)

    def _filled(self, statement: ast.stmt) -> ast.stmt:
        """The statement with everything that is known in its place."""
        filled: ast.stmt = _Filling(self).visit(copy.deepcopy(statement))
        return filled

    def _value(self, node: ast.expr) -> Any:  # noqa: PLR0911 - a case each
        """The value of an expression. Raises _Open."""
        if ast.unparse(node) in self.written:
            raise _Open
        match node:
            case ast.Constant():
                return node.value
            case ast.Name() if node.id in self.known:
                return self.known[node.id]
            case ast.Name() if node.id in _TYPES:
                return _TYPES[node.id]
            case ast.Attribute():
                return getattr(self._value(node.value), node.attr)
            case ast.IfExp():
                return self._value(node.body if self._value(node.test) else node.orelse)
            case ast.UnaryOp() | ast.BinOp() | ast.Compare() | ast.BoolOp() | ast.Tuple():
                return self._computed(node)
            case ast.Call(func=ast.Name()):
                return self._called(node)
        raise _Open

    def _computed(self, node: ast.expr) -> Any:
        parts = [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        names = {f"_{index}": self._value(part) for index, part in enumerate(parts)}
        bare = copy.deepcopy(node)
        replaced = iter(names)
        for field, value in ast.iter_fields(bare):
            if isinstance(value, ast.expr):
                setattr(bare, field, ast.Name(next(replaced), ast.Load()))
            elif isinstance(value, list) and value and isinstance(value[0], ast.expr):
                setattr(bare, field, [ast.Name(next(replaced), ast.Load()) for _ in value])
        code = compile(ast.fix_missing_locations(ast.Expression(bare)), "<known>", "eval")
        return eval(code, {"__builtins__": {}}, names)  # noqa: S307 - our own source, of known values

    def _called(self, node: ast.Call) -> Any:
        assert isinstance(node.func, ast.Name)  # noqa: S101 - matched before
        name = node.func.id
        function = self.names.get(name, _BUILTINS.get(name))
        ours = inspect.isfunction(function) and function.__module__.startswith("gradviz.")
        if function is None or not (ours or name in _BUILTINS):
            raise _Open
        return function(
            *(self._value(argument) for argument in node.args),
            **{keyword.arg: self._value(keyword.value) for keyword in node.keywords if keyword.arg},
        )


class _Filling(ast.NodeTransformer):
    """Puts literals and the script's own expressions into what is left."""

    def __init__(self, specialiser: _Specialiser) -> None:
        self._of = specialiser

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store):
            text = ast.unparse(node)
            if text in self._of.written:
                return ast.parse(self._of.written[text], mode="eval").body
            try:
                value = self._of._value(node)  # noqa: SLF001 - the two are one
            except _Open:
                return self.generic_visit(node)
            if value is None or isinstance(value, bool | int | float | str):
                return ast.Constant(value)
        return self.generic_visit(node)


def _text(node: ast.stmt) -> str:
    text = ast.unparse(node)
    return text.replace("'", '"') if '"' not in text else text
