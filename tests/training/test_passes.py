from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gradviz.records.run import FinishReason
from gradviz.spec.experiment import ClipSpec, DataSpec, LayerSpec, TrainingSpec
from gradviz.training.trainer import count_steps


def accumulating(experiment, k: int, *, batch: int = 8, samples: int = 100, **changes):
    """On 80 training samples."""
    data = DataSpec(name="moons", batch_size=batch, parameters={"samples": samples})
    training = TrainingSpec(device="cpu", accumulate=k, **{"steps": 12, **changes.pop("training", {})})
    return replace(experiment(**changes), data=data, training=training)


def column(reader, quantity: str) -> np.ndarray:
    return np.array([reader.at(quantity, step)[1] for step in range(reader.last_step + 1)])


@pytest.mark.parametrize(
    "changes", [{}, {"clip": ClipSpec(method="global_norm", parameters={"threshold": 0.2})}]
)
def test_small_batches_together_are_one_large_batch(changes: dict, bench, experiment) -> None:
    _, large = bench.train(accumulating(experiment, 1, batch=16, **changes))
    status, small = bench.train(accumulating(experiment, 4, batch=4, **changes))
    assert (status.finish, status.steps, small.last_step) == (FinishReason.COMPLETED, 12, 11)
    for series in small.info.series:
        np.testing.assert_allclose(
            column(small, series.quantity), column(large, series.quantity), atol=1e-6, rtol=1e-6
        )
    for quantity in ("val_loss", "val_accuracy", "epoch_accuracy"):
        steps, values = small.samples(quantity)
        assert steps.tolist() == large.samples(quantity)[0].tolist()
        np.testing.assert_allclose(values, large.samples(quantity)[1], atol=1e-6)
    assert small.info.steps_per_epoch == large.info.steps_per_epoch == 5


def test_batches_of_different_sizes_count_by_their_samples(bench, experiment) -> None:
    """80 samples are two batches of 30 and one of 20; all together are the whole part."""
    _, small = bench.train(accumulating(experiment, 3, batch=30))
    _, large = bench.train(accumulating(experiment, 1, batch=80))
    np.testing.assert_allclose(column(small, "train_loss"), column(large, "train_loss"), atol=1e-6)
    np.testing.assert_allclose(column(small, "train_accuracy"), column(large, "train_accuracy"), atol=1e-6)


@pytest.mark.parametrize(
    ("k", "epochs", "steps", "validated"),
    [
        (1, 2, 20, [9, 19]),
        (3, 2, 7, [3, 6]),  # 20 batches: the third epoch lends the last step one
        (10, 3, 3, [0, 1, 2]),
        (25, 3, 2, [0, 1]),  # a step may end more than one epoch
    ],
)
def test_an_epoch_ends_when_its_batches_are_used_up(
    k: int, epochs: int, steps: int, validated: list[int], *, bench, experiment
) -> None:
    spec = accumulating(experiment, k, training={"steps": None, "epochs": epochs})
    assert count_steps(spec, 10) == steps
    status, reader = bench.train(spec)
    assert (status.steps, reader.info.steps) == (steps, steps)
    assert reader.samples("val_loss")[0].tolist() == validated


def test_precision_and_accumulation_go_together(bench, experiment) -> None:
    _, exact = bench.train(accumulating(experiment, 2))
    _, half = bench.train(accumulating(experiment, 2, training={"precision": "float16"}))
    np.testing.assert_allclose(column(half, "train_loss"), column(exact, "train_loss"), rtol=0.02)


def test_the_batch_that_broke_a_step_is_found_among_many(bench, experiment) -> None:
    spec = accumulating(experiment, 4, batch=4)
    layers = spec.model.layers
    wide = LayerSpec(kind="Linear", parameters={"out_features": 8})
    spec = replace(
        spec,
        model=replace(spec.model, layers=(*layers[:2], *[wide] * 20, layers[2])),
        optimizer=replace(spec.optimizer, lr=1e20),
    )
    status, reader = bench.train(spec)
    assert status.finish is FinishReason.DIVERGED
    (event,) = [e for e in reader.events() if e.kind == "nonfinite"]
    assert event.layer is not None
    assert event.layer in status.reason
