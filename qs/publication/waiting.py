"""What waits for a person in publication: reports to prepare, mend, approve and publish, items to disclose."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.i18n import pick
from qs.publication import rules
from qs.publication.models import Release
from qs.publication.queries import APPROVE, PREPARE, disclosure_items, periods_to_report
from qs.publication.terms import ItemKind, ItemState, ReleaseState
from qs.settings import settings
from qs.waiting import Waiting

LISTED = 8


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """Reports to prepare, mend, approve and publish, and other items that are due: what this person can do."""
    may_prepare = actor.has_everywhere(PREPARE)
    may_approve = actor.has_everywhere(APPROVE)
    if not (may_prepare or may_approve):
        return []
    found = releases_waiting(session, actor, may_prepare=may_prepare, may_approve=may_approve)
    if may_prepare:
        found += [
            Waiting("publication.prepare", "publication", facts={"period": name}, query={"view": "releases"})
            for name in periods_to_report(session, actor=actor)["name"].tolist()
        ]
        found += items_waiting(session, actor, now)
    return found[:LISTED]


def releases_waiting(session: Session, actor: Actor, *, may_prepare: bool, may_approve: bool) -> list[Waiting]:
    statement = (
        sa.select(Release.id, Release.name, Release.revision, Release.state, Release.prepared_by_id)
        .where(Release.state != ReleaseState.PUBLISHED)
        .order_by(Release.starts_at)
    )
    found = []
    for row in session.execute(statement):
        code = ""
        if row.state is ReleaseState.SUBMITTED and may_approve and row.prepared_by_id != actor.person_id:
            code = "publication.approve"
        elif row.state is ReleaseState.SENT_BACK and may_prepare:
            code = "publication.mend"
        elif row.state is ReleaseState.APPROVED and may_prepare:
            code = "publication.publish"
        if code:
            facts = {"period": rules.slug(row.name, row.revision)}
            found.append(Waiting(code, "publication", facts=dict(facts), query={"release": str(row.id)}))
    return found


def items_waiting(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    items = disclosure_items(session, actor=actor, now=now)
    pressing = [
        row
        for row in items.to_dict("records")
        if row["kind"] is not ItemKind.QUARTERLY_REPORT and row["state"] in (ItemState.LATE, ItemState.DUE_SOON)
    ]
    return [
        Waiting(
            "publication.disclose",
            "publication",
            due_at=rules.end_of(row["due_on"], settings().zone),
            facts={"title": pick(row["title"], row["title_en"])},
            query={"view": "calendar"},
        )
        for row in pressing
    ]
