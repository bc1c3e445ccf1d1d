"""Fixup: residual networks without normalisation start so that depth does not matter.

Zhang, Dauphin & Ma 2019 (arXiv 1901.09321) give three rules for a network of L residual branches:

1. The last layer of each branch and the classification layer start at zero.
2. All other layers start as usual (He et al. 2015), but those inside a branch of m layers are multiplied by
   L^(−1/(2m − 2)), so that a step of training changes the output equally much at any depth.
3. Scalar biases and multipliers are added to the branches.

This is rules 1 and 2, with biases at zero as in the paper. Rule 3 adds parameters to the network, which no
initializer does: a Residual with branch_scale “rezero” and scale_init 1 has the multiplier. The projection of
a shortcut is no part of the branch; of residual blocks inside a branch, each is a branch of its own. In
attention, queries, keys and values count with the layer, and the output matrix is what is zero. An embedding
keeps torch's start.

With the classification layer at zero, the first step of training moves that layer alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import Generator, nn

from gradviz.nets.initializer import Network, Started
from gradviz.nets.initializers.rules import initializer
from gradviz.nets.initializers.scaled import MODE, kaiming_normal
from gradviz.nets.weights import Weight


def settle(network: Network, started: Sequence[Started]) -> None:
    """Zero what closes a branch or the network, and scale the rest of each branch."""
    for one in started:
        branch = one.layer.branch
        weights = [weight for weight in one.weights if not weight.lookup]
        if one.layer.closes:
            for weight in [weight for weight in weights if weight.closing] or weights:
                nn.init.zeros_(weight.values)
        elif branch is not None and branch.depth > 1:
            scale = network.branches ** (-1 / (2 * branch.depth - 2))
            for weight in weights:
                weight.values.mul_(scale)


@initializer(
    "fixup",
    MODE,
    group="Looks at the network",
    doc="Kaiming, but small in residual branches and zero at their ends: no norm needed (Zhang et al. 2019).",
    scaled=True,
    settle=settle,
    biases=False,
)
def fixup(weight: Weight, generator: Generator, *, mode: Any) -> None:
    """Draw from N(0, gain² / fan), the gain that of the activation that follows."""
    kaiming_normal(weight, generator, a=0.0, mode=mode, nonlinearity="auto")
