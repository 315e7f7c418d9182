"""The Complaints screen: the desk, the case, its next steps, the hotline form, call-backs and figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qs.complaints import details
from qs.complaints.handling import extensions
from qs.complaints.terms import RequestKind, RequestState, Satisfaction
from tests.complaints.desk import at_stage, build_desk
from tests.world import enroll


@pytest.fixture
def desk(store):
    return build_desk(store)


@pytest.fixture
def lately():
    """A little before the real moment: screens read the real clock."""
    return datetime.now(UTC) - timedelta(hours=7)


def made(store, desk, stage, at, **others):
    with store.writing() as session:
        return at_stage(session, desk, stage, at, **others)


def texts(screen):
    return [text.value for text in screen.text]


def words(screen):
    return " ".join([*texts(screen), *(one.value for one in screen.markdown)])


def keys(screen):
    return {button.key for button in screen.button}


def found(store, desk, request_id):
    with store.reading() as session:
        return details.request_detail(session, request_id, actor=desk.supervisor)


def test_somebody_without_a_role_is_not_offered_the_screen(store, desk, visit):
    enroll(store, "nobody")
    with pytest.raises(ValueError, match=r"complaints\.py"):
        visit("complaints", "nobody")


def test_the_title_says_what_to_do_first(store, desk, visit, lately):
    made(store, desk, RequestState.REGISTERED, lately)
    screen = visit("complaints", "hotline")
    assert not screen.exception
    assert "Dispatch “急诊等了三个小时” first" in words(screen)


def test_an_empty_desk_says_so(desk, visit):
    screen = visit("complaints", "boss")
    assert not screen.exception
    assert "No request is open" in words(screen)


def test_the_case_shows_clocks_and_the_hotline_dispatches_it(store, desk, visit, lately):
    request_id = made(store, desk, RequestState.REGISTERED, lately)
    screen = visit("complaints", "hotline", request=str(request_id))
    assert {"decision_save", "step_answer"} <= keys(screen)
    screen.button(key="decision_save").click().run()
    assert not screen.exception
    assert not screen.error
    assert found(store, desk, request_id).state is RequestState.DISPATCHED


def test_the_leader_signs_with_one_click_and_replies_in_words(store, desk, visit, lately):
    request_id = made(store, desk, RequestState.DISPATCHED, lately)
    screen = visit("complaints", "leader", request=str(request_id))
    assert "decision_save" not in keys(screen)
    screen.button(key="step_sign").click().run()
    screen.button(key="step_reply").click().run()
    screen.text_area(key="reply_text").set_value("已恢复夜间分诊。")
    screen.button(key="reply_save").click().run()
    assert not screen.error
    assert found(store, desk, request_id).answer == "已恢复夜间分诊。"


def test_a_reply_without_words_is_refused_in_words(store, desk, visit, lately):
    request_id = made(store, desk, RequestState.IN_PROGRESS, lately)
    screen = visit("complaints", "leader", request=str(request_id), do="reply")
    screen.button(key="reply_save").click().run()
    assert "“Answer” is empty. Fill it in." in texts(screen)
    assert found(store, desk, request_id).state is RequestState.IN_PROGRESS


def test_somebody_faster_is_told_before_anything_is_overwritten(store, desk, visit, lately):
    request_id = made(store, desk, RequestState.IN_PROGRESS, lately)
    screen = visit("complaints", "leader", request=str(request_id), do="reply", v="2")
    assert "Somebody has worked on this request since" in screen.warning[0].value
    screen.text_area(key="reply_text").set_value("已办。")
    screen.button(key="reply_save").click().run()
    assert "Somebody has worked on this request in the meantime" in screen.error[0].value
    screen.button(key="step_seen").click().run()
    screen.button(key="reply_save").click().run()
    assert found(store, desk, request_id).answer == "已办。"


def test_a_leader_sees_neither_contact_nor_the_words_of_a_report(store, desk, visit, lately):
    with store.writing() as session:
        secret = {"kind": RequestKind.REPORT, "title": "我是护工小周", "text": "我看见了"}
        secret["service_id"] = desk.world.permits
        request_id = at_stage(session, desk, RequestState.DISPATCHED, lately, **secret)
    screen = visit("complaints", "leader", request=str(request_id))
    assert not screen.exception
    assert "小周" not in words(screen)
    assert "核查" in words(screen)
    assert f"reveal_{request_id}" not in keys(screen)


def test_a_call_back_has_no_answer_preselected_and_keeps_all_three(store, desk, visit, lately):
    request_id = made(store, desk, RequestState.VERIFIED, lately)
    screen = visit("complaints", "hotline", view="calls", request=str(request_id), do="call")
    assert [screen.radio(key=key).value for key in ("call_c", "call_s", "call_level")] == [None, None, None]
    screen.button(key="call_save").click().run()
    assert "Say whether the requester was contacted" in screen.error[0].value
    screen.radio(key="call_c").set_value(True)
    screen.radio(key="call_s").set_value(True)
    screen.radio(key="call_level").set_value(Satisfaction.SATISFIED)
    screen.button(key="call_save").click().run()
    assert not screen.error
    assert found(store, desk, request_id).state is RequestState.CALLED_BACK


def test_the_head_approves_an_extension(store, desk, visit, lately):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, lately)
        asking = {"version": 3, "actor": desk.leader, "now": lately + timedelta(hours=3)}
        extensions.ask_extension(session, request_id, "需要配件", **asking)
    screen = visit("complaints", "head", request=str(request_id))
    screen.button(key="step_decide").click().run()
    screen.button(key="decide_approve").click().run()
    assert not screen.error
    assert found(store, desk, request_id).is_extended


def test_the_figures_open_for_every_reader(store, desk, visit, lately):
    made(store, desk, RequestState.CALLED_BACK, lately)
    screen = visit("complaints", "head", view="figures", by="service")
    assert not screen.exception
    assert {metric.label for metric in screen.metric} >= {"Response rate", "Closed in time"}


def test_the_overdue_list_names_who_is_late(store, desk, visit):
    request_id = made(store, desk, RequestState.IN_PROGRESS, datetime.now(UTC) - timedelta(days=30))
    screen = visit("complaints", "boss", view="overdue", request=str(request_id))
    assert not screen.exception
    frame = next(one.value for one in screen.dataframe if str(one.key).startswith("list_overdue"))
    assert list(frame["unit_words"]) == ["Hospital"]
