"""How far units lie apart in one period and whether that is chance, and how the gap between them moves over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from qs.rankings.pooling import Way
from qs.rankings.terms import DEFAULT_SCHEME, Apart
from qs.standards.terms import Aggregation
from qs.stats.comparison import Interval, difference
from qs.stats.control_charts import Direction, XmrChart, without_season, xmr
from qs.stats.exact_tails import binomial_limits, poisson_limits
from qs.stats.funnels import Funnel, proportion_funnel, rate_funnel
from qs.stats.inequality import (
    coefficient_of_variation,
    noisy_draws,
    sampling_variation,
    theil,
    without_noise,
)
from qs.stats.multiplicity import FALSE_DISCOVERY_SHARE, benjamini_hochberg
from qs.stats.overdispersion import LEVELS, Judgement, deviates, flags, overdispersion, share_errors

ENOUGH_CASES = DEFAULT_SCHEME.n_min  # a unit with fewer is shown, but not judged: as many as a rank takes
ENOUGH_IN_SPREAD = 10  # what rests on fewer cases in a period says nothing of how far all lie apart (own default)
DRAW_COUNT = 1000
ROUNDING_PLACES = 12  # a difference of two sums that is smaller is rounding
CURVE_POINTS = 80
CURVE_ROOM = 1.06  # the curve reaches so much beyond the smallest and the largest unit
CURVE_COLUMNS = ("cases", "level", "kind", "lower", "upper")
CHANCE, USUAL = "chance", "usual"
INEQUALITY_COLUMNS = (
    "period",
    "between",
    "between_lower",
    "between_upper",
    "within",
    "within_lower",
    "within_upper",
    "service_count",
    "left_out",
)
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Verdict:
    """Units of one period beside all of them together, one entry per unit in the order given.

    `centre`: the value of all cases together. `apart`: how far each lies from it, `side`: +1 above, -1 below, 0 inside.
    `judged`: how many had enough cases. `outside`: of those, how many lie outside the 95 % limits of chance, and
    `by_chance`: how many would if nothing differed. `phi`, `tau2`: see qs.stats.funnels.
    """

    centre: float
    phi: float
    tau2: float
    apart: tuple[Apart, ...]
    side: tuple[int, ...]
    judged: int
    outside: int

    @property
    def is_overdispersed(self) -> bool:
        """Whether units differ by more than chance, so that limits have to allow for what is usual among them."""
        return self.tau2 > 0 and self.phi > 1

    @property
    def by_chance(self) -> float:
        return (1 - LEVELS[0]) * self.judged

    @property
    def beyond_chance(self) -> int:
        return sum(one in (Apart.BEYOND_CHANCE, Apart.BEYOND_USUAL) for one in self.apart)

    @property
    def beyond_usual(self) -> int:
        return sum(one is Apart.BEYOND_USUAL for one in self.apart)


@dataclass(frozen=True, eq=False)
class Judged:
    """A verdict and what it was made by. `cases`: of the units that were judged; `deviation`: between single cases."""

    verdict: Verdict
    funnel: Funnel | None
    cases: Floats
    deviation: float


def judged(units: pd.DataFrame, way: Way) -> Judged:
    """The units of one period (UNIT_COLUMNS of pooling) against the value of all cases together.

    Units with fewer than ENOUGH_CASES count in that value, but are not judged. Of all that is called different at most
    FALSE_DISCOVERY_SHARE may be chance. Source: Spiegelhalter (2005), Statistics in Medicine 24:1185-1202.
    """
    cases, values = columns(units, "cases", "value")
    known = np.isfinite(values) & (cases > 0)
    if not known.any():
        nothing = Verdict(np.nan, np.nan, 0.0, (Apart.MISSING,) * len(units), (0,) * len(units), 0, 0)
        return Judged(nothing, None, np.zeros(0), np.nan)
    centre = float((cases * values)[known].sum() / cases[known].sum())
    enough = known & (cases >= ENOUGH_CASES)
    found = funnel(units, np.where(enough, cases, np.nan), centre, way)
    stands = benjamini_hochberg(found.chance.p).stands
    stands_usual = benjamini_hochberg(found.usual.p).stands & (found.tau2 > 0) & (found.phi > 1)
    apart = tuple(
        apart_of(is_known=bool(a), is_enough=bool(b), stands=bool(c), stands_usual=bool(d))
        for a, b, c, d in zip(known, enough, stands, stands_usual, strict=True)
    )
    side = np.where(stands | stands_usual, np.sign(np.nan_to_num(found.chance.z)), 0).astype(int)
    verdict = Verdict(
        centre=centre,
        phi=found.phi,
        tau2=found.tau2,
        apart=apart,
        side=tuple(side.tolist()),
        judged=int(enough.sum()),
        outside=int((found.chance.flags != 0).sum()),
    )
    return Judged(verdict, found, cases[enough], scatter(units, enough))


def apart_of(*, is_known: bool, is_enough: bool, stands: bool, stands_usual: bool) -> Apart:
    if not is_known:
        return Apart.MISSING
    if not is_enough:
        return Apart.TOO_FEW
    if stands_usual:
        return Apart.BEYOND_USUAL
    return Apart.BEYOND_CHANCE if stands else Apart.INSIDE


def funnel(units: pd.DataFrame, cases: Floats, centre: float, way: Way) -> Funnel:
    """The funnel of the indicator's kind; a unit whose cases are NaN is not judged."""
    top, values = columns(units, "numerator", "value")
    if way.aggregation is Aggregation.SHARE:
        return proportion_funnel(np.minimum(top, np.where(np.isnan(cases), top, cases)), cases, target=min(centre, 1.0))
    if way.aggregation is Aggregation.RATE:
        return rate_funnel(top, cases / way.per, target=centre)
    return value_funnel(values, cases, scatter(units, np.isfinite(cases)), centre)


def scatter(units: pd.DataFrame, chosen: Bools) -> float:
    """The standard deviation between single cases, as the errors of the chosen units tell it together."""
    cases, errors = columns(units, "cases", "error")
    use = chosen & np.isfinite(errors)
    if not use.any():
        return np.nan
    return float(np.sqrt(((cases * errors)[use] ** 2).sum() / cases[use].sum()))


def value_funnel(values: Floats, cases: Floats, deviation: float, centre: float) -> Funnel:
    """Means and percentiles around the value of all: normal limits, as wide as single cases scatter everywhere."""
    errors = deviation / np.sqrt(cases)
    errors = np.where(errors > 0, errors, np.nan)
    z = (values - centre) / errors
    beyond = overdispersion(z, errors, corrected=True)
    judgements = []
    for tau2 in (0.0, beyond.tau2):
        spread = np.sqrt(errors**2 + tau2)
        wide = (values - centre) / spread
        p = 2 * special.ndtr(-np.abs(wide))
        reach = np.multiply.outer(deviates(LEVELS), spread)
        judgements.append(Judgement(wide, p, centre - reach, centre + reach, flags(wide, p, LEVELS)))
    return Funnel(values, centre, LEVELS, judgements[0], judgements[1], beyond.phi, beyond.tau2)


def curves(made: Judged, way: Way) -> pd.DataFrame:
    """The limits over all numbers of cases between the smallest and the largest unit judged: CURVE_COLUMNS.

    `kind` is CHANCE, or USUAL where units differ by more than chance.
    """
    parts = [pd.DataFrame({name: pd.Series(dtype="str" if name == "kind" else "float64") for name in CURVE_COLUMNS})]
    if made.funnel is None or not len(made.cases):
        return parts[0]
    grid = np.geomspace(max(made.cases.min() / CURVE_ROOM, 1.0), made.cases.max() * CURVE_ROOM, CURVE_POINTS)
    if way.aggregation is Aggregation.SHARE:
        grid = np.unique(np.round(grid))  # exact limits jump between whole numbers of cases
    kinds = {CHANCE: 0.0, USUAL: made.funnel.tau2} if made.verdict.is_overdispersed else {CHANCE: 0.0}
    for kind, tau2 in kinds.items():
        for level, away in zip(LEVELS, deviates(LEVELS), strict=True):
            lower, upper = limits(grid, made.funnel.target, float(away), tau2, made.deviation, way)
            parts.append(pd.DataFrame({"cases": grid, "level": level, "kind": kind, "lower": lower, "upper": upper}))
    return pd.concat(parts[1:], ignore_index=True)


def limits(grid: Floats, centre: float, away: float, tau2: float, deviation: float, way: Way) -> tuple[Floats, Floats]:
    """The limits that `judged` goes by, so many standard deviations away, for units with so many cases."""
    if way.aggregation is Aggregation.SHARE:
        widened = away * np.sqrt(1 + tau2 / share_errors(grid) ** 2)
        counts = binomial_limits(grid, min(centre, 1.0), special.log_ndtr(-widened))
        return counts.lower / grid, counts.upper / grid
    if way.aggregation is Aggregation.RATE:
        mean = grid / way.per * centre
        widened = away * np.sqrt(1 + tau2 * 4 * mean)
        counts = poisson_limits(mean, special.log_ndtr(-widened))
        return counts.lower * way.per / grid, counts.upper * way.per / grid
    reach = away * np.sqrt(deviation**2 / grid + tau2)
    return centre - reach, centre + reach


@dataclass(frozen=True, eq=False)
class Change:
    """Now less before, one entry per unit; NaN where either is missing or rests on too few cases.

    `stands`: beyond chance, false discoveries among all units held down.
    """

    by: Floats
    around: Interval
    stands: Bools


def changed(now: pd.DataFrame, before: pd.DataFrame) -> Change:
    """The change of each unit between two periods (UNIT_COLUMNS, same order), with its 95 % interval."""
    values, lower, upper, error, cases = columns(now, "value", "lower", "upper", "error", "cases")
    earlier, low, high, earlier_error, earlier_cases = columns(before, "value", "lower", "upper", "error", "cases")
    both = np.minimum(cases, earlier_cases) >= ENOUGH_CASES
    by = np.where(both, values - earlier, np.nan)
    around = [
        difference(now_value, Interval(*ends), then_value, Interval(*then_ends))
        for now_value, ends, then_value, then_ends in zip(
            values, zip(lower, upper, strict=True), earlier, zip(low, high, strict=True), strict=True
        )
    ]
    spread = np.sqrt(error**2 + earlier_error**2)
    z = by / np.where(spread > 0, spread, np.nan)
    return Change(
        by,
        Interval(
            np.where(both, [float(one.lower) for one in around], np.nan),
            np.where(both, [float(one.upper) for one in around], np.nan),
        ),
        benjamini_hochberg(2 * special.ndtr(-np.abs(z)), q=FALSE_DISCOVERY_SHARE).stands,
    )


def inequality(figures: pd.DataFrame, groups: pd.Series, periods: Sequence[str], *, seed: int) -> pd.DataFrame | None:
    """Theil's T between groups and within them, per period, without what sampling makes: INEQUALITY_COLUMNS.

    `figures`: FIGURE_COLUMNS of pooling; `groups`: group by service id. Services count for as many cases as they had;
    those with fewer than ENOUGH_IN_SPREAD are left out. NaN where fewer than two are left. None for an indicator with
    values below zero, for which Theil's measure is not defined.
    """
    if (figures["value"] < 0).any() or groups.empty:
        return None
    wide = {
        name: figures.pivot(index="period", columns="service_id", values=name)
        .reindex(index=list(periods), columns=groups.index)
        .to_numpy(dtype=np.float64)
        for name in ("value", "error", "cases")
    }
    there = np.isfinite(wide["value"])
    enough = there & np.isfinite(wide["error"]) & (wide["cases"] >= ENOUGH_IN_SPREAD)
    values, cases = np.where(enough, wide["value"], np.nan), np.where(enough, wide["cases"], 0.0)
    draws = noisy_draws(values, np.where(enough, wide["error"], 0.0), rng=np.random.default_rng(seed), count=DRAW_COUNT)
    names, codes = np.unique(groups.to_numpy(), return_inverse=True)
    member = (codes[:, None] == np.arange(len(names))).astype(np.float64)

    def apart(y: ArrayLike, w: ArrayLike | None) -> Floats:
        return between_groups(np.asarray(y), np.asarray(w), member)

    def inside(y: ArrayLike, w: ArrayLike | None) -> Floats:
        return np.asarray(np.maximum(np.round(theil(y, w) - apart(y, w), ROUNDING_PLACES), 0.0))

    between, within = (without_noise(measure, values, draws, cases) for measure in (apart, inside))
    several = enough.sum(axis=1) > 1
    found = pd.DataFrame(
        {
            "period": list(periods),
            "between": between.cleaned,
            "between_lower": between.around.lower,
            "between_upper": between.around.upper,
            "within": within.cleaned,
            "within_lower": within.around.lower,
            "within_upper": within.around.upper,
        }
    )
    found = found.where(pd.Series(several), np.nan).assign(period=list(periods))
    counts = enough.sum(axis=1)
    return found.assign(service_count=counts, left_out=there.sum(axis=1) - counts)[list(INEQUALITY_COLUMNS)]


def between_groups(values: Floats, cases: Floats, member: Floats) -> Floats:
    """Theil's T of the values of groups, each the value of all its cases together: the part that lies between groups.

    `values`, `cases`: (..., services); `member`: (services, groups). The same as qs.stats.inequality.theil_parts, which
    also takes the inside of each group apart and needs the room for it.
    """
    counted = np.where(np.isfinite(values), cases, 0.0)
    people = counted @ member
    sums = (counted * np.nan_to_num(values)) @ member
    return theil(sums / np.where(people > 0, people, 1.0), people)


@dataclass(frozen=True, eq=False)
class Gap:
    """How far units lie apart month by month: the coefficient of variation between them, without sampling noise.

    `squares`: its square as it comes out, below zero where chance alone would make more: what the chart judges, as its
    mean is right even near 0. `chart`: of the squares, seasons taken out. One entry per month.
    """

    squares: Floats
    chart: XmrChart
    has_season: bool
    unit_count: NDArray[np.int64]

    @property
    def is_chance(self) -> bool:
        """Whether months taken together show no more than sampling alone makes."""
        return bool(self.chart.mean[-1] <= 0)

    @staticmethod
    def shown(squares: Floats) -> Floats:
        """As a share of the mean, 0 where nothing is left beyond chance."""
        return np.asarray(np.sqrt(np.maximum(squares, 0.0)))


def gap_over(units: pd.DataFrame, periods: Sequence[str], months: Sequence[int]) -> Gap | None:
    """The gap in each month. `units`: UNIT_COLUMNS; `months`: the month of the year of each period, from 1.

    Units with fewer than ENOUGH_IN_SPREAD cases in a month are left out of it; a month with fewer than two is missing.
    None for values below zero, for which a coefficient of variation is not defined.
    """
    if (units["value"] < 0).any() or not len(periods):
        return None
    wide = {
        name: units.pivot(index="period", columns="unit", values=name)
        .reindex(index=list(periods))
        .to_numpy(dtype=np.float64)
        for name in ("value", "error", "cases")
    }
    enough = np.isfinite(wide["value"]) & np.isfinite(wide["error"]) & (wide["cases"] >= ENOUGH_IN_SPREAD)
    values, cases = np.where(enough, wide["value"], np.nan), np.where(enough, wide["cases"], 0.0)
    counted = enough.sum(axis=1)
    squares = np.full(len(periods), np.nan)
    if values.shape[1]:
        found = coefficient_of_variation(values, cases) ** 2 - sampling_variation(values, wide["error"], cases)
        squares = np.where(counted > 1, found, np.nan)
    seasons = without_season(squares[None], np.asarray(months) - 1)
    chart = xmr(seasons.adjusted, direction=Direction.DOWN, guard=True).chart(0)
    return Gap(seasons.adjusted[0], chart, bool(seasons.has_season[0]), counted)


def columns(frame: pd.DataFrame, *names: str) -> tuple[Floats, ...]:
    return tuple(frame[name].to_numpy(dtype=np.float64) for name in names)
