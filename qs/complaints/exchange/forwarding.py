"""Requests that another system files for citizens with its key: as many as the key may, and none of them twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.rules import keyed_hash
from qs.actor import Actor, Permission
from qs.complaints.intake import file_request
from qs.complaints.models import Filing, Request
from qs.complaints.terms import FILINGS_OF_ALL_PER_HOUR, NewRequest, RequestChannel, RequestKind
from qs.errors import Conflict, InvalidInput

FORWARDS_PER_HOUR = 300  # by one key; start value, a local rule
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OWN_ID_LENGTH = 80  # of what a sender calls a request; kept behind the name of its key


@dataclass(frozen=True)
class Forwarded:
    """What the sender is told. The receipt code is given once, and empty when the request was there before."""

    number: str
    receipt_code: str
    due_at: datetime | None
    is_confidential: bool


def forward_request(session: Session, wanted: NewRequest, *, actor: Actor, now: datetime) -> Forwarded:
    """File a request for a citizen on behalf of another system; what it sent before under the same id stays one.

    Reports of wrongdoing are not taken: who reports must not be known to a third party.
    Raises NotAllowed, InvalidInput, or Conflict when the key has filed as many as it may.
    """
    actor.check(Permission.COMPLAINTS_FORWARD)
    if wanted.kind is RequestKind.REPORT:
        raise InvalidInput("report_not_forwarded")
    own_id = f"{actor.username}:{wanted.external_id}" if wanted.external_id else ""
    known = own_id and session.scalar(sa.select(Request).where(Request.external_id == own_id))
    if known:
        return Forwarded(known.number, "", known.due_at, known.is_confidential)
    check_quota(session, wanted.service_id, actor=actor, now=now)
    filed = file_request(
        session, replace(wanted, channel=RequestChannel.OPEN311, external_id=own_id), actor=actor, now=now
    )
    due_at = session.scalar(sa.select(Request.due_at).where(Request.id == filed.request_id))
    return Forwarded(filed.number, filed.receipt_code, due_at, wanted.is_confidential)


def check_quota(session: Session, service_id: int | None, *, actor: Actor, now: datetime) -> None:
    """Count this filing for its key. Raises Conflict when the key, or everybody together, filed too many lately."""
    session.execute(sa.delete(Filing).where(Filing.at < now - DAY))
    address = keyed_hash(session.info["audit_key"], "forwarding keys", actor.username)
    recent = sa.select(sa.func.count(Filing.id)).where(Filing.at > now - HOUR)
    if (session.scalar(recent) or 0) >= FILINGS_OF_ALL_PER_HOUR:
        raise Conflict("filings_of_all_too_many")
    if (session.scalar(recent.where(Filing.address == address)) or 0) >= FORWARDS_PER_HOUR:
        raise Conflict("forwards_too_many", count=FORWARDS_PER_HOUR)
    session.add(Filing(address=address, service_id=service_id, at=now))
