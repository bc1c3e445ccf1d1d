"""One batch before the first step, where it is not sure that the network can be computed as asked.

Whether a compiler works, and whether a device has every kernel in half precision, is known only by trying:
oneDNN has no float16 LSTM on most CPUs, for one. The trial leaves no trace.
"""

from __future__ import annotations

from torch import nn

from gradviz.training.compiling import Compiled
from gradviz.training.numerics import NumericsError
from gradviz.training.passes import Passes
from gradviz.training.precision import Forward


def rehearse(
    model: nn.Module,
    passes: Passes,
    step: int,
    *,
    precision: str,
    plain: Forward,
    compiled: Compiled | None,
) -> None:
    """Try the passes of `step` where they need it; `plain` is the forward pass without compiling.

    Raises NumericsError where only the precision is to blame.
    """
    if compiled is not None and compiled.works:
        try:
            passes.rehearse(model, step, passes.forward)
        except Exception as error:  # noqa: BLE001 - a compiler fails in many ways
            compiled.give_up(error)
    if precision == "float32":
        return
    try:
        passes.rehearse(model, step, plain)
    except RuntimeError as error:
        try:
            passes.rehearse(model, step, model)
        except RuntimeError:
            raise error from None  # it is not the precision
        other = "“bfloat16” or “float32”" if precision == "float16" else "“float32”"
        said = str(error).strip().splitlines() or [""]
        raise NumericsError(
            f"training.precision is “{precision}”, in which this device cannot compute this network "
            f"({said[0].split('. ')[0].rstrip('.')}); use {other}"
        ) from error
