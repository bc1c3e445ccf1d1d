"""Optimizers: torch's own that take dense gradients, with their parameters, defaults and ranges.

LBFGS is not among them: it asks for the loss again within a step, which no recorder of steps can follow.
Neither is SparseAdam, whose gradients are sparse.
"""

from gradviz.training.optimizers import adam, averaged, descent, muon, scaled  # noqa: F401 - they register
from gradviz.training.optimizers.registry import Group, build_optimizer, check_optimizer, optimizers

__all__ = ["Group", "build_optimizer", "check_optimizer", "optimizers"]
