"""A composed block opened: the layers it stands for, at the place where it stands.

What they are may depend on the shape that reaches the block, so the layers before it are planned first.
"""

from __future__ import annotations

from gradviz.nets.check import check
from gradviz.nets.plan import Block, Chain, Place, Planner, expand
from gradviz.nets.registry import ShapeError, sample_shape
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import LayerSpec, ModelSpec, Path
from gradviz.spec.tree import at


def expansion_at(model: ModelSpec, data: DataInfo, path: Path) -> tuple[LayerSpec, ...]:
    """The layers that the composed block at `path` stands for, for its first input shape.

    Raises ShapeError where there is no composed block, or where a mistake before it hides its input.
    """
    try:
        spec = at(model.layers, path)
    except IndexError:
        raise ShapeError("There is no such layer any more") from None
    reported = frozenset(problem.path for problem in check(model))
    plan = Planner(data.classes, reported).chain(Place(), model.layers, sample_shape(data))
    block = _find(plan, path)
    if block is None:
        raise ShapeError("The shape that reaches the block is not known: mend the problem before it first")
    if not block.composed:
        raise ShapeError(f"{spec.kind} holds its own layers: there is nothing to open")
    return expand(spec, block.input_shape, data.classes)


def _find(chain: Chain, path: Path) -> Block | None:
    for part in chain.parts:
        if not isinstance(part, Block):
            continue
        if part.path == path:
            return part
        if path[: len(part.path)] == part.path:
            inside = (_find(slot.part, path) for slot in part.slots if isinstance(slot.part, Chain))
            return next((block for block in inside if block is not None), None)
    return None
