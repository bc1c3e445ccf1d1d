"""A step of every optimizer by each of torch's kernels: one by one, for each list of tensors, fused.

On the 40 tensors of a 20-layer × 64 MLP, in one thread; the best of twelve rounds of ten steps.
"""

from __future__ import annotations

import argparse
import json
import time

import torch
from torch import nn

from gradviz.training.optimizers import optimizers

KERNELS = {"one by one": {"foreach": False}, "lists": {"foreach": True}, "fused": {"fused": True}}
ROUNDS, STEPS = 12, 10


def main() -> None:
    """Measure all of them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    torch.set_num_threads(1)
    found = {
        name: {kernel: cost(name, kernel) for kernel in KERNELS} for name in optimizers if name != "Muon"
    }
    if options.json:
        print(json.dumps(found))
        return
    print(f"{'µs a step':12}" + "".join(f"{kernel:>12}" for kernel in KERNELS))
    for name, costs in found.items():
        print(f"{name:12}" + "".join(f"{'-' if c is None else round(c):>12}" for c in costs.values()))


def cost(name: str, kernel: str) -> float | None:
    """Microseconds a step, None where torch has no such kernel."""
    torch.manual_seed(0)
    layers = [layer for _ in range(20) for layer in (nn.Linear(64, 64), nn.ReLU())]
    parameters = list(nn.Sequential(*layers).parameters())
    for parameter in parameters:
        parameter.grad = torch.randn_like(parameter) * 0.01
    try:
        made = getattr(torch.optim, name)(parameters, 1e-3, **KERNELS[kernel])
    except TypeError:
        return None
    made.step()
    rounds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(STEPS):
            made.step()
        rounds.append((time.perf_counter() - begun) / STEPS)
    return min(rounds) * 1e6


if __name__ == "__main__":
    main()
