"""Publication in a browser: who sees it, a report on its way, an item marked, and what is refused in words."""

from __future__ import annotations

import pytest

from qs.actor import SYSTEM, Role
from qs.office import prepare_office
from qs.publication import actions, queries
from qs.publication.terms import ReleaseState
from qs.rankings.actions import freeze_period
from tests.rankings.city import QUARTER, full_quarter
from tests.world import MADE_AT, enroll


@pytest.fixture
def office(store, now):
    with store.writing() as session:
        prepare_office(session, actor=SYSTEM, now=MADE_AT)
    full_quarter(store)
    with store.writing() as session:
        freeze_period(session, QUARTER, actor=SYSTEM, now=now)
    enroll(store, "writer", Role.PUBLIC_RELATIONS)
    enroll(store, "boss", Role.SUPERVISOR)
    enroll(store, "reader", Role.AUDITOR)
    enroll(store, "evaluator", Role.THIRD_PARTY)


def keys(screen):
    return {button.key for button in screen.button}


def texts(screen):
    return [element.value for element in [*screen.markdown, *screen.text, *screen.error]]


def state(store):
    with store.reading() as session:
        return queries.release_detail(session, 1, actor=SYSTEM).state


def test_somebody_without_the_right_is_not_offered_the_screen(office, visit):
    with pytest.raises(ValueError, match="publication"):
        visit("publication", "evaluator")


def test_a_report_is_prepared_submitted_and_approved_by_somebody_else(store, office, visit):
    screen = visit("publication", "writer")
    screen.button(key="prepare").click().run()
    assert not screen.exception
    assert state(store) is ReleaseState.DRAFT
    screen = visit("publication", "writer", release="1")
    screen.button(key="submit_release").click().run()
    assert "approve_release" not in keys(visit("publication", "reader", release="1"))
    screen = visit("publication", "boss", release="1")
    screen.button(key="approve_release").click().run()
    assert state(store) is ReleaseState.APPROVED
    screen = visit("publication", "writer", release="1")
    screen.button(key="publish_release").click().run()
    assert state(store) is ReleaseState.PUBLISHED


def test_sending_back_without_a_reason_is_refused_in_words(store, office, visit, now):
    with store.writing() as session:
        release_id = actions.prepare_release(session, QUARTER, actor=SYSTEM, now=now)
        actions.submit_release(session, release_id, version=1, actor=SYSTEM, now=now)
    screen = visit("publication", "boss", release="1")
    screen.button(key="send_back_release").click().run()
    assert any("Say why it goes back" in text for text in texts(screen))
    assert state(store) is ReleaseState.SUBMITTED


@pytest.mark.parametrize("view", ["calendar", "data", ""])
def test_every_view_opens_for_a_reader(office, visit, view):
    screen = visit("publication", "reader", **({"view": view} if view else {}))
    assert not screen.exception
    assert not keys(screen) & {"prepare", "refresh_calendar", "enter_item"}


def test_the_calendar_is_brought_up_to_date(store, office, visit, now):
    screen = visit("publication", "writer", view="calendar")
    screen.button(key="refresh_calendar").click().run()
    with store.reading() as session:
        assert len(queries.disclosure_items(session, actor=SYSTEM, now=now)) > 3
