"""Layers as a text of their own, for the clipboard, a file or a chat: the experiment format's `layers`.

What is read may also be a whole experiment, of which the layers are taken, or a bare layer such as
`{ kind = "ReLU" }`, one or several, as a person would copy them out of a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gradviz.spec.catalogue import Catalogue
from gradviz.spec.check import check_experiment
from gradviz.spec.experiment import LayerSpec
from gradviz.spec.json_codec import layer_to_raw
from gradviz.spec.problem import Problem, SpecError
from gradviz.spec.toml_codec import LARGEST, layer_lines, parse_toml
from gradviz.spec.toml_lines import key_lines, line_of

_PLACE = ("model", "layers")


def write_fragment(layers: Sequence[LayerSpec]) -> str:
    """The layers as a TOML text that reads back as the same layers."""
    inside = [line for layer in layers for line in layer_lines(layer_to_raw(layer), 1)]
    return "\n".join(["layers = [", *inside, "]"]) + "\n"


def read_fragment(text: str, catalogue: Catalogue | None = None, source: str = "") -> tuple[LayerSpec, ...]:
    """The layers of a text, checked against the catalogue. Raises SpecError, with the lines of the text.

    Without a catalogue only the form is checked: that is for a text which this program has written.
    """
    if len(text) > LARGEST:
        raise SpecError([Problem(keys=(), message="is too large for layers (4 MB at most)")], source)
    if not text.strip():
        raise SpecError([Problem(keys=(), message="there is no text")], source)
    raw, read, offset = _parse(text, source)
    schema = {"schema": raw["schema"]} if "schema" in raw else {}
    try:
        found = check_experiment(
            {**schema, "model": {"layers": _layers(raw, source)}}, catalogue
        ).model.layers
    except SpecError as error:
        own = [problem for problem in error.problems if problem.keys[:2] == _PLACE] or error.problems
        lines = key_lines(read)
        raise SpecError([_located(problem, raw, lines, offset) for problem in own], source) from None
    if not found:
        raise SpecError([Problem(keys=(), message="there are no layers in it")], source)
    return found


def _parse(text: str, source: str) -> tuple[dict[str, Any], str, int]:
    """(tables, the text they were read from, how many lines that has before the given text)."""
    try:
        return parse_toml(text, source), text, 0
    except SpecError as error:
        bare = text.strip()
        if bare[0] not in "{[":
            raise
        listed = bare if bare[0] == "[" else f"[\n{_with_commas(bare)}\n]"
        wrapped = f"layers = {listed}\n"
        leading = text[: len(text) - len(text.lstrip())]
        before = int(bare[0] == "{") - leading.count("\n")
        try:
            return parse_toml(wrapped, source), wrapped, before
        except SpecError:
            raise error from None


def _with_commas(text: str) -> str:
    """Layers one a line, with the commas between them that an array needs."""
    lines = text.splitlines()
    starts = [line.lstrip()[:1] == "{" for line in lines]
    for number, line in enumerate(lines[:-1]):
        if line.rstrip().endswith("}") and starts[number + 1]:
            lines[number] = f"{line.rstrip()},"
    return "\n".join(lines)


def _layers(raw: dict[str, Any], source: str) -> Any:
    model = raw.get("model")
    if isinstance(model, dict) and "layers" in model:
        return model["layers"]
    if "layers" in raw:
        return raw["layers"]
    if "kind" in raw:
        return [raw]
    hint = 'a layer looks like { kind = "Linear", out_features = 64 }'
    raise SpecError([Problem(keys=(), message=f"there are no layers in it; {hint}")], source)


def _located(problem: Problem, raw: dict[str, Any], lines: dict[Any, int], offset: int) -> Problem:
    """The problem with the place and the line that it has in the text that was given."""
    if problem.keys[:2] != _PLACE:
        return problem
    keys = problem.keys
    if "layers" in raw:
        keys = keys[1:]
    elif "model" not in raw:
        keys = keys[3:]
    line = line_of(lines, keys)
    return replace(problem, keys=keys, line=None if line is None else max(1, line - offset))
