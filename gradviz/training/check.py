"""What of an experiment can only be checked beside its network, before anything is trained or stored."""

from __future__ import annotations

from collections.abc import Sequence

from gradviz.records.layer import LayerInfo
from gradviz.spec.experiment import ExperimentSpec
from gradviz.training.learning_rate import check_schedule
from gradviz.training.optimizers import check_optimizer
from gradviz.training.parameter_groups import check_groups
from gradviz.training.regularization import check_penalties
from gradviz.training.transfer import check_start


def check_training(experiment: ExperimentSpec, layers: Sequence[LayerInfo]) -> None:
    """Raise SpecError where a network of these layers cannot be trained as the experiment says."""
    check_optimizer(experiment.optimizer)
    check_schedule(experiment.schedule, experiment.optimizer)
    check_groups(layers, experiment.optimizer)
    check_penalties(layers, experiment.regularization)
    if experiment.start is not None:
        check_start(experiment.start)
