"""Experiments as commands take them: a file or example:NAME, checked against the full catalogue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gradviz.cli.failure import BadInput
from gradviz.paths import resources
from gradviz.records.layer import Inspection
from gradviz.spec.catalogue import Catalogue
from gradviz.spec.check import SECTIONS
from gradviz.spec.examples import load_experiment, located_in
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.experiment import Path as LayerPath
from gradviz.spec.problem import Keys, Problem, SpecError, keys_of

_PLACE = re.compile(r"[a-z]\w*(?:\.\w+|\[\d+\])*")
SQLITE = b"SQLite format 3\x00"


def is_session(path: Path) -> bool:
    """Whether the file at `path` looks like a session and not like an experiment."""
    try:
        with path.open("rb") as file:
            return file.read(len(SQLITE)) == SQLITE
    except OSError:
        return False


def load(name: str, catalogue: Catalogue | None, settings: Sequence[str]) -> ExperimentSpec:
    """The experiment. Raises BadInput."""
    try:
        return load_experiment(name, catalogue, resources() / "examples", settings)
    except SpecError as error:
        raise BadInput(str(error)) from None


def placed(error: ValueError, name: str, settings: Sequence[str]) -> BadInput:
    """What was found wrong after loading, with the file and the line where the key stands.

    An error that is no SpecError, of the data say, names its key in its first word.
    """
    if is_session(Path(name)):
        return BadInput(str(error))
    if not isinstance(error, SpecError):
        word = _PLACE.match(str(error))
        keys = keys_of(word.group()) if word else ()
        if not keys or keys[0] not in SECTIONS:
            return BadInput(str(error))
        found = located_in(
            name, SpecError([Problem(keys=keys, message="")]), resources() / "examples", settings
        )
        (place,) = found.problems
        return BadInput(
            str(SpecError([replace(place, keys=(), message=f"{error}{place.message}")], found.source))
        )
    return BadInput(str(located_in(name, error, resources() / "examples", settings)))


def bad_layers(inspection: Inspection, name: str, settings: Sequence[str]) -> BadInput:
    """What is wrong with the layers, each with the file and the line of its layer."""
    problems = [
        Problem(keys=_layer_keys(problem.path), message=problem.message) for problem in inspection.problems
    ]
    found = SpecError(problems)
    if not is_session(Path(name)):
        found = located_in(name, found, resources() / "examples", settings)
    return BadInput(str(SpecError([replace(problem, keys=()) for problem in found.problems], found.source)))


def _layer_keys(path: LayerPath) -> Keys:
    """Where a node of the layer tree stands in an experiment: model.layers[1].body[0]."""
    keys: Keys = ("model", "layers")
    for depth, index in enumerate(path):
        keys = (*keys, *(("body",) if depth else ()), index)
    return keys
