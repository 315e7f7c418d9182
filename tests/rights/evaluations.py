"""Who may do what in evaluations: leaders assess themselves, the office evaluates, others review and decide."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import SYSTEM, Actor, Grant, Role
from qs.evaluations import actions, appeals, cycles
from qs.evaluations.models import Assignment, Criterion, Sheet
from qs.evaluations.rectifying import rectify_criterion
from qs.evaluations.templates import add_template, change_template, newest_templates, shipped_templates
from qs.evaluations.terms import AppealOutcome, Scored, SheetState, Subject, TemplateContent
from qs.periods import local_day, quarter_name
from qs.settings import settings
from tests.rights.attempt import Attempt, Stage

OFFICE = frozenset({Role.SUPERVISOR})
LEADERS = frozenset({Role.SERVICE_LEADER})
EVALUATORS = frozenset({Role.THIRD_PARTY})


def as_role(stage: Stage, role: Role) -> Actor:
    helper = stage.helper
    return Actor(helper.person_id, helper.username, helper.name, (Grant(role),))


def opened(session: Session, stage: Stage) -> int:
    today = local_day(stage.now, settings().zone)
    return cycles.open_cycle(
        session,
        quarter_name(today),
        service_ids=[stage.service_id],
        due_on=today + timedelta(days=14),
        actor=SYSTEM,
        now=stage.now,
    )


def sheet_of(session: Session, stage: Stage, subject: Subject) -> Sheet:
    """The draft of this subject in a new cycle."""
    cycle_id = opened(session, stage)
    if subject is Subject.THIRD_PARTY:
        templates = newest_templates(session)
        session.add(
            Sheet(
                cycle_id=cycle_id,
                service_id=stage.service_id,
                subject=subject,
                template_id=templates[subject],
                state=SheetState.DRAFT,
            )
        )
        session.flush()
    return session.scalars(sa.select(Sheet).where(Sheet.cycle_id == cycle_id, Sheet.subject == subject)).one()


def draft(subject: Subject) -> Callable[[Session, Stage], Sheet]:
    return lambda session, stage: sheet_of(session, stage, subject)


def scores(session: Session, sheet: Sheet, points: int = 80) -> dict[int, Scored]:
    ids = session.scalars(sa.select(Criterion.id).where(Criterion.template_id == sheet.template_id))
    return {criterion_id: Scored(points, "有据") for criterion_id in ids}


def submit(session: Session, stage: Stage, sheet: Sheet, role: Role, points: int = 80) -> None:
    given = scores(session, sheet, points)
    actions.submit_sheet(session, sheet.id, given, version=sheet.version, actor=as_role(stage, role), now=stage.now)


def submitted(session: Session, stage: Stage) -> Sheet:
    sheet = sheet_of(session, stage, Subject.OFFICE)
    submit(session, stage, sheet, Role.SUPERVISOR)
    return sheet


def reviewed(session: Session, stage: Stage) -> Sheet:
    sheet = submitted(session, stage)
    actions.review_sheet(session, sheet.id, version=sheet.version, actor=SYSTEM, now=stage.now)
    return sheet


def approved(session: Session, stage: Stage) -> Sheet:
    sheet = reviewed(session, stage)
    actions.approve_sheet(session, sheet.id, version=sheet.version, actor=SYSTEM, now=stage.now)
    return sheet


def appealed(session: Session, stage: Stage) -> int:
    sheet = approved(session, stage)
    leader = as_role(stage, Role.SERVICE_LEADER)
    by = {"version": sheet.version, "actor": leader, "now": stage.now}
    return appeals.file_appeal(session, sheet.id, grounds="数据缺失", **by)


def contested(session: Session, stage: Stage) -> Sheet:
    office = submitted(session, stage)
    own = sa.select(Sheet).where(Sheet.cycle_id == office.cycle_id, Sheet.subject == Subject.SELF)
    submit(session, stage, session.scalars(own).one(), Role.SERVICE_LEADER, points=20)
    return office


def settled(session: Session, stage: Stage) -> int:
    cycle_id = opened(session, stage)
    for sheet in session.scalars(sa.select(Sheet).where(Sheet.cycle_id == cycle_id)):
        actions.mark_not_reported(session, sheet.id, reason="停业", version=sheet.version, actor=SYSTEM, now=stage.now)
    return cycle_id


def template(session: Session, stage: Stage) -> TemplateContent:
    return shipped_templates()[0]


def unused_template(session: Session, stage: Stage) -> int:
    return add_template(session, shipped_templates()[0], actor=SYSTEM, now=stage.now)


def nothing(session: Session, stage: Stage) -> None:
    """A cycle needs only what every office has."""


def add(session: Session, stage: Stage, made: TemplateContent, actor: Actor) -> None:
    add_template(session, made, actor=actor, now=stage.now)


def change(session: Session, stage: Stage, made: int, actor: Actor) -> None:
    change_template(session, made, shipped_templates()[0], actor=actor, now=stage.now)


def open_it(session: Session, stage: Stage, made: None, actor: Actor) -> None:
    today = local_day(stage.now, settings().zone)
    cycles.open_cycle(
        session, quarter_name(today), service_ids=[stage.service_id], due_on=today, actor=actor, now=stage.now
    )


def assign(session: Session, stage: Stage, made: int, actor: Actor) -> None:
    person_id = session.scalars(sa.select(Person.id).where(Person.username == "r.third-party")).one()
    cycles.assign_third_party(session, made, person_id, [stage.service_id], actor=actor, now=stage.now)


def save(session: Session, stage: Stage, made: Sheet, actor: Actor) -> None:
    """A third party only works on what it was given, so whoever tries is given it."""
    if made.subject is Subject.THIRD_PARTY and actor.person_id is not None:
        given = {"cycle_id": made.cycle_id, "service_id": made.service_id, "person_id": actor.person_id}
        session.add(Assignment(**given, assigned_at=stage.now))
        session.flush()
    given_scores = scores(session, made)
    actions.save_scores(session, made.id, given_scores, version=made.version, actor=actor, now=stage.now)


def hand_in(session: Session, stage: Stage, made: Sheet, actor: Actor) -> None:
    given = scores(session, made)
    actions.submit_sheet(session, made.id, given, version=made.version, actor=actor, now=stage.now)


def by(made: Sheet, actor: Actor, stage: Stage) -> dict[str, Any]:
    return {"version": made.version, "actor": actor, "now": stage.now}


def request(session: Session, stage: Stage, made: Sheet, actor: Actor) -> None:
    actions.request_change(session, made.id, note="请补充", **by(made, actor, stage))


def review(session: Session, stage: Stage, made: Sheet, actor: Actor) -> None:
    actions.review_sheet(session, made.id, **by(made, actor, stage))


def note(session: Session, stage: Stage, made: Sheet, actor: Actor) -> None:
    actions.note_consensus(session, made.cycle_id, made.service_id, note="会商一致", actor=actor, now=stage.now)


def approve(session: Session, stage: Stage, made: Sheet, actor: Actor) -> None:
    actions.approve_sheet(session, made.id, **by(made, actor, stage))


def miss(session: Session, stage: Stage, made: Sheet, actor: Actor) -> None:
    actions.mark_not_reported(session, made.id, reason="停业", **by(made, actor, stage))


def appeal(session: Session, stage: Stage, made: Sheet, actor: Actor) -> None:
    appeals.file_appeal(session, made.id, grounds="数据缺失", **by(made, actor, stage))


def decide(session: Session, stage: Stage, made: int, actor: Actor) -> None:
    appeals.decide_appeal(session, made, AppealOutcome.REJECTED, answer="维持", actor=actor, now=stage.now)


def close(session: Session, stage: Stage, made: int, actor: Actor) -> None:
    cycles.close_cycle(session, made, actor=actor, now=stage.now)


def rectify(session: Session, stage: Stage, made: Sheet, actor: Actor) -> None:
    criterion = session.scalars(sa.select(Criterion.id).where(Criterion.template_id == made.template_id).limit(1)).one()
    wanted = {"title": "窗口秩序", "demand": "两周内改正。"}
    rectify_criterion(session, made.id, criterion, **wanted, actor=actor, now=stage.now)


ATTEMPTS = (
    Attempt("evaluations.rectifying.rectify_criterion", OFFICE, approved, rectify),
    Attempt("evaluations.templates.add_template", OFFICE, template, add, is_office_wide=True),
    Attempt("evaluations.templates.change_template", OFFICE, unused_template, change, is_office_wide=True),
    Attempt("evaluations.cycles.open_cycle", OFFICE, nothing, open_it, is_office_wide=True),
    Attempt("evaluations.cycles.assign_third_party", OFFICE, opened, assign, is_office_wide=True),
    Attempt("evaluations.actions.save_scores", LEADERS, draft(Subject.SELF), save),
    Attempt("evaluations.actions.save_scores", OFFICE, draft(Subject.OFFICE), save),
    Attempt("evaluations.actions.save_scores", EVALUATORS, draft(Subject.THIRD_PARTY), save),
    Attempt("evaluations.actions.submit_sheet", LEADERS, draft(Subject.SELF), hand_in),
    Attempt("evaluations.actions.request_change", OFFICE, submitted, request),
    Attempt("evaluations.actions.review_sheet", OFFICE, submitted, review),
    Attempt("evaluations.actions.note_consensus", OFFICE, contested, note),
    Attempt("evaluations.actions.approve_sheet", OFFICE, reviewed, approve),
    Attempt("evaluations.actions.mark_not_reported", OFFICE, draft(Subject.SELF), miss),
    Attempt("evaluations.appeals.file_appeal", LEADERS, approved, appeal),
    Attempt("evaluations.appeals.decide_appeal", OFFICE, appealed, decide),
    Attempt("evaluations.cycles.close_cycle", OFFICE, settled, close, is_office_wide=True),
)
