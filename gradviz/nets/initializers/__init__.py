"""Initializers: how the weights of a network start.

The scale of these draws decides whether signal and gradient keep their size over depth. They set the weights
of Linear, convolutions, recurrent layers, attention and embeddings, and their biases; normalisations keep
torch's own start.
"""

from gradviz.nets.initializers import own, scaled, fixed, lsuv, fixup  # isort: skip  (the order of menus)
from gradviz.nets.initializers.starting import initialize, start

__all__ = ["fixed", "fixup", "initialize", "lsuv", "own", "scaled", "start"]
