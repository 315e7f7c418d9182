"""Legal holds: data kept for a procedure, by whom, why and until when; nothing but storage happens to them."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.errors import Conflict, InvalidInput, NotFound
from qs.i18n import N_
from qs.periods import local_day
from qs.settings import settings
from qs.texts import checked
from qs.vault.actions import unerased
from qs.vault.models import VaultHold
from qs.vault.queries import check_overseer
from qs.vault.terms import Hold, HoldReason

REFERENCE, REFERENCE_LENGTH = N_("File number"), 80


def hold_person(
    session: Session, vault_id: int, until: date, *, reason: HoldReason, reference: str, actor: Actor, now: datetime
) -> int:
    """Keep the data for a procedure until a day, whatever the time of keeping says; returns the hold's id.

    `reference`: the file number of the procedure, without names. Raises InvalidInput, NotFound.
    """
    actor.check_everywhere(Permission.PERSONAL_ERASE)
    if until <= local_day(now, settings().zone):
        raise InvalidInput("hold_day_past")
    number = checked(reference, field=REFERENCE, longest=REFERENCE_LENGTH, is_long=False)
    person = unerased(session, vault_id)
    hold = VaultHold(
        vault_id=person.id, reason=reason, reference=number, until=until, placed_at=now, placed_by_id=actor.person_id
    )
    session.add(hold)
    session.flush()
    facts = {"until": until.isoformat(), "hold_reason": reason.value, "hold": hold.id}
    record(session, "vault.held", f"vault_person:{vault_id}", actor=actor, now=now, **facts)
    return hold.id


def release_hold(session: Session, hold_id: int, *, actor: Actor, now: datetime) -> None:
    """End a hold before its last day: the procedure is over. Raises NotFound, Conflict when it holds no more."""
    actor.check_everywhere(Permission.PERSONAL_ERASE)
    hold = session.get(VaultHold, hold_id, with_for_update=True)
    if hold is None:
        raise NotFound("person_unknown")
    if hold.released_at is not None or hold.until < local_day(now, settings().zone):
        raise Conflict("hold_over")
    hold.released_at, hold.released_by_id = now, actor.person_id
    record(session, "vault.released", f"vault_hold:{hold_id}", actor=actor, now=now)


def holds(session: Session, *, actor: Actor) -> list[Hold]:
    """Every hold, the newest first, also those that are over; never who is held."""
    check_overseer(actor)
    statement = (
        sa.select(VaultHold, Person.name, Person.name_en)
        .outerjoin(Person, Person.id == VaultHold.placed_by_id)
        .order_by(VaultHold.id.desc())
    )
    return [
        Hold(
            one.id, one.vault_id, one.reason, one.reference, one.until, one.placed_at, name or "", name_en,
            one.released_at,
        )
        for one, name, name_en in session.execute(statement)
    ]  # fmt: skip
