"""Open requests that may be about the same matter: told by pairs of signs that both texts share, the rare ones more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints import rules
from qs.complaints.models import Request
from qs.complaints.queries import framed, readable, request_frame, request_rows
from qs.complaints.reach import reached
from qs.complaints.steps import IS_OPEN
from qs.complaints.terms import RequestKind
from qs.errors import NotFound
from qs.vault.redaction import redacted

READ = Permission.COMPLAINTS_READ
LEAST_LIKENESS = 0.1  # local rule, start value: other words for the same matter reach it, everyday words seldom do
SAME_SERVICE = 0.1  # added when both are about the same service; local rule
MOST_COMPARED = 2000  # the newest open ones
DUPLICATE_COLUMNS = ("request_id", "number", "title", "state", "service_id", "registered_at", "likeness")
WORDLESS = re.compile(r"[\W_]+")
Row = sa.Row[*tuple[Any, ...]]  # Any: ids, words and moments


def plain(text: str) -> str:
    """A text without blanks and punctuation, in small letters."""
    return WORDLESS.sub("", text.casefold())


def likeness(text: str, others: Sequence[str]) -> NDArray[np.float64]:
    """How like each other text is to this one, 0 to 1: the cosine of their pairs of neighbouring signs, each weighed by
    rarity. Works for Chinese and English alike.

    Weights are inverse document frequencies over all texts given (log((1 + n) / (1 + df)) + 1), as in tf-idf with
    binary counts: Manning, Raghavan, Schütze, Introduction to Information Retrieval, 6.2-6.3.
    """
    if len(plain(text)) < 2 or not others:
        return np.zeros(len(others))
    pairs = TfidfVectorizer(analyzer="char", ngram_range=(2, 2), preprocessor=plain, binary=True)
    table = pairs.fit_transform([text, *others])
    return np.asarray((table[1:] @ table[0].T).todense(), dtype="float64").ravel()


def likest(text: str, rows: Sequence[Row], service_id: int | None, *, most: int) -> list[tuple[Row, float]]:
    """The rows (id, service_id, title, text) most like a text with their likeness, at most so many, the likest first.

    A shared service counts a little, but not for texts that are too little like it by themselves.
    """
    scores = likeness(text, [f"{row.title}{row.text}" for row in rows])
    same = np.array([service_id is not None and row.service_id == service_id for row in rows], dtype="bool")
    weighted = np.minimum(scores + SAME_SERVICE * same, 1.0).tolist()
    found = [(rows[place], weighted[place]) for place in np.flatnonzero(scores >= LEAST_LIKENESS).tolist()]
    return sorted(found, key=lambda one: (-one[1], one[0].id))[:most]


def similar_open(
    session: Session,
    text: str,
    *,
    area_id: int | None = None,
    service_id: int | None = None,
    most: int = 5,
    actor: Actor,
    now: datetime,
) -> pd.DataFrame:
    """The open requests most like a text, the likest first, with `likeness` from 0 to 1; only of the area, if known.

    Withheld words are not compared for those who may not read them.
    """
    actor.check(READ)
    statement = (
        sa.select(
            Request.id,
            Request.service_id,
            readable(actor, Request.title).label("title"),
            readable(actor, Request.text).label("text"),
        )
        .where(IS_OPEN, reached(actor, READ), sa.true() if area_id is None else Request.area_id == area_id)
        .order_by(Request.id.desc())
        .limit(MOST_COMPARED)
    )
    found = likest(text, session.execute(statement).all(), service_id, most=most)
    scores = {row.id: score for row, score in found}
    frame = request_frame(session, request_rows(actor).where(Request.id.in_(scores)), actor=actor, now=now)
    told = frame.assign(likeness=frame["request_id"].map(scores).astype("float64"))
    return told.sort_values(["likeness", "request_id"], ascending=[False, True], ignore_index=True)


def possible_duplicates(
    session: Session, request_id: int, *, actor: Actor, now: datetime, limit: int = 5
) -> pd.DataFrame:
    """The open requests most like this one, about the same service or from the same area: DUPLICATE_COLUMNS.

    Best first, at most `limit`; `likeness` from LEAST_LIKENESS to 1. None where either is withheld: those are never
    merged. Raises NotFound for a request outside the actor's scope.
    """
    actor.check(READ)
    request = session.scalar(sa.select(Request).where(Request.id == request_id, reached(actor, READ)))
    if request is None:
        raise NotFound("request_unknown")
    is_withheld = rules.is_withheld(request.kind, is_confidential=request.is_confidential)
    rows = [] if is_withheld else session.execute(compared(request, actor)).all()
    found = likest(f"{request.title}{request.text}", rows, request.service_id, most=limit)
    told = [(row.id, row.number, redacted(row.title), row.state, row.service_id, row.registered_at) for row, _ in found]
    frame = framed(told, DUPLICATE_COLUMNS[:-1])
    return frame.assign(likeness=pd.Series([score for _, score in found], dtype="float64"))


def compared(request: Request, actor: Actor) -> sa.Select[*tuple[Any, ...]]:  # Any: ids and texts
    """The open requests that could be about the same: same service or area, or one of the two unknown."""
    near = [Request.service_id == request.service_id, Request.area_id == request.area_id]
    if request.service_id is None and request.area_id is None:
        near = [sa.true()]
    return (
        sa.select(
            Request.id,
            Request.number,
            Request.title,
            Request.text,
            Request.state,
            Request.service_id,
            Request.registered_at,
        )
        .where(
            Request.id != request.id,
            IS_OPEN,
            ~Request.is_confidential,
            Request.kind != RequestKind.REPORT,
            sa.or_(*near, sa.and_(Request.service_id.is_(None), Request.area_id.is_(None))),
            reached(actor, READ),
        )
        .order_by(Request.registered_at.desc())
        .limit(MOST_COMPARED)
    )
