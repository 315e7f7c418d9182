"""Ratings that look made: which days of which services show two independent signs; marks, never a verdict."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from qs.participation.terms import Level, RatedMoment, Signal, Suspicion
from qs.periods import local_day
from qs.stats import manipulation
from qs.stats.manipulation import BASELINE_DAYS, WINDOWS_DAYS, Sign

LOOKED_BACK_DAYS = BASELINE_DAYS + max(WINDOWS_DAYS)  # before the first day that is judged
TEXT_WORDS = 8  # words, or Chinese signs, under which people write the same by chance; own default
WORD = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+")
SIGNALS = {
    Sign.VOLUME: Signal.BURST,
    Sign.LEVELS: Signal.LEVELS,
    Sign.DEVICES: Signal.DEVICES,
    Sign.TEXTS: Signal.TEXTS,
    Sign.RHYTHM: Signal.RHYTHM,
}
# When something goes wrong, more people rate and they rate worse: one cause, so these two together say nothing.
ONE_CAUSE = frozenset({Signal.BURST, Signal.LEVELS})

DAYS_A_WEEK = 7
CLOSED_SHARE = 0.1  # of an average day, under which a service counts as closed on a day of the week; own default
CLOSED_LEAST = 10.0  # ratings expected on that day of five weeks, before none can mean closed; own default

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Stretch:
    """Some days of one service, and the 28 days before: places in the ratings put in order."""

    inside: range
    before: range


@dataclass(frozen=True, eq=False)
class Ordered:
    """Ratings by service and time as columns; `starts`: where each service begins, and the end."""

    ids: IntArray
    unit: IntArray
    day: IntArray  # from the first that is looked at
    level: IntArray  # 0 the worst to 4 the best
    seconds: FloatArray
    devices: NDArray[np.str_]
    texts: NDArray[np.str_]
    starts: IntArray


def suspicions(
    ratings: Sequence[RatedMoment],
    first: date,
    last: date,
    *,
    rated_since: Mapping[int, date],
    zone: ZoneInfo,
    rng: np.random.Generator,
) -> tuple[Suspicion, ...]:
    """The stretches of one, three or seven days, ending from `first` to `last`, whose ratings look made.

    `ratings`: from LOOKED_BACK_DAYS before `first` on; `rated_since`: from when on a service could be rated, before
    which no ratings is not few ratings. All stretches are judged at once, so that looking at many makes none suspect;
    of those that end on one day the shortest is told.
    `rng` deals ratings again for the question whether their levels are others than before.
    """
    origin = first - timedelta(days=LOOKED_BACK_DAYS)
    services = sorted({one.service_id for one in ratings})
    rows = in_order(ratings, services, origin, last, zone)
    counts = np.zeros((len(services), (last - origin).days + 1))
    np.add.at(counts, (rows.unit, rows.day), 1)
    unrated = np.array([(rated_since.get(one, origin) - origin).days for one in services], dtype=np.int64)
    judged = np.argwhere(counts[:, LOOKED_BACK_DAYS:] > 0) + np.array([0, LOOKED_BACK_DAYS])
    if not len(judged):
        return ()
    counts[closed_days(counts) | (np.arange(counts.shape[1]) < unrated[:, None])] = np.nan
    p = manipulation.bursts(counts).p[judged[:, 0], judged[:, 1]]
    stretches = [stretch(rows, unit, day, length) for unit, day in judged.tolist() for length in WINDOWS_DAYS]
    return marked(rows, stretches, p.ravel(), rng)


def closed_days(counts: FloatArray) -> BoolArray:
    """Days without report: of the week when a service is hardly ever rated, such as the Sundays of an office.

    Only where at least CLOSED_LEAST ratings would be expected then; of the days that are judged, those without any.
    """
    week = np.arange(counts.shape[1]) % DAYS_A_WEEK
    before = counts[:, :LOOKED_BACK_DAYS]
    weeks = LOOKED_BACK_DAYS / DAYS_A_WEEK
    usual = before.mean(axis=1)[:, None] * weeks
    on_day = np.stack([before[:, week[:LOOKED_BACK_DAYS] == day].sum(axis=1) for day in range(DAYS_A_WEEK)], axis=1)
    is_closed = (usual >= CLOSED_LEAST) & (on_day < CLOSED_SHARE * usual)
    closed: BoolArray = is_closed[:, week] & ((np.arange(counts.shape[1]) < LOOKED_BACK_DAYS) | (counts == 0))
    return closed


def in_order(
    ratings: Sequence[RatedMoment], services: Sequence[int], origin: date, last: date, zone: ZoneInfo
) -> Ordered:
    places = {service_id: place for place, service_id in enumerate(services)}
    days = [(one, local_day(one.rated_at, zone)) for one in ratings]
    kept = sorted(
        ((places[one.service_id], one.rated_at, one.rating_id, (day - origin).days, one) for one, day in days
         if origin <= day <= last),
        key=lambda row: row[:3],
    )  # fmt: skip
    unit = np.array([row[0] for row in kept], dtype=np.int64)
    return Ordered(
        ids=np.array([row[2] for row in kept], dtype=np.int64),
        unit=unit,
        day=np.array([row[3] for row in kept], dtype=np.int64),
        level=np.array([row[4].level.stars - 1 for row in kept], dtype=np.int64),
        seconds=np.array([row[1].timestamp() for row in kept], dtype=np.float64),
        devices=np.array([row[4].device_hash for row in kept], dtype=np.str_),
        texts=np.array([telling_text(row[4].text) for row in kept], dtype=np.str_),
        starts=np.searchsorted(unit, np.arange(len(services) + 1)),
    )


def telling_text(text: str) -> str:
    """A text as it is compared: words without signs and capitals; nothing where it is too short to tell."""
    words = WORD.findall(text.casefold())
    return " ".join(words) if len(words) >= TEXT_WORDS else ""


def stretch(rows: Ordered, unit: int, day: int, length: int) -> Stretch:
    """The `length` days up to this one."""
    start, end = int(rows.starts[unit]), int(rows.starts[unit + 1])
    edges = [day - length - BASELINE_DAYS + 1, day - length + 1, day + 1]
    base, middle, last = (int(one) for one in start + np.searchsorted(rows.day[start:end], edges))
    return Stretch(range(middle, last), range(base, middle))


def marked(
    rows: Ordered, stretches: Sequence[Stretch], burst_p: FloatArray, rng: np.random.Generator
) -> tuple[Suspicion, ...]:
    """Those with two signs, of all that is judged at once."""
    count = len(stretches)
    unit = np.repeat(np.arange(count), [len(one.inside) for one in stretches])
    place = np.concatenate([np.array(one.inside, dtype=np.int64) for one in stretches])
    inside, before = (
        np.array([np.bincount(rows.level[one.start : one.stop], minlength=len(Level)) for one in parts])
        for parts in ([one.inside for one in stretches], [one.before for one in stretches])
    )
    devices, texts = (
        manipulation.concentration(unit, sources[place], unit_count=count).stands_out
        for sources in (rows.devices, rows.texts)
    )
    found = manipulation.suspicions(
        {
            Sign.VOLUME: burst_p,
            Sign.LEVELS: manipulation.rating_shift(before, inside, rng=rng).telling_p,
            Sign.RHYTHM: manipulation.rhythm(unit, rows.seconds[place], unit_count=count).p,
        },
        {Sign.DEVICES: devices, Sign.TEXTS: texts},
    )
    is_worse = mean_level(inside) < mean_level(before)
    told, ended = [], set()
    for one in np.flatnonzero(found.suspected).tolist():
        end = stretches[one].inside.stop
        if end in ended:
            continue
        shown = {SIGNALS[sign] for sign, shows in zip(found.signs, found.shows[one], strict=True) if shows}
        if shown == ONE_CAUSE and is_worse[one]:
            continue
        ended.add(end)
        ids = rows.ids[stretches[one].inside.start : stretches[one].inside.stop]
        told.append(Suspicion(tuple(signal for signal in Signal if signal in shown), tuple(sorted(ids.tolist()))))
    return tuple(told)


def mean_level(levels: IntArray) -> FloatArray:
    """0 the worst to 4 the best; 0 where there is no rating."""
    mean: FloatArray = (levels @ np.arange(levels.shape[1])) / np.maximum(levels.sum(axis=1), 1)
    return mean
