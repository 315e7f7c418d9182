"""The words of rankings: what a score is made of, who may be ranked, and what a frozen period keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qs.i18n import N_

EVALUATION = "evaluation"  # the measure that stands for approved evaluations, beside the codes of indicators
EVALUATION_KIND = "evaluation"  # how it is counted, beside the aggregations of indicators
DRAW_COUNT = 10_000
METHOD = "posterior-draws-1"  # what was done to the counts; a new way of computing gets a new name


class Level(StrEnum):
    """Whose scores are compared."""

    SERVICE = "service"
    DEPARTMENT = "department"
    AREA = "area"


class Group(StrEnum):
    """The parts of a score: the service's own indicators, and what the office's instruments say of it."""

    INDICATORS = "indicators"
    RATINGS = "ratings"
    REQUESTS = "requests"
    INSPECTIONS = "inspections"
    EVALUATIONS = "evaluations"


# Without a request or an inspection there was nothing to judge: the part falls away and is not called missing. Where
# nobody rated or evaluated, or a feed fell silent, something that should be known is not (local rule).
OCCASIONAL = frozenset({Group.REQUESTS, Group.INSPECTIONS})

# Which group an indicator of the office's own records belongs to; every other indicator is the service's own.
OFFICE_MEASURES = {
    "rating-satisfaction": Group.RATINGS,
    "request-on-time": Group.REQUESTS,
    "request-response": Group.REQUESTS,
    "request-resolution": Group.REQUESTS,
    "request-satisfaction": Group.REQUESTS,
    "rectification-on-time": Group.INSPECTIONS,
    "rectification-closed": Group.INSPECTIONS,
    "rectification-days": Group.INSPECTIONS,
    "inspection-conformity": Group.INSPECTIONS,
}


class WhyNot(StrEnum):
    """Why something has no rank."""

    NO_FIGURES = "no_figures"
    TOO_FEW = "too_few"  # n below n_min
    TOO_MUCH_MISSING = "too_much_missing"


class Standing(StrEnum):
    """How a rank stands when all are compared at once."""

    ABOVE = "above"  # surely above the middle
    ALIKE = "alike"  # cannot be told apart from the middle
    BELOW = "below"
    UNRANKED = "unranked"


class Unit(StrEnum):
    """Between whom a single indicator is compared: what services are put together by."""

    AREA = "area"
    PROVIDER = "provider"
    DEPARTMENT = "department"


class Apart(StrEnum):
    """How far a unit lies from all of its kind together, false discoveries among many comparisons held down."""

    MISSING = "missing"  # no figure in the period
    TOO_FEW = "too_few"  # not judged
    INSIDE = "inside"
    BEYOND_CHANCE = "beyond_chance"
    BEYOND_USUAL = "beyond_usual"  # also more than units of the kind differ anyway


class FaultKind(StrEnum):
    """What a verification of a frozen period may find."""

    HASH = "hash"
    TRAIL = "trail"
    FIGURES = "figures"


@dataclass(frozen=True)
class Scheme:
    """How scores are made from a day on. Weights add up to 1; `missing_limit` is a share of the weight."""

    indicators: float
    ratings: float
    requests: float
    inspections: float
    evaluations: float
    n_min: int
    missing_limit: float

    def weight(self, group: Group) -> float:
        return float(getattr(self, group.value))


# Local rule, to be adapted by a new edition; n_min and the limit as usual in the field.
DEFAULT_SCHEME = Scheme(
    indicators=0.70,
    ratings=0.10,
    requests=0.08,
    inspections=0.05,
    evaluations=0.07,
    n_min=30,
    missing_limit=0.20,
)
DEFAULT_EFFECTIVE_ON = date(2025, 1, 1)

LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Level: {
        Level.SERVICE: N_("Services"),
        Level.DEPARTMENT: N_("Departments"),
        Level.AREA: N_("Areas"),
    },
    Group: {
        Group.INDICATORS: N_("Own indicators"),
        Group.RATINGS: N_("Ratings by users"),
        Group.REQUESTS: N_("Handling of requests"),
        Group.INSPECTIONS: N_("Inspections and rectifications"),
        Group.EVALUATIONS: N_("Approved evaluations"),
    },
    WhyNot: {
        WhyNot.NO_FIGURES: N_("no figures in the period"),
        WhyNot.TOO_FEW: N_("too few cases"),
        WhyNot.TOO_MUCH_MISSING: N_("too much is missing"),
    },
    Standing: {
        Standing.ABOVE: N_("clearly above the middle"),
        Standing.ALIKE: N_("cannot be told apart"),
        Standing.BELOW: N_("clearly below the middle"),
        Standing.UNRANKED: N_("not ranked"),
    },
    Unit: {
        Unit.AREA: N_("By area"),
        Unit.PROVIDER: N_("By provider"),
        Unit.DEPARTMENT: N_("By department"),
    },
    Apart: {
        Apart.MISSING: N_("no figure"),
        Apart.TOO_FEW: N_("too few cases to tell"),
        Apart.INSIDE: N_("no difference beyond chance"),
        Apart.BEYOND_CHANCE: N_("differs beyond chance"),
        Apart.BEYOND_USUAL: N_("differs more than is usual"),
    },
    FaultKind: {
        FaultKind.HASH: N_("the stored rows do not give the stored fingerprint"),
        FaultKind.TRAIL: N_("the fingerprint is not the one in the audit trail"),
        FaultKind.FIGURES: N_("the figure cannot be recomputed, though nothing has arrived since"),
    },
}

SCHEME_FIELDS: dict[str, str] = {
    **{group.value: LABELS[Group][group] for group in Group},
    "n_min": N_("Fewest cases for a rank"),
    "missing_limit": N_("Weight that may be missing"),
}

ERRORS: dict[str, str] = {
    "period_unknown": N_("“{name}” is not a quarter. Write it like 2026Q3."),
    "period_not_frozen": N_("“{name}” is not frozen. Choose a frozen quarter from the list."),
    "period_not_over": N_("“{name}” is not over yet. A quarter can be frozen once it is complete."),
    "period_frozen_already": N_(
        "“{name}” is frozen already. To take corrections into account, freeze it again with a reason: "
        "the earlier revision stays as it is."
    ),
    "period_without_services": N_("No service was running in “{name}”, so there is nothing to freeze."),
    "freeze_reason_missing": N_("Say why the quarter is frozen again: what was corrected since."),
    "scheme_missing": N_("No score scheme is in force on the last day of “{name}”. Add one first."),
    "scheme_weights_wrong": N_("The weights add up to {total}, not to 1. Change one of them."),
    "scheme_weight_negative": N_("“{field}” cannot be below zero."),
    "scheme_without_indicators": N_("The own indicators of the services must count for something."),
    "scheme_n_min_wrong": N_("A rank needs at least 1 case and at most {limit}."),
    "scheme_limit_wrong": N_("The weight that may be missing lies between 0 and 0.5."),
    "scheme_too_early": N_("There is a scheme from {newest_on} already. A new one must begin on a later day."),
    "scheme_in_the_past": N_("A scheme begins on a day to come: the one in force stays as it is until then."),
    "scheme_unchanged": N_("The new scheme says nothing else than the newest one."),
    "ranked_service_unknown": N_("There is no such service in this period, or it is outside your responsibility."),
}

ACTIONS: dict[str, str] = {
    "rankings.froze_period": N_("Froze a quarter"),
    "rankings.added_scheme": N_("Added a score scheme"),
}
OBJECTS: dict[str, str] = {
    "frozen_period": N_("Frozen quarter"),
    "score_scheme": N_("Score scheme"),
}
FACTS: dict[str, str] = {
    "revision": N_("Revision"),
    "sha256": N_("Fingerprint (SHA-256)"),
    "ranked_count": N_("Ranked services"),
    "unranked_count": N_("Services without a rank"),
    "cell_count": N_("Figures"),
    "indicators": N_("Own indicators"),
    "ratings": N_("Ratings by users"),
    "requests": N_("Handling of requests"),
    "inspections": N_("Inspections and rectifications"),
    "evaluations": N_("Approved evaluations"),
    "n_min": N_("Fewest cases for a rank"),
    "missing_limit": N_("Weight that may be missing"),
}
WAITING: dict[str, tuple[str, str]] = {
    "period_to_freeze": (
        N_("Freeze the quarter {name}"),
        N_("It is complete. Reports, rewards and penalties wait for its frozen figures."),
    ),
}
