"""How editions are stored: one follows another, a code is given once, and what is stored stays as it is."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.audit.actions import Fact, record
from qs.directory.models import Sector
from qs.errors import Conflict, NotFound
from qs.standards import rules
from qs.standards.models import Clause, ClauseEdition, Indicator, IndicatorEdition
from qs.standards.queries import clause_content, counting_of, edition_content
from qs.standards.terms import ClauseContent, Counting, EditionContent
from qs.versions import Subject, raise_version

Coded = TypeVar("Coded", Indicator, Clause)


class CodeTaken(Conflict):
    """Another clause or indicator has this code."""

    code = "standard_code_taken"


def insert_indicator(session: Session, code: str, sector_id: int | None, counting: Counting) -> Indicator:
    rules.refuse([*rules.code_problems(code), *rules.counting_problems(counting)])
    check_sector(session, sector_id)
    indicator = Indicator(
        code=code,
        sector_id=sector_id,
        aggregation=counting.aggregation,
        percentile=counting.percentile,
        per=counting.per,
    )
    return insert(session, indicator)


def insert_clause(session: Session, code: str, sector_id: int | None) -> Clause:
    rules.refuse(rules.code_problems(code))
    check_sector(session, sector_id)
    return insert(session, Clause(code=code, sector_id=sector_id))


def insert(session: Session, row: Coded) -> Coded:
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise CodeTaken(value=row.code) from error
    return row


def insert_edition(
    session: Session, indicator: Indicator, effective_on: date, content: EditionContent, *, now: datetime
) -> IndicatorEdition:
    """Store an edition after checking it. Raises InvalidInput, NotFound for its clause, Conflict for its day."""
    content = rules.cleaned(content)
    rules.refuse(rules.edition_problems(counting_of(indicator), effective_on, content))
    check_is_newest(session, indicator, effective_on)
    values = {name: getattr(content, name) for name in columns(EditionContent)}
    clause_id = None if content.clause is None else clause_by_code(session, content.clause).id
    edition = IndicatorEdition(
        indicator_id=indicator.id, effective_on=effective_on, clause_id=clause_id, recorded_at=now, **values
    )
    session.add(edition)
    session.flush()
    return edition


def insert_clause_edition(
    session: Session, clause: Clause, effective_on: date, content: ClauseContent, *, now: datetime
) -> ClauseEdition:
    content = rules.cleaned(content)
    rules.refuse([*rules.day_problems(effective_on), *rules.text_problems(content)])
    check_is_newest(session, clause, effective_on)
    values = {name: getattr(content, name) for name in columns(ClauseContent)}
    edition = ClauseEdition(clause_id=clause.id, effective_on=effective_on, recorded_at=now, **values)
    session.add(edition)
    session.flush()
    return edition


def check_sector(session: Session, sector_id: int | None) -> None:
    if sector_id is not None and session.get(Sector, sector_id) is None:
        raise NotFound("standard_sector_unknown", value=str(sector_id))


def check_is_newest(session: Session, subject: Indicator | Clause, effective_on: date) -> None:
    """Raise Conflict unless every stored edition begins before this day: what was in force stays as it was."""
    newest_on = session.scalar(newest_day(subject))
    if newest_on is not None and effective_on <= newest_on:
        raise Conflict("edition_too_early", value=subject.code, newest_on=newest_on.isoformat())


def newest_day(subject: Indicator | Clause) -> sa.Select[date | None]:
    if isinstance(subject, Indicator):
        return sa.select(sa.func.max(IndicatorEdition.effective_on)).where(IndicatorEdition.indicator_id == subject.id)
    return sa.select(sa.func.max(ClauseEdition.effective_on)).where(ClauseEdition.clause_id == subject.id)


def clause_by_code(session: Session, code: str) -> Clause:
    clause = session.scalar(sa.select(Clause).where(Clause.code == code))
    if clause is None:
        raise NotFound("clause_unknown", value=code)
    return clause


def newest_edition(session: Session, indicator: Indicator) -> EditionContent:
    statement = (
        sa.select(IndicatorEdition, Clause.code)
        .outerjoin(Clause, Clause.id == IndicatorEdition.clause_id)
        .where(IndicatorEdition.indicator_id == indicator.id)
        .order_by(IndicatorEdition.effective_on.desc())
        .limit(1)
    )
    edition, clause = session.execute(statement).one()
    return edition_content(edition, clause)


def newest_clause_edition(session: Session, clause: Clause) -> ClauseContent:
    statement = (
        sa.select(ClauseEdition)
        .where(ClauseEdition.clause_id == clause.id)
        .order_by(ClauseEdition.effective_on.desc())
        .limit(1)
    )
    return clause_content(session.scalars(statement).one())


def columns(content: type[EditionContent] | type[ClauseContent]) -> list[str]:
    """The fields of a content that are columns of its table: all but the clause, which is stored by its id."""
    return [field.name for field in fields(content) if field.name != "clause"]


def trace(session: Session, action: str, subject: str, *, actor: Actor, now: datetime, **facts: Fact) -> None:
    """Tell cached screens, then write the entry in the trail."""
    raise_version(session, Subject.STANDARDS)
    record(session, action, subject, actor=actor, now=now, **facts)


def told(value: object) -> Fact:
    """A field's value as the trail keeps it."""
    return value.isoformat() if isinstance(value, date) else value  # type: ignore[return-value]  # texts, numbers, None
