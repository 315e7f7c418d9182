"""Reviews: asked for in time, decided by people without a part in the case, told with reasons, twice at most."""

from __future__ import annotations

from datetime import timedelta

import pytest

from qs.actor import PUBLIC
from qs.complaints import actions, details, intake
from qs.complaints.aftermath import reviews
from qs.complaints.handling import call_backs
from qs.complaints.terms import (
    CallBackAnswer,
    Outcome,
    Refusal,
    RequestState,
    ReviewDecision,
    ReviewStage,
    Satisfaction,
    StepKind,
)
from qs.complaints.waiting import waiting
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.observations.recording import Measure
from tests.complaints.aftermath import build_office, by, check_figures, counted, stored
from tests.complaints.desk import DAY, HOUR, at_stage, file

UPHELD, CHANGED, AGAIN = ReviewDecision.UPHELD, ReviewDecision.CHANGED, ReviewDecision.HANDLED_AGAIN
SOLVED = CallBackAnswer(True, True, True, Satisfaction.SATISFIED)


@pytest.fixture
def office(store):
    return build_office(store)


def finished(session, office, now):
    """A closed request with its receipt code."""
    desk = office.desk
    filed = file(session, desk, now)
    run(session, office, filed.request_id, now)
    return filed


def run(session, office, request_id, now):
    """From dispatch to closing."""
    desk = office.desk
    circumstances = by(session, request_id, desk.hotline, now)
    actions.dispatch_request(session, request_id, service_id=desk.world.emergency, **circumstances)
    actions.sign_request(session, request_id, **by(session, request_id, desk.leader, now + HOUR))
    answered(session, office, request_id, now + HOUR)


def answered(session, office, request_id, now):
    """From a signed request to its closing."""
    desk = office.desk
    circumstances = by(session, request_id, desk.leader, now + HOUR)
    actions.reply_request(session, request_id, "已增加分诊", outcome=Outcome.RESOLVED, **circumstances)
    call_backs.verify_reply(session, request_id, **by(session, request_id, desk.hotline, now + 2 * HOUR))
    call_backs.record_call_back(session, request_id, SOLVED, **by(session, request_id, desk.hotline, now + 3 * HOUR))
    circumstances = by(session, request_id, desk.hotline, now + 4 * HOUR)
    call_backs.close_request(session, request_id, outcome=Outcome.RESOLVED, **circumstances)


def ask(session, filed, now, text="没有解决"):
    reviews.ask_review(session, filed.receipt_code, text, actor=PUBLIC, now=now)


def decide(session, request_id, decision, actor, now, **more):
    circumstances = by(session, request_id, actor, now)
    reviews.decide_review(session, request_id, decision, "经查", **more, **circumstances)


def status(session, filed, now):
    return details.request_by_receipt(session, filed.receipt_code, actor=PUBLIC, now=now)


def test_a_closed_request_can_be_reviewed_within_thirty_days_and_its_requester_sees_until_when(store, office, now):
    with store.writing() as session:
        filed = finished(session, office, now)
        closed_at = stored(session, filed.request_id).closed_at
        before = status(session, filed, now + DAY)
        assert (before.can_ask_review, before.review_stage, before.is_final) == (True, ReviewStage.FIRST, False)
        assert before.review_until >= closed_at + timedelta(days=29)
        late = before.review_until + timedelta(seconds=1)
        with pytest.raises(Conflict) as refused:
            ask(session, filed, late)
        assert refused.value.reason == "review_too_late"
        assert status(session, filed, late).is_final
        ask(session, filed, before.review_until)
        after = status(session, filed, before.review_until)
        assert (after.can_ask_review, after.is_final) == (False, False)
        assert [one.stage for one in after.reviews] == [ReviewStage.FIRST]
        assert after.reviews[0].due_at > before.review_until


def test_an_open_request_a_withdrawn_one_and_a_pending_review_cannot_be_reviewed(store, office, now):
    with store.writing() as session:
        filed = file(session, office.desk, now)
        with pytest.raises(Conflict) as refused:
            ask(session, filed, now + HOUR)
        assert refused.value.reason == "review_not_closed"
        intake.withdraw_request(session, filed.receipt_code, actor=PUBLIC, now=now + HOUR)
        with pytest.raises(Conflict) as refused:
            ask(session, filed, now + 2 * HOUR)
        assert refused.value.reason == "review_final"
        other = finished(session, office, now)
        ask(session, other, now + DAY)
        with pytest.raises(Conflict) as refused:
            ask(session, other, now + DAY)
        assert refused.value.reason == "review_pending"
        with pytest.raises(NotFound):
            reviews.ask_review(session, "AAAA-AAAA-AAAAA", "没有解决", actor=PUBLIC, now=now)


def test_who_handled_verified_or_closed_a_request_does_not_decide_its_review(store, office, now):
    desk = office.desk
    with store.writing() as session:
        filed = file(session, desk, now)
        request_id = filed.request_id
        circumstances = by(session, request_id, desk.hotline, now)
        actions.dispatch_request(session, request_id, service_id=desk.world.emergency, **circumstances)
        actions.sign_request(session, request_id, **by(session, request_id, desk.leader, now + HOUR))
        circumstances = by(session, request_id, desk.leader, now + HOUR)
        actions.reply_request(session, request_id, "已办", outcome=Outcome.RESOLVED, **circumstances)
        call_backs.verify_reply(session, request_id, **by(session, request_id, desk.supervisor, now + HOUR))
        call_backs.record_call_back(session, request_id, SOLVED, **by(session, request_id, office.second, now + HOUR))
        circumstances = by(session, request_id, office.second, now + HOUR)
        call_backs.close_request(session, request_id, outcome=Outcome.RESOLVED, **circumstances)
        ask(session, filed, now + DAY)
        for judge in (desk.supervisor, office.second):
            with pytest.raises(Conflict) as refused, session.begin_nested():
                decide(session, request_id, UPHELD, judge, now + 2 * DAY)
            assert refused.value.reason == "review_by_third_person"
        for unit in (desk.leader, desk.head):
            with pytest.raises(NotAllowed), session.begin_nested():
                decide(session, request_id, UPHELD, unit, now + 2 * DAY)
        decide(session, request_id, UPHELD, office.third, now + 2 * DAY)


def test_the_second_review_is_decided_by_somebody_else_and_is_the_last(store, office, now):
    with store.writing() as session:
        filed = finished(session, office, now)
        ask(session, filed, now + DAY)
        decide(session, filed.request_id, UPHELD, office.second, now + 2 * DAY)
        told = status(session, filed, now + 2 * DAY)
        assert (told.reviews[0].decision, told.reviews[0].reasons) == (UPHELD, "经查")
        assert (told.can_ask_review, told.review_stage) == (True, ReviewStage.SECOND)
        assert told.review_until >= now + timedelta(days=31)
        ask(session, filed, now + 3 * DAY, "仍不服")
        with pytest.raises(Conflict) as refused, session.begin_nested():
            decide(session, filed.request_id, UPHELD, office.second, now + 4 * DAY)
        assert refused.value.reason == "review_by_third_person"
        decide(session, filed.request_id, UPHELD, office.third, now + 4 * DAY)
        assert status(session, filed, now + 4 * DAY).is_final
        with pytest.raises(Conflict) as refused:
            ask(session, filed, now + 5 * DAY)
        assert refused.value.reason == "review_final"


def test_a_changed_result_needs_another_outcome_and_no_other_decision_takes_one(store, office, now):
    with store.writing() as session:
        filed = finished(session, office, now)
        ask(session, filed, now + DAY)
        for decision, outcome in ((CHANGED, None), (CHANGED, Outcome.RESOLVED), (CHANGED, Outcome.WITHDRAWN)):
            with pytest.raises(InvalidInput), session.begin_nested():
                decide(session, filed.request_id, decision, office.second, now + 2 * DAY, outcome=outcome)
        with pytest.raises(InvalidInput), session.begin_nested():
            decide(session, filed.request_id, UPHELD, office.second, now + 2 * DAY, outcome=Outcome.EXPLAINED)
        before = counted(session, Measure.REQUEST_ON_TIME)
        decide(session, filed.request_id, CHANGED, office.second, now + 2 * DAY, outcome=Outcome.PARTLY_RESOLVED)
        assert stored(session, filed.request_id).outcome is Outcome.PARTLY_RESOLVED
        assert counted(session, Measure.REQUEST_ON_TIME) == before == (1.0, 1.0)
        check_figures(session)


def test_a_request_that_was_not_accepted_counts_once_when_its_review_finds_it_was_to_be_handled(store, office, now):
    desk = office.desk
    with store.writing() as session:
        filed = file(session, desk, now)
        circumstances = by(session, filed.request_id, desk.supervisor, now + HOUR)
        actions.refuse_request(session, filed.request_id, "不属范围", reason=Refusal.BEYOND_REMIT, **circumstances)
        assert counted(session, Measure.REQUEST_ON_TIME) == (0.0, 0.0)
        ask(session, filed, now + DAY)
        with pytest.raises(Conflict) as refused, session.begin_nested():
            decide(session, filed.request_id, UPHELD, desk.supervisor, now + 2 * DAY)
        assert refused.value.reason == "review_by_third_person"
        decide(session, filed.request_id, CHANGED, office.second, now + 2 * DAY, outcome=Outcome.EXPLAINED)
        request = stored(session, filed.request_id)
        assert (request.outcome, request.refusal) == (Outcome.EXPLAINED, None)
        assert counted(session, Measure.REQUEST_ON_TIME) == (1.0, 1.0)
        check_figures(session)


def test_a_refused_request_to_be_handled_after_all_begins_at_dispatch(store, office, now):
    desk = office.desk
    with store.writing() as session:
        filed = file(session, desk, now)
        circumstances = by(session, filed.request_id, desk.supervisor, now + HOUR)
        actions.refuse_request(session, filed.request_id, "不属范围", reason=Refusal.BEYOND_REMIT, **circumstances)
        ask(session, filed, now + DAY)
        decide(session, filed.request_id, AGAIN, office.second, now + 2 * DAY)
        request = stored(session, filed.request_id)
        assert (request.state, request.closed_at, request.refusal) == (RequestState.REGISTERED, None, None)
        assert request.next_due_at == now + 3 * DAY
        run(session, office, filed.request_id, now + 2 * DAY)
        assert stored(session, filed.request_id).state is RequestState.CLOSED


def test_a_matter_handled_again_has_a_limit_of_its_own_and_is_counted_once(store, office, now):
    with store.writing() as session:
        filed = finished(session, office, now)
        assert counted(session, Measure.REQUEST_ON_TIME) == (1.0, 1.0)
        ask(session, filed, now + DAY)
        decide(session, filed.request_id, AGAIN, office.second, now + 2 * DAY)
        request = stored(session, filed.request_id)
        assert request.state is RequestState.IN_PROGRESS
        assert request.due_at > now + 2 * DAY
        assert counted(session, Measure.REQUEST_ON_TIME) == (0.0, 0.0)
        check_figures(session)
        answered(session, office, filed.request_id, now + 3 * DAY)
        assert counted(session, Measure.REQUEST_ON_TIME) == (1.0, 1.0)
        check_figures(session)
        told = status(session, filed, now + 4 * DAY)
        assert (told.can_ask_review, told.review_stage) == (True, ReviewStage.SECOND)
        assert [one.kind for one in told.steps].count(StepKind.REOPENED) == 1


def test_the_hotline_registers_a_wish_for_a_review_and_supervisors_without_a_part_see_it_waiting(store, office, now):
    desk = office.desk
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.CLOSED, now)
        reviews.register_review(session, request_id, "电话要求复核", **by(session, request_id, desk.hotline, now + DAY))
        frame = reviews.reviews_to_decide(session, actor=office.second, now=now + DAY)
        assert frame[["stage", "is_late", "may_decide"]].to_numpy().tolist() == [[ReviewStage.FIRST, False, True]]
        late = reviews.reviews_to_decide(session, actor=office.second, now=now + timedelta(days=90))
        assert late["is_late"].tolist() == [True]
        assert "review_to_decide" in {one.code for one in waiting(session, actor=office.second, now=now + DAY)}
        assert "review_to_decide" not in {one.code for one in waiting(session, actor=desk.hotline, now=now + DAY)}
        assert reviews.reviews_to_decide(session, actor=desk.hotline, now=now)["may_decide"].tolist() == [False]
        decide(session, request_id, UPHELD, office.second, now + 2 * DAY)
        assert reviews.reviews_to_decide(session, actor=office.second, now=now).empty


def test_a_refused_decision_leaves_nothing_behind(store, office, now):
    with store.writing() as session:
        filed = finished(session, office, now)
        ask(session, filed, now + DAY)
    with pytest.raises(InvalidInput), store.writing() as session:
        reviews.decide_review(
            session, filed.request_id, AGAIN, " ", **by(session, filed.request_id, office.second, now + 2 * DAY)
        )
    with store.reading() as session:
        assert stored(session, filed.request_id).state is RequestState.CLOSED
        assert [one.decided_at for one in reviews.reviews_of(session, filed.request_id, actor=PUBLIC)] == [None]
