from __future__ import annotations

import pytest
import torch

from gradviz.training.units import Units


def tensors() -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    shapes = ((3, 4), (4,), (), (2, 2, 2), (5, 4), (1, 1))
    return [torch.randn(shape, generator=generator) for shape in shapes]


def rows(tensor: torch.Tensor) -> list[torch.Tensor]:
    return list(tensor) if tensor.dim() > 1 else [tensor]


def test_norms_sums_and_scales_are_those_of_every_row() -> None:
    units = Units(tensors())
    norms = units.norms(tensors())
    wanted = [row.double().norm() for tensor in tensors() for row in rows(tensor)]
    assert sorted(norms.tolist()) == pytest.approx(sorted(map(float, wanted)))
    sums = [sum(float(row.double().norm()) for row in rows(tensor)) for tensor in tensors()]
    assert units.sums(norms).tolist() == pytest.approx(sums)
    scaled = tensors()
    units.scale(scaled, 1 / norms)
    for tensor in scaled:
        for row in rows(tensor):
            assert float(row.norm()) == pytest.approx(1.0)


def test_only_chosen_tensors_are_scaled() -> None:
    units = Units(tensors())
    scaled = tensors()
    chosen = [True, False, True, False, False, True]
    units.scale(scaled, torch.zeros_like(units.norms(scaled)), chosen)
    for tensor, original, is_chosen in zip(scaled, tensors(), chosen, strict=True):
        assert torch.equal(tensor, torch.zeros_like(original) if is_chosen else original)
    assert units.of_tensor(chosen).sum() == 3 + 1 + 1


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_norms_are_right_at_every_magnitude(scale: float) -> None:
    sized = [tensor * scale for tensor in tensors()]
    exact = Units(tensors()).norms(tensors()) * scale
    torch.testing.assert_close(Units(sized).norms(sized), exact, rtol=1e-6, atol=0)
