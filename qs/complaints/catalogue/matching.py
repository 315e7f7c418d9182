"""How alike two matters are by their words, Chinese and English, and a memory of what was handled before; pure."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from rjieba import Jieba

SHORTEST, SHORTEST_ENGLISH = 2, 3  # signs of a word that tells something
KEPT_TEXTS = 50_000  # texts whose words are kept in memory
TOO_COMMON_SHARE = 0.3  # a word in more texts than that tells no matter
ENGLISH = re.compile(r"[a-z]+")


@cache
def segmenter() -> Jieba:
    """Splits Chinese text into words."""
    return Jieba()


@lru_cache(maxsize=KEPT_TEXTS)
def words_of(text: str) -> frozenset[str]:
    """The words of a text that may tell its matter: Chinese ones of two signs and more, English in small letters."""
    small = text.casefold()
    chinese = (word for word in segmenter().cut(ENGLISH.sub(" ", small)) if len(word) >= SHORTEST and word.isalpha())
    english = (word for word in ENGLISH.findall(small) if len(word) >= SHORTEST_ENGLISH)
    return frozenset([*chinese, *english])


def found_words(listed: Iterable[str], text: str) -> tuple[str, ...]:
    """Which of some listed words stand in a text: Chinese ones anywhere, English ones and numbers as whole words."""
    small, whole = text.casefold(), set(re.findall(r"[a-z0-9]+", text.casefold()))
    return tuple(word for word in listed if (word in whole if word.isascii() else word in small))


@dataclass(frozen=True)
class Memory:
    """Texts by their words: which rows hold a word, how telling it is, and how long each row is."""

    rows_of: Mapping[str, NDArray[np.int64]]
    weight_of: Mapping[str, float]
    lengths: NDArray[np.float64]


@dataclass(frozen=True)
class Like:
    """A remembered text that is like another: its row, and the cosine of their words, 0 to 1."""

    row: int
    likeness: float


def remembered(texts: Sequence[str]) -> Memory:
    """A memory of texts; words that stand in very many of them are left out.

    Weights are inverse document frequencies, ln((1 + n) / (1 + df)) + 1.
    Source: Manning, Raghavan, Schütze, Introduction to Information Retrieval, 6.2 and 6.3 (binary term frequency).
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        for word in words_of(text):
            places[word].append(row)
    most = max(TOO_COMMON_SHARE * len(texts), 10)
    rows_of = {word: np.array(rows, dtype=np.int64) for word, rows in places.items() if len(rows) <= most}
    weight_of = {word: math.log((1 + len(texts)) / (1 + len(rows))) + 1 for word, rows in rows_of.items()}
    squares = np.zeros(len(texts))
    for word, rows in rows_of.items():
        squares[rows] += weight_of[word] ** 2
    return Memory(rows_of, weight_of, np.sqrt(squares))


def nearest(memory: Memory, text: str, *, most: int, least: float) -> list[Like]:
    """The remembered rows most like a text, the likest first: at most `most`, none under the likeness `least`.

    Words the memory does not know lengthen the text as its rarest words would.
    """
    words = words_of(text)
    if not words or not len(memory.lengths):
        return []
    rarest = math.log((1 + len(memory.lengths)) / 2) + 1
    dots, square = np.zeros(len(memory.lengths)), 0.0
    for word in words:
        weight = memory.weight_of.get(word)
        square += (weight or rarest / 2) ** 2
        if weight is not None:
            dots[memory.rows_of[word]] += weight**2
    likeness = dots / np.maximum(memory.lengths * math.sqrt(square), 1e-9)
    order = np.argsort(-likeness, kind="stable")[:most]
    return [Like(int(row), float(likeness[row])) for row in order if likeness[row] >= least]
