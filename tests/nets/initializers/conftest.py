"""Networks to start: what is followed by what, and layers with a rule of their own."""

from dataclasses import replace

import pytest
import torch

from gradviz.nets.build import build_model
from gradviz.nets.registry import Tokens
from gradviz.spec.experiment import InitializerSpec

CLASSES = 3


@pytest.fixture(scope="session")
def starting():
    """A layer or block with an initializer of its own."""

    def give(spec, name, **parameters):
        return replace(spec, initializer=InitializerSpec(name=name, parameters=parameters))

    return give


@pytest.fixture(scope="session")
def architectures(layer):
    """The layers of four small networks by name, each with the shape that it takes."""
    end = layer("Linear", out_features="classes")
    conv = layer("Conv2d", out_channels=4, kernel_size=3, padding=1)
    return {
        "linear": ((layer("Linear", out_features=8), layer("ReLU"), end), (6,)),
        "cnn": ((conv, layer("BatchNorm2d"), layer("GELU"), conv, layer("Flatten"), end), (2, 6, 6)),
        "lstm": (
            (
                layer("Embedding", embedding_dim=6),
                layer("LSTM", hidden_size=7, num_layers=2),
                layer("LastStep"),
                end,
            ),
            Tokens((5,), 11),
        ),
        "transformer": (
            (
                layer("Embedding", embedding_dim=8),
                layer("PositionalEncoding", encoding="learned"),
                layer("Repeat", layer("TransformerBlock", num_heads=2), times=2),
                layer("MeanOverTime"),
                end,
            ),
            Tokens((5,), 11),
        ),
    }


@pytest.fixture(scope="session")
def signal():
    """The root mean squares of a normal batch after each layer of a kind, in network order."""

    def follow(model, width, kind, seed=0):
        built = build_model(model, (width,), CLASSES, seed)
        modules = dict(built.model.named_modules())
        sizes = []
        for info in built.layers:
            if info.kind == kind:
                modules[info.module].register_forward_hook(
                    lambda _module, _given, output: sizes.append(output.square().mean().sqrt().item())
                )
        with torch.no_grad():
            built.model(torch.randn(256, width, generator=torch.Generator().manual_seed(1)))
        return sizes

    return follow
