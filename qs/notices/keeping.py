"""The words of notices that went out long ago: for `qs.retention`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.notices.models import OutboxNotice
from qs.notices.terms import NoticeState

DONE = (NoticeState.SENT, NoticeState.SHOWN, NoticeState.IN_DIGEST, NoticeState.DROPPED, NoticeState.GIVEN_UP)


def old_words(cutoff: datetime) -> sa.Select[int, datetime]:
    """The notices of before a moment that go nowhere any more and still say something."""
    row = OutboxNotice
    return sa.select(row.id, row.queued_at).where(
        row.state.in_(DONE), row.queued_at < cutoff, sa.or_(row.subject != "", row.body != "")
    )


def empty_words(session: Session, notice_ids: Sequence[int]) -> None:
    """What was told of which matter, when and how far it came stays: nobody is told it twice."""
    session.execute(sa.update(OutboxNotice).where(OutboxNotice.id.in_(notice_ids)).values(subject="", body=""))
