"""Ratings that look made: what is marked and what is left alone, and campaigns planted into a real series of cases.

The series: cases of ten subjects a day at the offices of the New York City Council, January to June 2016, counted from
data/nycomplaints.rda @39b8ac1 of kjhealy/nycomplaints (MIT; NYC Open Data 9hzi-kbqb, free to use). Cases stand for
ratings. Their levels are drawn as patients answer about their hospital: 7, 22 and 71 of 100 in Alaska give the worst,
the middle and the best answer (CMS HCAHPS state results, H_HSP_RATING; US Government, public domain).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from qs.participation.manipulation import LOOKED_BACK_DAYS, closed_days, suspicions, telling_text
from qs.participation.terms import Level, RatedMoment, Signal

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 31)  # a Tuesday
CASES = Path(__file__).parent / "nyc_council_cases_2016.csv"
LEVELS = (Level.DISSATISFIED, Level.SATISFIED, Level.VERY_SATISFIED)
ALASKA = (0.07, 0.22, 0.71)
MADE = 10**6  # ids of planted ratings from here on
USUAL = (Level.BASICALLY_SATISFIED, Level.SATISFIED, Level.VERY_SATISFIED, Level.VERY_SATISFIED)
LONG = "工作人员态度很好，办事效率高。"


def moment(day: date, second: float) -> datetime:
    return datetime.combine(day, time(9), ZONE) + timedelta(seconds=second)


def usual(*, per_day: int = 4, levels: tuple[Level, ...] = USUAL, days: int = 35) -> list[RatedMoment]:
    """Weeks of ratings by people who come as they like, before DAY."""
    rng = np.random.default_rng(3)
    return [
        RatedMoment(
            100 * back + place,
            1,
            moment(DAY - timedelta(days=back), int(rng.integers(28800))),
            levels[place % len(levels)],
            f"d{back}.{place}",
        )
        for back in range(1, days + 1)
        for place in range(per_day)
    ]


def made(count: int, *, devices: int, level: Level = Level.VERY_SATISFIED, text: str = "", step: int = 0):
    rng = np.random.default_rng(4)
    return [
        RatedMoment(
            MADE + place,
            1,
            moment(DAY, step * place if step else int(rng.integers(28800))),
            level,
            f"made{place % devices}" if devices else "",
            text,
        )
        for place in range(count)
    ]


def found(ratings, *, since: date = date(2025, 1, 1), seed: int = 1):
    options = {"rated_since": {1: since}, "zone": ZONE, "rng": np.random.default_rng(seed)}
    return suspicions(ratings, DAY, DAY, **options)


def signals(ratings, **options) -> set[Signal]:
    return {signal for one in found(ratings, **options) for signal in one.signals}


def test_a_burst_of_best_levels_from_two_devices_is_marked_with_its_signs():
    (marked, *_) = found([*usual(), *made(30, devices=2)])
    assert marked.signals == (Signal.BURST, Signal.LEVELS, Signal.DEVICES)
    assert set(marked.rating_ids) == {MADE + place for place in range(30)}


def test_as_many_from_as_many_people_with_the_usual_levels_are_a_busy_day():
    mixed = [
        RatedMoment(one.rating_id, 1, one.rated_at, level, one.device_hash)
        for one, level in zip(made(30, devices=30), [*LEVELS[1:]] * 15, strict=True)
    ]
    assert found([*usual(levels=LEVELS[1:]), *mixed]) == ()


def test_devices_alone_mark_nothing():
    assert found([*usual(per_day=12, levels=(Level.VERY_SATISFIED,)), *made(12, devices=1)]) == ()


def test_the_same_words_again_and_again_are_a_sign():
    assert Signal.TEXTS in signals([*usual(), *made(30, devices=30, text=LONG)])
    assert Signal.TEXTS not in signals([*usual(), *made(30, devices=30, text="服务很好")])


def test_words_are_compared_without_signs_and_capitals_and_short_ones_not_at_all():
    assert telling_text("工作人员态度很好!") == telling_text("工作人员,态度很好")
    assert telling_text("Everybody was VERY kind and explained it well.").startswith("everybody was very")
    assert telling_text("非常满意") == telling_text("Very good") == ""


def test_ratings_sent_in_equal_steps_are_a_sign():
    assert Signal.RHYTHM in signals([*usual(), *made(30, devices=30, step=47)])


def test_a_day_on_which_things_went_wrong_is_no_campaign():
    """More people rate and they rate worse: one cause. From one device it is a campaign all the same."""
    assert found([*usual(), *made(30, devices=30, level=Level.VERY_DISSATISFIED)]) == ()
    assert signals([*usual(), *made(30, devices=2, level=Level.VERY_DISSATISFIED)]) >= {Signal.DEVICES, Signal.BURST}


def test_a_service_rated_for_the_first_time_has_no_burst():
    assert Signal.BURST not in signals(made(30, devices=2, step=60), since=DAY)
    assert Signal.BURST in signals(made(30, devices=2, step=60))


def test_the_weekends_of_an_office_are_days_without_report_and_those_of_a_rare_service_are_not():
    """Five weeks and a Monday: twelve a day from Monday to Friday, one a week, and twelve a day without a weekend."""
    counts = np.zeros((3, 36))
    day = np.arange(36) % 7
    counts[0, day < 5], counts[1, day == 2], counts[2] = 12, 1, 12
    assert closed_days(counts)[0].tolist() == (day >= 5).tolist()
    assert not closed_days(counts)[1:].any()


def test_ratings_on_a_closed_day_that_is_judged_are_looked_at():
    counts = np.zeros((1, 41))
    counts[0, np.arange(41) % 7 < 5] = 12
    counts[0, 40] = 30
    assert not closed_days(counts)[0, 40]


def test_the_same_seed_finds_the_same_and_nothing_is_found_in_nothing():
    ratings = [*usual(), *made(25, devices=3)]
    assert found(ratings, seed=5) == found(ratings, seed=5)
    assert found([]) == ()


@cache
def cases() -> tuple[RatedMoment, ...]:
    """Every case of the real series as a rating, each from a device of its own, at some time of the working day."""
    table = pd.read_csv(CASES, parse_dates=["open_date"], index_col="open_date")
    rng = np.random.default_rng(1)
    told = []
    for day, row in zip(table.index.date, table.to_numpy(), strict=True):
        for service, count in enumerate(row):
            drawn = zip(rng.choice(3, size=count, p=ALASKA), rng.integers(28800, size=count), strict=True)
            told += [(service, moment(day, int(second)), LEVELS[level]) for level, second in drawn]
    return tuple(RatedMoment(place, *one, f"d{place}") for place, one in enumerate(told))


@cache
def case_days() -> np.ndarray:
    return np.array([one.rated_at.date() for one in cases()], dtype="datetime64[D]")


def suspected(last: date, planted: list[RatedMoment]) -> set[int]:
    """What the nightly check of this day, looking back three days, marks."""
    first = last - timedelta(days=2)
    origin = first - timedelta(days=LOOKED_BACK_DAYS)
    start, end = (np.searchsorted(case_days(), np.datetime64(one)) for one in (origin, last + timedelta(days=1)))
    seen = cases()[start:end]
    options = {"rated_since": {}, "zone": ZONE, "rng": np.random.default_rng(last.toordinal())}
    return {one for group in suspicions([*seen, *planted], first, last, **options) for one in group.rating_ids}


def campaign(rng: np.random.Generator, last: date, *, times: float, days: int, devices: int) -> list[RatedMoment]:
    """`times` the usual number of a service for some days, all of the best level, spread over the working day."""
    service = int(rng.integers(10))
    first = last - timedelta(days=days - 1)
    before = sum(
        one.service_id == service and first - timedelta(days=28) <= one.rated_at.date() < first for one in cases()
    )
    return [
        RatedMoment(
            MADE + place,
            service,
            moment(first + timedelta(days=int(rng.integers(days))), int(rng.integers(28800))),
            Level.VERY_SATISFIED,
            f"made{rng.integers(devices)}",
        )
        for place in range(round(times * before / 28 * days))
    ]


def share_found(**kind: float) -> float:
    rng = np.random.default_rng(12)
    lasts = [date(2016, 2, 12) + timedelta(days=int(one)) for one in rng.integers(138, size=6)]
    hits = [max(suspected(last, campaign(rng, last, **kind)), default=0) >= MADE for last in lasts]
    return float(np.mean(hits))


def test_of_the_real_series_as_it_is_hardly_anything_is_suspected():
    days = [date(2016, 2, 10) + timedelta(days=3 * one) for one in range(47)]
    marked = set().union(*(suspected(day, []) for day in days))
    judged = [one for one in cases() if one.rated_at.date() >= date(2016, 2, 8)]
    marked_days = {(one.service_id, one.rated_at.date()) for one in judged if one.rating_id in marked}
    assert len(marked_days) <= 0.01 * len({(one.service_id, one.rated_at.date()) for one in judged})


@pytest.mark.parametrize(
    ("times", "days", "least"),
    [(2.0, 3, 0.4), (2.0, 7, 0.8), (5.0, 1, 0.7), (5.0, 3, 0.9), (5.0, 7, 0.9)],
)
def test_campaigns_of_twice_the_usual_number_and_more_are_found(times, days, least):
    """Twice the usual number on a single day is within what these days differ anyway, and mostly not found."""
    assert np.mean([share_found(times=times, days=days, devices=devices) for devices in (1, 3, 30)]) >= least
