"""The numbers that a network computes in: float32, or bfloat16 and float16 by autocast.

Weights and gradients stay float32. Autocast decides for every operation (Micikevicius et al. 2018); what
comes out is made float32 again, so that losses and metrics never see less.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Forward = Callable[[Tensor], Tensor]
"""From a batch of inputs to the network's output."""


def in_precision(network: Forward, precision: str, device: torch.device) -> Forward:
    """`network` computed in “float32”, “bfloat16” or “float16”, its output float32."""
    if precision == "float32":
        return network  # as it is: a wrapper would cost a call a step
    dtype = torch.bfloat16 if precision == "bfloat16" else torch.float16

    def forward(x: Tensor) -> Tensor:
        with torch.autocast(device.type, dtype):
            output = network(x)
        return output.float()

    return forward
