"""Closed orders looked at again: when the figures say that it did not last, the machine opens them again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.queries import actors_by_username
from qs.actor import Actor, Permission
from qs.audit.actions import Fact, record
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.i18n import gettext as _
from qs.i18n import pick, speaking
from qs.notices.actions import queue_notice
from qs.notices.queries import listeners
from qs.notices.terms import Notice, Strength
from qs.periods import local_day, start_of
from qs.rectifications.effects import AFTER_DAYS, LATEST_DAYS, contrast, lasting
from qs.rectifications.figures import ONE_DAY, compared_since, edition_on, frozen, thawed
from qs.rectifications.models import Rectification, RectificationRecheck, RectificationVerification
from qs.rectifications.steps import begin_round, object_of
from qs.rectifications.terms import LABELS, Lasting, Status, Verdict
from qs.settings import settings
from qs.standards.models import Indicator

VERIFY = Permission.RECTIFICATIONS_VERIFY


def recheck_closed(session: Session, *, actor: Actor, now: datetime) -> list[int]:
    """Look again at orders closed long enough ago, once for each closing; returns the ids of those opened again.

    Part of the daily run; running it again changes nothing. An order whose figures are too few waits until they are
    enough, for half a year.
    """
    actor.check_everywhere(VERIFY)
    looked_at, reopened = [], []
    for stored, verification in due_for_recheck(session, now):
        found = rechecked(session, stored, verification, actor=actor, now=now)
        if found is None:
            continue
        session.add(found)
        session.flush()
        looked_at.append(stored.id)
        if found.lasting.reopens:
            begin_round(session, stored, "", actor=actor, now=now)
            tell(session, stored, verification, found.lasting, actor=actor, now=now)
            reopened.append(stored.id)
    if looked_at:
        facts: dict[str, Fact] = {"count": len(looked_at), "ids": looked_at, "reopened": reopened}
        record(session, "rectifications.rechecked", "rectifications:closed", actor=actor, now=now, **facts)
    return reopened


def due_for_recheck(session: Session, now: datetime) -> list[tuple[Rectification, RectificationVerification]]:
    """Closed orders with figures that nobody looked at since this closing, the longest closed first."""
    zone = settings().zone
    today = local_day(now, zone)
    latest = start_of(today - timedelta(days=AFTER_DAYS), zone)  # closed before: as many whole days have passed since
    earliest = start_of(today - timedelta(days=LATEST_DAYS), zone)
    done = sa.select(RectificationRecheck.verification_id)
    statement = (
        sa.select(Rectification, RectificationVerification)
        .join(RectificationVerification, RectificationVerification.rectification_id == Rectification.id)
        .where(
            Rectification.status == Status.CLOSED,
            Rectification.indicator_id.is_not(None),
            Rectification.closed_at >= earliest,
            Rectification.closed_at < latest,
            RectificationVerification.verdict == Verdict.CLOSED,
            RectificationVerification.verified_at == Rectification.closed_at,
            RectificationVerification.effect.is_not(None),
            RectificationVerification.id.not_in(done),
        )
        .order_by(Rectification.closed_at, Rectification.id)
        .with_for_update(of=Rectification)
    )
    return [(stored, verification) for stored, verification in session.execute(statement)]


def rechecked(
    session: Session, stored: Rectification, verification: RectificationVerification, *, actor: Actor, now: datetime
) -> RectificationRecheck | None:
    """What the whole days since closing say; None while they say nothing yet."""
    zone = settings().zone
    kept = thawed(verification)
    if kept is None or stored.indicator_id is None:
        return None
    since, until = (
        start_of(local_day(verification.verified_at, zone) + ONE_DAY, zone),
        start_of(local_day(now, zone), zone),
    )
    found = compared_since(session, stored, since, until, actor=actor)
    if found is None:
        return None
    indicator = session.get_one(Indicator, stored.indicator_id)
    both = (*kept.days, *found.days)
    since_proof = contrast(kept.after, found.after, both, indicator.aggregation, found.direction, per=indicator.per)
    target = edition_on(session, stored.indicator_id, now).target
    told = lasting(found.contrast, since_proof, kept.effect, target=target, direction=found.direction)
    if told is None:
        return None
    return RectificationRecheck(
        rectification_id=stored.id,
        verification_id=verification.id,
        lasting=told,
        target=target,
        checked_at=now,
        **frozen(found),
    )


def tell(
    session: Session,
    stored: Rectification,
    verification: RectificationVerification,
    found: Lasting,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Leave notices to who answers for it and who closed it; the screens say it to everybody else concerned."""
    service = session.get_one(Service, stored.service_id)
    people = {one for one in (stored.responsible_id, verification.person_id) if one is not None}
    for listener in listeners(session, may_know(session, people, stored), strength=Strength.ACT, actor=actor):
        with speaking(listener.language):
            notice = Notice(
                topic=object_of(stored),
                kind="rectification.reopened",
                subject=_("Opened again by the figures: {title}").format(title=pick(stored.title, stored.title_en)),
                body=_("{service} · {field}").format(
                    service=pick(service.name, service.name_en), field=_(LABELS[Lasting][found])
                ),
                link=f"/rectifications?rectification={stored.id}",
            )
        queue_notice(
            session,
            listener.person_id,
            notice,
            strength=Strength.ACT,
            dedupe_key=f"{object_of(stored)}:reopened:{stored.round}",
            actor=actor,
            now=now,
        )


def may_know(session: Session, people: Collection[int], stored: Rectification) -> set[int]:
    """Those of these people who may still read the order: responsibilities change."""
    read = Permission.RECTIFICATIONS_READ
    return {
        one.person_id
        for one in actors_by_username(session).values()
        if one.person_id in people
        and one.person_id is not None
        and one.has(read)
        and session.scalar(visible_services(one, read).where(Service.id == stored.service_id)) is not None
    }
