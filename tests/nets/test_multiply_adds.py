"""Counted by formula, against torch's own counter, which sees every matrix product that really runs."""

import pytest
import torch
from registered_layers import fitting
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from gradviz.nets.measure import measure
from gradviz.nets.model import build, inspect
from gradviz.nets.registry import layers


@pytest.fixture
def counted():
    """Multiply-adds of a forward pass, where no product is hidden in a fused kernel."""

    def count(model, x):
        counter = FlopCounterMode(display=False)
        with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), counter:
            model(x)
        return counter.get_total_flops() / 2

    was = torch.backends.mkldnn.enabled
    torch._C._set_mkldnn_enabled(False)  # noqa: FBT003 - the public way warns about Intel's GPUs
    yield count
    torch._C._set_mkldnn_enabled(was)


@pytest.mark.parametrize("kind", layers)
def test_every_layer_counts_what_it_calculates(kind, counted):
    for case in fitting(kind):
        # training, since validation would take a fused kernel for attention; no layer depends on the batch
        model = build(case.model, case.info, seed=1).model.train()
        x, _ = case.batch(2)
        inspection = inspect(case.model, case.info)
        assert counted(model, x) == 2 * sum(info.multiply_adds for info in inspection.layers)
        top = [node for node in inspection.nodes if len(node.path) == 1]
        assert sum(node.multiply_adds for node in top) == sum(
            info.multiply_adds for info in inspection.layers
        )


@pytest.mark.parametrize(
    ("kind", "given", "shape", "expected"),
    [
        ("Linear", {"out_features": 5}, (64,), 64 * 5),
        ("Linear", {"out_features": 5}, (10, 64), 10 * 64 * 5),
        ("Conv1d", {"out_channels": 6, "kernel_size": 3}, (4, 10), 8 * 6 * 4 * 3),
        ("Conv2d", {"out_channels": 6, "kernel_size": 3, "groups": 2}, (4, 8, 8), 36 * 6 * 2 * 9),
        ("RNN", {"hidden_size": 6}, (10, 4), 10 * 6 * (4 + 6)),
        ("GRU", {"hidden_size": 6}, (10, 4), 10 * 3 * 6 * (4 + 6)),
        ("LSTM", {"hidden_size": 6}, (10, 4), 10 * 4 * 6 * (4 + 6)),
        ("LSTM", {"hidden_size": 6, "num_layers": 2}, (10, 4), 10 * 4 * 6 * (4 + 6 + 6 + 6)),
        ("LSTM", {"hidden_size": 6, "bidirectional": True}, (10, 4), 2 * 10 * 4 * 6 * (4 + 6)),
        ("MultiheadAttention", {"num_heads": 2}, (10, 8), 10 * 4 * 8 * 8 + 2 * 10 * 10 * 8),
        ("BatchNorm1d", {}, (64,), 0),
        ("Tanh", {}, (64,), 0),
    ],
)
def test_counts_by_hand(kind, given, shape, expected):
    complete = layers.entry(kind).complete(given)
    assert measure(kind, shape, tuple(complete.items())).multiply_adds == expected
