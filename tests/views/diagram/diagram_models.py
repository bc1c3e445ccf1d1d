"""Models and their inspections for the diagram's tests, made without torch."""

from __future__ import annotations

from collections.abc import Iterator

from gradviz.records.layer import Inspection, LayerInfo, NodeInfo
from gradviz.spec.catalogue import Entry
from gradviz.spec.experiment import LayerSpec, ModelSpec, Path
from gradviz.spec.registry import boolean, choice, integer

ENTRIES = (
    Entry(name="ReLU", group="Activation", doc="max(0, x)"),
    Entry(name="Flatten", group="Shape", doc="To one dimension"),
    Entry(
        name="Linear",
        group="Layer",
        doc="y = Wx + b",
        parameters=(
            integer("out_features", "Outputs", minimum=1, choices=("classes",)),
            boolean("bias", "Bias", default=True),
        ),
    ),
    Entry(
        name="Repeat",
        group="Block",
        doc="Rounds",
        parameters=(integer("times", "Rounds", minimum=1),),
        body=True,
    ),
    Entry(
        name="Residual",
        group="Block",
        doc="Shortcut",
        parameters=(choice("shortcut", "Which", choices=("auto", "projection"), default="auto"),),
        body=True,
    ),
    Entry(
        name="Parallel",
        group="Block",
        doc="Branches",
        parameters=(choice("combine", "How", choices=("sum", "concatenation", "product"), default="sum"),),
        body=True,
    ),
    Entry(name="Sequential", group="Block", doc="In a row", body=True),
    Entry(name="Bottleneck", group="Block", doc="Composed", composed=True),
)


def linear(size: int = 8, name: str | None = None) -> LayerSpec:
    return LayerSpec(kind="Linear", name=name, parameters={"out_features": size})


def relu() -> LayerSpec:
    return LayerSpec(kind="ReLU")


def block(kind: str, *body: LayerSpec, **parameters: object) -> LayerSpec:
    return LayerSpec(kind=kind, parameters=parameters, body=body)  # type: ignore[arg-type]


def model(*layers: LayerSpec) -> ModelSpec:
    return ModelSpec(layers=layers)


def inspect(spec: ModelSpec) -> Inspection:
    """Every Linear has 72 parameters; a projection has 64; a Bottleneck is Linear, ReLU, Linear."""
    builder = _Builder()
    for index, layer in enumerate(spec.layers):
        builder.build((index,), layer, (), "")
    return Inspection(
        input_shape=(8,),
        classes=8,
        layers=tuple(builder.layers),
        nodes=tuple(builder.nodes.values()),
        problems=(),
    )


class _Builder:
    """Walks a model as the engine does."""

    def __init__(self) -> None:
        self.layers: list[LayerInfo] = []
        self.nodes: dict[Path, NodeInfo] = {}
        self._counts: dict[str, int] = {}

    def build(self, path: Path, layer: LayerSpec, repeat: tuple[int, ...], module: str) -> int:
        """The parameters of a layer with all in it."""
        here = f"{module}{layer.kind.lower()}"
        total = 0
        if layer.parameters.get("shortcut") == "projection":
            total += self._leaf("Linear", path, repeat, f"{here}.shortcut", parameters=64)
        if layer.kind == "Bottleneck":
            for part, kind in enumerate(("Linear", "ReLU", "Linear")):
                total += self._leaf(kind, path, repeat, f"{here}.{part}")
        elif layer.kind == "Repeat":
            for number in range(int(layer.parameters["times"])):  # type: ignore[call-overload]
                total += self._inside(path, layer, (*repeat, number), f"{here}.{number}.")
        elif layer.body:
            total += self._inside(path, layer, repeat, f"{here}.body.")
        else:
            total += self._leaf(layer.kind, path, repeat, here, given=layer.name or "")
        info = NodeInfo(path=path, output_shape=(8,), parameters=total, multiply_adds=total)
        self.nodes.setdefault(path, info)
        return total

    def _inside(self, path: Path, layer: LayerSpec, repeat: tuple[int, ...], module: str) -> int:
        return sum(self.build((*path, i), child, repeat, module) for i, child in enumerate(layer.body))

    def _leaf(
        self,
        kind: str,
        path: Path,
        repeat: tuple[int, ...],
        module: str,
        *,
        parameters: int | None = None,
        given: str = "",
    ) -> int:
        self._counts[kind] = self._counts.get(kind, 0) + 1
        size = parameters if parameters is not None else (72 if kind == "Linear" else 0)
        self.layers.append(
            LayerInfo(
                index=len(self.layers),
                name=given or f"{kind} {self._counts[kind]}",
                kind=kind,
                path=path,
                repeat=repeat,
                module=module,
                output_shape=(8,),
                parameters=size,
            )
        )
        return size


def deep(times: int = 20) -> ModelSpec:
    return model(LayerSpec(kind="Flatten"), block("Repeat", linear(), relu(), times=times), linear())


def wide(count: int) -> ModelSpec:
    return model(LayerSpec(kind="Flatten"), *(linear() for _ in range(count)))


def residual_net() -> ModelSpec:
    """Three stages, the first layer of each stage's body in a Residual of its own with a projection."""

    def stage() -> Iterator[LayerSpec]:
        yield block("Residual", linear(), relu(), linear(), shortcut="projection")
        yield relu()
        yield block("Repeat", block("Residual", linear(), relu(), linear()), relu(), times=17)

    return model(linear(), *stage(), *stage(), *stage(), linear())
