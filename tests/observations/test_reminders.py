"""Reminders to those who run a feed: when one may be sent, how often, who answers, and when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qs.actor import SYSTEM, Role
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.observations.ingest import ingest
from qs.observations.reminders import (
    FeedNotSilent,
    RemindedEnough,
    RemindedLately,
    answer_reminder,
    feeds_of_service,
    remind_feed,
    reminders,
)
from qs.observations.terms import ReminderState
from qs.observations.waiting import waiting
from tests.world import AUDITOR, CLERK, SUPERVISOR, add_feed, batch_of, build_world, in_services

DAY = timedelta(days=1)


@pytest.fixture
def world(store):
    return build_world(store)


@pytest.fixture
def feed(store, world, now):
    """A feed that said something of surgery on every day of two months, and nothing in the last ten days."""
    feed_id = add_feed(store, silent_after_hours=48.0)
    bring(store, world, feed_id, now, range(10, 70))
    return feed_id


def bring(store, world, feed_id, now, days_ago):
    events = [
        {
            "happened_at": now - days * DAY,
            "event_id": f"day-{days}",
            "service_id": world.surgery,
            "indicator_id": world.on_time,
            "area_id": world.north,
            "numerator": 1.0,
        }
        for days in days_ago
    ]
    with store.writing() as session:
        ingest(session, batch_of(*events), feed_id=feed_id, actor=SYSTEM, now=now)


def remind(store, world, feed, now, actor=SUPERVISOR):
    with store.writing() as session:
        return remind_feed(session, feed, world.surgery, actor=actor, now=now)


def listed(store, actor=CLERK):
    with store.reading() as session:
        return reminders(session, actor=actor)


def test_a_reminder_says_since_when_and_how_much_was_expected(store, world, feed, now):
    remind(store, world, feed, now)
    row = next(listed(store).itertuples())
    assert (row.state, row.silent_since.to_pydatetime()) == (ReminderState.OPEN, now - 10 * DAY)
    assert row.expected_count == pytest.approx(10.0)


def test_a_feed_that_spoke_within_a_day_is_not_chased(store, world, feed, now):
    bring(store, world, feed, now, [0.5])
    with pytest.raises(FeedNotSilent):
        remind(store, world, feed, now)
    assert listed(store).empty


def test_reminders_are_three_days_apart_and_three_in_all(store, world, feed, now):
    remind(store, world, feed, now)
    with pytest.raises(RemindedLately):
        remind(store, world, feed, now + 3 * DAY - timedelta(seconds=1))
    remind(store, world, feed, now + 3 * DAY)
    remind(store, world, feed, now + 6 * DAY)
    with pytest.raises(RemindedEnough):
        remind(store, world, feed, now + 60 * DAY)
    assert len(listed(store)) == 3


def test_a_new_silence_is_counted_anew(store, world, feed, now):
    for times in range(3):
        remind(store, world, feed, now + times * 3 * DAY)
    bring(store, world, feed, now, [-7])
    remind(store, world, feed, now + 9 * DAY)
    assert [state for state in listed(store)["state"]] == [ReminderState.OPEN] + [ReminderState.OVER] * 3


def test_those_who_keep_the_feeds_find_it_on_their_day_until_they_answer(store, world, feed, now):
    reminder_id = remind(store, world, feed, now)
    with store.writing() as session:
        assert [line.code for line in waiting(session, actor=CLERK, now=now)] == ["feed_reminder"]
        assert waiting(session, actor=SUPERVISOR, now=now) == []
        answer_reminder(session, reminder_id, "系统迁移，周一恢复", version=1, actor=CLERK, now=now)
        assert waiting(session, actor=CLERK, now=now) == []
    row = next(listed(store).itertuples())
    assert (row.state, row.answer) == (ReminderState.ANSWERED, "系统迁移，周一恢复")


def test_a_reminder_is_answered_once_in_words_by_who_keeps_the_feeds(store, world, feed, now):
    reminder_id = remind(store, world, feed, now)
    for actor, answer, error in ((SUPERVISOR, "好", NotAllowed), (CLERK, " ", InvalidInput)):
        with pytest.raises(error), store.writing() as session:
            answer_reminder(session, reminder_id, answer, version=1, actor=actor, now=now)
    with store.writing() as session:
        answer_reminder(session, reminder_id, "已修复", version=1, actor=CLERK, now=now)
    with pytest.raises(Conflict, match="feed_reminder_changed"), store.writing() as session:
        answer_reminder(session, reminder_id, "又一次", version=1, actor=CLERK, now=now)


def test_only_who_supervises_the_service_chases(store, world, feed, now):
    with pytest.raises(NotAllowed):
        remind(store, world, feed, now, actor=AUDITOR)
    with pytest.raises(NotFound):
        remind(store, world, feed, now, actor=in_services(Role.SUPERVISOR, world.permits))
    assert listed(store).empty


def test_a_feed_that_never_spoke_of_the_service_cannot_be_chased_about_it(store, world, feed, now):
    with pytest.raises(NotFound), store.writing() as session:
        remind_feed(session, feed, world.permits, actor=SUPERVISOR, now=now)


def test_the_card_of_a_service_knows_its_feeds_and_whether_one_may_be_chased(store, world, feed, now):
    def seen(at):
        with store.reading() as session:
            found = feeds_of_service(session, world.surgery, actor=SUPERVISOR, now=at)
        return [(one.feed_id, one.state, one.may_be_reminded) for one in found]

    assert seen(now) == [(feed, None, True)]
    remind(store, world, feed, now)
    assert seen(now) == [(feed, ReminderState.OPEN, False)]
    assert seen(now + 3 * DAY) == [(feed, ReminderState.OPEN, True)]
