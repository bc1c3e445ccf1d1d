"""From a module back to the call that makes it.

Torch's layers, and ours, keep what they were made with under the names of their constructor's parameters.
So a new layer needs nothing here: a class that does not keep a parameter is found by the tests.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from gradviz.export.expression import Argument, Call, Items, Node, Value, sequential
from gradviz.export.registry import ExportError

_UNWRITTEN = frozenset({"self", "device", "dtype", "inplace"})
_SIZES = frozenset({"kernel_size", "stride", "padding", "dilation", "output_size", "normalized_shape"})
_ASKED_BY_A_TENSOR = {"bias": ("bias", "in_proj_bias"), "add_bias_kv": ("bias_k",)}
_ABSENT = object()


def construction(
    module: nn.Module,
    written: Mapping[int, Node],
    given: Mapping[str, Any],
    own: Callable[[type[nn.Module]], None],
) -> Node:
    """The call that makes `module`.

    `written` has the nodes of modules inside it by their ids, in the order in which they are made; the
    call's arguments keep that order, since torch draws weights as modules are made. `given` helps out with
    parameters that the module does not keep. `own` is told of every class that is not torch's.
    """
    if id(module) in written:
        return written[id(module)]
    if type(module) is nn.Sequential:
        inside = module._modules.values()  # noqa: SLF001 - children() leaves out repeated ones
        return sequential(tuple(construction(child, written, {}, own) for child in inside if child))
    kind = type(module)
    arguments = []
    for parameter in _parameters(kind):
        value = _kept(module, parameter, given)
        node = _node(value, parameter.name, written, own)
        default = parameter.default is inspect.Parameter.empty
        arguments.append(
            Argument(
                node,
                parameter.name,
                keyword=not default or parameter.kind is inspect.Parameter.KEYWORD_ONLY,
                left_out=not default and _is_default(module, parameter, value),
            )
        )
    if _is_torchs(kind):
        return Call(f"nn.{kind.__name__}", tuple(arguments))
    own(kind)
    return Call(kind.__name__, _in_order_made(arguments, written))


def _is_torchs(kind: type[nn.Module]) -> bool:
    return kind.__module__.partition(".")[0] == "torch"


def _node(value: Any, name: str, written: Mapping[int, Node], own: Callable[[type[nn.Module]], None]) -> Node:
    if isinstance(value, nn.ModuleList) or (isinstance(value, list) and isinstance(value[0], nn.Module)):
        return Items(tuple(construction(module, written, {}, own) for module in value))
    if isinstance(value, nn.Module):
        return construction(value, written, {}, own)
    if isinstance(value, Tensor):
        raise ExportError(f"the parameter “{name}” of a layer is a tensor, which no script can hold")
    return Value(_collapsed(value, name))


def _in_order_made(arguments: list[Argument], written: Mapping[int, Node]) -> tuple[Argument, ...]:
    """Modules in the order in which they were made; all by keyword where that is not the callee's order."""
    order = list(written.values())

    def made(argument: Argument) -> int:
        return next((i for i, node in enumerate(order) if node is argument.node), -1)

    modules = sorted((a for a in arguments if made(a) >= 0), key=made)
    if [a for a in arguments if made(a) >= 0] == modules:
        return tuple(arguments)
    waiting = iter(modules)
    moved = [next(waiting) if made(a) >= 0 else a for a in arguments]
    return tuple(Argument(a.node, a.parameter, keyword=True, left_out=a.left_out) for a in moved)


def _parameters(kind: type[nn.Module]) -> list[inspect.Parameter]:
    """What the constructor of `kind` takes, from the first class above it that says so by name."""
    extra: list[inspect.Parameter] = []
    for above in kind.__mro__:
        if "__init__" not in vars(above) or above is nn.Module:
            continue
        found = list(inspect.signature(vars(above)["__init__"]).parameters.values())
        named = [p for p in found if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        known = {p.name for p in extra} | ({"mode"} if above is nn.RNNBase else set())
        extra += [
            p
            for p in named
            if p.name not in known and p.name not in _UNWRITTEN and not p.name.startswith("_")
        ]
        if all(p.kind is not p.VAR_POSITIONAL and p.kind is not p.VAR_KEYWORD for p in found):
            break
    if issubclass(kind, nn.RNN):  # it takes its nonlinearity out of **kwargs
        extra.append(inspect.Parameter("nonlinearity", inspect.Parameter.KEYWORD_ONLY, default="tanh"))
    return extra


def _kept(module: nn.Module, parameter: inspect.Parameter, given: Mapping[str, Any]) -> Any:
    """What `module` was made with."""
    name = parameter.name
    if name in _ASKED_BY_A_TENSOR:
        for tensor in _ASKED_BY_A_TENSOR[name]:
            kept = getattr(module, tensor, _ABSENT)
            if kept is None or isinstance(kept, Tensor):
                return kept is not None
    value = getattr(module, name, _ABSENT)
    inside = module._modules  # noqa: SLF001 - children() leaves out repeated ones
    if value is _ABSENT or (callable(value) and not isinstance(value, nn.Module)):
        value = given.get(name, _ABSENT)
    if value is _ABSENT and inside and all(label.isdigit() for label in inside):
        value = list(inside.values())
    if value is _ABSENT and parameter.default is None and _is_torchs(type(module)):
        return None  # an older name of another parameter
    if value is _ABSENT:
        raise ExportError(f"the layer {type(module).__name__} does not keep its “{name}”")
    return value


def _is_default(module: nn.Module, parameter: inspect.Parameter, value: Any) -> bool:
    if isinstance(value, nn.Module | list):
        return False
    same = _collapsed(value, parameter.name)
    if type(same) is type(parameter.default) and same == parameter.default:
        return True
    if "Pool" not in type(module).__name__:  # a pool takes its stride from the kernel's size
        return False
    required = tuple(
        (p.name, _kept(module, p, {})) for p in _parameters(type(module)) if p.default is p.empty
    )
    try:
        plain = _plainest(type(module), required)
        return bool(_collapsed(_kept(plain, parameter, {}), parameter.name) == same)
    except (ExportError, TypeError, ValueError):
        return False


def _plainest(kind: type[nn.Module], required: tuple[tuple[str, Any], ...]) -> nn.Module:
    with torch.device("meta"):
        return kind(**dict(required))


def _collapsed(value: Any, name: str) -> Any:
    """One number where a size is the same in all directions, and tuples for lists."""
    if isinstance(value, list):
        value = tuple(value)
    one = name in _SIZES and isinstance(value, tuple) and len(set(value)) == 1 and isinstance(value[0], int)
    return value[0] if one and (name != "normalized_shape" or len(value) == 1) else value
