"""Every measure of a request is an event of its own moment, corrected when it counts no longer, proved from rows."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM
from qs.complaints import actions, measures
from qs.complaints.figures.verify import Wrong, verify_requests
from qs.complaints.handling import call_backs
from qs.complaints.models import Request
from qs.complaints.terms import Outcome, RequestState
from qs.deadlines.models import CalendarYear
from qs.errors import NotAllowed
from qs.observations.models import Event, Rollup, RollupBucket
from qs.observations.recorded import recorded_measures
from qs.observations.recording import Measure, Measured, gathered_measures, record_measures
from qs.observations.verify import verify_rollups
from qs.settings import settings
from tests.complaints.desk import DAY, HOUR, NOBODY, at_stage, build_desk, file, version
from tests.world import AUDITOR

M = Measure


@pytest.fixture
def desk(store):
    return build_desk(store)


def told(session, measure):
    """What is recorded as a measure: moment, numerator, denominator, oldest first."""
    found = recorded_measures(session, [measure], actor=SYSTEM)
    return [(one.happened_at, one.numerator, one.denominator) for one in found]


def proof(session):
    verdict = verify_requests(session, actor=AUDITOR)
    return [(one.wrong, one.measure) for one in verdict.differences]


def dispatch(session, desk, request_id, now, service_id=None):
    actions.dispatch_request(
        session,
        request_id,
        service_id=service_id or desk.world.emergency,
        brief="核查",
        version=version(session, desk, request_id),
        actor=desk.hotline,
        now=now,
    )


class TestMoments:
    def test_a_signature_in_time_counts_when_it_is_given(self, store, desk, now):
        with store.writing() as session:
            at_stage(session, desk, RequestState.IN_PROGRESS, now)
            assert told(session, M.REQUEST_SIGNED) == [(now + 2 * HOUR, 1.0, 1.0)]
            assert told(session, M.REQUEST_FIRST_DISPATCH) == [(now + 2 * HOUR, 1.0, 1.0)]
            assert told(session, M.REQUEST_REPEAT) == [(now, 0.0, 1.0)]
            assert proof(session) == []

    def test_a_late_signature_counts_once_at_the_limit_whoever_notes_it(self, store, desk, now):
        with store.writing() as session:
            request_id = at_stage(session, desk, RequestState.DISPATCHED, now)
            limit = now + HOUR + DAY
            actions.note_overdue(session, actor=SYSTEM, now=limit)
            assert told(session, M.REQUEST_SIGNED) == []  # at the limit itself it is not late
            for later in (2, 3):
                actions.note_overdue(session, actor=SYSTEM, now=now + later * DAY)
            signed = {"version": version(session, desk, request_id), "actor": desk.leader}
            actions.sign_request(session, request_id, **signed, now=now + 4 * DAY)
            assert told(session, M.REQUEST_SIGNED) == [(limit, 0.0, 1.0)]
            assert proof(session) == []

    def test_an_unsigned_dispatch_nobody_has_noted_yet_is_no_difference(self, store, desk, now):
        with store.writing() as session:
            at_stage(session, desk, RequestState.DISPATCHED, now)
            assert proof(session) == []

    def test_a_return_counts_against_the_first_dispatch_only(self, store, desk, now):
        with store.writing() as session:
            request_id = at_stage(session, desk, RequestState.DISPATCHED, now)
            for hour in (2, 4):
                at, seen = now + hour * HOUR, version(session, desk, request_id)
                actions.return_request(session, request_id, "不归我们", version=seen, actor=desk.leader, now=at)
                dispatch(session, desk, request_id, at + HOUR)
            seen = version(session, desk, request_id)
            actions.sign_request(session, request_id, version=seen, actor=desk.leader, now=now + 6 * HOUR)
            assert told(session, M.REQUEST_FIRST_DISPATCH) == [(now + 2 * HOUR, 0.0, 1.0)]
            assert told(session, M.REQUEST_SIGNED) == [(now + 6 * HOUR, 1.0, 1.0)]
            assert proof(session) == []

    def test_an_attempt_that_reached_nobody_counts_in_the_reach_rate_alone(self, store, desk, now):
        with store.writing() as session:
            request_id = at_stage(session, desk, RequestState.VERIFIED, now)
            seen = version(session, desk, request_id)
            call_backs.record_call_back(session, request_id, NOBODY, version=seen, actor=desk.hotline, now=now + DAY)
            assert told(session, M.REQUEST_REACHED) == [(now + DAY, 0.0, 1.0)]
            assert told(session, M.REQUEST_RESPONSE) == []
            assert proof(session) == []

    def test_closing_counts_rework_and_working_hours(self, store, desk, now):
        with store.writing() as session:
            at_stage(session, desk, RequestState.CLOSED, now)
            assert [row[1:] for row in told(session, M.REQUEST_REWORK)] == [(0.0, 1.0)]
            # filed at 10:00, replied at 13:00: two hours, for the office is closed from 12:00 to 13:30
            assert [row[1:] for row in told(session, M.REQUEST_HOURS)] == [(2.0, 1.0)]
            assert proof(session) == []

    def test_what_was_answered_on_the_spot_may_repeat_too(self, store, desk, now):
        with store.writing() as session:
            first, second = (file(session, desk, now + days * DAY).request_id for days in (0, 1))
            session.get(Request, second).repeats_id = first
            spot = {"outcome": Outcome.EXPLAINED, "version": 1, "actor": desk.hotline, "now": now + DAY}
            actions.answer_on_the_spot(session, second, "已当场答复", **spot)
            assert [row[1:] for row in told(session, M.REQUEST_REPEAT)] == [(1.0, 1.0)]
            assert proof(session) == []


class TestSettling:
    def closed(self, session, desk, now):
        return session.get(Request, at_stage(session, desk, RequestState.CLOSED, now))

    def test_an_excluded_request_counts_for_nothing_and_comes_back_whole(self, store, desk, now):
        with store.writing() as session:
            request = self.closed(session, desk, now)
            before = {one: told(session, one) for one in measures.REQUEST_MEASURES}
            for is_out in (True, False, True, False):
                request.is_excluded = is_out
                measures.settle(session, request, now=now + DAY)
                counted = {one: [row for row in told(session, one) if row[2]] for one in measures.REQUEST_MEASURES}
                assert counted == ({one: [] for one in before} if is_out else before)
                assert proof(session) == []
            assert verify_rollups(session, actor=AUDITOR, zone=settings().zone).difference_count == 0

    def test_a_handling_time_taken_back_is_no_zero_among_the_others(self, store, desk, now):
        with store.writing() as session:
            request = self.closed(session, desk, now)
            request.is_spam = True
            measures.settle(session, request, now=now + DAY)
            hours = sa.select(Rollup.indicator_id).join(Event, Event.indicator_id == Rollup.indicator_id)
            ids = session.scalars(hours.where(Event.event_id.endswith(":hours"))).all()
            assert ids == []
            left = sa.select(sa.func.count()).select_from(RollupBucket)
            assert session.scalar(left) == 0

    def test_what_changes_nothing_records_nothing(self, store, desk, now):
        with store.writing() as session:
            request = self.closed(session, desk, now)
            count = session.scalar(sa.select(sa.func.count()).select_from(Event))
            measures.settle(session, request, now=now + DAY)
            assert session.scalar(sa.select(sa.func.count()).select_from(Event)) == count

    def test_a_whole_history_built_at_once_is_settled_as_well(self, store, desk, now):
        with store.writing() as session:
            with gathered_measures(session, now=now):
                request = self.closed(session, desk, now)
                request.is_excluded = True
                measures.settle(session, request, now=now + DAY)
            assert all(row[2] == 0 for one in measures.REQUEST_MEASURES for row in told(session, one))
            assert proof(session) == []

    def test_spam_that_is_closed_counts_for_nothing_from_the_start(self, store, desk, now):
        with store.writing() as session:
            request_id = at_stage(session, desk, RequestState.REPLIED, now)
            request = session.get(Request, request_id)
            request.is_spam = True
            measures.settle(session, request, now=now + DAY)
            measures.count_closing(session, request, now=now + DAY)
            assert proof(session) == []


class TestProof:
    def test_a_lost_event_a_changed_one_and_one_too_many_are_found(self, store, desk, now):
        with store.writing() as session:
            request_id = at_stage(session, desk, RequestState.CLOSED, now)
            session.execute(sa.delete(Event).where(Event.event_id == f"request:{request_id}:sign"))
            rework = sa.update(Event).where(Event.event_id == f"request:{request_id}:rework").values(numerator=1.0)
            session.execute(rework)
            surplus = Measured(M.REQUEST_REACHED, desk.world.emergency, now, "call_back:99:reached", 1.0, 1.0)
            record_measures(session, surplus, actor=SYSTEM, now=now)
            assert set(proof(session)) == {
                (Wrong.MISSING, M.REQUEST_SIGNED),
                (Wrong.OTHER_VALUE, M.REQUEST_REWORK),
                (Wrong.SURPLUS, M.REQUEST_REACHED),
            }

    def test_an_event_of_another_service_is_found(self, store, desk, now):
        with store.writing() as session:
            at_stage(session, desk, RequestState.CLOSED, now)
            moved = sa.update(Event).where(Event.event_id.endswith(":hours")).values(service_id=desk.world.surgery)
            session.execute(moved)
            assert proof(session) == [(Wrong.OTHER_SERVICE, M.REQUEST_HOURS)]

    def test_a_request_that_does_not_stand_where_its_steps_left_it_is_found(self, store, desk, now):
        with store.writing() as session:
            request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
            values = {"state": RequestState.REPLIED, "returned_count": 1}
            session.execute(sa.update(Request).where(Request.id == request_id).values(**values))
            found = [wrong for wrong, _ in proof(session)]
            assert found == [Wrong.STATE, Wrong.RETURNS]

    def test_the_verdict_counts_what_it_compared(self, store, desk, now):
        with store.writing() as session:
            at_stage(session, desk, RequestState.CLOSED, now)
            verdict = verify_requests(session, actor=AUDITOR)
        # on time, signature, first dispatch, repeat, rework, hours, reached, three rates
        assert (verdict.request_count, verdict.event_count, verdict.moved) == (1, 10, ())


def test_an_auditor_may_prove_and_a_leader_may_not(store, desk, now):
    with store.reading() as session, pytest.raises(NotAllowed):
        verify_requests(session, actor=desk.leader)


def test_hours_counted_before_the_calendar_was_changed_are_told_apart(store, desk, now):
    with store.writing() as session:
        at_stage(session, desk, RequestState.CLOSED, now)
        session.execute(sa.update(CalendarYear).values(loaded_at=now + DAY))
        session.execute(sa.update(Event).where(Event.event_id.endswith(":hours")).values(numerator=99.0))
        verdict = verify_requests(session, actor=AUDITOR)
    assert [one.measure for one in verdict.moved] == [M.REQUEST_HOURS]
    assert verdict.differences == ()
