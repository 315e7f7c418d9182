"""What can be asked of notices: who wants to know, what somebody chose, and what waits to be sent."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.i18n import Language, pick
from qs.i18n import gettext as _
from qs.notices import rules
from qs.notices.models import NoticeWish, OutboxNotice
from qs.notices.terms import (
    DIGEST,
    ON_SCREEN,
    Channel,
    Listener,
    NoticeState,
    Outlook,
    Preference,
    Strength,
    Wish,
)
from qs.settings import Settings, settings

OPEN = (NoticeState.QUEUED, NoticeState.FAILED, NoticeState.SENDING)
OWN_COLUMNS = [
    "notice_id",
    "subject",
    "body",
    "link",
    "strength",
    "state",
    "queued_at",
    "due_at",
    "sent_at",
    "read_at",
    "last_error",
]
OUTBOX_COLUMNS = [
    "notice_id",
    "person",
    "channel",
    "topic",
    "kind",
    "strength",
    "state",
    "attempts",
    "queued_at",
    "due_at",
    "sent_at",
    "last_error",
    "incident",
]
ROWS_SHOWN = 500


def listeners(session: Session, person_ids: Collection[int], *, strength: Strength, actor: Actor) -> list[Listener]:
    """Those of these people who want to be told of a matter of this strength, with the language to put it in.

    In the order of their ids. The caller has chosen people who may know of it.
    """
    statement = (
        sa.select(Person.id, Person.language, NoticeWish.channel, NoticeWish.least)
        .outerjoin(NoticeWish, NoticeWish.person_id == Person.id)
        .where(Person.id.in_(sorted(set(person_ids))), Person.is_active)
        .order_by(Person.id)
    )
    return [
        Listener(row.id, language_of(row.language))
        for row in session.execute(statement)
        if rules.wants(ON_SCREEN if row.channel is None else Wish(row.channel, least=row.least), strength)
    ]


def language_of(chosen: str | None) -> Language:
    return Language(chosen) if chosen else Language.ZH


def own_preference(session: Session, *, actor: Actor) -> Preference:
    """How the actor wants to be told; on the screen only as long as nothing was chosen."""
    kept = session.get(NoticeWish, actor.person_id) if actor.person_id is not None else None
    if kept is None:
        return Preference(ON_SCREEN, version=0)
    wish = wish_of(session, kept)
    secret = session.info["audit_key"]
    is_webhook = wish.channel is Channel.WEBHOOK
    key = rules.signing_key(secret, kept.person_id, wish.address) if is_webhook else ""
    return Preference(wish, kept.version, key)


def wish_of(session: Session, kept: NoticeWish) -> Wish:
    """A kept wish with its address in clear: for the person, and for sending. Raises DataUnreadable."""
    secret = session.info["audit_key"]
    address = rules.opened(secret, kept.person_id, kept.address) if kept.address is not None else ""
    return Wish(kept.channel, address, kept.least, kept.rhythm, kept.hour, kept.weekday)


def own_email(session: Session, *, actor: Actor) -> str:
    """The address in the actor's own record, to begin with; empty without one."""
    return session.scalar(sa.select(Person.email).where(Person.id == actor.person_id)) or ""


def own_notices(session: Session, *, actor: Actor, most: int = 10) -> pd.DataFrame:
    """The newest notices to the actor: OWN_COLUMNS, newest first. They stand here however else they are told.

    Digests are left out, whose notices stand here one by one, and those whose words were emptied with time.
    """
    row = OutboxNotice
    named = [row.id if name == "notice_id" else getattr(row, name) for name in OWN_COLUMNS]
    statement = sa.select(*named).where(*shown_to(actor)).order_by(row.id.desc()).limit(most)
    return pd.DataFrame([tuple(found) for found in session.execute(statement)], columns=OWN_COLUMNS)


def unread_notices(session: Session, *, actor: Actor, most: int = 5) -> tuple[pd.DataFrame, int]:
    """The newest notices the actor has not read, as `own_notices` gives them, and how many there are in all."""
    row = OutboxNotice
    unread = (*shown_to(actor), row.read_at.is_(None))
    named = [row.id if name == "notice_id" else getattr(row, name) for name in OWN_COLUMNS]
    statement = sa.select(*named).where(*unread).order_by(row.id.desc()).limit(most)
    frame = pd.DataFrame([tuple(found) for found in session.execute(statement)], columns=OWN_COLUMNS)
    return frame, session.scalar(sa.select(sa.func.count(row.id)).where(*unread)) or 0


def shown_to(actor: Actor) -> tuple[sa.ColumnElement[bool], ...]:
    row = OutboxNotice
    return row.person_id == actor.person_id, row.kind != DIGEST, row.subject != ""


def is_ready(channel: Channel, chosen: Settings) -> bool:
    """Whether this installation is set up to send that way."""
    if channel is Channel.EMAIL:
        return bool(chosen.smtp_host)
    return channel is Channel.WEBHOOK and bool(chosen.webhook_hosts)


def ready_channels(chosen: Settings) -> tuple[Channel, ...]:
    return tuple(channel for channel in Channel if is_ready(channel, chosen))


def outlook(session: Session, *, actor: Actor) -> Outlook:
    """What can be sent, what waits, and what was given up."""
    actor.check_everywhere(Permission.NOTICES_READ)
    row = OutboxNotice
    ready = ready_channels(settings())
    way = sa.case((row.vault_id.is_not(None), Channel.EMAIL.value), else_=NoticeWish.channel)
    counts = session.execute(
        sa.select(
            sa.func.count().filter(row.state.in_(OPEN)).label("waiting"),
            sa.func.count().filter(row.state.in_(OPEN), way.not_in(ready)).label("stuck"),
            sa.func.count().filter(row.state == NoticeState.GIVEN_UP).label("given_up"),
            sa.func.min(row.queued_at).filter(row.state.in_(OPEN)).label("oldest_at"),
        )
        .select_from(row)
        .outerjoin(NoticeWish, NoticeWish.person_id == row.person_id)
    ).one()
    return Outlook(
        can_mail=Channel.EMAIL in ready,
        can_call_webhooks=Channel.WEBHOOK in ready,
        waiting_count=counts.waiting,
        stuck_count=counts.stuck,
        given_up_count=counts.given_up,
        oldest_at=counts.oldest_at,
    )


def outbox(session: Session, *, actor: Actor, states: Collection[NoticeState] = tuple(NoticeState)) -> pd.DataFrame:
    """The newest notices in these states, never what they say: OUTBOX_COLUMNS, newest first, at most ROWS_SHOWN."""
    actor.check_everywhere(Permission.NOTICES_READ)
    statement = (
        sa.select(OutboxNotice, Person.name, Person.name_en, NoticeWish.channel)
        .outerjoin(Person, Person.id == OutboxNotice.person_id)
        .outerjoin(NoticeWish, NoticeWish.person_id == OutboxNotice.person_id)
        .where(OutboxNotice.state.in_(states))
        .order_by(OutboxNotice.id.desc())
        .limit(ROWS_SHOWN)
    )
    rows = [
        (
            one.id,
            _("A requester") if one.vault_id is not None else pick(name, name_en),
            Channel.EMAIL if one.vault_id is not None else channel or Channel.SCREEN,
            one.topic,
            one.kind,
            one.strength,
            one.state,
            one.attempts,
            one.queued_at,
            one.due_at,
            one.sent_at,
            one.last_error,
            one.incident or "",
        )
        for one, name, name_en, channel in session.execute(statement)
    ]
    return pd.DataFrame(rows, columns=OUTBOX_COLUMNS)
