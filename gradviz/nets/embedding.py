"""From text to numbers: a vector for each token, and a mark of where in the text it stands.

Attention by itself does not know the order of its inputs; the position is added to each token's vector,
as waves of many lengths or learned (Vaswani et al. 2017).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout as drop

from gradviz.nets.registry import Shape, ShapeError, Tokens, layers
from gradviz.nets.sequence import GROUP, sequence
from gradviz.spec.registry import boolean, choice, integer, number

_LEARNED_STD = 0.02
"""The deviation that learned positions start with, as in BERT (Devlin et al. 2019) and GPT-2."""
_LONGEST_WAVE = 10_000


@layers.register(
    "Embedding",
    group=GROUP,
    doc="A learned vector for each token: ids [length] become [length, embedding_dim].",
    parameters=(
        integer("embedding_dim", "How long the vector of a token is.", minimum=1, maximum=1_000_000),
        integer(
            "num_embeddings",
            "How many tokens there are; “vocabulary” is as many as the data have.",
            default="vocabulary",
            minimum=1,
            maximum=100_000_000,
            choices=("vocabulary",),
        ),
        integer(
            "padding_idx",
            "The token that only fills up: its vector is zero and is not learned.",
            default=None,
            minimum=0,
            maximum=100_000_000,
        ),
        boolean(
            "scale_grad_by_freq",
            "Divide the gradient of each vector by how often its token is in the batch.",
            default=False,
        ),
    ),
    tokens=True,
)
def embedding(
    shape: Shape,
    *,
    embedding_dim: int,
    num_embeddings: int | str,
    padding_idx: int | None,
    scale_grad_by_freq: bool,
) -> nn.Module:
    """An Embedding with a vector for every id that the data may hold."""
    if not isinstance(shape, Tokens):
        raise ShapeError("token ids, which text data give: put it first, or use a Linear for numbers")
    count = shape.vocabulary if isinstance(num_embeddings, str) else num_embeddings
    if count < shape.vocabulary:
        raise ShapeError(
            f"num_embeddings of at least {shape.vocabulary}, since the data have as many tokens, "
            f"not {count}: “vocabulary” is always right"
        )
    if padding_idx is not None and padding_idx >= count:
        raise ShapeError(f"a padding_idx below {count}, the number of tokens, not {padding_idx}")
    return nn.Embedding(count, embedding_dim, padding_idx=padding_idx, scale_grad_by_freq=scale_grad_by_freq)


class PositionalEncoding(nn.Module):
    """Adds to `[batch, length, features]` what tells the positions apart; shorter sequences fit too.

    “sinusoidal”: sin(t / 10000^(2i/features)) in the even features and the cosine of it in the odd ones.
    “learned”: a parameter for each position and feature, as `weight`.
    """

    weight: Tensor

    def __init__(self, length: int, features: int, *, encoding: str, dropout: float) -> None:
        super().__init__()
        self.length = length
        self.features = features
        self.encoding = encoding
        self.dropout = dropout
        if encoding == "learned":
            self.weight = nn.Parameter(torch.empty(length, features))
            nn.init.normal_(self.weight, std=_LEARNED_STD)
        else:
            self.register_buffer("weight", _waves(length, features), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """The positions added, and then dropout while training."""
        return drop(x + self.weight[: x.shape[1]], self.dropout, self.training)

    def extra_repr(self) -> str:
        """What `repr` shows."""
        return f"{self.length}, {self.features}, encoding={self.encoding!r}, dropout={self.dropout}"


@layers.register(
    "PositionalEncoding",
    group=GROUP,
    doc="Adds to each position a pattern of its own, so that attention can tell their order.",
    parameters=(
        choice(
            "encoding",
            "Waves of many lengths, or patterns that are learned.",
            choices=("sinusoidal", "learned"),
            default="sinusoidal",
        ),
        number(
            "dropout",
            "The share that is zeroed afterwards while training.",
            default=0.0,
            minimum=0,
            maximum=1,
        ),
    ),
)
def positional_encoding(shape: Shape, *, encoding: str, dropout: float) -> nn.Module:
    """A PositionalEncoding as long and as wide as the sequence."""
    length, features = sequence(shape)
    return PositionalEncoding(length, features, encoding=encoding, dropout=dropout)


def _waves(length: int, features: int) -> Tensor:
    """The sinusoidal encoding `[length, features]`; an odd width ends with a sine."""
    waves = torch.empty(length, features)
    if waves.is_meta:  # no values there, and calculating with them would import torch's compiler
        return waves
    position = torch.arange(length, dtype=torch.float32)[:, None]
    even = torch.arange(0, features, 2, dtype=torch.float32)
    angle = position * torch.exp(even * (-math.log(_LONGEST_WAVE) / features))
    waves[:, 0::2] = angle.sin()
    waves[:, 1::2] = angle[:, : features // 2].cos()
    return waves
