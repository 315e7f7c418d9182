"""What can be asked of the standards: the editions in force on a day, their history, the clauses behind them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from qs.actor import Actor, Permission
from qs.directory.models import Sector
from qs.errors import NotFound
from qs.standards.models import Clause, ClauseEdition, Indicator, IndicatorEdition
from qs.standards.terms import Aggregation, ClauseContent, Counting, Direction, EditionContent, Frequency, IndicatorKey

READ = Permission.STANDARDS_READ
ENUMS: dict[str, type[StrEnum]] = {"aggregation": Aggregation, "direction": Direction, "frequency": Frequency}
NUMBERS = ("percentile", "per", "target", "target_high", "tolerance", "weight")
CONTENT = tuple(field.name for field in fields(EditionContent) if field.name != "clause")
EDITION_COLUMNS = (
    "indicator_id",
    "code",
    "sector_id",
    "sector_code",
    "sector",
    "sector_en",
    "aggregation",
    "percentile",
    "per",
    "edition_id",
    "effective_on",
    *CONTENT,
    "clause_id",
    "clause_code",
    "recorded_at",
)
CLAUSE_COLUMNS = (
    "clause_id",
    "code",
    "sector_id",
    "sector_code",
    "sector",
    "sector_en",
    "edition_id",
    "effective_on",
    *(field.name for field in fields(ClauseContent)),
    "recorded_at",
)


@dataclass(frozen=True)
class Edition:
    """One stored edition of an indicator."""

    edition_id: int
    effective_on: date
    recorded_at: datetime
    content: EditionContent


@dataclass(frozen=True)
class ClauseWording:
    """One stored edition of a clause."""

    edition_id: int
    effective_on: date
    recorded_at: datetime
    content: ClauseContent


@dataclass(frozen=True)
class IndicatorDetail:
    """One indicator with all its editions, newest first; no sector means every sector."""

    indicator_id: int
    code: str
    sector: str
    sector_en: str
    counting: Counting
    editions: tuple[Edition, ...]


@dataclass(frozen=True)
class ClauseDetail:
    """One clause with all its editions, newest first; no sector means every sector."""

    clause_id: int
    code: str
    sector: str
    sector_en: str
    editions: tuple[ClauseWording, ...]


def editions_on(session: Session, day: date, *, actor: Actor) -> pd.DataFrame:
    """One row per indicator that has an edition in force on the day, by code: EDITION_COLUMNS, clause_title(_en).

    `sector_id` and `clause_id` are empty where there is none; missing texts are "". Targets, tolerance: in the
    indicator's unit, shares 0 to 1; NaN where there is none. `direction`, `frequency`, `aggregation`: enum members.
    """
    actor.check(READ)
    newest = in_force(IndicatorEdition.indicator_id, IndicatorEdition.effective_on, day)
    statement = (
        edition_rows()
        .join(newest, sa.and_(newest.c.id == Indicator.id, newest.c.day == IndicatorEdition.effective_on))
        .order_by(Indicator.code)
    )
    return with_clause_titles(edition_frame(session, statement), clauses_on(session, day, actor=actor))


def coming_editions(session: Session, day: date, *, actor: Actor) -> pd.DataFrame:
    """One row per edition that takes effect after the day, soonest first: EDITION_COLUMNS."""
    actor.check(READ)
    later = edition_rows().where(IndicatorEdition.effective_on > day)
    return edition_frame(session, later.order_by(IndicatorEdition.effective_on, Indicator.code))


def indicator_history(session: Session, indicator_id: int, *, actor: Actor) -> tuple[Edition, ...]:
    """Every edition of one indicator, newest first, those still to come included. Raises NotFound."""
    actor.check(READ)
    statement = (
        sa.select(IndicatorEdition, Clause.code)
        .outerjoin(Clause, Clause.id == IndicatorEdition.clause_id)
        .where(IndicatorEdition.indicator_id == indicator_id)
        .order_by(IndicatorEdition.effective_on.desc())
    )
    found = session.execute(statement).all()
    if not found:
        raise NotFound("indicator_unknown")
    return tuple(
        Edition(edition.id, edition.effective_on, edition.recorded_at, edition_content(edition, clause))
        for edition, clause in found
    )


def indicator_detail(session: Session, indicator_id: int, *, actor: Actor) -> IndicatorDetail:
    """One indicator and its history. Raises NotFound."""
    editions = indicator_history(session, indicator_id, actor=actor)
    indicator = session.get_one(Indicator, indicator_id)
    names = sector_names(session, indicator.sector_id)
    return IndicatorDetail(indicator_id, indicator.code, *names, counting_of(indicator), editions)


def sector_names(session: Session, sector_id: int | None) -> tuple[str, str]:
    sector = None if sector_id is None else session.get(Sector, sector_id)
    return ("", "") if sector is None else (sector.name, sector.name_en or "")


def clauses_on(session: Session, day: date, *, actor: Actor) -> pd.DataFrame:
    """One row per clause that has an edition in force on the day, by code: CLAUSE_COLUMNS; missing texts are ""."""
    actor.check(READ)
    newest = in_force(ClauseEdition.clause_id, ClauseEdition.effective_on, day)
    statement = (
        clause_rows()
        .join(newest, sa.and_(newest.c.id == Clause.id, newest.c.day == ClauseEdition.effective_on))
        .order_by(Clause.code)
    )
    return clause_frame(session, statement)


def clause_history(session: Session, clause_id: int, *, actor: Actor) -> tuple[ClauseWording, ...]:
    """Every edition of one clause, newest first, those still to come included. Raises NotFound."""
    actor.check(READ)
    own = sa.select(ClauseEdition).where(ClauseEdition.clause_id == clause_id)
    found = session.scalars(own.order_by(ClauseEdition.effective_on.desc())).all()
    if not found:
        raise NotFound("clause_unknown", value=clause_id)
    return tuple(
        ClauseWording(edition.id, edition.effective_on, edition.recorded_at, clause_content(edition))
        for edition in found
    )


def clause_detail(session: Session, clause_id: int, *, actor: Actor) -> ClauseDetail:
    """One clause and its history. Raises NotFound."""
    editions = clause_history(session, clause_id, actor=actor)
    clause = session.get_one(Clause, clause_id)
    return ClauseDetail(clause_id, clause.code, *sector_names(session, clause.sector_id), editions)


def clause_ids_by_code(session: Session) -> dict[str, int]:
    """Code -> id of every clause."""
    return {code: clause_id for code, clause_id in session.execute(sa.select(Clause.code, Clause.id))}


def indicators_by_code(session: Session) -> dict[str, IndicatorKey]:
    """Code -> what an importer must know of every indicator."""
    statement = sa.select(
        Indicator.code, Indicator.id, Indicator.sector_id, Indicator.aggregation, Indicator.percentile, Indicator.per
    )
    return {
        code: IndicatorKey(indicator_id, sector_id, Counting(aggregation, percentile, per))
        for code, indicator_id, sector_id, aggregation, percentile, per in session.execute(statement)
    }


def edition_content(edition: IndicatorEdition, clause: str | None) -> EditionContent:
    """What a stored edition says; `clause` is the code of the clause it points at."""
    return EditionContent(**{name: getattr(edition, name) for name in CONTENT}, clause=clause)


def clause_content(edition: ClauseEdition) -> ClauseContent:
    return ClauseContent(**{field.name: getattr(edition, field.name) for field in fields(ClauseContent)})


def counting_of(indicator: Indicator) -> Counting:
    return Counting(indicator.aggregation, indicator.percentile, indicator.per)


def in_force(identity: InstrumentedAttribute[int], effective_on: InstrumentedAttribute[date], day: date) -> sa.Subquery:
    """The day of the newest edition of each identity that has begun by `day`: columns id, day."""
    newest = sa.select(identity.label("id"), sa.func.max(effective_on).label("day"))
    return newest.where(effective_on <= day).group_by(identity).subquery()


def edition_rows() -> sa.Select[*tuple[Any, ...]]:  # Any: as many columns as EDITION_COLUMNS
    columns = {
        "indicator_id": Indicator.id,
        "code": Indicator.code,
        "sector_id": Indicator.sector_id,
        **sector_columns(),
        "aggregation": Indicator.aggregation,
        "percentile": Indicator.percentile,
        "per": Indicator.per,
        "edition_id": IndicatorEdition.id,
        "effective_on": IndicatorEdition.effective_on,
        **{name: text_column(IndicatorEdition, name) for name in CONTENT},
        "clause_id": IndicatorEdition.clause_id,
        "clause_code": sa.func.coalesce(Clause.code, ""),
        "recorded_at": IndicatorEdition.recorded_at,
    }
    return (
        sa.select(*(column.label(name) for name, column in columns.items()))
        .select_from(Indicator)
        .join(IndicatorEdition, IndicatorEdition.indicator_id == Indicator.id)
        .outerjoin(Sector, Sector.id == Indicator.sector_id)
        .outerjoin(Clause, Clause.id == IndicatorEdition.clause_id)
    )


def clause_rows() -> sa.Select[*tuple[Any, ...]]:  # Any: as many columns as CLAUSE_COLUMNS
    columns = {
        "clause_id": Clause.id,
        "code": Clause.code,
        "sector_id": Clause.sector_id,
        **sector_columns(),
        "edition_id": ClauseEdition.id,
        "effective_on": ClauseEdition.effective_on,
        **{field.name: text_column(ClauseEdition, field.name) for field in fields(ClauseContent)},
        "recorded_at": ClauseEdition.recorded_at,
    }
    return (
        sa.select(*(column.label(name) for name, column in columns.items()))
        .select_from(Clause)
        .join(ClauseEdition, ClauseEdition.clause_id == Clause.id)
        .outerjoin(Sector, Sector.id == Clause.sector_id)
    )


def sector_columns() -> dict[str, Any]:  # Any: texts
    return {
        "sector_code": sa.func.coalesce(Sector.code, ""),
        "sector": sa.func.coalesce(Sector.name, ""),
        "sector_en": sa.func.coalesce(Sector.name_en, ""),
    }


def text_column(
    model: type[IndicatorEdition] | type[ClauseEdition], name: str
) -> sa.ColumnElement[Any]:  # Any: column of any type
    column = getattr(model, name)
    return sa.func.coalesce(column, "") if name.endswith("_en") else column.expression


def edition_frame(session: Session, statement: sa.Select[*tuple[Any, ...]]) -> pd.DataFrame:  # Any: EDITION_COLUMNS
    rows = [row._asdict() for row in session.execute(statement)]
    frame = pd.DataFrame(rows, columns=list(EDITION_COLUMNS))
    kinds = {"indicator_id": "int64", "edition_id": "int64", "places": "int64", "clause_id": "Int64"}
    frame = frame.astype({"sector_id": "Int64", **kinds, **dict.fromkeys(NUMBERS, "float64")})
    return frame.assign(**{name: members(frame[name], kind) for name, kind in ENUMS.items()})


def members(column: pd.Series, kind: type[StrEnum]) -> pd.Series:
    """The column as enum members: pandas keeps only their text."""
    return pd.Series([kind(value) for value in column], index=column.index, dtype=object)


def with_clause_titles(editions: pd.DataFrame, clauses: pd.DataFrame) -> pd.DataFrame:
    """The editions with the titles of their clauses: clause_title, clause_title_en, "" where there is none."""
    titles = clauses.set_index("clause_id")[["title", "title_en"]]
    return editions.assign(
        clause_title=editions["clause_id"].map(titles["title"]).astype(object).fillna(""),
        clause_title_en=editions["clause_id"].map(titles["title_en"]).astype(object).fillna(""),
    )


def clause_frame(session: Session, statement: sa.Select[*tuple[Any, ...]]) -> pd.DataFrame:  # Any: CLAUSE_COLUMNS
    rows = [row._asdict() for row in session.execute(statement)]
    kinds = {"clause_id": "int64", "edition_id": "int64", "sector_id": "Int64"}
    return pd.DataFrame(rows, columns=list(CLAUSE_COLUMNS)).astype(kinds)
