"""Numbers on their way into the store: float32 that never lies about being finite or zero.

What is finite in float64 but too big for float32 becomes the biggest float32, not Inf; what is not zero but
too small becomes the smallest subnormal, not 0. NaN and ±Inf stay what they are.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BIGGEST = float(np.finfo(np.float32).max)
SMALLEST = float(np.finfo(np.float32).smallest_subnormal)
_FLOAT = np.dtype("<f4")
_INTEGERS = ("<u1", "<u2", "<u4")


def to_float32(values: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """The float32 form of an array of any float type; the same array where it is float32 already."""
    if values.dtype == np.float32:
        return values.astype(np.float32, copy=False)
    with np.errstate(over="ignore", under="ignore"):
        short = values.astype(np.float32)
    overflown = np.isinf(short) & np.isfinite(values)
    short[overflown] = np.copysign(BIGGEST, values[overflown])
    underflown = (short == 0) & (values != 0)
    short[underflown] = np.copysign(SMALLEST, values[underflown])
    return short


def pack(values: npt.NDArray[np.float32] | npt.NDArray[np.int64]) -> tuple[str, bytes]:
    """The type and bytes of an array, integers in the shortest type that holds them all."""
    if values.dtype.kind == "f":
        return "<f4", values.astype(_FLOAT, copy=False).tobytes()
    if values.size and values.min() >= 0:
        biggest = int(values.max())
        for name in _INTEGERS:
            if biggest <= np.iinfo(name).max:
                return name, values.astype(name).tobytes()
    return "<i8", values.astype("<i8").tobytes()


def unpack(dtype: str, data: bytes) -> npt.NDArray[np.float32] | npt.NDArray[np.int64]:
    """The float32 or int64 array that `pack` was given."""
    if dtype == "<f4":
        return np.frombuffer(data, _FLOAT).astype(np.float32, copy=False)
    return np.frombuffer(data, dtype).astype(np.int64)
