"""The part of a script that starts the weights, as short as the network allows.

Where all layers of a sort start alike, it is a loop over the modules with a few lines for each sort. Else
each way to start is a function, and a list says which layer starts by which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from torch import nn

from gradviz.export.expression import Items, Name
from gradviz.export.layout import assigned, literal
from gradviz.export.pytorch.loops import longest_run
from gradviz.export.pytorch.recipes import Recipe
from gradviz.export.pytorch.source import Sources
from gradviz.nets.initializers import lsuv

_Sort = tuple[list[type[nn.Module]], tuple[str, ...]]
"""Classes, and the lines that start a layer of any of them."""

_DRAWN = (
    '    """Draw the weights; everything random comes from a generator of its own."""',
    "    generator = torch.Generator().manual_seed({seed})",
)
_SET = ('    """Set the weights."""',)


def starting(recipes: Sequence[Recipe], seed: str, sources: Sources) -> list[str]:
    """The definitions that start a network, the last of them `start_weights`; none if torch's start is kept.

    `start_weights` takes the model, and a batch of inputs too if `wants_batch`.
    """
    if not any(recipe.lines for recipe in recipes):
        return []
    sources.need("torch")
    if any("math." in line for recipe in recipes for line in recipe.lines):
        sources.need("math")
    kinds = {recipe.kind: None for recipe in recipes if recipe.lines}
    mine = [recipe for recipe in recipes if recipe.kind in kinds]
    functions: list[str] = []
    sorts = _sorts(mine)
    if sorts is not None:
        body = _by_sort(sorts, mine)
    else:
        functions, body = _one_by_one(list(kinds), mine)
    settled = _settled(recipes, sources)
    batch = ", batch: Tensor" if settled else ""
    drawn = any("generator" in line for line in body)
    lines = [
        "@torch.no_grad()",
        f"def start_weights(model: nn.Module{batch}) -> None:",
        *((_DRAWN[0], _DRAWN[1].format(seed=seed)) if drawn else _SET),
        *body,
    ]
    return [*settled, *functions, "\n".join(lines)]


def wants_batch(recipes: Sequence[Recipe]) -> bool:
    """Whether an initializer looks at data."""
    return any(recipe.settled for recipe in recipes)


def class_name(kind: type[nn.Module]) -> str:
    """A module's class as the script calls it."""
    return f"nn.{kind.__name__}" if kind.__module__.split(".")[0] == "torch" else kind.__name__


def _sorts(recipes: Sequence[Recipe]) -> list[_Sort] | None:
    """The classes that start alike and how, or None where layers of one class do not."""
    alike: dict[tuple[str, ...], list[Recipe]] = {}
    for recipe in recipes:
        key = (*recipe.draws, repr(recipe.settled and recipe.parameters), str(recipe.can_have_bias))
        alike.setdefault(key, []).append(recipe)
    sorts = []
    for group in alike.values():
        lines = _shared(group)
        apart = {recipe.biases for recipe in group}
        parts = [group] if lines else [[r for r in group if r.biases == biases] for biases in apart]
        sorts += [(list(dict.fromkeys(r.kind for r in part)), lines or part[0].lines) for part in parts]
    named = [kind for kinds, _ in sorts for kind in kinds]
    if len(named) != len(set(named)):
        return None
    merged: dict[tuple[str, ...], list[type[nn.Module]]] = {}
    for kinds, lines in sorts:
        merged.setdefault(lines, []).extend(kinds)
    return [(kinds, lines) for lines, kinds in merged.items()]


def _shared(recipes: Sequence[Recipe]) -> tuple[str, ...] | None:
    """The lines that start all these layers, which draw alike, though some may have no biases."""
    biases = {recipe.biases for recipe in recipes} - {()}
    common = next(iter(biases), ())
    if len(biases) > 1:
        return None
    if not biases or all(recipe.biases for recipe in recipes):
        return (*recipes[0].draws, *common)
    if len(common) == 1 and "(layer.bias" in common[0]:
        return (*recipes[0].draws, "if layer.bias is not None:", f"    {common[0]}")
    return None


def _by_sort(sorts: Sequence[_Sort], recipes: Sequence[Recipe]) -> list[str]:
    exact = any(issubclass(kind, nn.MultiheadAttention) for kinds, _ in sorts for kind in kinds)
    body = ["    for layer in model.modules():"]
    for number, (kinds, lines) in enumerate(sorts):
        body.append(f"        {'elif' if number else 'if'} {_is_one_of(kinds, exact=exact)}:")
        body += [f"            {line}" for line in lines]
    if wants_batch(recipes):
        scaled = {recipe.kind: recipe for recipe in recipes if recipe.settled}
        if len({repr(recipe.parameters) for recipe in scaled.values()}) == 1:
            given = _table(next(iter(scaled.values())))
            chosen = _is_one_of(list(scaled), exact=exact)
            body.append(f"    scaled = [layer for layer in model.modules() if {chosen}]")
            body.append(f"    wanted = dict.fromkeys(scaled, {given})")
        else:
            given = ", ".join(f"{class_name(kind)}: {_table(recipe)}" for kind, recipe in scaled.items())
            body.append(f"    each = {{{given}}}")
            body.append(
                "    wanted = {layer: each[type(layer)] for layer in model.modules() if type(layer) in each}"
            )
        body.append("    scale_to_unit_variance(model, batch, wanted)")
    return body


def _table(recipe: Recipe) -> str:
    """The tolerance and the most iterations of a layer that is scaled by its output."""
    given = recipe.parameters or {}
    return literal((given["tolerance"], given["max_iterations"]))


def _is_one_of(kinds: Sequence[type[nn.Module]], *, exact: bool) -> str:
    names = ", ".join(map(class_name, kinds))
    if exact:  # attention has a Linear inside that is not to be started as one
        return f"type(layer) in ({names},)" if len(kinds) == 1 else f"type(layer) in ({names})"
    return f"isinstance(layer, {names})" if len(kinds) == 1 else f"isinstance(layer, ({names}))"


def _one_by_one(kinds: Sequence[type[nn.Module]], recipes: Sequence[Recipe]) -> tuple[list[str], list[str]]:
    names: dict[tuple[str, ...], str] = {}
    scaled: dict[str, str] = {}
    taken: Counter[str] = Counter()
    functions = []
    for recipe in recipes:
        key = _key(recipe)
        if key in names or not recipe.lines:
            continue
        taken[recipe.initializer] += 1
        number = f"_{taken[recipe.initializer]}" if taken[recipe.initializer] > 1 else ""
        names[key] = f"start_{recipe.initializer}{number}"
        if recipe.settled:
            scaled[names[key]] = _table(recipe)
        used = any("generator" in line for line in recipe.lines)
        head = f"def {names[key]}(layer: nn.Module, {'' if used else '_'}generator: torch.Generator)"
        functions.append("\n".join([f"{head} -> None:", *(f"    {line}" for line in recipe.lines)]))
    if any(not recipe.lines for recipe in recipes):
        functions.append(
            "def as_made(_layer: nn.Module, _generator: torch.Generator) -> None:\n"
            '    """Keep the weights that torch drew when the layer was made."""'
        )
    listed = Items(tuple(map(Name, _runs([names.get(_key(recipe), "as_made") for recipe in recipes]))))
    classes = ", ".join(map(class_name, kinds)) + ("," if len(kinds) == 1 else "")
    body = [
        f"    layers = [module for module in model.modules() if type(module) in ({classes})]",
        assigned("starts = ", listed, 4),
        "    for layer, start in zip(layers, starts, strict=True):",
        "        start(layer, generator)",
    ]
    if scaled:
        given = ", ".join(f"{name}: {table}" for name, table in scaled.items())
        body += [
            f"    scaled = {{{given}}}",
            "    pairs = zip(layers, starts, strict=True)",
            "    wanted = {layer: scaled[start] for layer, start in pairs if start in scaled}",
            "    scale_to_unit_variance(model, batch, wanted)",
        ]
    return functions, body


def _runs(names: Sequence[str]) -> list[str]:
    """The names, with what comes over and over as “*[a, b] * 9”."""
    out: list[str] = []
    at = 0
    while at < len(names):
        period, times = longest_run(names, at, lambda _name: 1)
        part = ", ".join(names[at : at + period])
        out.append(part if times == 1 else f"*[{part}] * {times}")
        at += period * times
    return out


def _key(recipe: Recipe) -> tuple[str, ...]:
    """What two layers that start alike have in common."""
    return (*recipe.lines, repr(recipe.parameters) if recipe.settled else "")


def _settled(recipes: Sequence[Recipe], sources: Sources) -> list[str]:
    """The definitions of what looks at data when all weights are drawn."""
    if not wants_batch(recipes):
        return []
    definitions = sources.carry(lsuv.as_in_training, lsuv.to_unit_variance)
    sources.need("contextlib", "ExitStack")
    attention = any(recipe.settled and issubclass(recipe.kind, nn.MultiheadAttention) for recipe in recipes)
    weight = "layer.weight"
    if attention:
        weight = "layer.out_proj.weight if isinstance(layer, nn.MultiheadAttention) else layer.weight"
    return [*definitions, _UNIT_VARIANCE.format(weight=weight)]


_UNIT_VARIANCE = """\
def scale_to_unit_variance(
    model: nn.Module, batch: Tensor, wanted: dict[nn.Module, tuple[float, int]]
) -> None:
    \"""LSUV (Mishkin & Matas 2016): scale the wanted layers, each when its input from the batch arrives.\"""

    def scale(layer: nn.Module, given: tuple[Tensor, ...]) -> None:
        weight = {weight}
        tolerance, max_iterations = wanted[layer]
        to_unit_variance(layer, [weight], given, tolerance=tolerance, max_iterations=max_iterations)

    with ExitStack() as stack:
        stack.enter_context(as_in_training(model))
        for layer in wanted:
            stack.callback(layer.register_forward_pre_hook(scale).remove)
        model(batch)"""
