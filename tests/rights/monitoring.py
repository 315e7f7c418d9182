"""Who may do what about signals and limits: supervisors on the services they watch; leaders say that they know."""

from __future__ import annotations

from datetime import timedelta

from qs.actor import Role
from qs.monitoring import actions
from qs.monitoring.models import Signal
from qs.monitoring.steps import add_step
from qs.monitoring.terms import Side, SignalKind, SignalStatus, SignalStepKind
from qs.notices.terms import Strength
from qs.observations.actions import add_feed
from qs.observations.ingest import ingest
from qs.periods import Grain
from qs.rectifications.actions import order_rectification
from qs.rectifications.terms import Source
from tests.rights.attempt import Attempt
from tests.world import batch_of

SUPERVISORS = frozenset({Role.SUPERVISOR})
KNOWING = frozenset({Role.SUPERVISOR, Role.SERVICE_LEADER, Role.INFORMATION_TECHNOLOGY})


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
    """The id of a mark that somebody without a name proposed, so that everybody else may approve it."""
    series(session, stage)
    return propose(session, stage, stage.helper)


def propose(session, stage, actor):
    starts_at = stage.now - timedelta(days=10)
    place = (stage.service_id, stage.world.on_time, starts_at)
    return actions.propose_rebase(session, *place, reason="新窗口", actor=actor, now=stage.now)


def silent_feed(session, stage):
    """Figures that ended long enough ago for a scan to find the feed silent."""
    feed = add_feed(session, code="rights", name="数据源", silent_after_hours=24.0, actor=stage.helper, now=stage.now)
    event = {
        "happened_at": stage.now - timedelta(days=10),
        "event_id": "1",
        "service_id": stage.service_id,
        "indicator_id": stage.world.on_time,
        "area_id": stage.world.north,
        "numerator": 9.0,
        "denominator": 10.0,
    }
    ingest(session, batch_of(event), feed_id=feed.id, actor=stage.helper, now=stage.now)


def signal(session, stage, *, is_present=True):
    """The id of a running signal of a fall."""
    one = Signal(
        running_key=f"{stage.service_id}:{stage.world.on_time}:special_cause:concern",
        service_id=stage.service_id,
        indicator_id=stage.world.on_time,
        kind=SignalKind.SPECIAL_CAUSE,
        side=Side.CONCERN,
        strength=Strength.ACT,
        status=SignalStatus.NEW,
        grain=Grain.WEEK,
        period_starts_at=stage.now - timedelta(days=7),
        onset_at=stage.now - timedelta(days=28),
        is_present=is_present,
        figures={"value": 0.7},
        found_at=stage.now,
        last_seen_at=stage.now,
        version=1,
    )
    session.add(one)
    session.flush()
    add_step(session, one, SignalStepKind.FOUND, None, "", stage.helper, stage.now)
    return one.id


def faded(session, stage):
    return signal(session, stage, is_present=False)


def with_order(session, stage):
    order = order_rectification(
        session,
        service_id=stage.service_id,
        source=Source.RATING,
        source_ref="rating:1",
        title="候诊过长",
        demand="缩短候诊。",
        actor=stage.helper,
        now=stage.now,
    )
    return signal(session, stage), order


def by(stage, actor):
    return {"version": 1, "actor": actor, "now": stage.now}


ATTEMPTS = (
    Attempt(
        "monitoring.rebasing.propose_rebase",
        SUPERVISORS,
        series,
        lambda session, stage, made, actor: propose(session, stage, actor),
    ),
    Attempt(
        "monitoring.rebasing.approve_rebase",
        SUPERVISORS,
        marked,
        lambda session, stage, made, actor: actions.approve_rebase(session, made, **by(stage, actor)),
    ),
    Attempt(
        "monitoring.rebasing.withdraw_rebase",
        SUPERVISORS,
        marked,
        lambda session, stage, made, actor: actions.withdraw_rebase(session, made, **by(stage, actor)),
    ),
    Attempt(
        "monitoring.scanning.scan",
        SUPERVISORS,
        silent_feed,
        lambda session, stage, made, actor: actions.scan(session, actor=actor, now=stage.now),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "monitoring.actions.acknowledge_signal",
        KNOWING,
        signal,
        lambda session, stage, made, actor: actions.acknowledge_signal(session, made, **by(stage, actor)),
    ),
    Attempt(
        "monitoring.actions.dismiss_signal",
        SUPERVISORS,
        signal,
        lambda session, stage, made, actor: actions.dismiss_signal(session, made, "已查明", **by(stage, actor)),
    ),
    Attempt(
        "monitoring.actions.order_for_signal",
        SUPERVISORS,
        signal,
        lambda session, stage, made, actor: actions.order_for_signal(
            session, made, title="候诊过长", demand="缩短候诊。", **by(stage, actor)
        ),
    ),
    Attempt(
        "monitoring.actions.link_signal",
        SUPERVISORS,
        with_order,
        lambda session, stage, made, actor: actions.link_signal(session, *made, **by(stage, actor)),
    ),
    Attempt(
        "monitoring.actions.close_signal",
        SUPERVISORS,
        faded,
        lambda session, stage, made, actor: actions.close_signal(session, made, **by(stage, actor)),
    ),
)
