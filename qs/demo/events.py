"""The events of the invented city: seeded, repeatable, up to a moment that is given; the clock is never read here.

Noise is spread evenly on purpose. Within a week the values of a stream are a stratified sample, and the weeks
themselves move by common-cause steps that balance out over every four weeks. Left to plain chance, the last point of
1.8 % of all stable charts is a false alarm: five or six of three hundred streams, and nobody could tell them from the
planted truths.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from qs.demo.terms import City, Profile, Shape, StreamPlan, Truth, TruthKind
from qs.periods import MICROSECONDS, Moments, local_day, start_of, to_microseconds
from qs.standards.terms import Direction

SEED = 20261123
HISTORY_MONTHS = 18
DAYS_PER_WEEK = 7
SECONDS_PER_HOUR = 3600
DAY_MICROSECONDS = 24 * SECONDS_PER_HOUR * MICROSECONDS
YEAR_DAYS = 365.25
BALANCED_WEEKS = 4  # common-cause steps balance out over so many weeks
TAIL_CUT = 0.15  # of each quarter of the distribution, kept away from its ends: no step is an outlier by itself
STEADY_VOLUME = 4.0  # events a day under which they come at even distances rather than by chance
GREATEST_SHARE = 0.998  # no service is perfect by design

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.object_]


@dataclass(frozen=True)
class StreamEvents:
    """Events of one stream in columns, in order of time. `happened_at`: UTC microseconds since 1970."""

    plan: StreamPlan
    happened_at: Moments
    numerator: Floats
    denominator: Floats
    event_id: Words
    channel: Words

    def __len__(self) -> int:
        return len(self.happened_at)


@dataclass(frozen=True)
class Calendar:
    """Local days in order: when each begins, whether it is a weekend, and the number of its week (from Monday)."""

    starts: Moments
    is_weekend: NDArray[np.bool_]
    week: Ints


def city_events(city: City, *, until: datetime, months: int = HISTORY_MONTHS) -> Iterator[StreamEvents]:
    """The history of every stream, one after another, from so many months before `until` up to it."""
    days = calendar(city.zone, until=until, months=months)
    for plan in city.streams:
        yield stream_history(plan, days, zone=city.zone, until=until)


def calendar(zone: ZoneInfo, *, until: datetime, months: int) -> Calendar:
    """The local days from so many months before `until` to its own day."""
    last = local_day(until, zone)
    first = months_before(last, months)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return Calendar(
        starts=np.array([to_microseconds(start_of(day, zone)) for day in days], dtype=np.int64),
        is_weekend=np.array([day.weekday() >= 5 for day in days]),
        week=np.array([(day.toordinal() - 1) // DAYS_PER_WEEK for day in days], dtype=np.int64),
    )


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the 28th at the latest, which every month has."""
    total = day.year * 12 + day.month - 1 - months
    return date(total // 12, total % 12 + 1, min(day.day, 28))


def stream_history(plan: StreamPlan, days: Calendar, *, zone: ZoneInfo, until: datetime) -> StreamEvents:
    """All events of one stream; the same arguments give the same events."""
    rng = generator(plan, "history")
    moments, day = event_moments(plan, days, rng)
    kept = (moments >= opening(plan, zone, until)) & (moments <= closing(plan, until))
    moments, day = moments[kept], day[kept]
    if plan.is_silent and len(moments):
        moments[-1] = closing(plan, until)
    week = days.week[day]
    age_days = (to_microseconds(until) - moments) / DAY_MICROSECONDS
    level = levels(plan, age_days, common_cause(week, rng))
    numerator, denominator = drawn(plan, level, stratified(week, rng), rng)
    return StreamEvents(
        plan, moments, numerator, denominator, numbered_ids(plan, len(moments)), channels(plan, moments, rng)
    )


def events_at(city: City, moment: datetime, *, count: int, rng: np.random.Generator) -> list[StreamEvents]:
    """`count` new events, one by one, of streams that are busy at this hour: what the city sends right now.

    They lie within `count` microseconds before `moment`, so that no two events of a stream are the same.
    """
    local = moment.astimezone(city.zone)
    busy = [plan for plan in city.streams if not plan.is_silent]
    weights = np.array([plan.volume * hour_share(plan.model.profile, local) for plan in busy])
    if not weights.any():
        return []
    chosen = rng.choice(len(busy), size=count, p=weights / weights.sum())
    at = to_microseconds(moment)
    return [single_event(busy[index], at - number, rng) for number, index in enumerate(chosen.tolist())]


def hour_share(profile: Profile, local: datetime) -> float:
    """The part of an average day's events that falls into this hour of this day."""
    daily = day_weight(profile, is_weekend=local.weekday() >= 5)
    return daily * profile.hours[local.hour] / sum(profile.hours)


def single_event(plan: StreamPlan, happened_at: int, rng: np.random.Generator) -> StreamEvents:
    """One event now: every truth has run its course, and this week has no common-cause step of its own."""
    moments = np.array([happened_at], dtype=np.int64)
    level = levels(plan, np.zeros(1), np.zeros(1))
    numerator, denominator = drawn(plan, level, rng.random(1), rng)
    event_id = np.array([f"{plan.prefix}t{happened_at:x}"], dtype=np.object_)
    return StreamEvents(plan, moments, numerator, denominator, event_id, channels(plan, moments, rng))


def generator(plan: StreamPlan, purpose: str) -> np.random.Generator:
    """A source of chance that depends on the stream alone: other streams may come and go."""
    return np.random.default_rng([SEED, zlib.crc32(f"{plan.key}/{purpose}".encode())])


def opening(plan: StreamPlan, zone: ZoneInfo, until: datetime) -> int:
    return to_microseconds(start_of(plan.service.starts_on(local_day(until, zone)), zone))


def closing(plan: StreamPlan, until: datetime) -> int:
    """The last moment of which something may be known: `until`, or where the feed fell silent."""
    silent_hours = max((truth.size for truth in plan.truths if truth.kind is TruthKind.SILENT), default=0.0)
    return to_microseconds(until - timedelta(hours=silent_hours))


# When events happen


def event_moments(plan: StreamPlan, days: Calendar, rng: np.random.Generator) -> tuple[Moments, Ints]:
    """Moments in order, to the second, and the position of the day of each."""
    profile = plan.model.profile
    weights = [day_weight(profile, is_weekend=False), day_weight(profile, is_weekend=True)]
    rate = plan.volume * np.array(weights)[days.is_weekend.astype(np.int64)]
    day = np.repeat(np.arange(len(rate)), daily_counts(rate, plan.volume, rng))
    hours = np.cumsum(profile.hours) / sum(profile.hours)
    hour = np.searchsorted(hours, rng.random(len(day)), side="right")
    second = hour * SECONDS_PER_HOUR + rng.integers(0, SECONDS_PER_HOUR, len(day))
    moments = days.starts[day] + second * MICROSECONDS
    order = np.argsort(moments, kind="stable")
    return moments[order], day[order]


def day_weight(profile: Profile, *, is_weekend: bool) -> float:
    """The volume of a day relative to the average day of a week."""
    weekday = DAYS_PER_WEEK / (5 + 2 * profile.weekend)
    return weekday * profile.weekend if is_weekend else weekday


def daily_counts(rate: Floats, volume: float, rng: np.random.Generator) -> Ints:
    """Events on each day: by chance when there are many, at even distances when they are few."""
    if volume >= STEADY_VOLUME:
        return rng.poisson(rate)
    total = np.floor(np.cumsum(rate) + rng.random())
    return np.diff(total, prepend=0.0).astype(np.int64)


# How good the service is at each moment


def levels(plan: StreamPlan, age_days: Floats, week_step: Floats) -> Floats:
    """The level behind each event, so many days before now: usual level, week-to-week noise, planted truths."""
    usual = usual_level(plan)
    unit = usual if plan.model.shape.is_relative else 1.0
    level = usual + unit * week_to_week(plan, usual) * week_step
    for truth in plan.truths:
        level = with_truth(level, plan, truth, age_days)
    return np.clip(level, 0, 1) if plan.model.shape is Shape.SHARE else level


def usual_level(plan: StreamPlan) -> float:
    """The level set for the stream, or that of its indicator, varied a little from service to service."""
    if plan.level is not None:
        return plan.level
    draw = float(special.ndtri(generator(plan, "level").uniform(0.05, 0.95)))
    unit = plan.model.level if plan.model.shape.is_relative else 1.0
    varied = plan.model.level + unit * plan.model.between * draw
    return min(varied, GREATEST_SHARE) if plan.model.shape is Shape.SHARE else varied


def week_to_week(plan: StreamPlan, usual: float) -> float:
    """Standard deviation of the weekly common-cause step: the model's, or what sampling alone would make if more.

    In parts of the level for durations, ratios and tallies, in the unit for shares and gauges.
    """
    return max(plan.model.wobble, math.sqrt(sampling_variance(plan, usual)))


def sampling_variance(plan: StreamPlan, usual: float) -> float:
    """Variance of a week's value by sampling alone, in the terms of `week_to_week`."""
    events = plan.volume * DAYS_PER_WEEK
    counted = events * (plan.batch[0] + plan.batch[1]) / 2
    match plan.model.shape:
        case Shape.DURATION | Shape.GAUGE:
            return plan.model.spread**2 / events
        case Shape.SHARE:
            return usual * (1 - usual) / counted
        case Shape.RATIO:
            return plan.measure.counting.per / (usual * counted)
        case Shape.TALLY:
            return 1 / (usual * events)


def common_cause(week: Ints, rng: np.random.Generator) -> Floats:
    """One normal step for the week of each event: in any four weeks one from each quarter of the distribution."""
    if not len(week):
        return np.zeros(0)
    position = week - week[0]
    blocks = int(position[-1]) // BALANCED_WEEKS + 1
    quarters = rng.permuted(np.tile(np.arange(BALANCED_WEEKS), (blocks, 1)), axis=1).ravel()
    within = rng.uniform(TAIL_CUT, 1 - TAIL_CUT, len(quarters))
    steps: Floats = special.ndtri((quarters + within) / BALANCED_WEEKS)[position]
    return steps


def with_truth(level: Floats, plan: StreamPlan, truth: Truth, age_days: Floats) -> Floats:
    """The level with one planted truth at work."""
    worse = 1.0 if plan.measure.direction is Direction.DOWN else -1.0
    passed = truth.begins_days - age_days
    begun = passed >= 0
    match truth.kind:
        case TruthKind.STEP_WORSE:
            return level + worse * truth.size * begun
        case TruthKind.STEP_BETTER:
            return level - worse * truth.size * begun
        case TruthKind.DRIFT_WORSE:
            return level + worse * truth.size * np.clip(passed / truth.begins_days, 0, 1)
        case TruthKind.SEASONAL:
            return level + truth.size * np.sin(2 * np.pi * passed / YEAR_DAYS)
        case TruthKind.LUCKY_SMALL:
            return np.full_like(level, truth.size)
        case TruthKind.LEFT_BEHIND:
            return left_behind(level, plan, truth.size)
        case TruthKind.SILENT:
            return level


def left_behind(level: Floats, plan: StreamPlan, size: float) -> Floats:
    """The level of a service that is somewhat worse: failures and durations greater by `size`, so many parts."""
    if plan.model.shape is Shape.GAUGE:
        return level - size * plan.model.spread
    if plan.measure.direction is Direction.DOWN:
        return level * (1 + size)
    if plan.model.shape is Shape.SHARE:
        return 1 - (1 - level) * (1 + size)
    return level / (1 + size)


# What each event says


def stratified(week: Ints, rng: np.random.Generator) -> Floats:
    """Numbers between 0 and 1 that fill the interval evenly within each week, in random order."""
    order = np.argsort(week + rng.random(len(week)))
    first, count = np.unique(week, return_index=True, return_counts=True)[1:]
    rank = np.arange(len(week)) - np.repeat(first, count)
    filling = np.empty(len(week))
    filling[order] = (rank + rng.random(len(week))) / np.repeat(count, count)
    return filling


def drawn(plan: StreamPlan, level: Floats, chance: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Numerators and denominators at these levels; `chance` in 0 to 1 decides how each event turns out."""
    single = np.ones_like(level)
    batch = rng.integers(plan.batch[0], plan.batch[1] + 1, len(level)).astype(np.float64)
    spread = plan.model.spread
    match plan.model.shape:
        case Shape.DURATION:
            return np.round(level * np.exp(spread * special.ndtri(chance) - log_level(plan)), 2), single
        case Shape.GAUGE:
            return np.round(level + spread * special.ndtri(chance), 3), single
        case Shape.SHARE:
            return stats.binom.ppf(chance, batch, level), batch
        case Shape.RATIO:
            return stats.poisson.ppf(chance, batch * level / plan.measure.counting.per), batch
        case Shape.TALLY:
            return stats.poisson.ppf(chance, level), single


def log_level(plan: StreamPlan) -> float:
    """Logarithm of what the screen shows of a lognormal of median one: its percentile, or its mean."""
    share = plan.measure.counting.percentile
    if share is not None:
        return plan.model.spread * float(special.ndtri(share))
    return plan.model.spread**2 / 2


def numbered_ids(plan: StreamPlan, count: int) -> Words:
    """Ids of at most 24 characters: the stream's prefix and a running number."""
    return np.array([f"{plan.prefix}{number:06d}" for number in range(1, count + 1)], dtype=np.object_)


def channels(plan: StreamPlan, moments: Moments, rng: np.random.Generator) -> Words:
    """How the user was met, by the weights of the model."""
    words = np.array([channel.value for channel in plan.model.channels], dtype=np.object_)
    if len(words) == 1:
        return np.full(len(moments), words[0], dtype=np.object_)
    bounds = np.cumsum(list(plan.model.channels.values()))
    return words[np.searchsorted(bounds / bounds[-1], rng.random(len(moments)), side="right")]


def total(events: Sequence[StreamEvents]) -> int:
    return sum(len(stream) for stream in events)
