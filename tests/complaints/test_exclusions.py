"""Exclusions and spam: a coded reason, two people, every figure follows, nothing is deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.actor import PUBLIC
from qs.audit.models import AuditEntry
from qs.complaints import details
from qs.complaints.aftermath import exclusions, spam
from qs.complaints.figures.three_rates import three_rates
from qs.complaints.handling import call_backs
from qs.complaints.models import CallBack
from qs.complaints.terms import ExclusionReason, RequestState, StepKind
from qs.complaints.waiting import waiting
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.observations.recording import Measure
from tests.complaints.aftermath import build_office, by, check_figures, closed, counted, stored
from tests.complaints.desk import DAY, HOUR, SATISFIED, UNSOLVED, at_stage, file

REASON = ExclusionReason.NO_LEGAL_BASIS
RATES = (Measure.REQUEST_RESPONSE, Measure.REQUEST_RESOLUTION, Measure.REQUEST_SATISFACTION)


@pytest.fixture
def office(store):
    return build_office(store)


def ask(session, request_id, actor, now, reason=REASON):
    exclusions.ask_exclusion(session, request_id, reason, "政策没有规定", **by(session, request_id, actor, now))


def decide(session, request_id, actor, now, *, is_granted=True):
    circumstances = by(session, request_id, actor, now)
    exclusions.decide_exclusion(session, request_id, "已核实", is_granted=is_granted, **circumstances)


def test_an_excluded_request_leaves_the_rates_and_comes_back_with_nothing_deleted(store, office, now):
    desk = office.desk
    with store.writing() as session:
        request_id = closed(session, desk, now)
        assert counted(session, Measure.REQUEST_RESOLUTION) == (1.0, 1.0)
        ask(session, request_id, desk.leader, now + DAY)
        assert counted(session, Measure.REQUEST_RESOLUTION) == (1.0, 1.0)
        decide(session, request_id, office.second, now + 2 * DAY)
        assert [counted(session, one)[1] for one in RATES] == [0.0, 0.0, 0.0]
        assert counted(session, Measure.REQUEST_ON_TIME)[1] == 0.0
        assert session.scalar(sa.select(sa.func.count(CallBack.id))) == 1
        check_figures(session)
        circumstances = by(session, request_id, desk.leader, now + 3 * DAY)
        exclusions.ask_reversal(session, request_id, "剔除有误", **circumstances)
        decide(session, request_id, office.third, now + 4 * DAY)
        assert not stored(session, request_id).is_excluded
        assert counted(session, Measure.REQUEST_RESOLUTION) == (1.0, 1.0)
        assert counted(session, Measure.REQUEST_ON_TIME) == (1.0, 1.0)
        check_figures(session)
        kinds = [one.kind for one in details.request_detail(session, request_id, actor=desk.supervisor).steps]
        assert kinds.count(StepKind.EXCLUSION_ASKED) == 2
        done = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.seq)).all()
        assert done[-4:] == [
            "complaints.asked_exclusion",
            "complaints.decided_exclusion",
            "complaints.asked_reversal",
            "complaints.decided_exclusion",
        ]


def test_the_three_rates_of_the_desk_leave_the_excluded_out(store, office, now):
    desk = office.desk
    with store.writing() as session:
        request_id = closed(session, desk, now)
        closed(session, desk, now)
        ask(session, request_id, desk.leader, now + DAY)
        decide(session, request_id, office.second, now + 2 * DAY)
        frame = three_rates(session, now - DAY, now + 30 * DAY, actor=desk.supervisor)
        assert frame["valid"].tolist() == [1]


def test_who_asked_handled_or_belongs_to_the_unit_does_not_decide(store, office, now):
    desk = office.desk
    with store.writing() as session:
        request_id = closed(session, desk, now)
        ask(session, request_id, desk.supervisor, now + DAY)
        with pytest.raises(Conflict) as refused, session.begin_nested():
            decide(session, request_id, desk.supervisor, now + DAY)
        assert refused.value.reason == "exclusion_by_second_person"
        for actor in (desk.leader, desk.head, desk.hotline):
            with pytest.raises(NotAllowed), session.begin_nested():
                decide(session, request_id, actor, now + DAY)
        decide(session, request_id, office.second, now + DAY, is_granted=False)
        assert not stored(session, request_id).is_excluded
        assert counted(session, Measure.REQUEST_RESOLUTION) == (1.0, 1.0)
        last = details.request_detail(session, request_id, actor=desk.supervisor).steps[-1]
        assert (last.kind, last.note) == (StepKind.EXCLUSION_REFUSED, "已核实")


def test_one_wish_at_a_time_for_a_request_that_a_unit_handles(store, office, now):
    desk = office.desk
    with store.writing() as session:
        without = file(session, desk, now).request_id
        with pytest.raises(InvalidInput) as refused, session.begin_nested():
            ask(session, without, desk.supervisor, now)
        assert refused.value.reason == "exclusion_without_unit"
        request_id = closed(session, desk, now)
        with pytest.raises(NotFound), session.begin_nested():
            ask(session, request_id, desk.foreign_leader, now)
        with pytest.raises(Conflict) as refused, session.begin_nested():
            exclusions.ask_reversal(session, request_id, "有误", **by(session, request_id, desk.leader, now))
        assert refused.value.reason == "exclusion_not_given"
        ask(session, request_id, desk.leader, now + DAY)
        with pytest.raises(Conflict) as refused, session.begin_nested():
            ask(session, request_id, desk.supervisor, now + DAY)
        assert refused.value.reason == "exclusion_pending"
        decide(session, request_id, office.second, now + DAY)
        with pytest.raises(Conflict) as refused, session.begin_nested():
            ask(session, request_id, desk.leader, now + 2 * DAY)
        assert refused.value.reason == "exclusion_given"
        with pytest.raises(Conflict) as refused:
            decide(session, request_id, office.third, now + 2 * DAY)
        assert refused.value.reason == "exclusion_not_asked"


def test_an_answer_given_while_a_request_is_excluded_counts_once_it_counts_again(store, office, now):
    desk = office.desk
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.VERIFIED, now)
        ask(session, request_id, desk.leader, now + DAY)
        decide(session, request_id, office.second, now + DAY)
        call_backs.record_call_back(session, request_id, UNSOLVED, **by(session, request_id, desk.hotline, now + DAY))
        assert counted(session, Measure.REQUEST_RESOLUTION) == (0.0, 0.0)
        exclusions.ask_reversal(session, request_id, "有误", **by(session, request_id, desk.leader, now + 2 * DAY))
        decide(session, request_id, office.third, now + 3 * DAY)
        assert counted(session, Measure.REQUEST_RESOLUTION) == (0.0, 1.0)
        check_figures(session)


def test_everybody_may_read_how_many_were_excluded_for_which_reason(store, office, now):
    desk = office.desk
    with store.writing() as session:
        taken_back, standing, refused = (closed(session, desk, now) for _ in range(3))
        for request_id in (taken_back, standing, refused):
            ask(session, request_id, desk.leader, now + DAY)
            decide(session, request_id, office.second, now + 2 * DAY, is_granted=request_id != refused)
        exclusions.ask_reversal(session, taken_back, "有误", **by(session, taken_back, desk.leader, now + 3 * DAY))
        decide(session, taken_back, office.third, now + 40 * DAY)

        def row(starts_at, ends_at):
            frame = exclusions.exclusions_by_reason(session, starts_at, ends_at, actor=PUBLIC)
            assert frame["reason"].tolist() == list(ExclusionReason)
            assert not frame[frame["reason"] != REASON][["asked", "standing"]].to_numpy().any()
            return frame[frame["reason"] == REASON].iloc[0, 1:].tolist()

        assert row(now, now + 30 * DAY) == [3, 2, 1, 0, 2]
        assert row(now + 30 * DAY, now + 60 * DAY) == [0, 0, 0, 1, 1]
        assert row(now - DAY, now) == [0, 0, 0, 0, 0]


def test_wishes_wait_for_everybody_of_the_office_but_who_asked(store, office, now):
    desk = office.desk
    with store.writing() as session:
        request_id = closed(session, desk, now)
        ask(session, request_id, desk.supervisor, now + DAY)
        frame = exclusions.exclusions_to_decide(session, actor=office.second)
        assert frame[["request_id", "reason", "is_reversal"]].to_numpy().tolist() == [[request_id, REASON, False]]

        def waits(actor):
            return "exclusions_to_decide" in {one.code for one in waiting(session, actor=actor, now=now + DAY)}

        assert [waits(one) for one in (office.second, desk.supervisor, desk.leader)] == [True, False, False]
        with pytest.raises(NotAllowed):
            exclusions.exclusions_to_decide(session, actor=desk.leader)


def test_spam_is_counted_as_a_request_and_its_answers_are_not(store, office, now):
    desk = office.desk
    with store.writing() as session:
        request_id = closed(session, desk, now)
        spam.mark_spam(session, request_id, "广告", **by(session, request_id, desk.hotline, now + DAY))
        assert [counted(session, one)[1] for one in RATES] == [0.0, 0.0, 0.0]
        check_figures(session)
        with pytest.raises(Conflict) as refused, session.begin_nested():
            spam.mark_spam(session, request_id, "广告", **by(session, request_id, desk.hotline, now + DAY))
        assert refused.value.reason == "spam_marked"
        spam.clear_spam(session, request_id, "并非广告", **by(session, request_id, desk.hotline, now + 2 * DAY))
        assert [counted(session, one)[1] for one in RATES] == [1.0, 1.0, 1.0]
        check_figures(session)
        with pytest.raises(InvalidInput), session.begin_nested():
            spam.mark_spam(session, request_id, " ", **by(session, request_id, desk.hotline, now + 2 * DAY))


def test_spam_can_be_answered_and_called_about_without_entering_the_rates(store, office, now):
    desk = office.desk
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.VERIFIED, now)
        spam.mark_spam(session, request_id, "广告", **by(session, request_id, desk.hotline, now + DAY))
        circumstances = by(session, request_id, desk.hotline, now + DAY + HOUR)
        call_backs.record_call_back(session, request_id, SATISFIED, **circumstances)
        assert counted(session, Measure.REQUEST_SATISFACTION) == (0.0, 0.0)
        spam.clear_spam(session, request_id, "并非广告", **by(session, request_id, desk.hotline, now + 2 * DAY))
        assert counted(session, Measure.REQUEST_SATISFACTION) == (1.0, 1.0)
        assert stored(session, request_id).closed_at is None
        check_figures(session)


def test_a_code_of_spam_rates_nothing(store, office, now):
    desk = office.desk
    with store.writing() as session:
        filed = file(session, desk, now)
        spam.mark_spam(session, filed.request_id, "广告", **by(session, filed.request_id, desk.hotline, now + HOUR))
        seen = details.request_by_receipt(session, filed.receipt_code, actor=PUBLIC, now=now + timedelta(days=1))
        assert (seen.state, seen.can_add, seen.can_rate) == (RequestState.REGISTERED, True, False)
