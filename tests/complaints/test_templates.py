"""Prepared words: kept with versions, filled in for a case, refused where something is missing."""

from __future__ import annotations

import pytest

from qs.actor import SYSTEM
from qs.complaints.handling import templates
from qs.complaints.handling.templates import Words
from qs.complaints.models import ReplyTemplate
from qs.complaints.terms import Outcome, RequestKind, RequestState, TemplatePurpose
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.complaints.desk import DAY, at_stage, build_desk, file

REPLY, MESSAGE = TemplatePurpose.REPLY, TemplatePurpose.MESSAGE


@pytest.fixture
def desk(store):
    return build_desk(store)


def create(session, desk, now, text="您好，{number}已办结。", **others):
    words = Words(**{"purpose": REPLY, "title": "办结答复", "text": text} | others)
    return templates.create_template(session, words, actor=desk.supervisor, now=now)


def titles(session, desk, purpose=REPLY, **about):
    return [one.title for one in templates.templates_for(session, purpose, actor=desk.leader, **about)]


def test_an_office_begins_with_more_than_fifteen_and_loading_again_adds_none(store, desk, now):
    with store.writing() as session:
        before = len(templates.all_templates(session, actor=desk.supervisor))
        templates.prepare_reply_templates(session, actor=SYSTEM, now=now)
        assert len(templates.all_templates(session, actor=desk.supervisor)) == before >= 15


def test_every_shipped_text_can_be_filled_in_and_holds_no_personal_data(store, desk, now):
    facts = dict.fromkeys(templates.PLACES, "甲")
    for words in templates.shipped_templates():
        shown = templates.filled(words.text, facts)
        assert "{" not in shown
        assert not list(templates.place_problems(words.text))
    assert {words.purpose for words in templates.shipped_templates()} == set(TemplatePurpose)


def test_the_closest_words_come_first_and_those_for_other_cases_not_at_all(store, desk, now):
    with store.writing() as session:
        create(session, desk, now, title="甲通用")
        create(session, desk, now, title="乙投诉", kind=RequestKind.COMPLAINT)
        create(session, desk, now, title="丙投诉解决", kind=RequestKind.COMPLAINT, outcome=Outcome.RESOLVED)
        create(session, desk, now, title="丁表扬", kind=RequestKind.PRAISE)
        create(session, desk, now, title="戊信息", purpose=MESSAGE)
        found = titles(session, desk, kind=RequestKind.COMPLAINT, outcome=Outcome.RESOLVED)
        own = [one for one in found if one[0] in "甲乙丙丁戊"]
        assert own == ["丙投诉解决", "乙投诉", "甲通用"]
        assert "戊信息" in titles(session, desk, MESSAGE)


def test_places_are_filled_in_for_the_case(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.REPLIED, now)
        template_id = create(session, desk, now, "{number}|{service}|{unit}|{due}|{outcome}|{today}")
        words = templates.filled_template(session, template_id, request_id, actor=desk.leader, now=now)
        assert words == "2026-000001|急诊|医院|2026-11-30|Resolved|2026-11-23"


def test_what_is_missing_is_refused_by_name(store, desk, now):
    with store.writing() as session:
        request_id = file(session, desk, now).request_id
        template_id = create(session, desk, now, "{unit}办理，结果：{outcome}")
        with pytest.raises(InvalidInput) as refused:
            templates.filled_template(session, template_id, request_id, actor=desk.hotline, now=now)
        assert refused.value.facts["places"] == "Handling unit, Outcome"
        with pytest.raises(NotFound):
            templates.filled_template(session, template_id, request_id, actor=desk.foreign_leader, now=now)
        with pytest.raises(NotFound):
            templates.filled_template(session, 999, request_id, actor=desk.hotline, now=now)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("您好{name}", "template_place_unknown"),
        ("您好{number.__class__}", "template_place_unknown"),
        ("您好{number!r:>99}", "template_place_unknown"),
        ("您好{", "template_braces"),
        ("", "text_empty"),
    ],
)
def test_only_known_places_stand_in_prepared_words(store, desk, now, text, code):
    with pytest.raises(InvalidInput) as refused, store.writing() as session:
        create(session, desk, now, text)
    assert [one.code for one in refused.value.problems] == [code]


def test_words_are_changed_by_one_at_a_time_and_taken_out_of_use_once(store, desk, now):
    with store.writing() as session:
        template_id = create(session, desk, now)
        by = {"actor": desk.supervisor, "now": now + DAY}
        templates.edit_template(session, template_id, Words(REPLY, "新题", "{number}新文"), version=1, **by)
        with pytest.raises(Conflict) as refused:
            templates.edit_template(session, template_id, Words(REPLY, "旧题", "旧文"), version=1, **by)
        assert refused.value.reason == "reply_template_changed"
        assert session.get_one(ReplyTemplate, template_id).text == "{number}新文"
        templates.retire_template(session, template_id, version=2, **by)
        assert "新题" not in titles(session, desk)
        with pytest.raises(Conflict) as refused, session.begin_nested():
            templates.retire_template(session, template_id, version=3, **by)
        assert refused.value.reason == "reply_template_retired"
        with pytest.raises(NotAllowed):
            templates.create_template(session, Words(REPLY, "题", "文"), actor=desk.leader, now=now)
        with pytest.raises(NotFound):
            templates.retire_template(session, 999, version=1, **by)
