"""What an initializer is: a rule that draws one weight, and for some a look at the whole network after it.

The first sort knows a weight, the gain of the activation that follows it, and nothing else. The second draws
like the first, for its own layers, and then settles their scale by where they stand (Fixup) or by what comes
out of them (LSUV). Every layer may have an initializer of its own, so both sorts may meet in one network.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Generator, Tensor, nn

from gradviz.nets.gain import LINEAR, Gain
from gradviz.nets.weights import Form, Weight
from gradviz.spec.experiment import InitializerSpec, Path

Draw = Callable[..., None]
"""Called as `(weight, generator, **parameters)`; sets the weight's values."""


@dataclass(eq=False, kw_only=True, slots=True)
class Branch:
    """The body of one residual block; `depth` counts the layers with weights one behind the other in it.

    Those of a residual block inside it are that one's own.
    """

    depth: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """A layer to be started: its module, how, and where it stands.

    `own` says that the initializer was given for this very layer, and not for a block or model around it.
    `gain` is that of the activation that follows. `branch` is the nearest residual branch around it;
    `closes` says that no layer with weights comes after it there, or in the network where there is none.
    """

    module: nn.Module
    initializer: InitializerSpec
    name: str = ""
    path: Path = ()
    own: bool = False
    gain: Gain = LINEAR
    branch: Branch | None = None
    closes: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    """The network while its weights are set: `batch` gives inputs [n, *input_shape] to look at."""

    model: nn.Module
    branches: int
    batch: Callable[[], Tensor]


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """A layer whose weights have been drawn, with the complete parameters of its initializer."""

    layer: Layer
    weights: tuple[Weight, ...]
    parameters: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Initializer:
    """A rule for one weight at a time.

    `form` is the only form of weight that it can set (None: any). One that is `scaled` looks at fan-in or at
    a matrix as a map, which means nothing for an embedding. `settle` is called once with all layers that it
    started, in network order, when every weight of the network has been drawn.
    """

    draw: Draw
    form: Form | None = None
    scaled: bool = False
    settle: Callable[[Network, Sequence[Started]], None] | None = None

    def __call__(self, weight: Weight, generator: Generator, **parameters: Any) -> None:
        """Draw one weight."""
        self.draw(weight, generator, **parameters)

    def takes(self, weight: Weight) -> bool:
        """Whether it can set this weight."""
        return self.form in (None, weight.form) and not (self.scaled and weight.lookup)


class StartError(ValueError):
    """The weights of a network cannot be started; `path` is the layer's place, the message names it."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message
