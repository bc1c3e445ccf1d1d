"""Experiments as commands take them: a file or example:NAME, checked against the full catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gradviz.cli.failure import BadInput
from gradviz.paths import resources
from gradviz.spec.catalogue import Catalogue
from gradviz.spec.examples import load_experiment
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.problem import SpecError

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
