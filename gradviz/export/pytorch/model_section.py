"""The part of a script that makes the network: our own modules, blocks as functions, the weights' start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradviz.export.layout import WIDTH, assigned
from gradviz.export.pytorch.network import Network
from gradviz.export.pytorch.seeds import SeedNames
from gradviz.export.pytorch.sharing import Function, shared
from gradviz.export.pytorch.source import Sources
from gradviz.export.pytorch.starting import starting, wants_batch

_BUILD = '''\
def build_model() -> nn.Module:
    """The network with its first weights, on the CPU; it follows from {seed_name} alone."""
    torch.manual_seed({seed})
{model}'''


def model_section(network: Network, seed: int, seeds: SeedNames, sources: Sources) -> list[str]:
    """The definitions, the last of them `build_model`; `seed` is what starts the weights."""
    sources.need("torch")
    sources.need("torch", "nn")
    fits = 0 <= seed < 2**63
    torch_seed = seeds.weights if fits else f"{seeds.weights} % 2**63"
    texts = sources.carry(*network.classes)
    root, functions = shared(network.node)
    texts += [_function(function) for function in functions]
    starts = starting(network.recipes, torch_seed, sources)
    if starts:
        batch = ""
        lines = [assigned("model = ", root, 4)]
        if wants_batch(network.recipes):
            batch = ", batch"
            lines.append("    train_x, train_y, _, _ = load_data()")
            lines.append(f"    batch, _ = Batches(train_x, train_y, BATCH_SIZE, {seeds.data}).take(0)")
        lines += [f"    start_weights(model{batch})", "    return model"]
    else:
        lines = [assigned("return ", root, 4)]
    return [*texts, *starts, _BUILD.format(seed_name=seeds.weights, seed=torch_seed, model="\n".join(lines))]


def _function(function: Function) -> str:
    parameters = [f"{name}: {_type(values)}" for name, values in function.parameters]
    head = f"def {function.name}({', '.join(parameters)}) -> nn.Module:"
    if len(head) > WIDTH:
        inside = ", ".join(parameters)
        if len(inside) + 4 <= WIDTH:
            head = f"def {function.name}(\n    {inside}\n) -> nn.Module:"
        else:
            rows = "".join(f"    {parameter},\n" for parameter in parameters)
            head = f"def {function.name}(\n{rows}) -> nn.Module:"
    what = "A few layers in a row." if function.title == "Block" else f"A block: {function.title}."
    return f'{head}\n    """{what}"""\n{assigned("return ", function.node, 4)}'


def _type(values: Sequence[Any]) -> str:
    kinds = {"tuple[int, ...]" if isinstance(v, tuple) else type(v).__name__ for v in values}
    if kinds == {"int", "float"}:
        return "float"
    return " | ".join(sorted(kind.replace("NoneType", "None") for kind in kinds))
