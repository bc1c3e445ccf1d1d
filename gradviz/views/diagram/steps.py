"""Where the arrow keys go: up and down in reading order, in and out of blocks, across branches."""

from __future__ import annotations

from bisect import bisect_left

from gradviz.views.diagram.node import Role
from gradviz.views.diagram.scene import Scene


def by(scene: Scene, current: int | None, offset: int) -> int | None:
    """So many stops further in reading order; without a current one, the first."""
    if not scene.stops:
        return None
    if current is None:
        return scene.stops[0]
    at = bisect_left(scene.stops, current) + offset
    return scene.stops[min(max(at, 0), len(scene.stops) - 1)]


def end(scene: Scene, *, last: bool) -> int | None:
    """The first or last stop."""
    return scene.stops[-1 if last else 0] if scene.stops else None


def out(scene: Scene, current: int) -> int | None:
    """The branch to the left, else the block around."""
    beside = _branch(scene, current, -1)
    parent = scene.boxes[current].parent
    return beside if beside is not None else (parent if parent >= 0 else None)


def into(scene: Scene, current: int) -> int | None:
    """The first box in a block; from a branch, the one to the right."""
    inside = next((n for n in scene.stops if scene.boxes[n].parent == current), None)
    return inside if inside is not None else _branch(scene, current, 1)


def _branch(scene: Scene, current: int, offset: int) -> int | None:
    """The neighbour in a Parallel block."""
    parent = scene.boxes[current].parent
    if parent < 0 or scene.boxes[parent].node.role is not Role.PARALLEL:
        return None
    branches = [n for n in scene.stops if scene.boxes[n].parent == parent]
    at = branches.index(current) + offset
    return branches[at] if 0 <= at < len(branches) else None
