"""The scan finds what is there, keeps calm where nothing is, and says the same however often it looks."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qs.audit.models import AuditEntry
from qs.errors import NotAllowed
from qs.monitoring import actions
from qs.monitoring.models import Scan, Signal, SignalStep
from qs.monitoring.terms import Side, SignalKind, SignalStatus, SignalStepKind
from qs.notices.terms import Strength
from tests import world
from tests.monitoring.office import (
    FALLEN,
    MONDAY,
    NOW,
    STEADY,
    WEEK,
    build_watched,
    fall,
    scanned,
    send,
    signals,
    told,
    weekly,
)


@pytest.fixture
def office(store):
    return build_watched(store)


def steps(office):
    with office.store.reading() as session:
        return [one.kind for one in session.scalars(sa.select(SignalStep).order_by(SignalStep.id))]


def test_steady_figures_raise_nothing(office):
    send(office, weekly(office, STEADY))
    found = scanned(office)
    assert (found.series_count, found.found_count) == (1, 0)
    assert signals(office) == []


def test_a_lasting_fall_is_one_signal_with_its_numbers(office):
    one = fall(office)
    assert told(one) == ("special_cause", "concern", "act", "new")
    assert one.figures["before"] == pytest.approx(np.mean(STEADY), abs=0.003)
    assert one.figures["after"] == pytest.approx(0.705, abs=0.003)
    assert one.figures["value"] == pytest.approx(one.figures["numerator"] / one.figures["denominator"])
    assert one.onset_at <= MONDAY - 6 * WEEK < one.onset_at + WEEK
    assert one.figures["q"] <= 0.05


def test_a_slow_slide_is_called_a_drift(office):
    slide = [0.90 - max(0, week - 14) * 0.008 + (week % 3 - 1) * 0.006 for week in range(32)]
    send(office, weekly(office, slide))
    scanned(office)
    assert ("drift", "concern") in {told(one)[:2] for one in signals(office)}
    assert "special_cause" not in {told(one)[0] for one in signals(office)}


def test_a_target_out_of_reach_is_a_signal_though_nothing_changed(office):
    low = [share - 0.2 for share in STEADY]
    send(office, weekly(office, low))
    scanned(office)
    (one,) = signals(office)
    assert told(one) == ("target_missed", "concern", "act", "new")
    assert one.figures["target"] == 0.9


def test_a_fall_that_is_too_small_to_matter_is_only_watched(office):
    send(office, weekly(office, [*STEADY * 4, *[0.872] * 9], cases=2000.0))  # tolerance of the indicator: 0.05
    scanned(office)
    assert {one.strength for one in signals(office) if one.kind.is_change} == {Strength.WATCH}


def test_a_small_fall_in_a_young_series_may_be_its_season_and_is_not_told(office):
    send(office, weekly(office, [*STEADY, *[0.872] * 9], cases=2000.0))
    scanned(office)
    assert [one for one in signals(office) if one.kind.is_change] == []


def test_a_silent_feed_is_a_signal_and_is_over_after_two_whole_days_of_figures(office):
    send(office, weekly(office, STEADY))
    late = NOW + timedelta(days=12)
    scanned(office, now=late)
    (one,) = [one for one in signals(office) if one.kind is SignalKind.FEED_SILENT]
    assert told(one) == ("feed_silent", "concern", "review", "new")
    send(office, weekly(office, [0.9], last=late, prefix="again"), now=late)
    for days, expected in ((1, None), (2, None), (3, SignalStatus.OVER)):
        scanned(office, now=late + timedelta(days=days))
        (one,) = [one for one in signals(office) if one.kind is SignalKind.FEED_SILENT]
        assert (one.status if one.ended_at else None) is expected


def test_scanning_twice_changes_nothing_and_leaves_one_trace(office):
    fall(office)
    before = [(one.id, one.version, one.figures, one.last_seen_at) for one in signals(office)]
    again = scanned(office, now=NOW + timedelta(minutes=5))
    assert (again.judged_count, again.found_count, again.strengthened_count, again.ended_count) == (0, 0, 0, 0)
    assert [(one.id, one.version, one.figures, one.last_seen_at) for one in signals(office)] == before
    with office.store.reading() as session:
        traces = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "monitoring.scanned")).all()
        assert len(traces) == 1
        assert session.get(Scan, 1).scanned_at == NOW + timedelta(minutes=5)


def test_the_running_week_is_not_judged(office):
    send(office, weekly(office, [*STEADY, 0.2], last=MONDAY))
    assert scanned(office).found_count == 0


def test_a_signal_ends_after_two_whole_periods_without_it_and_only_then_comes_anew(office):
    send(office, weekly(office, [*STEADY, 0.55]))
    scanned(office)
    (one,) = [one for one in signals(office) if one.kind is SignalKind.SPECIAL_CAUSE]
    send(office, weekly(office, [0.91], last=MONDAY, prefix="n1"), now=NOW + WEEK)
    scanned(office, now=NOW + WEEK)
    (one,) = [one for one in signals(office) if one.kind is SignalKind.SPECIAL_CAUSE]
    assert one.ended_at is None
    assert not one.is_present
    send(office, weekly(office, [0.90], last=MONDAY + WEEK, prefix="n2"), now=NOW + 2 * WEEK)
    scanned(office, now=NOW + 2 * WEEK)
    (one,) = [one for one in signals(office) if one.kind is SignalKind.SPECIAL_CAUSE]
    assert one.status is SignalStatus.OVER
    send(office, weekly(office, [0.50], last=MONDAY + 2 * WEEK, prefix="n3"), now=NOW + 3 * WEEK)
    scanned(office, now=NOW + 3 * WEEK)
    assert [one.status for one in signals(office) if one.kind is SignalKind.SPECIAL_CAUSE] == [
        SignalStatus.OVER,
        SignalStatus.NEW,
    ]


def test_a_dismissed_signal_comes_back_only_when_it_grows_stronger(office):
    send(office, weekly(office, [*STEADY, 0.55]))
    scanned(office)
    (one,) = [one for one in signals(office) if one.kind is SignalKind.SPECIAL_CAUSE]
    assert one.strength is Strength.REVIEW
    with office.store.writing() as session:
        actions.dismiss_signal(session, one.id, "台风停运", version=1, actor=office.loop.supervisor, now=NOW)
    scanned(office, is_full=True)
    assert signals(office)[0].status is SignalStatus.DISMISSED
    send(office, weekly(office, [0.56], last=MONDAY, prefix="n1"), now=NOW + WEEK)
    scanned(office, now=NOW + WEEK)
    (one,) = [one for one in signals(office) if one.kind is SignalKind.SPECIAL_CAUSE]
    assert (one.status, one.strength) == (SignalStatus.NEW, Strength.ACT)
    assert SignalStepKind.CAME_BACK in steps(office)


def test_a_season_known_for_years_is_no_signal_and_a_broken_one_is(office):
    swing = [0.85 + 0.06 * np.sin(2 * np.pi * week / 52.18) + (week % 3 - 1) * 0.004 for week in range(140)]
    send(office, weekly(office, swing, cases=500.0))
    scanned(office)
    assert [one for one in signals(office) if one.kind.is_change] == []


def test_improvement_is_told_as_good_news(office):
    send(office, weekly(office, [share - 0.2 for share in STEADY] + [0.95] * 8))
    scanned(office)
    assert Side.IMPROVEMENT in {one.side for one in signals(office)}


def test_who_does_not_decide_everywhere_cannot_scan(office):
    for actor in (world.AUDITOR, world.STRANGER, world.in_services(world.Role.SUPERVISOR, office.world.surgery)):
        with pytest.raises(NotAllowed), office.store.writing() as session:
            actions.scan(session, actor=actor, now=NOW)


def test_one_signal_runs_for_one_thing(office):
    fall(office)
    with pytest.raises(sa.exc.IntegrityError), office.store.writing() as session:
        one = session.scalars(sa.select(Signal)).first()
        columns = [column.name for column in Signal.__table__.columns]
        twin = {name: getattr(one, name) for name in columns if name != "id"}
        session.add(Signal(**twin))


LEVELS = st.lists(st.sampled_from([0.91, 0.90, 0.89, 0.60, 0.99]), min_size=1, max_size=4)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(LEVELS, min_size=1, max_size=3), seed=st.integers(0, 5))
def test_looking_at_what_changed_finds_the_same_as_looking_at_everything(tmp_path_factory, template_file, rounds, seed):
    found = []
    for is_full in (False, True):
        office = build_watched(copied(template_file, tmp_path_factory.mktemp("scan")))
        city = office.world
        other = {"service_id": city.permits, "prefix": "p"}
        send(office, weekly(office, STEADY))
        send(office, weekly(office, FALLEN if seed % 2 else STEADY, **other))
        scanned(office, is_full=is_full)
        last, now = MONDAY - WEEK, NOW
        for number, shares in enumerate(rounds):
            last, now = last + WEEK * len(shares), now + WEEK * len(shares)
            send(office, weekly(office, shares, last=last, prefix=f"r{number}."), now=now)
            scanned(office, is_full=is_full, now=now)
        found.append([(*told(one), one.period_starts_at, one.onset_at, one.figures) for one in signals(office)])
        office.store.engine.dispose()
    assert found[0] == found[1]


def copied(template_file, folder):
    from shutil import copy

    from qs.db import Database, make_engine
    from tests.conftest import AUDIT_KEY

    copy(template_file, folder / "qs.db")
    return Database(make_engine(f"sqlite:///{folder / 'qs.db'}"), audit_key=AUDIT_KEY)
