"""Transformers: an encoder that classifies a sequence, and a decoder that predicts the next token.

The encoder is the base model of Vaswani et al. (2017), as torch.nn.TransformerEncoder builds it, with the
mean over all positions as what is classified. The decoder is minGPT's smallest for characters, gpt-mini
(Karpathy 2022): normalised inside the branches, with GELU and learned positions.
"""

from __future__ import annotations

from gradviz.nets.divisors import nearest_divisor
from gradviz.nets.templates import knobs
from gradviz.nets.templates.fitting import one_class_a_position, one_class_each, steps
from gradviz.nets.templates.registry import Misfit, Recipe, Tree, random_data, template
from gradviz.nets.templates.tree import layer, repeat
from gradviz.spec.catalogue import Parameter
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import ClipSpec, InitializerSpec, LayerSpec, OptimizerSpec
from gradviz.spec.registry import boolean, choice, integer

_FAMILY = "Transformer"
_CLIP = ClipSpec(method="global_norm", parameters={"threshold": 1.0})


def _knobs(*, depth: int, width: int, heads: int, activation: str, norm_first: bool) -> tuple[Parameter, ...]:
    return (
        knobs.depth(depth, "How many blocks."),
        knobs.width(width, "Values at each position; the network in a block is four times as wide."),
        integer(
            "heads", "Kinds of attention side by side in each block.", default=heads, minimum=1, maximum=4096
        ),
        knobs.activation(activation),
        boolean(
            "norm_first",
            "Normalise inside the branches (pre-LN), not after the sums (post-LN).",
            default=norm_first,
        ),
        choice(
            "normalization",
            "What keeps the scale of the values at each position; “none” leaves it out.",
            choices=("LayerNorm", "RMSNorm", "none"),
            default="LayerNorm",
        ),
        knobs.residual(),
        knobs.dropout(0.1),
    )


@template(
    "transformer_encoder",
    family=_FAMILY,
    doc="Classifier: the encoder of “Attention is all you need”",
    recipe=Recipe(
        title="Transformer encoder",
        data=random_data(64, classes=2, samples=64, batch_size=8, vocabulary=37_000),
        optimizer=OptimizerSpec(name="AdamW", lr=1e-4),
        clip=_CLIP,
        initializer=InitializerSpec(name="xavier_uniform"),
        steps=200,
    ),
    knobs=_knobs(depth=6, width=512, heads=8, activation="ReLU", norm_first=False),
)
def transformer_encoder(
    data: DataInfo,
    *,
    depth: int,
    width: int,
    heads: int,
    activation: str,
    norm_first: bool,
    normalization: str,
    residual: bool,
    dropout: float,
) -> Tree:
    """Blocks that see the whole sequence, and one class for it."""
    one_class_each(data)
    block = _block(
        width,
        heads,
        activation=activation,
        norm_first=norm_first,
        normalization=normalization,
        residual=residual,
        dropout=dropout,
        causal=False,
    )
    return (
        *_start(data, width),
        layer("PositionalEncoding", dropout=dropout or None),
        *repeat(depth, block),
        *_end(norm_first, normalization),
        layer("MeanOverTime"),
        layer("Linear", out_features="classes"),
    )


@template(
    "transformer_lm",
    family=_FAMILY,
    doc="Language model: the decoder of GPT, as minGPT’s gpt-mini",
    recipe=Recipe(
        title="Transformer language model",
        data=random_data(128, classes=65, samples=64, batch_size=8, vocabulary=65, per_position=True),
        optimizer=OptimizerSpec(
            name="AdamW", lr=5e-4, parameters={"betas": [0.9, 0.95], "weight_decay": 0.1}
        ),
        clip=_CLIP,
        initializer=InitializerSpec(name="normal", parameters={"std": 0.02}),
        steps=200,
    ),
    knobs=_knobs(depth=6, width=192, heads=6, activation="GELU", norm_first=True),
)
def transformer_lm(
    data: DataInfo,
    *,
    depth: int,
    width: int,
    heads: int,
    activation: str,
    norm_first: bool,
    normalization: str,
    residual: bool,
    dropout: float,
) -> Tree:
    """Blocks that see what came before only, and a class at every position."""
    one_class_a_position(data)
    block = _block(
        width,
        heads,
        activation=activation,
        norm_first=norm_first,
        normalization=normalization,
        residual=residual,
        dropout=dropout,
        causal=True,
    )
    return (
        *_start(data, width),
        layer("PositionalEncoding", encoding="learned", dropout=dropout or None),
        *repeat(depth, block),
        *_end(norm_first, normalization),
        layer("Linear", out_features="classes", bias=False),
    )


def _start(data: DataInfo, width: int) -> Tree:
    """Vectors of the wanted width: an Embedding of tokens, a Linear over whatever else a sequence holds."""
    if data.vocabulary is not None:
        return (layer("Embedding", embedding_dim=width),)
    return (*steps(data), layer("Linear", out_features=width))


def _block(
    width: int,
    heads: int,
    *,
    activation: str,
    norm_first: bool,
    normalization: str,
    residual: bool,
    dropout: float,
    causal: bool,
) -> LayerSpec:
    if width % heads:
        nearest = nearest_divisor(width, heads)
        raise Misfit(f"{heads} do not share a width of {width} evenly: {nearest} would", "heads")
    return layer(
        "TransformerBlock",
        num_heads=heads,
        dropout=None if dropout == 0.1 else dropout,
        activation=None if activation == "ReLU" else activation,
        norm_first=norm_first or None,
        causal=causal or None,
        normalization=None if normalization == "LayerNorm" else normalization,
        residual=None if residual else False,
    )


def _end(norm_first: bool, normalization: str) -> Tree:
    """What leaves blocks that normalise inside their branches is normalised once more."""
    if not norm_first or normalization == "none":
        return ()
    return (layer(normalization, normalized_shape="last"),)
