"""Everything an experiment may name, gathered from the registries of all rooms."""

from __future__ import annotations

from gradviz.data.registry import data_sets
from gradviz.nets.registry import initializers, layers
from gradviz.nets.templates import templates
from gradviz.spec.catalogue import Catalogue
from gradviz.training.clipping import clips
from gradviz.training.loss import losses
from gradviz.training.optimizers import optimizers
from gradviz.training.schedules import schedules


def full_catalogue() -> Catalogue:
    """The description that goes to the window, which has no torch to ask."""
    return Catalogue(
        layers=layers.entries(),
        initializers=initializers.entries(),
        data_sets=data_sets.entries(),
        optimizers=optimizers.entries(),
        losses=losses.entries(),
        schedules=schedules.entries(),
        clips=clips.entries(),
        templates=templates.entries(),
    )
