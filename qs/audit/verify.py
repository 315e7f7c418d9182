"""Proof that the trail is what was written: every entry read again, every mac computed again, every end compared."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.checkpoints import Checkpoint, read_checkpoints
from qs.audit.models import AuditEntry, AuditHead
from qs.audit.rules import FIRST_MAC, canonical_list, next_mac
from qs.audit.terms import Fault, FaultKind, Verdict
from qs.db import microseconds_of, stored_text

ENTRIES_PER_FETCH = 2000
MACS_FOLLOWED = 3  # computed ones, where alterations stand side by side
CHAINED = ("seq", "at", "person_id", "username", "roles", "action", "object", "facts")
Stored = tuple[int, tuple[str | None, ...], str | None]  # seq, the chained columns after it as text, mac


def verify_trail(
    session: Session, checkpoint_file: Path, *, actor: Actor, progress: Callable[[int], None] | None = None
) -> Verdict:
    """Read the whole trail and compare it with its macs, its end and the signed checkpoints.

    `progress` hears the number of entries read. The checkpoints are read before the entries, so that a trail that
    grows meanwhile is no fault. Needs a session that sees one state of the store.
    """
    actor.check_everywhere(Permission.AUDIT_READ)
    secret: bytes = session.info["audit_key"]
    found: list[Fault] = []
    checkpoints = []
    for read in read_checkpoints(checkpoint_file):
        if isinstance(read, Checkpoint) and read.is_ours(secret):
            checkpoints.append(read)
        else:
            found.append(Fault(read if isinstance(read, int) else read.line, FaultKind.CHECKPOINT_FORGED))
    chain = Chain(secret, promised(checkpoints))
    head = session.execute(sa.select(AuditHead.seq, AuditHead.mac)).one_or_none()
    for entry in stored_entries(session):
        chain.add(*entry)
        if progress is not None and chain.entry_count % ENTRIES_PER_FETCH == 0:
            progress(chain.entry_count)
    chain.close(None if head is None else (head.seq, head.mac))
    return Verdict(chain.entry_count, len(checkpoints), tuple(sorted([*found, *chain.faults])))


def promised(checkpoints: list[Checkpoint]) -> dict[int, set[str]]:
    """What the checkpoints say the macs are: number of an entry -> macs."""
    macs: dict[int, set[str]] = defaultdict(set)
    for checkpoint in checkpoints:
        macs[checkpoint.seq].add(checkpoint.mac)
    return dict(macs)


def stored_entries(session: Session) -> Iterator[Stored]:
    """The entries in order, streamed, each column as the text that is stored: also what no longer is a date or JSON."""
    dialect = session.get_bind().dialect
    columns = [getattr(AuditEntry, name) for name in CHAINED[2:]]
    statement = (
        sa.select(
            AuditEntry.seq,
            stored_text(microseconds_of(AuditEntry.at, dialect), dialect),
            *(stored_text(column, dialect) for column in columns),
            stored_text(AuditEntry.mac, dialect),
        )
        .order_by(AuditEntry.seq)
        .execution_options(yield_per=ENTRIES_PER_FETCH)
    )
    for seq, *stored in session.execute(statement):
        *texts, mac = (value.decode(errors="replace") if isinstance(value, bytes) else value for value in stored)
        yield seq, tuple(texts), mac


def entry_form(seq: int, texts: tuple[str | None, ...]) -> bytes | None:
    """The bytes an entry was hashed as, from its columns as text; None when they cannot be what was written."""
    at, person_id, username, roles, action, subject, facts = texts
    try:
        told = json.loads(facts or "")
        if json.dumps(told) != facts:  # written by us, it has exactly one form
            return None
        person = None if person_id is None else whole(person_id)
        return canonical_list([seq, whole(at), person, username, roles, action, subject, told])
    except (ValueError, RecursionError):
        return None


def whole(text: str | None) -> int:
    """A number from the only text it is stored as. Raises ValueError."""
    number = int(text or "")
    if str(number) != text:
        raise ValueError("not a number as it is stored")
    return number


@dataclass
class Chain:
    """The chain as far as it was read: the end it has reached, and every fault on the way."""

    secret: bytes
    promised: dict[int, set[str]]  # number of an entry -> macs that checkpoints name
    entry_count: int = 0
    faults: list[Fault] = field(default_factory=list)
    seq: int = 0
    macs: tuple[str, ...] = (FIRST_MAC,)  # of the last entry: as stored, and as computed where that differs

    def add(self, seq: int, texts: tuple[str | None, ...], mac: str | None) -> None:
        """Check one entry against the one before it.

        The next entry may follow this one's stored mac or the computed one: so one altered column is one fault, and
        without the key nobody can make either fit.
        """
        self.entry_count += 1
        self.compare_checkpoints()
        form = entry_form(seq, texts)
        computed = [] if form is None else [next_mac(self.secret, before, form) for before in self.macs]
        if seq != self.seq + 1:
            self.faults.append(Fault(seq, FaultKind.MISSING))
        elif mac not in computed:
            self.faults.append(Fault(seq, FaultKind.ALTERED))
        self.seq = seq
        self.macs = (mac,) if mac is not None and mac in computed else (mac or "", *computed[:MACS_FOLLOWED])

    def compare_checkpoints(self) -> None:
        """Compare the end reached so far with the checkpoints made there."""
        if not self.promised.pop(self.seq, set()) <= set(self.macs):
            self.faults.append(Fault(self.seq, FaultKind.CHECKPOINT_BROKEN))

    def close(self, head: tuple[int, str] | None) -> None:
        """Compare the end of the entries with the end the store remembers and with later checkpoints."""
        self.compare_checkpoints()
        head_seq, head_mac = head or (0, FIRST_MAC)
        later = [seq for seq in self.promised if seq > self.seq]
        if head_seq > self.seq or later:
            self.faults.append(Fault(self.seq, FaultKind.TRUNCATED))
        elif head_seq < self.seq or head_mac not in self.macs:
            self.faults.append(Fault(self.seq, FaultKind.HEAD_BROKEN))
