"""A person's own network is imported by the script, and trains there as it does here."""

from __future__ import annotations

import pytest
from exported import small

from gradviz.export.pytorch import export_pytorch
from gradviz.export.registry import ExportError
from gradviz.spec.experiment import ModelSpec
from gradviz.trust import allow

CODE = """import torch
from torch import nn


class Net(nn.Sequential):
    def __init__(self, sizes=(4,), *, slope=0.1):
        super().__init__(nn.Linear(2, sizes[0]), nn.LeakyReLU(slope), nn.Dropout(0.5), nn.Linear(sizes[0], 2))

    @classmethod
    def wide(cls, **given):
        return cls((16,), **given)
"""

MIXED = """import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(2, 40).bfloat16(), nn.Linear(40, 2)

    def forward(self, x):
        return self.last(torch.tanh(self.first(x.bfloat16())).float())
"""


@pytest.mark.parametrize(
    ("name", "arguments"), [("Net", {}), ("Net", {"sizes": [7]}), ("Net.wide", {"slope": 0.3})]
)
def test_the_same_losses_come_out(tmp_path, monkeypatch, same_losses, name, arguments):
    monkeypatch.setenv("GRADVIZ_STATE", str(tmp_path / "state"))
    path = tmp_path / "own network.py"
    path.write_text(CODE)
    allow(path)
    same_losses(small(model=ModelSpec(source=f"{path}:{name}", arguments=arguments)))


def test_weights_of_16_bits_are_trained_with_the_kernel_that_moves_them(tmp_path, monkeypatch, same_losses):
    monkeypatch.setenv("GRADVIZ_STATE", str(tmp_path / "state"))
    path = tmp_path / "mixed.py"
    path.write_text(MIXED)
    allow(path)
    experiment = small(model=ModelSpec(source=f"{path}:Net"))
    same_losses(experiment)
    assert "fused" not in export_pytorch(experiment)


def test_a_file_that_does_not_offer_it_is_told(tmp_path):
    with pytest.raises(ExportError, match="There is no file"):
        export_pytorch(small(model=ModelSpec(source=f"{tmp_path / 'gone.py'}:Net")))
