"""How incentives are stored: rules with immutable versions, proposals with all inputs, every signature and step."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from qs.db import Model, enum_column, one_of
from qs.incentives.terms import (
    NAME_LENGTH,
    TEXT_LENGTH,
    AppealOutcome,
    Comparison,
    Consequence,
    Outcome,
    Stage,
    Subject,
    Veto,
    Vote,
)

MEASURE_LENGTH = 64
PERIOD_LENGTH = 6  # 2026Q3
SHA256_LENGTH = 64


class IncentiveStart(Model):
    """From which day incentives take effect; the row set last counts."""

    __tablename__ = "incentive_start"

    id: Mapped[int] = mapped_column(primary_key=True)
    effective_from: Mapped[date]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    set_at: Mapped[datetime]


class IncentiveRule(Model):
    """One rule, through all its versions."""

    __tablename__ = "incentive_rule"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(NAME_LENGTH), unique=True)
    name_en: Mapped[str | None] = mapped_column(sa.String(NAME_LENGTH))
    retired_at: Mapped[datetime | None]
    retired_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    retired_reason: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    version: Mapped[int] = mapped_column(default=1)  # of the row: rises with every version written, adopted, retired

    versions: Mapped[list[IncentiveRuleVersion]] = relationship(
        lazy="raise", order_by="IncentiveRuleVersion.number", back_populates="rule"
    )


class IncentiveRuleVersion(Model):
    """What a rule says; never changed once written, only adopted, by somebody other than its author."""

    __tablename__ = "incentive_rule_version"
    __table_args__ = (
        sa.UniqueConstraint("rule_id", "number"),
        sa.CheckConstraint("(adopted_at IS NULL) = (adopter_id IS NULL)", name="adopted_by_somebody"),
        sa.CheckConstraint("adopter_id <> author_id", name="adopted_by_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[int] = mapped_column(sa.ForeignKey("incentive_rule.id"))
    number: Mapped[int]
    consequence: Mapped[Consequence] = mapped_column(enum_column(Consequence))
    reason: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    written_at: Mapped[datetime]
    adopter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    adopted_at: Mapped[datetime | None]

    rule: Mapped[IncentiveRule] = relationship(lazy="raise", back_populates="versions")
    conditions: Mapped[list[IncentiveCondition]] = relationship(lazy="raise", order_by="IncentiveCondition.position")


class IncentiveCondition(Model):
    """One row of a version; all rows together must hold."""

    __tablename__ = "incentive_condition"
    __table_args__ = (
        sa.UniqueConstraint("version_id", "position"),
        sa.CheckConstraint("(subject = 'measure') = (measure <> '')", name="measure_when_asked"),
        sa.CheckConstraint("quarters >= 1", name="quarters_positive"),
        sa.CheckConstraint("min_n >= 0", name="min_n_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("incentive_rule_version.id"))
    position: Mapped[int]
    subject: Mapped[Subject] = mapped_column(enum_column(Subject))
    measure: Mapped[str] = mapped_column(sa.String(MEASURE_LENGTH), default="")
    comparison: Mapped[Comparison] = mapped_column(enum_column(Comparison))
    threshold: Mapped[float]
    at_bound: Mapped[bool]
    quarters: Mapped[int]
    min_n: Mapped[int]


class IncentiveVeto(Model):
    """What bars a service from every reward of one quarter, until somebody else lifts it."""

    __tablename__ = "incentive_veto"
    __table_args__ = (
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
        sa.CheckConstraint("lifted_by <> person_id", name="lifted_by_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), index=True)
    period: Mapped[str] = mapped_column(sa.String(PERIOD_LENGTH))
    kind: Mapped[Veto] = mapped_column(enum_column(Veto))
    grounds: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    lifted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    lifted_at: Mapped[datetime | None]
    lifted_reason: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))


class IncentiveProposal(Model):
    """One outcome considered for one service and one frozen quarter, from proposal to its end."""

    __tablename__ = "incentive_proposal"
    __table_args__ = (
        sa.UniqueConstraint("rule_version_id", "period", "service_id"),
        sa.CheckConstraint("rule_version_id IS NOT NULL OR grounds <> ''", name="rule_or_grounds"),
        sa.CheckConstraint(one_of("proposed", Consequence), name="proposed_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(sa.ForeignKey("service.id"), index=True)
    period: Mapped[str] = mapped_column(sa.String(PERIOD_LENGTH), index=True)
    period_sha256: Mapped[str] = mapped_column(sa.String(SHA256_LENGTH))
    rule_version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("incentive_rule_version.id"))
    proposed: Mapped[Consequence] = mapped_column(
        enum_column(Consequence, is_checked=False)
    )  # as first proposed, for good
    consequence: Mapped[Consequence] = mapped_column(enum_column(Consequence))  # as it stands; lighter after an appeal
    grounds: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")  # of a nomination, in words
    grounds_en: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    proposer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    stage: Mapped[Stage] = mapped_column(enum_column(Stage))
    notice_due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))
    appeal_due_id: Mapped[int | None] = mapped_column(sa.ForeignKey("due_date.id"))
    concluded_at: Mapped[datetime | None]
    certificate: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    approval_number: Mapped[str | None] = mapped_column(sa.String(80))  # of the authority that granted what was asked
    version: Mapped[int] = mapped_column(default=1)

    inputs: Mapped[list[IncentiveInput]] = relationship(
        lazy="raise", order_by="[IncentiveInput.position, IncentiveInput.period.desc()]"
    )
    decisions: Mapped[list[IncentiveDecision]] = relationship(lazy="raise", order_by="IncentiveDecision.id")
    steps: Mapped[list[IncentiveStep]] = relationship(lazy="raise", order_by="IncentiveStep.id")
    objections: Mapped[list[IncentiveObjection]] = relationship(lazy="raise", order_by="IncentiveObjection.id")
    appeals: Mapped[list[IncentiveAppeal]] = relationship(lazy="raise", order_by="IncentiveAppeal.id")


class IncentiveInput(Model):
    """What one condition saw in one quarter when the proposal was made: enough to replay it."""

    __tablename__ = "incentive_input"
    __table_args__ = (sa.UniqueConstraint("proposal_id", "position", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("incentive_proposal.id"))
    position: Mapped[int]
    period: Mapped[str] = mapped_column(sa.String(PERIOD_LENGTH))
    period_sha256: Mapped[str] = mapped_column(sa.String(SHA256_LENGTH))
    value: Mapped[float | None]
    lower: Mapped[float | None]
    upper: Mapped[float | None]
    n: Mapped[float | None]
    outcome: Mapped[Outcome] = mapped_column(enum_column(Outcome))


class IncentiveDecision(Model):
    """One signature under a proposal; each person signs once."""

    __tablename__ = "incentive_decision"
    __table_args__ = (sa.UniqueConstraint("proposal_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("incentive_proposal.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    vote: Mapped[Vote] = mapped_column(enum_column(Vote))
    reason: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    decided_at: Mapped[datetime]


class IncentiveStep(Model):
    """One change of stage."""

    __tablename__ = "incentive_step"
    __table_args__ = (sa.CheckConstraint(one_of("to_stage", Stage), name="to_stage_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("incentive_proposal.id"), index=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    from_stage: Mapped[Stage | None] = mapped_column(enum_column(Stage))
    to_stage: Mapped[Stage] = mapped_column(enum_column(Stage, is_checked=False))
    note: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH), default="")


class IncentiveObjection(Model):
    """What somebody said against a reward while it was on public notice, and the answer."""

    __tablename__ = "incentive_objection"
    __table_args__ = (
        sa.CheckConstraint("(answered_at IS NULL) = (is_upheld IS NULL)", name="answered_or_not"),
        sa.CheckConstraint("answered_by <> recorded_by", name="answered_by_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("incentive_proposal.id"), index=True)
    text: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    recorded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    is_upheld: Mapped[bool | None]
    answer: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]


class IncentiveAppeal(Model):
    """The one appeal against a decision; who decides it took no part before."""

    __tablename__ = "incentive_appeal"
    __table_args__ = (sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided_or_not"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(sa.ForeignKey("incentive_proposal.id"), unique=True)
    grounds: Mapped[str] = mapped_column(sa.String(TEXT_LENGTH))
    filed_by: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    filed_at: Mapped[datetime]
    due_id: Mapped[int] = mapped_column(sa.ForeignKey("due_date.id"))
    outcome: Mapped[AppealOutcome | None] = mapped_column(enum_column(AppealOutcome))
    lighter: Mapped[Consequence | None] = mapped_column(enum_column(Consequence))
    reason: Mapped[str | None] = mapped_column(sa.String(TEXT_LENGTH))
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
