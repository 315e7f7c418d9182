"""The three rates of call-backs (三率) by service, unit or any other ground, with and without what was excluded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.complaints.figures.grounds import READ, WORDS, Chosen, of_calls, taken_apart, words_of
from qs.complaints.figures.rates import Edition, Rates, rates
from qs.complaints.figures.weights import in_force
from qs.complaints.models import CallBack
from qs.complaints.terms import Ground, Satisfaction
from qs.frames import named_rows
from qs.periods import local_day
from qs.settings import settings
from qs.stats.comparison import wilson

LEVELS = tuple(Satisfaction)
SATISFIED_LEVELS = LEVELS[:3]  # basically satisfied among them
RATE_COUNTS = ("valid", "contacted", "solved", *(level.value for level in LEVELS))
RATE_VALUES = ("response", "resolution", "satisfaction", "unweighted_satisfaction", "composite")
RATE_COLUMNS = (*WORDS, *RATE_COUNTS, *RATE_VALUES)


def three_rates(
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    *,
    actor: Actor,
    by: Ground | None = Ground.UNIT,
    is_assessed: bool = True,
) -> pd.DataFrame:
    """One row per unit, or what `by` says, with valid call-backs in [starts_at, ends_at), most first: RATE_COLUMNS.

    `ground`: id or code as text. `valid`: call-backs that reached somebody about a request that is neither excluded nor
    spam; with `is_assessed` False about any. `contacted`, `solved` and one column for each level are counts of them.
    Rates are shares (0 to 1), `composite` 0 to 100, by the weights in force when the period begins; see `rates.rates`.
    """
    actor.check(READ)
    words = words_of(by)
    chosen: Chosen = sa.select(
        *(one.label(name) for one, name in zip(words, WORDS, strict=True)),
        sa.func.count(CallBack.id),
        counted(CallBack.was_contacted),
        counted(CallBack.is_solved),
        *(counted(CallBack.satisfaction == level) for level in LEVELS),
    )
    statement = (
        of_calls(chosen, actor=actor, is_assessed=is_assessed)
        .where(CallBack.is_reached, CallBack.at >= starts_at, CallBack.at < ends_at)
        .order_by(sa.func.count(CallBack.id).desc())
    )
    rows = [tuple(row) for row in session.execute(taken_apart(statement, by))]
    frame = pd.DataFrame(rows, columns=[*WORDS, *RATE_COUNTS])
    kinds = dict.fromkeys(WORDS, "str") | dict.fromkeys(RATE_COUNTS, "int64")
    return with_rates(frame.astype(kinds), weights_at(starts_at))


def weights_at(starts_at: datetime) -> Edition:
    """The weights of a period: those in force on its first day."""
    return in_force(local_day(starts_at, settings().zone))


def counted(condition: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[int]:  # Any: true, false or empty
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def with_rates(frame: pd.DataFrame, edition: Edition) -> pd.DataFrame:
    """The counts with the rates they make; NaN where there was no valid call-back."""
    found = [
        rates(
            row.valid, row.contacted, row.solved, row.very_satisfied + row.satisfied, row.basically_satisfied, edition
        )
        for row in named_rows(frame)
    ]
    values = {name: pd.Series([getattr(one, name) for one in found], dtype="float64") for name in RATE_VALUES}
    return frame.assign(**values)[[*frame.columns, *RATE_VALUES]]


def all_together(frame: pd.DataFrame, edition: Edition) -> Rates:
    """The three rates over all rows of `three_rates`."""
    sums = {name: int(frame[name].sum()) for name in RATE_COUNTS}
    satisfied = sums["very_satisfied"] + sums["satisfied"]
    return rates(sums["valid"], sums["contacted"], sums["solved"], satisfied, sums["basically_satisfied"], edition)


def interval(count: float, valid: int) -> tuple[float, float] | None:
    """The 95 % Wilson interval of a share, None without cases.

    For the weighted satisfaction rate `count` is the sum of points: as no point is above 1, its variance is at most
    that of a share of the same size, so that the interval is never too narrow.
    """
    if valid == 0:
        return None
    found = wilson(count, valid)
    return float(found.lower), float(found.upper)
