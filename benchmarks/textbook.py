"""Textbook cases in numbers: what theory says of a gradient at initialisation, and what the probes see.

    python benchmarks/textbook.py [--seeds 20] [--json]

Each case is a network as the program builds it and one pass of random inputs, the gradient at its end being
random, too. Mean field theory (Schoenholz et al. 2017) predicts √χ₁ a layer, χ₁ = σ_w² E[φ′(√q z)²] at the
fixed point q of the variance; Kaiming's weights (He et al. 2015) predict a flat profile for ReLU; orthogonal
matrices (Saxe et al. 2014) keep every norm exactly. Through time a plain RNN's gradient vanishes (Bengio et
al. 1994); an LSTM's memory keeps it where its forget gates are open (Gers et al. 2000), which takes a bias.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from gradviz.nets.build import BuiltModel, build_model
from gradviz.nets.recurrent import LSTM, RNN
from gradviz.probes.gains import PassGradients
from gradviz.probes.hooks import Hooks
from gradviz.probes.unrolled import unrolled
from gradviz.spec.experiment import InitializerSpec, LayerSpec, ModelSpec
from gradviz.training.residual_blocks import residual_blocks

Floats = NDArray[np.float64]
BATCH = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20, help="networks of each case")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    seeds = range(options.seeds)
    found = {
        "sigmoid, depth 20": {
            "predicted a layer": math.sqrt(chi(sigmoid, sigmoid_slope)),
            "measured a layer": [per_layer(deep("Sigmoid", 20, 512, "xavier_normal", s), s) for s in seeds],
        },
        "tanh, depth 20": {
            "predicted a layer": math.sqrt(chi(np.tanh, lambda z: 1 - np.tanh(z) ** 2)),
            "measured a layer": [per_layer(deep("Tanh", 20, 512, "xavier_normal", s), s) for s in seeds],
        },
        "ReLU with Kaiming, depth 20, width 256": {
            "predicted largest / smallest at most": 3.0,
            "measured largest / smallest": [
                spread(deep("ReLU", 20, 256, "kaiming_normal", s), s) for s in seeds
            ],
        },
        "orthogonal linear, depth 30": {
            "predicted largest / smallest": 1.0,
            "measured largest / smallest": [spread(deep(None, 30, 64, "orthogonal", s), s) for s in seeds],
        },
        "residual, 10 blocks: skip's share": {
            "predicted share": 0.5,
            "measured share": [skip_share(s) for s in seeds],
        },
        "left of the gradient after 100 time steps": {
            "predicted of an LSTM, forget bias 3, >": 1e-2,
            "measured of its memory c": [through_time(lstm_that_keeps, s) for s in seeds],
            "predicted of the others, <": 1e-15,
            "measured of an LSTM as it comes": [through_time(partial(LSTM, 2, 32), s) for s in seeds],
            "measured of a plain RNN": [through_time(partial(RNN, 2, 32), s) for s in seeds],
        },
    }
    if options.json:
        print(json.dumps(found))
        return
    for case, numbers in found.items():
        print(case)
        for name, value in numbers.items():
            values = value if isinstance(value, list) else [value]
            middle = f"{np.median(values):.5g}"
            several = f"   {min(values):.5g} to {max(values):.5g} over {len(values)} seeds"
            print(f"    {name:38} {middle}{several if len(values) > 1 else ''}")


def deep(activation: str | None, depth: int, width: int, initializer: str, seed: int) -> BuiltModel:
    """Square linear layers, an activation after each."""
    linear = LayerSpec(kind="Linear", parameters={"out_features": width})
    between = () if activation is None else (LayerSpec(kind=activation),)
    return network((linear, *between) * depth, width, initializer, seed)


def network(layers: tuple[LayerSpec, ...], width: int, initializer: str, seed: int) -> BuiltModel:
    """As the program builds it."""
    spec = ModelSpec(layers=layers, initializer=InitializerSpec(name=initializer))
    return build_model(spec, (width,), width, seed)


def seen(built: BuiltModel, seed: int) -> dict[str, Floats]:
    """What the probes see in one pass."""
    generator = torch.Generator().manual_seed(seed)
    width = built.layers[-1].output_shape[-1]
    x, end = (torch.randn(BATCH, width, generator=generator) for _ in range(2))
    modules = [built.model.get_submodule(layer.module) for layer in built.layers]
    found: dict[str, Floats] = {}
    with Hooks() as hooks:
        watched = PassGradients(modules, residual_blocks(built.model, built.layers), hooks)
        (built.model(x) * end).sum().backward()  # type: ignore[no-untyped-call]
    watched.tell(watched.numbers().numpy(), 1.0, lambda name, values: found.update({name: values}))
    return found


def of_linears(built: BuiltModel, seed: int) -> Floats:
    """‖∂L/∂h‖ at each linear layer's output."""
    return seen(built, seed)["output_gradient"][
        [each.index for each in built.layers if each.kind == "Linear"]
    ]


def per_layer(built: BuiltModel, seed: int) -> float:
    """The geometric mean of what each layer does; the first one's inputs are not at the fixed point yet."""
    norms = np.log(of_linears(built, seed)[1:])
    return math.exp((norms[0] - norms[-1]) / (len(norms) - 1))


def spread(built: BuiltModel, seed: int) -> float:
    """The largest norm over the smallest."""
    norms = of_linears(built, seed)
    return float(norms.max() / norms.min())


def skip_share(seed: int) -> float:
    """The mean share of the skip over ten blocks whose branch keeps the norm, too."""
    width = 256
    linear = LayerSpec(kind="Linear", parameters={"out_features": width})
    block = LayerSpec(kind="Residual", body=(linear, LayerSpec(kind="ReLU")))
    built = network((linear, *[block] * 10, linear), width, "kaiming_normal", seed)
    return float(seen(built, seed)["skip_share"].mean())


def lstm_that_keeps() -> LSTM:
    """With a forget bias of 3, at which a gate lets 95 % through."""
    module = LSTM(2, 32)
    with torch.no_grad():
        module.bias_ih_l0[32:64], module.bias_hh_l0[32:64] = 3.0, 0.0
    return module


def through_time(make: Callable[[], LSTM | RNN], seed: int) -> float:
    """What is left of the last state's gradient 100 positions before: of c where there is one, else of h."""
    torch.manual_seed(seed)
    module = make()
    with unrolled([module]) as tapes:
        outputs = module(torch.randn(101, BATCH, 2))
        (states,) = tapes[0][0]
        looked_at = states.memory or states.hidden
        first, last = torch.autograd.grad(
            (outputs[-1] * torch.randn(BATCH, 32)).sum(), looked_at[:: len(looked_at) - 1]
        )
    return float(first.double().norm() / last.double().norm())


def chi(function: Callable[[Floats], Floats], slope: Callable[[Floats], Floats]) -> float:
    """χ₁ for σ_w = 1 and no bias, q starting from inputs of variance 1 and taken after 20 layers."""
    z = np.linspace(-10, 10, 20_001)
    weight = np.exp(-z * z / 2) * (z[1] - z[0]) / math.sqrt(2 * math.pi)
    q, chis = 1.0, []
    for _ in range(20):
        chis.append(float((slope(math.sqrt(q) * z) ** 2 * weight).sum()))
        q = float((function(math.sqrt(q) * z) ** 2 * weight).sum())
    return float(np.exp(np.log(chis[1:]).mean()))


def sigmoid(x: Floats) -> Floats:
    """1 / (1 + e⁻ˣ)."""
    return 1 / (1 + np.exp(-x))


def sigmoid_slope(x: Floats) -> Floats:
    """At most 1/4."""
    return sigmoid(x) * (1 - sigmoid(x))


if __name__ == "__main__":
    main()
