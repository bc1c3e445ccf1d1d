"""What networks for ImageNet share: the size of their data, how they start and train, their first layers."""

from __future__ import annotations

from gradviz.nets.blocks.parts import Style
from gradviz.nets.templates.fitting import Side
from gradviz.nets.templates.registry import Recipe, Tree, random_data
from gradviz.nets.templates.tree import layer
from gradviz.spec.experiment import InitializerSpec, OptimizerSpec

TORCH = InitializerSpec()
"""What torch does by itself, for the last Linear."""
FAN_OUT = InitializerSpec(name="kaiming_normal", parameters={"mode": "fan_out"})
FAN_IN = InitializerSpec(name="kaiming_normal")
DATA = random_data(3, 224, 224, classes=1000, samples=32, batch_size=4)
STEPS = 100


def sgd(lr: float, weight_decay: float) -> OptimizerSpec:
    """Gradient descent with momentum, as such networks are trained; 0.1 for 256 samples is 0.0016 for 4."""
    return OptimizerSpec(name="SGD", lr=lr, parameters={"momentum": 0.9, "weight_decay": weight_decay})


def recipe(title: str, initializer: InitializerSpec = FAN_OUT, weight_decay: float = 1e-4) -> Recipe:
    """224 × 224 pixels, 1,000 classes, and weights drawn for ReLU."""
    optimizer = sgd(0.0016, weight_decay)
    return Recipe(title=title, data=DATA, optimizer=optimizer, initializer=initializer, steps=STEPS)


def stem(side: Side, width: int, style: Style) -> Tree:
    """The start: 7 × 7 pixels and a pooling, which shrink the image four times, or 3 × 3 if it is small."""
    if side.small:
        return style.active(width, 3)
    side.shrink(2)
    pool = layer("MaxPool2d", kernel_size=3, stride=2, padding=1)
    return (*style.active(width, 7, stride=2), pool)
