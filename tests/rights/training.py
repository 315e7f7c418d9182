"""Who may do what in training: human resources keep it, supervisors choose and grant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from qs.actor import SYSTEM, Role
from qs.rankings.models import FrozenMeasure, FrozenPeriod, ScoreScheme
from qs.rankings.terms import Group
from qs.training import actions, talent
from qs.training.models import TrainingNeed
from qs.training.terms import CourseKind, NewCourse, NewTalentProgramme, Outcome, PartnerKind
from tests.rights.attempt import Attempt

KEEPERS = frozenset({Role.HUMAN_RESOURCES})
DECIDERS = frozenset({Role.SUPERVISOR})


def by(stage, actor=None):
    return {"actor": actor or stage.helper, "now": stage.now}


def nothing(session, stage):
    return None


def partner(session, stage):
    return actions.add_partner(session, name="大学", kind=PartnerKind.UNIVERSITY, **by(stage))


def new_course(partner_id):
    return NewCourse("c", "课", CourseKind.POST, partner_id, 8.0, "目标")


def course(session, stage):
    return actions.add_course(session, new_course(partner(session, stage)), **by(stage))


def planned(session, stage):
    return actions.plan_session(
        session, course(session, stage), starts_at=stage.now, place="室", capacity=5, **by(stage)
    )


def staff(session, stage, number="1", actor=None):
    return actions.add_trainee(
        session,
        number=number,
        name="学员",
        provider_id=stage.world.hospital,
        post="岗",
        joined_on=stage.now.date(),
        **by(stage, actor),
    )


def seated(session, stage):
    session_id, trainee_id = planned(session, stage), staff(session, stage)
    actions.register(session, session_id, [trainee_id], **by(stage))
    return session_id, trainee_id


def ready_to_register(session, stage):
    return planned(session, stage), staff(session, stage)


def need(session, stage):
    row = TrainingNeed(
        service_id=stage.service_id, measure="on-time", period="2026Q3", taken_by=None, taken_at=stage.now, reason=""
    )
    session.add(row)
    session.flush()
    return row.id, course(session, stage)


def weak_figure(session, stage):
    """A frozen quarter in which one indicator of the service is weak."""
    scheme_id = session.scalars(sa.select(ScoreScheme.id)).first()
    period = FrozenPeriod(
        name="2026Q3",
        revision=1,
        starts_at=datetime(2026, 6, 30, 16, tzinfo=UTC),
        ends_at=datetime(2026, 9, 30, 16, tzinfo=UTC),
        frozen_at=stage.now,
        scheme_id=scheme_id,
        method="test",
        seed=1,
        draw_count=1,
        sha256="0" * 64,
    )
    session.add(period)
    session.flush()
    session.add(
        FrozenMeasure(
            period_id=period.id,
            service_id=stage.service_id,
            measure="on-time",
            kind="share",
            part=Group.INDICATORS,
            indicator_id=stage.world.on_time,
            event_count=100,
            numerator=10.0,
            denominator=100.0,
            n=100,
            value=0.1,
            score=10.0,
            score_lower=5.0,
            score_upper=20.0,
            weight=1.0,
        )
    )


def offer(stage):
    return NewTalentProgramme("计划", "条件", 1, 0, 12, (stage.now + timedelta(days=9)).date())


def offered(session, stage):
    return talent.open_talent(session, offer(stage), **by(stage)), staff(session, stage)


def nominated(session, stage):
    talent_id, trainee_id = offered(session, stage)
    return talent_id, talent.nominate(session, talent_id, trainee_id, grounds="符合", actor=SYSTEM, now=stage.now)


def chosen(session, stage):
    talent_id, nomination_id = nominated(session, stage)
    talent.choose(session, talent_id, [nomination_id], **by(stage))
    return talent_id, nomination_id


def granted(session, stage):
    talent_id, nomination_id = chosen(session, stage)
    talent.grant(session, talent_id, actor=SYSTEM, now=stage.now + timedelta(days=20))
    return nomination_id


def row(name, prepare, act, allowed=KEEPERS):
    return Attempt(f"training.{name}", allowed, prepare, act, is_scoped=False, is_office_wide=True)


ATTEMPTS = (
    row(
        "actions.add_partner",
        nothing,
        lambda session, stage, made, actor: actions.add_partner(
            session, name="院", kind=PartnerKind.OWN, **by(stage, actor)
        ),
    ),
    row(
        "actions.add_course",
        partner,
        lambda session, stage, made, actor: actions.add_course(session, new_course(made), **by(stage, actor)),
    ),
    row(
        "actions.plan_session",
        course,
        lambda session, stage, made, actor: actions.plan_session(
            session, made, starts_at=stage.now, place="室", capacity=5, **by(stage, actor)
        ),
    ),
    row(
        "actions.add_trainee",
        nothing,
        lambda session, stage, made, actor: staff(session, stage, "9", actor),
    ),
    row(
        "actions.register",
        ready_to_register,
        lambda session, stage, made, actor: actions.register(session, made[0], [made[1]], **by(stage, actor)),
    ),
    row(
        "actions.hold_session",
        seated,
        lambda session, stage, made, actor: actions.hold_session(session, made[0], {made[1]: True}, **by(stage, actor)),
    ),
    row(
        "actions.cancel_session",
        planned,
        lambda session, stage, made, actor: actions.cancel_session(session, made, reason="取消", **by(stage, actor)),
    ),
    row(
        "actions.take_up_need",
        weak_figure,
        lambda session, stage, made, actor: actions.take_up_need(
            session, stage.service_id, "on-time", "2026Q3", **by(stage, actor)
        ),
    ),
    row(
        "actions.answer_need",
        need,
        lambda session, stage, made, actor: actions.answer_need(session, *made, **by(stage, actor)),
    ),
    row(
        "actions.dismiss_need",
        need,
        lambda session, stage, made, actor: actions.dismiss_need(session, made[0], reason="否", **by(stage, actor)),
    ),
    row(
        "talent.open_talent",
        nothing,
        lambda session, stage, made, actor: talent.open_talent(session, offer(stage), **by(stage, actor)),
    ),
    row(
        "talent.nominate",
        offered,
        lambda session, stage, made, actor: talent.nominate(session, *made, grounds="符合", **by(stage, actor)),
    ),
    row(
        "talent.choose",
        nominated,
        lambda session, stage, made, actor: talent.choose(session, made[0], [made[1]], **by(stage, actor)),
        DECIDERS,
    ),
    row(
        "talent.grant",
        chosen,
        lambda session, stage, made, actor: talent.grant(
            session, made[0], actor=actor, now=stage.now + timedelta(days=20)
        ),
        DECIDERS,
    ),
    row(
        "talent.enter_outcome",
        granted,
        lambda session, stage, made, actor: talent.enter_outcome(session, made, Outcome.FULFILLED, **by(stage, actor)),
    ),
)
