"""Duplicates: found, merged into the request that came first, followed by everybody, counted once for time."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from qs.actor import PUBLIC
from qs.complaints import actions, details, intake
from qs.complaints.aftermath import duplicates, merges
from qs.complaints.handling import call_backs
from qs.complaints.terms import NewContact, Outcome, RequestKind, RequestState, StepKind
from qs.errors import Conflict, NotFound
from qs.observations.recording import Measure
from tests.complaints.aftermath import by, check_figures, counted, stored
from tests.complaints.desk import DAY, HOUR, NOBODY, SATISFIED, UNSOLVED, build_desk, file

WEEK = timedelta(days=7)


@pytest.fixture
def desk(store):
    return build_desk(store)


def two(session, desk, now, **others):
    first = file(session, desk, now)
    return first, file(session, desk, now + HOUR, contact=NewContact("李四", "17000005678"), **others)


def merge(session, desk, one, master, now):
    merges.merge_request(session, one.request_id, master.request_id, **by(session, one.request_id, desk.hotline, now))


def status(session, filed, now):
    return details.request_by_receipt(session, filed.receipt_code, actor=PUBLIC, now=now)


def dispatched(session, desk, request_id, now):
    circumstances = by(session, request_id, desk.hotline, now)
    actions.dispatch_request(session, request_id, service_id=desk.world.emergency, brief="核查", **circumstances)
    actions.sign_request(session, request_id, **by(session, request_id, desk.leader, now))


def verified(session, desk, request_id, now):
    circumstances = by(session, request_id, desk.leader, now)
    actions.reply_request(session, request_id, "已增加分诊", outcome=Outcome.RESOLVED, **circumstances)
    call_backs.verify_reply(session, request_id, **by(session, request_id, desk.hotline, now))


def test_the_requester_of_a_duplicate_follows_the_first_request_without_reading_its_requester(store, desk, now):
    with store.writing() as session:
        first, second = two(session, desk, now)
        intake.add_to_request(session, first.receipt_code, "我叫张三，住在三楼", actor=PUBLIC, now=now + HOUR)
        merge(session, desk, second, first, now + 2 * HOUR)
        merged = stored(session, second.request_id)
        assert (merged.state, merged.outcome) == (RequestState.CLOSED, Outcome.DUPLICATE)
        assert merged.master_id == first.request_id
        dispatched(session, desk, first.request_id, now + 3 * HOUR)
        verified(session, desk, first.request_id, now + 4 * HOUR)
        told = {"is_told": True, **by(session, first.request_id, desk.hotline, now + 5 * HOUR)}
        actions.write_message(session, first.request_id, "分诊台今晚恢复，电话13812345678", **told)
        seen = status(session, second, now + DAY)
        assert (seen.is_merged, seen.state, seen.answer) == (True, RequestState.VERIFIED, "已增加分诊")
        assert (seen.outcome, seen.closed_at, seen.people_count) == (None, None, 2)
        words = "".join(one.text for one in seen.steps)
        assert "分诊台今晚恢复" in words
        assert "张三" not in words
        assert "13812345678" not in words
        assert StepKind.ADDED not in {one.kind for one in seen.steps}
        assert (seen.can_add, seen.can_withdraw, seen.can_rate) == (False, False, False)


def test_a_merged_matter_counts_once_for_time_and_all_its_people_are_counted(store, desk, now):
    with store.writing() as session:
        first, second = two(session, desk, now)
        merge(session, desk, second, first, now + 2 * HOUR)
        dispatched(session, desk, first.request_id, now + 3 * HOUR)
        verified(session, desk, first.request_id, now + 4 * HOUR)
        circumstances = by(session, first.request_id, desk.hotline, now + 5 * HOUR)
        call_backs.record_call_back(session, first.request_id, SATISFIED, **circumstances)
        circumstances = by(session, first.request_id, desk.hotline, now + 6 * HOUR)
        call_backs.close_request(session, first.request_id, outcome=Outcome.RESOLVED, **circumstances)
        assert counted(session, Measure.REQUEST_ON_TIME) == (1.0, 1.0)
        assert merges.people_count(session, first.request_id) == 2
        assert status(session, second, now + DAY).can_rate
        check_figures(session)


def test_a_duplicate_that_was_late_no_longer_counts_beside_its_master_and_does_again_when_taken_out(store, desk, now):
    late = now + timedelta(days=20)
    with store.writing() as session:
        first, second = two(session, desk, now)
        actions.note_overdue(session, actor=desk.supervisor, now=late)
        assert counted(session, Measure.REQUEST_ON_TIME) == (0.0, 2.0)
        merge(session, desk, second, first, late)
        assert counted(session, Measure.REQUEST_ON_TIME) == (0.0, 1.0)
        check_figures(session)
        circumstances = by(session, second.request_id, desk.hotline, late + DAY)
        merges.unmerge_request(session, second.request_id, "不是同一件事", **circumstances)
        assert counted(session, Measure.REQUEST_ON_TIME) == (0.0, 2.0)
        merge(session, desk, second, first, late + 2 * DAY)
        assert counted(session, Measure.REQUEST_ON_TIME) == (0.0, 1.0)
        check_figures(session)


def test_duplicates_move_along_with_their_master_and_no_circle_can_be_made(store, desk, now):
    with store.writing() as session:
        first, second = two(session, desk, now)
        third = file(session, desk, now + 2 * HOUR)
        merge(session, desk, third, second, now + 3 * HOUR)
        merge(session, desk, second, first, now + 4 * HOUR)
        assert stored(session, third.request_id).master_id == first.request_id
        assert merges.people_count(session, first.request_id) == 3
        assert merges.mass_requests(session, actor=desk.hotline)["people_count"].tolist() == [3]
        refused = {}
        for name, one, master in (
            ("itself", first, first),
            ("younger", first, third),
            ("closed", first, second),
            ("again", second, first),
        ):
            with pytest.raises(Conflict) as found, session.begin_nested():
                merge(session, desk, one, master, now + 5 * HOUR)
            refused[name] = found.value.reason
        assert refused == {
            "itself": "merge_with_itself",
            "younger": "merge_master_closed",
            "closed": "merge_master_closed",
            "again": "request_closed",
        }
        fourth = file(session, desk, now + 5 * HOUR)
        with pytest.raises(Conflict) as found:
            merge(session, desk, first, fourth, now + 6 * HOUR)
        assert found.value.reason == "merge_into_younger"


@pytest.mark.parametrize("others", [{"kind": RequestKind.REPORT}, {"is_confidential": True}])
def test_what_is_withheld_is_never_merged(store, desk, now, others):
    with store.writing() as session:
        first, second = two(session, desk, now, **others)
        with pytest.raises(Conflict) as refused, session.begin_nested():
            merge(session, desk, second, first, now + DAY)
        assert refused.value.reason == "merge_withheld"
        assert duplicates.possible_duplicates(session, first.request_id, actor=desk.hotline, now=now).empty
        assert duplicates.possible_duplicates(session, second.request_id, actor=desk.hotline, now=now).empty


def test_a_request_outside_the_scope_is_no_master(store, desk, now):
    with store.writing() as session:
        _, second = two(session, desk, now)
        with pytest.raises(NotFound):
            merges.merge_request(session, second.request_id, 999, **by(session, second.request_id, desk.hotline, now))


def test_a_merge_can_be_undone_for_a_week_and_the_clock_never_stood_still(store, desk, now):
    with store.writing() as session:
        first, second = two(session, desk, now)
        due_at = stored(session, second.request_id).due_at
        merge(session, desk, second, first, now + 2 * HOUR)
        with pytest.raises(Conflict) as refused, session.begin_nested():
            circumstances = by(session, second.request_id, desk.hotline, now + 2 * HOUR + WEEK + HOUR)
            merges.unmerge_request(session, second.request_id, "不同", **circumstances)
        assert refused.value.reason == "unmerge_too_late"
        circumstances = by(session, second.request_id, desk.hotline, now + 2 * HOUR + WEEK)
        merges.unmerge_request(session, second.request_id, "不同", **circumstances)
        out = stored(session, second.request_id)
        assert (out.state, out.master_id, out.outcome) == (RequestState.REGISTERED, None, None)
        assert out.due_at == due_at
        with pytest.raises(Conflict) as refused:
            merges.unmerge_request(session, second.request_id, "不同", **(circumstances | {"version": out.version}))
        assert refused.value.reason == "not_merged"


def test_everybody_who_brought_a_matter_is_called_and_counts(store, desk, now):
    with store.writing() as session:
        first, second = two(session, desk, now)
        merge(session, desk, second, first, now + 2 * HOUR)
        circumstances = by(session, second.request_id, desk.hotline, now + 3 * HOUR)
        with pytest.raises(Conflict) as refused, session.begin_nested():
            merges.record_merged_call_back(session, second.request_id, SATISFIED, **circumstances)
        assert refused.value.reason == "merged_call_not_due"
        dispatched(session, desk, first.request_id, now + 3 * HOUR)
        verified(session, desk, first.request_id, now + 4 * HOUR)
        waiting = merges.merged_calls(session, actor=desk.hotline)
        assert waiting["request_id"].tolist() == [second.request_id]
        at = now + 5 * HOUR
        merges.record_merged_call_back(
            session, second.request_id, NOBODY, **by(session, second.request_id, desk.hotline, at)
        )
        merges.record_merged_call_back(
            session, second.request_id, UNSOLVED, **by(session, second.request_id, desk.hotline, at + HOUR)
        )
        call_backs.record_call_back(
            session, first.request_id, SATISFIED, **by(session, first.request_id, desk.hotline, at + HOUR)
        )
        assert counted(session, Measure.REQUEST_RESOLUTION) == (1.0, 2.0)
        assert merges.merged_calls(session, actor=desk.hotline).empty
        check_figures(session)


def test_what_one_person_withdraws_the_others_still_want(store, desk, now):
    with store.writing() as session:
        first, second = two(session, desk, now)
        third = file(session, desk, now + 2 * HOUR)
        merge(session, desk, second, first, now + 3 * HOUR)
        merge(session, desk, third, first, now + 3 * HOUR)
        dispatched(session, desk, first.request_id, now + 4 * HOUR)
        intake.withdraw_request(session, first.receipt_code, actor=PUBLIC, now=now + 5 * HOUR)
        heir = stored(session, second.request_id)
        assert (heir.state, heir.unit_id) == (RequestState.IN_PROGRESS, stored(session, first.request_id).unit_id)
        assert stored(session, third.request_id).master_id == heir.id
        assert status(session, third, now + 6 * HOUR).state is RequestState.IN_PROGRESS
        assert status(session, first, now + 6 * HOUR).outcome is Outcome.WITHDRAWN
        check_figures(session)


def test_the_likest_open_request_of_the_same_service_is_named_first(store, desk, now):
    with store.writing() as session:
        asked = file(session, desk, now, title="急诊夜里没有分诊台", text="等了三个小时也没有人分诊")
        same = file(session, desk, now + HOUR, title="急诊分诊台夜里没人", text="夜里急诊没有分诊，等了三个多小时")
        file(session, desk, now + HOUR, title="停车场收费太高", text="医院门口停车一小时要二十元", contact=None)
        frame = duplicates.possible_duplicates(session, asked.request_id, actor=desk.hotline, now=now + DAY)
        assert frame["request_id"].tolist() == [same.request_id]
        assert 0.2 <= frame["likeness"].iloc[0] <= 1
        with pytest.raises(NotFound):
            duplicates.possible_duplicates(session, asked.request_id, actor=desk.foreign_leader, now=now)


def test_likeness_is_one_for_the_same_words_and_nothing_for_none_shared():
    scores = duplicates.likeness("公交车晚点", ["公交车晚点", "公交车，晚点！", "停车收费", ""])
    assert scores == pytest.approx([1, 1, 0, 0])


def test_the_same_matter_in_other_words_is_told_from_other_matters():
    said = "公交车晚点，等了四十分钟没有来，站牌也没有说明。"
    scores = duplicates.likeness(said, ["33 路公交晚点，人民路等了 70 分钟", "停车场收费太高", "夜间急诊等了 6 个小时"])
    assert scores[0] >= duplicates.LEAST_LIKENESS
    assert max(scores[1:]) < duplicates.LEAST_LIKENESS


@pytest.mark.parametrize("text", ["", "。！", "车"])
def test_what_has_no_two_signs_is_like_nothing(text):
    assert duplicates.likeness(text, ["公交车晚点", ""]).tolist() == [0, 0]
    assert duplicates.likeness("公交车晚点", []).tolist() == []


def test_of_a_thousand_open_requests_the_same_words_stand_first():
    chance = random.Random(7)
    words = "夜里没有分诊台等了三个小时公交车晚点停车收费太高老人办理社保窗口排队小区停水断电垃圾清运噪声扰民"
    texts = ["".join(chance.choice(words) for _ in range(120)) for _ in range(1000)]
    scores = duplicates.likeness(texts[0], texts)
    assert max(scores) == pytest.approx(scores[0]) == pytest.approx(1)
    assert sorted(scores)[-2] < 0.5
