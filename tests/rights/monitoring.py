"""Who may say that a process began anew: supervisors, on the services they watch."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from qs.actor import Role
from qs.monitoring import actions
from qs.monitoring.models import Rebase
from qs.observations.actions import add_feed
from qs.observations.ingest import ingest
from tests.rights.attempt import Attempt
from tests.world import batch_of

SUPERVISORS = frozenset({Role.SUPERVISOR})


def series(session, stage):
    feed = add_feed(session, code="rights", name="数据源", actor=stage.helper, now=stage.now)
    events = [
        {
            "happened_at": stage.now - timedelta(days=days),
            "event_id": str(days),
            "service_id": stage.service_id,
            "indicator_id": stage.world.on_time,
            "area_id": stage.world.north,
            "numerator": 9.0,
            "denominator": 10.0,
        }
        for days in range(1, 30)
    ]
    ingest(session, batch_of(*events), feed_id=feed.id, actor=stage.helper, now=stage.now)


def marked(session, stage):
    series(session, stage)
    mark(session, stage, stage.helper)
    return session.scalars(sa.select(Rebase.id)).one()


def mark(session, stage, actor):
    actions.mark_rebase(
        session,
        stage.service_id,
        stage.world.on_time,
        stage.now - timedelta(days=10),
        reason="新窗口",
        actor=actor,
        now=stage.now,
    )


ATTEMPTS = (
    Attempt(
        "monitoring.actions.mark_rebase",
        SUPERVISORS,
        series,
        lambda session, stage, made, actor: mark(session, stage, actor),
    ),
    Attempt(
        "monitoring.actions.withdraw_rebase",
        SUPERVISORS,
        marked,
        lambda session, stage, made, actor: actions.withdraw_rebase(session, made, actor=actor, now=stage.now),
    ),
)
