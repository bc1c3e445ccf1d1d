from __future__ import annotations

from collections import Counter
from time import process_time

import pytest
import torch

from gradviz.data.load import describe, load
from gradviz.data.registry import DataError
from gradviz.data.vocabulary import words
from gradviz.paths import resources
from gradviz.spec.experiment import DataSpec

ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def spec(path=None, validation: float = 0.2, **parameters) -> DataSpec:
    given = {"path": str(path), **parameters} if path else parameters
    return DataSpec(name="text", validation=validation, parameters=given)


def decoded(data, ids) -> list[str]:
    return [data.tokens[i] for i in ids.tolist()]


@pytest.fixture
def alphabet(tmp_path):
    path = tmp_path / "alphabet.txt"
    path.write_text(ALPHABET * 10)
    return path


def test_windows_follow_each_other_and_targets_are_one_further(alphabet) -> None:
    data = load(spec(alphabet, length=10), seed=3)
    assert data.info.samples == 25
    assert (len(data.train_x), len(data.val_x)) == (20, 5)
    assert data.info.is_language_model
    whole = "".join("".join(decoded(data, row)) for row in (*data.train_x, *data.val_x))
    assert whole == (ALPHABET * 10)[:250]
    further = "".join("".join(decoded(data, row)) for row in (*data.train_y, *data.val_y))
    assert further == (ALPHABET * 10)[1:251]
    assert describe(spec(alphabet, length=10)) == data.info


@pytest.mark.parametrize(("length", "stride"), [(10, 3), (10, 10), (4, 7), (1, 1)])
def test_held_out_is_the_end_and_shares_nothing_with_training(length: int, stride: int, tmp_path) -> None:
    text = "".join(chr(0x4E00 + i) for i in range(400))  # every place is known by its character
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    data = load(spec(tmp_path / "a.txt", length=length, stride=stride), seed=0)
    for number, row in enumerate(data.train_x):
        assert "".join(decoded(data, row)) == text[number * stride : number * stride + length]
    held_out = round(0.2 * data.info.samples)
    begin = (data.info.samples - held_out) * stride
    assert len(data.val_x) == held_out
    learnt = (len(data.train_x) - 1) * stride + length
    assert learnt <= begin < learnt + length + stride
    known = set(text[: learnt + 1])
    assert set(data.tokens[1:]) == known
    assert data.val_x[0].tolist()[0] == (data.tokens.index(text[begin]) if text[begin] in known else 0)


def test_what_only_the_end_has_is_unknown(tmp_path) -> None:
    (tmp_path / "a.txt").write_text("abab" * 20 + "abzb" * 5 + "a")
    data = load(spec(tmp_path / "a.txt", length=4), seed=0)
    assert data.tokens == ("\N{REPLACEMENT CHARACTER}", "a", "b")
    assert decoded(data, data.val_x[0]) == ["a", "b", "\N{REPLACEMENT CHARACTER}", "b"]


def test_words_are_the_most_frequent_ones(tmp_path) -> None:
    text = "to be or not to be , that is the question .\n" * 12
    (tmp_path / "a.txt").write_text(text)
    data = load(spec(tmp_path / "a.txt", level="word", words=4, length=6), seed=0)
    learnt = list(words(text))[: len(data.train_x) * 6 + 1]
    kept = {word for word, _ in Counter(learnt).most_common(4)}
    assert set(data.tokens) == {"<unk>"} | kept
    assert data.separator == " "
    assert decoded(data, data.train_x[0]) == [w if w in kept else "<unk>" for w in learnt[:6]]


def test_of_a_long_end_a_share_is_scored_that_is_evenly_spread(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("gradviz.data.load._MOST_SCORED", 40)
    (tmp_path / "a.txt").write_text("".join(chr(97 + i % 26) for i in range(1001)))
    data = load(spec(tmp_path / "a.txt", length=10), seed=0)
    assert len(data.train_x) == 80
    assert ["".join(decoded(data, row)) for row in data.val_x] == [
        "".join(chr(97 + (at * 10 + i) % 26) for i in range(10)) for at in (80, 86, 93, 99)
    ]


def test_bundled_text_is_long_may_be_passed_on_and_repeats_no_paragraph() -> None:
    folder = resources() / "data"
    text = (folder / "python-topics.txt").read_text(encoding="utf-8")
    assert len(text.encode()) >= 300_000
    licence = (folder / "LICENSE-python").read_text(encoding="utf-8")
    assert "python-topics.txt holds the topics of Python 3.11.7" in licence
    assert "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2" in licence
    paragraphs = Counter(" ".join(part.split()) for part in text.split("\n\n"))
    assert max(count for part, count in paragraphs.items() if len(part) >= 40) == 1


def test_description_is_cheap_once_the_file_is_read() -> None:
    info = describe(spec())
    assert info.vocabulary == info.classes == 1 + 103
    begin = process_time()
    for _ in range(10):
        describe(spec())
    assert process_time() - begin < 1


@pytest.mark.parametrize(
    ("text", "asked", "message"),
    [
        ("", {}, r"data\.path: there is no text in"),
        ("aaaaaaaaaaaa", {"length": 2}, r"data\.path: .* has only one character, 'a', over and over"),
        ("ab " * 5, {"length": 2, "level": "word"}, "has only one word, 'ab'"),
        ("abcdefgh", {"length": 4}, r"data\.length: .* has 8 characters, and two windows of 4 take 9"),
        ("abcdefgh", {"length": 90}, "choose a smaller length or a longer text"),
        ("abcdefghi", {"length": 4, "validation": 0.1}, "leaves none for validation"),
        ("abcdefghijk", {"length": 4, "stride": 1, "validation": 0.6}, "leaves none for training"),
        ("abc", {"length": 0}, r"data\.length must be .*at least 1.*, not 0"),
        ("abc", {"words": 0}, r"data\.words must be .*at least 1"),
        ("abc", {"level": "line"}, r"data\.level must be one of “char”, “word”"),
    ],
)
def test_what_cannot_be_had_is_a_sentence(text: str, asked: dict, message: str, tmp_path) -> None:
    (tmp_path / "a.txt").write_text(text)
    for use in (describe, lambda given: load(given, seed=0)):
        with pytest.raises(DataError, match=message):
            use(spec(tmp_path / "a.txt", **asked))


def test_two_windows_are_enough(tmp_path) -> None:
    (tmp_path / "a.txt").write_text("abcdefghi")
    data = load(spec(tmp_path / "a.txt", length=4, validation=0.5), seed=0)
    assert torch.equal(data.train_y, torch.tensor([[2, 3, 4, 5]]))
    assert data.val_x.tolist() == [[5, 0, 0, 0]]
