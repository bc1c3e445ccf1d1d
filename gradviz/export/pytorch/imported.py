"""The model part of a script whose network is a person's own Python file: it is imported, not copied.

The file may import its neighbours and be changed later; a copy would part from it.
"""

from __future__ import annotations

from gradviz.export.layout import literal
from gradviz.export.pytorch.seeds import SeedNames
from gradviz.export.pytorch.source import Sources
from gradviz.export.registry import ExportError
from gradviz.spec.experiment import ModelSpec
from gradviz.spec.source import source_problem, split_source

_BUILD = '''\
def build_model() -> nn.Module:
    """The network as its own code starts it, on the CPU; it follows from {seed_name} alone."""
    sys.path.insert(0, str(MODEL_FILE.parent))
    module = runpy.run_path(str(MODEL_FILE), run_name=MODEL_FILE.stem)
    torch.manual_seed({seed})
    return {call}'''


def imported_section(model: ModelSpec, seed: int, seeds: SeedNames, sources: Sources) -> list[str]:
    """Where the file is, and `build_model`. Raises ExportError where the file offers no such name."""
    if problem := source_problem(model.source):
        raise ExportError(problem)
    for name in ("runpy", "sys", "torch"):
        sources.need(name)
    sources.need("torch", "nn")
    sources.need("pathlib", "Path")
    path, name = split_source(model.source)
    first, *rest = name.split(".")
    made = "".join([f"module[{literal(first)}]", *(f".{part}" for part in rest)])
    given = ", ".join(f"{key}={literal(value)}" for key, value in model.arguments.items())
    torch_seed = seeds.weights if 0 <= seed < 2**63 else f"{seeds.weights} % 2**63"
    return [
        f"MODEL_FILE = Path({literal(str(path))})",
        _BUILD.format(seed_name=seeds.weights, seed=torch_seed, call=f"{made}({given})"),
    ]
