"""What a model of one's own does between its layers: functions of its code, which no module stands for.

The gradient that arrives at a layer's output and the one that the layer behind it hands back differ by such
a function: `torch.sigmoid(self.first(x))` takes its slope of it. That holds where one layer's output is the
next one's input. Where ways part and meet again, the gradient grows between two layers of the list: then they
are no chain, and their factors do not multiply to anything.
"""

from __future__ import annotations

import numpy as np

from gradviz.records.depth import ChainFactors

GROWTH = 1.2
"""What no function of one input does to a norm in practice; a sum of two equal ways back does 1.4 to 2."""


def between(chain: ChainFactors) -> list[float] | None:
    """The factor before each layer whose gain is known and that has one before it; None without a chain."""
    gains = np.asarray(chain.gains, np.float64)
    outputs = np.asarray(chain.output_gradients, np.float64)
    found = []
    for behind in range(1, len(gains)):
        handed, arrived = gains[behind] * outputs[behind], outputs[behind - 1]
        if np.isfinite(handed) and np.isfinite(arrived) and handed > 0 and arrived > 0:
            found.append(float(arrived / handed))
    return None if any(factor > GROWTH for factor in found) else found


def through_all(chain: ChainFactors) -> float:
    """How many times the gradient at the first layer's output is that at the last one's; NaN if unknown."""
    outputs = np.asarray(chain.output_gradients, np.float64)
    known = outputs[np.isfinite(outputs) & (outputs > 0)]
    return float(known[0] / known[-1]) if len(known) > 1 else float("nan")
