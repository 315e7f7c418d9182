"""What requests say in figures: every count and share of a period, taken apart by one ground, or month by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.complaints.figures.assessment import Span, month_spans
from qs.complaints.figures.counting import REQUEST_COUNTS, SHARES, conditions, inside, lived, lived_in
from qs.complaints.figures.grounds import (
    READ,
    SPAN,
    WORDS,
    Columns,
    of_calls,
    of_requests,
    periods_of,
    span_of,
    taken_apart,
    words_of,
)
from qs.complaints.figures.three_rates import counted, weights_at
from qs.complaints.figures.times import LONG, answers, handling_times
from qs.complaints.models import CallBack, Request, RequestExclusion
from qs.complaints.reach import reached
from qs.complaints.terms import ExclusionReason, Ground, Outcome
from qs.directory.models import Area, Service
from qs.settings import settings
from qs.stats.comparison import wilson

CALL_COUNTS = ("calls", "calls_reached", "called", "excluded")
ANSWER_COUNTS = ("answered_soon", "answer_base")
MADE_COUNTS = ("on_time_base", "kept", "decided")
FIGURE_COUNTS = (*REQUEST_COUNTS, *CALL_COUNTS, *ANSWER_COUNTS, *MADE_COUNTS)
TIME_VALUES = ("median_working_hours", "p90_working_hours", "median_working_days", "p90_working_days")
SHARE_VALUES = tuple(f"{share.name}_{kind}" for share in SHARES for kind in ("share", "lower", "upper"))
FIGURE_COLUMNS = (*WORDS, *FIGURE_COUNTS, *SHARE_VALUES, *TIME_VALUES, "residents", "per_10000")
PER_RESIDENTS = 10_000


def request_figures(
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    *,
    actor: Actor,
    now: datetime,
    by: Ground | None = Ground.SERVICE,
    is_assessed: bool = False,
) -> pd.DataFrame:
    """One row per service, unit, type, channel, area, urgency or month with requests in the period: FIGURE_COLUMNS.

    `ground`: id, code or month (2026-03) as text, `name` its words (codes have none); one row of all with `by` None.
    `closed`: handled and closed in [starts_at, ends_at), not counting those not accepted, withdrawn or duplicate;
    `open_overdue`: still open at the end and past their limit. Every share of counting.SHARES with its 95 % Wilson
    interval, NaN where its denominator is 0. Working hours and days from registration to the last reply, of `closed`.
    `per_10000`: registered per 10 000 residents, where the directory knows them. `is_assessed`: without excluded
    requests and spam. Largest base of the on-time share first; months in their order.
    """
    actor.check(READ)
    if by is Ground.MONTH:
        counts = month_counts(session, starts_at, ends_at, actor=actor, now=now, is_assessed=is_assessed)
    else:
        counts = all_counts(session, starts_at, ends_at, actor=actor, now=now, by=by, is_assessed=is_assessed)
    frame = with_shares(counts).assign(residents=residents(session, counts["ground"], by))
    frame["per_10000"] = frame["registered"] * PER_RESIDENTS / frame["residents"]
    if by is not Ground.MONTH:
        order = ["on_time_base", "name", "ground"]
        frame = frame.sort_values(order, ascending=[False, True, True], kind="stable", ignore_index=True)
    return frame[list(FIGURE_COLUMNS)]


def all_counts(
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    *,
    actor: Actor,
    now: datetime,
    by: Ground | None,
    is_assessed: bool,
    spans: Sequence[Span] = (),
) -> pd.DataFrame:
    """WORDS, COUNTED and TIME_VALUES of a period, one row for each ground, in no order.

    `spans`: the months of the period, by which it is taken apart instead; everything is read once for all of them.
    """
    told: dict[str, Any] = {"actor": actor, "by": by, "is_assessed": is_assessed, "spans": spans}  # Any: circumstances
    counts = request_counts(session, starts_at, ends_at, now=now, **told)
    calls = call_counts(session, starts_at, ends_at, **told)
    soon = answers(session, starts_at, ends_at, now=now, **told)
    times = handling_times(session, starts_at, ends_at, **told)
    frame = counts.merge(calls, on=list(WORDS), how="outer").merge(soon, on="ground", how="left")
    frame[list(COUNTED)] = frame[list(COUNTED)].fillna(0)
    return frame.astype(dict.fromkeys(COUNTED, "int64")).merge(spread_of(times), on="ground", how="left")


COUNTED = (*REQUEST_COUNTS, *CALL_COUNTS, *ANSWER_COUNTS)


def request_counts(
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    *,
    actor: Actor,
    now: datetime,
    by: Ground | None,
    is_assessed: bool,
    spans: Sequence[Span] = (),
) -> pd.DataFrame:
    """WORDS and REQUEST_COUNTS, one row for each ground."""
    if spans:
        periods = periods_of(spans, now)
        found = conditions(periods.c.starts_at, periods.c.ends_at, periods.c.until)
        nothing = sa.literal("")
        words: Columns = (periods.c.ground, nothing, nothing)
        is_in_sight = lived_in(periods)
    else:
        found = conditions(starts_at, ends_at, min(ends_at, now))
        words, is_in_sight = words_of(by), lived(starts_at, ends_at)
    chosen = sa.select(*words, *(counted(found[name]) for name in REQUEST_COUNTS))
    statement = of_requests(chosen, actor=actor, is_assessed=is_assessed).where(is_in_sight)
    statement = statement.group_by(words[0]) if spans else taken_apart(statement, by)
    rows = [tuple(row) for row in session.execute(statement)]
    return pd.DataFrame(rows, columns=[*WORDS, *REQUEST_COUNTS]).astype(dict.fromkeys(WORDS, "str"))


def call_counts(
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    *,
    actor: Actor,
    by: Ground | None,
    is_assessed: bool,
    spans: Sequence[Span] = (),
) -> pd.DataFrame:
    """WORDS and CALL_COUNTS: attempts, those that reached somebody, requests called back, and excluded ones of them."""
    called = sa.case((CallBack.is_reached, CallBack.request_id))
    excluded = sa.case((sa.and_(CallBack.is_reached, Request.is_excluded), CallBack.request_id))
    chosen = sa.select(
        *(span_of(CallBack.at, spans) if spans else words_of(by)),
        sa.func.count(CallBack.id),
        counted(CallBack.is_reached),
        sa.func.count(called.distinct()),
        sa.func.count(excluded.distinct()),
    )
    statement = of_calls(chosen, actor=actor, is_assessed=is_assessed).where(inside(CallBack.at, starts_at, ends_at))
    statement = statement.group_by(sa.literal_column(SPAN)) if spans else taken_apart(statement, by)
    rows = [tuple(row) for row in session.execute(statement)]
    return pd.DataFrame(rows, columns=[*WORDS, *CALL_COUNTS]).astype(dict.fromkeys(WORDS, "str"))


def spread_of(times: pd.DataFrame) -> pd.DataFrame:
    """Median and ninetieth percentile of the working hours and days of each ground: `ground` and TIME_VALUES."""
    grouped = times.groupby("ground")[["hours", "days"]]
    levels = {"median": grouped.quantile(0.5), "p90": grouped.quantile(LONG)}
    found = {f"{name}_working_{unit}": level[unit] for unit in ("hours", "days") for name, level in levels.items()}
    return pd.DataFrame(found).rename_axis("ground").reset_index()


def with_shares(frame: pd.DataFrame) -> pd.DataFrame:
    """The counts with every share they make and its interval."""
    frame = frame.assign(
        on_time_base=frame["closed"] + frame["open_overdue"],
        kept=frame["dispatched"] - frame["returned"],
        decided=frame["closed"] + frame["refused"],
    )
    values: dict[str, Any] = {}  # Any: columns of shares
    for share in SHARES:
        above, below = (frame[name].to_numpy(dtype=np.float64) for name in (share.above, share.below))
        found = wilson(above, below)
        values[f"{share.name}_share"] = np.where(below > 0, above / np.where(below > 0, below, 1.0), np.nan)
        values[f"{share.name}_lower"], values[f"{share.name}_upper"] = found.lower, found.upper
    return pd.concat([frame, pd.DataFrame(values, index=frame.index)], axis=1)


def residents(session: Session, grounds: pd.Series[Any], by: Ground | None) -> pd.Series[Any]:  # Any: ids, and counts
    """How many people live where: of the area, or of the area of the service; missing for every other ground."""
    known: dict[str, int | None] = {}
    if by is Ground.AREA:
        known = {str(area): count for area, count in session.execute(sa.select(Area.id, Area.population))}
    if by is Ground.SERVICE:
        statement = sa.select(Service.id, Area.population).join(Area, Area.id == Service.area_id)
        known = {str(service): count for service, count in session.execute(statement)}
    return pd.Series([known.get(one) for one in grounds], index=grounds.index, dtype="float64")


def month_counts(
    session: Session, starts_at: datetime, ends_at: datetime, *, actor: Actor, now: datetime, is_assessed: bool
) -> pd.DataFrame:
    """The same for each assessment month that the period touches and that has begun, in their order."""
    boundary, zone = weights_at(starts_at).boundary, settings().zone
    spans = month_spans(starts_at, min(ends_at, max(now, starts_at)), boundary, zone)
    whole = (spans[0].starts_at, spans[-1].ends_at)
    counts = all_counts(session, *whole, actor=actor, now=now, by=None, is_assessed=is_assessed, spans=spans)
    months = pd.DataFrame([(span.ground, "", "") for span in spans], columns=list(WORDS), dtype="str")
    frame = months.merge(counts, on=list(WORDS), how="left")
    frame[list(COUNTED)] = frame[list(COUNTED)].fillna(0)
    return frame.astype(dict.fromkeys(COUNTED, "int64"))


def outcome_counts(session: Session, starts_at: datetime, ends_at: datetime, *, actor: Actor) -> dict[Outcome, int]:
    """How the requests closed in the period ended."""
    actor.check(READ)
    statement = (
        sa.select(Request.outcome, sa.func.count(Request.id))
        .where(reached(actor, READ), inside(Request.closed_at, starts_at, ends_at))
        .group_by(Request.outcome)
    )
    return {outcome: count for outcome, count in session.execute(statement) if outcome is not None}


def exclusion_counts(
    session: Session, starts_at: datetime, ends_at: datetime, *, actor: Actor
) -> dict[ExclusionReason, tuple[int, int]]:
    """For each coded reason how many exclusions were granted and refused in the period."""
    actor.check(READ)
    statement = (
        sa.select(
            RequestExclusion.reason,
            counted(RequestExclusion.is_granted),
            sa.func.count(RequestExclusion.id),
        )
        .join(Request, Request.id == RequestExclusion.request_id)
        .where(reached(actor, READ), inside(RequestExclusion.decided_at, starts_at, ends_at))
        .group_by(RequestExclusion.reason)
    )
    return {reason: (int(granted), int(count - granted)) for reason, granted, count in session.execute(statement)}
