"""What is said about a layer tree, by the engine or by the checks: at which layer, and in which words."""

from __future__ import annotations

import re

from gradviz.spec.experiment import Path
from gradviz.spec.problem import Keys, Problem


def sentence(problem: Problem) -> str:
    """What the checks found, led by the parameter that it is about."""
    return f"{problem.keys[-1]} {problem.message}" if problem.message.startswith("must ") else problem.message


def layer_path(keys: Keys) -> Path:
    """The layer in ("model", "layers", 1, "body", 0, "times"), () if it is about something else."""
    path: list[int] = []
    for name, index in zip(keys[1::2], keys[2::2], strict=False):
        if name not in ("layers", "body") or not isinstance(index, int):
            break
        path.append(index)
    return tuple(path) if keys[:1] == ("model",) else ()


def path_in(where: str) -> Path:
    """The layer in “model.layers[1].body[0].times”, () if it is about something else."""
    numbers = re.match(r"model\.layers(\[\d+\])(?:\.body(\[\d+\]))*", where)
    return tuple(int(number) for number in re.findall(r"\d+", numbers.group())) if numbers else ()
