"""What of a person's module is measured as it is, what otherwise, and what cannot be."""

import logging

import pytest
import torch
from torch import nn

from gradviz.nets.foreign.measurable import uncompiled, unmeasurable


def block() -> nn.Sequential:
    return nn.Sequential(nn.Linear(3, 3), nn.Tanh())


def compiled(module: nn.Module) -> nn.Module:
    return torch.compile(module, backend="eager")


def test_compiled_parts_are_what_they_were_made_of(caplog) -> None:
    plain = block()
    inner = compiled(block())
    own = block()
    own.compile(backend="eager")
    model = nn.ModuleDict({"a": plain, "b": nn.ModuleList([inner, inner]), "c": own})
    caplog.set_level(logging.INFO)
    made = uncompiled(compiled(model))
    assert made is model
    assert model["a"] is plain
    assert model["b"][0] is model["b"][1] is inner._orig_mod
    assert [type(part).__name__ for part in made.modules()].count("OptimizedModule") == 0
    assert own._compiled_call_impl is None
    assert "the model, b.0, b.1, c" in caplog.text
    assert uncompiled(model) is model
    assert list(dict(model.named_parameters()))[:2] == ["a.0.weight", "a.0.bias"]


def frozen(module: nn.Module) -> nn.Module:
    return module.requires_grad_(requires_grad=False)


def with_complex() -> nn.Module:
    module = block()
    module.wave = nn.Parameter(torch.zeros(2, dtype=torch.complex64))
    return module


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (block, ""),
        (lambda: nn.Sequential(nn.Embedding(4, 3), frozen(block())), ""),
        (nn.Tanh, ""),
        (lambda: nn.Sequential(block(), torch.jit.script(block())), "its part 1 was made by torch.jit"),
        (lambda: torch.jit.script(block()), "cannot be looked into: it was made by torch.jit"),
        (lambda: nn.Sequential(nn.Embedding(4, 3, sparse=True)), "the gradients of its part 0 are sparse"),
        (with_complex, "its weights wave are complex"),
        (lambda: frozen(block()), "all its weights are frozen"),
    ],
    ids=[
        "plain",
        "partly frozen",
        "without weights",
        "script inside",
        "script",
        "sparse",
        "complex",
        "frozen",
    ],
)
def test_what_cannot_be_measured_is_a_sentence(make, said) -> None:
    told = unmeasurable(make())
    assert said in told
    assert bool(told) is bool(said)
