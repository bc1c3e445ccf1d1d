"""What is left of an initializer when its choices are settled."""

from __future__ import annotations

import pytest
import torch

from gradviz.export.pytorch.specialise import specialised
from gradviz.nets.gain import Gain, torchs_gain
from gradviz.nets.initializers import fixed, scaled
from gradviz.nets.weights import Weight

WRITTEN = {"weight.values": "layer.weight"}


def weight(gain=None):
    return Weight(values=torch.empty(0), gain=gain or torchs_gain("linear"))


def test_choices_that_are_settled_leave_one_line():
    given = {"weight": weight(), "a": 0.0, "mode": "fan_in", "nonlinearity": "relu"}
    assert specialised(scaled.kaiming_normal, given, WRITTEN) == [
        'nn.init.kaiming_normal_(layer.weight, 0.0, "fan_in", "relu", generator=generator)'
    ]


def test_a_gain_that_torch_has_no_name_for_is_a_factor():
    given = {"weight": weight(Gain(value=1.5)), "a": 0.0, "mode": "fan_in", "nonlinearity": "auto"}
    assert specialised(scaled.kaiming_normal, given, WRITTEN)[-1] == "layer.weight.mul_(1.5)"


def test_limits_are_put_in_order_beforehand():
    (line,) = specialised(fixed.uniform, {"weight": weight(), "a": 2.0, "b": -1.0}, WRITTEN)
    assert line == "nn.init.uniform_(layer.weight, -1.0, 2.0, generator=generator)"


def test_what_is_only_known_in_the_script_stays():
    lines = specialised(fixed.sparse, {"weight": weight(), "sparsity": 0.5, "std": 0.1}, WRITTEN)
    assert lines[0] == "rows, columns = layer.weight.shape"
    assert "math.ceil(0.5 * rows)" in lines[2]


def open_choice(weight, generator):
    if weight.values.numel() > 3:
        weight.values.zero_()


def test_a_choice_that_is_open_is_refused():
    with pytest.raises(ValueError, match="open until the script runs"):
        specialised(open_choice, {"weight": weight()}, WRITTEN)
