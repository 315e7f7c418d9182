"""The hotline: a call is registered while talking, with what helps beside it; its receipt; the next call."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qs.complaints import details, queries
from qs.complaints.catalogue import entries
from qs.complaints.catalogue.entries import NewLine
from qs.complaints.terms import Outcome, RequestState, Urgency
from qs.i18n import Language
from qs.vault.queries import personal
from tests.complaints.desk import build_desk, file
from tests.world import enroll


@pytest.fixture
def desk(store):
    return build_desk(store)


@pytest.fixture
def lately():
    """A little before the real moment: screens read the real clock."""
    return datetime.now(UTC) - timedelta(hours=7)


def words(screen):
    return " ".join([*(one.value for one in screen.text), *(one.value for one in screen.markdown)])


def opened(store, desk):
    with store.reading() as session:
        return queries.open_requests(session, actor=desk.hotline, now=datetime.now(UTC))


def typed(screen, **more):
    screen.text_input(key="intake_title").set_value("急诊没有分诊")
    screen.text_area(key="intake_text").set_value("夜里没有人分诊，等了三个小时。")
    for key, value in more.items():
        screen.text_input(key=f"intake_{key}").set_value(value)
    return screen.run()


def test_only_who_takes_calls_is_offered_the_form(store, desk, visit):
    enroll(store, "nobody")
    for username in ("nobody", "leader"):
        with pytest.raises(ValueError, match=r"hotline\.py"):
            visit("hotline", username)


def test_a_call_is_registered_and_its_number_and_code_are_read_out(store, desk, visit):
    screen = typed(visit("hotline", "hotline"), name="张三", phone="17000001234")
    screen.selectbox(key="intake_service").set_value(desk.world.emergency)
    screen.button(key="intake_save").click().run()
    assert not screen.error
    frame = opened(store, desk)
    assert list(frame["title"]) == ["急诊没有分诊"]
    assert str(frame["number"].iloc[0]).replace("-", "\\-") in words(screen)
    assert "An answer is due" in words(screen)
    screen.button(key="next_call").click().run()
    assert screen.text_input(key="intake_title").value == ""


def test_the_operator_says_in_which_language_the_caller_is_answered(store, desk, visit):
    screen = typed(visit("hotline", "hotline"), name="Smith", phone="17000001234")
    assert screen.selectbox(key="intake_language").value is Language.ZH
    screen.selectbox(key="intake_language").set_value(Language.EN)
    screen.button(key="intake_save").click().run()
    assert not screen.error
    with store.reading() as session:
        assert personal(session, 1).language is Language.EN


def test_a_call_without_a_matter_is_refused_and_keeps_what_was_typed(store, desk, visit):
    screen = visit("hotline", "hotline")
    screen.text_area(key="intake_text").set_value("说了很久。").run()
    screen.button(key="intake_save").click().run()
    assert screen.error
    assert screen.text_area(key="intake_text").value == "说了很久。"
    assert opened(store, desk).empty


def test_an_answer_given_while_talking_closes_at_once(store, desk, visit):
    screen = typed(visit("hotline", "hotline"))
    screen.selectbox(key="intake_service").set_value(desk.world.emergency)
    screen.text_area(key="intake_answer").set_value("分诊台二十四小时有人。").run()
    screen.button(key="intake_close").click().run()
    assert not screen.error
    assert opened(store, desk).empty
    assert "Closed: Explained, no legal basis" in words(screen).replace("\\", "")


def test_who_may_handle_it_appears_and_is_taken_with_its_urgency(store, desk, visit, now):
    said = NewLine("急诊", "分诊", service_id=desk.world.emergency, urgency=Urgency.DANGER)
    with store.writing() as session:
        entries.add_line(session, said, actor=desk.supervisor, now=now)
    screen = typed(visit("hotline", "hotline"))
    assert "Dispatch catalogue: found 分诊" in words(screen)
    screen.button(key=f"take_{desk.world.emergency}").click().run()
    assert screen.selectbox(key="intake_service").value == desk.world.emergency
    assert screen.selectbox(key="intake_urgency").value is Urgency.DANGER
    assert "110, 119 or 120" in screen.warning[0].value


def test_a_duplicate_is_merged_into_the_open_one_with_one_click(store, desk, visit, lately):
    with store.writing() as session:
        first = file(session, desk, lately, title="急诊没有分诊", text="夜里没有人分诊，等了三个小时。").request_id
    screen = typed(visit("hotline", "hotline"))
    screen.button(key=f"merge_{first}").click().run()
    assert not screen.error
    assert list(opened(store, desk)["request_id"]) == [first]
    with store.reading() as session:
        closed = queries.closed_requests(session, actor=desk.hotline, now=datetime.now(UTC))
        merged = details.request_detail(session, int(closed["request_id"].iloc[0]), actor=desk.hotline)
    assert (merged.state, merged.outcome, merged.master_id) == (RequestState.CLOSED, Outcome.DUPLICATE, first)


def test_a_caller_who_called_before_is_known_by_the_number_without_showing_it(store, desk, visit, lately):
    with store.writing() as session:
        file(session, desk, lately)
    screen = visit("hotline", "hotline")
    screen.text_input(key="intake_phone").set_value("17000001234").run()
    assert "Known caller" in words(screen)
    assert "急诊等了三个小时" in words(screen)
    assert "张三" not in words(screen)
    screen.text_input(key="intake_phone").set_value("17000009999").run()
    assert "This number has not called before" in words(screen)
