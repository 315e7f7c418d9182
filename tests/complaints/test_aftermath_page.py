"""The card beside the line: a review decided, hidden words shown for a reason, prepared words added."""

from __future__ import annotations

import pytest

from qs.complaints import details
from qs.complaints.aftermath import reviews
from qs.complaints.handling import templates
from qs.complaints.terms import RequestState, ReviewDecision, StepKind
from tests.complaints.aftermath import build_office, by, closed, stored
from tests.complaints.desk import DAY, at_stage, file


@pytest.fixture
def office(store):
    return build_office(store)


def test_a_supervisor_without_a_part_decides_a_review_on_the_card(store, office, now, visit):
    with store.writing() as session:
        request_id = closed(session, office.desk, now)
        circumstances = by(session, request_id, office.desk.hotline, now + DAY)
        reviews.register_review(session, request_id, "没有解决", **circumstances)
        version = stored(session, request_id).version
    app = visit("complaints", "second.boss", request=str(request_id), do="decide_review", v=str(version))
    app.button(key="review_save").click().run()
    assert "Choose the decision first." in [one.value for one in app.error]
    app.radio(key="review_decision").set_value(ReviewDecision.UPHELD).run()
    app.text_area(key="review_reasons").set_value("经查属实")
    app.button(key="review_save").click().run()
    assert [one.value for one in app.error] == []
    with store.reading() as session:
        steps = details.request_detail(session, request_id, actor=office.second).steps
        assert [one.note for one in steps if one.kind is StepKind.REVIEW_DECIDED] == ["经查属实"]


def test_hidden_words_are_offered_to_the_desk_and_not_to_the_unit(store, office, now, visit):
    with store.writing() as session:
        request_id = at_stage(session, office.desk, RequestState.IN_PROGRESS, now, text="请打13812345678")
    desk = visit("complaints", "hotline", request=str(request_id))
    assert "reveal_words" in {one.key for one in desk.button}
    assert "13812345678" not in str(desk)
    unit = visit("complaints", "leader", request=str(request_id))
    assert "reveal_words" not in {one.key for one in unit.button}
    assert "13812345678" not in str(unit)


def test_a_supervisor_adds_prepared_words_and_others_read_them(store, office, visit):
    app = visit("complaints", "second.boss", view="templates")
    app.text_input(key="template_title_0_0").set_value("新的答复")
    app.text_area(key="template_text_0_0").set_value("您好，{number}已办结。")
    app.button(key="template_save").click().run()
    assert not app.exception
    with store.reading() as session:
        titles = [one.title for one in templates.all_templates(session, actor=office.desk.hotline)]
        assert "新的答复" in titles
    other = visit("complaints", "hotline", view="templates")
    assert "template_save" not in {one.key for one in other.button}
    assert "新的答复" in str(other)


def test_every_form_beside_the_line_opens_for_a_supervisor(store, office, now, visit):
    with store.writing() as session:
        earlier = file(session, office.desk, now).request_id
        open_id = file(session, office.desk, now).request_id
        assert earlier < open_id
    for form in ("merge", "mark_spam", "recuse_self", "recuse"):
        app = visit("complaints", "second.boss", request=str(open_id), do=form, v="1")
        assert not app.exception
        assert "step_cancel" in {one.key for one in app.button}, form
