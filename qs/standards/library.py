"""Standards as reviewed text: TOML files of clauses and indicators, read strictly and loaded without changing any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.orm import Session

from qs.definitions import Entry, read_entries, read_tables
from qs.errors import Conflict, InvalidInput, NotFound, Problem
from qs.settings import SHIPPED_DATA
from qs.standards import rules
from qs.standards.editions import insert_clause, insert_clause_edition, insert_edition, insert_indicator
from qs.standards.models import Clause, ClauseEdition, Indicator, IndicatorEdition
from qs.standards.queries import clause_content, counting_of, edition_content
from qs.standards.terms import (
    Aggregation,
    ClauseContent,
    ClauseDefinition,
    Counting,
    Direction,
    EditionContent,
    Frequency,
    IndicatorDefinition,
    Library,
)

LIBRARY_DIR = SHIPPED_DATA / "standards"


class ClauseEntry(Entry):
    """A [[clause]] of a file: one edition of a clause."""

    sector: str | None = None
    title: str
    title_en: str | None = None
    text: str
    text_en: str | None = None
    source: str
    source_en: str | None = None
    effective_on: date


class IndicatorEntry(Entry):
    """An [[indicator]] of a file: one edition of an indicator."""

    sector: str | None = None
    aggregation: Annotated[Aggregation, Field(strict=False)]
    percentile: float | None = None
    per: float = 1.0
    effective_on: date
    name: str
    name_en: str | None = None
    definition: str
    definition_en: str | None = None
    numerator: str
    numerator_en: str | None = None
    denominator: str
    denominator_en: str | None = None
    unit: str
    unit_en: str | None = None
    direction: Annotated[Direction, Field(strict=False)]
    frequency: Annotated[Frequency, Field(strict=False)]
    source: str
    source_en: str | None = None
    owner: str
    review_on: date
    clause: str | None = None
    target: float | None = None
    target_high: float | None = None
    tolerance: float
    weight: float
    places: int


def read_library(paths: Iterable[Path]) -> Library:
    """The definitions of the files, validated. Raises InvalidInput with every problem of every file."""
    problems: list[Problem] = []
    clauses: list[ClauseDefinition] = []
    indicators: list[IndicatorDefinition] = []
    for path in paths:
        tables = read_tables(path, {"clause", "indicator"}, problems)
        for clause in read_entries(path, tables, "clause", ClauseEntry, problems):
            clauses.append(clause_definition(path.name, clause.entry))
            problems.extend(replace(problem, where=clause.where) for problem in clause_problems(clauses[-1]))
        for indicator in read_entries(path, tables, "indicator", IndicatorEntry, problems):
            indicators.append(indicator_definition(path.name, indicator.entry))
            problems.extend(replace(problem, where=indicator.where) for problem in indicator_problems(indicators[-1]))
    problems.extend(repeated((*clauses, *indicators)))
    if problems:
        raise InvalidInput(problems=problems)
    return Library(tuple(clauses), tuple(indicators))


def shipped_library() -> Library:
    """Every definition that comes with the program."""
    return read_library(sorted(LIBRARY_DIR.glob("*.toml")))


def clause_definition(file: str, entry: ClauseEntry) -> ClauseDefinition:
    content = ClauseContent(**{field.name: getattr(entry, field.name) for field in fields(ClauseContent)})
    return ClauseDefinition(file, entry.code, entry.sector, entry.effective_on, rules.cleaned(content))


def indicator_definition(file: str, entry: IndicatorEntry) -> IndicatorDefinition:
    content = EditionContent(**{field.name: getattr(entry, field.name) for field in fields(EditionContent)})
    counting = Counting(entry.aggregation, entry.percentile, entry.per)
    return IndicatorDefinition(file, entry.code, entry.sector, counting, entry.effective_on, rules.cleaned(content))


def clause_problems(definition: ClauseDefinition) -> Iterator[Problem]:
    yield from rules.code_problems(definition.code)
    yield from rules.day_problems(definition.effective_on)
    yield from rules.text_problems(definition.content)


def indicator_problems(definition: IndicatorDefinition) -> Iterator[Problem]:
    yield from rules.code_problems(definition.code)
    yield from rules.counting_problems(definition.counting)
    yield from rules.edition_problems(definition.counting, definition.effective_on, definition.content)


def repeated(definitions: Sequence[ClauseDefinition | IndicatorDefinition]) -> Iterable[Problem]:
    """A problem for each definition of a code and day that was defined before."""
    seen: set[tuple[type, str, date]] = set()
    for definition in definitions:
        key = (type(definition), definition.code, definition.effective_on)
        if key in seen:
            place = f"{definition.file} {definition.code}"
            yield Problem("defined_twice", where=place, facts={"effective_on": definition.effective_on.isoformat()})
        seen.add(key)


def add_missing_clauses(
    session: Session, definitions: Iterable[ClauseDefinition], sector_ids: Mapping[str, int], *, now: datetime
) -> tuple[int, int]:
    """Add the clauses and editions not there yet, in the order of their days; returns how many of each."""
    stored = {clause.code: clause for clause in session.scalars(sa.select(Clause))}
    known = session.scalars(sa.select(ClauseEdition))
    contents = {(edition.clause_id, edition.effective_on): clause_content(edition) for edition in known}
    clause_count = edition_count = 0
    for definition in sorted(definitions, key=lambda entry: entry.effective_on):
        sector_id = sector_of(definition, sector_ids)
        clause = stored.get(definition.code)
        if clause is None:
            clause = stored[definition.code] = insert_clause(session, definition.code, sector_id)
            clause_count += 1
        check_sector_is_same(clause, sector_id)
        content = contents.get((clause.id, definition.effective_on))
        if content is None:
            insert_clause_edition(session, clause, definition.effective_on, definition.content, now=now)
            edition_count += 1
        elif content != definition.content:
            raise edition_differs(definition)
    return clause_count, edition_count


def add_missing_indicators(
    session: Session, definitions: Iterable[IndicatorDefinition], sector_ids: Mapping[str, int], *, now: datetime
) -> tuple[int, int]:
    """Add the indicators and editions not there yet, in the order of their days; returns how many of each."""
    stored = {indicator.code: indicator for indicator in session.scalars(sa.select(Indicator))}
    known = sa.select(IndicatorEdition, Clause.code).outerjoin(Clause, Clause.id == IndicatorEdition.clause_id)
    contents = {
        (edition.indicator_id, edition.effective_on): edition_content(edition, clause)
        for edition, clause in session.execute(known)
    }
    indicator_count = edition_count = 0
    for definition in sorted(definitions, key=lambda entry: entry.effective_on):
        sector_id = sector_of(definition, sector_ids)
        indicator = stored.get(definition.code)
        if indicator is None:
            indicator = insert_indicator(session, definition.code, sector_id, definition.counting)
            stored[definition.code] = indicator
            indicator_count += 1
        check_sector_is_same(indicator, sector_id)
        if counting_of(indicator) != definition.counting:
            raise Conflict("counting_differs", value=definition.code)
        content = contents.get((indicator.id, definition.effective_on))
        if content is None:
            insert_edition(session, indicator, definition.effective_on, definition.content, now=now)
            edition_count += 1
        elif content != definition.content:
            raise edition_differs(definition)
    return indicator_count, edition_count


def sector_of(definition: ClauseDefinition | IndicatorDefinition, sector_ids: Mapping[str, int]) -> int | None:
    if definition.sector is None:
        return None
    if definition.sector not in sector_ids:
        raise NotFound("standard_sector_unknown", value=definition.sector, code=definition.code)
    return sector_ids[definition.sector]


def check_sector_is_same(stored: Indicator | Clause, sector_id: int | None) -> None:
    if stored.sector_id != sector_id:
        raise Conflict("sector_differs", value=stored.code)


def edition_differs(definition: ClauseDefinition | IndicatorDefinition) -> Conflict:
    return Conflict("edition_differs", value=definition.code, effective_on=definition.effective_on.isoformat())
