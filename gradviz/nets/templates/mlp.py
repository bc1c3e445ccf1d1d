"""The multilayer perceptron: fully connected layers one after the other, on data of any kind.

The published variant is the first network of PyTorch's own quickstart, 784–512–512–10 with ReLU.
"""

from __future__ import annotations

from gradviz.nets.blocks.parts import dropout as dropout_part
from gradviz.nets.templates import knobs
from gradviz.nets.templates.fitting import one_class_each
from gradviz.nets.templates.registry import Recipe, Tree, random_data, template
from gradviz.nets.templates.tree import layer, repeat
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import OptimizerSpec
from gradviz.spec.registry import choice

EMBEDDED = 32
"""How long the vector of a token is where the data are text."""


@template(
    "mlp",
    family="Fully connected",
    doc="Multilayer perceptron; takes any data",
    recipe=Recipe(
        title="Multilayer perceptron",
        data=random_data(1, 28, 28, classes=10, samples=1000, batch_size=64),
        optimizer=OptimizerSpec(name="Adam", lr=1e-3),
        steps=500,
    ),
    knobs=(
        knobs.depth(2, "How many hidden layers."),
        knobs.width(512, "Values in each hidden layer."),
        knobs.activation(),
        choice(
            "normalization",
            "What follows each hidden layer to keep its scale; “none” leaves it out.",
            choices=("none", "BatchNorm1d", "LayerNorm"),
            default="none",
        ),
        knobs.residual(default=False),
        knobs.dropout(0.0, "The share of values zeroed after each hidden layer while training."),
    ),
)
def mlp(
    data: DataInfo,
    *,
    depth: int,
    width: int,
    activation: str,
    normalization: str,
    residual: bool,
    dropout: float,
) -> Tree:
    """`depth` hidden layers; those of a residual one are blocks, the first with a projection."""
    one_class_each(data)
    hidden: Tree = (
        layer("Linear", out_features=width),
        *(() if normalization == "none" else (layer(normalization),)),
        *(() if activation == "none" else (layer(activation),)),
        *dropout_part(dropout),
    )
    return (
        *((layer("Embedding", embedding_dim=EMBEDDED),) if data.vocabulary is not None else ()),
        *((layer("Flatten"),) if data.vocabulary is not None or len(data.input_shape) > 1 else ()),
        *repeat(depth, *((layer("Residual", *hidden),) if residual else hidden)),
        layer("Linear", out_features="classes"),
    )
