"""Files of a case: with an answer the requester reads them by the code, with a note they stay among staff."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from qs.actor import PUBLIC
from qs.attachments.models import Attachment
from qs.attachments.terms import MediaType, Upload
from qs.complaints import actions, details, enclosures
from qs.complaints.aftermath.merges import merge_request
from qs.complaints.handling import call_backs
from qs.complaints.protection import keeping
from qs.complaints.terms import Outcome, RequestState, StepKind
from qs.errors import Conflict, InvalidInput, NotFound
from tests.complaints.desk import HOUR, SATISFIED, at_stage, build_desk, file, file_publicly, refused, version

PAPER = Upload("整改说明.pdf", b"%PDF-1.7 paper")


@pytest.fixture
def desk(store):
    return build_desk(store)


@pytest.fixture
def session(store, desk):
    with store.writing() as opened:
        yield opened


def photo(place: str = "31.2,121.5") -> bytes:
    """A photograph that tells where it was taken."""
    hidden = Image.Exif()
    hidden[0x010E] = place
    kept = BytesIO()
    Image.new("RGB", (8, 6), "white").save(kept, format="JPEG", exif=hidden)
    return kept.getvalue()


def handled(session, desk, now):
    """A request with its code, signed for: its third version."""
    filed = file_publicly(session, desk, now)
    by = {"actor": desk.hotline, "now": now + HOUR}
    sent = {"service_id": desk.world.emergency, "brief": "核查", "version": 1}
    actions.dispatch_request(session, filed.request_id, **sent, **by)
    actions.sign_request(session, filed.request_id, version=2, actor=desk.leader, now=now + 2 * HOUR)
    return filed


def reply(session, desk, request_id, files, now):
    said = {"outcome": Outcome.RESOLVED, "files": files, "version": version(session, desk, request_id)}
    actions.reply_request(session, request_id, "已增加分诊", **said, actor=desk.leader, now=now)


def write(session, desk, request_id, files, now, *, is_told):
    said = {"is_told": is_told, "files": files, "version": version(session, desk, request_id)}
    actions.write_message(session, request_id, "见附件", **said, actor=desk.leader, now=now)


def sent(session, code, now):
    """The names of the files that a code opens."""
    status = details.request_by_receipt(session, code, actor=PUBLIC, now=now)
    return [one.file_name for step in status.steps for one in step.files]


def file_of(session, desk, request_id, kind):
    detail = details.request_detail(session, request_id, actor=desk.supervisor)
    return next(one for step in detail.steps if step.kind is kind for one in step.files)


def test_the_requester_fetches_the_files_of_the_answer_by_the_code(session, desk, now):
    filed = handled(session, desk, now)
    reply(session, desk, filed.request_id, [PAPER], now + 3 * HOUR)
    assert sent(session, filed.receipt_code, now + 4 * HOUR) == ["整改说明.pdf"]
    kept = file_of(session, desk, filed.request_id, StepKind.REPLIED)
    found, content = enclosures.file_by_receipt(session, filed.receipt_code, kept.file_id, actor=PUBLIC)
    assert (found.file_name, content) == (PAPER.file_name, PAPER.content)


def test_a_message_to_the_requester_brings_its_files_and_an_internal_note_keeps_them(session, desk, now):
    filed = handled(session, desk, now)
    write(session, desk, filed.request_id, [PAPER], now + 3 * HOUR, is_told=False)
    note = file_of(session, desk, filed.request_id, StepKind.NOTED)
    assert sent(session, filed.receipt_code, now + 4 * HOUR) == []
    by_code = (session, filed.receipt_code, note.file_id)
    refused(session, NotFound, "attachment_unknown", enclosures.file_by_receipt, *by_code, actor=PUBLIC)
    assert details.request_file(session, filed.request_id, note.file_id, actor=desk.hotline) == PAPER.content
    write(session, desk, filed.request_id, [PAPER], now + 5 * HOUR, is_told=True)
    assert sent(session, filed.receipt_code, now + 6 * HOUR) == ["整改说明.pdf"]


def test_an_answer_on_the_spot_may_bring_a_leaflet(session, desk, now):
    filed = file(session, desk, now)
    said = {"outcome": Outcome.EXPLAINED, "files": [PAPER], "version": 1, "actor": desk.hotline, "now": now + HOUR}
    actions.answer_on_the_spot(session, filed.request_id, "见办事指南", **said)
    assert sent(session, filed.receipt_code, now + 2 * HOUR) == ["整改说明.pdf"]


def test_a_code_opens_no_file_of_another_request(session, desk, now):
    mine, other = handled(session, desk, now), handled(session, desk, now)
    reply(session, desk, other.request_id, [PAPER], now + 3 * HOUR)
    kept = file_of(session, desk, other.request_id, StepKind.REPLIED)
    by_code = (session, mine.receipt_code, kept.file_id)
    refused(session, NotFound, "attachment_unknown", enclosures.file_by_receipt, *by_code, actor=PUBLIC)
    refused(session, NotFound, "receipt_unknown", enclosures.file_by_receipt, session, "AAAA", 1, actor=PUBLIC)
    elsewhere = (session, mine.request_id, kept.file_id)
    refused(session, NotFound, "attachment_unknown", details.request_file, *elsewhere, actor=desk.leader)


def test_who_brought_the_matter_later_reads_the_answer_but_not_its_files(session, desk, now):
    first = file(session, desk, now, contact=None)
    later = file(session, desk, now + HOUR, contact=None)
    merge_request(session, later.request_id, first.request_id, version=1, actor=desk.hotline, now=now + HOUR)
    by = {"actor": desk.hotline, "now": now + 2 * HOUR}
    to = {"service_id": desk.world.emergency, "version": version(session, desk, first.request_id)}
    actions.dispatch_request(session, first.request_id, **to, **by)
    signed = version(session, desk, first.request_id)
    actions.sign_request(session, first.request_id, version=signed, actor=desk.leader, now=now + 3 * HOUR)
    reply(session, desk, first.request_id, [PAPER], now + 4 * HOUR)
    status = details.request_by_receipt(session, later.receipt_code, actor=PUBLIC, now=now + 5 * HOUR)
    assert status.answer == "已增加分诊"
    assert sent(session, later.receipt_code, now + 5 * HOUR) == []


def test_staff_files_are_checked_like_those_of_the_public(session, desk, now):
    filed = handled(session, desk, now)
    macro = Upload("a.pdf", b"MZ\x90 programme")
    at = now + 3 * HOUR
    refused(session, InvalidInput, "file_kind_refused", reply, session, desk, filed.request_id, [PAPER, macro], at)
    assert details.request_detail(session, filed.request_id, actor=desk.leader).state is RequestState.IN_PROGRESS
    assert session.scalar(sa.select(sa.func.count(Attachment.id))) == 0
    reply(session, desk, filed.request_id, [Upload("现场.jpg", photo())], at)
    kept = file_of(session, desk, filed.request_id, StepKind.REPLIED)
    content = details.request_file(session, filed.request_id, kept.file_id, actor=desk.leader)
    assert kept.media_type is MediaType.JPEG
    assert not Image.open(BytesIO(content)).getexif()


def test_who_was_overtaken_leaves_no_file(session, desk, now):
    filed = handled(session, desk, now)
    said = {"outcome": Outcome.RESOLVED, "files": [PAPER], "version": 2, "actor": desk.leader, "now": now + 3 * HOUR}
    refused(session, Conflict, "request_changed", actions.reply_request, session, filed.request_id, "已办", **said)
    assert session.scalar(sa.select(sa.func.count(Attachment.id))) == 0


def test_the_unit_of_a_withheld_case_sees_its_own_files_and_none_of_the_office(session, desk, now):
    request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now, is_confidential=True, files=(PAPER,))
    office = {"is_told": False, "files": [Upload("笔录.pdf", b"%PDF-1.7 names")], "actor": desk.hotline}
    actions.write_message(session, request_id, "来电人补充", version=3, now=now + 4 * HOUR, **office)
    reply(session, desk, request_id, [PAPER], now + 5 * HOUR)
    seen = details.request_detail(session, request_id, actor=desk.leader)
    assert seen.files == ()
    assert [one.file_name for step in seen.steps for one in step.files] == ["整改说明.pdf"]
    note = file_of(session, desk, request_id, StepKind.NOTED)
    theirs = (session, request_id, note.file_id)
    refused(session, NotFound, "attachment_unknown", details.request_file, *theirs, actor=desk.leader)


def test_files_of_steps_fall_due_with_those_of_their_request(session, desk, now):
    request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now, files=(PAPER,))
    reply(session, desk, request_id, [PAPER], now + 4 * HOUR)
    long_after = now + timedelta(days=9000)
    assert session.execute(keeping.files(long_after, long_after)).all() == []
    by = {"actor": desk.hotline, "now": now + 5 * HOUR}
    call_backs.verify_reply(session, request_id, version=4, **by)
    call_backs.record_call_back(session, request_id, SATISFIED, version=5, **by)
    call_backs.close_request(session, request_id, outcome=Outcome.RESOLVED, version=6, **by)
    due = session.execute(keeping.files(long_after, long_after)).all()
    assert sorted(file_id for file_id, _ in due) == sorted(session.scalars(sa.select(Attachment.id)))
    assert len(due) == 2
