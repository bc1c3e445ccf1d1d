"""A parameter's value as the text of its field, and the text as a value."""

from __future__ import annotations

import re

from gradviz.spec.catalogue import Kind, Parameter, Value

_RANGE = re.compile(r"(\d+)\s*[-–…]\s*(\d+)")
_LONGEST_RANGE = 10_000
_END = r"(?:[eE][-+]?\d+)?"
_DECIMAL = re.compile(rf"[-+\u2212]?\d*,\d+{_END}")
_THOUSANDS = re.compile(r"[-+\u2212]?[1-9]\d{0,2}(?:(?:,\d{3})+\.\d*|(?:,\d{3}){2,})")
_THOUSANDS_BY_POINTS = re.compile(r"[-+\u2212]?[1-9]\d{0,2}(?:\.\d{3})+,\d+")
_THOUSANDS_OR_DECIMAL = re.compile(r"([-+\u2212]?[1-9]\d{0,2}),(\d{3})")


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

    In a list of whole numbers “0–4” stands for 0, 1, 2, 3, 4. Where one number is wanted, a comma is taken as
    a decimal one or as one between thousands, if it can be only one of them.
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


def why_refused(text: str, parameter: Parameter) -> str | None:
    """Why what was typed is not taken, as the end of a sentence that speaks of the typing; None if it is."""
    value, text = parsed(text, parameter), text.strip().replace("\u2212", "-")
    complaint = parameter.complaint(value)
    if complaint is None:
        return None
    if not text:
        return f"cannot be empty: it must be {parameter.expected()}"
    if _is_single(parameter) and (both := _THOUSANDS_OR_DECIMAL.fullmatch(text)):
        whole, rest = both.groups()
        return f"can be read as {whole}{rest} and as {float(f'{whole}.{rest}'):g}: write it without a comma"
    if isinstance(value, list) and complaint.startswith(f"must be {parameter.expected()}"):
        return f"must be {parameter.expected()}, not “{text}”"
    return complaint


def _is_single(parameter: Parameter) -> bool:
    return not {Kind.INTEGERS, Kind.NUMBERS, Kind.TEXTS} & set(parameter.kinds)


def _without_comma(text: str, *, whole: bool) -> str:
    """A single number as Python writes it, where its commas can mean one thing; else as it is.

    “0,1” is a decimal, “1,000,000” has thousands, “1,000” could be either, except of a whole number.
    """
    if _THOUSANDS_OR_DECIMAL.fullmatch(text):
        return text.replace(",", "") if whole else text
    if _THOUSANDS.fullmatch(text):
        return text.replace(",", "")
    if _THOUSANDS_BY_POINTS.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    return text.replace(",", ".") if _DECIMAL.fullmatch(text) else text


def _numeric(text: str, parameter: Parameter) -> Value:
    kinds = set(parameter.kinds)
    listed, single = {Kind.INTEGERS, Kind.NUMBERS} & kinds, {Kind.INTEGER, Kind.NUMBER} & kinds
    if listed and _RANGE.search(text):
        return _integers(text)
    if "," in text and _is_single(parameter):
        number = _number(_without_comma(text, whole=Kind.NUMBER not in kinds))
        return text if number is None else number
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
