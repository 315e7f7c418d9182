"""Blotting personal data out of words: what is kept of a person, and whatever looks like a number to reach somebody."""

from __future__ import annotations

import re

from qs.vault.redaction import pieces
from qs.vault.rules import digits_of
from qs.vault.terms import Personal

BLOT = "▇▇▇"
LEAST_NAME = 2  # characters: a single one would blot half of a text
TITLES = "先生|女士|小姐|同志|老师|师傅|太太|大爷|大妈|阿姨|叔叔"
NUMBER = re.compile(r"(?<![0-9])\+?[0-9][0-9 ()\-]{5,18}[0-9](?![0-9])")


def blotted(text: str, person: Personal | None = None) -> str:
    """The text with personal data blotted out: those of a person where they are given, and every number and address
    that `redaction` finds, whoever's they are.

    Names of others stay: a machine cannot tell them from other words; who handles the case blots them by hand.
    """
    if not text:
        return text
    for words in known_words(person):
        text = re.sub(words, BLOT, text, flags=re.IGNORECASE)
    if person is not None and (kept := digits_of(person.phone)):
        text = NUMBER.sub(lambda found: BLOT if digits_of(found[0]) == kept else found[0], text)
    return "".join(pieces(text, lambda kind, found: BLOT))


def known_words(person: Personal | None) -> list[str]:
    """Patterns of what is kept of a person, the longest first: name, surname with a title, address, e-mail."""
    if person is None:
        return []
    plain = [value for value in (person.address, person.email, person.name) if len(value) >= LEAST_NAME]
    found = [re.escape(value) for value in sorted(plain, key=len, reverse=True)]
    if len(person.name) >= LEAST_NAME and "\u4e00" <= person.name[0] <= "\u9fff":
        found.append(f"{person.name[0]}(?:{TITLES})")
    return found
