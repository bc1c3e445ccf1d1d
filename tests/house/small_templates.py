"""Every template made small, and data of every kind: what tests of all templates go through.

A template that is missing here fails the tests, so that none goes untested.
"""

from __future__ import annotations

from typing import Any

STAGES = {"depth": [1, 1, 1, 1], "width": 8}

SMALL: dict[str, dict[str, Any]] = {
    "mlp": {"width": 16},
    "lenet5": {},
    "vgg11": {"depth": [1, 1, 1, 1, 1], "width": 8, "hidden": 16},
    "vgg11_bn": {"depth": [1, 1, 1, 1, 1], "width": 8, "hidden": 16},
    "resnet18": STAGES,
    "resnet50": STAGES,
    "resnet20": {"depth": 2, "width": 8},
    "resnet56": {"depth": 2, "width": 8},
    "resnet110": {"depth": 2, "width": 8},
    "preact_resnet18": STAGES,
    "resnext50_32x4d": {**STAGES, "groups": 4},
    "resnext29_8x64d": {"depth": 1, "width": 16, "groups": 2},
    "densenet121": {"depth": [2, 2, 2, 2], "growth_rate": 8},
    "densenet_bc_100_12": {"depth": 3},
    "mobilenet_v2": {"depth": 0.3, "width": 0.1},
    "efficientnet_b0": {"depth": 0.3, "width": 0.1},
    "rnn": {"width": 16},
    "lstm": {"width": 16},
    "gru": {"width": 16},
    "char_lm": {"width": 16},
    "transformer_encoder": {"depth": 2, "width": 16, "heads": 4},
    "transformer_lm": {"depth": 2, "width": 16, "heads": 4},
}

DATA: dict[str, dict[str, Any]] = {
    "digits": {"name": "digits"},
    "moons": {"name": "moons", "samples": 100},
    "patients": {"name": "diabetes"},
    "sequences": {"name": "random", "shape": [12, 5], "classes": 3, "samples": 60},
    "texts": {"name": "random", "shape": [12], "classes": 3, "samples": 60, "vocabulary": 20},
    "next tokens": {
        "name": "random",
        "shape": [12],
        "classes": 20,
        "samples": 60,
        "vocabulary": 20,
        "per_position": True,
    },
}

SEQUENCE_CLASSIFIERS = ("rnn", "lstm", "gru", "transformer_encoder")
LANGUAGE_MODELS = ("char_lm", "transformer_lm")


def fits(template: str, data: str) -> bool:
    """Whether a template can be fitted to data of a kind."""
    if template in LANGUAGE_MODELS:
        return data == "next tokens"
    if template in (*SEQUENCE_CLASSIFIERS, "mlp"):
        return data != "next tokens"
    return data == "digits"


def sensible(template: str, data: str) -> bool:
    """Whether data that fit a template are such as it is for: ten measurements are no sequence."""
    return fits(template, data) and (data != "patients" or template == "mlp")


PAIRS = [(template, data) for template in SMALL for data in DATA if sensible(template, data)]
"""Every template with all data that it is for."""
