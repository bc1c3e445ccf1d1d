"""The part of a script that trains: optimizer, clipping and penalty as set, the losses handed back."""

from __future__ import annotations

import inspect
from dataclasses import asdict

import torch
from torch import nn

from gradviz.data.augmentation import Augmentation
from gradviz.data.batches import Batches
from gradviz.data.seeds import Purpose, torch_seed
from gradviz.export.expression import Argument, Call, Name, Node, Value
from gradviz.export.layout import assigned, in_one_line
from gradviz.export.pytorch import clipping
from gradviz.export.pytorch.loss_section import loss_text
from gradviz.export.pytorch.source import Sources
from gradviz.export.registry import ExportError
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import AugmentationSpec, ClipSpec, ExperimentSpec, ModelSpec, OptimizerSpec
from gradviz.training.clipping import clips
from gradviz.training.optimizers import build_optimizer

_PENALTY = '''\
@torch.no_grad()
def add_penalty(weights: list[nn.Parameter]) -> None:
    """Add the gradient of {formula} to that of the loss; the loss that is shown stays the data's."""
    for weight in weights:
        if weight.grad is None:
            weight.grad = torch.zeros_like(weight)
{lines}'''

_TRAIN = '''\
def train(steps: int{default}, model: nn.Module | None = None) -> list[float]:
    """Train for so many steps, a new network unless one is given; the loss of every step."""
    train_x, train_y, val_x, val_y = (part.to(DEVICE) for part in load_data())
    model = (build_model() if model is None else model).to(DEVICE)
{batches}{epochs}
{optimizer}
    {weights}torch.manual_seed(torch_seed(SEED, Purpose.TRAINING))  # what dropout draws from
    model.train()
    losses: list[float] = []
    for step in range(steps):
        x, y = batches.take(step)
        optimizer.zero_grad()
{forward}
        loss = {loss}
        loss.backward()
{change}        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            print(f"step {{step + 1:,}}: the loss is {{losses[-1]}}, so training ends here")
            break
        optimizer.step()
        if (step + 1) % PRINT_EVERY == 0 or step + 1 == steps:
            print(f"step {{step + 1:,}} of {{steps:,}}: loss {{losses[-1]:.6g}}")
{say}
    return losses'''


def training_section(experiment: ExperimentSpec, info: DataInfo, sources: Sources) -> list[str]:
    """The definitions, the last of them `train`."""
    sources.need("math")
    sources.need("torch")
    sources.need("torch", "Tensor", "nn")
    words = loss_text(experiment.loss, info)
    sources.need("torch.nn.functional", words.function)
    texts = sources.carry(Batches, torch_seed, Purpose)
    if experiment.augmentation != AugmentationSpec():
        texts += sources.carry(Augmentation)
    change = ""
    penalty = experiment.regularization
    if penalty.l1 or penalty.l2:
        texts.append(_penalty(l1=bool(penalty.l1), l2=bool(penalty.l2)))
        change += "        add_penalty(weights)\n"
    if experiment.clip is not None:
        texts += sources.carry(getattr(clipping, experiment.clip.method))
        change += f"{_clip(experiment.clip)}\n"
    train = _TRAIN.format(
        batches=assigned("batches = ", _batches(experiment.augmentation), 4),
        default=" | None = None" if experiment.training.steps is None else " = STEPS",
        epochs="\n    steps = EPOCHS * batches.per_epoch if steps is None else steps"
        if experiment.training.steps is None
        else "",
        optimizer=assigned("optimizer = ", _optimizer(experiment.optimizer), 4),
        weights=_weights(experiment.model) if penalty.l1 or penalty.l2 else "",
        forward=words.forward,
        loss=words.loss,
        say=words.say,
        change=change,
    )
    return [*texts, words.validate, train]


def _batches(augmentation: AugmentationSpec) -> Node:
    """The call that makes the batches, augmented as set."""
    arguments = [Argument(Name(name)) for name in ("train_x", "train_y", "BATCH_SIZE", "SEED")]
    if augmentation != AugmentationSpec():
        own = [Argument(Value(value), name, keyword=True) for name, value in asdict(augmentation).items()]
        arguments.append(Argument(Call("Augmentation", (*own, Argument(Name("SEED"), "seed", keyword=True)))))
    return Call("Batches", tuple(arguments))


def _weights(model: ModelSpec) -> str:
    """The lines that find what penalties are over; a normalisation over images has large parameters too."""
    kinds = {layer.kind for _, layer in model.walk()}
    if not model.source and not kinds & {"LayerNorm", "RMSNorm"}:
        return "weights = [p for p in model.parameters() if p.dim() >= 2]\n    "
    return """\
norms = [m for m in model.modules() if isinstance(m, nn.LayerNorm | nn.RMSNorm)]
    scales = {p for norm in norms for p in norm.parameters()}
    weights = [p for p in model.parameters() if p.dim() >= 2 and p not in scales]
    """


def _penalty(*, l1: bool, l2: bool) -> str:
    formula = " + ".join(["L1·Σ|w|"] * l1 + ["L2·Σw²"] * l2)
    lines = ["        weight.grad.add_(weight.sign(), alpha=L1)"] * l1
    lines += ["        weight.grad.add_(weight, alpha=2 * L2)"] * l2
    return _PENALTY.format(formula=formula, lines="\n".join(lines))


def _clip(spec: ClipSpec) -> str:
    given = clips.entry(spec.method).complete(spec.parameters)
    del given["threshold"]
    gradients = Name("[p.grad for p in model.parameters() if p.grad is not None]")
    arguments = [Argument(gradients), Argument(Name("CLIP_THRESHOLD"))]
    arguments += [Argument(Value(value), name, keyword=True) for name, value in given.items()]
    return " " * 8 + in_one_line(Call(spec.method, tuple(arguments)))


def _optimizer(spec: OptimizerSpec) -> Node:
    """The call that makes the optimizer, with what differs from torch's own. Raises ExportError."""
    made = build_optimizer(spec, [nn.Parameter(torch.zeros(1))])
    if getattr(torch.optim, type(made).__name__, None) is not type(made):
        raise ExportError(f"the optimizer {spec.name} cannot be written for PyTorch: choose another one")
    arguments = [Argument(Name("model.parameters()"))]
    for parameter in list(inspect.signature(type(made).__init__).parameters.values())[2:]:
        name = parameter.name
        value = made.defaults.get(name, parameter.default)
        if name == "lr":
            arguments.append(Argument(Name("LEARNING_RATE"), name, keyword=True))
        elif _plain(value) != _plain(parameter.default):
            arguments.append(Argument(Value(_plain(value)), name, keyword=True))
    return Call(f"torch.optim.{type(made).__name__}", tuple(arguments))


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
