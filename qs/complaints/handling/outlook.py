"""What the time limits of a request would be under another pack or urgency, before anybody decides on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints.terms import DISPATCH_RULE, HANDLE_RULE, Urgency
from qs.deadlines.packs import packs
from qs.deadlines.queries import RuleNotInPack, calendar, rule
from qs.deadlines.rules import due_at
from qs.i18n import pick


@dataclass(frozen=True)
class Outlook:
    """When a request would have to be dispatched and answered; None where the pack has no such limit."""

    dispatch_at: datetime | None
    handle_at: datetime | None


def outlook(session: Session, *, pack: str, urgency: Urgency, starts_at: datetime, actor: Actor) -> Outlook:
    """The limits of a request that came in at a moment, without pauses and extensions. Raises PackUnknown."""
    actor.check(Permission.COMPLAINTS_READ)
    moments = {code: limit_at(session, code, pack, urgency, starts_at, actor) for code in (DISPATCH_RULE, HANDLE_RULE)}
    return Outlook(moments[DISPATCH_RULE], moments[HANDLE_RULE])


def limit_at(
    session: Session, code: str, pack: str, urgency: Urgency, starts_at: datetime, actor: Actor
) -> datetime | None:
    try:
        found = rule(session, code, pack=pack, urgency=urgency.value, actor=actor)
    except RuleNotInPack:
        return None
    return due_at(calendar(session, pack=pack, actor=actor), starts_at, found.limit).due_at


def pack_names(session: Session, *, actor: Actor) -> dict[str, str]:
    """Code -> name of every pack of limits, in the reader's language."""
    frame = packs(session, actor=actor)
    return {str(row[0]): pick(row[1], row[2]) for row in frame[["code", "title", "title_en"]].itertuples(index=False)}
