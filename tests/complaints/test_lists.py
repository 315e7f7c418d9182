"""The lists of the desk: every queue holds what waits in it; filters and search stay inside the rights; pages."""

from __future__ import annotations

import pytest

from qs.complaints import actions, lists
from qs.complaints.aftermath.duplicates import similar_open
from qs.complaints.handling import classification, co_units, extensions, pauses, supervision
from qs.complaints.lists import Order, Queue, Wanted, counts, first_of, listed
from qs.complaints.terms import PauseReason, RequestChannel, RequestKind, RequestState, Supervision, Urgency
from qs.errors import NotAllowed
from tests.complaints.desk import DAY, HOUR, at_stage, build_desk, file
from tests.world import STRANGER


@pytest.fixture
def desk(store):
    return build_desk(store)


def made(store, desk, stage, at, **others):
    with store.writing() as session:
        return at_stage(session, desk, stage, at, **others)


def ids(store, actor, now, **wanted):
    with store.reading() as session:
        found = listed(session, Wanted(**wanted), page=1, rows=50, actor=actor, now=now)
    assert found.count == len(found.frame)
    return list(found.frame["request_id"])


def lengths(store, actor, now):
    with store.reading() as session:
        return counts(session, actor=actor, now=now)


STAGE_QUEUES = {
    RequestState.REGISTERED: Queue.DISPATCH,
    RequestState.DISPATCHED: Queue.SIGN,
    RequestState.IN_PROGRESS: Queue.REPLY,
    RequestState.REPLIED: Queue.VERIFY,
    RequestState.VERIFIED: Queue.CALL,
    RequestState.CALLED_BACK: Queue.CALL,
    RequestState.CLOSED: Queue.CLOSED,
}


@pytest.mark.parametrize(("stage", "queue"), list(STAGE_QUEUES.items()))
def test_a_request_stands_in_the_queue_of_what_it_waits_for(store, desk, now, stage, queue):
    request_id = made(store, desk, stage, now)
    later = now + 8 * HOUR
    assert ids(store, desk.supervisor, later, queue=queue) == [request_id]
    others = {other for other in STAGE_QUEUES.values() if other is not queue}
    assert all(ids(store, desk.supervisor, later, queue=other) == [] for other in others)
    if queue is not Queue.CLOSED:
        assert lengths(store, desk.supervisor, later)[queue] == 1


def test_a_returned_request_waits_for_dispatch_and_for_who_rules(store, desk, now):
    request_id = made(store, desk, RequestState.DISPATCHED, now)
    with store.writing() as session:
        by = {"version": 2, "actor": desk.leader, "now": now + 2 * HOUR}
        actions.return_request(session, request_id, "不归我们", **by)
    assert ids(store, desk.hotline, now + DAY, queue=Queue.DISPATCH) == [request_id]
    assert ids(store, desk.supervisor, now + DAY, queue=Queue.DECIDE) == [request_id]
    assert ids(store, desk.head, now + DAY, queue=Queue.DECIDE) == []


def test_what_was_asked_for_waits_for_somebody_else_than_who_asked(store, desk, now):
    longer, stands = (made(store, desk, RequestState.IN_PROGRESS, now) for _ in range(2))
    by = {"version": 3, "actor": desk.leader, "now": now + 3 * HOUR}
    with store.writing() as session:
        extensions.ask_extension(session, longer, "需要配件", **by)
        pauses.ask_pause(session, stands, "等鉴定", reason=PauseReason.EXPERT, **by)
    assert set(ids(store, desk.head, now + DAY, queue=Queue.DECIDE)) == {longer, stands}
    assert ids(store, desk.leader, now + DAY, queue=Queue.DECIDE) == []


def test_a_paused_request_stands_apart_and_is_not_overdue(store, desk, now):
    request_id = made(store, desk, RequestState.IN_PROGRESS, now)
    with store.writing() as session:
        pauses.ask_pause(
            session, request_id, "等", reason=PauseReason.REQUESTER, version=3, actor=desk.leader, now=now + 3 * HOUR
        )
        pauses.decide_pause(session, request_id, is_approved=True, version=4, actor=desk.head, now=now + 4 * HOUR)
    later = now + 30 * DAY
    assert ids(store, desk.leader, later, queue=Queue.PAUSED) == [request_id]
    assert ids(store, desk.leader, later, queue=Queue.OVERDUE) == []


def test_past_its_limit_is_overdue_and_due_before_midnight_is_today(store, desk, now):
    request_id = made(store, desk, RequestState.IN_PROGRESS, now)
    assert ids(store, desk.leader, now + 30 * DAY, queue=Queue.OVERDUE) == [request_id]
    on_the_day = now + 7 * DAY  # Monday to the next Monday: five working days
    assert ids(store, desk.leader, on_the_day, queue=Queue.TODAY) == [request_id]
    assert ids(store, desk.leader, on_the_day - DAY, queue=Queue.TODAY) == []


def test_a_unit_that_was_asked_to_help_finds_it_until_it_reported(store, desk, now):
    request_id = made(store, desk, RequestState.IN_PROGRESS, now)
    by = {"now": now + 4 * HOUR}
    with store.writing() as session:
        asked = {"service_id": desk.world.permits, "task": "查许可", "version": 3, "actor": desk.hotline}
        co_units.ask_co_unit(session, request_id, **asked, **by)
    assert ids(store, desk.foreign_leader, now + DAY, queue=Queue.HELP) == [request_id]
    assert ids(store, desk.leader, now + DAY, queue=Queue.HELP) == []
    with store.writing() as session:
        said = {"service_id": desk.world.permits, "text": "查过", "is_finished": True, "version": 4}
        co_units.report_co_unit(session, request_id, **said, actor=desk.foreign_leader, **by)
    assert ids(store, desk.foreign_leader, now + DAY, queue=Queue.HELP) == []


def test_supervised_requests_have_a_queue(store, desk, now):
    request_id = made(store, desk, RequestState.IN_PROGRESS, now)
    with store.writing() as session:
        by = {"version": 3, "actor": desk.supervisor, "now": now + 4 * HOUR}
        supervision.put_under_supervision(session, request_id, "三日内报告", level=Supervision.LISTED, **by)
    assert ids(store, desk.supervisor, now + DAY, queue=Queue.SUPERVISED) == [request_id]


def test_filters_narrow_a_list(store, desk, now):
    with store.writing() as session:
        walk_in = file(session, desk, now, channel=RequestChannel.COUNTER, kind=RequestKind.HELP).request_id
        urgent = file(session, desk, now, urgency=Urgency.DANGER, service_id=desk.world.permits).request_id
    assert ids(store, desk.hotline, now, channel=RequestChannel.COUNTER) == [walk_in]
    assert ids(store, desk.hotline, now, kind=RequestKind.HELP) == [walk_in]
    assert ids(store, desk.hotline, now, urgency=Urgency.DANGER) == [urgent]
    assert set(ids(store, desk.hotline, now, area_id=desk.world.south)) == {walk_in, urgent}
    assert ids(store, desk.hotline, now, unit_id=desk.world.hospital) == []


def test_only_mine_are_those_i_handle(store, desk, now):
    request_id = made(store, desk, RequestState.IN_PROGRESS, now)
    made(store, desk, RequestState.DISPATCHED, now)
    assert ids(store, desk.leader, now + DAY, is_mine=True) == [request_id]


def test_every_word_of_a_search_stands_in_number_title_or_text(store, desk, now):
    with store.writing() as session:
        first = file(session, desk, now, title="路灯不亮", text="东门一带").request_id
        second = file(session, desk, now, title="路灯太亮", text="西门").request_id
    assert set(ids(store, desk.hotline, now, text="路灯")) == {first, second}
    assert ids(store, desk.hotline, now, text="路灯 东门") == [first]
    assert ids(store, desk.hotline, now, text="2026-000002") == [second]
    assert ids(store, desk.hotline, now, text="100%") == []


def test_a_search_finds_no_words_that_are_withheld(store, desk, now):
    request_id = made(store, desk, RequestState.DISPATCHED, now, is_confidential=True, title="我是小周", text="夜班")
    assert ids(store, desk.leader, now + DAY, text="小周") == []
    assert ids(store, desk.supervisor, now + DAY, text="小周") == [request_id]


def test_a_page_past_the_end_is_the_last_one(store, desk, now):
    with store.writing() as session:
        made_ids = [file(session, desk, now + number * HOUR).request_id for number in range(5)]
    with store.reading() as session:
        wanted = Wanted(order=Order.OLDEST)
        pages = [listed(session, wanted, page=page, rows=2, actor=desk.hotline, now=now) for page in (1, 3, 9)]
    assert [list(one.frame["request_id"]) for one in pages] == [made_ids[:2], made_ids[4:], made_ids[4:]]
    assert {one.count for one in pages} == {5}
    assert ids(store, desk.hotline, now, order=Order.NEWEST) == made_ids[::-1]


def test_what_is_to_be_done_first_is_the_next_limit_that_is_still_ahead(store, desk, now):
    late = made(store, desk, RequestState.REGISTERED, now - 3 * DAY)
    soon = made(store, desk, RequestState.REGISTERED, now)
    made(store, desk, RequestState.IN_PROGRESS, now)
    with store.reading() as session:
        frame = first_of(session, [Queue.DISPATCH], actor=desk.hotline, now=now + HOUR)
        assert list(frame["request_id"]) == [soon]
        assert first_of(session, [], actor=desk.hotline, now=now).empty
    assert late in ids(store, desk.hotline, now + HOUR, queue=Queue.OVERDUE)


def test_nobody_sees_a_list_without_the_right_and_nobody_those_of_others(store, desk, now):
    made(store, desk, RequestState.DISPATCHED, now)
    with pytest.raises(NotAllowed):
        ids(store, STRANGER, now)
    assert ids(store, desk.foreign_leader, now + DAY) == []
    assert lengths(store, desk.foreign_leader, now + DAY)[Queue.OPEN] == 0


def test_open_requests_like_a_text_are_found_the_likest_first_in_the_asked_area(store, desk, now):
    with store.writing() as session:
        same = file(session, desk, now, title="夜间急诊没有分诊台", text="等了三个小时没有人分诊").request_id
        far = file(session, desk, now, title="急诊收费", text="收费看不懂").request_id
        file(session, desk, now, title="许可证", text="材料退回", service_id=desk.world.permits)
    with store.reading() as session:
        frame = similar_open(session, "急诊没有分诊，等了三个小时", actor=desk.hotline, now=now)
        assert next(iter(frame["request_id"])) == same
        assert frame["likeness"].is_monotonic_decreasing
        nowhere = similar_open(session, "急诊没有分诊", area_id=desk.world.north, actor=desk.hotline, now=now)
        assert nowhere.empty
    assert far not in ids(store, desk.hotline, now, text="分诊")


def test_classifying_anew_moves_a_request_to_its_urgency(store, desk, now):
    request_id = made(store, desk, RequestState.REGISTERED, now)
    with store.writing() as session:
        by = {"version": 1, "actor": desk.hotline, "now": now + HOUR}
        classification.reclassify(session, request_id, "有危险", urgency=Urgency.DANGER, **by)
    assert ids(store, desk.hotline, now + HOUR, urgency=Urgency.DANGER) == [request_id]


def test_each_queue_and_order_has_words():
    assert set(lists.QUEUE_WORDS) == set(Queue)
    assert set(lists.ORDER_WORDS) == set(Order)
