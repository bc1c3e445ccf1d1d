"""Where a run trains: the device an experiment asks for, or a sentence that says why not."""

from __future__ import annotations

import torch


class DeviceError(ValueError):
    """The device that was asked for is not there; the message is a sentence for people."""


def resolve_device(name: str) -> torch.device:
    """The torch device for “auto”, “cpu” or “cuda”. Raises DeviceError."""
    if name == "cpu":
        return torch.device("cpu")
    if torch.cuda.is_available():
        return torch.device("cuda")
    if name == "auto":
        return torch.device("cpu")
    why = (
        f"this PyTorch ({torch.__version__}) was built without CUDA"
        if torch.version.cuda is None
        else "PyTorch finds no CUDA device on this machine"
    )
    raise DeviceError(f"training.device is “{name}”, but {why}; use “cpu” or “auto”")
