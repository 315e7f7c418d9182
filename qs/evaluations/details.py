"""One sheet of an evaluation as a person may see it: criteria with scores and proofs, appeals, steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.attachments.queries import file_content, files_by_owner
from qs.attachments.terms import KeptFile
from qs.deadlines.queries import dues
from qs.directory.models import Provider, Service
from qs.directory.queries import english
from qs.errors import NotFound
from qs.evaluations import rules
from qs.evaluations.access import fillable_by, known_to, scores_open_to, without_third_party
from qs.evaluations.figures import CriterionFigure, quarter_figures
from qs.evaluations.models import Appeal, Consensus, Criterion, Cycle, MethodStatement, Score, Sheet, SheetStep
from qs.evaluations.queries import comparison
from qs.evaluations.sheets import points_apart
from qs.evaluations.terms import AppealOutcome, CriterionKind, Method, SheetState, Subject
from qs.standards.models import Clause

READ = Permission.EVALUATIONS_READ


@dataclass(frozen=True)
class CriterionDetail:
    """One criterion of a sheet with what was entered, as this person may see it."""

    criterion_id: int
    code: str
    kind: CriterionKind
    name: str
    name_en: str
    guidance: str
    guidance_en: str
    weight: float
    clause: str
    score_id: int | None
    score: int | None
    note: str
    files: tuple[KeptFile, ...]
    figure: CriterionFigure | None


@dataclass(frozen=True)
class Step:
    """One change of a sheet's state."""

    at: datetime
    name: str
    name_en: str
    from_state: SheetState | None
    to_state: SheetState
    note: str


@dataclass(frozen=True)
class AppealDetail:
    """One appeal against the result of a sheet."""

    appeal_id: int
    grounds: str
    filer: str
    filer_en: str
    filed_at: datetime
    due_id: int
    due_at: datetime
    outcome: AppealOutcome | None
    answer: str
    decided_at: datetime | None


@dataclass(frozen=True)
class SheetDetail:
    """One sheet as this person may see it; `score` is empty while scores are closed to the person or missing."""

    sheet_id: int
    cycle_id: int
    cycle: str
    due_on: date
    is_cycle_closed: bool
    service_id: int
    service: str
    service_en: str
    provider: str
    provider_en: str
    subject: Subject
    state: SheetState
    is_mine: bool
    are_scores_open: bool
    score: float | None
    criteria: tuple[CriterionDetail, ...]
    method: Method | None
    author_ids: frozenset[int]
    reviewer_id: int | None
    approver_id: int | None
    submitted_at: datetime | None
    approved_at: datetime | None
    appeal_due_id: int | None
    appeal_until: datetime | None
    missing_reason: str
    appeals: tuple[AppealDetail, ...]
    steps: tuple[Step, ...]
    spread_points: float
    consensus: str
    version: int

    @property
    def is_editable(self) -> bool:
        return self.is_mine and self.state in rules.EDITABLE and not self.is_cycle_closed

    @property
    def waits_for_consensus(self) -> bool:
        return rules.needs_consensus(self.spread_points) and not self.consensus


def sheet(session: Session, sheet_id: int, *, actor: Actor) -> SheetDetail:
    """One sheet. Raises NotFound when there is none the actor may know of."""
    actor.check(READ)
    statement = sa.select(Sheet, scores_open_to(actor).label("is_open"), fillable_by(actor).label("is_mine")).where(
        Sheet.id == sheet_id, known_to(actor)
    )
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound("score_sheet_unknown")
    kept, is_open, is_mine = row
    cycle = session.get_one(Cycle, kept.cycle_id)
    names = session.execute(
        sa.select(
            Service.name.label("service"),
            english(Service.name_en).label("service_en"),
            Provider.name.label("provider"),
            english(Provider.name_en).label("provider_en"),
        )
        .join(Provider, Provider.id == Service.provider_id)
        .where(Service.id == kept.service_id)
    ).one()
    criteria = criteria_of(session, kept, cycle, is_open=bool(is_open), actor=actor)
    scored = [(one.weight, float(one.score)) for one in criteria if one.score is not None]
    spread, consensus = spread_and_consensus(session, kept, actor)
    until = None if kept.due_id is None else dues(session, [kept.due_id], actor=actor)[kept.due_id].due_at
    return SheetDetail(
        **names._asdict(),
        sheet_id=kept.id,
        cycle_id=cycle.id,
        cycle=cycle.name,
        due_on=cycle.due_on,
        is_cycle_closed=cycle.closed_at is not None,
        service_id=kept.service_id,
        subject=kept.subject,
        state=kept.state,
        is_mine=bool(is_mine),
        are_scores_open=bool(is_open),
        score=rules.sheet_score(scored),
        criteria=criteria,
        method=method_of(session, kept.id) if is_open else None,
        author_ids=author_ids(session, kept),
        reviewer_id=kept.reviewer_id,
        approver_id=kept.approver_id,
        submitted_at=kept.submitted_at,
        approved_at=kept.approved_at,
        appeal_due_id=kept.due_id,
        appeal_until=until,
        missing_reason=kept.missing_reason,
        appeals=appeals_of(session, kept.id, actor=actor),
        steps=steps_of(session, kept.id),
        spread_points=spread,
        consensus=consensus,
        version=kept.version,
    )


def author_ids(session: Session, kept: Sheet) -> frozenset[int]:
    entered = session.scalars(sa.select(Score.person_id).where(Score.sheet_id == kept.id).distinct())
    return frozenset(one for one in (*entered, kept.author_id) if one is not None)


def spread_and_consensus(session: Session, kept: Sheet, actor: Actor) -> tuple[float, str]:
    """How far the assessors lie apart and what they agreed on, for those who review; nothing for the others."""
    reviewer = without_third_party(actor)
    if not reviewer.has(Permission.EVALUATIONS_REVIEW) and not reviewer.has(Permission.AUDIT_READ):
        return 0.0, ""
    frame = comparison(session, kept.cycle_id, kept.service_id, actor=actor)
    handed_in = frame[frame["state"].isin(list(rules.HANDED_IN)) & frame["score"].notna()]
    columns = handed_in[["sheet_id", "code", "weight", "score"]]
    note = session.scalar(
        sa.select(Consensus.note).where(Consensus.cycle_id == kept.cycle_id, Consensus.service_id == kept.service_id)
    )
    return points_apart(columns.itertuples(index=False)), note or ""


def criteria_of(
    session: Session, kept: Sheet, cycle: Cycle, *, is_open: bool, actor: Actor
) -> tuple[CriterionDetail, ...]:
    rows = session.execute(
        sa.select(Criterion, sa.func.coalesce(Clause.code, ""), Score)
        .outerjoin(Clause, Clause.id == Criterion.clause_id)
        .outerjoin(Score, sa.and_(Score.criterion_id == Criterion.id, Score.sheet_id == kept.id))
        .where(Criterion.template_id == kept.template_id)
        .order_by(Criterion.position)
    ).all()
    wanted = [one.indicator_id for one, _, _ in rows if one.indicator_id is not None]
    figures = quarter_figures(session, kept.service_id, wanted, cycle.starts_on, cycle.ends_on, actor=actor)
    owners = [f"evaluation_score:{score.id}" for _, _, score in rows if score is not None] if is_open else []
    files = files_by_owner(session, owners, actor=actor)
    return tuple(
        CriterionDetail(
            criterion_id=one.id,
            code=one.code,
            kind=one.kind,
            name=one.name,
            name_en=one.name_en,
            guidance=one.guidance,
            guidance_en=one.guidance_en,
            weight=one.weight,
            clause=clause,
            score_id=score.id if score is not None and is_open else None,
            score=score.score if score is not None and is_open else None,
            note=score.note if score is not None and is_open else "",
            files=() if score is None else files.get(f"evaluation_score:{score.id}", ()),
            figure=figures.get(one.indicator_id) if one.indicator_id is not None else None,
        )
        for one, clause, score in rows
    )


def method_of(session: Session, sheet_id: int) -> Method | None:
    stored = session.get(MethodStatement, sheet_id)
    if stored is None:
        return None
    return Method(**{name: getattr(stored, name) for name in Method.__dataclass_fields__})


def appeals_of(session: Session, sheet_id: int, *, actor: Actor) -> tuple[AppealDetail, ...]:
    rows = session.execute(
        sa.select(Appeal, sa.func.coalesce(Person.name, ""), english(Person.name_en))
        .outerjoin(Person, Person.id == Appeal.filer_id)
        .where(Appeal.sheet_id == sheet_id)
        .order_by(Appeal.id)
    ).all()
    until = dues(session, [one.due_id for one, _, _ in rows], actor=actor)
    return tuple(
        AppealDetail(
            appeal_id=one.id,
            grounds=one.grounds,
            filer=name,
            filer_en=name_en,
            filed_at=one.filed_at,
            due_id=one.due_id,
            due_at=until[one.due_id].due_at,
            outcome=one.outcome,
            answer=one.answer,
            decided_at=one.decided_at,
        )
        for one, name, name_en in rows
    )


def steps_of(session: Session, sheet_id: int) -> tuple[Step, ...]:
    statement = (
        sa.select(
            SheetStep.at,
            sa.func.coalesce(Person.name, ""),
            english(Person.name_en),
            SheetStep.from_state,
            SheetStep.to_state,
            SheetStep.note,
        )
        .outerjoin(Person, Person.id == SheetStep.person_id)
        .where(SheetStep.sheet_id == sheet_id)
        .order_by(SheetStep.id)
    )
    return tuple(Step(*row) for row in session.execute(statement))


def evidence(session: Session, sheet_id: int, score_id: int, file_id: int, *, actor: Actor) -> bytes:
    """The content of a file that proves a score. Raises NotFound unless the scores are open to the actor."""
    actor.check(READ)
    held = session.scalar(
        sa.select(Score.id)
        .join(Sheet, Sheet.id == Score.sheet_id)
        .where(Score.id == score_id, Sheet.id == sheet_id, known_to(actor), scores_open_to(actor))
    )
    if held is None:
        raise NotFound("score_sheet_unknown")
    return file_content(session, f"evaluation_score:{score_id}", file_id, actor=actor)
