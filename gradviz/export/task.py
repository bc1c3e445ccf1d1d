"""What of losses and tasks a script can have: classes by cross-entropy."""

from __future__ import annotations

from gradviz.export.registry import ExportError
from gradviz.spec.data_info import DataInfo, Task
from gradviz.spec.experiment import ExperimentSpec


def need_plain_classes(experiment: ExperimentSpec, info: DataInfo) -> None:
    """Raises ExportError where the loss is another one than plain cross-entropy."""
    loss = experiment.loss
    if info.task is not Task.CLASSIFICATION or any(loss.parameters.values()):
        name = f"the loss {loss.name}" if loss.name != "auto" else f"a {info.task}"
        raise ExportError(f"{name} cannot be written as a script yet: only plain cross-entropy can")
