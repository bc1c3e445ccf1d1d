"""Validation after every epoch, where something listens to it, and the early end of training."""

from __future__ import annotations

from gradviz.export.pytorch.parts import Parts
from gradviz.spec.experiment import TrainingSpec

_ENDS = "(step + 1) % batches.per_epoch == 0"
_ENDS_AMONG_SEVERAL = "(step + 1) * ACCUMULATE % batches.per_epoch < ACCUMULATE"


def add_early_stopping(parts: Parts, spec: TrainingSpec) -> None:
    """Add the count of validations without a lower loss."""
    if spec.patience is None:
        return
    parts.settings.append(f"PATIENCE = {spec.patience}  # validations without a lower loss")
    parts.before.append('    best, waited = float("inf"), 0')
    parts.at_validation += [
        "waited = 0 if loss_there < best else waited + 1",
        "best = min(best, loss_there)",
        "if waited == PATIENCE:",
        '    print(f"stopped early at step {step + 1:,}: the lowest validation loss was {best:.6g}")',
        "    break",
    ]


def validation(parts: Parts, spec: TrainingSpec, report: list[str]) -> tuple[str, str]:
    """The lines of the loop that validate after an epoch, and those after the loop that `report` the end.

    Where nothing listens, the network is validated once, at the end.
    """
    if not parts.at_validation:
        return "", "".join(f"\n    {line}" for line in report)
    ends = _ENDS if spec.accumulate == 1 else _ENDS_AMONG_SEVERAL
    lines = [f"        if {ends} or step + 1 == steps:"]
    lines += [f"            {line}" for line in (*report, *parts.at_validation)]
    return "".join(f"\n{line}" for line in lines), ""
