"""Every formula against what the layer really gives."""

import subprocess
import sys
from itertools import product

import pytest
import torch
from torch import nn

from gradviz.nets.embedding import PositionalEncoding
from gradviz.nets.output_shape import told

CONVOLUTIONS = [
    {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    for kernel, stride, padding, dilation in product((1, 2, 3), (1, 2, 3), (0, 1, "same", "valid"), (1, 2))
    if not (padding == "same" and stride > 1)
]


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("given", CONVOLUTIONS, ids=str)
def test_convolutions(given):
    for module, shape in ((nn.Conv1d, (4, 9)), (nn.Conv2d, (4, 9, 10))):
        layer = module(4, 6, **given)
        assert told(layer, shape) == layer(torch.zeros(1, *shape)).shape[1:]


@pytest.mark.parametrize(
    ("module", "shape"),
    [
        (nn.Linear(4, 3), (5, 4)),
        (nn.BatchNorm1d(5), (5, 4)),
        (nn.BatchNorm2d(5), (5, 4, 3)),
        (nn.InstanceNorm1d(5), (5, 4)),
        (nn.InstanceNorm2d(5), (5, 4, 3)),
        (nn.GroupNorm(2, 4), (4, 5)),
        (nn.LayerNorm(4), (5, 4)),
        (nn.RMSNorm(4), (5, 4)),
        (nn.PReLU(4), (4, 5)),
        (nn.LSTM(4, 3, 2, batch_first=True), (5, 4)),
        (nn.GRU(4, 3, bidirectional=True, batch_first=True), (5, 4)),
        (PositionalEncoding(5, 4, encoding="learned", dropout=0.0), (5, 4)),
    ],
    ids=repr,
)
def test_others(module, shape):
    output = module(torch.zeros(2, *shape))
    assert told(module, shape) == (output if torch.is_tensor(output) else output[0]).shape[1:]


def test_embeddings_add_a_dimension():
    module = nn.Embedding(7, 3)
    assert told(module, (5,)) == module(torch.zeros(2, 5, dtype=torch.int64)).shape[1:]


def test_what_is_tried_is_not_told():
    assert told(nn.Tanh(), (5,)) is None


def test_sizing_a_network_leaves_torchs_compiler_alone():
    script = """
import sys
from registered_layers import fitting
from gradviz.nets.registry import layers
for kind in layers:
    fitting(kind)
print(*sorted({"torch._dynamo", "sympy"} & set(sys.modules)))
"""
    path = {"PYTHONPATH": ":".join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=path, timeout=100
    )
    assert run.stdout.split() == []
