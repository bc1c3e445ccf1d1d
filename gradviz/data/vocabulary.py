"""Texts cut into tokens, characters or words, and the vocabulary that gives each its id.

A word is a run of letters and digits; every other sign that is no space, and every end of a line, is a word
of its own, as in the Penn Treebank. Id 0 is the token that is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LEVELS = ("char", "word")
NOUN = {"char": "character", "word": "word"}
UNKNOWN = {"char": "\N{REPLACEMENT CHARACTER}", "word": "<unk>"}
SEPARATOR = {"char": "", "word": " "}
_WORD = re.compile(r"\w+(?:['’]\w+)*|[^\w\s]|\n")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Coded:
    """A text as numbers: `codes` `[tokens]` are places in `kinds`, its distinct tokens."""

    codes: NDArray[np.int32]
    kinds: tuple[str, ...]


def code(text: str, level: str) -> Coded:
    """Cut a text into tokens; characters are sorted, words in the order of their first use."""
    if level == "char":
        points = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
        used = np.bincount(points) > 0  # np.unique sorts: half a minute for 50 MB
        kinds = np.flatnonzero(used)
        return Coded(codes=(np.cumsum(used, dtype=np.int32) - 1)[points], kinds=tuple(map(chr, kinds)))
    return code_tokens(words(text))


def code_tokens(tokens: Iterable[str]) -> Coded:
    """Tokens as numbers, in the order of their first use."""
    places: dict[str, int] = {}
    codes = np.fromiter((places.setdefault(token, len(places)) for token in tokens), dtype=np.int32)
    return Coded(codes=codes, kinds=tuple(places))


def words(text: str) -> Iterator[str]:
    """The words of a text, one by one."""
    return (found.group() for found in _WORD.finditer(text))


@lru_cache(maxsize=4)
def vocabulary(
    coded: Coded, known: int, most: int | None = None
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The kinds that the first `known` tokens use, `most` of them, the most frequent; and each kind's place.

    Both leave 0 free for the unknown: a kind that is not in the vocabulary has place 0, the first has 1.
    """
    counts = np.bincount(coded.codes[:known], minlength=len(coded.kinds))
    kept = np.flatnonzero(counts)
    if most is not None and len(kept) > most:
        kept = np.sort(kept[np.argsort(-counts[kept], kind="stable")[:most]])
    place = np.zeros(len(coded.kinds), dtype=np.int64)
    place[kept] = np.arange(1, len(kept) + 1)
    return tuple(coded.kinds[kind] for kind in kept), place


def written(tokens: Iterable[str], separator: str) -> str:
    """Tokens as text again, with no space at the ends of lines."""
    text = separator.join(tokens)
    return text.replace(" \n", "\n").replace("\n ", "\n") if separator else text
