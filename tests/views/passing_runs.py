"""What is measured while a batch passes, made up for recorded runs: gains, blocks, statistics of outputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gradviz.records.factors import FactorKind, factor_kind
from gradviz.records.layer import LayerInfo
from gradviz.records.writer import RunWriter

GAINS = {
    FactorKind.WEIGHTS: 1.3,
    FactorKind.SLOPE: 0.7,
    FactorKind.NORMALIZATION: 1.1,
    FactorKind.OTHER: 1.0,
}


def network(count: int, kinds: Sequence[str] = ("Linear", "ReLU")) -> tuple[LayerInfo, ...]:
    """So many layers, these kinds over and over; activations have no parameters."""
    numbers: dict[str, int] = {}
    layers = []
    for index in range(count):
        kind = kinds[index % len(kinds)]
        numbers[kind] = numbers.get(kind, 0) + 1
        layers.append(
            LayerInfo(
                index=index,
                name=f"{kind} {numbers[kind]}",
                kind=kind,
                path=(index,),
                repeat=(),
                module=str(index),
                output_shape=(64,),
                parameters=0 if factor_kind(kind) is FactorKind.SLOPE else 4160,
            )
        )
    return tuple(layers)


def block_event(count: int, size: int, first: int = 1) -> dict[str, object]:
    """The detail of the event “blocks”: so many blocks of `size` layers, the first from layer `first` on."""
    layers = [list(range(first + at * size, first + (at + 1) * size)) for at in range(count)]
    return {
        "names": [f"Residual {at + 1}" for at in range(count)],
        "modules": [f"residual_{at + 1}" for at in range(count)],
        "paths": [[at + 1] for at in range(count)],
        "layers": layers,
        "shortcuts": [[] for _ in range(count)],
    }


def sample_passing(
    writer: RunWriter, step: int, layers: Sequence[LayerInfo], *, blocks: int = 0, slope: float = 0.7
) -> None:
    """One pass: the first layer has no gain, and outputs' gradients are the products of the gains."""
    random = np.random.default_rng(step)
    base = {**GAINS, FactorKind.SLOPE: slope}
    gains = np.array([base[factor_kind(layer.kind)] for layer in layers])
    gains = gains * np.exp(random.normal(0, 0.05, len(layers)))
    after = np.append(np.cumprod(gains[:0:-1])[::-1], 1.0)
    gains[0] = np.nan
    writer.sample("gain", step, gains.astype(np.float32))
    writer.sample("output_gradient", step, (0.02 * after).astype(np.float32))
    if blocks:
        at = np.linspace(0.9, 0.6, blocks)
        writer.sample("branch_gain", step, at.astype(np.float32))
        writer.sample("skip_factor", step, (1 + 0.2 * at).astype(np.float32))
        writer.sample("skip_share", step, at.astype(np.float32))
    active = np.array([factor_kind(layer.kind) is FactorKind.SLOPE for layer in layers])
    depth = np.linspace(0, 1, len(layers))
    zero = np.where(active, 0.45 + 0.3 * depth, 0.0)
    writer.sample("activation_mean", step, np.where(active, 0.4, -0.1 * depth).astype(np.float32))
    writer.sample("activation_std", step, (1 - 0.6 * depth).astype(np.float32))
    writer.sample("zero_share", step, zero.astype(np.float32))
    writer.sample("dead_share", step, np.where(active, 0.2 * depth, np.nan).astype(np.float32))
    writer.sample("saturated_share", step, np.where(active, zero, np.nan).astype(np.float32))
