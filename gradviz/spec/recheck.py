"""Checks an experiment again after an edit, and of its layers only those that are not known to be fine.

A check of a thousand layers takes as long as two frames; an edit changes one of them.
"""

from __future__ import annotations

from dataclasses import replace

from gradviz.spec.catalogue import Catalogue
from gradviz.spec.check import MOST_LAYERS, unrolled
from gradviz.spec.experiment import ExperimentSpec, LayerSpec
from gradviz.spec.json_codec import from_raw, to_raw
from gradviz.spec.problem import Keys, Problem, SpecError

_PLACE = ("model", "layers")


class Recheck:
    """Checks one experiment after the other against one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        # By identity, as layers are not hashable; holding them keeps an id from being used again.
        self._fine: dict[int, LayerSpec] = {}

    def problems(self, experiment: ExperimentSpec) -> tuple[Problem, ...]:
        """Everything that the checks find, in the order of the experiment."""
        layers = experiment.model.layers
        places = [index for index, layer in enumerate(layers) if id(layer) not in self._fine]
        changed = tuple(layers[index] for index in places)
        part = replace(experiment, model=replace(experiment.model, layers=changed))
        problems: tuple[Problem, ...] = ()
        try:
            from_raw(to_raw(part), self._catalogue)
        except SpecError as error:
            problems = tuple(
                replace(problem, keys=_placed(problem.keys, places))
                for problem in error.problems
                if problem.keys != _PLACE
            )
        wrong = {problem.keys[2] for problem in problems if problem.keys[:2] == _PLACE}
        self._fine = {id(layer): layer for index, layer in enumerate(layers) if index not in wrong}
        count = sum(unrolled(layer) for layer in layers)
        if count > MOST_LAYERS:
            message = f"the repeats unroll to {count:,} layers; {MOST_LAYERS:,} is the limit"
            problems = (*problems, Problem(keys=_PLACE, message=message))
        return problems


def _placed(keys: Keys, places: list[int]) -> Keys:
    """The keys with the layer's place in the whole list."""
    if keys[:2] != _PLACE or len(keys) < 3 or not isinstance(keys[2], int):
        return keys
    return (*keys[:2], places[keys[2]], *keys[3:])
