"""Who is to handle a matter: by words of the catalogue, by how like ones were handled, in the asked area, with why."""

from __future__ import annotations

import pytest

from qs.complaints import actions
from qs.complaints.catalogue import entries, suggestions
from qs.complaints.catalogue.entries import NewLine
from qs.complaints.catalogue.matching import nearest, remembered, words_of
from qs.complaints.catalogue.suggestions import suggest
from qs.complaints.handling import call_backs
from qs.complaints.terms import Outcome, RequestKind, Urgency
from qs.errors import NotAllowed
from tests.complaints.desk import DAY, HOUR, SATISFIED, build_desk, file
from tests.world import AUDITOR


@pytest.fixture
def desk(store):
    return build_desk(store)


def known(store, desk, now, **others):
    said = {"matter": "急诊等候", "words": "急诊 分诊 triage", "service_id": desk.world.emergency}
    with store.writing() as session:
        return entries.add_line(session, NewLine(**(said | others)), actor=desk.supervisor, now=now)


def asked(store, desk, text, now, *more, actor=None, **others):
    with store.reading() as session:
        return suggest(session, text, *more, actor=actor or desk.hotline, now=now, **others)


def ended(store, desk, now, text, service_id, *, returned_by=None):
    """A request dispatched (perhaps returned first), handled and closed."""
    with store.writing() as session:
        request_id = file(session, desk, now, title=text, text=text, service_id=service_id).request_id
        by = {"actor": desk.hotline, "now": now + HOUR}
        actions.answer_on_the_spot(session, request_id, "已答复", outcome=Outcome.EXPLAINED, version=1, **by)
    return request_id


def test_nothing_is_suggested_where_nothing_points_anywhere(store, desk, now):
    assert asked(store, desk, "天气真好", now) == []


def test_words_of_the_catalogue_point_to_its_service_and_are_named(store, desk, now):
    known(store, desk, now, urgency=Urgency.DANGER)
    (found,) = asked(store, desk, "夜里急诊没有人分诊", now)
    assert found.service_id == desk.world.emergency
    assert found.why.words == ("急诊", "分诊")
    assert found.urgency is Urgency.DANGER


def test_english_words_count_as_whole_words(store, desk, now):
    known(store, desk, now)
    assert [one.why.words for one in asked(store, desk, "No triage at night", now)] == [("triage",)]
    assert asked(store, desk, "No triages at night", now) == []


def test_a_line_of_another_area_says_nothing(store, desk, now):
    known(store, desk, now, area_id=desk.world.south)
    assert asked(store, desk, "分诊", now, desk.world.north) == []
    assert asked(store, desk, "分诊", now, desk.world.south)


def test_a_line_of_another_type_weighs_less(store, desk, now):
    known(store, desk, now, kind=RequestKind.COMPLAINT)
    (meant,) = asked(store, desk, "急诊", now, None, RequestKind.COMPLAINT)
    (other,) = asked(store, desk, "急诊", now, None, RequestKind.PRAISE)
    assert meant.score > other.score


def test_a_line_of_a_sector_means_its_service_in_the_area(store, desk, now):
    known(store, desk, now, service_id=None, sector_id=desk.world.health, matter="接种", words="疫苗 接种")
    (north,) = asked(store, desk, "孩子的疫苗", now, desk.world.north)
    assert north.service_id == desk.world.vaccination
    (said,) = asked(store, desk, "孩子的疫苗，住在北区", now)
    assert said.service_id == desk.world.vaccination


def test_how_like_requests_were_handled_is_a_ground_of_its_own(store, desk, now):
    for number in range(3):
        ended(store, desk, now - DAY + number * HOUR, "许可证办了三次还没有下来", desk.world.permits)
    found = asked(store, desk, "许可证一直没有下来", now)[0]
    assert found.service_id == desk.world.permits
    assert (found.why.handled_count, found.why.like_count, found.entry) == (3, 3, None)


def test_a_service_the_requester_named_stands_first_among_equals(store, desk, now):
    known(store, desk, now)
    known(store, desk, now, matter="手术", words="急诊", service_id=desk.world.surgery)
    first = asked(store, desk, "急诊", now, named_id=desk.world.surgery)[0]
    assert (first.service_id, first.why.is_named) == (desk.world.surgery, True)


def test_only_services_the_asker_may_dispatch_to_are_named(store, desk, now):
    known(store, desk, now)
    with pytest.raises(NotAllowed):
        asked(store, desk, "急诊", now, actor=AUDITOR)
    assert asked(store, desk, "急诊", now, actor=desk.supervisor)


def test_a_change_of_the_catalogue_is_seen_at_once(store, desk, now):
    entry_id = known(store, desk, now)
    assert asked(store, desk, "分诊", now)
    with store.writing() as session:
        entries.retire_line(session, entry_id, version=1, actor=desk.supervisor, now=now)
    assert asked(store, desk, "分诊", now) == []


def test_what_is_kept_in_memory_is_read_again_only_for_a_new_hour_of_closings(store, desk, now):
    ended(store, desk, now, "许可证没有下来", desk.world.permits)
    asked(store, desk, "许可证", now + DAY)
    with store.reading() as session:
        first = suggestions.index(session)
        assert suggestions.index(session) is first
    ended(store, desk, now + DAY, "急诊等了很久", desk.world.emergency)
    with store.reading() as session:
        assert suggestions.index(session) is not first


def test_a_service_that_returned_like_requests_counts_for_less(store, desk, now):
    ended(store, desk, now - DAY, "许可证办了三次还没有下来", desk.world.permits)
    fresh = asked(store, desk, "许可证一直没有下来", now + DAY)[0]
    with store.writing() as session:
        request_id = file(session, desk, now, title="许可证还没有下来", text="办了三次").request_id
        sent = {"service_id": desk.world.permits, "version": 1, "actor": desk.hotline, "now": now + HOUR}
        actions.dispatch_request(session, request_id, **sent)
        by = {"version": 2, "actor": desk.foreign_leader, "now": now + 2 * HOUR}
        actions.return_request(session, request_id, "不归我们", **by)
        ruled = {"service_id": desk.world.emergency, "version": 3, "actor": desk.supervisor, "now": now + 3 * HOUR}
        actions.rule_request(session, request_id, "由医院办", **ruled)
        actions.sign_request(session, request_id, version=4, actor=desk.leader, now=now + 4 * HOUR)
        said = {"outcome": Outcome.RESOLVED, "version": 5, "actor": desk.leader, "now": now + 5 * HOUR}
        actions.reply_request(session, request_id, "已办", **said)
        call_backs.verify_reply(session, request_id, version=6, actor=desk.hotline, now=now + 6 * HOUR)
        told = {"version": 7, "actor": desk.hotline, "now": now + 7 * HOUR}
        call_backs.record_call_back(session, request_id, SATISFIED, **told)
        closed = {"outcome": Outcome.RESOLVED, "version": 8, "actor": desk.hotline, "now": now + 8 * HOUR}
        call_backs.close_request(session, request_id, **closed)
    found = {one.service_id: one for one in asked(store, desk, "许可证一直没有下来", now + 2 * DAY)}
    assert found[desk.world.emergency].why.handled_count == 1
    permits = found.get(desk.world.permits)
    assert permits is None or (permits.why.returned_count == 1 and permits.score < fresh.score)


def test_the_words_of_a_matter_are_compared_in_both_languages():
    assert {"公交", "晚点"} <= words_of("公交晚点，等了 40 分钟")
    assert words_of("The bus is late AGAIN") >= {"bus", "late", "again"}
    memory = remembered(["公交晚点 late bus", "路灯不亮", ""])
    assert [like.row for like in nearest(memory, "公交又晚点", most=5, least=0.1)] == [0]
    assert nearest(memory, "", most=5, least=0.1) == []
    assert nearest(remembered([]), "公交", most=5, least=0.1) == []
