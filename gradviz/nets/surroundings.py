"""What an initializer may need to know of a layer's place: what follows it, and which branch it is in.

What follows is found in the layer tree, going on from the layer in the order of the network:

- The next activation is what follows. Normalisation, dropout, pooling and whatever else has no weights to
  initialize is looked past.
- A layer with weights, or the end of the network, means that nothing bends the signal: the gain is 1.
- The last layer of a branch, in Residual or in Parallel, is followed by what comes after the sum, since that
  is what is done to its output. So is a shortcut's projection.
- Where the way forks, the first branch in which an activation comes before any weight decides, the body of
  a Residual before its shortcut; an identity leads straight on to what comes after the sum. If there is none,
  the gain is 1. So in a pre-activation network (He et al. 2016) the last layer of each block is followed by
  the activation that opens the next.

The tree is walked once, from its end to its beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import nn

from gradviz.nets.gain import LINEAR, Gain, gain_of
from gradviz.nets.initializer import Branch, Layer
from gradviz.nets.plan import Block, Leaf
from gradviz.nets.registry import layers
from gradviz.nets.survey import Placed
from gradviz.nets.weights import weights_of
from gradviz.spec.experiment import ModelSpec, Path

_AFTER_THE_SUM = ("activation",)
_SHORTCUT = ("shortcut", "shortcut_norm")
"""The slots of a Residual that are no part of its branch."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ahead:
    """What lies ahead of a place: the gain there, and whether no more weights come in this branch."""

    gain: Gain = LINEAR
    closes: bool = True


class Surroundings:
    """Walks the placed parts of `model`; `modules` are its leaves in network order.

    `layers` are those leaves with what is around each, `branches` counts the residual branches with weights.
    """

    def __init__(self, model: ModelSpec, placed: Sequence[Placed], modules: Sequence[nn.Module]) -> None:
        self.branches = 0
        self._modules = modules
        self._default = model.initializer
        self._own = _own_initializers(model)
        self._found: list[Layer | None] = [None] * len(modules)
        self._row(placed, _Ahead(), None)
        self.layers = tuple(layer for layer in self._found if layer is not None)

    def _row(self, parts: Sequence[Placed], ahead: _Ahead, branch: Branch | None) -> _Ahead:
        """What lies ahead of the first of some parts in a row."""
        for part in reversed(parts):
            ahead = self._part(part, ahead, branch)
        return ahead

    def _part(self, placed: Placed, ahead: _Ahead, branch: Branch | None) -> _Ahead:
        part, parts = placed.part, placed.children
        if isinstance(part, Leaf):
            return self._leaf(placed, part, ahead, branch)
        if isinstance(part, Block) and part.kind == "Parallel":
            return self._parallel(parts, ahead, branch)
        if isinstance(part, Block) and part.kind == "Residual":
            ahead = self._row([slot for slot in parts if slot.label in _AFTER_THE_SUM], ahead, branch)
            return self._residual(parts, ahead, branch)
        return self._row(parts, ahead, branch)

    def _leaf(self, placed: Placed, leaf: Leaf, ahead: _Ahead, branch: Branch | None) -> _Ahead:
        index = placed.info.index if placed.info else 0
        module = self._modules[index]
        self._found[index] = Layer(
            module=module,
            initializer=leaf.initializer or self._default,
            name=placed.info.name if placed.info else leaf.kind,
            path=leaf.path,
            own=leaf.path in self._own,
            gain=ahead.gain,
            branch=branch,
            closes=ahead.closes,
        )
        if any(True for _ in weights_of(module, LINEAR)):
            if branch is not None:
                branch.depth += 1
            return _Ahead(gain=LINEAR, closes=False)
        if layers.entry(leaf.kind).group == "Activation":
            return replace(ahead, gain=gain_of(leaf.kind, leaf.given))
        return ahead

    def _residual(self, ways: Sequence[Placed], ahead: _Ahead, branch: Branch | None) -> _Ahead:
        """The body is a branch of its own; for the branch around it, the signal passes it by."""
        inner = Branch()
        apart = (*_SHORTCUT, *_AFTER_THE_SUM)
        body = [slot for slot in ways if slot.label not in apart]
        before_body = self._row(body, replace(ahead, closes=True), inner)
        before_shortcut = self._row([slot for slot in ways if slot.label in _SHORTCUT], ahead, branch)
        self.branches += inner.depth > 0
        return _Ahead(
            gain=_first(before_body.gain, before_shortcut.gain),
            closes=before_shortcut.closes and (branch is not None or before_body.closes),
        )

    def _parallel(self, ways: Sequence[Placed], ahead: _Ahead, branch: Branch | None) -> _Ahead:
        """The depth of the whole is that of the deepest branch."""
        start = branch.depth if branch else 0
        deepest = start
        gains, closes = [], False
        for way in ways:
            if branch is not None:
                branch.depth = start
            before = self._part(way, ahead, branch)
            gains.append(before.gain)
            closes = closes or before.closes
            deepest = max(deepest, branch.depth if branch else 0)
        if branch is not None:
            branch.depth = deepest
        return _Ahead(gain=_first(*gains), closes=closes)


def _first(*gains: Gain) -> Gain:
    return next((gain for gain in gains if gain is not LINEAR), LINEAR)


def _own_initializers(model: ModelSpec) -> frozenset[Path]:
    """The layers that were given an initializer themselves."""
    return frozenset(
        path
        for path, spec in model.walk()
        if spec.initializer is not None and not spec.body and not layers.entry(spec.kind).composed
    )
