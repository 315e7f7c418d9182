"""Writing to the trail: one entry for each action, in the action's own transaction."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.audit.models import AuditEntry, AuditHead
from qs.audit.rules import FIRST_MAC, canonical, checkpoint_signature, next_mac

Fact = str | int | float | bool | None | list[str] | list[int]


def record(session: Session, action: str, object: str, *, actor: Actor, now: datetime, **facts: Fact) -> None:
    """Append one entry; part of the caller's transaction, so that nothing happens without its trace.

    `object` is `kind:id`; `facts` are ids, field names, counts and reasons: no personal data.
    """
    head = locked_head(session)
    entry = AuditEntry(
        seq=head.seq + 1,
        at=now,
        person_id=actor.person_id,
        username=actor.username,
        roles=" ".join(actor.roles),
        action=action,
        object=object,
        facts=dict(facts),
        mac="",
    )
    entry.mac = next_mac(session.info["audit_key"], head.mac, entry_bytes(entry))
    head.seq, head.mac = entry.seq, entry.mac
    session.add(entry)
    session.flush()


def locked_head(session: Session) -> AuditHead:
    """The end of the chain, locked until the transaction ends; begun when there is none."""
    head = session.get(AuditHead, 1, with_for_update=True)
    if head is None:
        head = AuditHead(id=1, seq=0, mac=FIRST_MAC)
        session.add(head)
        session.flush()
    return head


def entry_bytes(entry: AuditEntry) -> bytes:
    return canonical(
        seq=entry.seq,
        at=entry.at,
        person_id=entry.person_id,
        username=entry.username,
        roles=entry.roles,
        action=entry.action,
        object=entry.object,
        facts=entry.facts,
    )


def write_checkpoint(session: Session, file: Path, *, actor: Actor, now: datetime) -> None:
    """Record a checkpoint and append the signed end of the chain to a file outside the database.

    Copies of that file elsewhere are what makes a rolled-back or cut trail visible.
    """
    record(session, "audit.checkpointed", "audit:chain", actor=actor, now=now)
    head = session.execute(sa.select(AuditHead)).scalar_one()
    stamp = now.isoformat()
    line = {
        "seq": head.seq,
        "mac": head.mac,
        "at": stamp,
        "signature": checkpoint_signature(session.info["audit_key"], head.seq, head.mac, stamp),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(line) + "\n")
