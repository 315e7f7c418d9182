"""The Live screen: its marks of what is shown, and the ways through it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import streamlit as st

from pages._ui import live
from pages._ui.cached import SECONDS_BETWEEN_REDRAWS, Turns
from qs.actor import SYSTEM, Role
from qs.monitoring.queries import board
from qs.monitoring.terms import Filters
from qs.observations.ingest import ingest
from tests import world

NOW = datetime.now(UTC).replace(microsecond=0)  # screens read the real clock


@pytest.fixture
def city(store):
    return world.build_world(store)


@pytest.fixture
def feed(store, city):
    return world.add_feed(store, silent_after_hours=240.0)


def weeks(city, service_id, prefix, last_share=0.9, count=15):
    """A hundred cases a week, the last whole week different when asked for."""
    shares = [0.9 + 0.01 * (number % 3) for number in range(count - 1)] + [last_share]
    return [
        {
            "event_id": f"{prefix}{number}",
            "happened_at": NOW - timedelta(weeks=count - number),
            "service_id": service_id,
            "indicator_id": city.on_time,
            "numerator": float(round(share * 100)),
            "denominator": 100.0,
            "area_id": city.north,
        }
        for number, share in enumerate(shares)
    ]


def send(store, feed, *events):
    with store.writing() as session:
        ingest(session, world.batch_of(*events), feed_id=feed, actor=SYSTEM, now=NOW)


def shown(store, now=NOW):
    with store.reading() as session:
        return board(session, Filters(), actor=world.SUPERVISOR, now=now)


@pytest.fixture
def mark(monkeypatch):
    """The mark of a board on a screen without filters."""
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(st, "query_params", {})
    return live.what_is_shown


def test_the_mark_stays_while_nothing_on_the_screen_changes(store, city, feed, mark):
    send(store, feed, *weeks(city, city.surgery, "s"))
    assert mark(shown(store)) == mark(shown(store))
    assert mark(shown(store)) == mark(shown(store, now=NOW + timedelta(minutes=1)))


def test_an_event_of_a_visible_series_changes_the_mark(store, city, feed, mark):
    send(store, feed, *weeks(city, city.surgery, "s"))
    before = mark(shown(store))
    send(store, feed, weeks(city, city.surgery, "late")[-1])
    assert mark(shown(store)) != before


def test_an_event_out_of_sight_leaves_the_mark(store, city, feed, mark, monkeypatch):
    monkeypatch.setattr(live, "TILES", 1)
    send(store, feed, *weeks(city, city.surgery, "s", last_share=0.5), *weeks(city, city.vaccination, "v"))
    before = mark(shown(store))
    send(store, feed, weeks(city, city.vaccination, "late")[-2])
    assert mark(shown(store)) == before


def test_a_click_on_a_change_opens_its_chart(store, city, feed, visit):
    world.enroll(store, "chen", Role.SUPERVISOR)
    send(store, feed, *weeks(city, city.surgery, "s", last_share=0.5))
    screen = visit("live", "chen")
    assert not screen.exception
    button = next(button for button in screen.button if str(button.key).startswith("open_S1"))
    button.click().run()
    assert screen.query_params["series"] == button.key.removeprefix("open_")


def test_redraws_keep_their_distance():
    turns = Turns()
    assert turns.take(100.0)
    assert not turns.take(100.1)
    assert turns.take(100.0 + SECONDS_BETWEEN_REDRAWS)
