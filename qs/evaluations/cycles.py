"""The cycles of evaluation: opened for a quarter with their sheets, given to third parties, closed when settled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qs.access.queries import actors_by_username
from qs.actor import Actor, Permission, Role
from qs.audit.actions import Fact, record
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import Conflict, InvalidInput, NotFound
from qs.evaluations import rules
from qs.evaluations.access import SCORE
from qs.evaluations.models import Appeal, Assignment, Cycle, Sheet
from qs.evaluations.sheets import check_open, move
from qs.evaluations.templates import newest_templates
from qs.evaluations.terms import SheetState, Subject
from qs.periods import local_day, quarter_days
from qs.settings import settings

OPEN = Permission.EVALUATIONS_OPEN
S = SheetState


def open_cycle(
    session: Session, name: str, *, service_ids: Collection[int], due_on: date, actor: Actor, now: datetime
) -> int:
    """Open the evaluation of a quarter: a self-assessment and an office sheet for each of the services.

    Raises InvalidInput for a name that is no quarter, Conflict when it is open already or no template is there.
    """
    actor.check_everywhere(OPEN)
    starts_on, ends_on = named_quarter(name)
    today = local_day(now, settings().zone)
    if today < starts_on:
        raise InvalidInput("cycle_too_early", name=name)
    if due_on < today:
        raise InvalidInput("cycle_due_on_past")
    running = sa.select(Service.id).where(
        Service.id.in_(service_ids),
        Service.starts_on < ends_on,
        sa.or_(Service.ends_on.is_(None), Service.ends_on >= starts_on),
    )
    chosen = sorted(session.scalars(running))
    if not chosen:
        raise InvalidInput("cycle_without_services")
    templates = newest_templates(session)
    cycle = Cycle(
        name=name, starts_on=starts_on, ends_on=ends_on, due_on=due_on, opened_at=now, opener_id=actor.person_id
    )
    insert_cycle(session, cycle)
    for subject in (Subject.SELF, Subject.OFFICE):
        add_sheets(session, cycle, subject, chosen, templates[subject], actor=actor, now=now)
    facts: dict[str, Fact] = {"cycle": name, "due_on": due_on.isoformat(), "sheet_count": 2 * len(chosen)}
    record(session, "evaluations.opened_cycle", f"evaluation_cycle:{cycle.id}", actor=actor, now=now, **facts)
    return cycle.id


def named_quarter(name: str) -> tuple[date, date]:
    try:
        return quarter_days(name)
    except ValueError as error:
        raise InvalidInput("cycle_name_faulty") from error


def insert_cycle(session: Session, cycle: Cycle) -> None:
    try:
        with session.begin_nested():
            session.add(cycle)
            session.flush()
    except IntegrityError as error:
        raise Conflict("cycle_exists", name=cycle.name) from error


def add_sheets(
    session: Session,
    cycle: Cycle,
    subject: Subject,
    service_ids: Sequence[int],
    template_id: int,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """One sheet in draft for each of the services, unless it is there already."""
    held = set(session.scalars(sa.select(Sheet.service_id).where(Sheet.cycle_id == cycle.id, Sheet.subject == subject)))
    sheets = [
        Sheet(cycle_id=cycle.id, service_id=service_id, subject=subject, template_id=template_id, state=S.DRAFT)
        for service_id in service_ids
        if service_id not in held
    ]
    session.add_all(sheets)
    session.flush()
    for sheet in sheets:
        move(session, sheet, S.DRAFT, actor=actor, now=now, is_new=True)


def assign_third_party(
    session: Session, cycle_id: int, person_id: int, service_ids: Collection[int], *, actor: Actor, now: datetime
) -> None:
    """Give services of a cycle to a third-party evaluator, who sees these sheets and nothing else of the cycle.

    A service assigned before goes to this person, as long as its sheet is in draft. Raises Conflict when the person
    does not hold the role over all of the services.
    """
    actor.check_everywhere(OPEN)
    cycle = cycle_to_change(session, cycle_id)
    wanted = sorted(set(service_ids))
    if not wanted or evaluated_by(session, person_id, wanted) != set(wanted):
        raise Conflict("third_party_unfit")
    templates = newest_templates(session)
    add_sheets(session, cycle, Subject.THIRD_PARTY, wanted, templates[Subject.THIRD_PARTY], actor=actor, now=now)
    check_not_begun(session, cycle_id, wanted)
    held = {
        one.service_id: one for one in session.scalars(sa.select(Assignment).where(Assignment.cycle_id == cycle_id))
    }
    for service_id in wanted:
        if service_id in held:
            held[service_id].person_id, held[service_id].assigned_at = person_id, now
        else:
            session.add(Assignment(cycle_id=cycle_id, service_id=service_id, person_id=person_id, assigned_at=now))
    session.flush()
    facts: dict[str, Fact] = {"person_id": person_id, "service_ids": wanted}
    record(session, "evaluations.assigned_third_party", f"evaluation_cycle:{cycle_id}", actor=actor, now=now, **facts)


def evaluated_by(session: Session, person_id: int, service_ids: Sequence[int]) -> set[int]:
    """Those of the services that this person holds the role of a third party over."""
    person = next((one for one in actors_by_username(session).values() if one.person_id == person_id), None)
    if person is None:
        return set()
    as_evaluator = rules.in_role(person, Role.THIRD_PARTY, SCORE)
    if not as_evaluator.grants:
        return set()
    return set(session.scalars(visible_services(as_evaluator, SCORE).where(Service.id.in_(service_ids))))


def check_not_begun(session: Session, cycle_id: int, service_ids: Sequence[int]) -> None:
    """Raise when a third party has begun to fill in the sheet of one of the services."""
    begun = session.scalars(
        sa.select(Sheet).where(
            Sheet.cycle_id == cycle_id,
            Sheet.service_id.in_(service_ids),
            Sheet.subject == Subject.THIRD_PARTY,
            Sheet.state != S.DRAFT,
        )
    ).first()
    if begun is not None:
        raise rules.forbidden(begun.state)


def cycle_to_change(session: Session, cycle_id: int) -> Cycle:
    """The cycle, locked. Raises NotFound, or Conflict when it is closed."""
    cycle = session.get(Cycle, cycle_id, with_for_update=True)
    if cycle is None:
        raise NotFound("cycle_unknown")
    check_open(cycle)
    return cycle


def close_cycle(session: Session, cycle_id: int, *, actor: Actor, now: datetime) -> None:
    """Close a cycle in which every sheet is approved or marked as not reported and no appeal is pending."""
    actor.check_everywhere(OPEN)
    cycle = cycle_to_change(session, cycle_id)
    pending = sa.exists().where(Appeal.sheet_id == Sheet.id, Appeal.decided_at.is_(None))
    open_count = session.scalar(
        sa.select(sa.func.count(Sheet.id)).where(
            Sheet.cycle_id == cycle_id, sa.or_(Sheet.state.not_in(rules.SETTLED), pending)
        )
    )
    if open_count:
        raise Conflict("cycle_sheets_open", count=open_count)
    cycle.closed_at = now
    subject, facts = f"evaluation_cycle:{cycle_id}", {"cycle": cycle.name}
    record(session, "evaluations.closed_cycle", subject, actor=actor, now=now, **facts)
