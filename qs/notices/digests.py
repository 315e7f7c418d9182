"""Digests: what was collected for a person since the last one, as one message, most pressing first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.i18n import gettext as _
from qs.i18n import ngettext, number, speaking
from qs.notices.actions import inserted
from qs.notices.models import NoticeWish, OutboxNotice
from qs.notices.queries import language_of
from qs.notices.terms import DIGEST, LABELS, Notice, NoticeState, Strength, Wish

MOST_LISTED = 40  # a message holds so many; the rest is counted


def people_with_digest(session: Session, now: datetime) -> list[int]:
    """The ids of those for whom a digest is due and who were told of something since the last one."""
    row = OutboxNotice
    due = sa.select(row.person_id).where(row.state == NoticeState.COLLECTED, row.due_at <= now)
    return [one for one in session.scalars(due.distinct().order_by(row.person_id)) if one is not None]


def gather_digest(session: Session, person_id: int, now: datetime, *, staff_address: str) -> int | None:
    """Put everything collected for a person into one notice of its own; returns its id.

    None when another process was faster, or the person wants nothing any more; then nothing is changed here, or the
    collected notices are dropped.
    """
    row = OutboxNotice
    collected = (row.person_id == person_id, row.state == NoticeState.COLLECTED)
    statement = sa.select(row).where(*collected).order_by(row.id).with_for_update(skip_locked=True)
    found = session.scalars(statement).all()
    if not found:
        return None
    wish = session.get(NoticeWish, person_id)
    person = session.get_one(Person, person_id)
    if wish is None or not wish.channel.leaves_the_house or not person.is_active:
        session.execute(sa.update(row).where(*collected).values(state=NoticeState.DROPPED))
        return None
    with speaking(language_of(person.language)):
        notice = digest_of(found, staff_address=staff_address)
    strongest = max((one.strength for one in found), key=list(Strength).index)
    key = f"digest:{found[-1].id}"  # another one after this has a later notice in it
    digest_id = inserted(session, person_id, notice, Wish(wish.channel), now, strength=strongest, dedupe_key=key)
    if digest_id is None:
        return None
    for one in found:
        one.state, one.digest_id = NoticeState.IN_DIGEST, digest_id
    session.flush()
    return digest_id


def digest_of(found: Sequence[OutboxNotice], *, staff_address: str) -> Notice:
    """The words of a digest, in the language of the run: one heading for each strength, one matter together."""
    acting = sum(one.strength is Strength.ACT for one in found)
    subject = ngettext("Digest: {n} notice", "Digest: {n} notices", len(found)).format(n=number(len(found)))
    if acting:
        more = ngettext("{n} to be acted on", "{n} to be acted on", acting).format(n=number(acting))
        subject = _("{subject}, {more}").format(subject=subject, more=more)
    lines: list[str] = []
    for strength in reversed(Strength):
        part = [one for one in found if one.strength is strength]
        if part:
            lines += [_("{heading} ({n})").format(heading=_(LABELS[Strength][strength]), n=number(len(part))), ""]
            lines += [line for one in by_topic(part)[:MOST_LISTED] for line in entry(one, staff_address)]
            left = len(part) - MOST_LISTED
            if left > 0:
                lines += [ngettext("and {n} more", "and {n} more", left).format(n=number(left)), ""]
    return Notice(topic="digest", kind=DIGEST, subject=subject, body="\n".join(lines).rstrip(), link="/")


def by_topic(part: Sequence[OutboxNotice]) -> list[OutboxNotice]:
    """In the order in which the matters came up, all that was told of one matter together."""
    first: dict[str, int] = {}
    for one in part:
        first.setdefault(one.topic, one.id)
    return sorted(part, key=lambda one: (first[one.topic], one.id))


def entry(one: OutboxNotice, staff_address: str) -> list[str]:
    return [f"* {one.subject}", *([f"  {staff_address}{one.link}"] if one.link else []), ""]
