"""What can be asked of attached files. The rooms ask; they have checked that the actor may see the record."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.attachments.models import Attachment
from qs.attachments.terms import KeptFile
from qs.errors import NotFound


def files_of(session: Session, owner: str, *, actor: Actor) -> list[KeptFile]:
    """The files kept with a record, oldest first. The caller has checked that `actor` may see the record."""
    found = session.scalars(sa.select(Attachment).where(Attachment.owner == owner).order_by(Attachment.id))
    return [
        KeptFile(file.id, file.file_name, file.media_type, file.byte_count, file.sha256, file.kept_at) for file in found
    ]


def files_by_owner(session: Session, owners: Collection[str], *, actor: Actor) -> dict[str, tuple[KeptFile, ...]]:
    """The files of many records at once, oldest first; records without any are left out."""
    found: dict[str, tuple[KeptFile, ...]] = {}
    if not owners:
        return found
    for file in session.scalars(sa.select(Attachment).where(Attachment.owner.in_(owners)).order_by(Attachment.id)):
        kept = KeptFile(file.id, file.file_name, file.media_type, file.byte_count, file.sha256, file.kept_at)
        found[file.owner] = (*found.get(file.owner, ()), kept)
    return found


def file_content(session: Session, owner: str, file_id: int, *, actor: Actor) -> bytes:
    """The content of one file of the record `owner`. Raises NotFound when the file belongs to another record."""
    statement = sa.select(Attachment.content).where(Attachment.id == file_id, Attachment.owner == owner)
    content = session.scalar(statement)
    if content is None:
        raise NotFound("attachment_unknown")
    return content
