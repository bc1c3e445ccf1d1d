"""LSUV, layer-sequential unit-variance: weights scaled until every layer's output has variance 1.

Mishkin & Matas 2016 (arXiv 1511.06422, Algorithm 1): start orthonormal, then layer after layer run a batch,
divide the weights by the deviation of the output, and repeat until its variance is near 1. It needs no
theory of the activation, since it measures; the price is that weights depend on the data.

The batch runs through the network once: each layer is scaled when its input arrives, which by then comes from
layers that have been scaled. Normalisation uses the batch's statistics, as in training, dropout is off;
afterwards modes and running statistics are what they were. Only layers whose output is linear in a weight are
scaled: Linear, convolutions, the output matrix of attention. Recurrent layers, whose output is bounded by
tanh, start orthonormal, and embeddings have variance 1 as torch makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from math import isfinite
from typing import Any

from torch import Generator, Tensor, nn

from gradviz.nets.initializer import Network, Started, StartError
from gradviz.nets.initializers.rules import initializer
from gradviz.nets.weights import Weight
from gradviz.spec.registry import integer, number

_BY_BATCH = (
    nn.BatchNorm1d,
    nn.BatchNorm2d,
    nn.BatchNorm3d,
    nn.InstanceNorm1d,
    nn.InstanceNorm2d,
    nn.InstanceNorm3d,
)


def settle(network: Network, started: Sequence[Started]) -> None:
    """Scale the started layers, in network order, on one batch. Raises StartError where none could."""
    batch = network.batch()
    with ExitStack() as stack:
        stack.enter_context(as_in_training(network.model))
        for one in started:
            closing = [weight for weight in one.weights if weight.closing and not weight.lookup]
            if closing:
                hook = one.layer.module.register_forward_pre_hook(partial(_scale, one, closing))
                stack.callback(hook.remove)
        try:
            network.model(batch)
        except StartError:
            raise
        except (RuntimeError, ValueError, IndexError) as error:
            said = (str(error).splitlines() or [type(error).__name__])[0]
            raise StartError(
                (), f"lsuv could not run its batch of {len(batch)} samples through the network: {said}"
            ) from error


@initializer(
    "lsuv",
    number("tolerance", "How far from 1 the variance may stay.", default=0.1, above=0, maximum=1),
    integer("max_iterations", "How often a layer is scaled at most.", default=10, minimum=1, maximum=100),
    group="Looks at the network",
    doc="Orthogonal, then scaled on the first batch until each output has variance 1 (Mishkin & Matas 2016).",
    scaled=True,
    settle=settle,
)
def lsuv(weight: Weight, generator: Generator, **_given: Any) -> None:
    """Draw a random (semi-)orthogonal matrix."""
    nn.init.orthogonal_(weight.values, generator=generator)


def _scale(one: Started, weights: Sequence[Weight], module: nn.Module, given: tuple[Tensor, ...]) -> None:
    """Scale the weights of a layer whose input has just arrived."""
    deviation = to_unit_variance(module, [weight.values for weight in weights], given, **one.parameters)
    if not isfinite(deviation):
        raise StartError(one.layer.path, _why(one, "is not finite"))
    if deviation == 0:
        raise StartError(one.layer.path, _why(one, "does not vary"))


def to_unit_variance(
    module: nn.Module,
    weights: Sequence[Tensor],
    given: tuple[Tensor, ...],
    *,
    tolerance: float,
    max_iterations: int,
) -> float:
    """Divide a layer's weights by the deviation of its output, until its variance is 1 within `tolerance`.

    `given` is what the layer is called with. Gives the last deviation; one of 0 or Inf cannot be scaled.
    """
    deviation = 1.0
    for _ in range(max_iterations):
        deviation = _deviation(module.forward, given)
        if abs(deviation**2 - 1) < tolerance or deviation == 0 or not isfinite(deviation):
            break
        for weight in weights:
            weight.div_(deviation)
    return deviation


def _deviation(forward: Callable[..., Tensor], given: tuple[Tensor, ...]) -> float:
    """The standard deviation of all outputs together, also where squares would under- or overflow."""
    output = forward(*given).detach()
    largest = output.abs().max()
    if not largest > 0 or not largest.isfinite():
        return float(largest)
    return float((output / largest).std(correction=0)) * float(largest)


def _why(one: Started, what: str) -> str:
    return (
        f"{one.layer.name} cannot start by lsuv: its output {what} over the batch, so there is no variance "
        "to scale; give it or a layer before it another initializer"
    )


@contextmanager
def as_in_training(model: nn.Module) -> Iterator[None]:
    """Normalisation as in training, all else as in validation; modes and buffers are put back."""
    modes = [(module, module.training) for module in model.modules()]
    buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
    try:
        for module, _ in modes:
            module.training = isinstance(module, _BY_BATCH)
        yield
    finally:
        for module, mode in modes:
            module.training = mode
        for buffer, kept in buffers:
            buffer.copy_(kept)
