"""Self-attention: every position looks at all others and takes from those that matter (Vaswani et al. 2017).

The way between any two positions is one layer long, where a recurrent net's is as long as their distance.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gradviz.nets.divisors import nearest_divisor
from gradviz.nets.registry import Shape, ShapeError, layers
from gradviz.nets.sequence import sequence
from gradviz.spec.registry import boolean, integer, number


class MultiheadAttention(nn.MultiheadAttention):
    """torch's attention of a sequence to itself: takes and gives one tensor, `[batch, length, features]`.

    If `causal`, a position sees itself and those before it, as a language model must.
    """

    def __init__(self, embed_dim: int, num_heads: int, *, dropout: float, bias: bool, causal: bool) -> None:
        super().__init__(embed_dim, num_heads, dropout=dropout, bias=bias, batch_first=True)
        self.causal = causal

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """What every position took from the others."""
        length = x.shape[1]
        hidden = None
        if self.causal:
            hidden = torch.ones(length, length, dtype=torch.bool, device=x.device).triu(1)
        return super().forward(x, x, x, need_weights=False, attn_mask=hidden, is_causal=self.causal)[0]


@layers.register(
    "MultiheadAttention",
    group="Attention",
    doc="Self-attention: every position takes from all others what matters to it.",
    parameters=(
        integer(
            "num_heads",
            "How many kinds of attention run side by side; they share the features among them.",
            minimum=1,
            maximum=1_000_000,
        ),
        number(
            "dropout",
            "The share of looks at other positions that is zeroed while training.",
            default=0.0,
            minimum=0,
            maximum=1,
        ),
        boolean("bias", "Add learned values in its four projections.", default=True),
        boolean("causal", "See only the positions before, as a language model must.", default=False),
    ),
)
def multihead_attention(
    shape: Shape, *, num_heads: int, dropout: float, bias: bool, causal: bool
) -> nn.Module:
    """A MultiheadAttention whose heads share the features evenly."""
    _, features = sequence(shape)
    if features % num_heads:
        raise ShapeError(
            f"a number of features that num_heads = {num_heads} divides: "
            f"set num_heads to {nearest_divisor(features, num_heads)}, the nearest that does"
        )
    return MultiheadAttention(features, num_heads, dropout=dropout, bias=bias, causal=causal)
