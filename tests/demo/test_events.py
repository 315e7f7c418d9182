"""The events of the invented city: repeatable, plausible, calm where nothing is planted and not where something is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from qs.demo.content import read_city, truth_streams
from qs.demo.events import (
    StreamEvents,
    calendar,
    city_events,
    events_at,
    months_before,
    opening,
    stream_history,
    total,
    usual_level,
)
from qs.demo.terms import Expected, Shape, TruthKind
from qs.periods import Grain, from_microseconds, local_day, period_starts, to_microseconds
from qs.standards.terms import Aggregation, Direction
from qs.stats.control_charts import Direction as Better
from qs.stats.control_charts import xmr

SUNDAY_NIGHT = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Lanping
FEBRUARY = datetime(2027, 2, 10, 9, 0, tzinfo=UTC)
CHARTED_WEEKS = 40
CHANGED = {TruthKind.STEP_WORSE, TruthKind.STEP_BETTER, TruthKind.DRIFT_WORSE}


@pytest.fixture(scope="module")
def city():
    return read_city()


@pytest.fixture(scope="module")
def history(city):
    """Everything up to Monday morning, by stream."""
    return {stream.plan.key: stream for stream in city_events(city, until=MONDAY)}


def value(events: StreamEvents, chosen) -> float:
    """What the indicator says of the chosen events; missing where there are none."""
    numerator, denominator = events.numerator[chosen], events.denominator[chosen]
    counting = events.plan.measure.counting
    if not len(numerator):
        return np.nan
    if counting.aggregation is Aggregation.PERCENTILE:
        return float(np.quantile(numerator, counting.percentile))
    if counting.aggregation is Aggregation.COUNT:
        return float(numerator.sum())
    return float(counting.per * numerator.sum() / denominator.sum())


def complete_periods(city, events: StreamEvents, until: datetime, *, grain=Grain.WEEK, count=CHARTED_WEEKS):
    """The values of the last complete periods, oldest first."""
    starts = period_starts(events.happened_at, grain, city.zone)
    running = period_starts(np.array([to_microseconds(until)]), grain, city.zone)[0]
    wanted = [start for start in np.unique(starts) if start < running][-count:]
    return np.array([value(events, starts == start) for start in wanted])


def standing(city, events: StreamEvents, until: datetime, **periods) -> str:
    """What a control chart makes of the last complete period: concern, improvement or common_cause."""
    better = {Direction.UP: Better.UP, Direction.DOWN: Better.DOWN, Direction.BAND: Better.NEUTRAL}
    values = complete_periods(city, events, until, **periods)
    chart = xmr(values[None, :], direction=better[events.plan.measure.direction])
    return chart.variation[0].removesuffix("_high").removesuffix("_low")


def test_about_a_million_events_cover_eighteen_months(history):
    assert 0.9e6 < total(list(history.values())) < 1.3e6
    first = min(stream.happened_at[0] for stream in history.values())
    assert from_microseconds(int(first)) < MONDAY - timedelta(days=540)


def test_the_same_moment_gives_the_same_events(city, history):
    for again in city_events(city, until=MONDAY):
        before = history[again.plan.key]
        for column in ("happened_at", "numerator", "denominator", "event_id", "channel"):
            assert np.array_equal(getattr(again, column), getattr(before, column)), again.plan.key


def test_a_stream_does_not_depend_on_the_others(city, history):
    alone = replace(city, streams=city.streams[40:41])
    (stream,) = city_events(alone, until=MONDAY)
    assert np.array_equal(stream.numerator, history[stream.plan.key].numerator)


def test_nothing_lies_in_the_future_and_everything_is_in_order(history):
    for stream in history.values():
        assert stream.happened_at[-1] <= to_microseconds(MONDAY)
        assert (np.diff(stream.happened_at) >= 0).all()


def test_ids_are_unique_in_the_whole_city_and_short(history):
    ids = np.concatenate([stream.event_id for stream in history.values()])
    assert len(set(ids.tolist())) == len(ids)
    assert max(map(len, ids)) <= 24


def test_every_service_has_events_of_every_indicator_it_is_measured_by(city, history):
    assert set(history) == {stream.key for stream in city.streams}
    assert all(len(stream) for stream in history.values())


def test_no_service_has_events_before_it_opened(city, history):
    for stream in history.values():
        assert stream.happened_at[0] >= opening(stream.plan, city.zone, MONDAY)


def test_single_measurements_have_denominator_one_and_batches_keep_their_size(history):
    for stream in history.values():
        if stream.plan.model.shape in (Shape.SHARE, Shape.RATIO):
            least, most = stream.plan.batch
            assert least <= stream.denominator.min()
            assert stream.denominator.max() <= most
        else:
            assert (stream.denominator == 1).all()


def test_a_share_never_exceeds_its_denominator_and_nothing_is_negative(history):
    for stream in history.values():
        assert (stream.numerator >= 0).all()
        if stream.plan.model.shape is Shape.SHARE:
            assert (stream.numerator <= stream.denominator).all()


def test_offices_work_in_office_hours_and_emergencies_round_the_clock(city, history):
    def hours(key):
        local = history[key].happened_at // 3_600_000_000 + 8  # Lanping is eight hours ahead, all year
        return set((local % 24).tolist())

    assert hours("donghu-civic-centre/counter-wait") == set(range(8, 18))
    assert hours("hospital-1-ae/ae-wait") == set(range(24))


def test_school_buses_do_not_run_at_weekends(city, history):
    days = {
        local_day(from_microseconds(int(at)), city.zone).weekday()
        for at in history["donghu-school-bus/school-bus-arrival"].happened_at
    }
    assert days == {0, 1, 2, 3, 4}


def test_volumes_are_those_of_the_text(history):
    for stream in history.values():
        if stream.plan.service.opened_days_ago is None:
            expected = stream.plan.volume * 550
            assert abs(len(stream) - expected) < 5 * expected**0.5 + 10, stream.plan.key


@pytest.mark.parametrize("until", [SUNDAY_NIGHT, MONDAY, FEBRUARY])
def test_charts_find_every_planted_change_and_stay_calm_elsewhere(city, until):
    for stream in city_events(city, until=until):
        planted = [truth for truth in stream.plan.truths if truth.kind in CHANGED]
        expected = planted[0].expected if planted else Expected.COMMON_CAUSE
        assert standing(city, stream, until) == expected, stream.plan.key


def test_monthly_charts_stay_calm_too(city, history):
    for stream in history.values():
        if not any(truth.kind in CHANGED for truth in stream.plan.truths):
            found = standing(city, stream, MONDAY, grain=Grain.MONTH, count=17)
            assert found == "common_cause", stream.plan.key


def test_the_emergency_wait_rose_by_twelve_minutes_and_stayed_up(city, history):
    weeks = complete_periods(city, history["hospital-1-ae/ae-wait"], MONDAY)
    assert weeks[-7:].mean() == pytest.approx(50, abs=1.5)
    assert weeks[-40:-8].mean() == pytest.approx(38, abs=1.0)


def test_the_buses_of_xiwan_slipped_by_less_than_anybody_notices_in_a_week(city, history):
    weeks = complete_periods(city, history["xiwan-buses/bus-on-time"], MONDAY)
    assert weeks[-40:-20].mean() == pytest.approx(0.862, abs=0.004)
    assert weeks[-2:].mean() == pytest.approx(0.814, abs=0.01)
    assert weeks[-19] - weeks[-1] < 0.06


def test_the_hall_of_nanan_and_the_counters_of_donghu_became_better(city, history):
    satisfied = complete_periods(city, history["nanan-social-security-hall/satisfaction"], MONDAY)
    waited = complete_periods(city, history["donghu-civic-centre/counter-wait"], MONDAY)
    assert satisfied[-9:].mean() - satisfied[:-10].mean() == pytest.approx(0.06, abs=0.015)
    assert waited[-9:].mean() - waited[:-10].mean() == pytest.approx(-4, abs=0.7)


def test_the_silent_feed_stops_exactly_26_hours_ago_and_its_service_goes_on(history):
    silent = history["beiling-buses/bus-arrival-info"]
    assert MONDAY - from_microseconds(int(silent.happened_at[-1])) == timedelta(hours=26)
    going_on = history["beiling-buses/bus-on-time"]
    assert MONDAY - from_microseconds(int(going_on.happened_at[-1])) < timedelta(hours=12)


def test_the_seasonal_service_swings_with_the_year(city, history):
    weeks = complete_periods(city, history["xiwan-sports-hall/court-booking"], MONDAY, count=78)
    low, high = weeks[-22:-8].mean(), weeks[-48:-34].mean()  # half a year apart
    assert high - low == pytest.approx(2 * 0.011, abs=0.007)


def test_the_lucky_small_service_is_perfect_on_few_answers(city, history):
    (plan,) = truth_streams(city, "shiqiao-lucky")
    lucky = history[plan.key]
    assert 10 <= lucky.denominator.sum() < 30
    assert lucky.numerator.sum() == lucky.denominator.sum()
    peers = [s for key, s in history.items() if key.endswith("/care-family-satisfaction") and s is not lucky]
    assert len(peers) == 3
    assert all(value(peer, slice(None)) < 0.95 for peer in peers)


def test_the_county_left_behind_is_worse_than_its_peers_nearly_everywhere(city, history):
    behind = truth_streams(city, "taoyuan-left-behind")
    worse = 0
    for plan in behind:
        if plan.measure.direction is Direction.BAND:
            continue
        family = plan.service.code.removeprefix("taoyuan-")
        peers = [
            value(stream, slice(None))
            for stream in history.values()
            if stream.plan.measure == plan.measure
            and stream.plan.service.code.endswith(family)
            and stream.plan.service.area != "taoyuan"
        ]
        own = value(history[plan.key], slice(None))
        better_when_up = plan.measure.direction is Direction.UP
        worse += own < np.median(peers) if better_when_up else own > np.median(peers)
    assert worse >= 0.9 * (len(behind) - 1)


def test_services_of_a_family_differ_a_little(city):
    levels = [usual_level(plan) for plan in city.streams if plan.measure.code == "clinic-wait" and plan.level is None]
    assert len(set(levels)) == 8
    assert 0.02 < np.std(levels) / np.mean(levels) < 0.2


def test_new_events_come_from_streams_that_are_busy_at_this_hour(city):
    night = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)  # three in the morning
    events = events_at(city, night, count=200, rng=np.random.default_rng(1))
    assert len(events) == 200
    assert {stream.plan.model.profile.code for stream in events} <= {"emergency", "streets", "network"}


def test_new_events_are_never_in_the_future_and_never_the_same(city):
    events = events_at(city, MONDAY, count=500, rng=np.random.default_rng(1))
    moments = [int(stream.happened_at[0]) for stream in events]
    assert max(moments) <= to_microseconds(MONDAY)
    assert len({(moment, stream.event_id[0]) for moment, stream in zip(moments, events, strict=True)}) == 500
    assert max(len(stream.event_id[0]) for stream in events) <= 24


def test_a_silent_feed_stays_silent_when_the_city_plays_on(city):
    events = events_at(city, MONDAY, count=2000, rng=np.random.default_rng(1))
    assert not any(stream.plan.is_silent for stream in events)


def test_new_events_go_on_where_the_truths_have_led(city):
    late = [
        stream.numerator[0]
        for stream in events_at(city, MONDAY, count=20_000, rng=np.random.default_rng(1))
        if stream.plan.key == "hospital-1-ae/ae-wait"
    ]
    assert np.median(late) == pytest.approx(50, abs=4)


def test_at_an_hour_when_nothing_is_open_nothing_happens(city):
    offices = replace(city, streams=tuple(s for s in city.streams if s.model.profile.code == "office"))
    assert events_at(offices, MONDAY - timedelta(hours=8), count=5, rng=np.random.default_rng(1)) == []


def test_eighteen_months_before_a_long_month_is_a_day_that_exists():
    assert months_before(datetime(2026, 8, 31, tzinfo=UTC).date(), 18).isoformat() == "2025-02-28"


def test_a_service_opened_today_has_no_history(city):
    plan = city.streams[0]
    new = replace(plan, service=replace(plan.service, fixed_start=None, opened_days_ago=-1))
    days = calendar(city.zone, until=MONDAY, months=1)
    assert len(stream_history(new, days, zone=city.zone, until=MONDAY)) == 0
