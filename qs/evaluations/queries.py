"""What can be asked of evaluations: cycles, the sheets of one, one sheet, how assessors compare, and what waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.access.models import Person
from qs.access.queries import actors_by_username
from qs.actor import Actor, Permission, Role
from qs.attachments.queries import file_content, files_by_owner
from qs.attachments.terms import KeptFile
from qs.deadlines.queries import dues
from qs.directory.models import Area, Provider, Sector, Service
from qs.directory.queries import english, visible_services
from qs.errors import Fact, NotFound
from qs.evaluations import rules
from qs.evaluations.access import fillable_by, known_to, scores_open_to, without_third_party
from qs.evaluations.figures import CriterionFigure, quarter_figures
from qs.evaluations.models import (
    Appeal,
    Assignment,
    Consensus,
    Criterion,
    Cycle,
    MethodStatement,
    Score,
    Sheet,
    SheetStep,
    Template,
)
from qs.evaluations.sheets import points_apart
from qs.evaluations.terms import AppealOutcome, CriterionKind, Method, SheetState, Subject
from qs.frames import members
from qs.i18n import day, pick
from qs.periods import local_day, start_of
from qs.settings import settings
from qs.standards.models import Clause
from qs.waiting import Waiting

READ = Permission.EVALUATIONS_READ
S = SheetState
CYCLE_COLUMNS = (
    "cycle_id",
    "name",
    "starts_on",
    "ends_on",
    "due_on",
    "opened_at",
    "closed_at",
    "sheet_count",
    "settled_count",
)
SHEET_COLUMNS = (
    "sheet_id",
    "cycle_id",
    "cycle",
    "service_id",
    "service",
    "service_en",
    "provider",
    "provider_en",
    "sector_code",
    "sector",
    "sector_en",
    "area",
    "area_en",
    "subject",
    "state",
    "score",
    "item_count",
    "is_mine",
    "assignee",
    "submitted_at",
    "approved_at",
    "appeal_until",
    "has_pending_appeal",
    "version",
)
COMPARISON_COLUMNS = ("sheet_id", "subject", "state", "position", "code", "name", "name_en", "kind", "weight", "score")
APPROVED_COLUMNS = ("service_id", "subject", "score", "item_count")


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


def cycles(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per cycle, newest first: CYCLE_COLUMNS. Counts are of the sheets the actor may know of.

    Somebody who may know of none of its sheets sees no cycle, unless cycles can be opened by this person.
    """
    actor.check(READ)
    known = sa.case((known_to(actor), 1), else_=0)
    settled = sa.case((sa.and_(known_to(actor), Sheet.state.in_(rules.SETTLED)), 1), else_=0)
    statement = (
        sa.select(
            Cycle.id,
            Cycle.name,
            Cycle.starts_on,
            Cycle.ends_on,
            Cycle.due_on,
            Cycle.opened_at,
            Cycle.closed_at,
            sa.func.coalesce(sa.func.sum(known), 0),
            sa.func.coalesce(sa.func.sum(settled), 0),
        )
        .outerjoin(Sheet, Sheet.cycle_id == Cycle.id)
        .group_by(Cycle.id)
        .order_by(Cycle.starts_on.desc())
    )
    rows = [tuple(row) for row in session.execute(statement)]
    if not actor.has(Permission.EVALUATIONS_OPEN):
        rows = [row for row in rows if row[CYCLE_COLUMNS.index("sheet_count")]]
    frame = pd.DataFrame(rows, columns=list(CYCLE_COLUMNS))
    moments = {name: pd.to_datetime(frame[name], utc=True) for name in ("opened_at", "closed_at")}
    return frame.assign(**moments).astype({"cycle_id": "int64", "sheet_count": "int64", "settled_count": "int64"})


def sheets(session: Session, *, actor: Actor, cycle_id: int | None = None) -> pd.DataFrame:
    """One row per sheet the actor may know of, by service and subject: SHEET_COLUMNS.

    `score`: weighted mean 0 to 100, NaN where there is none or it is not open to the actor; `is_mine`: to be filled in
    by the actor; `assignee`: the third-party evaluator; `subject`, `state`: enum members.
    """
    actor.check(READ)
    statement = sheet_rows(actor).where(known_to(actor)).order_by(Service.code, Sheet.id)
    if cycle_id is not None:
        statement = statement.where(Sheet.cycle_id == cycle_id)
    rows = [row._asdict() for row in session.execute(statement)]
    until = dues(session, [row["due_id"] for row in rows if row["due_id"] is not None], actor=actor)
    for row in rows:
        row["appeal_until"] = None if row["due_id"] is None else until[row["due_id"]].due_at
    frame = pd.DataFrame(rows, columns=list(SHEET_COLUMNS))
    moments = {name: pd.to_datetime(frame[name], utc=True) for name in ("submitted_at", "approved_at", "appeal_until")}
    enums = {name: members(row[name] for row in rows) for name in ("subject", "state")}
    kinds = dict.fromkeys(("sheet_id", "cycle_id", "service_id", "item_count", "version"), "int64")
    flags = {name: frame[name].astype(bool) for name in ("is_mine", "has_pending_appeal")}
    return frame.assign(**moments, **enums, **flags).astype({**kinds, "score": "float64"})


def sheet_rows(actor: Actor) -> sa.Select[*tuple[Any, ...]]:  # Any: as many columns as SHEET_COLUMNS, and a due date
    """Every sheet with its service, its weighted score where it is open to the actor, and a pending appeal."""
    totals = (
        sa.select(
            Score.sheet_id,
            (sa.func.sum(Criterion.weight * Score.score) / sa.func.sum(Criterion.weight)).label("score"),
            sa.func.count(Score.id).label("item_count"),
        )
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(Score.score.is_not(None))
        .group_by(Score.sheet_id)
        .subquery()
    )
    evaluator = aliased(Person)
    is_open = scores_open_to(actor)
    pending = sa.exists().where(Appeal.sheet_id == Sheet.id, Appeal.decided_at.is_(None))
    return (
        sa.select(
            Sheet.id.label("sheet_id"),
            Sheet.cycle_id,
            Cycle.name.label("cycle"),
            Sheet.service_id,
            Service.name.label("service"),
            english(Service.name_en).label("service_en"),
            Provider.name.label("provider"),
            english(Provider.name_en).label("provider_en"),
            Sector.code.label("sector_code"),
            Sector.name.label("sector"),
            english(Sector.name_en).label("sector_en"),
            Area.name.label("area"),
            english(Area.name_en).label("area_en"),
            Sheet.subject,
            Sheet.state,
            sa.case((is_open, totals.c.score)).label("score"),
            sa.func.coalesce(sa.case((is_open, totals.c.item_count)), 0).label("item_count"),
            sa.and_(fillable_by(actor), Cycle.closed_at.is_(None)).label("is_mine"),
            sa.func.coalesce(evaluator.name, "").label("assignee"),
            Sheet.submitted_at,
            Sheet.approved_at,
            Sheet.due_id,
            pending.label("has_pending_appeal"),
            Sheet.version,
        )
        .join(Cycle, Cycle.id == Sheet.cycle_id)
        .join(Service, Service.id == Sheet.service_id)
        .join(Provider, Provider.id == Service.provider_id)
        .join(Sector, Sector.id == Service.sector_id)
        .join(Area, Area.id == Service.area_id)
        .outerjoin(totals, totals.c.sheet_id == Sheet.id)
        .outerjoin(
            Assignment,
            sa.and_(
                Assignment.cycle_id == Sheet.cycle_id,
                Assignment.service_id == Sheet.service_id,
                Sheet.subject == Subject.THIRD_PARTY,
            ),
        )
        .outerjoin(evaluator, evaluator.id == Assignment.person_id)
    )


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


def comparison(session: Session, cycle_id: int, service_id: int, *, actor: Actor) -> pd.DataFrame:
    """One row per score of a service in a cycle that is open to the actor: COMPARISON_COLUMNS, by subject and place."""
    actor.check(READ)
    statement = (
        sa.select(
            Sheet.id,
            Sheet.subject,
            Sheet.state,
            Criterion.position,
            Criterion.code,
            Criterion.name,
            Criterion.name_en,
            Criterion.kind,
            Criterion.weight,
            Score.score,
        )
        .join(Score, Score.sheet_id == Sheet.id)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(
            Sheet.cycle_id == cycle_id,
            Sheet.service_id == service_id,
            Score.score.is_not(None),
            known_to(actor),
            scores_open_to(actor),
        )
        .order_by(Sheet.id, Criterion.position)
    )
    rows = [tuple(row) for row in session.execute(statement)]
    frame = pd.DataFrame(rows, columns=list(COMPARISON_COLUMNS))
    enums = {
        name: members(row[COMPARISON_COLUMNS.index(name)] for row in rows) for name in ("subject", "state", "kind")
    }
    return frame.assign(**enums).astype(
        {"sheet_id": "int64", "position": "int64", "score": "float64", "weight": "float64"}
    )


def differing_services(session: Session, cycle_id: int, *, actor: Actor) -> pd.DataFrame:
    """One row per service whose assessors differ by more than 30 points: service_id, points, has_note."""
    actor.check(Permission.EVALUATIONS_REVIEW)
    rows = session.execute(
        sa.select(Sheet.service_id, Sheet.id, Criterion.code, Criterion.weight, Score.score)
        .join(Score, Score.sheet_id == Sheet.id)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(
            Sheet.cycle_id == cycle_id,
            Sheet.state.in_(rules.HANDED_IN),
            Score.score.is_not(None),
            Sheet.service_id.in_(visible_services(actor, Permission.EVALUATIONS_REVIEW)),
        )
    )
    by_service: dict[int, list[tuple[int, str, float, float]]] = {}
    for service_id, sheet_id, code, weight, score in rows:
        by_service.setdefault(service_id, []).append((sheet_id, code, weight, float(score or 0)))
    noted = set(session.scalars(sa.select(Consensus.service_id).where(Consensus.cycle_id == cycle_id)))
    apart = {service_id: points_apart(scores) for service_id, scores in by_service.items()}
    found = [(one, points, one in noted) for one, points in apart.items() if rules.needs_consensus(points)]
    frame = pd.DataFrame(found, columns=["service_id", "points", "has_note"])
    return frame.astype({"service_id": "int64", "points": "float64", "has_note": "bool"})


def approved_scores(session: Session, quarter_start: datetime, *, actor: Actor) -> pd.DataFrame:
    """One row per approved sheet of the quarter in the actor's scope: service_id, subject, score, item_count.

    `score`: weighted mean of the criteria, 0 to 100; `subject`: self, office or third_party, as text; `item_count`: how
    many criteria were scored. Sheets not reported have no row: missing, never zero.
    """
    actor.check(READ)
    statement = (
        sa.select(
            Sheet.service_id,
            Sheet.subject,
            (sa.func.sum(Criterion.weight * Score.score) / sa.func.sum(Criterion.weight)).label("score"),
            sa.func.count(Score.id).label("item_count"),
        )
        .join(Cycle, Cycle.id == Sheet.cycle_id)
        .join(Score, Score.sheet_id == Sheet.id)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(
            Cycle.starts_on == local_day(quarter_start, settings().zone),
            Sheet.state == S.APPROVED,
            Score.score.is_not(None),
            known_to(actor),
            scores_open_to(actor),
        )
        .group_by(Sheet.id, Sheet.service_id, Sheet.subject)
        .order_by(Sheet.service_id, Sheet.subject)
    )
    rows = [(row[0], row[1].value, row[2], row[3]) for row in session.execute(statement)]
    frame = pd.DataFrame(rows, columns=list(APPROVED_COLUMNS))
    return frame.astype({"service_id": "int64", "subject": "str", "score": "float64", "item_count": "int64"})


def evaluators(session: Session, *, actor: Actor) -> list[tuple[int, str, str, frozenset[int]]]:
    """Third-party evaluators by user name: id, user name, name, and the services their role reaches."""
    actor.check(Permission.EVALUATIONS_OPEN)
    found = []
    for username, person in sorted(actors_by_username(session).items()):
        as_evaluator = rules.in_role(person, Role.THIRD_PARTY, Permission.EVALUATIONS_SCORE)
        if as_evaluator.grants and person.person_id is not None:
            reached = session.scalars(visible_services(as_evaluator, Permission.EVALUATIONS_SCORE))
            found.append((person.person_id, username, person.name, frozenset(reached)))
    return found


def templates(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per criterion of the template in use for each subject: template_id, number, subject, template name(_en),
    code, name(_en), guidance(_en), kind, weight, is_locked."""
    actor.check(READ)
    newest = (
        sa.select(Template.subject, sa.func.max(Template.number).label("number")).group_by(Template.subject).subquery()
    )
    statement = (
        sa.select(
            Template.id.label("template_id"),
            Template.number,
            Template.subject,
            Template.name.label("template"),
            Template.name_en.label("template_en"),
            Criterion.code,
            Criterion.name,
            Criterion.name_en,
            Criterion.guidance,
            Criterion.guidance_en,
            Criterion.kind,
            Criterion.weight,
            sa.exists().where(Sheet.template_id == Template.id).label("is_locked"),
        )
        .join(newest, sa.and_(newest.c.subject == Template.subject, newest.c.number == Template.number))
        .join(Criterion, Criterion.template_id == Template.id)
        .order_by(Template.id, Criterion.position)
    )
    result = session.execute(statement)
    columns = list(result.keys())
    rows = [tuple(row) for row in result]
    frame = pd.DataFrame(rows, columns=columns)
    enums = {name: members(row[columns.index(name)] for row in rows) for name in ("subject", "kind")}
    return frame.assign(**enums)


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What this person has to do in evaluations, most pressing first, gathered by kind of step."""
    if not actor.has(READ):
        return []
    frame = sheets(session, actor=actor)
    open_cycles = {cycle.id: cycle for cycle in session.scalars(sa.select(Cycle).where(Cycle.closed_at.is_(None)))}
    frame = frame[frame["cycle_id"].isin(list(open_cycles))]
    if frame.empty:
        return []
    found: list[Waiting] = []
    for cycle_id, own in frame.groupby("cycle_id", sort=True):
        found += cycle_waiting(session, open_cycles[int(str(cycle_id))], own, actor=actor, now=now)
    latest = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(found, key=lambda one: one.due_at or latest)


def cycle_waiting(session: Session, cycle: Cycle, own: pd.DataFrame, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What waits for the actor in one cycle."""
    found = []
    mine = own[own["is_mine"]]
    fill, change = mine[mine["state"] == S.DRAFT], mine[mine["state"] == S.CHANGE_REQUESTED]
    last_moment = start_of(cycle.due_on + timedelta(days=1), settings().zone)
    found += gathered("sheets_to_fill", cycle, fill, due_at=last_moment)
    found += gathered("sheets_to_change", cycle, change, due_at=last_moment)
    people = involved_people(session, own["sheet_id"])
    is_author = pd.Series([actor.person_id in people[one].authors for one in own["sheet_id"]], index=own.index)
    is_involved = pd.Series([actor.person_id in people[one].everybody for one in own["sheet_id"]], index=own.index)
    if actor.has(Permission.EVALUATIONS_REVIEW):
        review = own[(own["state"] == S.SUBMITTED) & ~is_author]
        found += gathered("sheets_to_review", cycle, review)
        found += consensus_waiting(session, cycle, own, actor=actor)
    if actor.has(Permission.EVALUATIONS_APPROVE):
        approve = own[(own["state"] == S.REVIEWED) & ~is_involved]
        found += gathered("sheets_to_approve", cycle, approve)
        found += appeals_waiting(session, cycle, own[own["has_pending_appeal"]], people, actor=actor)
    leader = rules.in_role(actor, Role.SERVICE_LEADER, Permission.EVALUATIONS_SCORE)
    if leader.grants:
        led = set(session.scalars(visible_services(leader, Permission.EVALUATIONS_SCORE)))
        running = own["appeal_until"] >= pd.Timestamp(now)
        told = own[own["service_id"].isin(led) & (own["state"] == S.APPROVED) & running & ~own["has_pending_appeal"]]
        if len(told):
            found += gathered("results_to_read", cycle, told, due_at=told["appeal_until"].min().to_pydatetime())
    return found


@dataclass(frozen=True)
class Involved:
    """Who had a hand in a sheet."""

    authors: frozenset[int]
    everybody: frozenset[int]


def involved_people(session: Session, sheet_ids: Iterable[int]) -> dict[int, Involved]:
    """Authors, and everybody who reviewed or approved, by sheet."""
    ids = [int(one) for one in sheet_ids]
    authors: dict[int, set[int]] = {one: set() for one in ids}
    entered = sa.select(Score.sheet_id, Score.person_id).where(Score.sheet_id.in_(ids)).distinct()
    for sheet_id, person_id in session.execute(entered):
        if person_id is not None:
            authors[sheet_id].add(person_id)
    found = {}
    named = sa.select(Sheet.id, Sheet.author_id, Sheet.reviewer_id, Sheet.approver_id).where(Sheet.id.in_(ids))
    for sheet_id, author_id, *others in session.execute(named):
        wrote = authors[sheet_id] | ({author_id} if author_id is not None else set())
        found[sheet_id] = Involved(frozenset(wrote), frozenset(wrote | {one for one in others if one is not None}))
    return found


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:  # Any: values of a row
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def gathered(code: str, cycle: Cycle, rows: pd.DataFrame, *, due_at: datetime | None = None) -> list[Waiting]:
    """One line for all sheets that wait for the same step."""
    if rows.empty:
        return []
    first = rows.iloc[0]
    facts: dict[str, Fact] = {
        "count": len(rows),
        "cycle": cycle.name,
        "day": day(cycle.due_on),
        "service": pick(first["service"], first["service_en"]),
    }
    query = {"cycle": str(cycle.id), "sheet": str(first["sheet_id"])}
    return [Waiting(code, "evaluations", due_at, facts, query)]


def consensus_waiting(session: Session, cycle: Cycle, own: pd.DataFrame, *, actor: Actor) -> list[Waiting]:
    apart = differing_services(session, cycle.id, actor=actor)
    names = {row["service_id"]: pick(row["service"], row["service_en"]) for row in rows_of(own)}
    first = {row["service_id"]: row["sheet_id"] for row in rows_of(own[own["state"] == S.REVIEWED])}
    return [
        Waiting(
            "consensus_to_note",
            "evaluations",
            None,
            {"service": names[row["service_id"]], "cycle": cycle.name, "points": round(row["points"])},
            {"cycle": str(cycle.id), "sheet": str(first[row["service_id"]])},
        )
        for row in rows_of(apart[~apart["has_note"]])
        if row["service_id"] in first
    ]


def appeals_waiting(
    session: Session, cycle: Cycle, appealed: pd.DataFrame, people: dict[int, Involved], *, actor: Actor
) -> list[Waiting]:
    """Appeals that this person may decide, each with its time limit."""
    found = []
    for row in rows_of(appealed):
        if actor.person_id in people[row["sheet_id"]].everybody:
            continue
        pending = [one for one in appeals_of(session, row["sheet_id"], actor=actor) if one.decided_at is None]
        facts: dict[str, Fact] = {"service": pick(row["service"], row["service_en"]), "cycle": cycle.name}
        query = {"cycle": str(cycle.id), "sheet": str(row["sheet_id"])}
        found += [Waiting("appeal_to_decide", "evaluations", one.due_at, facts, query) for one in pending]
    return found


def version_of(session: Session, sheet_id: int, *, actor: Actor) -> int:
    """The present version of a sheet, for the next step on it. Raises NotFound."""
    actor.check(READ)
    version = session.scalar(sa.select(Sheet.version).where(Sheet.id == sheet_id, known_to(actor)))
    if version is None:
        raise NotFound("score_sheet_unknown")
    return version
