"""Writing to the trail: one entry for each action, in the action's own transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.models import AuditEntry, AuditHead
from qs.audit.rules import FIRST_MAC, canonical, next_mac
from qs.audit.terms import Verdict, Wanted

HELD_HEAD = "audit_head"  # kept with the session: the transaction that locked it, and the head
FAULTS_TOLD = 20  # places named in the entry of a verification
# The trail is written on every action: its three statements are made once.
APPEND = sa.insert(AuditEntry)
LOCK_HEAD = sa.select(AuditHead.seq, AuditHead.mac).where(AuditHead.id == 1).with_for_update()
MOVE_HEAD = sa.update(AuditHead).where(AuditHead.id == 1)
Fact = str | int | float | bool | None | list[str] | list[int]


@dataclass
class Head:
    """The end of the chain as the transaction that locked it knows it."""

    seq: int
    mac: str


def record(session: Session, action: str, object: str, *, actor: Actor, now: datetime, **facts: Fact) -> None:
    """Append one entry; part of the caller's transaction, so that nothing happens without its trace.

    `object` is `kind:id`; `facts` are ids, field names, counts and reasons: no personal data. What the session holds
    is written first.
    """
    head = locked_head(session)
    session.flush()
    entry: dict[str, Any] = {
        "seq": head.seq + 1,
        "at": now,
        "person_id": actor.person_id,
        "username": actor.username,
        "roles": " ".join(actor.roles),
        "action": action,
        "object": object,
        "facts": dict(facts),
    }
    mac = next_mac(session.info["audit_key"], head.mac, canonical(**entry))
    connection = session.connection()
    connection.execute(APPEND, {**entry, "mac": mac})
    connection.execute(MOVE_HEAD, {"seq": entry["seq"], "mac": mac})
    head.seq, head.mac = entry["seq"], mac


def locked_head(session: Session) -> Head:
    """The end of the chain, locked until the transaction ends; begun when there is none.

    Locked once in a transaction (or savepoint): whoever holds it need not read it again.
    """
    transaction = session.get_nested_transaction() or session.get_transaction()
    holder, held = session.info.get(HELD_HEAD, (None, None))
    if held is not None and holder is transaction and transaction is not None:
        found: Head = held
        return found
    head = first_locked_head(session)
    session.info[HELD_HEAD] = (session.get_nested_transaction() or session.get_transaction(), head)
    return head


def first_locked_head(session: Session) -> Head:
    found = session.connection().execute(LOCK_HEAD).one_or_none()
    if found is None:
        begin_chain(session)
        found = session.connection().execute(LOCK_HEAD).one()
    return Head(found.seq, found.mac)


def begin_chain(session: Session) -> None:
    """Set the beginning of the chain, unless somebody else does at the same moment."""
    try:
        with session.begin_nested():
            session.execute(sa.insert(AuditHead).values(id=1, seq=0, mac=FIRST_MAC))
    except IntegrityError:
        session.expire_all()  # and read what the other one has set


def record_export(session: Session, wanted: Wanted, *, count: int, actor: Actor, now: datetime) -> None:
    """Leave a trace of entries handed out: how many, found by which search."""
    actor.check_everywhere(Permission.AUDIT_READ)
    told = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(wanted).items()
        if value
    }
    search = {f"wanted_{name}": value for name, value in told.items()}
    record(session, "audit.exported", "audit:trail", actor=actor, now=now, count=count, **search)


def record_verification(session: Session, verdict: Verdict, *, actor: Actor, now: datetime) -> None:
    """Leave a trace of a verification and of what it found."""
    actor.check_everywhere(Permission.AUDIT_READ)
    faults = [f"{fault.kind}:{fault.seq}" for fault in verdict.faults[:FAULTS_TOLD]]
    counts = {"entries": verdict.entry_count, "checkpoints": verdict.checkpoint_count, "faults": len(verdict.faults)}
    record(session, "audit.verified", "audit:trail", actor=actor, now=now, found=faults, **counts)
