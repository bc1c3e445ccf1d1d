"""A person's module as it can be measured: parts of it uncompiled, and a sentence about what cannot be.

Measuring listens at every module and reads every weight's gradient. A part that torch.compile made has one
graph instead of modules, and tracing what listens to it costs more than compiling gains.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import torch
from torch import nn

_log = logging.getLogger(__name__)


def uncompiled(module: nn.Module) -> nn.Module:
    """The same module, each part that torch.compile made replaced by what it was made of."""
    frames = sys.modules.get("torch._dynamo.eval_frame")  # imported by whoever compiled, for 1.5 s
    kind: Any = getattr(frames, "OptimizedModule", ())
    found = []
    if isinstance(module, kind):
        module = _origin(module)
        found.append("")
    for name, parent in list(module.named_modules()):
        for key, child in parent._modules.items():  # noqa: SLF001 - `named_children` names each only once
            if isinstance(child, kind):
                parent._modules[key] = _origin(child)  # noqa: SLF001
                found.append(f"{name}.{key}".strip("."))
    for name, part in module.named_modules():
        if part._compiled_call_impl is not None:  # noqa: SLF001 - what `nn.Module.compile` leaves behind
            part._compiled_call_impl = None  # noqa: SLF001
            found.append(name)
    if found:
        _log.info("measured without torch.compile: %s", ", ".join(name or "the model" for name in found))
    return module


def unmeasurable(module: nn.Module) -> str:
    """What about the module cannot be measured, as the rest of a sentence that begins with its name."""
    for name, part in module.named_modules():
        where = f"its part {name}" if name else "it"
        if isinstance(part, torch.jit.ScriptModule):
            return f"cannot be looked into: {where} was made by torch.jit; use the module it was made of"
        if getattr(part, "sparse", False) is True and isinstance(part, nn.Embedding | nn.EmbeddingBag):
            return f"cannot be measured: the gradients of {where} are sparse; leave sparse=True out"
    for name, weight in module.named_parameters():
        if weight.is_complex():
            return f"cannot be measured: its weights {name} are complex; keep real and imaginary parts apart"
    weights = list(module.parameters())
    if weights and not any(weight.requires_grad for weight in weights):
        return "does not learn: all its weights are frozen (requires_grad=False)"
    return ""


def _origin(compiled: Any) -> nn.Module:
    origin: nn.Module = compiled._orig_mod  # noqa: SLF001 - there is no other way to it
    return origin
