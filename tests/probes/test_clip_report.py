"""The report on a device is the report on a CPU."""

from __future__ import annotations

import math

import pytest
import torch

from gradviz.probes.clip_report import ClipReport
from gradviz.probes.clipped_norms import ClippedNorms

SQUARES = [
    ([4.0, 1.0, 0.0], [1.0, 1.0, 0.0], 3.0),
    ([4.0, 1.0, 0.0], [1.0, 0.25, 0.0], None),
    ([4.0, 1.0, 0.0], [4.0, 1.0, 0.0], 5.0),
    ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], None),
    ([4.0, 1.0, 1.0], [0.0, 0.0, 0.0], 0.0),
    ([math.inf, 1.0, 1.0], [math.nan, 0.0, 0.0], None),
    ([math.nan, 1.0, 1.0], [math.nan, 1.0, 1.0], math.nan),
    ([1e-60, 1e-62, 0.0], [1e-62, 1e-62, 0.0], 1.1e-61),
    ([1e70, 1e60, 0.0], [1e60, 1e60, 0.0], 1e65),
]


def reports(squares, clipped, dot) -> tuple[ClipReport, ClipReport]:
    parameters = [torch.zeros(1)] * 3
    host = ClipReport(parameters=parameters, squares=squares, clipped=clipped, dot=dot, threshold=2.0)
    device = ClipReport(
        parameters=parameters,
        squares=torch.tensor(squares, dtype=torch.float64),
        clipped=torch.tensor(clipped, dtype=torch.float64),
        dot=None if dot is None else torch.tensor(dot, dtype=torch.float64),
        threshold=torch.tensor(2.0),
    )
    return host, device


@pytest.mark.parametrize(("squares", "clipped", "dot"), SQUARES)
def test_numbers_are_the_same_on_host_and_device(squares, clipped, dot) -> None:
    host, device = reports(squares, clipped, dot)
    ours, theirs = host.numbers(), device.numbers()
    assert list(ours) == list(theirs) == ["clip_factor", "clip_angle", "clipped_tensors", "clip_threshold"]
    for quantity, number in ours.items():
        assert isinstance(theirs[quantity], torch.Tensor)
        assert float(theirs[quantity]) == pytest.approx(number, rel=1e-12, abs=1e-5, nan_ok=True)


def test_numbers_are_what_they_say() -> None:
    host, _ = reports(*SQUARES[0])
    assert host.norm_before == pytest.approx(math.sqrt(5))
    assert host.norm_after == pytest.approx(math.sqrt(2))
    assert host.factor == pytest.approx(math.sqrt(2 / 5))
    assert host.angle == pytest.approx(math.degrees(math.acos(3 / math.sqrt(10))))
    assert host.tensors == 1
    assert reports(*SQUARES[1])[0].angle == 0
    assert math.isnan(reports(*SQUARES[4])[0].angle)
    assert reports(*SQUARES[4])[0].factor == 0
    assert reports(*SQUARES[6])[0].tensors == 0  # a step that is skipped for a NaN was not clipped


@pytest.mark.parametrize("place", [0, 1])
def test_clipped_norms_follow_the_order_and_keep_what_is_not_known(place: int) -> None:
    a, b, c = (torch.zeros(1) for _ in range(3))
    report = reports([4.0, 1.0, 0.0], [1.0, 1.0, 0.0], 3.0)[place]
    ordered = ClipReport(
        parameters=[b, a, torch.zeros(1)], squares=report.squares, clipped=report.clipped, dot=report.dot
    )
    before = [1.5, 4.5, 9.0]
    given = torch.tensor(before, dtype=torch.float64) if place else before
    norms = ClippedNorms([a, b, c])
    for _ in range(2):
        assert list(map(float, norms(ordered, given))) == [1.5, 1.0, 9.0]
