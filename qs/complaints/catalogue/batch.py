"""Several requests to dispatch at once: where each of them stands, and the service most likely to be the right one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints import rules
from qs.complaints.catalogue.suggestions import suggest
from qs.complaints.models import Request
from qs.complaints.queries import readable
from qs.complaints.reach import reached
from qs.complaints.terms import RequestKind, RequestState
from qs.vault.redaction import redacted

P = Permission


@dataclass(frozen=True)
class ToSend:
    """One request of a batch. `service_id`: the likely service, None when nothing points to one."""

    request_id: int
    number: str
    kind: RequestKind
    title: str  # "" where the actor may not read it
    state: RequestState
    needs_brief: bool  # its unit reads nothing else, and none is written yet
    service_id: int | None

    @property
    def is_waiting(self) -> bool:
        """False when somebody has sent it, or ended it, meanwhile."""
        return self.state in (RequestState.REGISTERED, RequestState.RETURNED)


def to_send(session: Session, request_ids: Collection[int], *, actor: Actor, now: datetime) -> list[ToSend]:
    """These requests as far as the actor may dispatch them, by number, each with its likely service.

    Never the service that a report of wrongdoing is about; none for what a unit returned: somebody has to look at it.
    Raises NotAllowed.
    """
    actor.check(P.COMPLAINTS_DISPATCH)
    statement = (
        sa.select(Request, readable(actor, Request.title).label("said"), readable(actor, Request.text).label("told"))
        .where(Request.id.in_(request_ids), reached(actor, P.COMPLAINTS_DISPATCH))
        .order_by(Request.number)
    )
    found = []
    for request, title, text in session.execute(statement).all():
        is_withheld = rules.is_withheld(request.kind, is_confidential=request.is_confidential)
        found.append(
            ToSend(
                request.id,
                request.number,
                request.kind,
                redacted(title),
                request.state,
                needs_brief=is_withheld and not request.brief,
                service_id=likely(session, request, f"{title} {text}", actor, now),
            )
        )
    return found


def likely(session: Session, request: Request, text: str, actor: Actor, now: datetime) -> int | None:
    """The best suggestion for a request that nobody has had yet."""
    if request.state is not RequestState.REGISTERED:
        return None
    accused_id = request.service_id if request.kind is RequestKind.REPORT else None
    named_id = request.service_id if accused_id is None else None
    found = suggest(session, text, request.area_id, request.kind, named_id=named_id, most=2, actor=actor, now=now)
    return next((one.service_id for one in found if one.service_id != accused_id), None)
