"""One measure of one service: its value with an interval, what its true value may be, and the points it earns.

A share gets a beta posterior, a rate or count a gamma one, a mean a normal one, a percentile that of its level in the
histogram. Shares and means of the same measure lend each other strength (qs.stats.shrinkage), so that a service with
three answers is not believed to be perfect.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qs.observations.sums import Sums
from qs.rankings.terms import Group
from qs.standards.terms import Aggregation, Direction
from qs.stats.comparison import Interval, mean, poisson, quantile_levels, wilson
from qs.stats.composites import points_band, points_down, points_up
from qs.stats.posteriors import count_draws, level_draws, mean_draws, share_draws
from qs.stats.shrinkage import BetaPrior, beta_prior, normal_posterior, steadied_variances

Draws = NDArray[np.float64]
Sampler = Callable[[np.random.Generator, int], Draws]


@dataclass(frozen=True)
class Assessed:
    """What approved evaluations say of a service: points from 0 to 100, how many items, how far they may be off."""

    points: float
    item_count: int
    standard_error: float


@dataclass(frozen=True, eq=False)
class Figure:
    """One measure of one service: what was counted (nothing when silent), what is aimed at, what it weighs.

    `evaluation` stands in place of sums. `exposure`: the share of the period in
    which the service ran, by which counts are scaled up. `weight`: inside its group; 0 is kept but not scored.
    """

    service_id: int
    measure: str
    part: Group
    weight: float
    sums: Sums | None = None
    evaluation: Assessed | None = None
    indicator_id: int | None = None
    edition_id: int | None = None
    aggregation: Aggregation | None = None
    percentile: float | None = None
    per: float = 1.0
    direction: Direction = Direction.UP
    target: float | None = None
    target_high: float | None = None
    exposure: float = 1.0


@dataclass(frozen=True)
class Measured:
    """A figure with its value and its points, each with a 95 % interval; None where there is nothing to go by."""

    figure: Figure
    n: int  # cases behind the value
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    score: float | None = None
    score_lower: float | None = None
    score_upper: float | None = None
    weight: float = 0.0  # what it counted for in the score


def has_data(figure: Figure) -> bool:
    """A share or rate of nothing is no figure; neither is a feed that was silent."""
    if figure.evaluation is not None:
        return figure.evaluation.item_count > 0
    if figure.sums is None or figure.sums.n == 0:
        return False
    return figure.aggregation is Aggregation.COUNT or figure.sums.denominator > 0


def cases_of(figure: Figure) -> int:
    """The cases behind a value: the base of a share or rate, the single values of a mean or percentile."""
    if not has_data(figure):
        return 0
    if figure.evaluation is not None:
        return figure.evaluation.item_count
    sums = sums_of(figure)
    return round(sums.denominator) if figure.aggregation in (Aggregation.SHARE, Aggregation.RATE) else sums.n


def sums_of(figure: Figure) -> Sums:
    if figure.sums is None:
        raise ValueError("a figure without data has no sums")
    return figure.sums


def valued(figure: Figure) -> Measured:
    """The value as counted, with its 95 % interval: the figure as people publish it, not drawn towards others."""
    blank = Measured(figure, n=cases_of(figure))
    if not has_data(figure):
        return blank
    if figure.evaluation is not None:
        return replace(blank, value=figure.evaluation.points)
    sums = sums_of(figure)
    if figure.aggregation is Aggregation.SHARE:
        hits = min(max(sums.numerator, 0.0), sums.denominator)
        return within(blank, hits / sums.denominator, wilson(hits, sums.denominator))
    if figure.aggregation in (Aggregation.RATE, Aggregation.COUNT):
        scale = figure.per / sums.denominator if figure.aggregation is Aggregation.RATE else 1.0
        counted = poisson(max(sums.numerator, 0.0))
        return within(blank, sums.numerator * scale, Interval(counted.lower * scale, counted.upper * scale))
    if figure.aggregation is Aggregation.MEAN:
        average = sums.numerator / sums.denominator
        return within(blank, average, mean(sums.n, average, own_variance(sums)))
    if sums.histogram is None or figure.percentile is None:
        raise ValueError("a percentile needs a histogram and a level")
    levels = quantile_levels(figure.percentile, sums.n)
    found = sums.histogram.value_at(np.array([figure.percentile, float(levels.lower), float(levels.upper)]))
    return within(blank, float(found[0]), Interval(found[1], found[2]))


def within(blank: Measured, value: float, interval: Interval) -> Measured:
    """The measure with its value and the ends of its interval; None for an end that cannot be told."""
    lower, upper = float(interval.lower), float(interval.upper)
    return replace(
        blank,
        value=value,
        lower=None if np.isnan(lower) else lower,
        upper=None if np.isnan(upper) else upper,
    )


def own_variance(sums: Sums) -> float:
    """The variance between the single values; NaN for one value."""
    if sums.n < 2:
        return float("nan")
    return max(sums.square - sums.numerator**2 / sums.n, 0.0) / (sums.n - 1)


def posteriors(figures: Sequence[Figure]) -> list[Sampler | None]:
    """What each figure's true value may be: a sampler; None where there are no data or nothing to be scored against.

    Services with the same measure are peers; shares and means borrow strength from them.
    """
    samplers: list[Sampler | None] = [None] * len(figures)
    peers: dict[str, list[int]] = defaultdict(list)
    for place, figure in enumerate(figures):
        if has_data(figure) and is_scorable(figure):
            peers[figure.measure].append(place)
    for places in peers.values():
        members = [figures[place] for place in places]
        for place, sampler in zip(places, samplers_of(members), strict=True):
            samplers[place] = sampler
    return samplers


def is_scorable(figure: Figure) -> bool:
    return figure.evaluation is not None or figure.target is not None


def samplers_of(peers: Sequence[Figure]) -> Iterable[Sampler]:
    """The samplers of figures that all show the same measure."""
    kind = peers[0].aggregation
    if kind is None:
        return [evaluation_sampler(figure) for figure in peers]
    if kind is Aggregation.SHARE:
        counts = [(min(max(sums_of(one).numerator, 0.0), sums_of(one).denominator), sums_of(one)) for one in peers]
        prior = beta_prior([hits for hits, _ in counts], [sums.denominator for _, sums in counts])
        return [share_sampler((hits, sums.denominator - hits), prior) for hits, sums in counts]
    if kind in (Aggregation.RATE, Aggregation.COUNT):
        return [count_sampler(figure) for figure in peers]
    if kind is Aggregation.MEAN:
        return mean_samplers([sums_of(figure) for figure in peers])
    return [level_sampler(figure) for figure in peers]


def evaluation_sampler(figure: Figure) -> Sampler:
    found = figure.evaluation
    if found is None:
        raise ValueError("only an evaluation has no way of counting")
    return lambda rng, count: np.clip(mean_draws(rng, found.points, found.standard_error, count=count), 0.0, 100.0)


def share_sampler(counts: tuple[float, float], prior: BetaPrior) -> Sampler:
    won, lost = counts[0] + prior.successes, counts[1] + prior.failures
    return lambda rng, count: share_draws(rng, won, lost, count=count)


def count_sampler(figure: Figure) -> Sampler:
    sums = sums_of(figure)
    base = sums.denominator / figure.per if figure.aggregation is Aggregation.RATE else figure.exposure
    return lambda rng, count: count_draws(rng, max(sums.numerator, 0.0), count=count) / base


def mean_samplers(peers: Sequence[Sums]) -> list[Sampler]:
    averages = np.array([sums.numerator / sums.denominator for sums in peers])
    cases = np.array([float(sums.n) for sums in peers])
    variances = steadied_variances(cases, [own_variance(sums) for sums in peers])
    variances = np.where(np.isnan(variances), averages**2, variances)  # one value each: as wide as the value itself
    believed = normal_posterior(averages, np.sqrt(variances / cases))
    return [
        mean_sampler(at, error)
        for at, error in zip(believed.mean.tolist(), believed.standard_error.tolist(), strict=True)
    ]


def mean_sampler(at: float, error: float) -> Sampler:
    return lambda rng, count: mean_draws(rng, at, error, count=count)


def level_sampler(figure: Figure) -> Sampler:
    histogram, level, n = sums_of(figure).histogram, figure.percentile, sums_of(figure).n
    if histogram is None or level is None:
        raise ValueError("a percentile needs a histogram and a level")
    return lambda rng, count: histogram.value_at(level_draws(rng, level, n, count=count))


def points(figure: Figure, values: Draws) -> Draws:
    """The points of values against the figure's target; the points of an evaluation are its own."""
    if figure.evaluation is not None:
        return values
    if figure.target is None:
        raise ValueError("without a target there are no points")
    if figure.direction is Direction.BAND:
        return points_band(values, figure.target, figure.target if figure.target_high is None else figure.target_high)
    return (points_up if figure.direction is Direction.UP else points_down)(values, figure.target)


def generator(seed: int, figure: Figure) -> np.random.Generator:
    """Its own random numbers for each figure: what others have or lack changes nothing in them."""
    return np.random.default_rng([seed, figure.service_id, zlib.crc32(figure.measure.encode())])
