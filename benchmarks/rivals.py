"""The bare training loop, and the same loop watched by other programs, where these are installed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from importlib.util import find_spec

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from gradviz.data.batches import Batches
from gradviz.data.load import DataSet
from gradviz.nets.build import BuiltModel
from gradviz.nets.model import build
from gradviz.spec.experiment import ExperimentSpec

Step = Callable[[], object]


def bare(spec: ExperimentSpec, data: DataSet, watch: Callable[[BuiltModel, int], None] | None = None) -> Step:
    """The textbook loop with torch's defaults; `watch` is called after the backward pass of each step."""
    built = build(spec.model, data.info, spec.seed)
    model = built.model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=spec.optimizer.lr)
    batches = Batches(data.train_x, data.train_y, spec.data.batch_size, spec.seed)
    count = 0

    def step() -> None:
        nonlocal count
        x, y = batches.take(count)
        optimizer.zero_grad()
        loss = cross_entropy(model(x), y)
        loss.backward()
        if watch is not None:
            watch(built, count)
        optimizer.step()
        count += 1

    return step


def tensorboard(stack: ExitStack, *, histograms: bool) -> Callable[[BuiltModel, int], None]:
    from torch.utils.tensorboard import SummaryWriter

    folder = stack.enter_context(tempfile.TemporaryDirectory())
    writer = stack.enter_context(SummaryWriter(folder))

    def watch(built: BuiltModel, step: int) -> None:
        for name, parameter in built.model.named_parameters():
            if histograms:
                writer.add_histogram(f"gradient/{name}", parameter.grad, step)
                writer.add_histogram(f"weight/{name}", parameter, step)
            else:
                writer.add_scalar(f"norm/{name}", parameter.grad.norm(), step)

    return watch


def wandb_step(stack: ExitStack, spec: ExperimentSpec, data: DataSet) -> Step:
    import wandb

    folder = stack.enter_context(tempfile.TemporaryDirectory())
    os.environ["WANDB_SILENT"] = "true"
    run = wandb.init(mode="offline", dir=folder, project="overhead")
    stack.callback(run.finish)
    watched: list[nn.Module] = []

    def watch(built: BuiltModel, step: int) -> None:
        if not watched:
            watched.append(built.model)
            run.watch(built.model, log="all", log_freq=1)
        run.log({"step": step})

    return bare(spec, data, watch)


def cockpit_step(spec: ExperimentSpec, data: DataSet) -> Step:
    """Its economy preset at every step. The loss is the sum over samples it knows the derivatives of."""
    from backpack import extend
    from cockpit import Cockpit
    from cockpit.utils.configuration import configuration

    built = build(spec.model, data.info, spec.seed)
    model = extend(built.model.train())
    mean, each = extend(nn.CrossEntropyLoss()), nn.CrossEntropyLoss(reduction="none")
    optimizer = torch.optim.SGD(model.parameters(), lr=spec.optimizer.lr)
    batches = Batches(data.train_x, data.train_y, spec.data.batch_size, spec.seed)
    cockpit = Cockpit(model.parameters(), quantities=configuration("economy"))
    count = 0

    def step() -> None:
        nonlocal count
        x, y = batches.take(count)
        optimizer.zero_grad()
        output = model(x)
        loss = mean(output, y)
        info = {
            "batch_size": len(y),
            "individual_losses": each(output, y),
            "loss": loss,
            "optimizer": optimizer,
        }
        with cockpit(count, info=info):
            loss.backward(create_graph=cockpit.create_graph(count))
        optimizer.step()
        count += 1

    return step


def rivals(stack: ExitStack, spec: ExperimentSpec, data: DataSet) -> Iterator[tuple[str, Callable[[], Step]]]:
    """What is installed, by name; each is made where its steps are taken."""
    if find_spec("tensorboard"):
        for title, histograms in (("TensorBoard norms", False), ("TensorBoard histograms", True)):
            yield title, partial(bare, spec, data, tensorboard(stack, histograms=histograms))
    if find_spec("wandb"):
        yield "wandb.watch", partial(wandb_step, stack, spec, data)
    if find_spec("cockpit") and _fits_cockpit(spec):
        yield "Cockpit economy", partial(cockpit_step, spec, data)


def _fits_cockpit(spec: ExperimentSpec) -> bool:
    """Whether BackPACK knows all of its modules: it takes plain stacks of these."""
    known = {"Linear", "ReLU", "Conv2d", "MaxPool2d", "Flatten", "Sigmoid", "Tanh"}
    return all(layer.kind in known for layer in spec.model.layers)
