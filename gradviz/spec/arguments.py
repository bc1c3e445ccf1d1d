"""The arguments of an imported model as a person writes them: one `name = value` a line, as in TOML."""

from __future__ import annotations

import tomllib
from datetime import date, time

from gradviz.spec.experiment import Parameters
from gradviz.spec.toml_codec import value_text


def read_arguments(text: str) -> Parameters:
    """The arguments. Raises ValueError with a sentence."""
    try:
        arguments = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"Write one name = value a line, texts in quotes: {error}") from None
    for name, value in arguments.items():
        if not name.isidentifier():
            raise ValueError(f"“{name}” is no name of an argument")
        if isinstance(value, date | time):
            raise ValueError(f"“{name}” must be a number, a text, true, false, a list or a table")  # noqa: TRY004
    return arguments


def write_arguments(arguments: Parameters) -> str:
    """The text that reads back as these arguments."""
    return "".join(f"{name} = {value_text(value)}\n" for name, value in arguments.items())
