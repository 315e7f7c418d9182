"""What can be done to the standards: clauses and indicators begin, and new editions follow; none ever changes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import Fact
from qs.directory.queries import sector_ids_by_code
from qs.errors import Conflict, NotFound
from qs.standards import rules
from qs.standards.editions import (
    insert_clause,
    insert_clause_edition,
    insert_edition,
    insert_indicator,
    newest_clause_edition,
    newest_edition,
    told,
    trace,
)
from qs.standards.library import add_missing_clauses, add_missing_indicators
from qs.standards.models import Clause, ClauseEdition, Indicator, IndicatorEdition
from qs.standards.terms import ClauseContent, Counting, EditionContent, Library, Loaded

EDIT = Permission.STANDARDS_EDIT


def add_indicator(
    session: Session,
    *,
    code: str,
    sector_id: int | None,
    counting: Counting,
    effective_on: date,
    content: EditionContent,
    actor: Actor,
    now: datetime,
) -> Indicator:
    """Begin an indicator with its first edition. Code, sector and way of counting are for good."""
    actor.check_everywhere(EDIT)
    indicator = insert_indicator(session, code.strip(), sector_id, counting)
    insert_edition(session, indicator, effective_on, content, now=now)
    facts: dict[str, Fact] = {"code": indicator.code, "effective_on": effective_on.isoformat()}
    trace(session, "standards.added_indicator", f"indicator:{indicator.id}", actor=actor, now=now, **facts)
    return indicator


def add_indicator_edition(
    session: Session,
    indicator_id: int,
    *,
    effective_on: date,
    content: EditionContent,
    actor: Actor,
    now: datetime,
) -> IndicatorEdition:
    """Give an indicator a new edition from a day on, which may lie ahead; it begins after the newest one.

    Raises InvalidInput, or Conflict when it begins too early or says nothing new.
    """
    actor.check_everywhere(EDIT)
    indicator = session.get(Indicator, indicator_id, with_for_update=True)
    if indicator is None:
        raise NotFound("indicator_unknown")
    content = rules.cleaned(content)
    changes = rules.differences(newest_edition(session, indicator), content)
    if not changes:
        raise Conflict("edition_without_change")
    edition = insert_edition(session, indicator, effective_on, content, now=now)
    facts: dict[str, Fact] = {"code": indicator.code, "effective_on": effective_on.isoformat()}
    for change in changes:
        facts |= {f"{change.field}_from": told(change.before), f"{change.field}_to": told(change.after)}
    trace(session, "standards.added_edition", f"indicator:{indicator_id}", actor=actor, now=now, **facts)
    return edition


def add_clause(
    session: Session,
    *,
    code: str,
    sector_id: int | None,
    effective_on: date,
    content: ClauseContent,
    actor: Actor,
    now: datetime,
) -> Clause:
    actor.check_everywhere(EDIT)
    clause = insert_clause(session, code.strip(), sector_id)
    insert_clause_edition(session, clause, effective_on, content, now=now)
    facts: dict[str, Fact] = {"code": clause.code, "effective_on": effective_on.isoformat()}
    trace(session, "standards.added_clause", f"clause:{clause.id}", actor=actor, now=now, **facts)
    return clause


def add_clause_edition(
    session: Session, clause_id: int, *, effective_on: date, content: ClauseContent, actor: Actor, now: datetime
) -> ClauseEdition:
    """Give a clause a new wording from a day on; the same rules as for an indicator's edition."""
    actor.check_everywhere(EDIT)
    clause = session.get(Clause, clause_id, with_for_update=True)
    if clause is None:
        raise NotFound("clause_unknown", value=clause_id)
    content = rules.cleaned(content)
    changes = rules.differences(newest_clause_edition(session, clause), content)
    if not changes:
        raise Conflict("edition_without_change")
    edition = insert_clause_edition(session, clause, effective_on, content, now=now)
    facts: dict[str, Fact] = {"code": clause.code, "effective_on": effective_on.isoformat()}
    facts["changed"] = [change.field for change in changes]
    trace(session, "standards.added_clause_edition", f"clause:{clause_id}", actor=actor, now=now, **facts)
    return edition


def load_library(session: Session, library: Library, *, actor: Actor, now: datetime) -> Loaded:
    """Add the clauses, indicators and editions that are not there yet; loading the same files twice adds nothing.

    Raises Conflict naming the code when a stored edition, way of counting or sector differs from the file.
    """
    actor.check_everywhere(Permission.STANDARDS_LOAD)
    sector_ids = sector_ids_by_code(session)
    clauses, clause_editions = add_missing_clauses(session, library.clauses, sector_ids, now=now)
    indicators, editions = add_missing_indicators(session, library.indicators, sector_ids, now=now)
    loaded = Loaded(clauses, indicators, clause_editions, editions)
    if clause_editions or editions:
        counts = {name: int(count) for name, count in vars(loaded).items()}
        trace(session, "standards.loaded_library", "standards:library", actor=actor, now=now, **counts)
    return loaded
