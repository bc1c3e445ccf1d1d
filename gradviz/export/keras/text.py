"""The lines of a model as Python text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradviz.export.expression import Argument, Name
from gradviz.export.keras.statements import Assign, Count, Loop, Numbered, Remark, Statement
from gradviz.export.layout import WIDTH, in_one_line, laid_out

_STEP = 4
_VARIABLES = "ijklmnopq"


def written(statements: Sequence[Statement], indent: int, depth: int = 0) -> list[str]:
    """The statements as lines, indented by `indent` spaces and inside `depth` loops."""
    margin = " " * indent
    lines: list[str] = []
    for statement in statements:
        if isinstance(statement, Loop):
            lines.append(f"{margin}for {_VARIABLES[depth]} in range({statement.times}):")
            lines += written(statement.body, indent + _STEP, depth + 1)
        elif isinstance(statement, Remark):
            lines.append(f"{margin}# {_remark(statement.text)}")
        else:
            lines += _assigned(statement, indent, depth).splitlines()
    return lines


def _assigned(statement: Assign, indent: int, depth: int) -> str:
    head = f"{' ' * indent}{statement.target} = "
    if statement.call is None:
        return head + statement.operand
    call = statement.call
    if statement.name is not None:
        name = Argument(Name(_name(statement.name, depth)), "name", keyword=True)
        call = replace(call, arguments=(*call.arguments, name))
    tail = f"({statement.operand})"
    flat = head + in_one_line(call)
    if len(flat) < WIDTH < len(flat) + len(tail):
        margin = " " * indent
        return f"{flat}(\n{margin}{' ' * _STEP}{statement.operand}\n{margin})"
    return head + laid_out(call, indent, before=len(head), after=len(tail)) + tail


def _name(name: Numbered, depth: int) -> str:
    """A string, or an f-string where a number counts."""
    counting = any(any(count.steps) for count in name.numbers)
    shown = [_number(count, depth) for count in name.numbers]
    text = name.parts[0] + "".join(number + part for number, part in zip(shown, name.parts[1:], strict=True))
    return f'{"f" if counting else ""}"{text}"'


def _number(count: Count, depth: int) -> str:
    terms = [
        variable if step == 1 else f"{step} * {variable}"
        for variable, step in zip(reversed(_VARIABLES[:depth]), count.steps, strict=True)
        if step
    ]
    if not terms:
        return str(count.first)
    first = [str(count.first)] if count.first else []
    return "{" + " + ".join([*reversed(terms), *first]) + "}"


def _remark(text: Numbered) -> str:
    """A remark in a loop speaks of all its rounds, so its numbers that count are left out."""
    shown = ["" if any(count.steps) else str(count.first) for count in text.numbers]
    whole = text.parts[0] + "".join(number + part for number, part in zip(shown, text.parts[1:], strict=True))
    return " ".join(whole.split())
