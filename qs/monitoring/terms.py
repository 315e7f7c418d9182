"""The words of watching: how a series stands, what its icons mean, and what a screen asks for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qs.i18n import N_
from qs.periods import Grain
from qs.stats.control_charts import Assurance, Variation


class Standing(StrEnum):
    """How a series stands for the person watching, most urgent first."""

    CONCERN = "concern"
    SILENT = "silent"
    IMPROVEMENT = "improvement"
    CHANGED = "changed"  # special cause where neither way is better
    STEADY = "steady"
    TOO_SHORT = "too_short"


class Level(StrEnum):
    """Whose figures a tile shows."""

    SERVICE = "service"
    AREA = "area"  # all services of one sector in one area together


class Pattern(StrEnum):
    """What the latest point of a chart shows, in the order in which a rule takes precedence."""

    NONE = "none"
    OUTSIDE_HIGH = "outside_high"
    OUTSIDE_LOW = "outside_low"
    RISING = "rising"
    FALLING = "falling"
    NEAR_HIGH = "near_high"
    NEAR_LOW = "near_low"
    ABOVE_MEAN = "above_mean"
    BELOW_MEAN = "below_mean"


@dataclass(frozen=True)
class Filters:
    """What the Live screen is asked for; the ids are empty for all."""

    grain: Grain = Grain.WEEK
    level: Level = Level.SERVICE
    sector_id: int | None = None
    area_id: int | None = None
    provider_id: int | None = None
    service_id: int | None = None
    indicator_id: int | None = None


STANDING_OF_VARIATION: dict[Variation, Standing] = {
    Variation.COMMON_CAUSE: Standing.STEADY,
    Variation.IMPROVEMENT_HIGH: Standing.IMPROVEMENT,
    Variation.IMPROVEMENT_LOW: Standing.IMPROVEMENT,
    Variation.CONCERN_HIGH: Standing.CONCERN,
    Variation.CONCERN_LOW: Standing.CONCERN,
    Variation.NEUTRAL_HIGH: Standing.CHANGED,
    Variation.NEUTRAL_LOW: Standing.CHANGED,
    Variation.UNKNOWN: Standing.TOO_SHORT,
}


class Instrument(StrEnum):
    """A way in which a service is looked at."""

    EVENTS = "events"
    RATINGS = "ratings"
    REQUESTS = "requests"
    INSPECTION = "inspection"
    EVALUATION = "evaluation"
    THIRD_PARTY = "third_party"
    PUBLICATION = "publication"


class Sight(StrEnum):
    """How a service stands with one instrument."""

    FRESH = "fresh"
    DUE = "due"
    OVERDUE = "overdue"
    NEVER = "never"


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Instrument: {
        Instrument.EVENTS: N_("Measured data"),
        Instrument.RATINGS: N_("Ratings"),
        Instrument.REQUESTS: N_("Requests"),
        Instrument.INSPECTION: N_("Inspection"),
        Instrument.EVALUATION: N_("Evaluation by the office"),
        Instrument.THIRD_PARTY: N_("Third-party evaluation"),
        Instrument.PUBLICATION: N_("Published figures"),
    },
    Sight: {
        Sight.FRESH: N_("Seen in time"),
        Sight.DUE: N_("Due soon"),
        Sight.OVERDUE: N_("Too long ago"),
        Sight.NEVER: N_("Never seen"),
    },
    Standing: {
        Standing.CONCERN: N_("Concern"),
        Standing.SILENT: N_("Silent"),
        Standing.IMPROVEMENT: N_("Improved"),
        Standing.CHANGED: N_("Changed"),
        Standing.STEADY: N_("No change"),
        Standing.TOO_SHORT: N_("Too few"),
    },
    Level: {Level.SERVICE: N_("Each service"), Level.AREA: N_("Sector in an area")},
    Grain: {
        Grain.HOUR: N_("By hour"),
        Grain.DAY: N_("By day"),
        Grain.WEEK: N_("By week"),
        Grain.MONTH: N_("By month"),
        Grain.QUARTER: N_("By quarter"),
    },
    Pattern: {
        Pattern.NONE: N_("common-cause variation"),
        Pattern.OUTSIDE_HIGH: N_("above the upper limit"),
        Pattern.OUTSIDE_LOW: N_("below the lower limit"),
        Pattern.RISING: N_("rising 7 in a row"),
        Pattern.FALLING: N_("falling 7 in a row"),
        Pattern.NEAR_HIGH: N_("2 of 3 near the upper limit"),
        Pattern.NEAR_LOW: N_("2 of 3 near the lower limit"),
        Pattern.ABOVE_MEAN: N_("7 in a row above the mean"),
        Pattern.BELOW_MEAN: N_("7 in a row below the mean"),
    },
    Assurance: {
        Assurance.PASSES: N_("Meets target"),
        Assurance.FAILS: N_("Fails target"),
        Assurance.INCONSISTENT: N_("Hit and miss"),
        Assurance.NONE: N_("No target"),
    },
}

ERRORS: dict[str, str] = {
    "reason_missing": N_("Please say why the process counts as a new one from here on."),
    "already_rebased": N_("There is a mark at this period already."),
}

ACTIONS: dict[str, str] = {
    "chart.rebased": N_("Let a process chart begin anew"),
    "chart.rebase_withdrawn": N_("Withdrew a new beginning of a process chart"),
}
