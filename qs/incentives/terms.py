"""The words of incentives: rules on frozen measures, proposals, decisions and appeals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

TEXT_LENGTH = 2000
NAME_LENGTH = 120
MOST_CONDITIONS = 8
MOST_QUARTERS = 8  # in a row that a condition may ask for
CHANCE_LIMIT = 0.05  # a proposal that chance alone makes oftener than this is marked (local rule)


class Kind(StrEnum):
    """What an outcome is for the service."""

    REWARD = "reward"
    PENALTY = "penalty"


class Consequence(StrEnum):
    """A rung of one of the two fixed ladders. The office praises; statutory honours it can only recommend."""

    PRAISE = "praise"
    ROLE_MODEL = "role_model"
    RECOMMENDATION = "recommendation"
    REMINDER = "reminder"
    INTERVIEW = "interview"
    CIRCULAR = "circular"
    LISTED = "listed"
    ACCOUNTABILITY = "accountability"

    @property
    def kind(self) -> Kind:
        return Kind.REWARD if self in LADDERS[Kind.REWARD] else Kind.PENALTY

    @property
    def is_forwarded(self) -> bool:
        """True for what the office proposes and somebody outside grants or refuses."""
        return self in (Consequence.RECOMMENDATION, Consequence.ACCOUNTABILITY)

    @property
    def is_published(self) -> bool:
        """True for what the public is told; a reminder and an interview stay between office and service."""
        return self in (Consequence.PRAISE, Consequence.ROLE_MODEL, Consequence.CIRCULAR, Consequence.LISTED)


LADDERS: dict[Kind, tuple[Consequence, ...]] = {  # lightest first
    Kind.REWARD: (Consequence.PRAISE, Consequence.ROLE_MODEL, Consequence.RECOMMENDATION),
    Kind.PENALTY: (
        Consequence.REMINDER,
        Consequence.INTERVIEW,
        Consequence.CIRCULAR,
        Consequence.LISTED,
        Consequence.ACCOUNTABILITY,
    ),
}
# Local rule: how many different people, none of them the proposer, must approve. Every penalty and what is held up as
# an example to others takes two.
APPROVALS: dict[Consequence, int] = {
    Consequence.PRAISE: 1,
    Consequence.ROLE_MODEL: 2,
    Consequence.RECOMMENDATION: 2,
    **dict.fromkeys(LADDERS[Kind.PENALTY], 2),
}


class Subject(StrEnum):
    """What a condition looks at: always a figure of a frozen quarter."""

    SCORE = "score"  # composite score, 0 to 100
    RANK = "rank"  # 1 is best
    RANK_SHARE = "rank_share"  # rank divided by the number of ranked services, 0 to 1
    TIER = "tier"  # services that cannot be told apart share one; 1 is best
    P_TOP = "p_top"  # probability of a rank among the best, 0 to 1
    P_BOTTOM = "p_bottom"  # probability of a rank among the last, 0 to 1
    MEASURE = "measure"  # a frozen measure, by its code


SHARES = frozenset({Subject.RANK_SHARE, Subject.P_TOP, Subject.P_BOTTOM})  # written as percentages


class Comparison(StrEnum):
    """How a figure is compared; strict where it says so."""

    AT_LEAST = "at_least"
    ABOVE = "above"
    AT_MOST = "at_most"
    BELOW = "below"

    @property
    def is_upwards(self) -> bool:
        return self in (Comparison.AT_LEAST, Comparison.ABOVE)


class Outcome(StrEnum):
    """What became of a condition, or of all of them."""

    MET = "met"
    NOT_MET = "not_met"
    MISSING = "missing"  # no figure, too few cases, or a quarter that was not frozen: never punishes, never rewards


class Stage(StrEnum):
    """How far a proposal has come."""

    PROPOSED = "proposed"
    DECLINED = "declined"
    NOTICE = "notice"
    DECIDED = "decided"
    EFFECTIVE = "effective"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"
    PUBLISHED = "published"
    CLOSED = "closed"
    FORWARDED = "forwarded"
    GRANTED = "granted"
    REFUSED = "refused"
    REVOKED = "revoked"


TOLD = (  # what the service and its department may see: nobody is confronted with what is only being considered
    Stage.NOTICE,
    Stage.EFFECTIVE,
    Stage.APPEALED,
    Stage.WITHDRAWN,
    Stage.PUBLISHED,
    Stage.CLOSED,
    Stage.FORWARDED,
    Stage.GRANTED,
    Stage.REFUSED,
    Stage.REVOKED,
)


class VersionState(StrEnum):
    """What a version of a rule is good for."""

    DRAFT = "draft"
    ADOPTED = "adopted"
    REPLACED = "replaced"
    RETIRED = "retired"


class Veto(StrEnum):
    """What bars a service from every reward of a quarter (一票否决)."""

    FALSIFIED_DATA = "falsified_data"
    RETALIATION = "retaliation"
    LEAKED_REPORTER = "leaked_reporter"
    SAFETY_ACCIDENT = "safety_accident"


class Vote(StrEnum):
    """What a decider says to a proposal."""

    APPROVE = "approve"
    DECLINE = "decline"


class AppealOutcome(StrEnum):
    """What becomes of an appeal; there is no heavier outcome."""

    UPHELD = "upheld"
    LIGHTER = "lighter"
    REJECTED = "rejected"


@dataclass(frozen=True)
class FigureKey:
    """Which figure of a frozen quarter; `measure` is a code where the subject is a measure, else empty."""

    subject: Subject
    measure: str = ""


@dataclass(frozen=True)
class Figure:
    """One frozen figure with its 95 % interval and the number of cases; None where there is none."""

    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    n: float | None = None


@dataclass(frozen=True)
class Condition:
    """One row of a rule. `at_bound`: even the end of the interval that speaks against it must hold."""

    subject: Subject
    comparison: Comparison
    threshold: float
    measure: str = ""
    at_bound: bool = False
    quarters: int = 1  # frozen quarters in a row, the judged one the last
    min_n: int = 0

    @property
    def key(self) -> FigureKey:
        return FigureKey(self.subject, self.measure)


@dataclass(frozen=True)
class RuleContent:
    """What a version of a rule fixes: all conditions together lead to the consequence."""

    consequence: Consequence
    conditions: tuple[Condition, ...]

    @property
    def kind(self) -> Kind:
        return self.consequence.kind


@dataclass(frozen=True)
class Checked:
    """One condition looked at in one quarter."""

    position: int
    period: str
    condition: Condition
    figure: Figure
    outcome: Outcome


@dataclass(frozen=True)
class Judgement:
    """What a rule says of one service in one quarter, and everything it looked at."""

    outcome: Outcome
    checked: tuple[Checked, ...]
    chance: float  # probability that chance alone meets all conditions when all services are equal


@dataclass(frozen=True)
class DecisionDifference:
    """One thing that a replay finds other than stored."""

    proposal_id: int
    code: str


@dataclass(frozen=True)
class DecisionVerdict:
    """What a replay of every decision found."""

    decision_count: int
    differences: tuple[DecisionDifference, ...]

    @property
    def is_sound(self) -> bool:
        return not self.differences


@dataclass(frozen=True)
class Step:
    """One change of a proposal's stage."""

    at: datetime
    person: str
    person_en: str
    from_stage: Stage | None
    to_stage: Stage
    note: str
