"""Mails to requesters who left an address and want a reply: what happened to their request, never what it is about."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.complaints.models import Request, RequestStep
from qs.complaints.terms import StepKind
from qs.complaints.wording import LABELS
from qs.i18n import day, speaking
from qs.i18n import gettext as _
from qs.notices.actions import queue_for_requester
from qs.notices.models import OutboxNotice
from qs.notices.terms import Notice
from qs.periods import local_day
from qs.settings import settings
from qs.vault.queries import personal

NEWS = timedelta(days=3)  # what is older is no news any more: after a standstill nobody gets a heap of old mails
TOLD_OF = (
    StepKind.REGISTERED,
    StepKind.ANSWERED,
    StepKind.NOT_ACCEPTED,
    StepKind.EXTENDED,
    StepKind.REPLIED,
    StepKind.SENT_BACK,
    StepKind.TOLD,
    StepKind.CLOSED,
    StepKind.REVIEW_DECIDED,
    StepKind.REOPENED,
)
WITH_LIMIT = (StepKind.REGISTERED, StepKind.EXTENDED, StepKind.SENT_BACK, StepKind.REOPENED)


def tell_requesters(session: Session, *, actor: Actor, now: datetime) -> int:
    """Leave a mail for every step that a requester should hear of and was not told yet; returns how many.

    Only to who wanted a reply and left an e-mail address, in the language they filed in or chose since. Running it
    again changes nothing.
    """
    actor.check_everywhere(Permission.COMPLAINTS_APPROVE)
    count = 0
    for request, one in session.execute(untold(now)):
        vault_id = request.vault_person_id
        found = personal(session, vault_id) if vault_id is not None else None
        if vault_id is None or found is None or not found.email:
            continue
        with speaking(found.language):
            notice = notice_of(request, one)
        key = key_of(one.id)
        queued = queue_for_requester(session, vault_id, notice, dedupe_key=key, actor=actor, now=now)
        count += queued is not None
    if count:
        record(session, "complaints.told_requesters", "requests:open", actor=actor, now=now, count=count)
    return count


def untold(now: datetime) -> sa.Select[Request, RequestStep]:
    """The steps of the last days that nobody was told of, oldest first, each with its request."""
    key = sa.literal("step:") + sa.cast(RequestStep.id, sa.String)
    said = sa.exists().where(OutboxNotice.vault_id == Request.vault_person_id, OutboxNotice.dedupe_key == key)
    return (
        sa.select(Request, RequestStep)
        .join(Request, Request.id == RequestStep.request_id)
        .where(
            RequestStep.at > now - NEWS,
            RequestStep.at <= now,
            RequestStep.kind.in_(TOLD_OF),
            RequestStep.is_told,
            Request.wants_reply,
            Request.vault_person_id.is_not(None),
            ~said,
        )
        .order_by(RequestStep.id)
    )


def key_of(step_id: int) -> str:
    return f"step:{step_id}"


def notice_of(request: Request, one: RequestStep) -> Notice:
    """What happened, in the language of the run, by number only: whoever else reads the mailbox learns no more."""
    what = _(LABELS[StepKind][one.kind])
    lines = [_("Look with your receipt code; it was shown when you filed the request.")]
    if one.kind in WITH_LIMIT and request.due_at is not None:
        until = day(local_day(request.due_at, settings().zone))
        lines.insert(0, _("You will have an answer by {day} at the latest.").format(day=until))
    return Notice(
        topic=f"request:{request.id}",
        kind=f"request.{one.kind.value}",
        subject=_("Your request {number}: {what}").format(number=request.number, what=what),
        body="\n".join(lines),
        link="/follow",
    )
