"""Several requests dispatched at once: each by itself, what is refused is named with its reason, the others stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import streamlit as st

from pages._ui.complaints import lists
from qs.actor import Role
from qs.complaints import actions, details
from qs.complaints.aftermath.merges import merge_request
from qs.complaints.catalogue import entries
from qs.complaints.catalogue.batch import to_send
from qs.complaints.catalogue.entries import NewLine
from qs.complaints.handling import classification
from qs.complaints.terms import RequestKind, RequestState, Urgency
from qs.errors import NotAllowed
from tests.complaints.desk import HOUR, build_desk, file
from tests.world import person


@pytest.fixture
def desk(store):
    return build_desk(store)


@pytest.fixture
def lately():
    """A little before the real moment: screens read the real clock."""
    return datetime.now(UTC) - timedelta(hours=7)


def filed(store, desk, at, count=1, **others):
    with store.writing() as session:
        return [file(session, desk, at, contact=None, **others).request_id for _ in range(count)]


def found(store, desk, request_id):
    with store.reading() as session:
        return details.request_detail(session, request_id, actor=desk.supervisor)


def states(store, desk, ids):
    return [found(store, desk, one).state for one in ids]


def words(screen):
    shown = [*screen.text, *screen.markdown, *screen.success, *screen.warning]
    return " ".join(one.value for one in shown).replace("\\", "")


def ticked(visit, ids, username="hotline", version=1):
    pairs = ",".join(f"{one}.{version}" for one in ids)
    return visit("complaints", username, view="dispatch", several="true", ticked=pairs)


def send(screen, service_id=None):
    if service_id is not None:
        screen.button_group(key="several_where").set_value("one").run()
        screen.selectbox(key="several_service").set_value(service_id).run()
    return screen.button(key="several_save").click().run()


def a_line(store, desk, now):
    said = NewLine("疫苗预约", "疫苗 接种", service_id=desk.world.vaccination)
    with store.writing() as session:
        entries.add_line(session, said, actor=desk.supervisor, now=now)


def test_ticked_requests_go_to_one_service_with_one_brief(store, desk, visit, lately):
    ids = filed(store, desk, lately, 3)
    screen = ticked(visit, ids)
    screen.text_area(key="several_brief").set_value("核查夜间分诊")
    send(screen, desk.world.surgery)
    assert "3 requests dispatched" in words(screen)
    for one in (found(store, desk, request_id) for request_id in ids):
        assert (one.state, one.service_id) == (RequestState.DISPATCHED, desk.world.surgery)
        assert (one.brief, one.version) == ("核查夜间分诊", 2)


def test_each_goes_to_its_likely_service(store, desk, visit, lately):
    a_line(store, desk, lately - HOUR)
    vaccine = {"title": "疫苗接种排不上", "text": "疫苗一直约不到。", "service_id": None}
    ids = [*filed(store, desk, lately, **vaccine), *filed(store, desk, lately)]
    send(ticked(visit, ids))
    assert [found(store, desk, one).service_id for one in ids] == [desk.world.vaccination, desk.world.emergency]


def test_what_was_changed_meanwhile_stays_and_is_named_while_the_others_go(store, desk, visit, lately):
    ids = filed(store, desk, lately, 3)
    screen = ticked(visit, ids)
    with store.writing() as session:
        chosen = {"urgency": Urgency.DANGER, "version": 1, "actor": desk.other_hotline, "now": lately + HOUR}
        classification.reclassify(session, ids[1], "有人受伤", **chosen)
    send(screen)
    assert states(store, desk, ids) == [RequestState.DISPATCHED, RequestState.REGISTERED, RequestState.DISPATCHED]
    assert "2 requests dispatched" in words(screen)
    assert "1 was not sent" in words(screen)
    assert screen.button(key=f"not_{ids[1]}").label.replace("\\", "") == found(store, desk, ids[1]).number
    assert "Somebody" in words(screen)


def test_what_somebody_else_sent_or_closed_is_named_too(store, desk, visit, lately):
    ids = filed(store, desk, lately, 3)
    screen = ticked(visit, ids)
    with store.writing() as session:
        by = {"version": 1, "actor": desk.other_hotline, "now": lately + HOUR}
        actions.dispatch_request(session, ids[0], service_id=desk.world.surgery, **by)
        merge_request(session, ids[2], ids[1], **by)
    screen.run()
    assert "does not wait for dispatch any more" in words(screen)
    send(screen, desk.world.emergency)
    assert "3 were not sent" in words(screen)  # the master of the merged one was changed by that as well
    assert found(store, desk, ids[0]).service_id == desk.world.surgery
    assert states(store, desk, ids) == [RequestState.DISPATCHED, RequestState.REGISTERED, RequestState.CLOSED]


def test_a_request_that_needs_a_brief_is_left_whole_and_the_next_one_goes(store, desk, visit, lately):
    secret = filed(store, desk, lately, is_confidential=True)
    ids = [*secret, *filed(store, desk, lately)]
    screen = ticked(visit, ids)
    assert "1 of them is withheld from the unit" in words(screen)
    send(screen)
    assert states(store, desk, ids) == [RequestState.REGISTERED, RequestState.DISPATCHED]
    left = found(store, desk, ids[0])
    assert (left.version, len(left.steps), left.dispatched_at) == (1, 1, None)


def test_the_report_stands_until_it_is_closed_and_nothing_stays_ticked(store, desk, visit, lately):
    ids = filed(store, desk, lately, 2)
    screen = send(ticked(visit, ids[:1]))
    assert "1 request dispatched" in words(screen.run())
    screen.button(key="several_close").click().run()
    assert "1 request dispatched" not in words(screen)
    assert "Tick what is to be sent" in words(screen)


def test_who_does_not_dispatch_has_no_boxes_to_tick(store, desk, visit, lately):
    ids = filed(store, desk, lately)
    screen = ticked(visit, ids, "leader")
    assert not [one for one in screen.toggle if one.key == "several"]
    assert not [one for one in screen.button if one.key == "several_save"]


def test_nonsense_in_the_address_ticks_nothing(store, desk, visit, lately):
    filed(store, desk, lately)
    screen = visit("complaints", "hotline", view="dispatch", several="true", ticked="x.1,5,.,7.y,99999999999.1")
    assert not screen.exception
    assert "Tick what is to be sent" in words(screen)


def test_no_report_is_likely_to_go_to_whom_it_is_about_and_what_was_returned_goes_nowhere_by_itself(store, desk, now):
    (report,) = filed(store, desk, now, kind=RequestKind.REPORT)
    (returned,) = filed(store, desk, now)
    with store.writing() as session:
        by = {"version": 1, "actor": desk.hotline, "now": now + HOUR}
        actions.dispatch_request(session, returned, service_id=desk.world.emergency, **by)
        by = {"version": 2, "actor": desk.leader, "now": now + 2 * HOUR}
        actions.return_request(session, returned, "不属本单位", **by)
    with store.reading() as session:
        rows = to_send(session, [report, returned], actor=desk.hotline, now=now + 3 * HOUR)
    assert [(one.request_id, one.service_id, one.is_waiting) for one in rows] == [
        (report, None, True),
        (returned, None, True),
    ]
    assert [one.needs_brief for one in rows] == [True, False]


def test_only_who_dispatches_is_told_what_is_likely(store, desk, now):
    ids = filed(store, desk, now)
    with store.reading() as session, pytest.raises(NotAllowed):
        to_send(session, ids, actor=desk.leader, now=now)
    with store.reading() as session:
        assert to_send(session, ids, actor=person(Role.SUPERVISOR), now=now)


def test_a_tick_keeps_the_version_it_saw_and_those_of_other_pages(monkeypatch):
    monkeypatch.setattr(st, "query_params", {"ticked": "7.2,12.3"})
    monkeypatch.setattr(st, "session_state", {"ticks": {"selection": {"rows": [0, 2, 9]}}})
    shown = {12: 4, 13: 1, 15: 6}  # 12 was changed since it was ticked
    lists.tick("ticks", shown, lists.ticked_requests())
    assert lists.ticked_requests() == {7: 2, 12: 3, 15: 6}
    st.session_state["ticks"]["selection"]["rows"] = []
    lists.tick("ticks", shown, lists.ticked_requests())
    assert lists.ticked_requests() == {7: 2}
