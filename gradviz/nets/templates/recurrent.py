"""Recurrent networks: classifiers of sequences, and a language model that reads characters.

The classifiers have the size of Keras's example for film reviews: 20,000 words, texts of 80, and 128 values
in the embedding and in the cell. The language model is Karpathy's char-rnn as it comes: two layers of 128, 65
characters, 50 at a time, each value of the gradient clipped at 5. Its one-hot input is an Embedding here,
which is the same matrix with a name.
"""

from __future__ import annotations

from gradviz.nets.blocks.parts import dropout as dropout_part
from gradviz.nets.templates import knobs
from gradviz.nets.templates.fitting import one_class_a_position, one_class_each, steps
from gradviz.nets.templates.registry import Recipe, Tree, random_data, template
from gradviz.nets.templates.tree import layer
from gradviz.spec.data_info import DataInfo
from gradviz.spec.experiment import ClipSpec, LayerSpec, OptimizerSpec
from gradviz.spec.registry import boolean, choice

_FAMILY = "Recurrent"
_WIDTH = knobs.width(128, "Values that the cell remembers, and of the vector of each token.")
_BIDIRECTIONAL = boolean("bidirectional", "Also read the sequence backwards.", default=False)
_DROPOUT = knobs.dropout(0.0, "The share of values zeroed between the layers and after them while training.")


def _reader(data: DataInfo, width: int) -> Tree:
    """What makes a sequence of features of the data."""
    return (layer("Embedding", embedding_dim=width),) if data.vocabulary is not None else steps(data)


def _cell(kind: str, width: int, depth: int, dropout: float, *, bidirectional: bool = False) -> LayerSpec:
    return layer(
        kind,
        hidden_size=width,
        num_layers=depth if depth > 1 else None,
        dropout=dropout if dropout and depth > 1 else None,
        bidirectional=bidirectional or None,
    )


def _register(kind: str, doc: str) -> None:
    def classifier(data: DataInfo, *, width: int, depth: int, bidirectional: bool, dropout: float) -> Tree:
        one_class_each(data)
        return (
            *_reader(data, width),
            _cell(kind, width, depth, dropout, bidirectional=bidirectional),
            layer("LastStep", bidirectional=bidirectional or None),
            *dropout_part(dropout),
            layer("Linear", out_features="classes"),
        )

    template(
        kind.lower(),
        family=_FAMILY,
        doc=doc,
        recipe=Recipe(
            title=f"{kind} classifier",
            data=random_data(80, classes=2, samples=256, batch_size=32, vocabulary=20_000),
            optimizer=OptimizerSpec(name="Adam", lr=1e-3),
            steps=500,
        ),
        knobs=(
            _WIDTH,
            knobs.depth(1, "How many layers, one above the other."),
            _BIDIRECTIONAL,
            _DROPOUT,
        ),
    )(classifier)


_register("RNN", "Classifier: one matrix at every step")
_register("LSTM", "Classifier: long short-term memory")
_register("GRU", "Classifier: gated recurrent unit")


@template(
    "char_lm",
    family=_FAMILY,
    doc="Language model of characters, as char-rnn",
    recipe=Recipe(
        title="Character language model",
        data=random_data(50, classes=65, samples=256, batch_size=32, vocabulary=65, per_position=True),
        optimizer=OptimizerSpec(name="Adam", lr=2e-3),
        clip=ClipSpec(method="value", parameters={"threshold": 5.0}),
        steps=500,
    ),
    knobs=(
        choice("cell", "Which recurrent layer.", choices=("LSTM", "GRU", "RNN"), default="LSTM"),
        _WIDTH,
        knobs.depth(2, "How many layers, one above the other."),
        _DROPOUT,
    ),
)
def char_lm(data: DataInfo, *, cell: str, width: int, depth: int, dropout: float) -> Tree:
    """A class at every position: the next token."""
    one_class_a_position(data)
    return (
        *_reader(data, width),
        _cell(cell, width, depth, dropout),
        *dropout_part(dropout),
        layer("Linear", out_features="classes"),
    )
