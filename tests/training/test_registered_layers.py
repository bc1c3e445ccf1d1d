"""Every registered layer trains three recorded steps, is saved in a session and opened again."""

from __future__ import annotations

import numpy as np
import pytest
from registered_layers import fitting

from gradviz.nets.registry import layers
from gradviz.records.reader import RunReader
from gradviz.records.run import FinishReason
from gradviz.records.session import RunSource, Session, open_session, save_session
from gradviz.spec.experiment import TrainingSpec
from gradviz.spec.json_codec import from_raw, to_raw

BY_LAYER = ("weight_histogram", "gradient_histogram")


@pytest.mark.parametrize("kind", layers)
def test_every_layer_is_trained_recorded_saved_and_reopened(kind, bench, experiment, tmp_path) -> None:
    for number, case in enumerate(fitting(kind)):
        spec = experiment(
            data=case.data, model=case.model, training=TrainingSpec(steps=3, epochs=None, device="cpu")
        )
        status, reader = bench.train(spec)
        assert (status.finish, status.steps) == (FinishReason.COMPLETED, 3), status.reason
        check_measurements(reader)
        session = Session(
            id="s", experiment=to_raw(spec), runs=(RunSource(id=reader.info.id, path=reader.path),)
        )
        document = tmp_path / f"{number}.gradviz"
        save_session(session, document)
        opened = open_session(document)
        assert from_raw(opened.experiment) == spec
        with RunReader(document, opened.runs[0].id) as saved:
            assert saved.info.layers == reader.info.layers
            check_measurements(saved)
            assert np.array_equal(norms(saved), norms(reader))


def norms(reader: RunReader) -> np.ndarray:
    return reader.series("grad_norm", 0, 10, 10).mean


def check_measurements(reader: RunReader) -> None:
    """Every layer with parameters has a finite norm at every step, and whatever else is sampled."""
    measured = len(reader.info.measured)
    assert norms(reader).shape == (measured, 3)
    assert np.isfinite(norms(reader)).all()
    assert norms(reader)[-1].min() > 0
    _, weights = reader.samples("weight_norm")
    _, ratios = reader.samples("update_ratio")
    assert weights.shape[1] == ratios.shape[1] == measured
    assert np.isfinite(weights).all()
    assert not np.isnan(ratios).any()  # infinite where weights start at zero, as ReZero's
    for layer in range(measured):
        for quantity in BY_LAYER:
            _, counts = reader.samples(quantity, layer)
            parameters = reader.info.measured[layer].parameters
            assert (counts.sum(axis=1) == parameters).all()
