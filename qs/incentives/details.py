"""What the questions about incentives are answered with: rules, simulations and proposals, whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from qs.attachments.terms import KeptFile
from qs.incentives.terms import (
    AppealOutcome,
    Condition,
    Consequence,
    Figure,
    Outcome,
    RuleContent,
    Stage,
    Step,
    VersionState,
    Veto,
    Vote,
)


@dataclass(frozen=True)
class Name:
    """Somebody by name; both empty for a programme."""

    person_id: int | None
    name: str
    name_en: str


@dataclass(frozen=True)
class VersionDetail:
    """One version of a rule and what it is good for."""

    version_id: int
    number: int
    state: VersionState
    content: RuleContent
    reason: str
    author: Name
    written_at: datetime
    adopter: Name
    adopted_at: datetime | None


@dataclass(frozen=True)
class RuleDetail:
    """One rule with its versions, newest first; `version` is what a change of it must name."""

    rule_id: int
    name: str
    name_en: str | None
    version: int
    retired_at: datetime | None
    versions: tuple[VersionDetail, ...]

    @property
    def newest(self) -> VersionDetail:
        return self.versions[0]

    @property
    def in_force(self) -> VersionDetail | None:
        return next((one for one in self.versions if one.state is VersionState.ADOPTED), None)

    @property
    def draft(self) -> VersionDetail | None:
        return self.newest if self.newest.state is VersionState.DRAFT else None


@dataclass(frozen=True)
class Simulation:
    """What a rule would have proposed. `frame`: one row per service and frozen quarter, SIMULATION_COLUMNS."""

    frame: pd.DataFrame
    periods: tuple[str, ...]  # oldest first

    @property
    def proposed_count(self) -> int:
        return int((self.frame["outcome"] == Outcome.MET).sum())

    @property
    def service_count(self) -> int:
        return int(self.frame.loc[self.frame["outcome"] == Outcome.MET, "service_id"].nunique())

    @property
    def by_chance(self) -> float:
        """How many proposals chance alone would make if all services were equal."""
        return float(self.frame["chance"].sum())

    @property
    def missing_share(self) -> float:
        return float((self.frame["outcome"] == Outcome.MISSING).mean()) if len(self.frame) else 0.0


@dataclass(frozen=True)
class InputDetail:
    """What one condition saw in one quarter when the proposal was made."""

    period: str
    condition: Condition
    figure: Figure
    outcome: Outcome


@dataclass(frozen=True)
class SignatureDetail:
    """One signature under a proposal."""

    person: Name
    vote: Vote
    reason: str
    decided_at: datetime


@dataclass(frozen=True)
class ObjectionDetail:
    """One objection, with its answer when there is one."""

    objection_id: int
    text: str
    recorded_by: int | None
    recorded_at: datetime
    is_upheld: bool | None
    answer: str | None


@dataclass(frozen=True)
class AppealDetail:
    """The appeal against a decision, with its outcome when there is one."""

    grounds: str
    filed_by: Name
    filed_at: datetime
    due_at: datetime
    outcome: AppealOutcome | None
    lighter: Consequence | None
    reason: str | None
    decided_by: Name
    decided_at: datetime | None
    files: tuple[KeptFile, ...]


@dataclass(frozen=True)
class ProposalDetail:
    """One proposal with everything it rests on and everything that happened to it."""

    proposal_id: int
    version: int
    service_id: int
    service: str
    service_en: str
    department: str
    department_en: str
    period: str
    period_sha256: str
    proposed: Consequence
    consequence: Consequence
    stage: Stage
    grounds: str
    grounds_en: str | None
    rule: str
    rule_en: str | None
    content: RuleContent | None  # what the rule said; None for a nomination
    rule_version: int | None
    proposer: Name
    proposed_at: datetime
    inputs: tuple[InputDetail, ...]
    signatures: tuple[SignatureDetail, ...]
    steps: tuple[Step, ...]
    objections: tuple[ObjectionDetail, ...]
    appeal: AppealDetail | None
    notice_due_at: datetime | None
    appeal_due_at: datetime | None
    concluded_at: datetime | None
    certificate: str | None
    approval_number: str | None
    vetoes: tuple[Veto, ...]
    involved: frozenset[int | None]
    is_party: bool  # the actor answers for this service and cannot decide about it
