from __future__ import annotations

import pytest

from gradviz.data.load import describe, load
from gradviz.data.registry import DataError
from gradviz.spec.experiment import DataSpec

GOOD = 'text,label\n"Good, very good",pos\n bad ,neg\n"two\nlines",pos\n\nnot good,neg\n'


def spec(path, **parameters) -> DataSpec:
    return DataSpec(name="text_classification", validation=0.5, parameters={"path": str(path), **parameters})


@pytest.fixture
def write(tmp_path):
    def to(text: str | bytes):
        path = tmp_path / "texts.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return to


def read(data) -> dict[str, int]:
    """Every text as its tokens, and its class."""
    pairs = [*zip(data.train_x, data.train_y, strict=True), *zip(data.val_x, data.val_y, strict=True)]
    return {"|".join(data.tokens[i] for i in row): int(cls) for row, cls in pairs}


def test_texts_are_cut_at_the_end_and_filled_up_in_front(write) -> None:
    data = load(spec(write(GOOD), length=3), seed=0)
    assert read(data) == {"Good|,|very": 1, "||bad": 0, "two|\n|lines": 1, "|not|good": 0}
    assert describe(spec(write(GOOD), length=3)) == data.info
    assert data.info.classes == 2
    assert data.info.vocabulary == len(data.tokens) == 2 + 9


def test_rare_words_are_unknown(write) -> None:
    data = load(spec(write(GOOD), length=4, words=2), seed=0)
    assert "|".join(data.tokens[2:]) == "Good|good"
    assert read(data)["||<unk>|good"] == 0


def test_characters(write) -> None:
    data = load(spec(write(GOOD), length=5, level="char"), seed=0)
    assert read(data) == {"G|o|o|d|,": 1, " |b|a|d| ": 0, "t|w|o|\n|l": 1, "n|o|t| |g": 0}


def test_columns_are_chosen_by_name(write) -> None:
    path = write("id,review,stars\n1,nice,5\n2,awful,1\n3,fine,5\n4,poor,1\n")
    data = load(spec(path, text="review", label="stars", length=1), seed=0)
    assert read(data) == {"nice": 1, "awful": 0, "fine": 1, "poor": 0}


@pytest.mark.parametrize(
    ("text", "asked", "message"),
    [
        ("", {}, "there is no text in"),
        (b"text,label\na,\xff\n", {}, r"the byte at offset 13 \(line 2\)"),
        ("texts,label\na,b\n", {}, r"data\.text: .* has no column “text”: did you mean “texts”\?"),
        ("text,kind\na,b\n", {}, r"data\.label: .* has no column “label”; there are “text”, “kind”"),
        ("text,label\n", {}, "has 0 texts, and at least 2 are needed"),
        ("text,label\na,x\n", {}, "has 1 texts, and at least 2"),
        ("text,label\na,x\nb,x\n", {}, r"data\.label: every text of .* has the label “x”"),
        ("text,label\na,x\n ,y\n", {}, "line 3: there is no text in the column “text”"),
        ("text,label\na,x\n\nb, \n", {}, "line 4: there is no label in the column “label”"),
        ("text,label\na,x\nb,c,d\n", {}, "line 3: 3 cells where the first line has 2; a text with a comma"),
        ("text,label\na,x\nb\n", {}, "line 3: 1 cells"),
        ('text,label\na,x\n"b"c,d\n', {}, "line 3: .*expected after"),
        ('text,label\na,x\n"b,d\n', {}, "line 3: unexpected end of data"),
        (f"text,label\na,x\n{'b' * 200_000},d\n", {}, "line 3: field larger than field limit"),
        (GOOD, {"length": 0}, r"data\.length must be .*at least 1"),
    ],
)
def test_what_cannot_be_had_is_a_sentence(text, asked, message, write) -> None:
    path = write(text)
    with pytest.raises(DataError, match=message):
        describe(spec(path, **asked))
