"""What is wrong with a model whatever the data: unknown names, values out of range, blocks without a body.

A file has been checked before it gets here, with the place of each line. The builder of a window or a
script has not, and nothing may reach torch unchecked.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradviz.nets.registry import initializers, layers
from gradviz.nets.weights import form_of
from gradviz.records.layer import LayerProblem
from gradviz.spec.catalogue import Entry, did_you_mean
from gradviz.spec.check import DEEPEST
from gradviz.spec.experiment import InitializerSpec, LayerSpec, ModelSpec, Parameters, Path


def check(model: ModelSpec) -> tuple[LayerProblem, ...]:
    """All problems that need no shape, by their place in the tree; the model's own are at ()."""
    problems = [LayerProblem(path=(), message=text) for text in _initializer(model.initializer)]
    if not model.layers:
        problems.append(
            LayerProblem(
                path=(),
                message="The network has no layers: add a Flatten and a Linear with out_features = “classes”",
            )
        )
    for path, layer in walk(model):
        problems.extend(LayerProblem(path=path, message=text) for text in _layer(path, layer))
    return tuple(problems)


def walk(model: ModelSpec) -> Iterator[tuple[Path, LayerSpec]]:
    """Every node with its path, a block before its body, down to the deepest level that is allowed."""
    waiting: list[tuple[Path, LayerSpec]] = []
    waiting.extend(((index,), layer) for index, layer in reversed(list(enumerate(model.layers))))
    while waiting:
        path, layer = waiting.pop()
        yield path, layer
        if len(path) <= DEEPEST:
            waiting.extend(((*path, i), part) for i, part in reversed(list(enumerate(layer.body))))


def _layer(path: Path, layer: LayerSpec) -> Iterator[str]:
    if layer.kind not in layers:
        yield f"no layer is called “{layer.kind}”{did_you_mean(layer.kind, layers)}"
        return
    entry = layers.entry(layer.kind)
    if entry.body and not layer.body:
        yield f"{layer.kind} has an empty body: put at least one layer into it"
    if layer.body and not entry.body:
        yield f"{layer.kind} cannot hold other layers: take them out of its body"
    if len(path) > DEEPEST and layer.body:
        yield f"{layer.kind} lies more than {DEEPEST} blocks deep: unwrap some of them"
    yield from _parameters(layer.kind, entry, layer.parameters)
    if layer.initializer is not None:
        yield from (f"{layer.kind}: {text}" for text in _initializer(layer.initializer))
        yield from _does_not_fit(path, layer.kind, layer.initializer.name)


def _initializer(spec: InitializerSpec) -> Iterator[str]:
    if spec.name in initializers:
        yield from _parameters(spec.name, initializers.entry(spec.name), spec.parameters)
    else:
        yield f"no initializer is called “{spec.name}”{did_you_mean(spec.name, initializers)}"


def _does_not_fit(path: Path, kind: str, name: str) -> Iterator[str]:
    """An initializer given to a layer itself, which has other weights than it can set.

    No check of a file sees this, so the message says where it is, as the file has it.
    """
    there, wanted = form_of(kind), initializers[name].form if name in initializers else None
    if there is not None and wanted not in (None, there):
        where = "layers" + ".body".join(f"[{index}]" for index in path)
        yield (
            f"{kind} at {where} has {there.value}, and {name} sets {wanted.value} only: "
            "choose another initializer for it"
        )


def _parameters(name: str, entry: Entry, given: Parameters) -> Iterator[str]:
    known = [parameter.name for parameter in entry.parameters]
    for key in given:
        if key not in known:
            yield f"{name} has no “{key}”{did_you_mean(key, known)}"
    for parameter in entry.parameters:
        if parameter.name not in given:
            if parameter.required:
                yield f"{name} needs {parameter.name}: {parameter.doc}"
        elif text := parameter.complaint(given[parameter.name]):
            yield f"{name}: {parameter.name} {text}"
