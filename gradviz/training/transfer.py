"""Starting from what another run has learned: weights taken over layer by layer, the rest said.

A tensor belongs to one of the saved run if the layer has the same name, the tensor has the same name in its
layer and the shape agrees; running statistics go along. Of all others it is told why they start afresh. What
lower layers have learned carries over to other data best (Yosinski et al., 2014).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gradviz.nets.build import BuiltModel
from gradviz.records.checkpoint import CheckpointKind
from gradviz.records.errors import RecordsError
from gradviz.records.layer import LayerInfo
from gradviz.records.reader import RunReader
from gradviz.records.run_choice import choose_run
from gradviz.records.session import open_session
from gradviz.spec.experiment import StartSpec
from gradviz.spec.problem import Problem, SpecError
from gradviz.training.checkpoints import unpack
from gradviz.training.state import tensors_of
from gradviz.training.state_codec import StateError

_LISTED = 50
_TOLD = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """What was taken over from `run` after `step` steps, and what was not, each as “layer: tensor”.

    `missing` are here but not there, `unexpected` there but not here, `reshaped` have another shape.
    """

    session: str
    run: str
    weights: str
    step: int
    copied: tuple[str, ...]
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    reshaped: tuple[str, ...]

    def detail(self) -> dict[str, Any]:
        """The event's form: names of all that was not taken over, of very many the first."""
        lists = {name: list(getattr(self, name)[:_LISTED]) for name in ("missing", "unexpected", "reshaped")}
        where = {"session": self.session, "run": self.run, "weights": self.weights, "after": self.step}
        return {**where, "copied": len(self.copied), **lists}

    def sentence(self) -> str:
        """What came of it, for people."""
        here = len(self.copied) + len(self.missing) + len(self.reshaped)
        whose = f"the {self.weights} weights of “{self.run}”, after {self.step:,} steps"
        parts = [f"Starts from {whose}: {len(self.copied)} of {here} tensors are taken over."]
        for words, names in (
            ("Not there, so they start afresh", self.missing),
            ("Of another shape, so they start afresh", self.reshaped),
            ("There, but not in this network", self.unexpected),
        ):
            if names:
                more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
                parts.append(f"{words}: {', '.join(names[:_TOLD])}{more}.")
        return " ".join(parts)


def check_start(start: StartSpec) -> None:
    """Raise SpecError, at the field in question, where a start's weights are not there."""
    with _reader(start):
        pass


def start_from(start: StartSpec, built: BuiltModel) -> Transfer:
    """Take weights over into a network that was just built. Raises SpecError, with nothing taken over."""
    with _reader(start) as reader:
        info = reader.info
        try:
            checkpoint = reader.checkpoint(CheckpointKind(start.weights))
            states = {} if checkpoint is None else unpack(checkpoint)
        except (RecordsError, StateError) as error:
            raise _problem("session", str(error)) from error
    if checkpoint is None:  # gone since, by another program
        raise _problem("session", f"“{info.name}” has no weights any more")
    there = _by_layer(info.layers, states["network"])
    here = _by_layer(built.layers, tensors_of(built.model))
    same = {name: tensor for name, tensor in here.items() if name in there}
    copied = [name for name, tensor in same.items() if tensor.shape == there[name].shape]
    reshaped = [
        f"{name} is {list(there[name].shape)} there and {list(tensor.shape)} here"
        for name, tensor in same.items()
        if tensor.shape != there[name].shape
    ]
    transfer = Transfer(
        session=start.session,
        run=info.name,
        weights=start.weights,
        step=checkpoint.step,
        copied=tuple(copied),
        missing=tuple(name for name in here if name not in there),
        unexpected=tuple(name for name in there if name not in here),
        reshaped=tuple(reshaped),
    )
    if not copied:
        raise _problem("session", _nothing(transfer))
    with torch.no_grad():
        for name in copied:
            here[name].copy_(there[name])
    return transfer


def _reader(start: StartSpec) -> RunReader:
    """A reader of the run that has the weights."""
    try:
        session = open_session(start.session)
    except RecordsError as error:
        raise _problem("session", str(error)) from error
    try:
        run = choose_run(session, start.run)
        reader = RunReader(run.path, run.id)
    except RecordsError as error:
        raise _problem("session" if start.run is None else "run", str(error)) from error
    kind = CheckpointKind(start.weights)
    if kind not in reader.checkpoints():
        name = reader.info.name
        reader.close()
        if kind is CheckpointKind.BEST:
            hint = "train it with training.keep_best = true, or start from its last weights"
            raise _problem("weights", f"“{name}” in {start.session} has no best weights: {hint}")
        hint = "no checkpoint was made, or an older gradviz made it; train it again"
        raise _problem("session", f"“{name}” in {start.session} has no weights: {hint}")
    return reader


def _by_layer(layers: Iterable[LayerInfo], tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors by “layer: own name”; those that lie in no layer by their own name alone."""
    names = {layer.module: layer.name for layer in layers}
    found = {}
    for name, tensor in tensors.items():
        holder = name.rpartition(".")[0]
        while holder and holder not in names:
            holder = holder.rpartition(".")[0]
        own = name[len(holder) + 1 :] if holder else name
        found[f"{names[holder]}: {own}" if holder in names else own] = tensor
    return found


def _nothing(transfer: Transfer) -> str:
    if transfer.reshaped:
        return f"nothing in “{transfer.run}” fits this network: {'; '.join(transfer.reshaped[:_TOLD])}"
    there = ", ".join(dict.fromkeys(name.partition(":")[0] for name in transfer.unexpected[:_TOLD]))
    return f"no layer of “{transfer.run}” has the name of one of this network’s; there are {there}"


def _problem(field: str, message: str) -> SpecError:
    return SpecError([Problem(keys=("start", field), message=message.rstrip("."))])
