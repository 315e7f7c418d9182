"""Files on the screens: brought to the desk, sent with an answer, kept with a note, fetched by the requester."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qs.actor import PUBLIC
from qs.attachments.terms import Upload
from qs.complaints import actions, details, queries
from qs.complaints.terms import Outcome, RequestState, StepKind
from qs.web import downloads
from tests.complaints.desk import HOUR, at_stage, build_desk, file_publicly

PDF = b"%PDF-1.7 paper"
PAPER = ("说明.pdf", PDF, "application/pdf")


@pytest.fixture
def desk(store):
    return build_desk(store)


@pytest.fixture
def lately():
    """A little before the real moment: screens read the real clock."""
    return datetime.now(UTC) - timedelta(hours=7)


@pytest.fixture(autouse=True)
def handed_out():
    """What was handed out to browsers, content by content."""
    downloads.waiting.clear()
    yield lambda: [(one.file_name, one.content) for one in downloads.waiting.values()]
    downloads.waiting.clear()


def found(store, desk, request_id):
    with store.reading() as session:
        return details.request_detail(session, request_id, actor=desk.supervisor)


def files_of(detail, kind):
    return [(one.file_id, one.file_name) for step in detail.steps if step.kind is kind for one in step.files]


def keys(screen):
    return {button.key for button in screen.button}


def words(screen):
    return " ".join([*(one.value for one in screen.text), *(one.value for one in screen.markdown)]).replace("\\", "")


def test_a_paper_brought_to_the_desk_lies_with_the_request(store, desk, visit):
    screen = visit("hotline", "hotline")
    screen.text_input(key="intake_title").set_value("急诊没有分诊")
    screen.text_area(key="intake_text").set_value("夜里没有人分诊。")
    screen.file_uploader(key="intake_files").set_value([("来信.pdf", PDF, "application/pdf")]).run()
    screen.button(key="intake_save").click().run()
    assert not screen.error
    with store.reading() as session:
        (request_id,) = queries.open_requests(session, actor=desk.hotline, now=datetime.now(UTC))["request_id"]
    (kept,) = found(store, desk, request_id).files
    assert kept.file_name == "来信.pdf"
    assert "Files of the requester" in words(visit("complaints", "hotline", request=str(request_id)))


def test_a_paper_that_is_none_keeps_the_call_from_being_registered(store, desk, visit):
    screen = visit("hotline", "hotline")
    screen.text_input(key="intake_title").set_value("急诊没有分诊")
    screen.text_area(key="intake_text").set_value("夜里没有人分诊。")
    screen.file_uploader(key="intake_files").set_value([("来信.pdf", b"MZ\x90", "application/pdf")]).run()
    screen.button(key="intake_save").click().run()
    assert "none of PDF, PNG, JPEG, Word and Excel" in screen.error[0].value
    with store.reading() as session:
        assert queries.open_requests(session, actor=desk.hotline, now=datetime.now(UTC)).empty


def test_a_reply_takes_files_along(store, desk, visit, lately):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, lately)
    screen = visit("complaints", "leader", request=str(request_id), do="reply")
    screen.text_area(key="reply_text").set_value("已增加分诊")
    screen.file_uploader(key="reply_files").set_value([PAPER])
    screen.button(key="reply_save").click().run()
    assert not screen.error
    ((file_id, name),) = files_of(found(store, desk, request_id), StepKind.REPLIED)
    assert name == "说明.pdf"
    assert f"file_{file_id}" in keys(visit("complaints", "hotline", request=str(request_id)))


def test_staff_fetch_the_file_of_a_note(store, desk, visit, lately, handed_out):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, lately)
    screen = visit("complaints", "leader", request=str(request_id), do="write")
    screen.text_area(key="write_text").set_value("内部情况")
    screen.file_uploader(key="write_files").set_value([PAPER])
    screen.button(key="write_save").click().run()
    ((file_id, _name),) = files_of(found(store, desk, request_id), StepKind.NOTED)
    screen = visit("complaints", "hotline", request=str(request_id))
    screen.button(key=f"file_{file_id}").click().run()
    assert handed_out() == [("说明.pdf", PDF)]


def test_the_requester_finds_the_files_of_the_answer_and_none_of_the_notes(store, desk, visit, lately, handed_out):
    with store.writing() as session:
        filed = file_publicly(session, desk, lately)
        request_id = filed.request_id
        to = {"service_id": desk.world.emergency, "brief": "核查", "version": 1}
        actions.dispatch_request(session, request_id, **to, actor=desk.hotline, now=lately + HOUR)
        actions.sign_request(session, request_id, version=2, actor=desk.leader, now=lately + 2 * HOUR)
        by = {"actor": desk.leader, "now": lately + 3 * HOUR}
        note = {"is_told": False, "files": [Upload("内部.pdf", PDF)], "version": 3}
        actions.write_message(session, request_id, "内部情况", **note, **by)
        answer = {"outcome": Outcome.RESOLVED, "files": [Upload("答复.pdf", PDF)], "version": 4}
        actions.reply_request(session, request_id, "已增加分诊", **answer, **by)
        status = details.request_by_receipt(session, filed.receipt_code, actor=PUBLIC, now=lately + 4 * HOUR)
    sent = [one.file_id for step in status.steps for one in step.files]
    screen = visit("public/follow", code=filed.receipt_code)
    assert [key for key in keys(screen) if str(key).startswith("sent_")] == [f"sent_{one}" for one in sent]
    assert "Files for you" in words(screen)
    screen.button(key=f"sent_{sent[0]}").click().run()
    assert handed_out() == [("答复.pdf", PDF)]
