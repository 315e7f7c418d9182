"""How long requests took in working hours and working days, how soon they were answered, and what was left open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.complaints.figures.assessment import Span
from qs.complaints.figures.counting import HANDLED, inside
from qs.complaints.figures.expected import STANDING, Step, stood
from qs.complaints.figures.grounds import READ, of_requests, span_of, words_of
from qs.complaints.models import Request, RequestStep
from qs.complaints.terms import Ground, StepKind
from qs.db import microseconds_of
from qs.deadlines.queries import calendar
from qs.deadlines.terms import Calendar
from qs.deadlines.working_time import open_hours, working_days
from qs.periods import from_microseconds, to_microseconds

ANSWER_DAYS = 5  # working days within which every request should have a first answer; local rule
LONG = 0.9
DAY = 86_400_000_000  # microseconds
AGE_DAYS = (5, 15, 30, 90)  # the last day of each age band but the last one; local rule
BANDS = ("to_5", "to_15", "to_30", "to_90", "over_90")
FIRST_ANSWERS = (StepKind.REPLIED, StepKind.ANSWERED, StepKind.NOT_ACCEPTED)
TIME_COLUMNS = ("ground", "hours", "days")
ANSWER_COLUMNS = ("ground", "answered_soon", "answer_base")
Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def handling_times(
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    *,
    actor: Actor,
    by: Ground | None = None,
    is_assessed: bool = False,
    spans: Sequence[Span] = (),
) -> pd.DataFrame:
    """One row per request handled and closed in [starts_at, ends_at): TIME_COLUMNS.

    `spans`: the months of that period, by which they are taken apart instead.

    `hours`: of the office calendar from the registration to the last reply, or to the closing where nobody replied,
    less the time in which it was paused or lay closed; `days`: working days after the day of registration.
    """
    actor.check(READ)
    dialect = session.get_bind().dialect
    ended = sa.func.coalesce(Request.replied_at, Request.closed_at, type_=Request.closed_at.type)
    chosen = sa.select(
        (span_of(Request.closed_at, spans) if spans else words_of(by))[0],
        Request.id,
        microseconds_of(Request.registered_at, dialect),
        microseconds_of(ended, dialect),
    )
    closed = (inside(Request.closed_at, starts_at, ends_at), Request.outcome.in_(HANDLED))
    rows = session.execute(of_requests(chosen, actor=actor, is_assessed=is_assessed).where(*closed)).all()
    ground, ids, begins, ends = columns_of(rows, 4)
    known = calendar(session, actor=actor)
    begins, ends = begins.astype(np.int64), ends.astype(np.int64)
    hours = open_hours(known, begins, ends) - stood_hours(session, known, ids.astype(np.int64), ends, closed)
    days = working_days(known, begins, ends).astype(np.float64)
    return pd.DataFrame({"ground": pd.Series(ground, dtype="str"), "hours": np.maximum(hours, 0.0), "days": days})


def columns_of(rows: Sequence[Any], count: int) -> list[NDArray[Any]]:  # Any: rows and columns of mixed kinds
    columns = list(zip(*rows, strict=True)) or [()] * count
    return [np.array(column, dtype=object) for column in columns]


def stood_hours(
    session: Session, known: Calendar, ids: Whole, ends: Whole, closed: tuple[sa.ColumnElement[bool], ...]
) -> Floats:
    """For each request the hours in which it was paused or lay closed before its end; few ever were."""
    few = (
        sa.select(RequestStep.request_id)
        .join(Request, Request.id == RequestStep.request_id)
        .where(RequestStep.kind.in_((StepKind.PAUSED, StepKind.REOPENED)), *closed)
    )
    statement = (
        sa.select(
            RequestStep.request_id,
            RequestStep.kind,
            RequestStep.at,
            RequestStep.from_state,
            RequestStep.to_state,
            RequestStep.due_at,
        )
        .join(Request, Request.id == RequestStep.request_id)
        .where(
            RequestStep.request_id.in_(few),
            sa.or_(RequestStep.to_state.in_(STANDING), RequestStep.from_state.in_(STANDING)),
            *closed,
        )
        .order_by(RequestStep.request_id, RequestStep.id)
    )
    steps: dict[int, list[Step]] = {}
    for request_id, kind, at, from_state, to_state, due_at in session.execute(statement):
        steps.setdefault(request_id, []).append(Step(kind, at, from_state, to_state, due_at))
    found = np.zeros(len(ids))
    owners, spans = [], []
    for place in np.flatnonzero(np.isin(ids, list(steps))).tolist():
        for span in stood(steps[int(ids[place])], from_microseconds(int(ends[place]))):
            owners.append(place)
            spans.append(span)
    if spans:
        since, until = (np.array([to_microseconds(span[side]) for span in spans], dtype=np.int64) for side in (0, 1))
        np.add.at(found, owners, open_hours(known, since, until))
    return found


def answers(
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    *,
    actor: Actor,
    now: datetime,
    by: Ground | None = None,
    is_assessed: bool = False,
    days: int = ANSWER_DAYS,
    spans: Sequence[Span] = (),
) -> pd.DataFrame:
    """One row per ground: of the requests registered in [starts_at, ends_at) how many had a first answer soon enough.

    ANSWER_COLUMNS. `answered_soon`: within so many working days; `answer_base`: those, those answered later, and those
    whose time has run out without an answer. What was received and never answered is not left out. `spans`: the months
    of that period, by which they are taken apart instead; what was answered after its month counts as answered then.
    """
    actor.check(READ)
    dialect = session.get_bind().dialect
    first_at = (
        sa.select(sa.func.min(RequestStep.at, type_=RequestStep.at.type))
        .where(RequestStep.request_id == Request.id, RequestStep.kind.in_(FIRST_ANSWERS))
        .scalar_subquery()
    )
    chosen = sa.select(
        (span_of(Request.registered_at, spans) if spans else words_of(by))[0],
        microseconds_of(Request.registered_at, dialect),
        microseconds_of(first_at, dialect),
    )
    statement = of_requests(chosen, actor=actor, is_assessed=is_assessed)
    wanted = statement.where(inside(Request.registered_at, starts_at, ends_at))
    ground, begins, answered = columns_of(session.execute(wanted).all(), 3)
    begins, is_answered = begins.astype(np.int64), np.array([one is not None for one in answered], dtype=bool)
    until = ends_of(ground, begins, spans or [Span("", starts_at, ends_at)], now)
    ends = np.where(is_answered, answered, until).astype(np.int64)
    taken = working_days(calendar(session, actor=actor), begins, np.maximum(ends, begins))
    frame = pd.DataFrame(
        {
            "ground": pd.Series(ground, dtype="str"),
            "answered_soon": (is_answered & (taken <= days)).astype(np.int64),
            "answer_base": (is_answered | (taken > days)).astype(np.int64),
        }
    )
    return frame.groupby("ground", as_index=False)[list(ANSWER_COLUMNS[1:])].sum()


def ends_of(ground: NDArray[Any], begins: Whole, spans: Sequence[Span], now: datetime) -> Whole:  # Any: codes
    """Until when each request is judged: to the end of its month, or now; never before the last one of it came in."""
    found = np.empty(len(begins), dtype=np.int64)
    for span in spans:
        held = ground == span.ground if len(spans) > 1 else np.ones(len(begins), dtype=bool)
        found[held] = max(to_microseconds(min(span.ends_at, now)), int(begins[held].max(initial=0)))
    return found


def backlog(session: Session, moments: Sequence[datetime], *, actor: Actor) -> pd.DataFrame:
    """One row per moment, in their order: `at`, how many requests were open then, and how many of each age (BANDS).

    Ages in calendar days since the registration. A request that was closed and opened again counts as open throughout.
    """
    actor.check(READ)
    dialect = session.get_bind().dialect
    chosen = sa.select(microseconds_of(Request.registered_at, dialect), microseconds_of(Request.closed_at, dialect))
    still = sa.or_(Request.closed_at.is_(None), Request.closed_at >= min(moments))
    rows = session.execute(of_requests(chosen, actor=actor, is_assessed=False).where(still)).all()
    registered, closed = columns_of(rows, 2)
    begins = registered.astype(np.int64)
    ends = np.array([np.iinfo(np.int64).max if one is None else one for one in closed], dtype=np.int64)
    found = []
    for moment in moments:
        at = to_microseconds(moment)
        age = (at - begins[(begins < at) & (ends >= at)]) / DAY
        banded = np.bincount(np.searchsorted(AGE_DAYS, age), minlength=len(BANDS))
        found.append((moment, len(age), *banded.tolist()))
    frame = pd.DataFrame(found, columns=["at", "open", *BANDS])
    return frame.astype(dict.fromkeys(("open", *BANDS), "int64"))
