from __future__ import annotations

import math
from dataclasses import replace

import pytest

from gradviz.records.run import FinishReason
from gradviz.spec.experiment import OptimizerSpec, TrainingSpec
from gradviz.training.early_stopping import EarlyStopping
from gradviz.training.validation import Score


class Notes:
    """Takes the place of a writer."""

    def __init__(self) -> None:
        self.events: list[tuple] = []

    def event(self, step, kind, layer, **detail) -> None:
        self.events.append((step, kind, layer, detail))


def hear(stopping: EarlyStopping, losses: list[float]) -> int | None:
    """At which validation it gives a reason."""
    for number, loss in enumerate(losses):
        stopping(10 * number + 9, Score(loss=loss, accuracy=0.5, nats=loss))
        if stopping.reason:
            return number
    return None


@pytest.mark.parametrize(
    ("patience", "losses", "end"),
    [
        (2, [3, 2, 1, 1, 1], 4),
        (2, [3, 4, 2, 4, 1, 4, 4], 6),
        (1, [1, 1], 1),
        (3, [5, 4, 3, 2, 1], None),
        (2, [1, math.nan, math.nan], 2),
        (2, [math.nan, math.nan], 1),
    ],
)
def test_patience_counts_validations_without_a_lower_loss(
    patience: int, losses: list[float], end: int | None
) -> None:
    assert hear(EarlyStopping(patience, Notes()), losses) == end


def test_the_reason_names_the_best_step() -> None:
    notes = Notes()
    stopping = EarlyStopping(2, notes)
    hear(stopping, [2, 0.12345, 1, 1])
    assert stopping.reason == (
        "Stopped early: no lower validation loss in 2 validations, best at step 19 with 0.1235."
    )
    assert notes.events == [(39, "early_stop", None, {"best_step": 19, "best": 0.12345})]
    stopping = EarlyStopping(1, Notes())
    hear(stopping, [math.nan])
    assert stopping.reason == "Stopped early: no lower validation loss in 1 validation."


def test_a_run_ends_early_and_is_complete(bench, experiment) -> None:
    """A learning rate near zero moves nothing that a validation could see."""
    spec = experiment(optimizer=OptimizerSpec(lr=1e-30))
    spec = replace(spec, training=TrainingSpec(epochs=10, device="cpu", patience=2))
    status, reader = bench.train(spec)
    assert (status.finish, status.steps, reader.last_step) == (FinishReason.COMPLETED, 15, 14)
    assert status.reason.startswith(
        "Stopped early: no lower validation loss in 2 validations, best at step 4 with "
    )
    assert reader.samples("val_loss")[0].tolist() == [4, 9, 14]
    (event,) = [e for e in reader.events() if e.kind == "early_stop"]
    assert event.step == 14
    assert reader.sample_at("weight_norm", 14)[0] == 14


def test_a_run_that_gets_better_goes_to_its_end(bench, experiment) -> None:
    spec = replace(experiment(), training=TrainingSpec(epochs=4, device="cpu", patience=1))
    status, reader = bench.train(spec)
    assert (status.steps, status.reason) == (20, "")
    assert not [e for e in reader.events() if e.kind == "early_stop"]
