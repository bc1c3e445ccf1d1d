"""Layers with parameters that Keras understands otherwise, or not at all: each a small network of its own.

The output of the layer is the output of the network, so that nothing after it makes a difference small.
"""

from keras_cases import experiment, layer

from gradviz.data.load import describe
from gradviz.nets.model import inspect

IMAGE, LINE, ROW, VECTOR = (4, 9, 8), (4, 11), (6, 8), (12,)

VARIANTS = {
    "Conv2d": [
        (IMAGE, {"kernel_size": 3, **given})
        for given in (
            {"padding": 1},
            {"padding": "same", "bias": False},
            {"padding": 1, "stride": 2},
            {"padding": [2, 0], "stride": [1, 2]},
            {"padding": 2, "dilation": 2},
            {"padding": [3, 1], "dilation": [1, 2]},
            {"groups": 2},
            {"groups": 4, "out_channels": 4, "padding": 1},
            {"groups": 4, "out_channels": 8, "stride": 2},
            {"groups": 4, "out_channels": 8, "stride": [1, 2]},
            {"groups": 4, "out_channels": 4, "stride": 2, "dilation": 2, "padding": 2},
            {"groups": 4, "out_channels": 4, "dilation": 2},
            {"padding": 2, "padding_mode": "reflect"},
            {"padding": [1, 2], "padding_mode": "replicate"},
            {"padding": 1, "padding_mode": "circular", "stride": 2},
            {"padding": "same", "padding_mode": "reflect"},
            {"padding": "valid"},
            {"padding": "same", "kernel_size": 4},
            {"padding": "same", "kernel_size": [2, 5], "dilation": [3, 1]},
            {"padding": "same", "kernel_size": 4, "padding_mode": "circular"},
        )
    ],
    "Conv1d": [
        (LINE, {"kernel_size": 3, **given})
        for given in (
            {"padding": 1},
            {"padding": 2, "stride": 2},
            {"padding": "same", "dilation": 2},
            {"padding": "same", "kernel_size": 4},
            {"groups": 2, "padding": 1},
            {"groups": 4, "out_channels": 8, "padding": 1},
            {"groups": 4, "out_channels": 4, "stride": 2},
            {"groups": 4, "out_channels": 4, "dilation": 2},
            {"padding": 2, "padding_mode": "reflect"},
            {"padding": 2, "padding_mode": "replicate", "dilation": 2},
            {"padding": 2, "padding_mode": "circular"},
        )
    ],
    "MaxPool2d": [
        (IMAGE, {"kernel_size": 3, **given})
        for given in (
            {},
            {"stride": 2, "padding": 1},
            {"stride": 2, "padding": 1, "ceil_mode": True},
            {"kernel_size": 2, "ceil_mode": True},
            {"stride": [1, 2], "dilation": 2},
            {"dilation": [2, 1], "padding": 1, "stride": 2, "ceil_mode": True},
        )
    ],
    "MaxPool1d": [
        (LINE, {"kernel_size": 3, **given})
        for given in ({}, {"stride": 2, "padding": 1, "ceil_mode": True}, {"dilation": 2, "stride": 1})
    ],
    "AvgPool2d": [
        (IMAGE, {"kernel_size": 3, **given})
        for given in (
            {},
            {"stride": 2, "padding": 1},
            {"stride": 2, "padding": 1, "count_include_pad": False},
            {"stride": 2, "ceil_mode": True},
            {"stride": 2, "padding": 1, "ceil_mode": True},
            {"kernel_size": [2, 3], "stride": [2, 1], "padding": [1, 0], "count_include_pad": False},
            {"kernel_size": 4, "stride": 3, "padding": 2, "ceil_mode": True, "count_include_pad": False},
        )
    ],
    "AvgPool1d": [
        (LINE, {"kernel_size": 3, **given})
        for given in ({}, {"padding": 1}, {"stride": 2, "padding": 1, "ceil_mode": True})
    ],
    "AdaptiveAvgPool2d": [(IMAGE, {"output_size": size}) for size in (1, 3, [4, 3], [9, 4], [12, 3])],
    "AdaptiveMaxPool2d": [(IMAGE, {"output_size": size}) for size in (1, 3, [4, 3], [9, 4])],
    "AdaptiveAvgPool1d": [(LINE, {"output_size": size}) for size in (1, 4, 11)],
    "AdaptiveMaxPool1d": [(LINE, {"output_size": size}) for size in (1, 4)],
    "BatchNorm2d": [
        (IMAGE, given)
        for given in (
            {"eps": 1e-3, "momentum": 0.3},
            {"affine": False},
            {"track_running_stats": False},
            {"track_running_stats": False, "affine": False},
        )
    ],
    "BatchNorm1d": [
        (LINE, {}),
        (VECTOR, {}),
        (LINE, {"track_running_stats": False}),
        (VECTOR, {"momentum": 1.0}),
    ],
    "InstanceNorm2d": [
        (IMAGE, given)
        for given in (
            {"affine": True},
            {"track_running_stats": True},
            {"affine": True, "track_running_stats": True},
        )
    ],
    "InstanceNorm1d": [(LINE, {"affine": True}), (LINE, {"track_running_stats": True, "affine": True})],
    "GroupNorm": [
        (IMAGE, {"num_groups": 2}),
        (IMAGE, {"num_groups": 4, "affine": False}),
        (LINE, {"num_groups": 1, "eps": 0.1}),
        (VECTOR, {"num_groups": 3}),
    ],
    "LayerNorm": [
        (IMAGE, given)
        for given in (
            {"normalized_shape": "last"},
            {"normalized_shape": [9, 8]},
            {"elementwise_affine": False},
            {"bias": False},
            {"eps": 0.5},
        )
    ]
    + [(ROW, {"normalized_shape": "last"}), (ROW, {})],
    "RMSNorm": [
        (IMAGE, {"normalized_shape": "last"}),
        (IMAGE, {"elementwise_affine": False}),
        (IMAGE, {"eps": 0.1}),
        (ROW, {"normalized_shape": "last", "elementwise_affine": False}),
    ],
    "PReLU": [
        (shape, {"num_parameters": number, "init": 0.3})
        for shape in (IMAGE, LINE, VECTOR)
        for number in (1, "channels")
    ],
    "Linear": [(IMAGE, {"out_features": 3}), (ROW, {"out_features": 5, "bias": False})],
    "Flatten": [(IMAGE, {"start_dim": 2}), (IMAGE, {"end_dim": 2}), (IMAGE, {})],
    "Unflatten": [(VECTOR, {"unflattened_size": [3, -1]}), (IMAGE, {"dim": 2, "unflattened_size": [3, 3]})],
    "PadChannels": [
        (IMAGE, {"out_channels": 7, "stride": 2}),
        (IMAGE, {"out_channels": 9, "stride": [1, 3]}),
        (ROW, {"out_channels": 11}),
        (LINE, {"out_channels": 7, "dim": 1, "stride": 2}),
    ],
    "LayerScale": [(IMAGE, {}), (IMAGE, {"dim": 3, "init": 0.5}), (ROW, {}), (VECTOR, {})],
    "ReZero": [(IMAGE, {"init": 0.5})],
    "PositionalEncoding": [(ROW, {"encoding": "learned"}), ((5, 7), {}), (ROW, {"dropout": 0.0})],
    "LastStep": [(ROW, {"bidirectional": True}), (ROW, {})],
    "RNN": [
        (ROW, {"hidden_size": 5, **given})
        for given in (
            {"nonlinearity": "relu"},
            {"bias": False, "num_layers": 2},
            {"bidirectional": True, "num_layers": 2},
        )
    ],
    "LSTM": [
        (ROW, {"hidden_size": 5, **given})
        for given in ({}, {"bias": False}, {"bidirectional": True}, {"bidirectional": True, "num_layers": 3})
    ],
    "GRU": [
        (ROW, {"hidden_size": 5, **given})
        for given in ({}, {"bias": False}, {"bidirectional": True}, {"bidirectional": True, "num_layers": 2})
    ],
    "MultiheadAttention": [
        (ROW, {"num_heads": heads, **given})
        for heads in (1, 2, 8)
        for given in ({}, {"causal": True}, {"bias": False})
    ],
    "LeakyReLU": [(VECTOR, {"negative_slope": 0.4})],
    "ELU": [(VECTOR, {"alpha": 0.3})],
    "CELU": [(VECTOR, {"alpha": 0.3})],
    "GELU": [(VECTOR, {"approximate": "tanh"})],
    "Softplus": [(VECTOR, {"beta": 3.0, "threshold": 1.0})],
    "Hardtanh": [(VECTOR, {"min_val": -0.2, "max_val": 0.7})],
    "Hardshrink": [(VECTOR, {"lambd": 0.8})],
    "Softshrink": [(VECTOR, {"lambd": 0.8})],
    "Threshold": [(VECTOR, {"threshold": 0.2, "value": -3.0})],
    "RReLU": [(VECTOR, {"lower": 0.1, "upper": 0.1})],
}

TEXTS = {
    "Embedding": [
        {"embedding_dim": 3},
        {"embedding_dim": 3, "padding_idx": 2},
        {"embedding_dim": 3, "num_embeddings": 20, "scale_grad_by_freq": True},
        {"embedding_dim": 3, "padding_idx": 0, "scale_grad_by_freq": True},
    ]
}
"""Layers that take token ids."""

_conv = layer("Conv2d", out_channels=4, kernel_size=3, padding=1)
_norm = layer("BatchNorm2d")

BLOCKS = {
    "residual": layer("Residual", _conv, _norm, layer("ReLU")),
    "residual of residuals": layer("Residual", layer("Residual", _conv), layer("Residual", _norm, _conv)),
    "projection": layer("Residual", layer("Conv2d", out_channels=6, kernel_size=3, stride=2, padding=1)),
    "projection with norm": layer(
        "Residual",
        layer("Conv2d", out_channels=6, kernel_size=3, stride=2, padding=1),
        shortcut="projection_norm",
        activation="ReLU",
    ),
    "padded": layer(
        "Residual", layer("Conv2d", out_channels=7, kernel_size=3, stride=2, padding=1), shortcut="padded"
    ),
    "rezero before": layer(
        "Residual", _conv, branch_scale="rezero", scale_init=0.7, activation="Tanh", activation_place="before"
    ),
    "layer scale": layer("Residual", _conv, branch_scale="layer_scale", scale_init=0.7, activation="SiLU"),
    "linear over the width": layer("Residual", _conv, layer("Linear", out_features=8)),
    "branches side by side": layer("Parallel", layer("Identity"), _conv, _norm, combine="concatenation"),
    "branches by width": layer(
        "Parallel", layer("Linear", out_features=3), _conv, combine="concatenation", dim=3
    ),
    "gate": layer(
        "Parallel",
        layer("Identity"),
        layer("Sequential", layer("AdaptiveAvgPool2d", output_size=1), _conv, layer("Sigmoid")),
        combine="product",
    ),
    "sum": layer("Parallel", _conv, layer("Linear", out_features=8), layer("Identity"), combine="sum"),
    "branches in branches": layer(
        "Parallel",
        layer("Parallel", layer("Identity"), layer("Linear", out_features=8), _norm, combine="sum"),
        layer("Residual", layer("Parallel", _conv, layer("Identity"), combine="product")),
        layer("Identity"),
        combine="concatenation",
    ),
    "loops in loops": layer(
        "Repeat", layer("Repeat", _conv, layer("Tanh"), times=3), layer("Residual", _norm, _conv), times=3
    ),
    "named loops": layer(
        "Repeat", layer("Conv2d", name="Stem 1", out_channels=4, kernel_size=1), layer("Tanh"), times=4
    ),
    "loop that shrinks": layer("Repeat", layer("Conv2d", out_channels=4, kernel_size=3, bias=False), times=3),
}
"""Blocks on an image of 4 × 9 × 8."""

LINES = {
    "sequence to channels": (
        layer("Conv1d", out_channels=6, kernel_size=3, padding=1),
        layer("Transpose"),
        layer("LSTM", hidden_size=4),
        layer("Transpose"),
        layer("BatchNorm1d"),
        layer("AvgPool1d", kernel_size=2),
        layer("Linear", out_features=3),
    ),
    "residual of channels": (
        layer("Residual", layer("Conv1d", out_channels=6, kernel_size=3, padding=1, stride=2)),
        layer("Residual", layer("Transpose"), layer("Linear", out_features=6), layer("Transpose")),
    ),
}
"""Layers on what is a sequence for some and channels for others."""


def networks():
    """Every case by its name: its sort, and the experiment."""
    for kind, variants in VARIANTS.items():
        for number, (shape, given) in enumerate(variants):
            own = {"out_channels": 6, **given} if kind.startswith("Conv") else given
            yield f"{kind}-{number}", kind, alone(layer(kind, **own), shape=shape)
    for kind, texts in TEXTS.items():
        for number, given in enumerate(texts):
            yield f"{kind}-{number}", kind, alone(layer(kind, **given), shape=(7,), vocabulary=9)
    for name, block in BLOCKS.items():
        yield name, block.kind, alone(block, shape=IMAGE)
    for name, row in LINES.items():
        yield name, "Transpose", alone(*row, shape=LINE)


def alone(*layers, shape, **fields):
    """The layers as a whole network: as many classes as they give values."""
    rough = experiment(*layers, shape=shape, **fields)
    given = inspect(rough.model, describe(rough.data)).nodes
    size = 1
    for length in next(node for node in given if node.path == (len(layers) - 1,)).output_shape:
        size *= length
    return experiment(*layers, layer("Flatten"), shape=shape, classes=max(size, 2), **fields)
