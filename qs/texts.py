"""Text as people type it: composed, free of hidden signs, within its limit, never cut in silence."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from qs.errors import InvalidInput, Problem

SHORT, LONG = 200, 4000  # characters of a title, and of what people write
REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, half characters, odd line ends
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
TAGS = range(0xE0000, 0xE0080)  # invisible copies of ASCII


def composed(text: str) -> str:
    """The text in composed form (NFC), with plain line ends, without blanks at its ends.

    Signs that only turn the direction of writing, and invisible tags, are left out: they carry no words.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    shown = "".join(sign for sign in plain if sign not in TURNING and ord(sign) not in TAGS)
    return unicodedata.normalize("NFC", shown).strip()


def text_problems(
    text: str, *, field: str, longest: int = LONG, is_needed: bool = True, is_long: bool = True
) -> Iterator[Problem]:
    """What is wrong with a composed text: missing, too long, or hiding characters. `field` is its label in English.

    `is_long`: it may run over several lines.
    """
    if is_needed and not text:
        yield Problem("text_empty", facts={"field": field})
    if len(text) > longest:
        yield Problem("text_too_long", facts={"field": field, "length": len(text), "limit": longest})
    read = text.replace("\n", "") if is_long else text
    if any(unicodedata.category(sign) in REFUSED or is_noncharacter(sign) for sign in read):
        yield Problem("text_characters", facts={"field": field})


def is_noncharacter(sign: str) -> bool:
    """True for the code points that Unicode keeps free of any meaning for ever."""
    return 0xFDD0 <= ord(sign) <= 0xFDEF or ord(sign) & 0xFFFE == 0xFFFE


def checked(text: str, *, field: str, longest: int = LONG, is_needed: bool = True, is_long: bool = True) -> str:
    """The composed text. Raises InvalidInput saying what is wrong with it."""
    found = composed(text)
    problems = tuple(text_problems(found, field=field, longest=longest, is_needed=is_needed, is_long=is_long))
    if problems:
        raise InvalidInput(problems=problems)
    return found
