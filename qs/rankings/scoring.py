"""From figures to scores and ranks, with the sampling error of every count carried through by draws. Pure arithmetic.

Each draw of a figure is turned into points against its target, the points of a service are averaged by weight, and
what varies over the draws is the uncertainty of the score and of the rank.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from qs.rankings.figures import Draws, Figure, Measured, Sampler, generator, is_scorable, points, posteriors, valued
from qs.rankings.rules import evidence, ranks, wanted_weights, why_not_ranked
from qs.rankings.terms import Level, Scheme, WhyNot
from qs.stats.composites import composite
from qs.stats.ranks import joint_rank_region, rank_draws, tiers

TAILS = (0.025, 0.975)


@dataclass(frozen=True)
class Rated:
    """The service a score belongs to, and what it is part of. `population`: of its area, empty when unknown."""

    service_id: int
    department_id: int
    area_id: int
    population: int | None = None


@dataclass(frozen=True)
class Scored:
    """The score and rank of one service, department or area."""

    level: Level
    subject_id: int
    score: float | None
    lower: float | None
    upper: float | None
    n: int
    service_count: int
    missing_weight: float
    why_not: WhyNot | None
    rank: int | None = None
    rank_mean: float | None = None
    rank_lower: int | None = None
    rank_upper: int | None = None
    joint_lower: int | None = None
    joint_upper: int | None = None
    p_top: float | None = None
    p_bottom: float | None = None
    tier: int | None = None

    @property
    def is_ranked(self) -> bool:
        return self.why_not is None


@dataclass(frozen=True)
class Result:
    """Everything computed for one period, in the order of the services and measures given."""

    measures: tuple[Measured, ...]
    scores: tuple[Scored, ...]


@dataclass(frozen=True, eq=False)
class Entry:
    """Something to be ranked: its score without a rank, and its draws when it has a score."""

    scored: Scored
    draws: Draws | None


def computed(
    services: Sequence[Rated], figures: Sequence[Figure], scheme: Scheme, *, seed: int, draw_count: int
) -> Result:
    """Scores and ranks of all services, departments and areas from their figures."""
    samplers = posteriors(figures)
    own: dict[int, list[Measured]] = defaultdict(list)
    places: dict[int, list[Sampler | None]] = defaultdict(list)
    for figure, sampler in zip(figures, samplers, strict=True):
        own[figure.service_id].append(valued(figure))
        places[figure.service_id].append(sampler)
    measures: list[Measured] = []
    entries: dict[int, Entry] = {}
    for service in services:
        found, entry = scored_service(
            service, own[service.service_id], places[service.service_id], scheme, seed=seed, draw_count=draw_count
        )
        measures += found
        entries[service.service_id] = entry
    scores = with_ranks(list(entries.values()))
    for level in (Level.DEPARTMENT, Level.AREA):
        scores += with_ranks(unit_entries(level, services, entries, scheme, draw_count=draw_count))
    return Result(tuple(measures), tuple(scores))


def scored_service(
    service: Rated,
    measures: Sequence[Measured],
    samplers: Sequence[Sampler | None],
    scheme: Scheme,
    *,
    seed: int,
    draw_count: int,
) -> tuple[list[Measured], Entry]:
    """The measures of one service with their points and weights, and its score."""
    drawn: list[Draws | None] = [
        None if sampler is None else points(one.figure, sampler(generator(seed, one.figure), draw_count))
        for one, sampler in zip(measures, samplers, strict=True)
    ]
    parts = [
        (one.figure.part, one.figure.weight if is_scorable(one.figure) else 0.0, draws is not None)
        for one, draws in zip(measures, drawn, strict=True)
    ]
    weights, unknown = wanted_weights(parts, scheme)
    nothing = np.full(draw_count, np.nan)
    stacked = np.array([nothing if draws is None else draws for draws in drawn] + [nothing])
    made = composite(stacked, [*weights, unknown], missing_limit=scheme.missing_limit)
    told = [
        one if draws is None else pointed(one, draws, weight)
        for one, draws, weight in zip(measures, drawn, made.weights[:-1].tolist(), strict=True)
    ]
    n = evidence([one.n for one in measures], made.weights[:-1].tolist() if not made.is_blocked else weights)
    has_figures = any(draws is not None and weight > 0 for draws, weight in zip(drawn, weights, strict=True))
    score, lower, upper = spread(None if made.is_blocked else made.score)
    scored = Scored(
        level=Level.SERVICE,
        subject_id=service.service_id,
        score=score,
        lower=lower,
        upper=upper,
        n=n,
        service_count=0 if made.is_blocked else 1,
        missing_weight=made.missing_weight,
        why_not=why_not_ranked(has_figures=has_figures, is_blocked=made.is_blocked, n=n, n_min=scheme.n_min),
    )
    return told, Entry(scored, None if made.is_blocked else made.score)


def pointed(one: Measured, draws: Draws, weight: float) -> Measured:
    lower, upper = np.quantile(draws, TAILS)
    return replace(one, score=float(draws.mean()), score_lower=float(lower), score_upper=float(upper), weight=weight)


def spread(draws: Draws | None) -> tuple[float | None, float | None, float | None]:
    """The score with the ends of its interval; nothing when there is none."""
    if draws is None:
        return None, None, None
    lower, upper = np.quantile(draws, TAILS)
    return float(draws.mean()), float(lower), float(upper)


def unit_entries(
    level: Level, services: Sequence[Rated], entries: Mapping[int, Entry], scheme: Scheme, *, draw_count: int
) -> list[Entry]:
    """Departments or areas: the mean of their services' scores, each weighing as many people as its area has.

    Cases of different services cannot be added (a bus trip is no operation), people served can. A service without a
    score is a missing part; the same limit holds as inside a service.
    """
    known = [service.population for service in services if service.population is not None]
    usual = sum(known) / len(known) if known else 1.0
    nothing = np.full(draw_count, np.nan)

    def unit_of(service: Rated) -> int:
        return service.department_id if level is Level.DEPARTMENT else service.area_id

    found = []
    for unit, group in groupby(sorted(services, key=lambda one: (unit_of(one), one.service_id)), key=unit_of):
        members = list(group)
        draws = [entries[one.service_id].draws for one in members]
        made = composite(
            np.array([nothing if one is None else one for one in draws]),
            [float(one.population or usual) for one in members],
            missing_limit=scheme.missing_limit,
        )
        present = [one for one, drawn in zip(members, draws, strict=True) if drawn is not None]
        n = sum(entries[one.service_id].scored.n for one in present)
        score, lower, upper = spread(None if made.is_blocked else made.score)
        scored = Scored(
            level=level,
            subject_id=unit,
            score=score,
            lower=lower,
            upper=upper,
            n=n,
            service_count=len(present),
            missing_weight=made.missing_weight,
            why_not=why_not_ranked(has_figures=bool(present), is_blocked=made.is_blocked, n=n, n_min=scheme.n_min),
        )
        found.append(Entry(scored, None if made.is_blocked else made.score))
    return found


def with_ranks(entries: Sequence[Entry]) -> list[Scored]:
    """The scores with the ranks of those that may be ranked; the others shift nobody."""
    chosen = [place for place, entry in enumerate(entries) if entry.scored.is_ranked and entry.draws is not None]
    scores = [entry.scored for entry in entries]
    if not chosen:
        return scores
    draws = np.array([entries[place].draws for place in chosen])
    centre = draws.mean(axis=1)
    by_draws = rank_draws(draws)
    at_once = joint_rank_region(centre, draws.std(axis=1))
    lower, upper = np.quantile(draws, TAILS, axis=1)
    shared = tiers(centre, lower, upper)
    for row, (place, rank) in enumerate(zip(chosen, ranks(centre.tolist()), strict=True)):
        scores[place] = replace(
            scores[place],
            rank=rank,
            rank_mean=float(by_draws.mean[row]),
            rank_lower=int(by_draws.lower[row]),
            rank_upper=int(by_draws.upper[row]),
            joint_lower=int(at_once.lower[row]),
            joint_upper=int(at_once.upper[row]),
            p_top=float(by_draws.p_top[row]),
            p_bottom=float(by_draws.p_bottom[row]),
            tier=int(shared[row]),
        )
    return scores
