"""The words of standards: which way is better, how counts become a value, and what an edition fixes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qs.i18n import N_


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    BAND = "band"  # inside [target, target_high]


class Aggregation(StrEnum):
    """How numerators and denominators of a period become its value."""

    SHARE = "share"  # numerator / denominator, 0 to 1
    MEAN = "mean"  # sum of values / number of values
    RATE = "rate"  # per * numerator / denominator
    PERCENTILE = "percentile"  # of single values, from the histogram
    COUNT = "count"  # sum of numerators

    @property
    def is_measured(self) -> bool:
        """True when events carry single values (denominator 1) whose spread matters."""
        return self in (Aggregation.MEAN, Aggregation.PERCENTILE)


class Frequency(StrEnum):
    """How often the figure is collected (采集频次)."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Status(StrEnum):
    """How a value stands against its target."""

    MET = "met"
    WITHIN_TOLERANCE = "within_tolerance"
    MISSED = "missed"
    NO_TARGET = "no_target"


@dataclass(frozen=True)
class ClauseContent:
    """The wording of a clause: what an edition of it fixes."""

    title: str
    text: str
    source: str
    title_en: str | None = None
    text_en: str | None = None
    source_en: str | None = None


@dataclass(frozen=True)
class EditionContent:
    """Everything an edition of an indicator fixes; `clause` is the code of the clause it serves.

    Targets and tolerance are in the indicator's unit, shares 0 to 1; the lower and upper edge for a band.
    """

    name: str
    definition: str
    numerator: str
    denominator: str
    unit: str
    direction: Direction
    frequency: Frequency
    source: str
    owner: str
    review_on: date
    name_en: str | None = None
    definition_en: str | None = None
    numerator_en: str | None = None
    denominator_en: str | None = None
    unit_en: str | None = None
    source_en: str | None = None
    clause: str | None = None
    target: float | None = None
    target_high: float | None = None
    tolerance: float = 0.0
    weight: float = 0.0
    places: int = 1


@dataclass(frozen=True)
class Counting:
    """How an indicator counts; never changes, because every event was recorded under it."""

    aggregation: Aggregation
    percentile: float | None = None
    per: float = 1.0


@dataclass(frozen=True)
class IndicatorKey:
    """What an importer must know of an indicator."""

    indicator_id: int
    sector_id: int | None
    counting: Counting


@dataclass(frozen=True)
class Difference:
    """One field in which two editions differ."""

    field: str
    before: object
    after: object


@dataclass(frozen=True)
class ClauseDefinition:
    """One clause edition as a library file defines it; `sector` is a code."""

    file: str
    code: str
    sector: str | None
    effective_on: date
    content: ClauseContent


@dataclass(frozen=True)
class IndicatorDefinition:
    """One indicator edition as a library file defines it; `sector` is a code."""

    file: str
    code: str
    sector: str | None
    counting: Counting
    effective_on: date
    content: EditionContent


@dataclass(frozen=True)
class Library:
    """The definitions of one or more files."""

    clauses: tuple[ClauseDefinition, ...] = ()
    indicators: tuple[IndicatorDefinition, ...] = ()


@dataclass(frozen=True)
class Loaded:
    """What loading a library added; everything else was there already."""

    clause_count: int
    indicator_count: int
    clause_edition_count: int
    indicator_edition_count: int


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Direction: {
        Direction.UP: N_("Higher is better"),
        Direction.DOWN: N_("Lower is better"),
        Direction.BAND: N_("Within the band is better"),
    },
    Aggregation: {
        Aggregation.SHARE: N_("Share"),
        Aggregation.MEAN: N_("Mean"),
        Aggregation.RATE: N_("Rate"),
        Aggregation.PERCENTILE: N_("Percentile"),
        Aggregation.COUNT: N_("Count"),
    },
    Frequency: {
        Frequency.HOUR: N_("Hourly"),
        Frequency.DAY: N_("Daily"),
        Frequency.WEEK: N_("Weekly"),
        Frequency.MONTH: N_("Monthly"),
        Frequency.QUARTER: N_("Quarterly"),
    },
    Status: {
        Status.MET: N_("Target met"),
        Status.WITHIN_TOLERANCE: N_("Within tolerance"),
        Status.MISSED: N_("Target missed"),
        Status.NO_TARGET: N_("No target"),
    },
}

FIELDS: dict[str, str] = {
    "name": N_("Name"),
    "name_en": N_("Name in English"),
    "definition": N_("Definition"),
    "definition_en": N_("Definition in English"),
    "numerator": N_("Numerator"),
    "numerator_en": N_("Numerator in English"),
    "denominator": N_("Denominator"),
    "denominator_en": N_("Denominator in English"),
    "unit": N_("Unit"),
    "unit_en": N_("Unit in English"),
    "direction": N_("Direction"),
    "frequency": N_("Frequency"),
    "source": N_("Source"),
    "source_en": N_("Source in English"),
    "owner": N_("Owner"),
    "review_on": N_("Review date"),
    "clause": N_("Clause"),
    "target": N_("Target"),
    "target_high": N_("Upper target"),
    "tolerance": N_("Tolerance"),
    "weight": N_("Weight"),
    "places": N_("Decimals"),
    "title": N_("Title"),
    "title_en": N_("Title in English"),
    "text": N_("Text"),
    "text_en": N_("Text in English"),
}

ERRORS: dict[str, str] = {
    "standard_code_invalid": N_("The code must begin with a letter or digit and hold only letters, digits and . _ / -"),
    "standard_code_taken": N_("The code “{value}” is already in use. Choose another one, or add an edition to it."),
    "standard_text_empty": N_("“{field}” is empty. Fill it in."),
    "standard_text_too_long": N_("“{field}” has {length} characters. Use at most {limit}."),
    "standard_text_characters": N_("“{field}” holds characters that cannot be seen. Type it again."),
    "number_not_finite": N_("“{field}” is not a number that can be reckoned with."),
    "band_needs_two_targets": N_("A band needs a lower and an upper target. Enter both."),
    "upper_target_without_band": N_("Only a band has an upper target. Leave it empty, or choose “within the band”."),
    "band_upside_down": N_("The upper target lies below the lower one. Exchange them."),
    "share_target_out_of_range": N_("The target of a share lies between 0 and 1 (95 % is 0.95)."),
    "tolerance_negative": N_("The tolerance cannot be negative."),
    "tolerance_of_share_too_wide": N_("The tolerance of a share lies between 0 and 1 (two points are 0.02)."),
    "weight_out_of_range": N_("The weight lies between 0 and 1."),
    "places_out_of_range": N_("Choose 0 to 6 decimals."),
    "standard_day_out_of_range": N_("The day {day} is not plausible. Use a day between 1900 and 2200."),
    "review_before_effect": N_("The review date must lie after the day the edition takes effect, {effective_on}."),
    "percentile_missing": N_("Say which percentile: a number between 0 and 1 (the median is 0.5)."),
    "percentile_without_need": N_("Only the aggregation “percentile” takes a percentile. Leave it empty."),
    "per_not_positive": N_("A rate is per a number above zero, such as 1000."),
    "per_without_need": N_("Only a rate is per a number. Leave it at 1."),
    "indicator_unknown": N_("There is no such indicator."),
    "clause_unknown": N_("There is no clause with the code “{value}”. Add it first, or choose another one."),
    "standard_sector_unknown": N_("There is no sector “{value}”. Add it to the directory first."),
    "edition_too_early": N_(
        "“{value}” already has an edition from {newest_on}. A new edition must begin on a later day."
    ),
    "edition_without_change": N_("Nothing differs from the newest edition, so no new one was made."),
    "edition_differs": N_(
        "“{value}” already has an edition from {effective_on} with other content. "
        "Editions never change: give the new wording a later day."
    ),
    "counting_differs": N_(
        "“{value}” is already counted in another way. The way of counting never changes: use a new code."
    ),
    "sector_differs": N_("“{value}” belongs to another sector already. Use a new code."),
}

ACTIONS: dict[str, str] = {
    "standards.added_indicator": N_("Added an indicator"),
    "standards.added_edition": N_("Added an edition of an indicator"),
    "standards.added_clause": N_("Added a clause"),
    "standards.added_clause_edition": N_("Added an edition of a clause"),
    "standards.loaded_library": N_("Loaded the library of standards"),
}
