"""Experiment files: TOML in, with the place of every error, and TOML out, as a person would write it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gradviz.spec.catalogue import Catalogue
from gradviz.spec.check import check_experiment
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.json_codec import to_raw
from gradviz.spec.override import apply_overrides, from_here, parse_override
from gradviz.spec.problem import Keys, Problem, SpecError
from gradviz.spec.source import anchored
from gradviz.spec.toml_lines import key_lines, line_of

LARGEST = 4 * 1024 * 1024


def read_toml(
    text: str, catalogue: Catalogue | None, source: str = "", overrides: Sequence[str] = ()
) -> ExperimentSpec:
    """The experiment of a TOML text with `overrides` ("optimizer.lr=0.1") applied. Raises SpecError."""
    raw = apply_overrides(parse_toml(text, source), overrides)
    try:
        return check_experiment(raw, catalogue)
    except SpecError as error:
        raise located(error, text, source, overrides) from None


def located(error: SpecError, text: str, source: str, overrides: Sequence[str] = ()) -> SpecError:
    """The same problems with their lines in the text, or a word that they were given with --set."""
    given = [parse_override(override)[0] for override in overrides]
    return SpecError([_located(problem, text, given) for problem in error.problems], source)


def _located(problem: Problem, text: str, given: Sequence[Keys]) -> Problem:
    """The problem with its line, or with a word that it came from the command line."""
    if any(problem.keys[: len(keys)] == keys for keys in given):
        return replace(problem, message=f"{problem.message} (given with --set)")
    return replace(problem, line=line_of(key_lines(text), problem.keys))


def parse_toml(text: str, source: str = "") -> dict[str, Any]:
    """The raw tables of a TOML text. Raises SpecError with the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).partition(" (at line ")
        line = int(place.split(",")[0]) if place else None
        raise SpecError([Problem(keys=(), message=f"not valid TOML: {message}", line=line)], source) from None
    except RecursionError:
        raise SpecError([Problem(keys=(), message="nested too deep to be read")], source) from None


def load_toml(
    path: Path, catalogue: Catalogue | None, overrides: Sequence[str] = (), source: str = ""
) -> ExperimentSpec:
    """The experiment in the file at `path`, called `source` in errors (its own name if that is empty).

    Paths in it count from the file's folder, those among the overrides from the current one. Raises
    SpecError, also for what is no readable text file.
    """
    given = [from_here(override) for override in overrides]
    return anchored(read_toml(read_text(path), catalogue, source or path.name, given), path.parent)


def read_text(path: Path) -> str:
    """The text of a file that should hold an experiment. Raises SpecError with the reason in words."""

    def fail(message: str) -> SpecError:
        return SpecError([Problem(keys=(), message=message)], str(path))

    try:
        if path.is_dir():
            raise fail("is a folder, not an experiment")
        if path.stat().st_size > LARGEST:
            raise fail("is too large for an experiment (4 MB at most)")
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise fail("there is no such file") from None
    except UnicodeDecodeError:
        raise fail("is not a text file (experiments are TOML in UTF-8)") from None
    except OSError as error:
        raise fail(f"cannot be read: {error.strerror or error}") from None


def write_toml(experiment: ExperimentSpec) -> str:
    """The experiment as a TOML text that reads back as the same experiment."""
    raw = to_raw(experiment)
    model = raw.pop("model")
    out = [f"{key} = {value_text(value)}" for key, value in raw.items() if not isinstance(value, dict)]
    for section, table in raw.items():
        if isinstance(table, dict):
            lines = (f"{_key(key)} = {value_text(value)}" for key, value in table.items())
            out += ["", f"[{section}]", *lines]
            if section == "data":
                layers = model.pop("layers", None)
                out += ["", "[model]", *(f"{key} = {value_text(value)}" for key, value in model.items())]
                if layers is not None:
                    out += ["layers = [", *(line for layer in layers for line in layer_lines(layer, 1)), "]"]
    return "\n".join(out) + "\n"


def layer_lines(layer: Mapping[str, Any], depth: int) -> list[str]:
    """One raw layer as the lines of an array, indented as deep as it lies."""
    indent = "  " * depth
    parts = ", ".join(f"{_key(key)} = {value_text(value)}" for key, value in layer.items() if key != "body")
    if "body" not in layer:
        return [f"{indent}{{ {parts} }},"]
    inside = [line for child in layer["body"] for line in layer_lines(child, depth + 2)]
    return [f"{indent}{{ {parts}, body = [", *inside, f"{indent}] }},"]


def _key(key: str) -> str:
    plain = key.replace("_", "").replace("-", "")
    return key if plain.isascii() and plain.isalnum() else value_text(key)


def value_text(value: Any) -> str:
    """A value as TOML writes it within one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {value_text(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_text(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
