"""What makes a clause or an indicator acceptable, how editions differ, and how a value stands against its target."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import date
from typing import Protocol, TypeVar

from qs.errors import Fact, InvalidInput, Problem
from qs.standards.terms import (
    FIELDS,
    Aggregation,
    ClauseContent,
    Counting,
    Difference,
    Direction,
    EditionContent,
    Status,
)

CODE_LENGTH = 64
CODE_PATTERN = re.compile(r"[^\W_][\w./-]*")
MOST_PLACES = 6
EARLIEST_DAY = date(1900, 1, 1)
LATEST_DAY = date(2200, 1, 1)
EDGE_PLACES = 12  # 0.7 + 0.1 is 0.7999999999999999 to the machine; the edge meant is 0.8
LENGTHS = {
    "name": 200,
    "title": 200,
    "definition": 2000,
    "text": 2000,
    "numerator": 300,
    "denominator": 300,
    "unit": 40,
    "source": 300,
    "owner": 200,
}
LONG_TEXTS = frozenset({"definition", "text"})  # may run over several lines
NUMBERS = ("target", "target_high", "tolerance", "weight")
Content = TypeVar("Content", ClauseContent, EditionContent)


class Aim(Protocol):
    """What a value is held against: an edition, its content, or a row of `editions_on`."""

    @property
    def direction(self) -> Direction: ...
    @property
    def target(self) -> float | None: ...
    @property
    def target_high(self) -> float | None: ...
    @property
    def tolerance(self) -> float: ...


def status_against_target(value: float, edition: Aim) -> Status:
    """How a value stands: on or beyond the target is met, off by at most the tolerance is within it, else missed.

    The edges belong to the better side. Raises ValueError for a value that is not a number: what is missing has
    no status.
    """
    if math.isnan(value):
        raise ValueError("a missing value has no status")
    if edition.target is None or math.isnan(edition.target):
        return Status.NO_TARGET
    short = shortfall(value, edition.direction, edition.target, edition.target_high)
    if short <= 0:
        return Status.MET
    return Status.WITHIN_TOLERANCE if round(short - edition.tolerance, EDGE_PLACES) <= 0 else Status.MISSED


def shortfall(value: float, direction: Direction, target: float, target_high: float | None) -> float:
    """By how much a value misses the target, in its unit; zero or less when it does not."""
    if direction is Direction.UP:
        return target - value
    if direction is Direction.DOWN:
        return value - target
    if target_high is None:
        raise ValueError("a band has two targets")
    return max(target - value, value - target_high)


def cleaned(content: Content) -> Content:
    """The content with every text composed (NFC) and without blanks at its ends; empty optional texts become None."""
    texts: dict[str, str | None] = {}
    for field in fields(content):
        value = getattr(content, field.name)
        if isinstance(value, str) and type(value) is str:
            text = unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip()
            texts[field.name] = text if text or field.default is not None else None
    return replace(content, **texts)  # type: ignore[arg-type]  # texts for text fields only


def code_problems(code: str) -> Iterator[Problem]:
    if len(code) > CODE_LENGTH or not CODE_PATTERN.fullmatch(code):
        yield Problem("standard_code_invalid", column="code")


def day_problems(effective_on: date) -> Iterator[Problem]:
    if not EARLIEST_DAY <= effective_on <= LATEST_DAY:
        yield Problem("standard_day_out_of_range", column="effective_on", facts={"day": effective_on.isoformat()})


def text_problems(content: ClauseContent | EditionContent) -> Iterator[Problem]:
    """Required texts are there, none is too long, and none hides characters."""
    for field in fields(content):
        limit = LENGTHS.get(field.name.removesuffix("_en"))
        if limit is None:
            continue
        text, label = getattr(content, field.name) or "", FIELDS[field.name]
        if not text and not field.name.endswith("_en"):
            yield Problem("standard_text_empty", column=field.name, facts={"field": label})
        if len(text) > limit:
            facts: dict[str, Fact] = {"field": label, "length": len(text), "limit": limit}
            yield Problem("standard_text_too_long", column=field.name, facts=facts)
        shown = text.replace("\n", "") if field.name.removesuffix("_en") in LONG_TEXTS else text
        if any(unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} for letter in shown):
            yield Problem("standard_text_characters", column=field.name, facts={"field": label})


def counting_problems(counting: Counting) -> Iterator[Problem]:
    share, per = counting.percentile, counting.per
    if counting.aggregation is Aggregation.PERCENTILE and (share is None or not 0 < share < 1):
        yield Problem("percentile_missing", column="percentile")
    if counting.aggregation is not Aggregation.PERCENTILE and share is not None:
        yield Problem("percentile_without_need", column="percentile")
    if not (math.isfinite(per) and per > 0):
        yield Problem("per_not_positive", column="per")
    elif counting.aggregation is not Aggregation.RATE and per != 1:
        yield Problem("per_without_need", column="per")


def edition_problems(counting: Counting, effective_on: date, content: EditionContent) -> Iterator[Problem]:
    """Everything wrong with an edition of an indicator that counts in the given way."""
    yield from day_problems(effective_on)
    yield from text_problems(content)
    if content.review_on <= effective_on:
        yield Problem("review_before_effect", column="review_on", facts={"effective_on": effective_on.isoformat()})
    if not 0 <= content.places <= MOST_PLACES:
        yield Problem("places_out_of_range", column="places")
    infinite = [name for name in NUMBERS if not math.isfinite(getattr(content, name) or 0.0)]
    if infinite:
        yield from (Problem("number_not_finite", column=name, facts={"field": FIELDS[name]}) for name in infinite)
        return
    yield from target_problems(content)
    if counting.aggregation is Aggregation.SHARE:
        yield from share_problems(content)
    if not 0 <= content.weight <= 1:
        yield Problem("weight_out_of_range", column="weight")


def target_problems(content: EditionContent) -> Iterator[Problem]:
    low, high = content.target, content.target_high
    if content.direction is Direction.BAND and (low is None or high is None):
        yield Problem("band_needs_two_targets", column="target_high" if low is not None else "target")
    if content.direction is not Direction.BAND and high is not None:
        yield Problem("upper_target_without_band", column="target_high")
    elif low is not None and high is not None and high < low:
        yield Problem("band_upside_down", column="target_high")
    if content.tolerance < 0:
        yield Problem("tolerance_negative", column="tolerance")


def share_problems(content: EditionContent) -> Iterator[Problem]:
    for name in ("target", "target_high"):
        target = getattr(content, name)
        if target is not None and not 0 <= target <= 1:
            yield Problem("share_target_out_of_range", column=name)
    if content.tolerance > 1:
        yield Problem("tolerance_of_share_too_wide", column="tolerance")


def refuse(problems: Iterable[Problem]) -> None:
    """Raise InvalidInput when there is any problem. The sentences name the field, so no column is needed."""
    found = [replace(problem, column=None) for problem in problems]
    if found:
        raise InvalidInput(problems=found)


def differences(before: Content, after: Content) -> tuple[Difference, ...]:
    """The fields in which two editions differ, in the order of the edition."""
    pairs = ((field.name, getattr(before, field.name), getattr(after, field.name)) for field in fields(before))
    return tuple(Difference(name, old, new) for name, old, new in pairs if old != new)


def is_review_overdue(review_on: date, day: date) -> bool:
    """True from the review date on."""
    return day >= review_on
