"""Laying figures out: which indicators are charted over which periods, and the sums of all series as matrices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.monitoring.rules import CHARTED_PERIODS, period_values
from qs.monitoring.terms import Filters
from qs.observations.figures import Subjects, Window, cells, percentiles
from qs.periods import Grain, from_microseconds, next_start, period_start, previous_starts, to_microseconds
from qs.settings import settings
from qs.standards.terms import Aggregation

Matrix = NDArray[np.float64]
WIDTH = max(CHARTED_PERIODS.values()) + 1  # columns: complete periods, then the running one


def windows_of(series: pd.DataFrame, now: datetime) -> list[Window]:
    """Which indicators are charted over which periods.

    Live feeds are charted up to now; a closed history (a feed that is never called silent) up to its own end.
    """
    if series.empty:
        return []
    zone = settings().zone
    frame = series.assign(
        end=np.where(series["silent_after_hours"].isna(), series["last_happened_at"], to_microseconds(now))
    )
    ends = frame.groupby(["grain", "indicator_id"], as_index=False)["end"].max()
    grouped: dict[tuple[Grain, datetime], list[int]] = {}
    for grain, indicator_id, end in ends[["grain", "indicator_id", "end"]].itertuples(index=False):
        running = running_period(min(from_microseconds(end), now), Grain(grain), now)
        grouped.setdefault((Grain(grain), running), []).append(indicator_id)
    return [
        Window(
            grain,
            previous_starts(running, grain, zone, count=CHARTED_PERIODS[grain] + 1)[0],
            next_start(running, grain, zone),
            tuple(sorted(ids)),
        )
        for (grain, running), ids in sorted(grouped.items())
    ]


def running_period(end: datetime, grain: Grain, now: datetime) -> datetime:
    """The start of the first period that was not over when the figures end."""
    zone = settings().zone
    following = next_start(end, grain, zone)
    return following if following <= now else period_start(end, grain, zone)


def window_starts(window: Window) -> NDArray[np.int64]:
    running = period_start(window.until - timedelta(hours=1), window.grain, settings().zone)
    count = CHARTED_PERIODS[window.grain] + 1
    starts = previous_starts(running, window.grain, settings().zone, count=count)
    return np.array([to_microseconds(start) for start in starts], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Figures:
    """The sums of all series, right-aligned: the last column is the running period; NaN where nothing happened."""

    starts: NDArray[np.int64]
    n: Matrix
    numerator: Matrix
    denominator: Matrix


def found_cells(
    session: Session, windows: list[Window], subjects: Subjects, filters: Filters, actor: Actor
) -> pd.DataFrame:
    return cells(session, windows, subjects=subjects, actor=actor, service_id=filters.service_id)


def filled(series: pd.DataFrame, windows: list[Window], subjects: Subjects, found: pd.DataFrame) -> Figures:
    """The cells laid out as one matrix per figure."""
    starts = np.zeros((len(series), WIDTH), dtype=np.int64)
    matrices = {name: np.full((len(series), WIDTH), np.nan) for name in ("n", "numerator", "denominator")}
    for place, window in enumerate(windows):
        columns = window_starts(window)
        rows = rows_of(series, window)
        starts[rows, WIDTH - len(columns) :] = columns
        picked = found[found["window"] == place]
        row, column = placed(series, subjects, picked, columns)
        inside = row >= 0
        for name, matrix in matrices.items():
            matrix[row[inside], column[inside]] = picked[name].to_numpy(dtype=np.float64)[inside]
    return Figures(starts, **matrices)


def rows_of(series: pd.DataFrame, window: Window) -> NDArray[np.int64]:
    chosen = series["indicator_id"].isin(window.indicator_ids) & (series["grain"] == window.grain)
    return np.flatnonzero(chosen.to_numpy())


def placed(
    series: pd.DataFrame, subjects: Subjects, found: pd.DataFrame, columns: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of each cell in the matrices; row -1 for a cell of a series that is not shown."""
    keys = ["indicator_id", *subjects.columns]
    known, asked = (frame[keys].to_numpy(dtype=np.int64) for frame in (series, found))
    base = 1 + max(int(ids.max(initial=0)) for ids in (known, asked))
    codes, wanted = (ids @ base ** np.arange(len(keys), dtype=np.int64) for ids in (known, asked))
    order = np.argsort(codes)
    near = order[np.minimum(np.searchsorted(codes[order], wanted), len(codes) - 1)]
    rows = np.where(codes[near] == wanted, near, -1)
    places = np.searchsorted(columns, found["starts_at"].to_numpy(dtype=np.int64))
    return rows, places + WIDTH - len(columns)


def valued(
    session: Session,
    series: pd.DataFrame,
    windows: list[Window],
    subjects: Subjects,
    figures: Figures,
    filters: Filters,
    actor: Actor,
) -> Matrix:
    """The value of every series in every period, by each indicator's way of counting; NaN where there is none."""
    values = np.full(figures.n.shape, np.nan)
    for aggregation, per in series[["aggregation", "per"]].drop_duplicates().itertuples(index=False):
        rows = np.flatnonzero((series["aggregation"] == aggregation) & (series["per"] == per))
        values[rows] = period_values(Aggregation(aggregation), figures.numerator[rows], figures.denominator[rows], per)
    measured = series[series["aggregation"] == Aggregation.PERCENTILE]
    for percentile in measured["percentile"].unique().tolist():
        part = measured[measured["percentile"] == percentile]
        ids = set(part["indicator_id"])
        asked = [Window(w.grain, w.since, w.until, tuple(i for i in w.indicator_ids if i in ids)) for w in windows]
        found = percentiles(
            session,
            asked,
            percentile=percentile,
            subjects=subjects,
            actor=actor,
            service_id=filters.service_id,
        )
        values[part.index.to_numpy()] = np.nan
        for place, window in enumerate(asked):
            cells_here = found[found["window"] == place]
            row, column = placed(series, subjects, cells_here, window_starts(window))
            values[row[row >= 0], column[row >= 0]] = cells_here["value"].to_numpy()[row >= 0]
    return values


def last_present(values: Matrix) -> NDArray[np.int64]:
    """The column of each row's last value; the last column of a row without any."""
    if not values.size:
        return np.zeros(len(values), dtype=np.int64)
    present = ~np.isnan(values)
    last: NDArray[np.int64] = values.shape[1] - 1 - present[:, ::-1].argmax(axis=1)
    return last
