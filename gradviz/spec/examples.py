"""The bundled experiments, by name: `example:vanishing`."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

from gradviz.spec.catalogue import Catalogue, did_you_mean
from gradviz.spec.experiment import ExperimentSpec
from gradviz.spec.problem import Problem, SpecError
from gradviz.spec.toml_codec import load_toml, located, read_text

PREFIX = "example:"
ORDER = (
    "vanishing",
    "vanishing-cured",
    "exploding",
    "exploding-cured",
    "overflow",
    "long-memory-rnn",
    "long-memory-lstm",
    "residual-cnn",
    "digits-cnn",
    "char-lm",
    "diabetes",
    "transfer-source",
)
"""As one learns: what goes wrong and its cure, through depth and through time, then what works."""


def examples(folder: Path) -> dict[str, str]:
    """The names of the examples in `folder` and their titles, in their ORDER, then others by their names."""
    places = {name: place for place, name in enumerate(ORDER)}
    found = sorted(folder.glob("*.toml"), key=lambda path: (places.get(path.stem, len(places)), path.stem))
    return {path.stem: tomllib.loads(path.read_text("utf-8"))["name"] for path in found}


def load_experiment(
    name: str, catalogue: Catalogue | None, folder: Path, overrides: Sequence[str] = ()
) -> ExperimentSpec:
    """The experiment in the file `name`, or of the example "example:NAME" in `folder`. Raises SpecError."""
    if not name.startswith(PREFIX):
        return load_toml(Path(name), catalogue, overrides)
    wanted = name.removeprefix(PREFIX)
    known = [path.stem for path in sorted(folder.glob("*.toml"))]
    if wanted not in known:
        hint = did_you_mean(wanted, known) or f"; there are {', '.join(known)}"
        raise SpecError([Problem(keys=(), message=f"no example is called “{wanted}”{hint}")])
    return load_toml(folder / f"{wanted}.toml", catalogue, overrides, source=name)


def located_in(name: str, error: SpecError, folder: Path, overrides: Sequence[str] = ()) -> SpecError:
    """Problems that were found after loading, with the lines where their keys stand in the experiment."""
    bundled = name.startswith(PREFIX)
    path = folder / f"{name.removeprefix(PREFIX)}.toml" if bundled else Path(name)
    try:
        return located(error, read_text(path), name if bundled else path.name, overrides)
    except SpecError:
        return error  # it has gone since it was loaded
