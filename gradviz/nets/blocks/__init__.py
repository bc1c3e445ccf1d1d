"""Blocks: what makes layers a network that is deep, or that has more than one way through it.

Primitive blocks hold layers in their body and join them; composed ones stand for layers of their own, as
the literature names them.
"""

from gradviz.nets.blocks import branch, parallel, residual, rows, shortcut
from gradviz.nets.blocks.rows import in_a_row

__all__ = ["branch", "in_a_row", "parallel", "residual", "rows", "shortcut"]
