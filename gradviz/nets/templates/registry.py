"""The registry of templates: a decorated function that makes the layers of a published network.

A template's parameters are its knobs; left alone they give the published variant. The function is called
with what is known of the data and all of its knobs, and returns the layer tree. What belongs to the
published variant beside its layers, the data's size and how it is trained, is its `Recipe`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gradviz.spec.catalogue import Parameter
from gradviz.spec.experiment import ClipSpec, DataSpec, InitializerSpec, LayerSpec, OptimizerSpec
from gradviz.spec.registry import Registry

Tree = tuple[LayerSpec, ...]
Make = Callable[..., Tree]

templates: Registry[Make] = Registry("template")
_recipes: dict[str, Recipe] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """What a template's experiment says beside its layers.

    `title` is the experiment's name and `data` the data of the published size, always “random”, since no
    template brings data of its own.
    """

    title: str
    data: DataSpec
    optimizer: OptimizerSpec
    steps: int
    initializer: InitializerSpec = field(default_factory=InitializerSpec)
    clip: ClipSpec | None = None


class Misfit(ValueError):  # noqa: N818 - said of the data or of a knob, not of the program
    """The data do not fit a template, or two of its knobs each other.

    With a `knob` the message follows its name, without one the name of the data: it begins with a verb.
    """

    def __init__(self, message: str, knob: str | None = None) -> None:
        super().__init__(message)
        self.knob = knob


def template(
    name: str, *, family: str, doc: str, recipe: Recipe, knobs: tuple[Parameter, ...]
) -> Callable[[Make], Make]:
    """Register the decorated function as the template `name` of a family, with its knobs and its recipe."""
    _recipes[name] = recipe
    return templates.register(name, group=family, doc=doc, parameters=knobs)


def recipe_of(name: str) -> Recipe:
    """The recipe of a registered template."""
    templates.entry(name)
    return _recipes[name]


def random_data(*shape: int, classes: int, samples: int, batch_size: int, **also: Any) -> DataSpec:
    """Random data of a published size: few samples in small batches, so that a CPU can bear them."""
    parameters = {"shape": list(shape), "classes": classes, "samples": samples, **also}
    return DataSpec(name="random", batch_size=batch_size, validation=0.25, parameters=parameters)
