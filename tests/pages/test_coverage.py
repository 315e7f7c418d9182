"""The Coverage screen: blind spots first, and one click to a plan, a reminder or a cycle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from pages._ui.coverage_map import COLUMNS, coverage_chart
from qs.actor import SYSTEM, Role
from qs.chart_style import LIGHT
from qs.observations.ingest import ingest
from qs.observations.reminders import reminders
from qs.observations.terms import ReminderState
from qs.office import prepare_office
from tests.world import CLERK, MADE_AT, add_feed, batch_of, build_world, enroll

DAY = timedelta(days=1)
NOW = datetime.now(UTC)  # screens read the real clock


@pytest.fixture
def world(store):
    """A feed that spoke of permits on every day of a year until two weeks ago; nothing else was ever heard."""
    world = build_world(store)
    with store.writing() as session:
        prepare_office(session, actor=SYSTEM, now=MADE_AT)
    feed_id = add_feed(store, silent_after_hours=48.0)
    events = [
        {
            "happened_at": NOW - days * DAY,
            "event_id": f"day-{days}",
            "service_id": world.permits,
            "indicator_id": world.on_time,
            "area_id": world.south,
            "numerator": 1.0,
        }
        for days in range(14, 380)
    ]
    with store.writing() as session:
        ingest(session, batch_of(*events), feed_id=feed_id, actor=SYSTEM, now=NOW - 14 * DAY)
    enroll(store, "chief", Role.SUPERVISOR)
    enroll(store, "keeper", Role.INFORMATION_TECHNOLOGY)
    enroll(store, "looker", Role.INSPECTOR)
    return world


def keys(screen):
    return {button.key for button in screen.button}


def words(screen):
    return " ".join(one.value for one in (*screen.markdown, *screen.text)).replace("\\", "")


def test_somebody_without_a_role_is_not_offered_the_screen(store, world, visit):
    enroll(store, "nobody")
    with pytest.raises(ValueError, match=r"coverage\.py"):
        visit("coverage", "nobody")


def test_the_card_says_what_was_expected_and_how_unlikely_the_silence_is(world, visit):
    screen = visit("coverage", "chief", service=str(world.permits))
    assert not screen.exception
    told = words(screen)
    assert "Unusually silent" in told
    assert "expected 13 in 13 days, came 0" in told
    assert "# 4 services have a blind spot" in told


def test_one_click_reminds_those_who_run_the_feed(store, world, visit):
    screen = visit("coverage", "chief", service=str(world.permits))
    chase = next(key for key in keys(screen) if key.startswith("chase_"))
    screen.button(key=chase).click().run()
    assert not screen.error
    assert chase not in keys(screen)
    with store.reading() as session:
        assert reminders(session, actor=CLERK)["state"].tolist() == [ReminderState.OPEN]
    assert "Waits for an answer" in words(visit("coverage", "chief", service=str(world.permits)))


def test_who_runs_the_feed_answers_on_the_feeds_screen(store, world, visit):
    screen = visit("coverage", "chief", service=str(world.permits))
    screen.button(key=next(key for key in keys(screen) if key.startswith("chase_"))).click().run()
    with store.reading() as session:
        row = next(reminders(session, actor=CLERK).itertuples())
    screen = visit("feeds", "keeper", feed=str(row.feed_id))
    screen.button(key=f"reminder_save_{row.reminder_id}").click().run()
    assert "“Answer” is empty. Fill it in." in words(screen)
    screen.text_area(key=f"reminder_answer_{row.reminder_id}").set_value("系统迁移，周一恢复")
    screen.button(key=f"reminder_save_{row.reminder_id}").click().run()
    assert not screen.error
    with store.reading() as session:
        assert reminders(session, actor=CLERK)["state"].tolist() == [ReminderState.ANSWERED]
    assert f"reminder_save_{row.reminder_id}" not in keys(visit("feeds", "chief", feed=str(row.feed_id)))


def test_an_inspector_sees_the_blind_spot_and_is_offered_no_reminder(world, visit):
    screen = visit("coverage", "looker", service=str(world.permits))
    assert not [key for key in keys(screen) if key.startswith(("chase_", "plan_"))]


def test_the_plan_of_an_inspection_opens_filled_in(world, visit):
    screen = visit("inspections", "chief", do="plan", service=str(world.permits), because="events,inspection,nonsense")
    assert screen.selectbox(key="plan_service").value == world.permits
    assert screen.text_area(key="plan_reason").value == "Blind spot on Coverage: Measured data, Inspection"


def test_the_map_names_a_missing_column():
    frame = pd.DataFrame(columns=list(COLUMNS))
    with pytest.raises(ValueError, match="expectation"):
        coverage_chart(frame.drop(columns="expectation"), colours=LIGHT)
