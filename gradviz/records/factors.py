"""The factors of the chain rule: what kind each layer's is, which for a plain chain multiply to the whole.

The gradient of the loss at one layer's input is that at its output times the layer's own factor. Weights
scale it, the slope of an activation shrinks it, a normalisation divides by what it normalised, everything
else (pooling, dropout, attention, reshaping, joins) mixes or drops parts of it.
"""

from __future__ import annotations

from enum import StrEnum


class FactorKind(StrEnum):
    """What a layer's factor is made of."""

    WEIGHTS = "weights"
    SLOPE = "slope"
    NORMALIZATION = "normalization"
    OTHER = "other"


_WEIGHTS = ("Linear", "Bilinear", "Embedding", "EmbeddingBag", "RNN", "LSTM", "GRU")
_SLOPES = (
    "CELU", "ELU", "GELU", "GLU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh", "LeakyReLU",
    "LogSigmoid", "Mish", "PReLU", "RReLU", "ReLU", "ReLU6", "SELU", "SiLU", "Sigmoid", "Softplus",
    "Softshrink", "Softsign", "Tanh", "Tanhshrink", "Threshold",
)  # fmt: skip


def factor_kind(kind: str) -> FactorKind:
    """Of a layer of this kind, as torch.nn calls it; what nobody knows is “other”."""
    if kind in _SLOPES:
        return FactorKind.SLOPE
    if kind.endswith("Linear") or kind in _WEIGHTS or "Conv" in kind:
        return FactorKind.WEIGHTS
    return FactorKind.NORMALIZATION if "Norm" in kind else FactorKind.OTHER
