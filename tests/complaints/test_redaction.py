"""The words of a case are shown with personal data hidden, and in clear for a reason only."""

from __future__ import annotations

import pytest

from qs.complaints import details, queries
from qs.complaints.protection import own_words
from qs.complaints.terms import RequestState, StepKind
from qs.errors import InvalidInput, NotAllowed, NotFound
from tests.complaints.desk import HOUR, at_stage, build_desk, file, version

IDENTITY = "11010519491231002X"  # the example of GB 11643-1999
CARD = "6222021234567894"


def test_a_case_shows_its_words_hidden_and_in_clear_for_a_reason_that_stays_with_it(store, now):
    desk = build_desk(store)
    with store.writing() as session:
        wanted = {"title": "请联系13812345678", "text": f"身份证{IDENTITY}，急诊等了三小时"}
        request_id = file(session, desk, now, **wanted).request_id
        shown = details.request_detail(session, request_id, actor=desk.hotline)
        assert (shown.title, shown.is_redacted) == ("请联系13*********", True)
        assert IDENTITY not in shown.text
        titles = queries.open_requests(session, actor=desk.hotline, now=now)["title"]
        assert titles.tolist() == ["请联系13*********"]
        words = own_words.reveal_text(session, request_id, "回访核对", actor=desk.hotline, now=now + HOUR)
        assert words.text == wanted["text"]
        last = details.request_detail(session, request_id, actor=desk.supervisor).steps[-1]
        assert (last.kind, last.note, last.code) == (StepKind.NOTED, "回访核对", own_words.SHOWN)
        assert version(session, desk, request_id) == 1


def test_words_are_not_revealed_without_a_reason_to_units_or_out_of_reach(store, now):
    desk = build_desk(store)
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        with pytest.raises(InvalidInput):
            own_words.reveal_text(session, request_id, "看看", actor=desk.hotline, now=now)
        for actor in (desk.leader, desk.head, desk.foreign_leader):
            with pytest.raises(NotAllowed):
                own_words.reveal_text(session, request_id, "回访核对", actor=actor, now=now)
        with pytest.raises(NotFound):
            own_words.reveal_text(session, 999, "回访核对", actor=desk.hotline, now=now)
