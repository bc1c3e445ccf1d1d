"""How the weights of a layer start, as Keras initializers.

The rule for a layer, and the gain of each of its weights, come from where the network itself starts them;
here they only get Keras's words. Keras works out a fan from a kernel's shape as torch does, but for kernels
that it cuts up otherwise: those are drawn as the matrices that they are and then cut (`Gates`, `Heads`,
`DepthwiseKernel` of the script).
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from gradviz.export.expression import Call, Items
from gradviz.export.keras.graph import call
from gradviz.export.keras.rules import UNSCALED, Matrix, node_of
from gradviz.nets.initializer import Layer as Placed
from gradviz.nets.initializers.starting import Choice, chosen
from gradviz.nets.weights import Weight, weights_of

_NOTES = {
    "lsuv": "“lsuv” scales weights by what a first batch makes of them. Here such layers start orthogonal, "
    "unscaled."
}


@dataclass(frozen=True, slots=True)
class Start:
    """How one layer starts; `branches` is how many residual branches the network has."""

    placed: Placed
    branches: int

    @property
    def note(self) -> str:
        """What the script does not do as asked, or nothing."""
        return _NOTES.get(self._rule, "") if self._choice else ""

    def kernel(self, *, swapped: bool = False) -> Call:
        """The one matrix or kernel of a Linear, convolution or embedding.

        A `swapped` one lies as torch has it, so that Keras takes fan-in for fan-out.
        """
        return self._nodes(swapped=swapped)[0]

    def depthwise_kernel(self) -> Call:
        """A kernel that lies as [size, …, channels, filters for each]."""
        node = self._nodes()[0]
        return node if self._unscaled else call("DepthwiseKernel", node)

    def bias(self, fan_in: int) -> Call | None:
        """The bias of a Linear or a convolution; None is Keras's own zeros."""
        value = self._bias
        return call("torch_uniform_bias", fan_in) if value is None else _constant(value)

    def gates(self, level: int) -> tuple[Call, Call]:
        """The kernel and the recurrent kernel of one layer of a stack."""
        module: nn.RNNBase = self.placed.module  # type: ignore[assignment]
        nodes = self._nodes()
        each = len(nodes) // (module.num_layers * (1 + module.bidirectional) * 2)
        first = level * (1 + module.bidirectional) * 2 * each
        fed, back = nodes[first : first + each], nodes[first + each : first + 2 * each]
        return self._gates(fed), self._gates(back)

    def recurrent_bias(self) -> Call | None:
        """The bias of a recurrent layer, torch's two together; a GRU's are beside each other."""
        module: nn.RNNBase = self.placed.module  # type: ignore[assignment]
        value = self._bias
        if isinstance(module, nn.GRU):
            own = call("torch_recurrent", module.hidden_size)
            return own if value is None else call("InputBias", value) if value else None
        plain = call("TwoUniforms", module.hidden_size) if value is None else _constant(value)
        forget = self._choice.forget_bias if self._choice and isinstance(module, nn.LSTM) else None
        if forget is None or forget == value:
            return plain
        other = plain or call("initializers.Zeros")
        return call("Gates", Items((other, call("initializers.Constant", forget), other, other)))

    def heads(self, heads: int) -> Call:
        """Queries, keys, values and output of attention."""
        nodes = self._nodes()
        if self._unscaled and nodes[0] == nodes[-1] and self._choice:
            return nodes[0]
        return call("Heads", heads, nodes[0], nodes[-1])

    def attention_bias(self) -> Call | None:
        """The biases of attention, which torch starts at zero."""
        return _constant(self._bias or 0.0)

    @property
    def _choice(self) -> Choice | None:
        return chosen(self.placed)

    @property
    def _rule(self) -> str:
        return self.placed.initializer.name if self._choice else "default"

    @property
    def _bias(self) -> float | None:
        """What biases start at; None is torch's own start."""
        return self._choice.bias if self._choice else None

    @property
    def _unscaled(self) -> bool:
        return self._rule in UNSCALED or (
            self._rule == "default" and isinstance(self.placed.module, nn.RNNBase)
        )

    def _nodes(self, *, swapped: bool = False) -> list[Call]:
        """The initializers of its weights, in torch's order."""
        choice = self._choice
        if choice is None:
            return [self._torchs_own(weight) for weight in weights_of(self.placed.module, self.placed.gain)]
        zero, factor = self._fixup(choice)
        return [
            call("initializers.Zeros")
            if any(weight is other for other in zero)
            else node_of(
                self._rule, Matrix(given=choice.parameters, weight=weight, factor=factor, swapped=swapped)
            )
            for weight in choice.weights
        ]

    def _fixup(self, choice: Choice) -> tuple[tuple[Weight, ...], float]:
        """The weights that Fixup starts at zero, and by what it multiplies the others."""
        branch = self.placed.branch
        if self._rule != "fixup":
            return (), 1.0
        if self.placed.closes:
            return tuple(weight for weight in choice.weights if weight.closing) or choice.weights, 1.0
        depth = branch.depth if branch else 0
        return (), self.branches ** (-1 / (2 * depth - 2)) if depth > 1 else 1.0

    def _torchs_own(self, weight: Weight) -> Call:
        module = self.placed.module
        if isinstance(module, nn.Embedding):
            return call("initializers.RandomNormal", 0.0, 1.0)
        if isinstance(module, nn.RNNBase):
            return call("torch_recurrent", module.hidden_size)
        if isinstance(module, nn.MultiheadAttention) and not weight.closing:
            return call("torch_attention", module.embed_dim)
        return call("torch_uniform")

    def _gates(self, nodes: list[Call]) -> Call:
        same = all(node == nodes[0] for node in nodes)
        if same and (self._unscaled or len(nodes) == 1):
            return nodes[0]
        return call("Gates", Items(tuple(nodes)))


def _constant(value: float) -> Call | None:
    return call("initializers.Constant", value) if value else None
