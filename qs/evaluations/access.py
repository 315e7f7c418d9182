"""Who may see and do what with a sheet: scope by role, and third parties by assignment alone."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.actor import Actor, Permission, Role
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import NotFound
from qs.evaluations import rules
from qs.evaluations.models import Assignment, Cycle, Sheet
from qs.evaluations.terms import SheetState, Subject

READ, SCORE = Permission.EVALUATIONS_READ, Permission.EVALUATIONS_SCORE
INSIDERS = (Permission.EVALUATIONS_OPEN, Permission.EVALUATIONS_REVIEW, Permission.AUDIT_READ)


def without_third_party(actor: Actor) -> Actor:
    """The actor as somebody of the office or of a service, who reads by scope."""
    own = tuple(grant for grant in actor.grants if grant.role is not Role.THIRD_PARTY)
    return Actor(actor.person_id, actor.username, actor.name, own, actor.extra, actor.feed_id)


def assigned_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Third-party sheets of the services assigned to this person and within the role's scope."""
    as_evaluator = rules.in_role(actor, Role.THIRD_PARTY, READ)
    if not as_evaluator.grants:
        return sa.false()
    given = aliased(Assignment)
    held = sa.exists().where(
        given.cycle_id == Sheet.cycle_id, given.service_id == Sheet.service_id, given.person_id == actor.person_id
    )
    inside = Sheet.service_id.in_(visible_services(as_evaluator, READ))
    return sa.and_(Sheet.subject == Subject.THIRD_PARTY, held, inside)


def known_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Which sheets an actor may know of: by scope, or for a third party its own assignments."""
    reader = without_third_party(actor)
    by_scope = Sheet.service_id.in_(visible_services(reader, READ)) if reader.has(READ) else sa.false()
    return sa.or_(by_scope, assigned_to(actor))


def scores_open_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Of which sheets an actor may see the scores.

    The office and auditors see all; a service sees its own assessment, and the others once they are approved; a third
    party sees its own and never anybody else's.
    """
    reader = without_third_party(actor)
    inside = [Sheet.service_id.in_(visible_services(reader, one)) for one in INSIDERS if reader.has(one)]
    by_scope = Sheet.service_id.in_(visible_services(reader, READ)) if reader.has(READ) else sa.false()
    told = sa.and_(by_scope, sa.or_(Sheet.subject == Subject.SELF, Sheet.state == SheetState.APPROVED))
    return sa.or_(*inside, told, assigned_to(actor))


def fillable_by(actor: Actor) -> sa.ColumnElement[bool]:
    """Which sheets an actor fills in: leaders their self-assessment, supervisors the office's, third parties theirs."""
    leader = rules.in_role(actor, Role.SERVICE_LEADER, SCORE)
    office = rules.in_role(actor, Role.SUPERVISOR, SCORE)
    own = sa.and_(Sheet.subject == Subject.SELF, Sheet.service_id.in_(visible_services(leader, SCORE)))
    offices = sa.and_(Sheet.subject == Subject.OFFICE, Sheet.service_id.in_(visible_services(office, SCORE)))
    if SCORE in actor.extra:
        return sa.true()
    return sa.or_(own, offices, sa.and_(assigned_to(actor), sa.literal(actor.has(SCORE))))


def answers_for(session: Session, actor: Actor, service_id: int) -> bool:
    """True for the leader of a service, by the directory or by role: nobody judges the own service."""
    leader = rules.in_role(actor, Role.SERVICE_LEADER, SCORE)
    if leader.grants:
        held = session.scalar(visible_services(leader, SCORE).where(Service.id == service_id))
        if held is not None:
            return True
    leader_id = session.scalar(sa.select(Service.leader_id).where(Service.id == service_id))
    return actor.person_id is not None and leader_id == actor.person_id


def open_sheet(session: Session, sheet_id: int, condition: sa.ColumnElement[bool]) -> tuple[Sheet, Cycle]:
    """The sheet, locked, with its cycle. Raises NotFound unless the condition holds."""
    statement = sa.select(Sheet).where(Sheet.id == sheet_id, condition)
    sheet = session.scalar(statement.with_for_update(of=Sheet))
    if sheet is None:
        raise NotFound("score_sheet_unknown")
    return sheet, session.get_one(Cycle, sheet.cycle_id)
