from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.data.vocabulary import code, vocabulary, words, written

TEXT = "the cat sat on the mat;\nthe dog’s cat didn't"


@given(st.text(min_size=1))
def test_characters_are_put_together_again(text: str) -> None:
    coded = code(text, "char")
    assert "".join(coded.kinds[at] for at in coded.codes) == text
    assert list(coded.kinds) == sorted(set(text))


def test_words_signs_and_line_ends_are_tokens() -> None:
    wanted = ["the", "cat", "sat", "on", "the", "mat", ";", "\n", "the", "dog’s", "cat", "didn't"]
    assert list(words(TEXT)) == wanted
    coded = code(TEXT, "word")
    assert [coded.kinds[at] for at in coded.codes] == wanted
    assert coded.kinds == tuple(dict.fromkeys(wanted))
    assert written(wanted, " ") == "the cat sat on the mat ;\nthe dog’s cat didn't"


@pytest.mark.parametrize("most", [1, 3, 5, 100])
@pytest.mark.parametrize("known", [1, 6, 12])
def test_vocabulary_is_the_most_frequent_of_what_is_known(most: int, known: int) -> None:
    coded = code(TEXT, "word")
    tokens, place = vocabulary(coded, known, most)
    counted = Counter(list(words(TEXT))[:known])
    assert set(tokens) == {word for word, _ in counted.most_common(most)}
    for at, kind in enumerate(coded.kinds):
        assert ((0, *tokens)[place[at]] == kind) if kind in tokens else place[at] == 0
    assert place.dtype == np.int64
