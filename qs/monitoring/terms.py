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


class SignalKind(StrEnum):
    """What a signal is about."""

    SPECIAL_CAUSE = "special_cause"  # a level, a run or a point that chance does not explain
    DRIFT = "drift"  # the level slips little by little
    TARGET_MISSED = "target_missed"  # the process as it is cannot reach the target
    FEED_SILENT = "feed_silent"
    SEASON_BROKEN = "season_broken"  # a month unlike the same month of other years
    MANIPULATION_SUSPECTED = "manipulation_suspected"

    @property
    def is_change(self) -> bool:
        """True for what new limits answer: the level of the series moved."""
        return self in (SignalKind.SPECIAL_CAUSE, SignalKind.DRIFT, SignalKind.SEASON_BROKEN)


LEVEL_KINDS = (SignalKind.SPECIAL_CAUSE, SignalKind.DRIFT)  # one and the same change of level, told once


class Side(StrEnum):
    """Whether a signal is bad news, good news, or neither."""

    CONCERN = "concern"
    NEUTRAL = "neutral"
    IMPROVEMENT = "improvement"


class SignalStatus(StrEnum):
    """What became of a signal."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    IN_RECTIFICATION = "in_rectification"
    DISMISSED = "dismissed"
    REBASED = "rebased"
    OVER = "over"

    @property
    def waits(self) -> bool:
        """True while somebody has to decide what to do about it."""
        return self in (SignalStatus.NEW, SignalStatus.ACKNOWLEDGED)


class SignalStepKind(StrEnum):
    """One thing that happened to a signal."""

    FOUND = "found"
    STRENGTHENED = "strengthened"
    ACKNOWLEDGED = "acknowledged"
    DISMISSED = "dismissed"
    CAME_BACK = "came_back"  # dismissed, then grown in strength
    LINKED = "linked"
    UNLINKED = "unlinked"  # the order was withdrawn
    REBASED = "rebased"
    OVER = "over"
    RECOVERED = "recovered"  # over, after a rectification was closed


@dataclass(frozen=True)
class SignalFigures:
    """The numbers a signal rests on, for its explanation and for recomputing it; None where the kind has none.

    `value`, `mean`, `lower`, `upper`, `before`, `after`, `target` are in the unit of the indicator. `p`: the chance of
    this in a stable service; `q`: the same, knowing how many series are watched. `gap`: how far from the former level
    or the target, towards worse or better; `least_gap`: from where on that matters.
    """

    value: float | None = None
    n: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    mean: float | None = None
    lower: float | None = None
    upper: float | None = None
    sigma: float | None = None
    before: float | None = None
    after: float | None = None
    target: float | None = None
    gap: float | None = None
    least_gap: float | None = None
    p: float | None = None
    q: float | None = None
    rule: int | None = None  # Rule of the chart, 0 when only the sum of many periods tells
    direction: int | None = None  # +1 high or rising, -1 low or falling
    correlation: float | None = None  # of neighbouring periods
    watched: int | None = None  # series looked at in the same scan
    expected_false: float | None = None  # of them, by chance alone
    quiet_hours: float | None = None
    allowed_hours: float | None = None
    ratings: int | None = None


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
    SignalKind: {
        SignalKind.SPECIAL_CAUSE: N_("Sudden change"),
        SignalKind.DRIFT: N_("Slow drift"),
        SignalKind.TARGET_MISSED: N_("Target missed for good"),
        SignalKind.FEED_SILENT: N_("Feed gone silent"),
        SignalKind.SEASON_BROKEN: N_("Season broken"),
        SignalKind.MANIPULATION_SUSPECTED: N_("Ratings that look made"),
    },
    Side: {
        Side.CONCERN: N_("Got worse"),
        Side.NEUTRAL: N_("Something changed"),
        Side.IMPROVEMENT: N_("Got better"),
    },
    SignalStatus: {
        SignalStatus.NEW: N_("New signal"),
        SignalStatus.ACKNOWLEDGED: N_("Taken note of"),
        SignalStatus.IN_RECTIFICATION: N_("In rectification"),
        SignalStatus.DISMISSED: N_("Set aside"),
        SignalStatus.REBASED: N_("New limits apply"),
        SignalStatus.OVER: N_("No longer there"),
    },
    SignalStepKind: {
        SignalStepKind.FOUND: N_("Signal found"),
        SignalStepKind.STRENGTHENED: N_("Signal grew stronger"),
        SignalStepKind.ACKNOWLEDGED: N_("Signal acknowledged"),
        SignalStepKind.DISMISSED: N_("Signal dismissed"),
        SignalStepKind.CAME_BACK: N_("Signal came back stronger"),
        SignalStepKind.LINKED: N_("Rectification linked"),
        SignalStepKind.UNLINKED: N_("The linked rectification was withdrawn"),
        SignalStepKind.REBASED: N_("New limits approved"),
        SignalStepKind.OVER: N_("Signal over"),
        SignalStepKind.RECOVERED: N_("Put right: the figures have recovered"),
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

FIELDS: dict[str, str] = {
    "note": N_("Remark"),
    "reason": N_("Reason"),
}
ERRORS: dict[str, str] = {
    "reason_missing": N_("Please say why the process counts as a new one from here on."),
    "already_rebased": N_("There is a mark at this period already."),
    "rebase_unknown": N_("There is no such mark, or it was taken back already."),
    "rebase_changed": N_("Somebody was faster: the mark has changed meanwhile. Look at its present state."),
    "rebase_not_pending": N_("This mark does not wait for approval."),
    "approver_proposed": N_("Who proposed new limits cannot approve them. Ask a colleague."),
    "signal_unknown": N_("There is no such signal, or it is outside your responsibility."),
    "signal_changed": N_(
        "Somebody was faster, or the figures have moved: the signal has changed meanwhile. Your text is still here; "
        "look at the present state, then decide again."
    ),
    "signal_ended": N_("This signal is over; nothing more can be done about it."),
    "signal_step_impossible": N_("This step does not fit where the signal stands. Look at its timeline."),
    "signal_still_there": N_("The latest figures still show it. Dismiss it with a reason, or have it put right."),
    "signal_not_bad": N_("A rectification is ordered for what got worse, not for this signal."),
    "signal_other_service": N_("That rectification belongs to another service. Choose one of this service."),
}

ACTIONS: dict[str, str] = {
    "chart.rebase_proposed": N_("Proposed new limits of a process chart"),
    "chart.rebased": N_("Let a process chart begin anew"),
    "chart.rebase_withdrawn": N_("Withdrew a new beginning of a process chart"),
    "monitoring.scanned": N_("Looked for signals in all figures"),
    "monitoring.acknowledged": N_("Acknowledged a signal"),
    "monitoring.dismissed": N_("Dismissed a signal"),
    "monitoring.linked": N_("Linked a signal to a rectification"),
    "monitoring.ended": N_("Ended a signal"),
}
OBJECTS: dict[str, str] = {
    "rebase": N_("New limits"),
    "signal": N_("Signal"),
    "signals": N_("Signals"),
}
FACTS: dict[str, str] = {
    "strengthened": N_("grown stronger"),
    "ended": N_("over now"),
    "series": N_("series looked at"),
    "strength": N_("strength"),
}
WAITING: dict[str, tuple[str, str]] = {
    "signal_act": (N_("Act on a signal: {what}"), N_("{service} · since {onset}")),
    "signal_review": (N_("Review a signal: {what}"), N_("{service} · since {onset}")),
    "signal_rebase": (N_("Decide on new limits: {indicator}"), N_("{service} · proposed by {name}")),
}
