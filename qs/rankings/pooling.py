"""From what services did to what areas, providers or departments did: counts added up, each value with its interval.

A share or rate of a unit is that of all its cases together. Of a mean or percentile it is that of its services, each
counting for as many cases as it had: for a mean the same as all cases together, for a percentile the nearest that
frozen figures allow. Sampling errors are those of the services, put together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from qs.observations.sums import Histogram
from qs.standards.terms import Aggregation
from qs.stats.comparison import CONFIDENCE, Interval, mean, poisson, quantile_levels, wilson

# One row per period and service. `cases`: what the value counts for; `error`: its standard error; both in the
# indicator's unit, shares from 0 to 1. Nothing but rows with a figure.
FIGURE_COLUMNS = ("period", "service_id", "numerator", "denominator", "cases", "value", "error")
# One row per period and unit; `lower`, `upper`: 95 % interval, NaN where there is none.
UNIT_COLUMNS = (
    "period",
    "unit",
    "service_count",
    "numerator",
    "denominator",
    "cases",
    "value",
    "error",
    "lower",
    "upper",
)
POOLED = (Aggregation.SHARE, Aggregation.RATE)  # whose numerators and denominators may be added up
Z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Way:
    """How an indicator makes a value of its counts. `per`: of a rate; `percentile`: 0 to 1."""

    aggregation: Aggregation
    per: float = 1.0
    percentile: float | None = None

    @property
    def is_pooled(self) -> bool:
        return self.aggregation in POOLED


def figures_of_sums(sums: pd.DataFrame, way: Way, buckets: pd.DataFrame | None = None) -> pd.DataFrame:
    """FIGURE_COLUMNS from sums of any stretch: period, service_id, n, numerator, denominator, square; rows of the same
    period and service are added up. `buckets`: period, service_id, bucket, n; needed for percentiles.
    """
    counted = ["n", "numerator", "denominator", "square"]
    added = sums.groupby(["period", "service_id"], as_index=False)[counted].sum()
    if way.is_pooled:
        return with_counts(added, way)
    if way.aggregation is Aggregation.PERCENTILE:
        return with_levels(added, way, buckets)
    n = added["n"].to_numpy(dtype=np.float64)
    top, bottom = (added[name].to_numpy(dtype=np.float64) for name in ("numerator", "denominator"))
    several = np.where(n > 1, n, np.nan)
    variance = np.maximum(added["square"].to_numpy(dtype=np.float64) - top**2 / several, 0.0) / (several - 1)
    value = top / np.where(bottom > 0, bottom, np.nan)
    return kept(added.assign(cases=n, value=value, error=np.sqrt(variance / several)))


def figures_of_values(found: pd.DataFrame, way: Way) -> pd.DataFrame:
    """FIGURE_COLUMNS from figures as frozen: period, service_id, n, numerator, denominator, value, lower, upper.

    The sampling error of a mean or percentile is read from its interval.
    """
    if way.is_pooled:
        return with_counts(found, way)
    n = found["n"].to_numpy(dtype=np.float64)
    reach = np.full(len(found), Z)
    if way.aggregation is Aggregation.MEAN:
        reach = stats.t.ppf((1 + CONFIDENCE) / 2, np.where(n > 1, n, np.nan) - 1)
    width = (found["upper"] - found["lower"]).to_numpy(dtype=np.float64)
    return kept(found.assign(cases=n, error=width / (2 * reach)))


def with_counts(counts: pd.DataFrame, way: Way) -> pd.DataFrame:
    """Shares and rates; half a case is added in the error only, so that 0 of 5 is not taken for sure."""
    bottom = np.maximum(counts["denominator"].to_numpy(dtype=np.float64), 0.0)
    top = np.maximum(counts["numerator"].to_numpy(dtype=np.float64), 0.0)
    some = np.where(bottom > 0, bottom, np.nan)
    if way.aggregation is Aggregation.SHARE:
        top = np.minimum(top, bottom)
        near = (top + 0.5) / (some + 1)
        value, error = top / some, np.sqrt(near * (1 - near) / some)
    else:
        value, error = way.per * top / some, way.per * np.sqrt(top + 0.5) / some
    return kept(counts.assign(numerator=top, denominator=bottom, cases=bottom, value=value, error=error))


def with_levels(counts: pd.DataFrame, way: Way, buckets: pd.DataFrame | None) -> pd.DataFrame:
    """Percentiles from histograms, their error from the levels between which the true percentile lies."""
    if buckets is None or way.percentile is None:
        raise ValueError("a percentile needs histograms and a level")
    sums = buckets.groupby(["period", "service_id", "bucket"], as_index=False)["n"].sum()
    found: dict[object, tuple[float, float]] = {}
    for key, part in sums.groupby(["period", "service_id"]):
        histogram = Histogram(part["bucket"].to_numpy(dtype=np.int64), part["n"].to_numpy(dtype=np.int64))
        around = quantile_levels(way.percentile, int(part["n"].sum()))
        value, low, high = histogram.value_at(np.array([way.percentile, float(around.lower), float(around.upper)]))
        found[key] = float(value), float(high - low) / (2 * Z)
    nothing = (np.nan, np.nan)
    values = [found.get(key, nothing) for key in zip(counts["period"], counts["service_id"], strict=True)]
    value, error = np.array(values, dtype=np.float64).reshape(-1, 2).T
    return kept(counts.assign(cases=counts["n"].astype("float64"), value=value, error=error))


def kept(figures: pd.DataFrame) -> pd.DataFrame:
    there = figures["value"].notna() & (figures["cases"] > 0)
    return figures.loc[there, list(FIGURE_COLUMNS)].reset_index(drop=True)


def pooled(figures: pd.DataFrame, unit_of: Mapping[int, str], way: Way) -> pd.DataFrame:
    """What each unit did in each period: UNIT_COLUMNS, by period and unit. `unit_of`: service -> unit."""
    weighed = figures.assign(
        unit=figures["service_id"].map(dict(unit_of)),
        of_value=figures["cases"] * figures["value"],
        of_error=(figures["cases"] * figures["error"]) ** 2,
    )
    added_up = ["numerator", "denominator", "cases", "of_value", "of_error"]
    groups = weighed.assign(service_count=1).groupby(["period", "unit"], as_index=False)
    added = groups[["service_count", *added_up]].sum(skipna=False)
    value = (added["of_value"] / added["cases"]).to_numpy(dtype=np.float64)
    error = (np.sqrt(added["of_error"].astype("float64")) / added["cases"]).to_numpy(dtype=np.float64)
    around = interval(added, value, error, way)
    return added.assign(value=value, error=error, lower=around.lower, upper=around.upper)[list(UNIT_COLUMNS)]


def interval(units: pd.DataFrame, value: Floats, error: Floats, way: Way) -> Interval:
    """The 95 % interval of each unit's value: Wilson's, an exact Poisson one, or Student's."""
    top, cases = (units[name].to_numpy(dtype=np.float64) for name in ("numerator", "cases"))
    if way.aggregation is Aggregation.SHARE:
        return wilson(top, cases)
    if way.aggregation is Aggregation.RATE:
        counted = poisson(top)
        return Interval(way.per * counted.lower / cases, way.per * counted.upper / cases)
    return mean(cases, value, error**2 * cases)
