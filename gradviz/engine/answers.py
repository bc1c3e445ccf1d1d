"""Answers to what the window asks beside sizes: templates, opened blocks, scripts, tables, tests, replays.

All of it needs the registries and torch, which the window has not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from math import isfinite
from pathlib import Path
from typing import Any

from gradviz.data.load import DataError, describe
from gradviz.data.table import preview
from gradviz.engine.requests import Ask, Question
from gradviz.nets.expansion import expansion_at
from gradviz.nets.model import inspect
from gradviz.records.errors import RecordsError
from gradviz.records.session import RunSource
from gradviz.spec.catalogue import Catalogue
from gradviz.spec.experiment import DataSpec
from gradviz.spec.json_codec import from_raw, layer_to_raw, to_raw
from gradviz.spec.problem import SpecError
from gradviz.training.control import RunControl
from gradviz.training.loss import describe_experiment
from gradviz.training.range_test import HIGH, LOW, STEPS, RangeTest, run_range_test

Details = Mapping[str, Any]


RANGE_TEST_SECONDS = 20.0
"""How long a range test may take: what was measured by then is answered."""


class Refused(Exception):  # noqa: N818
    """A question without an answer: a sentence for people, and the place in the experiment."""

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(message)
        self.where = where


def answer(request: Ask, catalogue: Catalogue, control: RunControl | None = None) -> dict[str, Any]:
    """What the request asks for. `control` can stop a range test or a replay. Raises Refused."""
    questions: dict[Question, Callable[[Details, Catalogue], dict[str, Any]]] = {
        Question.TEMPLATE: _template,
        Question.EXPAND: _expand,
        Question.EXPORT: _export,
        Question.PREVIEW: _preview,
        Question.LR_RANGE: partial(_lr_range, control),
        Question.REPLAY: partial(_replay, control),
    }
    try:
        return questions[request.question](request.details, catalogue)
    except SpecError as error:
        problem = error.problems[0]
        raise Refused(problem.message, problem.where) from error
    except DataError as error:
        raise Refused(str(error), error.where) from error
    except (ValueError, OSError, RecordsError) as error:
        raise Refused(str(error)) from error
    except KeyError as error:
        raise Refused(f"The question lacks {error}.") from error


def _template(details: Details, catalogue: Catalogue) -> dict[str, Any]:
    from gradviz.nets.templates import new_experiment  # noqa: PLC0415 - only when asked

    data: DataSpec | None = None
    if details.get("data") is not None:
        data = from_raw({"data": details["data"], "model": {"layers": []}}, catalogue).data
    info = describe(data) if data else None
    experiment = new_experiment(details["name"], details.get("knobs", {}), data, info)
    found = inspect(experiment.model, info or describe_experiment(experiment))
    sizes = {
        "layers": len(found.layers),
        "parameters": found.parameters,
        "multiply_adds": found.multiply_adds,
    }
    return {"experiment": to_raw(experiment), "sizes": sizes}


def _expand(details: Details, catalogue: Catalogue) -> dict[str, Any]:
    experiment = from_raw(details["experiment"], catalogue)
    found = expansion_at(experiment.model, describe_experiment(experiment), tuple(details["path"]))
    return {"layers": [layer_to_raw(layer) for layer in found]}


def _export(details: Details, catalogue: Catalogue) -> dict[str, Any]:
    from gradviz.export.script import write_script  # noqa: PLC0415 - only when asked

    experiment = from_raw(details["experiment"], catalogue)
    path = Path(details["path"])
    write_script(experiment, details["format"], path)
    return {"path": str(path)}


def _preview(details: Details, _catalogue: Catalogue) -> dict[str, Any]:
    return preview(details["parameters"]).to_raw()


def _lr_range(control: RunControl | None, details: Details, catalogue: Catalogue) -> dict[str, Any]:
    """A learning-rate range test; `low`, `high` and `steps` may be left out.

    The answer is a `Curve` as a table: `rates`, `losses` and `smoothed` (lists of one length), `steepest`,
    `lowest` and `proposal` (rates, or None where the loss never falls), `ended` and `sentence`.
    """
    experiment = from_raw(details["experiment"], catalogue)
    low, high, steps = (details.get(k, d) for k, d in (("low", LOW), ("high", HIGH), ("steps", STEPS)))
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in (low, high, steps)):
        raise Refused("A range test needs its rates and steps as numbers.")
    test = RangeTest(low=float(low), high=float(high), steps=int(steps))
    return asdict(run_range_test(experiment, test, control=control, seconds=RANGE_TEST_SECONDS))


def _replay(control: RunControl | None, details: Details, _catalogue: Catalogue) -> dict[str, Any]:
    """A step of a run done again: `step` of the run `run` in the file `path`.

    The answer is a `Replayed` as a table, with its `sentence`; NaN and infinity are written as None.
    """
    from gradviz.training.step_replay import replay_step  # noqa: PLC0415 - only when asked

    run, path, step = details["run"], details["path"], details["step"]
    if not isinstance(run, str) or not isinstance(path, str) or type(step) is not int:
        raise Refused("A replay needs “run” and “path” as texts and “step” as a whole number.")
    found = replay_step(RunSource(id=run, path=Path(path)), step, control=control)
    table = asdict(found)
    for key in ("loss", "recorded_loss"):
        table[key] = table[key] if table[key] is not None and isfinite(table[key]) else None
    return {**table, "sentence": found.sentence}
