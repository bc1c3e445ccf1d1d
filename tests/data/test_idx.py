from __future__ import annotations

import gzip

import numpy as np
import pytest
from image_files import idx_bytes

from gradviz.data.idx import idx_shape, read_idx
from gradviz.data.registry import DataError

ARRAY = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
WHOLE = idx_bytes(ARRAY)


@pytest.mark.parametrize("packed", [False, True])
def test_gives_back_what_was_written(packed: bool, tmp_path) -> None:
    path = tmp_path / ("a.gz" if packed else "a")
    path.write_bytes(gzip.compress(WHOLE) if packed else WHOLE)
    assert idx_shape(path) == (2, 3, 4)
    assert np.array_equal(read_idx(path), ARRAY)


HUGE = bytes([0, 0, 8, 3]) + b"\xff" * 12


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\x00\x00", "is no idx file"),
        (b"PK\x03\x04 something else", "is no idx file"),
        (bytes([0, 0, 13, 1]) + b"\x00" * 8, "is no idx file of bytes"),
        (bytes([0, 0, 8, 9]) + b"\x00" * 64, "is no idx file"),
        (WHOLE[:10], "ends inside its header"),
        (WHOLE[:-1], "states 2 × 3 × 4 bytes and ends before that"),
        (WHOLE + b"x", "states 2 × 3 × 4 bytes and is longer than that"),
        (HUGE, "states 4,294,967,295 × .* ends before that"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_damaged_file_is_named(content: bytes, message: str, packed: bool, tmp_path) -> None:
    path = tmp_path / ("bad.gz" if packed else "bad")
    path.write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(DataError, match=rf"bad.*{message}"):
        read_idx(path)


@pytest.mark.parametrize(
    "content", [gzip.compress(WHOLE)[:-12], b"no gzip at all", b"\x1f\x8b\x08junk"], ids=range(3)
)
def test_a_damaged_gzip_file_is_named(content: bytes, tmp_path) -> None:
    path = tmp_path / "bad.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"bad\.gz cannot be read"):
        read_idx(path)


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(DataError, match="gone cannot be read: No such file"):
        idx_shape(tmp_path / "gone")
