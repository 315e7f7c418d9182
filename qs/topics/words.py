"""Which words of a request tell its matter, in Chinese and English; names and numbers of people never do."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache

from rjieba import Jieba
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from qs.settings import SHIPPED_DATA

FILE = SHIPPED_DATA / "topics" / "words.toml"
TOLD_BY = ("n", "v", "a", "i", "j", "l")  # word classes that tell a matter: nouns, verbs, adjectives, set phrases
PERSON, PLACE = "nr", "ns"  # classes of the names of people and of places
UNKNOWN_WEIGHT = 20_000  # how firmly protected words stay whole: more often than any two parts of them side by side
SHORTEST, SHORTEST_ENGLISH = 2, 3  # characters of a word
ELSEWHERE = re.compile(r"[\w.+-]+@[\w.-]+|(?:https?://|www\.)[!-~]+", re.ASCII)
NUMBERED = re.compile(r"[A-Za-z]*\d[\dA-Za-z]*")
ENGLISH = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?")
SENTENCE_ENDS = re.compile(r"[.!?;:。！？；：\n]\W*$")
TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Nurse|Officer)\.?\s+[A-Z][a-z]+(?:\s+[A-Z][a-z]+)?")
PLURAL = re.compile(r"(?<=[a-z]{3})(?<![su])s$")


@dataclass(frozen=True)
class Words:
    """The office's list of words."""

    protected: frozenset[str]
    dropped: frozenset[str]
    surnames: frozenset[str]
    named: re.Pattern[str]  # a surname and a title: 王先生


@cache
def words() -> Words:
    """The reviewed lists of data/topics/words.toml."""
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    titles = "|".join(sorted(content["titles"], key=len, reverse=True))
    return Words(
        protected=frozenset(content["protected"]),
        dropped=frozenset([*content["dropped"], *content["dropped_english"], *ENGLISH_STOP_WORDS]),
        surnames=frozenset(content["surnames"]),
        named=re.compile(f"[{content['surnames']}](?:{titles})"),
    )


@cache
def segmenter() -> Jieba:
    """Splits Chinese into words, with the words of public service kept whole."""
    found = Jieba()
    for word in sorted(words().protected):
        found.add_word(word, UNKNOWN_WEIGHT, "n")
    return found


def matter_words(text: str) -> list[str]:
    """The words of a text that tell its matter, in their order, English ones in small letters and the singular.

    Numbers (of telephones, identity cards, plates), addresses of mail and web, and names of people and places are left
    out, and so are words that fit any matter.
    """
    known = words()
    cleaned = NUMBERED.sub(" ", ELSEWHERE.sub(" ", known.named.sub(" ", TITLED.sub(" ", text))))
    found = [word for word, kind in segmenter().tag(ENGLISH.sub(" ", cleaned)) if is_telling(word, kind, known)]
    return [word for word in [*found, *english_words(cleaned)] if word not in known.dropped]


def is_telling(word: str, kind: str, known: Words) -> bool:
    """True for a Chinese word of a matter; false for names, and for unknown words that may be one."""
    if len(word) < SHORTEST or not word.isalpha():
        return False
    if word in known.protected:
        return True
    if kind.startswith((PERSON, PLACE)) or not kind.startswith(TOLD_BY):
        return False
    may_be_name = word[0] in known.surnames and len(word) <= 3 and not segmenter().has_word(word)
    return not may_be_name


def english_words(text: str) -> list[str]:
    """English words; one with a capital inside a sentence is a name and left out, unless all is in capitals."""
    found = []
    for match in ENGLISH.finditer(text):
        word = match.group().partition("'")[0].partition("’")[0]
        if len(word) < SHORTEST_ENGLISH:
            continue
        before = text[: match.start()].rstrip(" ")
        is_name = word[0].isupper() and not word.isupper() and bool(before) and not SENTENCE_ENDS.search(before)
        if not is_name:
            found.append(PLURAL.sub("", word.lower()))
    return found


def request_words(title: str, text: str) -> Counter[str]:
    """How often each word of a request tells its matter; the title counts twice, because it names the matter."""
    return Counter([*matter_words(title), *matter_words(title), *matter_words(text)])
