"""Who may do what with the programme: supervisors write and decide, whoever is in charge of a task reports on it."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from qs.actor import SYSTEM, Role
from qs.programme import actions
from qs.programme.models import PlanTask
from qs.programme.terms import Party, Period
from tests.rights.attempt import Attempt

SUPERVISORS = frozenset({Role.SUPERVISOR})
FIRST_DAY = date(2026, 1, 1)


def nothing(session, stage):
    return None


def written(session, stage):
    return actions.begin_plan(session, name="方案", starts_on=FIRST_DAY, actor=stage.helper, now=stage.now)


def task(session, stage):
    plan_id = actions.begin_plan(session, name="方案", starts_on=FIRST_DAY, actor=SYSTEM, now=stage.now)
    actions.adopt_plan(session, plan_id, actor=stage.helper, now=stage.now)
    return session.scalars(sa.select(PlanTask.id).order_by(PlanTask.id)).first()


def change(session, stage):
    wanted = Period(FIRST_DAY, date(2026, 12, 31))
    return actions.ask_change(
        session, task(session, stage), wanted, reason="理由", version=1, actor=stage.helper, now=stage.now
    )


def row(name, prepare, act):
    return Attempt(
        f"programme.actions.{name}", SUPERVISORS, prepare, act, is_scoped=False, is_office_wide=name not in ANYBODY
    )


ANYBODY = ("report_progress", "finish_task", "ask_change")  # the right, or being in charge of the task, is enough
ATTEMPTS = (
    row(
        "begin_plan",
        nothing,
        lambda session, stage, made, actor: actions.begin_plan(
            session, name="方案", starts_on=FIRST_DAY, actor=actor, now=stage.now
        ),
    ),
    row(
        "adopt_plan",
        written,
        lambda session, stage, made, actor: actions.adopt_plan(session, made, actor=actor, now=stage.now),
    ),
    row(
        "report_progress",
        task,
        lambda session, stage, made, actor: actions.report_progress(
            session, made, progress_share=0.5, note="过半", version=1, actor=actor, now=stage.now
        ),
    ),
    row(
        "finish_task",
        task,
        lambda session, stage, made, actor: actions.finish_task(
            session, made, proof="已公布", version=1, actor=actor, now=stage.now
        ),
    ),
    row(
        "ask_change",
        task,
        lambda session, stage, made, actor: actions.ask_change(
            session,
            made,
            Period(FIRST_DAY, date(2026, 12, 31)),
            reason="理由",
            version=1,
            actor=actor,
            now=stage.now,
        ),
    ),
    row(
        "decide_change",
        change,
        lambda session, stage, made, actor: actions.decide_change(
            session, made, is_approved=True, actor=actor, now=stage.now
        ),
    ),
    row(
        "name_owner",
        task,
        lambda session, stage, made, actor: actions.name_owner(
            session, made, stage.helper.person_id, version=1, actor=actor, now=stage.now
        ),
    ),
    row(
        "name_responsible",
        nothing,
        lambda session, stage, made, actor: actions.name_responsible(
            session, Party.PUBLIC_RELATIONS, stage.helper.person_id, actor=actor, now=stage.now
        ),
    ),
)
