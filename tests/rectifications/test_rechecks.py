"""Closed orders looked at again: opened when the figures say so, once for each closing, told, and provable."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM
from qs.errors import NotAllowed
from qs.notices.actions import set_wish
from qs.notices.models import OutboxNotice
from qs.notices.terms import Channel, NoticeState, Wish
from qs.observations.ingest import ingest
from qs.observations.models import Feed
from qs.observations.recording import OFFICE_FEED, Measure
from qs.rectifications import actions, details
from qs.rectifications.loop import loop_by_month
from qs.rectifications.models import Rectification, RectificationRecheck, RectificationVerification
from qs.rectifications.rechecks import recheck_closed
from qs.rectifications.terms import Effect, Lasting, Status, StepKind
from qs.rectifications.verify import verify_evidence
from qs.rectifications.waiting import waiting
from tests.rectifications.world import Loop, build_loop, closed, named_leader, ordered, take_in
from tests.world import batch_of

DAY = timedelta(days=1)
LOOKED_AT = 32  # days after the order: closed after three, then twenty-eight whole days


@pytest.fixture
def loop(store) -> Loop:
    built = build_loop(store)
    named_leader(store, built)
    return built


def month_of(loop, begins, share, *, name, per_day=20.0, days=28):
    """A month of days in each of which so large a share was on time."""
    world = loop.world
    return [
        {
            "happened_at": begins + day * DAY,
            "event_id": f"{name}-{day}",
            "service_id": world.surgery,
            "indicator_id": world.on_time,
            "area_id": world.north,
            "numerator": round(share * per_day),
            "denominator": per_day,
        }
        for day in range(days)
    ]


def closed_order(store, loop, now, *, before, after, per_day=20.0):
    """An order closed three days after it was given, with the months before it and after that."""
    first = month_of(loop, now - 28 * DAY, before, name="before", per_day=per_day)
    second = month_of(loop, now + 4 * DAY, after, name="after", per_day=per_day)
    take_in(store, *first, *second)
    with store.writing() as session:
        return closed(session, loop, now, indicator_id=loop.world.on_time)


def run(store, at):
    with store.writing() as session:
        return recheck_closed(session, actor=SYSTEM, now=at)


def kept(store):
    with store.reading() as session:
        return session.scalars(sa.select(RectificationRecheck)).all()


def state(store, order):
    with store.reading() as session:
        return session.get_one(Rectification, order).status


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (0.7, 0.9, Lasting.HELD),
        (0.7, 0.5, Lasting.WORSE),
        (0.7, 0.7, Lasting.NO_BETTER),  # the target is 0.9
        (0.9, 0.9, Lasting.UNCLEAR),
    ],
)
def test_the_figures_decide_whether_a_closed_order_stays_closed(store, loop, now, before, after, expected):
    order = closed_order(store, loop, now, before=before, after=after)
    reopened = run(store, now + LOOKED_AT * DAY)
    assert [one.lasting for one in kept(store)] == [expected]
    assert reopened == ([order] if expected.reopens else [])
    assert state(store, order) is (Status.REOPENED if expected.reopens else Status.CLOSED)


def test_four_whole_weeks_must_have_passed_since_the_closing(store, loop, now):
    closed_order(store, loop, now, before=0.7, after=0.5)
    assert run(store, now + (LOOKED_AT - 1) * DAY) == []
    assert kept(store) == []


def test_each_closing_is_looked_at_once_however_often_the_daily_run_runs(store, loop, now):
    order = closed_order(store, loop, now, before=0.7, after=0.5)
    assert run(store, now + LOOKED_AT * DAY) == [order]
    assert run(store, now + LOOKED_AT * DAY) == []
    assert run(store, now + 60 * DAY) == []
    assert len(kept(store)) == 1


def test_few_cases_wait_for_more_and_are_given_up_after_half_a_year(store, loop, now):
    closed_order(store, loop, now, before=0.7, after=0.5, per_day=1.0)
    assert run(store, now + LOOKED_AT * DAY) == []
    assert run(store, now + 190 * DAY) == []
    assert kept(store) == []


def test_an_order_without_an_indicator_is_left_alone(store, loop, now):
    with store.writing() as session:
        order = closed(session, loop, now)
    assert run(store, now + 40 * DAY) == []
    assert state(store, order) is Status.CLOSED


def test_the_order_has_a_new_round_a_step_and_the_figures_that_opened_it(store, loop, now):
    order = closed_order(store, loop, now, before=0.7, after=0.5)
    at = now + LOOKED_AT * DAY
    run(store, at)
    with store.reading() as session:
        found = details.rectification(session, order, actor=loop.leader, now=at)
    assert (found.row["round"], found.steps[-1].kind, found.steps[-1].name) == (2, StepKind.REOPENED, "")
    again = found.rechecks[0]
    assert again.figures.effect is Effect.WORSE
    assert (again.figures.before.n, again.figures.after.n, len(again.figures.days)) == (28, 28, 56)
    assert again.figures.contrast.upper < 0
    assert found.row["due_at"] > at


def test_who_answers_for_it_and_who_supervises_find_it_on_their_screens(store, loop, now):
    order = closed_order(store, loop, now, before=0.7, after=0.5)
    at = now + LOOKED_AT * DAY
    run(store, at)
    with store.reading() as session:
        for actor in (loop.leader, loop.supervisor):
            lines = waiting(session, actor=actor, now=at)
            assert [(line.code, line.query) for line in lines] == [
                ("rectification_relapse", {"rectification": str(order)})
            ]
        assert waiting(session, actor=loop.other_leader, now=at) == []


def test_who_wants_mail_gets_one_and_who_closed_it_reads_it_on_the_screen(store, loop, now):
    order = closed_order(store, loop, now, before=0.7, after=0.5)
    with store.writing() as session:
        wish = Wish(Channel.EMAIL, address="leader@example.org")
        set_wish(session, wish, version=0, actor=loop.leader, now=now)
    run(store, now + LOOKED_AT * DAY)
    with store.reading() as session:
        told = session.scalars(sa.select(OutboxNotice)).all()
    assert {one.topic for one in told} == {f"rectification:{order}"}
    assert {one.state: one.person_id for one in told}[NoticeState.QUEUED] == loop.leader.person_id
    assert [one.state for one in told].count(NoticeState.SHOWN) == 1


def test_only_who_verifies_everywhere_may_look_again(store, loop, now):
    with pytest.raises(NotAllowed), store.writing() as session:
        recheck_closed(session, actor=loop.leader, now=now)


def evidence(store):
    with store.reading() as session:
        return verify_evidence(session, actor=SYSTEM)


def test_kept_tests_come_out_the_same_when_they_are_repeated(store, loop, now):
    closed_order(store, loop, now, before=0.7, after=0.5)
    run(store, now + LOOKED_AT * DAY)
    found = evidence(store)
    assert (found.comparison_count, found.differences, found.moved) == (2, (), ())


def test_a_kept_figure_that_was_changed_is_found(store, loop, now):
    order = closed_order(store, loop, now, before=0.7, after=0.5)
    run(store, now + LOOKED_AT * DAY)
    with store.writing() as session:
        session.execute(sa.update(RectificationRecheck).values(difference_upper=0.3))
        session.execute(sa.update(RectificationVerification).values(before_numerator=1.0))
    found = evidence(store)
    assert {one.rectification_id for one in found.differences} == {order}
    assert [one.place.split()[0::2] for one in found.differences] == [
        ["verification", "before"],
        ["recheck", "test"],
    ]


def test_figures_that_arrived_later_are_said_and_the_kept_ones_stand(store, loop, now):
    closed_order(store, loop, now, before=0.7, after=0.5)
    run(store, now + LOOKED_AT * DAY)
    late = month_of(loop, now - 10 * DAY, 1.0, name="late", days=1)
    take_in_more(store, late)
    found = evidence(store)
    assert found.is_sound
    assert len(found.moved) == 2
    assert kept(store)[0].effect is Effect.WORSE


def take_in_more(store, events):
    with store.writing() as session:
        feed_id = session.scalars(sa.select(Feed.id).where(Feed.code != OFFICE_FEED)).one()
        ingest(session, batch_of(*events), feed_id=feed_id, actor=SYSTEM, now=events[0]["happened_at"])


def test_the_loop_is_an_indicator_of_the_office_with_its_counts(store, loop, now):
    with store.writing() as session:
        closed(session, loop, now)
        closed(session, loop, now, ref="rating:2")
        ordered(session, loop, now, ref="rating:3")  # which is never answered
        actions.note_overdue(session, actor=SYSTEM, now=now + 90 * DAY)
    with store.reading() as session:
        months = loop_by_month(session, actor=loop.supervisor, now=now + 90 * DAY)
        foreign = loop_by_month(session, actor=loop.other_leader, now=now + 90 * DAY)
    shares = months[Measure.RECTIFICATION_CLOSED]
    assert (shares["numerator"].sum(), shares["denominator"].sum()) == (2.0, 3.0)
    days = months[Measure.RECTIFICATION_DAYS].dropna(subset="value")
    assert days["value"].tolist() == pytest.approx([3.0], rel=0.02)
    assert foreign[Measure.RECTIFICATION_CLOSED]["n"].sum() == 0
