"""Each registered initializer in Keras's words; what Keras lacks is written in the script under our name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from gradviz.export.expression import Call
from gradviz.export.keras.graph import Unless, call
from gradviz.export.registry import ExportError
from gradviz.nets.gain import torchs_gain
from gradviz.nets.weights import Weight

UNSCALED = frozenset({"normal", "uniform", "trunc_normal", "constant", "ones", "zeros"})
"""Those that give every value by itself, whatever the shape."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """One weight, the parameters of its rule, and a `factor` on top."""

    given: Mapping[str, Any]
    weight: Weight
    factor: float = 1.0
    swapped: bool = False

    @property
    def mode(self) -> str:
        """Which fan counts, by Keras's count of it."""
        mode = str(self.given.get("mode", "fan_in"))
        return {"fan_in": "fan_out", "fan_out": "fan_in"}[mode] if self.swapped else mode

    @property
    def gain(self) -> float:
        """A gain given as a number or left to what follows, times the factor."""
        gain = self.given["gain"]
        return self.factor * (self.weight.gain.value if isinstance(gain, str) else float(gain))

    @property
    def kaiming_gain(self) -> float:
        """The gain of the nonlinearity that was named or follows, times the factor."""
        wanted = self.given.get("nonlinearity", "auto")
        gain = self.weight.gain if wanted == "auto" else torchs_gain(wanted, self.given["a"])
        return self.factor * gain.value


Rule = Callable[[Matrix], Call]


def node_of(name: str, matrix: Matrix) -> Call:
    """The initializer of one weight by the rule `name`."""
    if name not in RULES:
        raise ExportError(f"the initializer “{name}” cannot be written for Keras: choose another one")
    return RULES[name](matrix)


def _xavier(name: str) -> Rule:
    return lambda matrix: (
        call(name, gain=Unless(matrix.gain, 1.0)) if matrix.gain else call("initializers.Zeros")
    )


def _kaiming(name: str) -> Rule:
    def write(matrix: Matrix) -> Call:
        if not matrix.kaiming_gain:
            return call("initializers.Zeros")
        gain = Unless(matrix.kaiming_gain, sqrt(2))
        return call(name, gain=gain, mode=Unless(matrix.mode, "fan_in"))

    return write


def _lecun(name: str) -> Rule:
    return lambda matrix: call(name, mode=Unless(matrix.mode, "fan_in"))


def _trunc_normal(matrix: Matrix) -> Call:
    given = matrix.given
    low, high = sorted((float(given["a"]), float(given["b"])))
    return call("trunc_normal", given["mean"], given["std"], low, high)


def _dirac(matrix: Matrix) -> Call:
    return call("Dirac", groups=Unless(matrix.weight.groups, 1))


RULES: dict[str, Rule] = {
    "normal": lambda m: call("initializers.RandomNormal", m.given["mean"], m.given["std"]),
    "uniform": lambda m: call("initializers.RandomUniform", *sorted((m.given["a"], m.given["b"]))),
    "trunc_normal": _trunc_normal,
    "constant": lambda m: call("initializers.Constant", m.given["val"]),
    "ones": lambda _: call("initializers.Ones"),
    "zeros": lambda _: call("initializers.Zeros"),
    "eye": lambda _: call("initializers.Identity"),
    "dirac": _dirac,
    "sparse": lambda m: call(
        "Sparse",
        m.given["sparsity"],
        m.given["std"],
        by_column=Unless(m.swapped, default=False),
    ),
    "xavier_uniform": _xavier("xavier_uniform"),
    "xavier_normal": _xavier("xavier_normal"),
    "kaiming_uniform": _kaiming("kaiming_uniform"),
    "kaiming_normal": _kaiming("kaiming_normal"),
    "lecun_uniform": _lecun("lecun_uniform"),
    "lecun_normal": _lecun("lecun_normal"),
    "orthogonal": lambda m: call("initializers.Orthogonal", gain=Unless(m.gain, 1.0)),
    "lsuv": lambda _: call("initializers.Orthogonal"),
    "fixup": _kaiming("kaiming_normal"),
}
