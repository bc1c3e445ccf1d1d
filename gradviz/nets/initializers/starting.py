"""Starting a network: every layer's weights by its own rule, in network order, from one generator.

The nearest initializer given for a layer is its rule: its own, its block's, or the model's. With `default` it
keeps what torch made, biases included; so does a layer that inherits a rule that cannot set its weights (the
identity of convolutions on a Linear). Normalisations and the factors of residual branches keep their start.

When all weights are drawn, the rules that look at the whole network settle theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Generator, Tensor, nn

from gradviz.nets.initializer import Initializer, Layer, Network, Started
from gradviz.nets.registry import Shape, Tokens, initializers
from gradviz.nets.surroundings import Surroundings
from gradviz.nets.survey import Placed
from gradviz.nets.weights import (
    Weight,
    as_matrix,
    set_biases,
    set_forget_biases,
    unset_padding,
    weights_of,
)
from gradviz.spec.experiment import InitializerSpec, ModelSpec

SAMPLES = 64
"""How many samples are drawn for a rule that looks at data where there are none."""


def initialize(modules: Iterable[nn.Module], name: str, parameters: Mapping[str, Any], seed: int) -> None:
    """Draw the weights of modules outside any network, in their order, nothing following any of them.

    `parameters` may be incomplete. All draws come from one generator of their own, seeded with `seed`.
    """
    spec = InitializerSpec(name=name, parameters=parameters)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in modules:
            _draw(Layer(module=module, initializer=spec), generator)


def start(
    network: nn.Module,
    model: ModelSpec,
    placed: Sequence[Placed],
    modules: Sequence[nn.Module],
    *,
    shape: Shape,
    seed: int,
    batch: Tensor | None,
) -> None:
    """Start the weights of a network on the CPU, made from the `placed` parts of `model`.

    `modules` are its layers in network order. Rules that look at data see `batch`, inputs [n, *shape];
    without one 64 samples are drawn, normal numbers or ids. Raises StartError.
    """
    surroundings = Surroundings(model, placed, modules)
    generator = torch.Generator().manual_seed(seed)

    @cache
    def look() -> Tensor:
        return drawn(shape, generator) if batch is None else batch.cpu()

    with torch.no_grad():
        started: dict[str, list[Started]] = {}
        for layer in surroundings.layers:
            if (one := _draw(layer, generator)) is not None:
                started.setdefault(layer.initializer.name, []).append(one)
        seen = Network(model=network, branches=surroundings.branches, batch=look)
        for name in initializers:
            settle = initializers[name].settle
            if name in started and settle is not None:
                settle(seen, started[name])


def drawn(shape: Shape, generator: Generator) -> Tensor:
    """A batch of samples of a shape: standard normal, or ids that are all equally likely."""
    if isinstance(shape, Tokens):
        return torch.randint(shape.vocabulary, (SAMPLES, *shape), generator=generator)
    return torch.randn(SAMPLES, *shape, generator=generator)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What is to be done to one layer: its weights by a rule with complete parameters, and its biases.

    A bias that is None stays as torch made it; a `forget_bias` that is None is that of all biases.
    """

    weights: tuple[Weight, ...]
    rule: Initializer
    parameters: Mapping[str, Any]
    bias: float | None
    forget_bias: float | None


def chosen(layer: Layer) -> Choice | None:
    """How a layer starts; None if it has no weights to set or keeps torch's."""
    spec = layer.initializer
    weights = tuple(weights_of(layer.module, layer.gain))
    if spec.name == "default" or not weights:
        return None
    if layer.own:
        weights = tuple(as_matrix(weight) for weight in weights)
    rule = initializers[spec.name]
    if not all(rule.takes(weight) for weight in weights):
        return None
    complete = initializers.entry(spec.name).complete(spec.parameters)
    bias, forget_bias = complete.pop("bias", 0.0), complete.pop("forget_bias", None)
    return Choice(
        weights=weights,
        rule=rule,
        parameters=complete,
        bias=bias if isinstance(bias, int | float) else None,
        forget_bias=forget_bias if isinstance(forget_bias, int | float) else None,
    )


def finish(module: nn.Module, choice: Choice) -> None:
    """What follows the draws of a layer's weights: padding tokens and biases."""
    unset_padding(module)
    if choice.bias is not None:
        set_biases(module, choice.bias)
    if choice.forget_bias is not None:
        set_forget_biases(module, choice.forget_bias)


def _draw(layer: Layer, generator: Generator) -> Started | None:
    choice = chosen(layer)
    if choice is None:
        return None
    for weight in choice.weights:
        choice.rule(weight, generator, **choice.parameters)
    finish(layer.module, choice)
    return Started(layer=layer, weights=choice.weights, parameters=choice.parameters)
