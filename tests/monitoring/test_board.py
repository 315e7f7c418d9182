"""The board shows every series with the right figures, the right chart, and the most urgent first."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from qs.actor import SYSTEM, Role
from qs.errors import NotAllowed, NotFound
from qs.monitoring import actions, rebasing
from qs.monitoring.queries import board, process, rebases
from qs.monitoring.rules import charted_grain, is_silent, period_values
from qs.monitoring.terms import Filters, Level, Pattern, Standing
from qs.observations.imports import import_file
from qs.observations.ingest import ingest
from qs.periods import Grain, from_microseconds
from qs.settings import settings
from qs.standards.terms import Aggregation, Frequency
from qs.stats.control_charts import Variation
from tests import world

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "ae_attendances.csv"
NOW = datetime(2026, 11, 4, 4, 0, tzinfo=UTC)  # a Wednesday noon in Shanghai
MONDAY = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
EVERYTHING = Filters()


@pytest.fixture
def city(store):
    return world.build_world(store)


@pytest.fixture
def feed(store, city):
    return world.add_feed(store, silent_after_hours=240.0)


def weekly(city, shares, *, service_id=None, area_id=None, prefix="w"):
    """One event of a hundred cases in each of the weeks before this one, the last share in the last whole week."""
    return [
        {
            "event_id": f"{prefix}{number}",
            "happened_at": MONDAY - timedelta(weeks=len(shares) - number),
            "service_id": service_id or city.surgery,
            "indicator_id": city.on_time,
            "numerator": float(round(share * 100)),
            "denominator": 100.0,
            "area_id": area_id or city.north,
        }
        for number, share in enumerate(shares)
    ]


def send(store, feed, events, now=NOW):
    with store.writing() as session:
        ingest(session, world.batch_of(*events), feed_id=feed, actor=SYSTEM, now=now)


def shown(store, filters=EVERYTHING, *, actor=world.SUPERVISOR, now=NOW):
    with store.reading() as session:
        return board(session, filters, actor=actor, now=now)


STEADY = [0.90, 0.92, 0.91, 0.89, 0.90, 0.92, 0.91, 0.90, 0.91, 0.92, 0.90, 0.89, 0.91, 0.90]
FALLEN = [*STEADY, 0.60]


def test_a_steady_series_is_common_cause(store, city, feed):
    send(store, feed, weekly(city, STEADY))
    series = shown(store).series.iloc[0]
    assert (series.standing, series.variation) == (Standing.STEADY, Variation.COMMON_CAUSE)
    assert series.value == pytest.approx(0.90)
    assert (series.numerator_sum, series.denominator_sum) == (90, 100)


def test_a_fall_below_the_limit_is_a_concern_and_says_which_rule(store, city, feed):
    send(store, feed, weekly(city, FALLEN))
    series = shown(store).series.iloc[0]
    assert (series.standing, series.pattern) == (Standing.CONCERN, Pattern.OUTSIDE_LOW)


def test_what_got_worse_stands_before_what_is_steady(store, city, feed):
    send(store, feed, weekly(city, STEADY))
    send(store, feed, weekly(city, FALLEN, service_id=city.permits, area_id=city.south, prefix="p"))
    assert shown(store).series["code"].tolist() == ["S4", "S1"]


def test_the_running_week_is_shown_when_it_is_large_enough_but_not_judged(store, city, feed):
    send(store, feed, weekly(city, STEADY))
    now_event = {**weekly(city, [0.2])[0], "event_id": "now", "happened_at": NOW - timedelta(hours=1)}
    send(store, feed, [now_event])
    found = shown(store)
    series = found.series.iloc[0]
    assert series.is_running
    assert series.value == pytest.approx(0.2)
    assert series.standing is Standing.STEADY
    assert process(found, 0)["kind"].tolist()[-1] == "running"


def test_a_small_running_week_leaves_the_last_whole_week_on_the_tile(store, city, feed):
    small = {**weekly(city, [0.5])[0], "event_id": "now", "happened_at": NOW, "numerator": 1.0, "denominator": 2.0}
    send(store, feed, [*weekly(city, STEADY), small])
    series = shown(store).series.iloc[0]
    assert not series.is_running
    assert series.value == pytest.approx(0.90)


def test_a_feed_quiet_for_longer_than_its_frequency_explains_is_silent(store, city, feed):
    send(store, feed, weekly(city, FALLEN))
    series = shown(store, now=NOW + timedelta(days=5)).series.iloc[0]
    assert series.standing is Standing.SILENT


def test_a_closed_history_is_charted_to_its_end_and_never_silent(store, city):
    history = world.add_feed(store, "history", silent_after_hours=None)
    send(store, history, weekly(city, FALLEN))
    series = shown(store, now=NOW + timedelta(days=3000)).series.iloc[0]
    assert series.standing is Standing.CONCERN


def test_fewer_than_seven_periods_are_not_judged(store, city, feed):
    send(store, feed, weekly(city, STEADY[:6]))
    assert shown(store).series.iloc[0].standing is Standing.TOO_SHORT


def test_a_week_without_cases_is_missing_not_zero(store, city, feed):
    events = weekly(city, STEADY)
    del events[5]
    send(store, feed, events)
    values = process(shown(store), 0)["value"]
    assert int(values.iloc[:-1].isna().sum()) == 1
    assert not (values == 0).any()


def test_a_share_of_no_cases_is_no_value():
    zero = np.zeros(1)
    assert np.isnan(period_values(Aggregation.SHARE, zero, zero, 1.0)).all()
    assert period_values(Aggregation.COUNT, zero, zero, 1.0).tolist() == [0.0]
    assert period_values(Aggregation.RATE, np.ones(1), np.full(1, 4.0), 1000.0).tolist() == [250.0]


def test_a_monthly_indicator_is_never_charted_by_week():
    assert charted_grain(Grain.DAY, Frequency.MONTH) is Grain.MONTH
    assert charted_grain(Grain.MONTH, Frequency.HOUR) is Grain.MONTH


@pytest.mark.parametrize(("hours", "expected"), [(24, False), (24.1, True)])
def test_silence_begins_after_the_allowed_hours(hours, expected):
    quiet = timedelta(hours=hours)
    assert is_silent(quiet, silent_after_hours=24.0, frequency=Frequency.HOUR) is expected
    assert is_silent(quiet, silent_after_hours=None, frequency=Frequency.HOUR) is False


def test_filters_narrow_the_board(store, city, feed):
    send(store, feed, weekly(city, STEADY))
    send(store, feed, weekly(city, STEADY, service_id=city.permits, area_id=city.south, prefix="p"))
    assert shown(store, Filters(area_id=city.south)).series["code"].tolist() == ["S4"]
    assert shown(store, Filters(provider_id=city.hospital)).series["code"].tolist() == ["S1"]
    assert len(shown(store, Filters(indicator_id=city.waiting))) == 0


def test_sectors_in_areas_are_the_sums_of_their_services(store, city, feed):
    send(store, feed, weekly(city, STEADY))
    send(store, feed, weekly(city, [0.5] * 14, service_id=city.vaccination, prefix="v"))
    found = shown(store, Filters(level=Level.AREA))
    assert len(found) == 1
    assert found.values[0, -2] == pytest.approx((90 + 50) / 200)


def test_a_service_leader_sees_only_the_own_services(store, city, feed):
    send(store, feed, weekly(city, STEADY))
    send(store, feed, weekly(city, STEADY, service_id=city.permits, area_id=city.south, prefix="p"))
    leader = world.in_services(Role.SERVICE_LEADER, city.permits)
    assert shown(store, actor=leader).series["code"].tolist() == ["S4"]


def test_sums_over_services_out_of_sight_are_not_shown_in_part(store, city, feed):
    send(store, feed, weekly(city, STEADY))
    found = shown(store, Filters(level=Level.AREA), actor=world.in_services(Role.SERVICE_LEADER, city.surgery))
    assert np.isnan(found.values).all()


def test_a_stranger_sees_no_board(store, city):
    with pytest.raises(NotAllowed):
        shown(store, actor=world.STRANGER)


COLLEAGUE = world.person(Role.SUPERVISOR, username="colleague", person_id=None)


def test_an_approved_mark_begins_new_limits_and_can_be_taken_back(store, city, feed):
    send(store, feed, weekly(city, [*STEADY, *[0.70 + step % 3 / 100 for step in range(10)]]))
    start = from_microseconds(int(shown(store).starts[0, -11]))
    with store.writing() as session:
        number = actions.propose_rebase(
            session, city.surgery, city.on_time, start, reason="new hall", actor=world.SUPERVISOR, now=NOW
        )
    assert shown(store).series.iloc[0].standing is Standing.CONCERN  # a proposal moves no limit
    with store.writing() as session:
        actions.approve_rebase(session, number, version=1, actor=COLLEAGUE, now=NOW)
    found = shown(store)
    means = process(found, 0)["mean"]
    assert means.iloc[-1] == pytest.approx(0.709)
    assert means.iloc[0] == pytest.approx(np.mean(STEADY))
    assert found.series.iloc[0].standing is Standing.STEADY
    with store.writing() as session:
        actions.withdraw_rebase(session, number, version=2, actor=world.SUPERVISOR, now=NOW)
    with store.reading() as session:
        assert list(rebases(session, service_id=city.surgery, indicator_id=city.on_time, actor=SYSTEM)) == []
    assert shown(store).series.iloc[0].standing is Standing.CONCERN


def test_a_mark_needs_a_reason_a_right_and_a_series_in_sight(store, city, feed):
    send(store, feed, weekly(city, STEADY))
    place = (city.surgery, city.on_time, MONDAY)
    with pytest.raises(rebasing.ReasonMissing), store.writing() as session:
        actions.propose_rebase(session, *place, reason="  ", actor=world.SUPERVISOR, now=NOW)
    with pytest.raises(NotAllowed), store.writing() as session:
        actions.propose_rebase(session, *place, reason="x", actor=world.AUDITOR, now=NOW)
    narrow = world.in_services(Role.SUPERVISOR, city.permits)
    with pytest.raises(NotFound), store.writing() as session:
        actions.propose_rebase(session, *place, reason="x", actor=narrow, now=NOW)


def test_the_same_period_is_marked_once(store, city, feed):
    send(store, feed, weekly(city, STEADY))
    for expected in (None, rebasing.AlreadyRebased):
        if expected is None:
            with store.writing() as session:
                actions.propose_rebase(
                    session, city.surgery, city.on_time, MONDAY, reason="x", actor=world.SUPERVISOR, now=NOW
                )
        else:
            with pytest.raises(expected), store.writing() as session:
                actions.propose_rebase(
                    session, city.surgery, city.on_time, MONDAY, reason="x", actor=world.SUPERVISOR, now=NOW
                )


@pytest.fixture
def england(store):
    if not SHARED.exists():
        pytest.skip("the published file of attendances is not beside the project")
    with store.writing() as session:
        from qs.directory.actions import load_sectors
        from qs.directory.library import read_sectors

        load_sectors(session, read_sectors(), actor=SYSTEM, now=world.MADE_AT)
    import_file(store, SHARED, "england-ae", actor=SYSTEM, now=NOW)
    return store


TYPE_1 = {"indicator_code": "ae-4h-within-type1"}
BREACHES = {"indicator_code": "ae-breaches-type1", "code": "ae-rrk"}
CASES = [
    ("xmr_06_england_type1_4hour_target95.json", "england_type1_4hour", Level.AREA, TYPE_1),
    ("xmr_04_readme_rrk_breaches.json", "readme_rrk_change", Level.SERVICE, BREACHES),
    ("xmr_04_readme_rrk_breaches.json", "readme_rrk_rebase", Level.SERVICE, BREACHES),
]
KINDS = {
    "common_cause": "common_cause",
    "special_cause_improvement": "improvement",
    "special_cause_concern": "concern",
}


@pytest.mark.parametrize(("file", "case_name", "level", "wanted"), CASES, ids=[case[1] for case in CASES])
def test_englands_emergency_departments_chart_as_published(england, file, case_name, level, wanted):
    case = json.loads((GOLDEN / file).read_text(encoding="utf-8"))["cases"][case_name]
    rebase_on = case["input"]["rebase_dates"]
    if rebase_on:
        mark(england, shown(england), wanted, datetime.fromisoformat(rebase_on).replace(tzinfo=settings().zone))
    found = shown(england, Filters(level=level))
    row = row_where(found, wanted)
    frame, expected = process(found, row), case["expected"]
    frame = frame[~frame["is_running"]]
    for column, published in (
        ("value", case["input"]["value"]),
        ("mean", expected["mean"]),
        ("upper", expected["upl"]),
    ):
        assert frame[column].to_numpy() == pytest.approx(np.array(published), rel=1e-9)
    assert frame["kind"].tolist() == [KINDS[kind] for kind in expected["point_type"]]
    icons = {icon["type"]: icon["icon"] for icon in expected["icons"]}
    series = found.series.iloc[row]
    assert series.variation == icons["variation"]
    if "assurance" in icons:
        assert series.assurance == {"fail": "fails", "pass": "passes"}[icons["assurance"]]


def row_where(found, wanted):
    chosen = np.logical_and.reduce([found.series[name] == value for name, value in wanted.items()])
    (row,) = np.flatnonzero(chosen)
    return int(row)


def mark(store, found, wanted, starts_at):
    series = found.series.iloc[row_where(found, wanted)]
    place = (int(series.service_id), int(series.indicator_id), starts_at.astimezone(UTC))
    with store.writing() as session:
        made = actions.propose_rebase(session, *place, reason="a merger", actor=world.SUPERVISOR, now=NOW)
        actions.approve_rebase(session, made, version=1, actor=COLLEAGUE, now=NOW)


def test_a_share_of_a_few_cases_is_drawn_but_not_judged(store, city, feed):
    events = weekly(city, FALLEN)
    events[-1] |= {"numerator": 1.0, "denominator": 9.0}
    send(store, feed, events)
    found = shown(store)
    assert found.series.iloc[0].standing is Standing.STEADY
    assert process(found, 0)["value"].iloc[-2] == pytest.approx(1 / 9)
    assert process(found, 0)["kind"].iloc[-2] == "unknown"


@pytest.mark.parametrize(("cases", "expected"), [(9, Standing.STEADY), (10, Standing.CONCERN)])
def test_a_percentile_of_a_few_cases_is_drawn_but_not_judged(store, city, feed, cases, expected):
    minutes = [30.0, 31.0, 29.0, 30.0, 32.0, 30.0, 29.0, 31.0, 30.0, 30.0, 31.0, 29.0, 30.0, 31.0, 90.0]
    events = [
        {
            "event_id": f"{week}-{number}",
            "happened_at": MONDAY - timedelta(weeks=len(minutes) - week),
            "service_id": city.surgery,
            "indicator_id": city.longest_waiting,
            "numerator": wait,
            "denominator": 1.0,
            "area_id": city.north,
        }
        for week, wait in enumerate(minutes)
        for number in range(cases if wait == 90.0 else 10)
    ]
    send(store, feed, events)
    found = shown(store)
    assert found.series.iloc[0].standing is expected
    assert process(found, 0)["value"].iloc[-2] == pytest.approx(90.0, rel=0.05)


def test_what_is_live_stands_before_a_closed_history(store, city, feed):
    history = world.add_feed(store, "history", silent_after_hours=None)
    send(store, history, weekly(city, FALLEN))
    send(store, feed, weekly(city, STEADY, service_id=city.permits, area_id=city.south, prefix="p"))
    assert shown(store).series["code"].tolist() == ["S4", "S1"]
