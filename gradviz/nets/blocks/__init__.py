"""Blocks: what makes layers a network that is deep, or that has more than one way through it.

Primitive blocks hold layers in their body and join them; composed ones stand for layers of their own, as
the literature names them.
"""

from gradviz.nets.blocks import (
    bottleneck,
    branch,
    dense_block,
    inverted_residual,
    parallel,
    residual,
    rows,
    shortcut,
    squeeze_excitation,
    transformer_block,
)
from gradviz.nets.blocks.rows import in_a_row

__all__ = [
    "bottleneck",
    "branch",
    "dense_block",
    "in_a_row",
    "inverted_residual",
    "parallel",
    "residual",
    "rows",
    "shortcut",
    "squeeze_excitation",
    "transformer_block",
]
