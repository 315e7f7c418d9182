"""Sessions of staff that ended long ago: for `qs.retention`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access.models import WebSession


def ended_sessions(cutoff: datetime) -> sa.Select[str, datetime]:
    """The sessions that ended, or could no longer be used, before a moment."""
    ended_at = sa.func.coalesce(WebSession.ended_at, WebSession.expires_at)
    return sa.select(WebSession.token_hash, ended_at).where(ended_at < cutoff)


def delete_sessions(session: Session, token_hashes: Sequence[str]) -> None:
    session.execute(sa.delete(WebSession).where(WebSession.token_hash.in_(token_hashes)))
