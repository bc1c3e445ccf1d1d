import warnings

import pytest
import torch
from registered_layers import fitting
from torch.utils._python_dispatch import TorchDispatchMode

from gradviz.nets.measure import Size, measure
from gradviz.nets.model import inspect
from gradviz.nets.registry import ShapeError, Tokens, layers

CONVOLUTION = (
    ("out_channels", 6),
    ("kernel_size", 3),
    ("stride", 1),
    ("padding", 0),
    ("dilation", 1),
    ("groups", 1),
    ("bias", True),
    ("padding_mode", "zeros"),
)


def test_shape_and_parameters_are_torchs_own():
    linear = measure("Linear", (64,), (("out_features", 5), ("bias", True)))
    assert linear == Size(output_shape=(5,), parameters=325, multiply_adds=320)
    convolution = measure("Conv2d", (3, 8, 8), CONVOLUTION)
    assert convolution == Size(output_shape=(6, 6, 6), parameters=6 * 27 + 6, multiply_adds=6 * 27 * 36)
    assert measure("Tanh", (3, 8), ()) == Size(output_shape=(3, 8), parameters=0, multiply_adds=0)


def test_token_ids_are_not_calculated_with():
    ids = Tokens((5,), vocabulary=7)
    assert ids != (5,)
    assert ids != Tokens((5,), vocabulary=8)
    with pytest.raises(ShapeError, match="put an Embedding first"):
        measure("Tanh", ids, ())


def test_nothing_is_allocated():
    size = measure("Linear", (10**6,), (("out_features", 10**6), ("bias", True)))
    assert (size.output_shape, size.parameters) == ((10**6,), 10**12 + 10**6)
    assert measure("Tanh", (10**5, 10**5, 10**5), ()).parameters == 0


@pytest.mark.parametrize("kind", layers)
def test_nothing_is_drawn(kind):
    cases = fitting(kind)
    measure.cache_clear()
    before = torch.get_rng_state()
    for case in cases:
        assert not inspect(case.model, case.info).problems
    assert torch.equal(torch.get_rng_state(), before)


class Fills(TorchDispatchMode):
    """Notes what fills tensors in place."""

    NAMES = ("normal_", "uniform_", "fill_", "zero_", "copy_", "random_")

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        if name in self.NAMES:
            self.seen.append(name)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("kind", layers)
def test_no_new_module_is_filled(kind):
    measure.cache_clear()
    with Fills() as fills:
        fitting(kind)
    assert fills.seen == []


def test_filling_would_be_seen():
    with Fills() as fills:
        torch.nn.LSTM(3, 4, device="meta")
        torch.nn.Embedding(3, 4, device="meta")
    assert {"uniform_", "normal_"} <= set(fills.seen)


def test_what_torch_remarks_is_not_passed_on():
    even = dict(CONVOLUTION) | {"kernel_size": 2, "padding": "same"}
    measure.cache_clear()
    torch.set_warn_always(True)
    try:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            assert measure("Conv2d", (3, 8, 8), tuple(even.items())).output_shape == (6, 8, 8)
    finally:
        torch.set_warn_always(False)
    assert heard == []


def test_what_torch_refuses_is_a_shape_error_in_one_line():
    with pytest.raises(ShapeError, match="something else; torch says: ") as raised:
        measure("Linear", (10**12,), (("out_features", 10**12), ("bias", True)))
    assert "\n" not in str(raised.value)


def test_what_the_layer_refuses_stays_its_own_words():
    with pytest.raises(ShapeError, match=r"^an image"):
        measure("Dropout2d", (64,), (("p", 0.5),))
