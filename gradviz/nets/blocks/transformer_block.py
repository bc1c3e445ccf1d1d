"""The Transformer's block: attention, then a network at every position, each with a way past it.

Normalised after the sum, as it was published (post-LN, Vaswani et al. 2017), the gradient at the last layers
is large and training needs a warm-up; normalised inside the branch (pre-LN, Xiong et al. 2020) the way past
all blocks is clean and the gradient even over depth.
"""

from __future__ import annotations

from typing import Any

from gradviz.nets.blocks.knobs import (
    BRANCH_SCALE,
    NONE,
    RESIDUAL,
    SCALE_INIT,
    STOCHASTIC_DEPTH,
)
from gradviz.nets.blocks.knobs import activation as activation_knob
from gradviz.nets.blocks.knobs import dropout as dropout_knob
from gradviz.nets.blocks.parts import Parts, part
from gradviz.nets.blocks.parts import dropout as dropout_part
from gradviz.nets.blocks.parts import residual as residual_part
from gradviz.nets.divisors import nearest_divisor
from gradviz.nets.registry import Shape, ShapeError, layers
from gradviz.nets.sequence import sequence
from gradviz.spec.registry import boolean, choice, integer


@layers.register(
    "TransformerBlock",
    group="Block",
    doc="Self-attention and a network at every position, as torch's TransformerEncoderLayer.",
    parameters=(
        integer(
            "num_heads",
            "How many kinds of attention run side by side; they share the features among them.",
            minimum=1,
            maximum=1_000_000,
        ),
        integer(
            "dim_feedforward",
            "How wide the network at every position is inside; empty: 4 times the features.",
            default=None,
            minimum=1,
            maximum=1_000_000,
        ),
        dropout_knob(0.1),
        activation_knob("ReLU"),
        boolean(
            "norm_first",
            "Normalise inside the branches (pre-LN), not after the sums (post-LN).",
            default=False,
        ),
        boolean("causal", "See only the positions before, as a language model must.", default=False),
        boolean("bias", "Learned values to add, in all its layers.", default=True),
        choice(
            "normalization",
            "What keeps the scale of its features; “none” leaves it out.",
            choices=("LayerNorm", "RMSNorm", NONE),
            default="LayerNorm",
        ),
        BRANCH_SCALE,
        SCALE_INIT,
        STOCHASTIC_DEPTH,
        RESIDUAL,
    ),
    composed=True,
)
def transformer_block(
    shape: Shape,
    *,
    num_heads: int,
    dim_feedforward: int | None,
    dropout: float,
    activation: str,
    norm_first: bool,
    causal: bool,
    bias: bool,
    normalization: str,
    branch_scale: str,
    scale_init: float | None,
    stochastic_depth: float,
    residual: bool,
) -> Parts:
    """Attention and feed-forward network, each in a Residual, normalised before or after."""
    _, features = sequence(shape)
    if features % num_heads:
        raise ShapeError(
            f"a number of features that num_heads = {num_heads} divides: "
            f"set num_heads to {nearest_divisor(features, num_heads)}, the nearest that does"
        )
    drop = dropout_part(dropout)
    unbiased: dict[str, Any] = {} if bias else {"bias": False}
    looks: dict[str, Any] = {"dropout": dropout} if dropout else {}
    looks |= {"causal": True} if causal else {}
    attention = (part("MultiheadAttention", num_heads=num_heads, **looks, **unbiased), *drop)
    network = (
        part("Linear", out_features=dim_feedforward or 4 * features, **unbiased),
        *(() if activation == NONE else (part(activation),)),
        *drop,
        part("Linear", out_features=features, **unbiased),
        *drop,
    )
    carried: dict[str, Any] = {} if branch_scale == NONE else {"branch_scale": branch_scale}
    carried |= {} if scale_init is None else {"scale_init": scale_init}
    parts: Parts = ()
    for branch in (attention, network):
        body = (*_norm(normalization, unbiased), *branch) if norm_first else branch
        parts += (residual_part(*body, stochastic_depth=stochastic_depth, **carried),) if residual else body
        parts += () if norm_first else _norm(normalization, unbiased)
    return parts


def _norm(kind: str, unbiased: dict[str, Any]) -> Parts:
    if kind == NONE:
        return ()
    return (part(kind, normalized_shape="last", **(unbiased if kind == "LayerNorm" else {})),)
