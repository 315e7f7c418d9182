"""By when notice of a hearing and the list of its participants are due: counted back from it by the pack's limits."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.deadlines.queries import calendar, rule
from qs.deadlines.rules import latest_day
from qs.deadlines.terms import Calendar, Rule
from qs.participation.rules import LatestDays
from qs.participation.terms import HearingKind
from qs.periods import local_day


def notice_rule(session: Session, kind: HearingKind, *, actor: Actor) -> Rule:
    """How long before a hearing of this kind notice is given."""
    return rule(session, f"hearing.notice_{kind.value}", actor=actor)


def list_rule(session: Session, kind: HearingKind, *, actor: Actor) -> Rule:
    """How long before a hearing of this kind the list of participants is published."""
    return rule(session, f"hearing.list_{kind.value}", actor=actor)


def latest_days(session: Session, kind: HearingKind, holds_at: datetime, *, actor: Actor) -> LatestDays:
    """The last days for notice and list of a hearing, whose own day is not counted."""
    known = calendar(session, actor=actor)
    notice, listing = notice_rule(session, kind, actor=actor), list_rule(session, kind, actor=actor)
    return LatestDays(
        notice_on=counted_back(known, holds_at, notice),
        notice_days=notice.limit.amount,
        list_on=counted_back(known, holds_at, listing),
        list_days=listing.limit.amount,
    )


def counted_back(known: Calendar, holds_at: datetime, limit: Rule) -> date:
    return latest_day(known, local_day(holds_at, known.zone), limit.limit)
