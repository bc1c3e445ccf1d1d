"""The registry of export formats: a decorated function that writes an experiment as one text.

Whatever is registered is offered by the command line, by the engine and by the tests at once.
"""

from __future__ import annotations

from collections.abc import Callable

from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.registry import Registry

Write = Callable[[ExperimentSpec], str]
"""Makes the text of a file, ending in a newline, of a checked experiment. Raises ExportError."""

formats: Registry[Write] = Registry("export format")
_suffixes: dict[str, str] = {}


class ExportError(ValueError):
    """An experiment cannot be written in this format; the message is a sentence for people."""


def export_format(name: str, *, doc: str, suffix: str) -> Callable[[Write], Write]:
    """Register the decorated function as the format `name`, whose files end in `suffix` (".py")."""
    register = formats.register(name, group="Program", doc=doc)
    _suffixes[name] = suffix
    return register


def suffix_of(name: str) -> str:
    """What files of the format `name` end in, with its dot."""
    formats.entry(name)
    return _suffixes[name]
