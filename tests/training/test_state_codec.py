from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gradviz.training.state_codec import StateError, decode, encode

numbers = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
trees = st.recursive(
    numbers,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(trees)
def test_a_tree_comes_back(tree: object) -> None:
    assert repr(decode(*encode(tree))) == repr(tree)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.uint8, torch.int64])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3, 4)])
def test_tensors_come_back_with_type_shape_and_bits(dtype: torch.dtype, shape: tuple[int, ...]) -> None:
    tensor = (torch.rand(shape) * 100).to(dtype)
    text, data = encode({"a": [tensor]})
    back = decode(text, data)["a"][0]
    assert (back.dtype, back.shape) == (tensor.dtype, tensor.shape)
    assert torch.equal(back, tensor)
    assert not data.startswith(b"\x80")  # pickle


def test_bits_that_are_no_numbers_come_back() -> None:
    odd = torch.tensor([math.nan, math.inf, -math.inf, -0.0, 1e-42])
    assert decode(*encode({"x": odd}))["x"].view(torch.int32).tolist() == odd.view(torch.int32).tolist()


def test_the_layout_in_memory_comes_back() -> None:
    image = torch.rand(2, 3, 4, 5).to(memory_format=torch.channels_last)
    views = {"image": image, "part": torch.rand(10)[2:7], "column": torch.rand(4, 6)[:, 1]}
    back = decode(*encode(views))
    assert back["image"].stride() == image.stride()
    assert all(torch.equal(back[name], tensor) for name, tensor in views.items())
    assert all(tensor.data_ptr() % 64 == 0 for tensor in back.values())


def test_what_is_shared_is_written_once_and_comes_back_apart() -> None:
    weight = torch.rand(1000)
    _, once = encode({"a": weight})
    text, data = encode({"a": weight, "b": weight})
    assert len(data) == len(once)
    back = decode(text, data)
    back["a"].zero_()
    assert torch.equal(back["b"], weight)


def test_arrays_come_back() -> None:
    array = np.array([0, 1, 2**32 - 1], dtype=np.uint32)
    back = decode(*encode({"state": ("MT19937", array)}))["state"][1]
    assert back.dtype == array.dtype
    assert back.tolist() == array.tolist()


@pytest.mark.parametrize("tree", [{"a": object()}, {(1, 2): 3}, [lambda: 0]])
def test_what_cannot_be_held_is_an_error_at_once(tree: object) -> None:
    with pytest.raises(TypeError, match="a checkpoint cannot hold"):
        encode(tree)


TEXT, DATA = encode({"w": torch.tensor([0.5, -1.0, 3.0])})


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("{", DATA),
        (TEXT, b""),
        (TEXT, DATA[:-1]),
        (TEXT, b"\xff" * 100),
        (json.dumps({"dict": [["w", {"tensor": "other"}]]}), DATA),
        (json.dumps({"dict": [["w", {"tensor": "/w", "stride": [9, 9]}]]}), DATA),
        (json.dumps({"pickle": "x"}), DATA),
        ("[" * 100_000, DATA),
    ],
    ids=range(8),
)
def test_what_is_no_state_is_a_sentence(text: str, data: bytes) -> None:
    with pytest.raises(StateError, match="The checkpoint cannot be read"):
        decode(text, data)
