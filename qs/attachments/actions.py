"""Keeping files with a record: part of another room's act, which checks the right and leaves the trace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.attachments.models import Attachment
from qs.attachments.rules import cleaned, media_type, shown_name
from qs.attachments.terms import FILES_PER_RECORD, Upload
from qs.errors import InvalidInput


def keep_files(
    session: Session, owner: str, uploads: Sequence[Upload], *, actor: Actor, now: datetime
) -> tuple[int, ...]:
    """Keep files with the record `owner` (`kind:id`); all of them or none. Returns their ids.

    Raises InvalidInput naming the file that is empty, too large, or not what a record may hold.
    """
    held = session.scalar(sa.select(sa.func.count(Attachment.id)).where(Attachment.owner == owner)) or 0
    if held + len(uploads) > FILES_PER_RECORD:
        raise InvalidInput("files_too_many", most=FILES_PER_RECORD)
    kept = [kept_file(owner, upload, actor, now) for upload in uploads]
    session.add_all(kept)
    session.flush()
    return tuple(file.id for file in kept)


def kept_file(owner: str, upload: Upload, actor: Actor, now: datetime) -> Attachment:
    found = media_type(upload)
    content = cleaned(upload, found)
    return Attachment(
        owner=owner,
        file_name=shown_name(upload),
        media_type=found,
        byte_count=len(content),
        sha256=sha256(content).hexdigest(),
        content=content,
        person_id=actor.person_id,
        kept_at=now,
    )
