"""The board: every visible series with its figures, its chart and how it stands, computed all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.queries import services
from qs.frames import members
from qs.monitoring.models import Rebase
from qs.monitoring.rules import URGENCY, better, charted_grain, is_silent, pattern_of
from qs.monitoring.terms import STANDING_OF_VARIATION, Filters, Level, Pattern, Standing
from qs.monitoring.windows import Figures, Matrix, filled, found_cells, last_present, valued, windows_of
from qs.observations.figures import SECTORS_IN_AREAS, SERVICES, streams
from qs.periods import from_microseconds, local_day, to_microseconds
from qs.settings import settings
from qs.standards.queries import editions_on
from qs.standards.terms import Aggregation, Direction, Frequency
from qs.stats.control_charts import Assurance, PointType, XmrCharts, xmr

ENOUGH_TO_JUDGE = 10  # a share, rate or percentile of fewer cases is drawn, but not judged (own default)
ENOUGH_TO_SHOW = 30  # a running period stands on a tile once its n is that large; before, the last whole one does


@dataclass(frozen=True, eq=False)
class Board:
    """Many series side by side. Row i of every array belongs to row i of `series`; the last column is the period
    that is still running, all others are complete. Shared between screens: never changed.

    `series`: one row per service (or area and sector) and indicator, most urgent first. `starts`: UTC microseconds.
    `charts` covers the complete periods only: a period is judged when it is over.
    """

    series: pd.DataFrame
    starts: NDArray[np.int64]
    values: Matrix
    n: Matrix
    numerator: Matrix
    denominator: Matrix
    charts: XmrCharts
    now: datetime

    def __len__(self) -> int:
        return len(self.series)

    def counts(self) -> dict[Standing, int]:
        """How many series stand how."""
        found = Counter(self.series["standing"])
        return {standing: found[standing] for standing in Standing}

    @cached_property
    def rows(self) -> list[Any]:  # Any: named tuples with the columns of `series`
        """The series one by one; reading a frame by the row takes much longer."""
        return list(self.series.itertuples(index=False, name="Series"))


def board(session: Session, filters: Filters, *, actor: Actor, now: datetime) -> Board:
    """Everything the Live screen shows, in a handful of queries however many series there are."""
    actor.check(Permission.LIVE_READ)
    subjects = SERVICES if filters.level is Level.SERVICE else SECTORS_IN_AREAS
    series = known_series(session, filters, actor=actor, now=now)
    windows = windows_of(series, now)
    figures = filled(series, windows, subjects, found_cells(session, windows, subjects, filters, actor))
    values = valued(session, series, windows, subjects, figures, filters, actor)
    marks = segment_starts(session, series, figures.starts) if subjects is SERVICES else None
    fit = judged(series, figures, values)
    charts = charted(series, fit, marks)
    known = standing(series, figures, fit, charts, now)
    order = urgency_order(known)
    return Board(
        series=known.iloc[order].reset_index(drop=True),
        starts=figures.starts[order],
        values=values[order],
        n=figures.n[order],
        numerator=figures.numerator[order],
        denominator=figures.denominator[order],
        charts=reordered(charts, order),
        now=now,
    )


def known_series(session: Session, filters: Filters, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """Every series in sight that meets the filters, with its names, its indicator in force and its grain."""
    known = streams(session, actor=actor)
    directory = services(session, actor=actor, permission=Permission.LIVE_READ)
    editions = editions_on(session, local_day(now, settings().zone), actor=actor)
    directory = directory.rename(columns={"name": "service", "name_en": "service_en"})
    editions = editions.rename(columns={"code": "indicator_code", "name": "indicator", "name_en": "indicator_en"})
    found = known.merge(directory, on="service_id").merge(
        editions.drop(columns=["sector_id"]), on="indicator_id", suffixes=("", "_of_indicator")
    )
    for column in ("sector_id", "area_id", "provider_id", "service_id", "indicator_id"):
        wanted = getattr(filters, column)
        if wanted is not None:
            found = found[found[column] == wanted]
    if filters.level is Level.AREA:
        found = as_sectors_in_areas(found)
    grains = [charted_grain(filters.grain, Frequency(value)) for value in found["frequency"]]
    return found.reset_index(drop=True).assign(grain=members(grains))


def as_sectors_in_areas(found: pd.DataFrame) -> pd.DataFrame:
    """One row per area, sector and indicator: named after both, as fresh as the freshest of its services."""
    merged = found.groupby(["area_id", "sector_id", "indicator_id"], as_index=False, sort=False).agg(
        {
            **{column: "first" for column in found.columns if column not in ("area_id", "sector_id", "indicator_id")},
            "last_happened_at": "max",
            "last_received_at": "max",
            "first_happened_at": "min",
            "event_count": "sum",
        }
    )
    return merged.assign(
        service=merged["area"] + " · " + merged["sector"],
        service_en=merged["area_en"] + " · " + merged["sector_en"],
    )


def segment_starts(session: Session, series: pd.DataFrame, starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True where an approved mark lets a new process begin; (series, complete periods)."""
    marks = np.zeros((len(series), starts.shape[1] - 1), dtype=bool)
    rows = {key: row for row, key in enumerate(zip(series["service_id"], series["indicator_id"], strict=True))}
    for mark in session.scalars(
        sa.select(Rebase).where(Rebase.approved_at.is_not(None), Rebase.withdrawn_at.is_(None))
    ):
        row = rows.get((mark.service_id, mark.indicator_id))
        if row is not None:
            column = int(np.searchsorted(starts[row, :-1], to_microseconds(mark.starts_at)))
            if column < marks.shape[1]:
                marks[row, column] = True
    return marks


def charted(series: pd.DataFrame, values: Matrix, marks: NDArray[np.bool_] | None) -> XmrCharts:
    """The process chart of every series over its complete periods."""
    directions = [better(Direction(value)) for value in series["direction"]]
    one_sided = series["direction"] != Direction.BAND
    targets = series["target"].astype("float64").where(one_sided).to_numpy(dtype=np.float64)
    return xmr(values[:, :-1], direction=directions, target=targets, segment_starts=marks)


def judged(series: pd.DataFrame, figures: Figures, values: Matrix) -> Matrix:
    """The values a chart may judge: shares, rates and percentiles of too few cases are left out, nearly all noise."""
    relative = series["aggregation"].isin([Aggregation.SHARE, Aggregation.RATE]).to_numpy()
    middling = (series["aggregation"] == Aggregation.PERCENTILE).to_numpy()
    cases = np.where(relative[:, None], figures.denominator, figures.n)
    too_few = (relative | middling)[:, None] & (cases < ENOUGH_TO_JUDGE)
    return np.where(too_few, np.nan, values)


def standing(series: pd.DataFrame, figures: Figures, values: Matrix, charts: XmrCharts, now: datetime) -> pd.DataFrame:
    """The series with how they stand and the figures a tile shows."""
    rows = np.arange(len(series))
    last = last_present(values[:, :-1])
    shares = (series["aggregation"] != Aggregation.COUNT).to_numpy()
    weights = np.where(shares[:, None], figures.denominator, figures.n)
    shown = np.where(np.nan_to_num(weights[:, -1]) >= ENOUGH_TO_SHOW, values.shape[1] - 1, last)
    silent = [
        is_silent(
            now - from_microseconds(int(at)),
            silent_after_hours=None if np.isnan(after) else float(after),
            frequency=Frequency(frequency),
        )
        for at, after, frequency in zip(
            series["last_happened_at"], series["silent_after_hours"], series["frequency"], strict=True
        )
    ]
    standings = [
        Standing.SILENT if quiet else STANDING_OF_VARIATION[variation]
        for quiet, variation in zip(silent, charts.variation, strict=True)
    ]
    codes = zip(charts.rule[rows, last].tolist(), charts.side[rows, last].tolist(), strict=True)
    return series.assign(
        standing=members(standings),
        variation=members(charts.variation),
        assurance=members(charts.assurance),
        trial_limits=charts.trial_limits,
        pattern=members(pattern_of(rule, side) for rule, side in codes),
        value=values[rows, shown],
        shown_starts_at=figures.starts[rows, shown],
        is_running=shown == values.shape[1] - 1,
        n=figures.n[rows, shown],
        numerator_sum=figures.numerator[rows, shown],
        denominator_sum=figures.denominator[rows, shown],
    )


def urgency_order(series: pd.DataFrame) -> NDArray[np.int64]:
    """Most urgent first: what is live, how it stands, whether the target is missed, what it weighs."""
    misses = [0 if assurance is Assurance.FAILS else 1 for assurance in series["assurance"]]
    ranked = pd.DataFrame(
        {
            "history": series["silent_after_hours"].isna(),  # a closed history waits behind what is live
            "urgency": [URGENCY[value] for value in series["standing"]],
            "pattern": [list(Pattern).index(value) for value in series["pattern"]],
            "misses": misses,
            "weight": -series["weight"].astype("float64"),
            "service": series["code"],
            "indicator": series["indicator_code"],
        }
    )
    order: NDArray[np.int64] = ranked.sort_values(list(ranked.columns), kind="stable").index.to_numpy(dtype=np.int64)
    return order


def reordered(charts: XmrCharts, order: NDArray[np.int64]) -> XmrCharts:
    return XmrCharts(**{name: getattr(charts, name)[order] for name in charts.__dataclass_fields__})


PROCESS_COLUMNS = (
    "starts_at",
    "value",
    "n",
    "numerator",
    "denominator",
    "mean",
    "lower",
    "upper",
    "target",
    "target_high",
    "kind",
    "pattern",
    "is_running",
    "is_mark",
)


def process(shown: Board, row: int) -> pd.DataFrame:
    """The process chart of one series, one row per period from its first value on, oldest first; PROCESS_COLUMNS.

    `kind` is the PointType's name in lower case, `running` for the period that is not over. Limits of figures that
    cannot be negative are shown from zero on.
    """
    chart, one = shown.charts.chart(row), shown.rows[row]
    padded = {name: np.append(getattr(chart, name), getattr(chart, name)[-1:]) for name in ("mean", "lower", "upper")}
    kinds = [PointType(code).name.lower() for code in chart.point_type] + ["running"]
    patterns = [pattern_of(rule, side) for rule, side in zip(chart.rule, chart.side, strict=True)] + [Pattern.NONE]
    means = padded["mean"]
    frame = pd.DataFrame(
        {
            "starts_at": pd.to_datetime(shown.starts[row], unit="us", utc=True).tz_convert(settings().zone),
            "value": shown.values[row],
            "n": shown.n[row],
            "numerator": shown.numerator[row],
            "denominator": shown.denominator[row],
            "mean": means,
            "lower": np.maximum(padded["lower"], 0.0),
            "upper": padded["upper"],
            "target": float(one.target) if pd.notna(one.target) else np.nan,
            "target_high": float(one.target_high) if pd.notna(one.target_high) else np.nan,
            "kind": kinds,
            "pattern": members(patterns),
            "is_running": [False] * len(chart.mean) + [True],
            "is_mark": np.append(False, ~np.isclose(means[1:], means[:-1], equal_nan=True)),
        }
    )
    charted_here = shown.starts[row] > 0
    begun = frame["value"].notna().to_numpy() & charted_here
    first = int(begun.argmax()) if begun.any() else len(frame)
    return frame.iloc[first:].reset_index(drop=True)


def rebases(session: Session, *, service_id: int, indicator_id: int, actor: Actor) -> Iterator[Rebase]:
    """The marks on one chart, in force or waiting for approval, oldest first."""
    actor.check(Permission.LIVE_READ)
    yield from session.scalars(
        sa.select(Rebase)
        .where(Rebase.service_id == service_id, Rebase.indicator_id == indicator_id, Rebase.withdrawn_at.is_(None))
        .order_by(Rebase.starts_at)
    )
