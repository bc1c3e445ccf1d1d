"""An imported model inspected and built: opaque inside, but every layer of it is measured.

Its layers come from `named_modules`: each module that has parameters of its own, and each that has no
modules inside it. Their shapes are what a batch of nothing (on torch's meta device, or where the code
cannot run there, on the CPU) shows on its way through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from gradviz.nets.build import BuildError, BuiltModel
from gradviz.nets.foreign.loading import ForeignError, guarded, make_module
from gradviz.nets.multiply_adds import multiply_adds
from gradviz.nets.registry import shown
from gradviz.records.layer import Inspection, LayerInfo, LayerProblem, NodeInfo
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import ModelSpec
from gradviz.spec.source import split_source
from gradviz.trust import is_allowed

_BATCH = 2
_KINDS = {"NonDynamicallyQuantizableLinear": "Linear"}
"""What torch calls a layer inside, and what it is."""
_kept: dict[tuple[object, ...], tuple[LayerInfo, ...]] = {}
Shapes = dict[str, list[tuple[tuple[int, ...], tuple[int, ...]]]]
"""Input and output shape (without batch) of each call of each module by its name, in the order they ran."""


def inspect_foreign(model: ModelSpec, data: DataInfo) -> Inspection:
    """The layers of an imported model; what keeps it from running is the one problem, at ()."""
    layers: tuple[LayerInfo, ...] = ()
    problems: tuple[LayerProblem, ...] = ()
    try:
        with torch.random.fork_rng(devices=[]):
            layers = _kept_survey(model, data)
    except ForeignError as error:
        problems = (LayerProblem(path=(), message=str(error)),)
    return Inspection(
        input_shape=data.input_shape,
        classes=data.classes,
        layers=layers,
        nodes=_nodes(layers),
        problems=problems,
    )


def build_foreign(model: ModelSpec, data: DataInfo, seed: int) -> BuiltModel:
    """The module on the CPU as its own code starts it, torch's generator seeded. Raises BuildError."""
    path, _ = split_source(model.source)
    try:
        with torch.random.fork_rng(devices=[]), torch.device("cpu"):
            torch.default_generator.manual_seed(seed % 2**63)
            module = make_module(model.source, model.arguments)
            _need_initialized(module, path.name)
            shapes = _run_through(module, data, model.source, "cpu")
    except ForeignError as error:
        raise BuildError((), str(error)) from error
    return BuiltModel(model=module, layers=_layers(module, shapes))


def _kept_survey(model: ModelSpec, data: DataInfo) -> tuple[LayerInfo, ...]:
    """The survey of the last question while nothing has changed: every edit of an experiment asks again."""
    path, _ = split_source(model.source)
    version = path.stat().st_mtime_ns if path.is_file() and is_allowed(path) else None
    key = (model.source, repr(dict(model.arguments)), data, version)
    if version is None or key not in _kept:
        layers = _survey(model, data)
        _kept.clear()
        _kept[key] = layers
    return _kept[key]


def _survey(model: ModelSpec, data: DataInfo) -> tuple[LayerInfo, ...]:
    # Many networks need no memory to be looked at; code that reads values must run for real.
    for device in ("meta", "cpu"):
        try:
            with torch.device(device):
                module = make_module(model.source, model.arguments)
                return _layers(module, _run_through(module, data, model.source, device))
        except ForeignError:
            if device == "cpu":
                raise
    raise AssertionError


def _run_through(module: nn.Module, data: DataInfo, source: str, device: str) -> Shapes:
    """One batch through the module. Raises ForeignError where the way does not end as the loss needs it."""
    path, name = split_source(source)
    shapes: Shapes = {}
    sizes = (_BATCH, *data.input_shape)
    batch = (
        torch.zeros(sizes, dtype=torch.int64, device=device)
        if data.vocabulary
        else torch.randn(sizes, device=device)
    )
    handles = [
        part.register_forward_hook(partial(_note, shapes, label)) for label, part in module.named_modules()
    ]
    training = module.training
    module.eval()
    try:
        with guarded(path, f"{name}, run on {shown(sizes)},"), torch.no_grad():
            output: Any = module(batch)
    finally:
        module.train(training)
        for handle in handles:
            handle.remove()
    wanted = (_BATCH, *data.output_shape)
    if not isinstance(output, Tensor):
        raise ForeignError(f"{name} gives {type(output).__name__}; it must give one tensor {shown(wanted)}")
    if tuple(output.shape) != wanted:
        raise ForeignError(
            f"{name} makes {shown(tuple(output.shape))} of {shown(sizes)}, but the loss needs {shown(wanted)}"
        )
    return shapes


def _note(shapes: Shapes, label: str, _module: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
    before = next((tuple(part.shape[1:]) for part in inputs if isinstance(part, Tensor)), ())
    parts = output if isinstance(output, tuple | list) else (output,)
    after = next((tuple(part.shape[1:]) for part in parts if isinstance(part, Tensor)), ())
    shapes.setdefault(label, []).append((before, after))


def _layers(module: nn.Module, shapes: Shapes) -> tuple[LayerInfo, ...]:
    """The layers in the order in which they ran; those that did not behind what they are a part of.

    `nn.MultiheadAttention` takes the weights of its `out_proj` and does not call it.
    """
    own = _own_parameters(module)
    listed = {
        label: part
        for label, part in module.named_modules()
        if label in own or next(part.children(), None) is None
    }
    order = [label for label in shapes if label in listed]
    for label in (label for label in listed if label not in shapes):
        parts = label.split(".")
        owners = (".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))
        owner = next((owner for owner in owners if owner in order), None)
        inside = [at for at, other in enumerate(order) if owner and f"{other}.".startswith(f"{owner}.")]
        order.insert(inside[-1] + 1 if inside else len(order), label)
    return tuple(
        LayerInfo(
            index=index,
            name=label or type(module).__name__,
            kind=_KINDS.get(type(listed[label]).__name__, type(listed[label]).__name__),
            path=(index,),
            repeat=(),
            module=label,
            output_shape=shapes[label][0][1] if label in shapes else (),
            parameters=own.get(label, 0),
            multiply_adds=sum(_work(listed[label], *call) for call in shapes.get(label, ())),
        )
        for index, label in enumerate(order)
    )


def _nodes(layers: tuple[LayerInfo, ...]) -> tuple[NodeInfo, ...]:
    """Each layer as a node of its own: what an imported model has in place of a layer tree."""
    return tuple(
        NodeInfo(
            path=layer.path,
            output_shape=layer.output_shape,
            parameters=layer.parameters,
            multiply_adds=layer.multiply_adds,
        )
        for layer in layers
    )


def _own_parameters(module: nn.Module) -> Mapping[str, int]:
    """How many parameters each module holds itself, by its name; one that is shared counts once."""
    own: dict[str, int] = {}
    for name, parameter in module.named_parameters():
        label = name.rpartition(".")[0]
        own[label] = own.get(label, 0) + parameter.numel()
    return own


def _work(module: nn.Module, before: tuple[int, ...], after: tuple[int, ...]) -> int:
    if not before or not after:
        return 0
    count: Callable[..., int] = multiply_adds
    try:
        return count(module, before, after)
    except (IndexError, AttributeError):  # a layer used in a way of its own, as by a subclass
        return 0


def _need_initialized(module: nn.Module, file: str) -> None:
    lazy = [name for name, p in module.named_parameters() if isinstance(p, nn.UninitializedParameter)]
    if lazy:
        raise ForeignError(f"{file} uses lazy layers ({lazy[0]}): give them their input sizes")
