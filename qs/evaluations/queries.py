"""What can be asked of evaluations: cycles, the sheets of one, how assessors compare, evaluators and templates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.access.models import Person
from qs.access.queries import actors_by_username
from qs.actor import Actor, Permission, Role
from qs.deadlines.queries import dues
from qs.directory.models import Area, Provider, Sector, Service
from qs.directory.queries import english, visible_services
from qs.errors import NotFound
from qs.evaluations import rules
from qs.evaluations.access import fillable_by, known_to, scores_open_to
from qs.evaluations.models import Appeal, Assignment, Consensus, Criterion, Cycle, Score, Sheet, Template
from qs.evaluations.sheets import points_apart
from qs.evaluations.terms import SheetState, Subject
from qs.frames import members
from qs.periods import local_day
from qs.settings import settings

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


def version_of(session: Session, sheet_id: int, *, actor: Actor) -> int:
    """The present version of a sheet, for the next step on it. Raises NotFound."""
    actor.check(READ)
    version = session.scalar(sa.select(Sheet.version).where(Sheet.id == sheet_id, known_to(actor)))
    if version is None:
        raise NotFound("score_sheet_unknown")
    return version
