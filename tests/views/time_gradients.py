"""Gradients through time as a recurrent layer has them, without training one."""

from __future__ import annotations

import numpy as np

from gradviz.records.layer import LayerInfo
from gradviz.records.through_time import TimeGradient, TimeRow


def gradient(length: int = 100, *, step: int = 40, rows: int = 2, layer: int = 3) -> TimeGradient:
    info = LayerInfo(
        index=layer, name=f"LSTM {layer}", kind="LSTM", path=(layer,), repeat=(), module=str(layer),
        output_shape=(length, 8), parameters=9,
    )  # fmt: skip
    t = np.arange(length, dtype=np.float32)
    made = [
        TimeRow("h", 0, False, 10 ** (t - length)),  # noqa: FBT003
        TimeRow("c", 0, False, 10 ** (0.1 * (t - length))),  # noqa: FBT003
        TimeRow("h", 1, True, 10 ** (-0.1 * t)),  # noqa: FBT003
    ]
    return TimeGradient(
        step, info, tuple(row._replace(norms=row.norms.astype(np.float32)) for row in made[:rows])
    )
