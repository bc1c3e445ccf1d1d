from __future__ import annotations

import os

import pytest

from gradviz.data import text_file
from gradviz.data.registry import DataError
from gradviz.data.text_file import once_a_file, read_text


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("größer …".encode(), "größer …"),
        (b"\xef\xbb\xbfone\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        ("𝄞 \x00".encode(), "𝄞 \x00"),
    ],
)
def test_text_is_read_with_every_line_end_as_one(data: bytes, text: str, tmp_path) -> None:
    (tmp_path / "a.txt").write_bytes(data)
    assert read_text(tmp_path / "a.txt") == text


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "there is no text in"),
        (b" \n\t ", "there is no text in"),
        (b"abc\n\xff\xfed", r"not UTF-8 text: the byte at offset 4 \(line 2\) is 0xff"),
        (b"\xef\xbb\xbfab\xe4", r"the byte at offset 5 \(line 1\) is 0xe4"),
        ("x" * 2000 + "\n" * 2000, r"offset 4,000 \(line 2,001\)"),
    ],
)
def test_what_is_no_text_is_a_sentence(data: bytes | str, message: str, tmp_path) -> None:
    (tmp_path / "a.txt").write_bytes(data if isinstance(data, bytes) else data.encode() + b"\x80")
    with pytest.raises(DataError, match=rf"^data\.path: .*{message}"):
        read_text(tmp_path / "a.txt")


def test_what_is_no_file_is_a_sentence(tmp_path, monkeypatch) -> None:
    with pytest.raises(DataError, match=r"no\.txt cannot be read: No such file"):
        read_text(tmp_path / "no.txt")
    with pytest.raises(DataError, match="is no file; choose a text file"):
        read_text(tmp_path)
    with pytest.raises(DataError, match="cannot be read: embedded null"):
        read_text(tmp_path / "\x00")
    (tmp_path / "big.txt").write_text("x" * 2_000)
    monkeypatch.setattr(text_file, "MOST_BYTES", 1_000)
    with pytest.raises(DataError, match="MB is the most: take a part of it"):
        read_text(tmp_path / "big.txt")


def test_a_file_is_read_once_until_it_changes(tmp_path) -> None:
    reads = []

    @once_a_file
    def length(path, factor):
        reads.append(path)
        return factor * len(path.read_text())

    file = tmp_path / "a.txt"
    file.write_text("abc")
    assert [length(file, 2), length(file, 2), length(file, 3)] == [6, 6, 9]
    assert len(reads) == 2
    file.write_text("abcd")
    assert length(file, 2) == 8
    os.utime(file, ns=(1, 1))
    length(file, 2)
    assert len(reads) == 4
    file.unlink()
    with pytest.raises(DataError, match="cannot be read"):
        length(file, 2)
