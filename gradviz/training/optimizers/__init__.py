"""Optimizers: torch's own that take dense gradients, with their parameters, defaults and ranges.

LBFGS is not among them: it asks for the loss again within a step, which no recorder of steps can follow.
Neither is SparseAdam, whose gradients are sparse.
"""

from gradviz.training.optimizers import descent  # noqa: F401 - the order of menus is that of registration

# isort: split
from gradviz.training.optimizers import adam, muon, scaled  # noqa: F401
from gradviz.training.optimizers.registry import Group, build_optimizer, check_optimizer, optimizers

__all__ = ["Group", "build_optimizer", "check_optimizer", "optimizers"]
