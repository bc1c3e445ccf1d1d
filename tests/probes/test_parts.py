"""Which rows belong to which gate or head: against torch's own documentation and cells."""

from __future__ import annotations

import pytest
import torch
from leaf_layers import side_by_side as infos
from torch import nn

from gradviz.nets.attention import MultiheadAttention
from gradviz.probes.groups import parameters_by_layer
from gradviz.probes.parts import layer_parts, splits
from gradviz.records.parts import LayerParts, PartKind


def test_gates_have_pytorchs_order_and_names() -> None:
    model, layers = infos(
        first=nn.Linear(3, 3), a=nn.LSTM(3, 4), b=nn.RNN(4, 4), c=nn.GRU(4, 2), d=nn.GRUCell(2, 2)
    )
    assert layer_parts(model, layers) == (
        LayerParts(layer=1, kind=PartKind.GATE, names=("i", "f", "g", "o")),
        LayerParts(layer=3, kind=PartKind.GATE, names=("r", "z", "n")),
        LayerParts(layer=4, kind=PartKind.GATE, names=("r", "z", "n")),
    )


def test_attention_has_projections_and_heads() -> None:
    model, layers = infos(a=MultiheadAttention(6, 3, dropout=0, bias=True, causal=False))
    assert layer_parts(model, layers) == (
        LayerParts(layer=0, kind=PartKind.PROJECTION, names=("q", "k", "v")),
        LayerParts(layer=0, kind=PartKind.HEAD, names=("head 1", "head 2", "head 3")),
    )


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_all_tensors_of_stacked_layers_both_ways_have_gates(bidirectional: bool, bias: bool) -> None:
    lstm = nn.LSTM(3, 4, num_layers=2, bidirectional=bidirectional, bias=bias, proj_size=2)
    model, layers = infos(a=lstm)
    groups = parameters_by_layer(model, layers)
    found = splits(model, layers, groups, layer_parts(model, layers))
    names = [name for name, _ in lstm.named_parameters()]
    assert [names[split.tensor] for split in found] == [name for name in names if "hr" not in name]
    assert all(split.columns == ((0,), (1,), (2,), (3,)) for split in found)


def test_the_gates_are_those_that_the_cell_computes_with() -> None:
    """Shut one gate by its bias: what it gives is what its name says."""
    torch.manual_seed(0)
    cell = nn.LSTMCell(2, 3)
    x, h, c = torch.randn(1, 2), torch.randn(1, 3), torch.randn(1, 3)
    with torch.no_grad():
        cell.bias_ih[:] = 0
        cell.bias_ih.chunk(4)["ifgo".index("o")].fill_(-1e9)
        assert not cell(x, (h, c))[0].any()
        cell.bias_ih[:] = 0
        for gate in "if":
            cell.bias_ih.chunk(4)["ifgo".index(gate)].fill_(-1e9)
        assert not cell(x, (h, c))[1].any()
        gru = nn.GRUCell(2, 3)
        gru.bias_ih.chunk(3)["rzn".index("z")].fill_(1e9)
        torch.testing.assert_close(gru(x, h), h)


@pytest.mark.parametrize("together", [True, False])
def test_rows_of_attention_are_those_of_its_heads(together: bool) -> None:
    """A head whose v is zero gives nothing: its features after attention are zero."""
    sizes = {} if together else {"kdim": 5, "vdim": 4}
    attention = nn.MultiheadAttention(6, 3, batch_first=True, bias=False, **sizes)
    model, layers = infos(a=attention)
    groups = parameters_by_layer(model, layers)
    found = splits(model, layers, groups, layer_parts(model, layers))
    column = 3 + 1  # of the second head
    runs = [(split.tensor, run, columns) for split in found for run, columns in enumerate(split.columns)]
    assert len(runs) == 9
    shut = [(tensor, run) for tensor, run, columns in runs if columns == (2, column)]
    assert len(shut) == 1
    tensor, run = shut[0]
    count = next(len(split.columns) for split in found if split.tensor == tensor)
    with torch.no_grad():
        groups[0][tensor].chunk(count)[run].zero_()
        attention.out_proj.weight.copy_(torch.eye(6))
        x = torch.randn(2, 4, 6)
        y = attention(x, x if together else torch.randn(2, 4, 5), x if together else torch.randn(2, 4, 4))[0]
    assert not y[..., 2:4].any()
    assert y[..., :2].all()
    assert y[..., 4:].all()


def test_a_shared_tensor_belongs_to_the_first_layer() -> None:
    first, second = nn.GRU(3, 3), nn.GRU(3, 3)
    second.weight_hh_l0 = first.weight_hh_l0
    model, layers = infos(a=first, b=second)
    groups = parameters_by_layer(model, layers)
    found = splits(model, layers, groups, layer_parts(model, layers))
    assert [(split.tensor, split.columns[0]) for split in found] == [
        (0, (0,)), (1, (0,)), (2, (0,)), (3, (0,)), (4, (3,)), (5, (3,)), (6, (3,)),
    ]  # fmt: skip


def test_a_run_without_parts_has_no_splits() -> None:
    model, layers = infos(a=nn.LSTM(3, 4))
    assert splits(model, layers, parameters_by_layer(model, layers), ()) == []
