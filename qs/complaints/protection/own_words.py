"""The requester's own words in clear: hidden data are shown for a reason that stays with the case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints.models import Request
from qs.complaints.protection.recusals import is_of_unit
from qs.complaints.reach import reached
from qs.complaints.steps import step, trace
from qs.complaints.terms import StepKind
from qs.errors import InvalidInput, NotAllowed, NotFound
from qs.i18n import N_
from qs.texts import checked

REVEAL = Permission.PERSONAL_REVEAL
REASON, REASON_LENGTH, LEAST_REASON = N_("Reason"), 300, 4
SHOWN = "words_revealed"


@dataclass(frozen=True)
class OwnWords:
    """What the requester wrote, nothing hidden. Never kept anywhere but on the screen it was revealed on."""

    title: str
    text: str
    place: str
    remedy: str


def reveal_text(session: Session, request_id: int, reason: str, *, actor: Actor, now: datetime) -> OwnWords:
    """The requester's own words with the personal data in them, for a reason that is kept as a step of the case.

    Not for people of the unit. Raises NotAllowed, NotFound, InvalidInput.
    """
    actor.check(REVEAL)
    request = session.scalar(sa.select(Request).where(Request.id == request_id, reached(actor, REVEAL)))
    if request is None:
        raise NotFound("request_unknown")
    if is_of_unit(session, request, actor):
        raise NotAllowed("reveal_by_unit")
    note = checked(reason, field=REASON, longest=REASON_LENGTH, is_long=False)
    if len(note) < LEAST_REASON:
        raise InvalidInput("reveal_reason_short", least=LEAST_REASON)
    step(session, request, StepKind.NOTED, actor=actor, now=now, note=note, code=SHOWN)
    trace(session, "complaints.revealed_text", request, actor=actor, now=now)
    return OwnWords(request.title, request.text, request.place, request.remedy)
