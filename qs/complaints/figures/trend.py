"""The shares of requests month by month, with the limits of their process, so that noise is not taken for news."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.complaints.figures.assessment import month_begins, month_of, moved
from qs.complaints.figures.counting import conditions
from qs.complaints.figures.grounds import READ, of_calls, of_requests
from qs.complaints.figures.three_rates import SATISFIED_LEVELS, counted, weights_at
from qs.complaints.models import CallBack, Request
from qs.settings import settings
from qs.stats.control_charts import Direction, p_chart

MEASURES = {
    "on_time": ("on_time", "on_time_base"),
    "response": ("contacted", "valid"),
    "resolution": ("solved", "valid"),
    "satisfaction": ("satisfied", "valid"),
}
TREND_COUNTS = ("on_time", "closed", "open_overdue", "valid", "contacted", "solved", "satisfied")
CHART_COLUMNS = ("starts_at", "above", "below", "share", "mean", "lower", "upper", "is_running", "side")
MONTHS = 18


def month_boundaries(now: datetime, *, count: int = MONTHS) -> list[datetime]:
    """The beginnings of the last `count` assessment months, oldest first, and the end of the one still running."""
    boundary, zone = weights_at(now).boundary, settings().zone
    newest = month_of(now, boundary, zone)
    return [month_begins(moved(newest, step), boundary, zone) for step in range(1 - count, 2)]


def monthly_counts(
    session: Session, boundaries: Sequence[datetime], *, actor: Actor, now: datetime, is_assessed: bool = False
) -> pd.DataFrame:
    """One row per month between the boundaries: `starts_at`, TREND_COUNTS and `on_time_base`.

    `satisfied`: the two satisfied levels and basically satisfied, unweighted, so that it is a count of call-backs.
    """
    actor.check(READ)
    found = pd.DataFrame({"starts_at": boundaries[:-1]}).assign(**dict.fromkeys(TREND_COUNTS, 0))
    first, last = boundaries[0], boundaries[-1]
    whole = conditions(first, last, min(last, now))
    month = month_place(Request.closed_at, boundaries)
    closed = of_requests(
        sa.select(month, counted(whole["on_time"]), counted(whole["closed"])), actor=actor, is_assessed=is_assessed
    )
    for place, *counts in session.execute(closed.where(whole["closed"]).group_by(month)):
        found.loc[place, ["on_time", "closed"]] = counts
    overdue = of_requests(
        sa.select(*(counted(conditions(*span, min(span[1], now))["open_overdue"]) for span in pairwise(boundaries))),
        actor=actor,
        is_assessed=is_assessed,
    )
    found["open_overdue"] = list(session.execute(overdue).one())
    called = month_place(CallBack.at, boundaries)
    calls = of_calls(
        sa.select(
            called,
            sa.func.count(CallBack.id),
            counted(CallBack.was_contacted),
            counted(CallBack.is_solved),
            counted(CallBack.satisfaction.in_(SATISFIED_LEVELS)),
        ),
        actor=actor,
        is_assessed=is_assessed,
    ).where(CallBack.is_reached, CallBack.at >= first, CallBack.at < last)
    for place, *counts in session.execute(calls.group_by(called)):
        found.loc[place, ["valid", "contacted", "solved", "satisfied"]] = counts
    return found.assign(on_time_base=found["closed"] + found["open_overdue"])


def month_place(
    column: sa.SQLColumnExpression[Any], boundaries: Sequence[datetime]
) -> sa.ColumnElement[int]:  # Any: a moment, or empty
    """Which of the months a moment lies in, 0 for the first."""
    return sa.case(*((column < end, sa.literal_column(str(place))) for place, end in enumerate(boundaries[1:])))


def process(counts: pd.DataFrame, measure: str, now: datetime) -> pd.DataFrame:
    """The chart of one measure from `monthly_counts`: CHART_COLUMNS, one row per month.

    Limits of a p chart, Laney's where so many cases vary by more than chance; the running month makes none. `side`:
    +1 or -1 where a rule marks the month as high or low. NaN where nothing was counted.
    """
    above, below = (counts[name].to_numpy(dtype=np.float64) for name in MEASURES[measure])
    running = np.arange(len(counts)) == len(counts) - 1
    known = np.where(running, np.nan, above)
    chart = p_chart(known[None, :], below[None, :], choose_laney=True, direction=Direction.UP)
    share = np.where(below > 0, above / np.where(below > 0, below, 1.0), np.nan)
    return pd.DataFrame(
        {
            "starts_at": counts["starts_at"],
            "above": counts[MEASURES[measure][0]],
            "below": counts[MEASURES[measure][1]],
            "share": share,
            "mean": chart.mean[0],
            "lower": chart.lower[0],
            "upper": chart.upper[0],
            "is_running": running,
            "side": chart.side[0].astype(np.int64),
        }
    )
