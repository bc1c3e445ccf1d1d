"""A tree of states as JSON and safetensors bytes, and back: what a checkpoint is made of, without pickle.

Pickle runs whatever a file says. Here tensors are written as safetensors, which is shapes, types and numbers,
and all the rest as JSON in which every container says what it is, since JSON has neither tuples nor keys that
are numbers. Tensors come back on the CPU, in memory of their own that is aligned as torch aligns it, and with
the strides that they had.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

_PLAIN = (str, int, bool, type(None))


class StateError(ValueError):
    """A stored state cannot be used; the message is a sentence for people."""


def encode(tree: Any) -> tuple[str, bytes]:
    """The JSON and the tensors of a tree of dicts, lists, tuples, numbers, texts, arrays and tensors.

    Raises TypeError for anything else in it: a state that is silently left out would be missed much later.
    """
    tensors: dict[str, Tensor] = {}
    known: dict[tuple[object, ...], str] = {}
    text = json.dumps(_encode(tree, "", tensors, known), allow_nan=False, separators=(",", ":"))
    return text, save(tensors)


def decode(text: str, data: bytes) -> Any:
    """The tree that `encode` was given. Raises StateError."""
    try:
        return _decode(json.loads(text), load(data))
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StateError(f"The checkpoint cannot be read ({error!r}).") from error


def _encode(value: Any, place: str, tensors: dict[str, Tensor], known: dict[tuple[object, ...], str]) -> Any:
    match value:
        case Tensor():
            return _encode_tensor(value, place, tensors, known)
        case np.ndarray():
            name = _encode_tensor(torch.from_numpy(value.copy()), place, tensors, known)["tensor"]
            return {"array": name, "dtype": value.dtype.str}
        case dict():
            items = value.items()
            return {"dict": [[_key(key), _encode(v, f"{place}/{key}", tensors, known)] for key, v in items]}
        case list() | tuple():
            parts = [_encode(part, f"{place}/{i}", tensors, known) for i, part in enumerate(value)]
            return parts if isinstance(value, list) else {"tuple": parts}
        case float():
            return float(value) if math.isfinite(value) else {"number": repr(float(value))}
        case str() | int() | bool() | None:
            return value
        case _:
            raise TypeError(f"a checkpoint cannot hold {type(value).__name__} (at {place})")


def _encode_tensor(
    tensor: Tensor, place: str, tensors: dict[str, Tensor], known: dict[tuple[object, ...], str]
) -> dict[str, Any]:
    tensor = tensor.detach()
    same = (tensor.device, tensor.data_ptr(), tensor.dtype, tensor.shape, tensor.stride())
    name = known.get(same) if tensor.numel() else None
    if name is None:
        name = known[same] = place or "/"
        tensors[name] = tensor.cpu().contiguous()
        if tensor.untyped_storage().nbytes() != tensor.numel() * tensor.element_size():
            tensors[name] = tensors[name].clone()  # or safetensors sees a part of something shared
    dense = tensor.is_contiguous() or tensor.numel() != _span(tensor.shape, tensor.stride())
    return {"tensor": name} if dense else {"tensor": name, "stride": list(tensor.stride())}


def _span(shape: Sequence[int], stride: Sequence[int]) -> int:
    """How many entries the memory spans: as many as there are where they merely lie in another order."""
    return 1 + sum((size - 1) * step for size, step in zip(shape, stride, strict=True))


def _laid_out(tensor: Tensor, stride: list[int]) -> Tensor:
    if _span(tensor.shape, stride) != tensor.numel():
        raise ValueError(f"strides {stride} for shape {tuple(tensor.shape)}")
    return torch.empty_strided(tensor.shape, stride, dtype=tensor.dtype).copy_(tensor)


def _key(key: Any) -> Any:
    if not isinstance(key, _PLAIN):
        raise TypeError(f"a checkpoint cannot hold the key {key!r}")
    return key


def _decode(value: Any, tensors: dict[str, Tensor]) -> Any:  # noqa: PLR0911 - a table
    match value:
        case list():
            return [_decode(part, tensors) for part in value]
        case {"tensor": name, "stride": stride}:
            return _laid_out(tensors[name], stride)
        case {"tensor": name}:
            return tensors[name].clone()
        case {"array": name, "dtype": dtype}:
            return tensors[name].numpy().astype(dtype)
        case {"dict": items}:
            return {key: _decode(part, tensors) for key, part in items}
        case {"tuple": parts}:
            return tuple(_decode(part, tensors) for part in parts)
        case {"number": number}:
            return float(number)
        case str() | int() | float() | bool() | None:
            return value
        case _:
            raise ValueError(f"{value!r} is no state")
