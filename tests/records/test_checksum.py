from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.records.checksum import checksum, is_intact


@given(st.binary(min_size=1, max_size=50), st.integers(0, 399), st.text(max_size=5), st.integers(0, 9))
def test_one_bit_is_noticed(data: bytes, bit: int, name: str, number: int) -> None:
    crc = checksum(data, name, number)
    assert is_intact(crc, data, name, number)
    changed = bytearray(data)
    changed[bit // 8 % len(data)] ^= 1 << bit % 8
    assert not is_intact(crc, bytes(changed), name, number)
    assert not is_intact(crc, data, name, number + 1)


def test_types_count() -> None:
    assert not is_intact(checksum(b"x", "tile", 1), b"x", "tile", "1")
    assert not is_intact(checksum(b"x", "tile"), 7, "tile")
    assert not is_intact(checksum(None, "tile"), b"", "tile")
    assert is_intact(checksum(None, "tile"), None, "tile")
    assert is_intact(checksum("é", "log"), "é", "log")


@pytest.mark.parametrize("table", ["meta", "run", "progress", "event", "log"])
def test_bytes_are_no_text(table: str) -> None:
    assert is_intact(checksum("x", table), "x", table)
    assert not is_intact(checksum("x", table), b"x", table)


@pytest.mark.parametrize("table", ["tail", "tile", "sample", "checkpoint"])
def test_a_text_is_no_bytes(table: str) -> None:
    assert is_intact(checksum(b"x", table), b"x", table)
    assert not is_intact(checksum(b"x", table), "x", table)
