"""What templates write beside the parts of blocks: a layer with its own start, a Repeat, the classifier.

Everything comes out as a person would have written it in a file: defaults are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from gradviz.nets.blocks.parts import dropout as dropout_part
from gradviz.nets.templates.registry import Tree
from gradviz.spec.experiment import InitializerSpec, LayerSpec


def layer(
    kind: str, *body: LayerSpec, initializer: InitializerSpec | None = None, **parameters: Any
) -> LayerSpec:
    """One layer, or a block around `body`; parameters that are None are left out."""
    given = {name: value for name, value in parameters.items() if value is not None}
    return LayerSpec(kind=kind, parameters=given, initializer=initializer, body=body)


def repeat(times: int, *body: LayerSpec) -> Tree:
    """`body` so many times: a Repeat, or where it is not worth one, the layers themselves or none."""
    if times < 2:
        return body * times
    return (layer("Repeat", *body, times=times),)


def joined(trees: Iterable[Tree]) -> Tree:
    """Trees one after the other."""
    return tuple(chain.from_iterable(trees))


def classifier(*, dropout: float = 0.0, initializer: InitializerSpec | None = None) -> Tree:
    """The end of most image networks: the mean over each channel, and one Linear."""
    return (
        layer("AdaptiveAvgPool2d", output_size=1),
        layer("Flatten"),
        *dropout_part(dropout),
        layer("Linear", out_features="classes", initializer=initializer),
    )
