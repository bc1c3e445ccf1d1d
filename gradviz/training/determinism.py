"""Only kernels that give the same numbers on every run, within one run and not beyond it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from gradviz.training.numerics import NumericsError

_WORKSPACE = "CUBLAS_WORKSPACE_CONFIG"
_MARK = " does not have a deterministic implementation"


@contextmanager
def deterministic(device: torch.device, *, wanted: bool) -> Iterator[None]:
    """Within it torch uses deterministic kernels if `wanted`; afterwards everything is as it was before.

    Raises NumericsError where an operation has no such kernel.
    """
    if not wanted:
        yield
        return
    enabled, only_warns = (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )
    benchmark = torch.backends.cudnn.benchmark
    workspace = os.environ.get(_WORKSPACE)
    if workspace is None:
        os.environ[_WORKSPACE] = ":4096:8"  # without it cuBLAS may sum in any order
    torch.use_deterministic_algorithms(True)  # noqa: FBT003 - torch's own
    torch.backends.cudnn.benchmark = False
    try:
        yield
    except RuntimeError as error:
        if _MARK not in str(error):
            raise
        operation = str(error).split(_MARK)[0].split()[-1]
        raise NumericsError(
            f"training.deterministic is true, but “{operation}”, which this run needs, has no deterministic "
            f"kernel on {device.type}; train without it or on another device"
        ) from error
    finally:
        torch.use_deterministic_algorithms(enabled, warn_only=only_warns)
        torch.backends.cudnn.benchmark = benchmark
        if workspace is None:
            del os.environ[_WORKSPACE]
