"""A parameter's value as the text of its field, and the text as a value."""

from __future__ import annotations

import re

from gradviz.spec.catalogue import Kind, Parameter, Value

_RANGE = re.compile(r"(\d+)\s*[-–…]\s*(\d+)")
_LONGEST_RANGE = 10_000


def worded(value: Value) -> str:
    """A value as its field shows it; a list as “3, 3”, nothing as an empty text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, list | tuple):
        return ", ".join(worded(item) for item in value)
    return str(value)


def parsed(text: str, parameter: Parameter) -> Value:
    """What a text stands for; what cannot be read stays a text, and the parameter will complain.

    In a list of whole numbers “0–4” stands for 0, 1, 2, 3, 4.
    """
    text = text.strip()
    kinds = set(parameter.kinds)
    if not text and parameter.default != []:
        return None
    if kinds <= {Kind.TEXT, Kind.PATH} or text in parameter.choices:
        return text
    if not text or kinds == {Kind.TEXTS}:
        return [item.strip() for item in text.split(",") if item.strip()]
    return _numeric(text, parameter)


def _numeric(text: str, parameter: Parameter) -> Value:
    kinds = set(parameter.kinds)
    listed, single = {Kind.INTEGERS, Kind.NUMBERS} & kinds, {Kind.INTEGER, Kind.NUMBER} & kinds
    if listed and _RANGE.search(text):
        return _integers(text)
    if "," in text or (parameter.length is not None and Kind.INTEGER not in kinds):
        items = [_number(item) for item in text.strip("[]()").split(",") if item.strip()]
        return [item if item is not None else text for item in items]
    number = _number(text)
    if number is None or single or not listed:
        return text if number is None else number
    return [number]


def _integers(text: str) -> Value:
    """Whole numbers and ranges of them."""
    found: list[object] = []
    for item in (part.strip() for part in text.strip("[]()").split(",") if part.strip()):
        bounds = _RANGE.fullmatch(item)
        if bounds is None:
            number = _number(item)
            found.append(text if number is None else number)
        elif int(bounds[2]) - int(bounds[1]) < _LONGEST_RANGE:
            found.extend(range(int(bounds[1]), int(bounds[2]) + 1))
        else:
            return text
    return found


def _number(text: str) -> int | float | None:
    plain = text.strip().replace("\u2212", "-").replace("_", "")
    for kind in (int, float):
        try:
            return kind(plain)
        except ValueError:
            continue
    return None
