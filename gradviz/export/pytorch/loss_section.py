"""The loss as a script says it: torch's own function, what it compares, and how a prediction is judged."""

from __future__ import annotations

from dataclasses import dataclass

from gradviz.export.layout import literal
from gradviz.spec.data_info import DataInfo, Task
from gradviz.spec.experiment import LossSpec
from gradviz.training.loss import losses, resolved

_FUNCTIONS = {
    "cross_entropy": "cross_entropy",
    "binary_cross_entropy": "binary_cross_entropy_with_logits",
    "mse": "mse_loss",
    "mae": "l1_loss",
    "huber": "huber_loss",
}

_VALIDATE = '''\
@torch.no_grad()
def validate(model: nn.Module, x: Tensor, y: Tensor) -> tuple[float, float]:
    """The mean loss and the share that is right, in evaluation mode."""
    model.eval()
    loss, right = 0.0, 0
    for part_x, part_y in zip(x.split(512), y.split(512), strict=True):
{forward}
        loss += float({total})
        right += int(({guess} == targets).sum())
    model.train()
    return loss / y.numel(), right / y.numel()'''

_VALIDATE_NUMBERS = '''\
@torch.no_grad()
def validate(model: nn.Module, x: Tensor, y: Tensor) -> float:
    """The mean loss, in evaluation mode."""
    model.eval()
    loss = 0.0
    for part_x, part_y in zip(x.split(512), y.split(512), strict=True):
{forward}
        loss += float({total})
    model.train()
    return loss / y.numel()'''

_REPORT = [
    "loss_there, accuracy = validate(model, val_x, val_y)",
    'print(f"validation: loss {loss_there:.6g}, accuracy {accuracy:.1%}")',
]
_REPORT_NUMBERS = [
    "loss_there = validate(model, val_x, val_y)",
    'print(f"validation: loss {loss_there:.6g}")',
]


@dataclass(frozen=True, kw_only=True, slots=True)
class LossText:
    """Parts of a script: torch's `function`, the lines that compare and that report, and `validate`."""

    function: str
    forward: str
    loss: str
    validate: str
    report: list[str]


def loss_text(spec: LossSpec, data: DataInfo, training: str, validation: str) -> LossText:
    """The parts for such a loss on such data, which is known to go with them; `data` is the network's.

    `training` and `validation` are how the network is called, with {} for its input.
    """
    spec = resolved(spec, data)
    function = _FUNCTIONS[spec.name]
    own = losses.entry(spec.name).complete(spec.parameters)
    defaults = losses.entry(spec.name).complete({})
    given = "".join(f", {name}={literal(value)}" for name, value in own.items() if value != defaults[name])
    total = f'{function}(scores, targets{given}, reduction="sum")'
    numbers = data.task is Task.REGRESSION
    guess = "(scores > 0)" if data.task is Task.BINARY else "scores.argmax(1)"
    form = _VALIDATE_NUMBERS if numbers else _VALIDATE
    return LossText(
        function=function,
        forward=_forward(training.format("x"), "y", data),
        loss=f"{function}(scores, targets{given})",
        validate=form.format(
            forward=_forward(validation.format("part_x"), "part_y", data), total=total, guess=guess
        ),
        report=_REPORT_NUMBERS if numbers else _REPORT,
    )


def _forward(scores: str, targets: str, data: DataInfo) -> str:
    """The line that makes scores and targets, one row for each target."""
    if data.task is Task.BINARY:
        return f"        scores, targets = {scores}.flatten(), {targets}.flatten().float()"
    if data.per_position:
        scores, targets = f"{scores}.flatten(0, 1)", f"{targets}.flatten(0, 1)"
    return f"        scores, targets = {scores}, {targets}"
