"""The grammar's array of nodes beside its rules written out as a regular expression."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gradviz.data.reber import PAD, TOKENS, is_reber, reber

# What may follow the X of T S* X: round by X T* V P any number of times, then out by S or by X T* V V.
AFTER_X = r"(?:XT*VP)*(?:S|XT*VV)"
REBER = rf"B(?:TS*X{AFTER_X}|PT*V(?:V|P{AFTER_X}))E"
EMBEDDED = rf"B(?:T{REBER}T|P{REBER}P)E"


def text(row: np.ndarray) -> str:
    return "".join(TOKENS[i] for i in row if i != PAD)


def test_classic_strings_are_valid_and_others_are_not() -> None:
    valid = ["BTBTXSETE", "BPBPVVEPE", "BTBTSSXXTVVETE", "BPBTSXXTTVPXVPSEPE", "BTBPTTVPSETE"]
    wrong = ["BTBTXSEPE", "BPBPVVETE", "BTBTXVETE", "BPBPVEPE", "BTBTXSET", "TBTXSETE", "BTBTXSETEE"]
    for string in valid + wrong:
        row = np.full(24, PAD)
        row[24 - len(string) :] = [TOKENS.index(symbol) for symbol in string]
        assert is_reber(row[None])[0] == (string in valid), string
        assert (re.fullmatch(EMBEDDED, string) is not None) == (string in valid), string


def test_stream_is_strings_one_after_the_other_and_what_follows() -> None:
    source = reber("next symbol", length=60, samples=200)
    x, y = source.make(np.random.default_rng(0))
    assert source.is_language_model
    seen = set()
    for given, asked in zip(x, y, strict=True):
        assert given[1:].tolist() == asked[:-1].tolist()
        whole = re.match(rf"(?:{EMBEDDED})*", text(given)).group()
        seen.update(re.findall(rf"({EMBEDDED})", whole))
        rest = text(given)[len(whole) :]
        assert len(rest) < 50
        assert rest == "" or rest.startswith("B")
    assert {"BTBTXSETE", "BPBPVVEPE", "BTBPVVETE", "BPBTXSEPE"} <= seen


def test_both_ways_are_taken_alike() -> None:
    x, _ = reber("next symbol", length=20, samples=4000).make(np.random.default_rng(0))
    assert (x[:, 1] == TOKENS.index("T")).mean() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("length", [9, 12, 40])
def test_half_of_the_strings_are_valid_and_the_rest_are_wrong_in_one_symbol(length: int) -> None:
    source = reber("valid", length=length, samples=300)
    x, y = source.make(np.random.default_rng(0))
    assert y.sum() == 150
    assert x.max() < source.vocabulary
    swapped = 0
    for row, cls in zip(x, y, strict=True):
        string = text(row)
        assert (row[: length - len(string)] == PAD).all()
        assert (re.fullmatch(EMBEDDED, string) is not None) == (cls == 1), string
        if not cls:
            near = [string[:at] + symbol + string[at + 1 :] for at in range(len(string)) for symbol in TOKENS]
            assert any(re.fullmatch(EMBEDDED, other) for other in near)
            other = string[:-2] + {"T": "P", "P": "T"}.get(string[-2], "?") + string[-1]
            swapped += re.fullmatch(EMBEDDED, other) is not None
    assert swapped >= 75
