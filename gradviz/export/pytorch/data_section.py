"""The part of a script that makes the data: the same samples, split and standardised in the same way.

Data that are drawn are drawn again by our own functions. Data that lie in a file travel in the script,
compressed, since a script that needs a file beside it is lost without it; only images that are too many are
read from their files.
"""

from __future__ import annotations

import base64
import inspect
import lzma
import math
from functools import partial
from textwrap import wrap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradviz.data.load import (
    held_out_of,
    most_scored,
    source_of,
    split,
    split_in_order,
    standardise,
)
from gradviz.data.registry import Source
from gradviz.data.seeds import Purpose, stream
from gradviz.export.expression import Argument, Call, Name, Value
from gradviz.export.layout import WIDTH, assigned
from gradviz.export.pytorch.files_section import reading
from gradviz.export.pytorch.source import Sources
from gradviz.export.registry import ExportError
from gradviz.spec.data_info import Task
from gradviz.spec.experiment import DataSpec

_LARGEST = 4 * 2**20
"""What a script may carry, in characters."""
_MOST_VALUES = 2**25
"""So many values are compressed to find out whether they are too many: that takes a minute."""

_STORED = '''\
def stored_samples() -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets, unpacked from the text at the end of this file."""
    packed = base64.b85decode("".join(STORED.split()))
    columns = np.frombuffer(lzma.decompress(packed), np.dtype("{dtype}")).reshape(-1, {samples})
    return columns[:-{values}].T.reshape({shape}).astype(np.{kind}), {targets}'''

_STORED_SEQUENCES = '''\
def stored_samples() -> tuple[np.ndarray, np.ndarray]:
    """Inputs and the targets at all their positions, unpacked from the text at the end of this file."""
    packed = base64.b85decode("".join(STORED.split()))
    values = np.frombuffer(lzma.decompress(packed), np.dtype("{dtype}")).astype(np.{kind})
    return tuple(values.reshape({shape}))'''

_LOAD = '''\
def load_data() -> tuple[{kind}, {kind}, {kind}, {kind}]:
    """Inputs and targets for training, then those for validation{where}."""
{made}
    held_out = round(VALIDATION * len(y))
    train, val = {split}
{parts}
    return {tensors}'''


def data_section(
    spec: DataSpec, sources: Sources, *, seed: str = "SEED", tensors: bool = True
) -> tuple[list[str], list[str]]:
    """The definitions, the last of them `load_data`, and what must stand at the end of the script.

    `load_data` gives tensors, or else NumPy arrays; `seed` is what it calls its seed.
    """
    source = source_of(spec)
    held_out_of(spec, source)
    sources.need("numpy as np")
    if tensors:
        sources.need("torch")
        sources.need("torch", "Tensor")
    end: list[str] = []
    if source.stored:
        texts, end = _stored(spec.name, source, sources)
        made = "    x, y = stored_samples()"
    else:
        texts, made = _drawn(source, seed, sources)
    texts += sources.carry(stream, split_in_order if source.ordered else split)
    whole = source.vocabulary is None
    if whole or source.scaled_targets:
        texts += sources.carry(standardise)
    scaled = source.scaled_targets
    parts = "train_x, train_y, val_x, val_y" if scaled else "train_x, y[train], val_x, y[val]"
    lines = [
        "    train_x, val_x = standardise(x[train], x[val])"
        if whole
        else "    train_x, val_x = x[train], x[val]"
    ]
    if scaled:
        lines.append("    train_y, val_y = standardise(y[train], y[val])")
    load = _LOAD.format(
        made=made,
        split=_split(source, seed),
        parts="\n".join(lines),
        kind="Tensor" if tensors else "np.ndarray",
        where=", on the CPU" if tensors else "",
        tensors=parts if not tensors else f"tuple(map(torch.from_numpy, ({parts})))",
    )
    return [*texts, load], end


def _drawn(source: Source, seed: str, sources: Sources) -> tuple[list[str], str]:
    make = source.make
    bound, given = (make.args, make.keywords) if isinstance(make, partial) else ((), {})
    function = make.func if isinstance(make, partial) else make
    names = list(inspect.signature(function).parameters)
    values: dict[str, Any] = {**dict(zip(names, bound, strict=False)), **given}
    arguments = [Argument(Value(_plain(value)), name, keyword=True) for name, value in values.items()]
    last = next(name for name in names if name not in values)
    rng = Call("stream", (Argument(Name(seed)), Argument(Name("Purpose.SAMPLES"))))
    call = Call(function.__name__, (*arguments, Argument(rng, last, keyword=True)))
    return sources.carry(stream, Purpose, function), assigned("x, y = ", call, 4)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _split(source: Source, seed: str) -> str:
    """The call that divides the samples."""
    if source.ordered:
        most = most_scored(source)
        return f"split_in_order(len(y), held_out, gap={source.gap}, most={most})"
    alike = source.per_position or source.task is Task.REGRESSION
    groups = "np.zeros(len(y), dtype=np.int64)" if alike else "y"
    return f"split({groups}, held_out, stream({seed}, Purpose.SPLIT))"


def _stored(name: str, source: Source, sources: Sources) -> tuple[list[str], list[str]]:
    """The definitions, the last of them `stored_samples`, and the samples that stand at the end."""
    if source.samples * math.prod(source.input_shape) > _MOST_VALUES:
        if texts := reading(name, source, sources):
            return texts, []
        raise ExportError(
            f"the data have more than {_MOST_VALUES:,} values, which a script does not carry: "
            "choose a smaller data set, or fewer of its classes"
        )
    x, y = source.make(np.random.default_rng(0))
    if source.per_position:
        table = np.stack([x, y.astype(x.dtype)])
        form, how = _STORED_SEQUENCES, "all inputs, then all targets"
    else:
        flat: NDArray[Any] = x.reshape(len(x), -1)
        if x.dtype == np.uint8:
            flat = flat.astype(np.int32)  # which has room for the classes too
        table = np.concatenate([flat, y.reshape(len(y), -1).astype(flat.dtype)], axis=1).T
        form, how = _STORED, "a column for each"
    dtype = _smallest(table)
    packed = lzma.compress(
        np.ascontiguousarray(table.astype(dtype)).tobytes(),
        format=lzma.FORMAT_ALONE,
        preset=9 | lzma.PRESET_EXTREME,
    )
    text = base64.b85encode(packed).decode("ascii")
    if len(text) > _LARGEST:
        if texts := reading(name, source, sources):
            return texts, []
        raise ExportError(
            f"the data would make a script of {len(text) / 2**20:.0f} MB, and {_LARGEST // 2**20} MB is the "
            "most: choose a smaller data set"
        )
    sources.need("base64")
    sources.need("lzma")
    shape = table.shape if source.per_position else (len(x), *source.input_shape)
    numbers = source.task is Task.REGRESSION
    values = y[0].size
    function = form.format(
        dtype=dtype.str,
        samples=len(x),
        shape=shape,
        kind=x.dtype.name,
        values=values,
        targets=f"columns[-{values}:].T.astype(np.float32)" if numbers else "columns[-1].astype(np.int64)",
    )
    lines = "\n".join(wrap(text, WIDTH, break_on_hyphens=False))
    end = f'# The samples: {how}, compressed by LZMA, in base 85.\n\nSTORED = """\n{lines}\n"""'
    return [function], [end]


def _smallest(table: NDArray[Any]) -> np.dtype[Any]:
    """The smallest type that holds every value."""
    with np.errstate(invalid="ignore"):  # a number that a type cannot hold comes back as another one
        for dtype in (np.dtype("|u1"), np.dtype("<i2"), np.dtype("<i4")):
            if np.array_equal(table.astype(dtype).astype(table.dtype), table):
                return dtype
    return table.dtype.newbyteorder("<")
