"""Expressions as lines of text, broken as the usual formatters break them.

What fits stays on one line. What does not is opened at its outermost bracket: a call first with all that is
inside on one line, then, as a list at once, with a line for each part and a comma after the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from gradviz.export.expression import Argument, Call, Each, Items, Name, Node, Times, Value

WIDTH = 110
_STEP = 4


def assigned(prefix: str, node: Node, indent: int = 0) -> str:
    """A statement such as "return …" or "x = …" whose `prefix` ends in a space, indented."""
    return " " * indent + prefix + laid_out(node, indent, before=indent + len(prefix))


def laid_out(node: Node, indent: int = 0, *, before: int | None = None, after: int = 0) -> str:
    """The text of `node` on lines indented by `indent`.

    `before` columns are taken on the first line (the indentation where nothing else stands there), `after`
    columns on the last one.
    """
    flat = in_one_line(node)
    if (indent if before is None else before) + len(flat) + after <= WIDTH:
        return flat
    inner = indent + _STEP
    if isinstance(node, Call):
        return _opened(f"{node.callee}(", [_Part(*_shown(a)) for a in _given(node)], ")", inner)
    if isinstance(node, Items):
        return _opened("[", [_Part("", item) for item in node.items], "]", inner, in_one=False)
    if isinstance(node, Times | Each):
        return _comprehension(node, inner)
    return flat


def in_one_line(node: Node) -> str:
    """The text of `node` without a break."""
    if isinstance(node, Value):
        return literal(node.value)
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Call):
        inside = ", ".join(prefix + in_one_line(part) for prefix, part in map(_shown, _given(node)))
        return f"{node.callee}({inside})"
    if isinstance(node, Items):
        return f"[{', '.join(in_one_line(item) for item in node.items)}]"
    return f"*[{in_one_line(node.node)} {_loop(node)}]"


def literal(value: object) -> str:
    """A value as Python writes it, texts in double quotes."""
    if isinstance(value, str):
        quoted = repr(value)
        return f'"{quoted[1:-1]}"' if quoted[0] == "'" and '"' not in quoted else quoted
    if isinstance(value, tuple):
        inside = ", ".join(map(literal, value))
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, float) and value in {float("inf"), float("-inf")}:
        return f'float("{value}")'
    return repr(value)


class _Part:
    """What stands on a line of its own: a node and what comes before it."""

    def __init__(self, prefix: str, node: Node) -> None:
        self.prefix, self.node = prefix, node

    def flat(self) -> str:
        return self.prefix + in_one_line(self.node)

    def lines(self, indent: int) -> str:
        before = indent + len(self.prefix)
        return self.prefix + laid_out(self.node, indent, before=before, after=1)


def _given(call: Call) -> list[Argument]:
    return [argument for argument in call.arguments if not argument.left_out]


def _shown(argument: Argument) -> tuple[str, Node]:
    return (f"{argument.parameter}=" if argument.keyword else ""), argument.node


def _opened(head: str, parts: Sequence[_Part], tail: str, inner: int, *, in_one: bool = True) -> str:
    margin, outer = " " * inner, " " * (inner - _STEP)
    if not parts:
        return head + tail
    together = ", ".join(part.flat() for part in parts)
    if in_one and inner + len(together) <= WIDTH:
        return f"{head}\n{margin}{together}\n{outer}{tail}"
    body = "".join(f"{margin}{part.lines(inner)},\n" for part in parts)
    return f"{head}\n{body}{outer}{tail}"


def _comprehension(node: Times | Each, inner: int) -> str:
    margin, outer = " " * inner, " " * (inner - _STEP)
    together = f"{in_one_line(node.node)} {_loop(node)}"
    if inner + len(together) <= WIDTH:
        return f"*[\n{margin}{together}\n{outer}]"
    loop = _loop(node)
    if inner + len(loop) > WIDTH and isinstance(node, Each):
        head = f"for {', '.join(node.variables)} in ["
        loop = _opened(head, [_Part("", Value(row)) for row in _rows(node)], "]", inner + _STEP, in_one=False)
    return f"*[\n{margin}{laid_out(node.node, inner)}\n{margin}{loop}\n{outer}]"


def _loop(node: Times | Each) -> str:
    if isinstance(node, Times):
        return f"for _ in range({node.times})"
    rows = _rows(node)
    over = _progression(rows) or f"[{', '.join(map(literal, rows))}]"
    return f"for {', '.join(node.variables)} in {over}"


def _rows(node: Each) -> list[object]:
    return [row[0] if len(row) == 1 else row for row in node.rows]


def _progression(values: Sequence[object]) -> str | None:
    """A range() of these values, or None where they are no whole numbers at equal distances."""
    numbers = [value for value in values if isinstance(value, int) and not isinstance(value, bool)]
    if len(numbers) != len(values) or len(numbers) < 3:
        return None
    step = numbers[1] - numbers[0]
    if not step or any(b - a != step for a, b in pairwise(numbers)):
        return None
    start, end = numbers[0], numbers[-1] + step
    inside = f"{start}, {end}, {step}" if step != 1 else f"{start}, {end}" if start else f"{end}"
    return f"range({inside})"
