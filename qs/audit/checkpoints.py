"""Signed ends of the chain, kept in a file outside the database: what makes a cut or rolled-back trail visible.

An edge reads a line in a reading session, so that only what is committed is ever signed, and then appends it to the
file. Copies of the file elsewhere protect against somebody who can write both the database and the file.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.models import AuditHead
from qs.audit.rules import FIRST_MAC, checkpoint_signature


@dataclass(frozen=True)
class Checkpoint:
    """The trail ended with this entry and this mac at a moment; `line` is where it stands in the file."""

    line: int
    seq: int
    mac: str
    at: str
    signature: str

    def is_ours(self, secret: bytes) -> bool:
        expected = checkpoint_signature(secret, self.seq, self.mac, self.at)
        return hmac.compare_digest(expected.encode(), self.signature.encode())


def checkpoint_line(session: Session, *, actor: Actor, now: datetime) -> str:
    """The signed end of the chain as one line of JSON; needs a session that changes nothing."""
    actor.check_everywhere(Permission.AUDIT_READ)
    head = session.execute(sa.select(AuditHead.seq, AuditHead.mac)).one_or_none()
    seq, mac = (0, FIRST_MAC) if head is None else (head.seq, head.mac)
    at = now.isoformat()
    signature = checkpoint_signature(session.info["audit_key"], seq, mac, at)
    return json.dumps({"seq": seq, "mac": mac, "at": at, "signature": signature})


def append_checkpoint(file: Path, line: str) -> None:
    """Add a line and wait until it is on the disk; a line torn by a power cut is removed first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o640)
    with os.fdopen(descriptor, "r+b") as out:
        end = complete_length(out.read())
        out.seek(end)
        out.truncate()
        out.write(line.encode() + b"\n")
        out.flush()
        os.fsync(out.fileno())
    sync_directory(file.parent)


def complete_length(content: bytes) -> int:
    """How many bytes belong to complete lines."""
    return content.rfind(b"\n") + 1


def sync_directory(folder: Path) -> None:
    """Wait until the names in a directory are on the disk, so that a new file is found after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_checkpoints(file: Path) -> Iterator[Checkpoint | int]:
    """The checkpoints in the order they were written; the number of the line in place of one that cannot be read."""
    content = file.read_bytes() if file.exists() else b""
    for number, line in enumerate(content[: complete_length(content)].splitlines(), start=1):
        yield parsed(number, line)


def parsed(number: int, line: bytes) -> Checkpoint | int:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return number
    names = {"seq": int, "mac": str, "at": str, "signature": str}
    if not isinstance(fields, dict) or {name: type(value) for name, value in fields.items()} != names:
        return number
    return Checkpoint(line=number, **fields)
