"""How far areas, providers or departments lie apart on one indicator: now, quarter by quarter, and month by month.

Compared is what lies in the actor's scope: the counts behind a score stay within it, here as elsewhere in rankings.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor, Permission
from qs.directory.queries import services, visible_services
from qs.frames import members
from qs.observations.monthly import monthly_buckets, monthly_sums
from qs.observations.sums import known_streams
from qs.periods import (
    Grain,
    from_microseconds,
    local_day,
    next_start,
    previous_starts,
    quarter_days,
    quarter_name,
    start_of,
)
from qs.rankings.models import FrozenMeasure, FrozenPeriod
from qs.rankings.pooling import UNIT_COLUMNS, Way, figures_of_sums, figures_of_values, pooled
from qs.rankings.rules import complete_quarters, quarter_bounds, seed_of
from qs.rankings.spread import Gap, Verdict, curves, gap_over, inequality, judged
from qs.rankings.terms import Unit
from qs.settings import settings
from qs.standards.queries import editions_on
from qs.standards.terms import Aggregation

READ = Permission.RANKINGS_READ
MOST_QUARTERS = 8  # beside each other: two years, so that each stands under the same quarter a year before
MOST_MONTHS = 36
COMPARABLE = (Aggregation.SHARE, Aggregation.RATE, Aggregation.MEAN, Aggregation.PERCENTILE)  # a count has no base
FROZEN_COLUMNS = ("period", "service_id", "n", "numerator", "denominator", "value", "lower", "upper")
WORDS = ("definition", "numerator", "denominator", "unit", "source")
INDICATOR_COLUMNS = (
    "indicator_id",
    "indicator_code",
    "indicator",
    "indicator_en",
    *(f"{word}{tail}" for word in WORDS for tail in ("", "_en")),
    "aggregation",
    "percentile",
    "per",
    "direction",
    "target",
    "target_high",
    "tolerance",
    "places",
)
PLACES = tuple(f"{unit.value}{field}" for unit in Unit for field in ("_code", "", "_en"))
PAIR_COLUMNS = ("service_id", "starts_on", "sector_code", "sector", "sector_en", *PLACES, *INDICATOR_COLUMNS)
Row = Any  # Any: a named tuple with the columns of a frame


@dataclass(frozen=True)
class Wanted:
    """What is to be compared. `sector_code`: None for all sectors together."""

    name: str
    indicator_code: str
    unit: Unit
    sector_code: str | None = None


@dataclass(frozen=True, eq=False)
class Disparities:
    """One indicator between units, in a quarter and the quarters before it. Shared between screens: never changed.

    `indicator`: a row with INDICATOR_COLUMNS. `quarters`: oldest first, the wanted one last; `frozen`: those of them
    whose figures are frozen, the others are counted as known today. `units`: unit (its code), name, name_en.
    `figures`: one row per unit and quarter, UNIT_COLUMNS of pooling with `apart` and `side` of spread; all units in
    every quarter, NaN where there is no figure. `verdict`: on the wanted quarter, with the `limits` to draw
    (CURVE_COLUMNS of spread). `months`: first days of the months of `gap`. `inequality`, `gap`: None where values
    below zero forbid them.
    """

    wanted: Wanted
    indicator: Row
    quarters: tuple[str, ...]
    frozen: frozenset[str]
    is_over: bool
    units: pd.DataFrame
    figures: pd.DataFrame
    verdict: Verdict
    limits: pd.DataFrame
    inequality: pd.DataFrame | None
    months: tuple[date, ...]
    gap: Gap | None
    service_count: int
    sector_count: int

    @property
    def is_frozen(self) -> bool:
        return self.wanted.name in self.frozen

    def of_quarter(self, name: str) -> pd.DataFrame:
        """One row per unit in the order of `units`; all missing for a quarter that is not among `quarters`."""
        found = self.figures[self.figures["period"] == name].set_index("unit")
        return found.reindex(self.units["unit"]).reset_index()


def comparable(session: Session, name: str, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per service in sight that runs in the quarter and indicator it has sent: PAIR_COLUMNS.

    Counts without a base are left out: between units of different size they compare nothing. Raises PeriodUnknown.
    """
    actor.check(READ)
    zone = settings().zone
    starts_at, ends_at = quarter_bounds(name, zone)
    first, last = local_day(starts_at, zone), local_day(ends_at - timedelta(hours=1), zone)
    known = services(session, actor=actor, permission=READ)
    runs = [begin <= last and (pd.isna(end) or end >= first) for begin, end in known[["starts_on", "ends_on"]].values]
    running = known[pd.Series(runs, index=known.index, dtype=bool)]
    pairs = pd.DataFrame(
        list(known_streams(session, until=ends_at, actor=SYSTEM)), columns=["service_id", "indicator_id"], dtype="int64"
    )
    editions = editions_on(session, min(last, local_day(now, zone)), actor=SYSTEM).rename(
        columns={"code": "indicator_code", "name": "indicator", "name_en": "indicator_en"}
    )
    fit = editions[editions["aggregation"].isin(list(COMPARABLE))][list(INDICATOR_COLUMNS)]
    texts = {column: fit[column].fillna("") for column in fit.columns if column.endswith("_en")}
    found = running.merge(pairs, on="service_id").merge(fit.assign(**texts), on="indicator_id")
    return found[list(PAIR_COLUMNS)].sort_values(["indicator_code", "service_id"]).reset_index(drop=True)


def disparities(
    session: Session, pairs: pd.DataFrame, wanted: Wanted, *, actor: Actor, now: datetime
) -> Disparities | None:
    """How far units lie apart; `pairs` as `comparable` gives them for the same quarter. None for no service at all.

    A frozen quarter shows its frozen figures, any other those known today. A service counts from its first whole month
    on, and in all quarters as part of the unit it belongs to today.
    """
    actor.check(READ)
    own = pairs[pairs["indicator_code"] == wanted.indicator_code]
    if wanted.sector_code is not None:
        own = own[own["sector_code"] == wanted.sector_code]
    if own.empty:
        return None
    indicator = next(own[list(INDICATOR_COLUMNS)].itertuples(index=False, name="Indicator"))
    way = way_of(indicator)
    _, ends_at = quarter_bounds(wanted.name, settings().zone)
    frozen_names, frozen = frozen_figures(session, wanted, actor=actor)
    sums, buckets = monthly_figures(session, indicator, own, ends_at, actor=actor)
    quarters = quarters_until(wanted.name, sums, frozen_names)
    unit_of = dict(zip(own["service_id"], own[f"{wanted.unit.value}_code"], strict=True))
    running = counted(sums, buckets, way, quarter_name, set(quarters) - frozen_names)
    parts = [running, figures_of_values(frozen[frozen["period"].isin(quarters)], way)]
    figures = pd.concat([part for part in parts if not part.empty] or parts[:1], ignore_index=True)
    figures = figures[figures["service_id"].isin(list(unit_of))]
    units = units_of(own, wanted.unit)
    grid = on_grid(pooled(figures, unit_of, way), units, quarters)
    made = {name: judged(grid[grid["period"] == name], way) for name in quarters}
    months, gap = gap_by_month(sums, buckets, unit_of, way, now)
    return Disparities(
        wanted=wanted,
        indicator=indicator,
        quarters=quarters,
        frozen=frozenset(quarters) & frozen_names,
        is_over=ends_at <= now,
        units=units,
        figures=grid.assign(
            apart=members(one for name in quarters for one in made[name].verdict.apart),
            side=[one for name in quarters for one in made[name].verdict.side],
        ),
        verdict=made[wanted.name].verdict,
        limits=curves(made[wanted.name], way),
        inequality=inequality(figures, pd.Series(unit_of), quarters, seed=seed_of(wanted.name)),
        months=months,
        gap=gap,
        service_count=len(unit_of),
        sector_count=own["sector_code"].nunique(),
    )


def way_of(indicator: Row) -> Way:
    percentile = None if pd.isna(indicator.percentile) else float(indicator.percentile)
    return Way(Aggregation(indicator.aggregation), float(indicator.per), percentile)


def units_of(own: pd.DataFrame, unit: Unit) -> pd.DataFrame:
    """The units by code: unit, name, name_en."""
    names = [f"{unit.value}{field}" for field in ("_code", "", "_en")]
    found = own[names].drop_duplicates(names[0]).sort_values(names[0])
    return found.set_axis(["unit", "name", "name_en"], axis=1).reset_index(drop=True)


def frozen_figures(session: Session, wanted: Wanted, *, actor: Actor) -> tuple[frozenset[str], pd.DataFrame]:
    """The quarters frozen so far, and what services in sight did in them as frozen last: FROZEN_COLUMNS."""
    names = frozenset(session.scalars(sa.select(FrozenPeriod.name).distinct()))
    newest = sa.select(sa.func.max(FrozenPeriod.id)).group_by(FrozenPeriod.name)
    statement = (
        sa.select(FrozenPeriod.name, *(getattr(FrozenMeasure, name) for name in FROZEN_COLUMNS[1:]))
        .join(FrozenMeasure, FrozenMeasure.period_id == FrozenPeriod.id)
        .where(
            FrozenPeriod.id.in_(newest),
            FrozenPeriod.name <= wanted.name,
            FrozenMeasure.measure == wanted.indicator_code,
            FrozenMeasure.service_id.in_(visible_services(actor, READ)),
        )
        .order_by(FrozenPeriod.name, FrozenMeasure.service_id)
    )
    rows = [tuple(row) for row in session.execute(statement)]
    kinds = {"period": "str", "service_id": "int64", **dict.fromkeys(FROZEN_COLUMNS[2:], "float64")}
    return names, pd.DataFrame(rows, columns=list(FROZEN_COLUMNS)).astype(kinds)


def monthly_figures(
    session: Session, indicator: Row, own: pd.DataFrame, ends_at: datetime, *, actor: Actor
) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """The months of these services until the quarter ends, and the histograms behind them for a percentile, each with
    `month` (its first day).
    """
    zone = settings().zone
    since = previous_starts(ends_at - timedelta(hours=1), Grain.MONTH, zone, count=MOST_MONTHS)[0]
    indicator_id = int(indicator.indicator_id)
    sums = whole_months(monthly_sums(session, indicator_id, since=since, until=ends_at, actor=actor), own)
    if indicator.aggregation != Aggregation.PERCENTILE:
        return sums, None
    return sums, whole_months(monthly_buckets(session, indicator_id, since=since, until=ends_at, actor=actor), own)


def whole_months(found: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """The rows of services in question, less the month in the middle of which a service began."""
    zone = settings().zone
    day_of = {int(at): local_day(from_microseconds(int(at)), zone) for at in found["starts_at"].unique()}
    begins = dict(zip(own["service_id"], own["starts_on"], strict=True))
    months = [day_of[int(at)] for at in found["starts_at"]]
    counts = [
        service_id in begins and month >= begins[service_id]
        for service_id, month in zip(found["service_id"], months, strict=True)
    ]
    dated = found.assign(month=pd.Series(months, index=found.index, dtype=object))
    return dated[pd.Series(counts, index=found.index, dtype=bool)].reset_index(drop=True)


def quarters_until(name: str, sums: pd.DataFrame, frozen: frozenset[str]) -> tuple[str, ...]:
    """The wanted quarter and those before it for which there are figures of all three months, or frozen ones."""
    known = {name}
    if len(sums):
        known |= set(complete_quarters(sums["month"].min(), quarter_days(name)[1]))
    known |= {one for one in frozen if one <= name}
    names = [name]
    while len(names) < MOST_QUARTERS and names[-1] > min(known):
        names.append(quarter_name(quarter_days(names[-1])[0] - timedelta(days=1)))
    return tuple(names[::-1])


def counted(
    sums: pd.DataFrame, buckets: pd.DataFrame | None, way: Way, name: Callable[[date], str], wanted: Collection[str]
) -> pd.DataFrame:
    """What services did in the wanted periods, FIGURE_COLUMNS of pooling; `name`: of the period a month lies in."""
    histograms = None if buckets is None else in_periods(buckets, name, wanted)
    return figures_of_sums(in_periods(sums, name, wanted), way, histograms)


def in_periods(months: pd.DataFrame, name: Callable[[date], str], wanted: Collection[str]) -> pd.DataFrame:
    """The rows of the wanted periods, with the name of their period."""
    dated = months.assign(period=pd.Series([name(day) for day in months["month"]], index=months.index, dtype="str"))
    return dated[dated["period"].isin(list(wanted))]


def on_grid(found: pd.DataFrame, units: pd.DataFrame, quarters: Sequence[str]) -> pd.DataFrame:
    """Every unit in every quarter, by quarter and then as in `units`: UNIT_COLUMNS, NaN where there is no figure."""
    keys = pd.MultiIndex.from_product([list(quarters), list(units["unit"])], names=["period", "unit"])
    return found.set_index(["period", "unit"]).reindex(keys).reset_index()[list(UNIT_COLUMNS)]


def gap_by_month(
    sums: pd.DataFrame, buckets: pd.DataFrame | None, unit_of: Mapping[int, str], way: Way, now: datetime
) -> tuple[tuple[date, ...], Gap | None]:
    """The gap in every month that is over, from the first with figures on."""
    zone = settings().zone
    over = [month for month in sums["month"].unique() if next_start(start_of(month, zone), Grain.MONTH, zone) <= now]
    if not over:
        return (), None
    last = start_of(max(over), zone)
    days = [local_day(at, zone) for at in previous_starts(last, Grain.MONTH, zone, count=MOST_MONTHS)]
    months = tuple(day for day in days if day >= min(over))
    names = [day.isoformat() for day in months]
    units = pooled(counted(sums, buckets, way, date.isoformat, names), unit_of, way)
    return months, gap_over(units, names, [day.month for day in months])
