"""The page a receipt code opens says how the last day moved: more time that was approved, a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pages._ui.public.layout import day_and_weekday
from qs.complaints import actions, details
from qs.complaints.handling.extensions import ask_extension, decide_extension
from qs.complaints.handling.pauses import ask_pause, decide_pause, resume_request
from qs.complaints.terms import Filed, PauseReason
from qs.settings import settings
from tests.complaints.desk import build_desk, file

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(store):
    return build_desk(store)


@pytest.fixture
def begin():
    return datetime.now(UTC) - 9 * HOUR


@pytest.fixture
def filed(store, desk, begin) -> Filed:
    """A request that its unit has signed for, a few hours ago."""
    with store.writing() as session:
        found = file(session, desk, begin)
        number = found.request_id
        actions.dispatch_request(
            session, number, service_id=desk.world.emergency, brief="", version=1, actor=desk.hotline, now=begin + HOUR
        )
        actions.sign_request(session, number, version=2, actor=desk.leader, now=begin + 2 * HOUR)
    return found


def words(screen) -> str:
    return " ".join(str(one.value) for kind in ("markdown", "header", "caption", "title") for one in screen.get(kind))


def paused(store, desk, filed, begin) -> None:
    number = filed.request_id
    with store.writing() as session:
        ask_pause(
            session, number, "等检测报告", reason=PauseReason.EXPERT, version=3, actor=desk.leader, now=begin + 3 * HOUR
        )
        decide_pause(session, number, is_approved=True, version=4, actor=desk.supervisor, now=begin + 4 * HOUR)


def test_a_clock_that_stands_still_promises_no_day(store, desk, filed, begin, visit):
    paused(store, desk, filed, begin)
    found = words(visit("public/follow", code=filed.receipt_code))
    assert "The count stands still for now; until then the last day was" in found
    assert "the day moves on by as long as the count stands still" in found
    assert "left" not in found


def test_a_pause_that_is_over_is_told_with_the_day_it_led_to(store, desk, filed, begin, visit):
    paused(store, desk, filed, begin)
    with store.writing() as session:
        resume_request(session, filed.request_id, version=5, actor=desk.leader, now=begin + 8 * HOUR)
    found = words(visit("public/follow", code=filed.receipt_code))
    assert "The count stood still from" in found
    assert "Being worked on" in found


def test_more_time_is_told_with_the_day_it_led_to(store, desk, filed, begin, visit):
    with store.writing() as session:
        ask_extension(session, filed.request_id, "等配件", version=3, actor=desk.leader, now=begin + 3 * HOUR)
        decide_extension(
            session, filed.request_id, is_approved=True, version=4, actor=desk.supervisor, now=begin + 4 * HOUR
        )
        later = details.request_detail(session, filed.request_id, actor=desk.supervisor)
    assert later.due_at is not None
    found = words(visit("public/follow", code=filed.receipt_code))
    assert "More time was approved on" in found
    assert day_and_weekday(later.due_at.astimezone(settings().zone).date()) in found
