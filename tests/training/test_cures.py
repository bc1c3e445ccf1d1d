"""What a run records of its clipping, its penalties and its limits on weights."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from gradviz.records.run import FinishReason
from gradviz.spec.experiment import ClipSpec, OptimizerSpec, RegularizationSpec
from gradviz.training.clipping import clips
from gradviz.training.control import RunControl
from gradviz.training.run import train

STEPS = 12
GIVEN = {
    "value": {"threshold": 0.1},
    "norm": {"threshold": 0.1},
    "global_norm": {"threshold": 0.1},
    "adaptive": {"clipping": 0.02},
    "percentile": {"percentile": 50.0},
}


def series(reader, quantity: str) -> np.ndarray:
    """All steps of a series, `[steps, width]`."""
    return np.array([reader.at(quantity, step)[1] for step in range(reader.last_step + 1)])


@pytest.mark.parametrize("method", list(clips))
def test_every_clipping_method_is_recorded_and_used(method: str, bench, experiment) -> None:
    _, free = bench.train(experiment(steps=60))
    _, reader = bench.train(experiment(steps=60, clip=ClipSpec(method=method, parameters=GIVEN[method])))
    raw, clipped = series(reader, "grad_norm"), series(reader, "grad_norm_clipped")
    factor, angle, tensors = (
        series(reader, q)[:, 0] for q in ("clip_factor", "clip_angle", "clipped_tensors")
    )
    assert (clipped <= raw * 1.00001).all()
    assert factor == pytest.approx(np.linalg.norm(clipped, axis=1) / np.linalg.norm(raw, axis=1), rel=1e-5)
    assert factor.min() < 0.99
    assert ((factor < 1) == (tensors > 0)).all()
    assert (tensors <= 4).all()
    assert (series(reader, "clipped")[:, 0] == (tensors > 0)).all()
    for quantity, norms in (("global_norm", raw), ("global_norm_clipped", clipped)):
        assert series(reader, quantity)[:, 0] == pytest.approx(np.linalg.norm(norms, axis=1), rel=1e-5)
    assert (angle.max() == 0) == (method in ("global_norm", "percentile"))
    assert (angle < 90).all()
    losses = series(reader, "train_loss")[:, 0]
    assert losses[0] == series(free, "train_loss")[0, 0]
    assert losses[-10:].mean() < losses[:10].mean()  # it trains all the same
    assert (losses[1:] != series(free, "train_loss")[1:, 0]).any()


def test_a_moving_threshold_is_a_series_of_its_own(bench, experiment) -> None:
    _, reader = bench.train(experiment(clip=ClipSpec(method="percentile", parameters={"percentile": 50.0})))
    norms = np.linalg.norm(series(reader, "grad_norm"), axis=1)
    wanted = [np.percentile(norms[: step + 1], 50) for step in range(STEPS)]
    assert series(reader, "clip_threshold")[:, 0] == pytest.approx(wanted, rel=1e-5)
    assert series(reader, "clip_factor")[0, 0] == 1
    _, fixed = bench.train(experiment(clip=ClipSpec(method="norm")))
    assert "clip_threshold" not in fixed.slices


def test_gradients_that_pass_unchanged_are_the_same_numbers(bench, experiment) -> None:
    for method in clips:
        given = {"clipping": 1e6} if method == "adaptive" else {"percentile": 100.0}
        given = {"threshold": 1e6} if "threshold" in GIVEN[method] else given
        _, reader = bench.train(experiment(clip=ClipSpec(method=method, parameters=given)))
        assert np.array_equal(series(reader, "grad_norm"), series(reader, "grad_norm_clipped"))
        assert (series(reader, "clip_factor") == 1).all()


def test_ratio_of_the_penalty_is_recorded_where_there_is_one(bench, experiment) -> None:
    _, reader = bench.train(experiment(regularization=RegularizationSpec(l1=1e-3, l2=1e-3)))
    ratios = series(reader, "penalty_ratio")
    assert np.isfinite(ratios).all()
    assert (ratios > 0).all()
    _, ten = bench.train(experiment(regularization=RegularizationSpec(l1=1e-2, l2=1e-2)))
    assert series(ten, "penalty_ratio")[0, 0] == pytest.approx(10 * ratios[0, 0], rel=1e-5)
    _, none = bench.train(experiment())
    assert "penalty_ratio" not in none.slices


@pytest.mark.parametrize("given", [{"l1": 0.05}, {"l2": 0.1}, {"max_norm": 0.3}])
def test_every_penalty_holds_weights_down_and_trains(given: dict, bench, experiment) -> None:
    norms = []
    for penalties in (RegularizationSpec(), RegularizationSpec(**given)):
        _, reader = bench.train(experiment(steps=60, regularization=penalties))
        norms.append(reader.sample_at("weight_norm", 10**6)[1][0])
        losses = series(reader, "train_loss")[:, 0]
        assert losses[-5:].mean() < losses[:5].mean()
    assert norms[1] < 0.9 * norms[0]


def test_no_unit_is_longer_than_max_norm(bench, experiment) -> None:
    _, reader = bench.train(experiment(regularization=RegularizationSpec(max_norm=0.25)))
    steps, norms = reader.samples("weight_norm")
    assert steps[-1] == STEPS - 1
    # eight units of at most 0.25, and eight biases that twelve steps of 0.1 cannot move far
    assert norms[-1][0] <= math.hypot(math.sqrt(8) * 0.25, 0.1)
    _, free = bench.train(experiment())
    assert free.sample_at("weight_norm", STEPS)[1][0] > 2 * norms[-1][0]


def test_a_pattern_that_matches_nothing_fails_before_there_is_a_run(tmp_path, experiment) -> None:
    spec = experiment(regularization=RegularizationSpec(l2=0.1, exclude=("Liner 1",)))
    status = train(spec, tmp_path / "run.db", RunControl(), run_id="run")
    assert status.finish is FinishReason.FAILED
    assert status.reason == (
        "regularization.exclude[0]: “Liner 1” matches no layer: did you mean “Linear 1”?"
    )
    assert not (tmp_path / "run.db").exists()


def test_gradients_that_are_not_finite_leave_no_factor(bench, experiment) -> None:
    clip = ClipSpec(method="global_norm", parameters={"threshold": 1e30})
    spec = experiment(clip=clip, optimizer=OptimizerSpec(lr=1e30))
    layers = (spec.model.layers[0], spec.model.layers[2])  # nothing between them keeps values small
    status, reader = bench.train(replace(spec, model=replace(spec.model, layers=layers)))
    assert status.finish is FinishReason.DIVERGED
    assert math.isnan(series(reader, "clip_factor")[-1, 0])


def test_a_penalty_does_not_hide_what_the_loss_gives(bench, experiment) -> None:
    """A vanished gradient is not covered by the penalty's, which is of the weights' size."""
    heavy = RegularizationSpec(l2=0.5)
    _, plain = bench.train(experiment(steps=1))
    _, penalised = bench.train(experiment(steps=1, regularization=heavy))
    assert np.array_equal(series(plain, "grad_norm"), series(penalised, "grad_norm"))
    assert np.array_equal(series(plain, "global_norm"), series(penalised, "global_norm"))
    clip = ClipSpec(method="global_norm", parameters={"threshold": 0.1})
    _, clipped = bench.train(experiment(steps=1, regularization=heavy, clip=clip))
    assert np.array_equal(series(plain, "grad_norm"), series(clipped, "grad_norm"))
    assert series(clipped, "global_norm")[0, 0] > 2 * series(plain, "global_norm")[0, 0]
    factor = 0.1 / series(clipped, "global_norm")[0, 0]
    assert series(clipped, "clip_factor")[0, 0] == pytest.approx(factor, rel=1e-5)
    assert series(clipped, "global_norm_clipped")[0, 0] == pytest.approx(0.1, rel=1e-5)
    loose = ClipSpec(method="norm", parameters={"threshold": 1e6})
    _, free = bench.train(experiment(steps=1, regularization=heavy, clip=loose))
    together = np.linalg.norm(series(free, "grad_norm_clipped")[0])
    assert together == pytest.approx(series(clipped, "global_norm")[0, 0], rel=1e-5)
