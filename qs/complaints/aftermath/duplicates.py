"""Open requests that may be about the same matter: told by pairs of signs that both texts share, the rare ones more."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints import rules
from qs.complaints.models import Request
from qs.complaints.queries import framed
from qs.complaints.steps import reached
from qs.complaints.terms import RequestKind, RequestState
from qs.errors import NotFound
from qs.vault.redaction import redacted

READ = Permission.COMPLAINTS_READ
LEAST_SCORE = 0.2  # local rule, start value: below it, shared pairs are everyday words
SAME_SERVICE = 0.1  # added when both are about the same service; local rule
MOST_COMPARED = 2000  # the newest open ones
DUPLICATE_COLUMNS = ("request_id", "number", "title", "state", "service_id", "registered_at", "score")
WORDLESS = re.compile(r"[\W_]+")


def pairs(text: str) -> frozenset[str]:
    """The pairs of neighbouring signs of a text, without blanks and punctuation: works for Chinese and English."""
    plain = WORDLESS.sub("", text.casefold())
    return frozenset(map("".join, pairwise(plain)))


def likeness(text: str, others: Sequence[str]) -> list[float]:
    """How like each other text is to this one, 0 to 1: the cosine of their pairs of signs, each weighed by rarity.

    Weights are inverse document frequencies over all texts given (log((1 + n) / (1 + df)) + 1), as in tf-idf with
    binary counts: Manning, Raghavan, Schütze, Introduction to Information Retrieval, 6.2-6.3.
    """
    own = pairs(text)
    known = [pairs(one) for one in others]
    frequency = Counter(pair for one in (own, *known) for pair in one)
    count = len(known) + 1
    weights = {pair: (math.log((1 + count) / (1 + met)) + 1) ** 2 for pair, met in frequency.items()}
    length = math.sqrt(sum(weights[pair] for pair in own))
    scores = []
    for one in known:
        shared = sum(weights[pair] for pair in own & one)
        scores.append(shared / (length * math.sqrt(sum(weights[pair] for pair in one))) if shared else 0.0)
    return scores


def possible_duplicates(
    session: Session, request_id: int, *, actor: Actor, now: datetime, limit: int = 5
) -> pd.DataFrame:
    """The open requests most like this one, about the same service or from the same area: DUPLICATE_COLUMNS.

    Best first, at most `limit`; `score` 0 to 1 from LEAST_SCORE on. None where either is withheld: those are never
    merged. Raises NotFound for a request outside the actor's scope.
    """
    actor.check(READ)
    request = session.scalar(sa.select(Request).where(Request.id == request_id, reached(actor, READ)))
    if request is None:
        raise NotFound("request_unknown")
    is_withheld = rules.is_withheld(request.kind, is_confidential=request.is_confidential)
    rows = [] if is_withheld else list(session.execute(compared(request, actor)))
    scores = likeness(f"{request.title}{request.text}", [f"{row.title}{row.text}" for row in rows])
    weighted = [(weighed(request, row, score), row) for row, score in zip(rows, scores, strict=True)]
    best = sorted((one for one in weighted if one[0] >= LEAST_SCORE), key=lambda one: (-one[0], one[1].id))[:limit]
    told = [(row.id, row.number, redacted(row.title), row.state, row.service_id, row.registered_at) for _, row in best]
    frame = framed(told, DUPLICATE_COLUMNS[:-1])
    return frame.assign(score=pd.Series([score for score, _ in best], dtype="float64"))


def weighed(request: Request, row: sa.Row[*tuple[Any, ...]], score: float) -> float:  # Any: ids and texts
    """The likeness with what a shared service adds, 1 at most; nothing is added to texts that share nothing."""
    is_same = request.service_id is not None and row.service_id == request.service_id
    return min(score + SAME_SERVICE * is_same, 1.0) if score else 0.0


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
            Request.state != RequestState.CLOSED,
            ~Request.is_confidential,
            Request.kind != RequestKind.REPORT,
            sa.or_(*near, sa.and_(Request.service_id.is_(None), Request.area_id.is_(None))),
            reached(actor, READ),
        )
        .order_by(Request.registered_at.desc())
        .limit(MOST_COMPARED)
    )
