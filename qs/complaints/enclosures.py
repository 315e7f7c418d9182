"""Files that staff add to a step of a request: with an answer for its requester, with a note for staff alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.attachments.actions import keep_files
from qs.attachments.queries import file_content, files_by_owner
from qs.attachments.terms import KeptFile, Upload
from qs.complaints.models import RequestStep
from qs.complaints.reach import by_receipt
from qs.complaints.terms import FOR_UNITS
from qs.errors import NotFound

STEP = "request_step"  # what a requester hands in lies with the request itself


def owner_of(step_id: int) -> str:
    """The record that files of a step are kept with."""
    return f"{STEP}:{step_id}"


def enclose(session: Session, step_id: int, files: Sequence[Upload], *, actor: Actor, now: datetime) -> int:
    """Keep files with a step: part of the act that takes it, which tells the trail how many. Returns how many.

    Raises InvalidInput naming the file that is empty, too large, or not what a record may hold.
    """
    if not files:
        return 0
    session.flush()  # the step has its id from here on
    return len(keep_files(session, owner_of(step_id), files, actor=actor, now=now))


def enclosed(session: Session, step_ids: Collection[int], *, actor: Actor) -> dict[int, tuple[KeptFile, ...]]:
    """Step id -> its files, oldest first; steps without any are left out. The caller may read these steps."""
    found = files_by_owner(session, [owner_of(one) for one in step_ids], actor=actor)
    return {int(owner.removeprefix(f"{STEP}:")): files for owner, files in found.items()}


def file_by_receipt(session: Session, code: str, file_id: int, *, actor: Actor) -> tuple[KeptFile, bytes]:
    """One file that was sent to the requester with an answer or a message, and its content, by receipt code.

    Raises NotFound for an unknown code, and for every file that was not meant for this requester.
    """
    request = by_receipt(session, code, actor=actor)
    told = sa.select(RequestStep.id).where(
        RequestStep.request_id == request.id, RequestStep.is_told, RequestStep.kind.not_in(FOR_UNITS)
    )
    for step_id, files in enclosed(session, session.scalars(told).all(), actor=actor).items():
        for file in files:
            if file.file_id == file_id:
                return file, file_content(session, owner_of(step_id), file_id, actor=actor)
    raise NotFound("attachment_unknown")
