"""What requests keep of people, since when it is no longer needed, and how it is erased: for `qs.retention`.

Nothing is due while a request is open, paused, under review, held for a procedure, or merged into one that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from qs.attachments.models import Attachment
from qs.complaints.enclosures import STEP
from qs.complaints.models import (
    CallBack,
    CoUnit,
    Filing,
    Request,
    RequestExclusion,
    RequestReview,
    RequestStep,
)
from qs.complaints.terms import RequestState
from qs.db import overwrite_deleted
from qs.periods import local_day
from qs.settings import settings
from qs.vault.blotting import BLOT, blotted
from qs.vault.queries import is_held, is_kept, personal
from qs.vault.terms import Personal

Found = sa.Select[int, datetime]  # an id, and since when it is no longer needed
Moment = sa.SQLColumnExpression[Any]  # Any: a moment, or nothing
Words = InstrumentedAttribute[str]
OWN_WORDS: tuple[Words, ...] = (
    Request.title,
    Request.text,
    Request.place,
    Request.remedy,
    Request.brief,
    Request.answer,
    Request.extension_reason,
)
WORDS_AROUND: tuple[tuple[Any, tuple[Words, ...]], ...] = (  # Any: a model whose rows name the request
    (RequestStep, (RequestStep.note,)),
    (CallBack, (CallBack.comment,)),
    (CoUnit, (CoUnit.task, CoUnit.report)),
    (RequestExclusion, (RequestExclusion.text, RequestExclusion.decision)),
    (RequestReview, (RequestReview.text, RequestReview.reasons)),
)
ROUGH_DECIMALS = 3  # of a coordinate in degrees: about a hundred metres


def later(first: Moment, second: Moment) -> sa.ColumnElement[Any]:
    return sa.case((first >= second, first), else_=second)


def own_end(one: type[Request]) -> sa.ColumnElement[Any]:  # Any: a moment, or nothing
    """When a request was over: closed, and its last review decided; nothing while it is not."""
    of_it = RequestReview.request_id == one.id
    is_reviewed = sa.exists().where(of_it, RequestReview.decided_at.is_(None))
    decided = sa.select(sa.func.max(RequestReview.decided_at)).where(of_it).scalar_subquery()
    last = later(one.closed_at, sa.func.coalesce(decided, one.closed_at))
    return sa.case((sa.and_(one.state == RequestState.CLOSED, ~is_reviewed), last), else_=sa.null())


def ends() -> sa.Subquery:
    """request_id, vault_id, is_spam, ended_at: of every request; one merged into another ends with that one."""
    master = aliased(Request)
    own, of_master = own_end(Request), own_end(master)
    both = sa.case((sa.or_(own.is_(None), of_master.is_(None)), sa.null()), else_=later(own, of_master))
    ended_at = sa.type_coerce(sa.case((Request.master_id.is_(None), own), else_=both), Request.closed_at.type)
    columns = (
        Request.id.label("request_id"),
        Request.vault_person_id.label("vault_id"),
        Request.is_spam,
        ended_at.label("ended_at"),
    )
    return sa.select(*columns).outerjoin(master, master.id == Request.master_id).subquery()


def identities(cutoff: datetime, now: datetime, *, only_spam: bool = False) -> Found:
    """The people in the vault all of whose requests ended before a moment, with the last end."""
    one = ends()
    last = sa.func.max(one.c.ended_at)
    statement = (
        sa.select(one.c.vault_id, last.label("ended_at"))
        .where(is_kept(one.c.vault_id), ~is_held(one.c.vault_id, local_day(now, settings().zone)))
        .group_by(one.c.vault_id)
        .having(sa.func.count() == sa.func.count(one.c.ended_at), last < cutoff)
    )
    if only_spam:
        statement = statement.having(sa.func.min(sa.cast(one.c.is_spam, sa.Integer)) == 1)
    return statement


def is_over(session: Session, vault_id: int) -> bool:
    """True when no request of this person is open, under review, or merged into one that is."""
    one = ends()
    statement = sa.select(sa.func.count(one.c.request_id)).where(one.c.vault_id == vault_id, one.c.ended_at.is_(None))
    return not session.scalar(statement)


def vault_id_by_number(session: Session, number: str) -> int | None:
    """Whose data the request with this number holds; None for an anonymous one, and for a number nobody has."""
    return session.scalar(sa.select(Request.vault_person_id).where(Request.number == number.strip()))


def lock_requests(session: Session, vault_ids: Sequence[int]) -> None:
    """Let nobody open a request of these people again until the transaction ends."""
    statement = sa.select(Request.id).where(Request.vault_person_id.in_(vault_ids)).order_by(Request.id)
    session.execute(statement.with_for_update())


def words(cutoff: datetime, now: datetime) -> Found:
    """The requests that ended before a moment and still say something."""
    one = ends()
    return (
        sa.select(one.c.request_id, one.c.ended_at)
        .join(Request, Request.id == one.c.request_id)
        .where(
            one.c.ended_at < cutoff,
            Request.text != "",
            ~is_held(one.c.vault_id, local_day(now, settings().zone)),
        )
    )


def files(cutoff: datetime, now: datetime) -> Found:
    """The files of requests that ended before a moment, and of their steps."""
    one = ends()
    own = sa.select((sa.literal("request:") + sa.cast(one.c.request_id, sa.String)).label("owner"), one.c.request_id)
    of_steps = sa.select(sa.literal(f"{STEP}:") + sa.cast(RequestStep.id, sa.String), RequestStep.request_id)
    held = sa.union_all(own, of_steps).subquery()
    return (
        sa.select(Attachment.id, one.c.ended_at)
        .join(held, held.c.owner == Attachment.owner)
        .join(one, one.c.request_id == held.c.request_id)
        .where(one.c.ended_at < cutoff, ~is_held(one.c.vault_id, local_day(now, settings().zone)))
    )


def filings(cutoff: datetime, now: datetime) -> Found:
    """Where the public filed from before a moment."""
    return sa.select(Filing.id, Filing.at).where(Filing.at < cutoff)


def blot_requests(session: Session, request_ids: Sequence[int], now: datetime, known: Personal | None) -> None:
    """Blot personal data out of everything said in and about these requests, and make their place on the map rough.

    Their versions rise: whoever has one open is told. The trail and the figures hold no words and stay as they are.
    """
    overwrite_deleted(session)
    for request in session.scalars(sa.select(Request).where(Request.id.in_(request_ids)).with_for_update()):
        for row, columns in said_in(session, request):
            for column in columns:
                put(row, column, blotted(getattr(row, column.key), known))
        if request.latitude is not None and request.longitude is not None:
            request.latitude = round(request.latitude, ROUGH_DECIMALS)
            request.longitude = round(request.longitude, ROUGH_DECIMALS)
        request.redacted_at = now
        request.version += 1
    session.flush()


def empty_requests(session: Session, request_ids: Sequence[int], now: datetime) -> None:
    """Leave nothing said in and about these requests: steps, outcomes and figures stay."""
    overwrite_deleted(session)
    for request in session.scalars(sa.select(Request).where(Request.id.in_(request_ids)).with_for_update()):
        for row, columns in said_in(session, request):
            for column in columns:
                if getattr(row, column.key):
                    put(row, column, "" if column is Request.text else BLOT)
        request.redacted_at = request.redacted_at or now
        request.version += 1
    session.flush()


def said_in(session: Session, request: Request) -> Iterator[tuple[object, tuple[Words, ...]]]:
    """Every row in which something is said in or about a request, with its columns of words."""
    yield request, OWN_WORDS
    for model, columns in WORDS_AROUND:
        for row in session.scalars(sa.select(model).where(model.request_id == request.id)):
            yield row, columns


def put(row: object, column: Words, words: str) -> None:
    """Set what a row says, cut to what the column holds; untouched when it says that already."""
    cut = words[: getattr(column.type, "length", None)]
    if cut != getattr(row, column.key):
        setattr(row, column.key, cut)


def empty_person(session: Session, vault_id: int, now: datetime, *, with_files: bool) -> None:
    """Take one person out of their requests before the key is destroyed: words blotted, files they sent deleted.

    What they handed in at the desk counts as sent. Files that staff added to a step stay: they prove what was done.
    """
    ids = list(session.scalars(sa.select(Request.id).where(Request.vault_person_id == vault_id).order_by(Request.id)))
    blot_requests(session, ids, now, personal(session, vault_id))
    if not with_files:
        return
    sent = sa.select(Attachment.id).where(Attachment.owner.in_([f"request:{request_id}" for request_id in ids]))
    delete_files(session, list(session.scalars(sent)))


def delete_files(session: Session, file_ids: Sequence[int]) -> None:
    overwrite_deleted(session)
    session.execute(sa.delete(Attachment).where(Attachment.id.in_(file_ids)))


def delete_filings(session: Session, filing_ids: Sequence[int]) -> None:
    overwrite_deleted(session)
    session.execute(sa.delete(Filing).where(Filing.id.in_(filing_ids)))
