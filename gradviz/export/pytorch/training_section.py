"""The part of a script that trains: one loop with what was asked for in it, the losses handed back."""

from __future__ import annotations

import math
from dataclasses import asdict

from gradviz.data.augmentation import Augmentation
from gradviz.data.batches import Batches
from gradviz.data.seeds import Purpose, torch_seed
from gradviz.export.expression import Argument, Call, Name, Node, Value
from gradviz.export.layout import assigned
from gradviz.export.pytorch.clip_section import add_clipping
from gradviz.export.pytorch.loss_section import LossText, loss_text
from gradviz.export.pytorch.numerics_section import Calls, add_numerics
from gradviz.export.pytorch.optimizer_section import add_optimizer
from gradviz.export.pytorch.parts import Parts
from gradviz.export.pytorch.penalty_section import add_penalties
from gradviz.export.pytorch.positions import Positions
from gradviz.export.pytorch.schedule_section import add_schedule
from gradviz.export.pytorch.seeds import SeedNames
from gradviz.export.pytorch.source import Sources
from gradviz.export.pytorch.stopping_section import add_early_stopping, validation
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import AugmentationSpec, ExperimentSpec
from gradviz.training.check import check_training
from gradviz.training.learning_rate import is_scheduled
from gradviz.training.loss_scale import LOWEST

_TRAIN = '''\
def train(steps: int{default}, model: nn.Module | None = None) -> list[float]:
    """Train for so many steps, a new network unless one is given; the loss of every step."""
    train_x, train_y, val_x, val_y = (part.to(DEVICE) for part in load_data())
    model = (build_model() if model is None else model).to(DEVICE)
{before}
    torch.manual_seed(torch_seed({seed}, Purpose.TRAINING))  # what dropout draws from
    model.train()
    losses: list[float] = []
    for step in range(steps):
{step}
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            print(f"step {{step + 1:,}}: the loss is {{losses[-1]}}, so training ends here")
            break
{update}
        if (step + 1) % PRINT_EVERY == 0 or step + 1 == steps:
            print(f"step {{step + 1:,}} of {{steps:,}}: loss {{losses[-1]:.6g}}"){in_loop}{at_end}
    return losses'''

_ONE = """\
        x, y = batches.take(step)
        optimizer.zero_grad()
{forward}
        loss = {loss}
        {backward}"""

_SEVERAL = """\
        taken = [batches.take(step * ACCUMULATE + part) for part in range(ACCUMULATE)]
        samples = sum(len(y) for _, y in taken)
        optimizer.zero_grad()
        loss = torch.zeros((), device=DEVICE)
        for x, y in taken:
    {forward}
            share = {loss} * (len(y) / samples)
            {backward}
            loss += share.detach()"""


_SCALED = f"""\
        scaler.step(optimizer)
        scaler.update()
        if scaler.get_scale() < 2**{round(math.log2(LOWEST))}:
            print(f"step {{step + 1:,}}: gradients overflow at any scale, so training ends here")
            break"""


def training_section(
    experiment: ExperimentSpec, info: DataInfo, seeds: SeedNames, sources: Sources
) -> tuple[Parts, list[str]]:
    """What the settings and `main` need, and the definitions, the last of them `train`.

    Raises ExportError, and SpecError where the parts of the experiment do not go together.
    """
    sources.need("math")
    sources.need("torch")
    sources.need("torch", "Tensor", "nn")
    spec = experiment.training
    positions = Positions(experiment.model, info)
    named = experiment.optimizer.groups or experiment.regularization.exclude
    check_training(experiment, positions.built.layers if named else ())
    parts = Parts(definitions=sources.carry(Batches, torch_seed, Purpose))
    if experiment.augmentation != AugmentationSpec():
        parts.definitions += sources.carry(Augmentation)
    add_optimizer(
        parts, experiment.optimizer, positions, sources, scheduled=is_scheduled(experiment.schedule)
    )
    add_schedule(parts, experiment, sources)
    calls = add_numerics(parts, spec, sources)
    if spec.precision == "float16":
        parts.after_backward.append("        scaler.unscale_(optimizer)")
    add_penalties(parts, experiment, positions)
    add_clipping(parts, experiment.clip, positions, sources)
    add_early_stopping(parts, spec)
    words = loss_text(experiment.loss, info, calls.training, calls.validation)
    sources.need("torch.nn.functional", words.function)
    in_loop, at_end = validation(parts, spec, words.report)
    before = [assigned("batches = ", _batches(experiment.augmentation, seeds.data), 4)]
    before += _steps(experiment)
    before += ["    parameters = list(model.parameters())"] if parts.positions else []
    update = _SCALED if spec.precision == "float16" else "        optimizer.step()"
    train = _TRAIN.format(
        default=" | None = None" if spec.steps is None else " = STEPS",
        before="\n".join([*before, *parts.before]),
        seed=seeds.dropout,
        step="\n".join([*parts.at_step, _passes(words, calls, spec.accumulate), *parts.after_backward]),
        update="\n".join([update, *parts.after_update]),
        in_loop=in_loop,
        at_end=at_end,
    )
    if spec.accumulate > 1:
        parts.settings.append(f"ACCUMULATE = {spec.accumulate}  # batches a step")
    return parts, [*parts.definitions, words.validate, train]


def _passes(words: LossText, calls: Calls, accumulate: int) -> str:
    """Forward and backward, over one batch or over several."""
    form, loss = (_ONE, "loss") if accumulate == 1 else (_SEVERAL, "share")
    backward = calls.backward.format(loss)
    return form.format(forward=words.forward, loss=words.loss, backward=backward)


def _steps(experiment: ExperimentSpec) -> list[str]:
    """The line that counts the steps of so many epochs."""
    if experiment.training.steps is not None:
        return []
    count = "EPOCHS * batches.per_epoch"
    if experiment.training.accumulate > 1:
        count = "-(-EPOCHS * batches.per_epoch // ACCUMULATE)"
    return [f"    steps = {count} if steps is None else steps"]


def _batches(augmentation: AugmentationSpec, seed: str) -> Node:
    """The call that makes the batches, augmented as set."""
    arguments = [Argument(Name(name)) for name in ("train_x", "train_y", "BATCH_SIZE", seed)]
    if augmentation != AugmentationSpec():
        own = [Argument(Value(value), name, keyword=True) for name, value in asdict(augmentation).items()]
        arguments.append(Argument(Call("Augmentation", (*own, Argument(Name(seed), "seed", keyword=True)))))
    return Call("Batches", tuple(arguments))
