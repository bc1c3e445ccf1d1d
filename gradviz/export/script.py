"""An experiment written to a file in one of the formats."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

import gradviz.export  # noqa: F401 - registers every format
from gradviz.export.registry import ExportError, formats
from gradviz.spec.experiment import ExperimentSpec


def script_text(experiment: ExperimentSpec, name: str) -> str:
    """The script in the format `name`. Raises ExportError with a sentence."""
    try:
        write = formats[name]
    except KeyError as error:
        raise ExportError(str(error.args[0])) from None
    return write(experiment)


def write_script(experiment: ExperimentSpec, name: str, path: Path) -> None:
    """Write the script in the format `name` to `path`, whole or not at all; what is there is replaced.

    Raises ExportError with a sentence, also where the file cannot be written.
    """
    put(script_text(experiment, name), path)


def put(text: str, path: Path) -> None:
    """Write a text to `path`, whole or not at all. Raises ExportError."""
    made: str | None = None
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            made = file.name
            file.write(text)
        Path(made).chmod(0o666 & ~_umask())
        Path(made).replace(path)
    except OSError as error:
        if made is not None:
            Path(made).unlink(missing_ok=True)
        raise ExportError(f"{path} cannot be written: {error.strerror or error}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
