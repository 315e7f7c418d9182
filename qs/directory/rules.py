"""What makes an entry of the directory acceptable: codes, names, numbers of people and days of service."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from qs.directory.terms import CODE_LENGTH, NAME_LENGTH
from qs.errors import InvalidInput, Problem

# A letter or digit first, so that no spreadsheet takes a code for a formula.
CODE_PATTERN = re.compile(r"[^\W_][\w.\-/:'()&+ ]*")
LARGEST_POPULATION = 2_000_000_000
EARLIEST_DAY = date(1900, 1, 1)
LATEST_DAY = date(2200, 1, 1)
UNSEEN_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
# Marks that turn the reading direction: they can make one name look like another.
TURNING_MARKS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def clean(text: str | None) -> str:
    """Text as it is stored: composed (NFC) and without blanks at its ends; nothing becomes an empty text."""
    return unicodedata.normalize("NFC", text or "").strip()


def has_unseen_characters(text: str) -> bool:
    """True for control characters and turning marks, which nobody can see in a list."""
    return any(letter in TURNING_MARKS or unicodedata.category(letter) in UNSEEN_CATEGORIES for letter in text)


def code_problems(code: str) -> Iterator[Problem]:
    if not code:
        yield Problem("code_empty", column="code")
    elif len(code) > CODE_LENGTH:
        yield Problem("code_too_long", column="code", facts={"limit": CODE_LENGTH, "length": len(code)})
    elif not CODE_PATTERN.fullmatch(code) or "  " in code:
        yield Problem("code_characters", column="code")


def name_problems(name: str, name_en: str) -> Iterator[Problem]:
    if not name:
        yield Problem("name_empty", column="name")
    for column, text in (("name", name), ("name_en", name_en)):
        if len(text) > NAME_LENGTH:
            yield Problem("name_too_long", column=column, facts={"limit": NAME_LENGTH, "length": len(text)})
        if has_unseen_characters(text):
            yield Problem("name_characters", column=column)


def population_problems(population: int | None) -> Iterator[Problem]:
    if population is not None and not 0 < population <= LARGEST_POPULATION:
        yield Problem("population_out_of_range", column="population", facts={"limit": LARGEST_POPULATION})


def period_problems(starts_on: date, ends_on: date | None) -> Iterator[Problem]:
    """The last day belongs to the service: one that starts and ends on the same day ran for one day."""
    for column, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day is not None and not EARLIEST_DAY <= day <= LATEST_DAY:
            yield Problem("day_out_of_range", column=column, facts={"day": day.isoformat()})
    if ends_on is not None and ends_on < starts_on:
        yield Problem("ends_before_start", column="ends_on", facts={"starts_on": starts_on.isoformat()})


def is_open(starts_on: date, ends_on: date | None, day: date) -> bool:
    return starts_on <= day and (ends_on is None or day <= ends_on)


def refuse(problems: Iterator[Problem]) -> None:
    """Raise InvalidInput when there is any problem. The sentences name the field, so no column is needed."""
    found = [replace(problem, column=None) for problem in problems]
    if found:
        raise InvalidInput(problems=found)
