from __future__ import annotations

import pytest
import torch

from gradviz.training.device import DeviceError, resolve_device


@pytest.mark.parametrize(
    ("name", "there", "type_"),
    [("cpu", True, "cpu"), ("auto", False, "cpu"), ("auto", True, "cuda"), ("cuda", True, "cuda")],
)
def test_device_that_is_there(name: str, there: bool, type_: str, monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: there)
    assert resolve_device(name).type == type_


@pytest.mark.parametrize(
    ("built", "message"), [(None, "built without CUDA"), ("12.6", "finds no CUDA device")]
)
def test_cuda_that_is_not_there(built: str | None, message: str, monkeypatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", built)
    with pytest.raises(DeviceError, match=message):
        resolve_device("cuda")
