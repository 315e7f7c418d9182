"""What is past its time is erased and nothing else; who asks is erased; figures and trail stay as they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from qs import cli
from qs.access.models import WebSession
from qs.actor import PUBLIC, SYSTEM, Role
from qs.attachments.actions import keep_files
from qs.attachments.models import Attachment
from qs.attachments.terms import Upload
from qs.audit.models import AuditEntry
from qs.audit.verify import verify_trail
from qs.complaints.enclosures import enclose
from qs.complaints.intake import withdraw_request
from qs.complaints.models import Filing, Request, RequestReview, RequestStep
from qs.complaints.terms import NewContact, RequestState, ReviewStage, StepKind
from qs.errors import Conflict, NotAllowed, QualityError
from qs.observations.models import Rollup
from qs.observations.verify import verify_rollups
from qs.retention import BATCH, KINDS, due, grant_erasure, run_retention, try_run
from qs.settings import settings
from qs.vault import erasures, holds, retention
from qs.vault.actions import reveal
from qs.vault.library import shipped_matrix
from qs.vault.models import RetentionRun, VaultKey, VaultPerson, VaultReveal
from qs.vault.retention import FIXED
from qs.vault.terms import ErasureRefusal, Ground, HoldReason, IdentityProof
from tests.complaints.desk import at_stage, build_desk, file
from tests.conftest import IS_POSTGRES
from tests.world import person

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADMINISTRATOR = person(Role.ADMINISTRATOR, username="admin")
AUDITOR = person(Role.AUDITOR, username="auditor")
LONG_AFTER = datetime(2029, 1, 8, 2, 0, tzinfo=UTC)
NAMED = {
    "title": "王小明反映急诊等候",
    "text": "我是王小明，电话138-1234-5678，王先生等了三个小时。",
    "contact": NewContact("王小明", "13812345678", "wang@example.org", "澜平市东湖区滨河路18号"),
}


@pytest.fixture
def desk(store):
    return build_desk(store)


def closed(store, desk, now, **others):
    with store.writing() as session:
        return at_stage(session, desk, RequestState.CLOSED, now, **{**NAMED, **others})


def counts(store, now, actor=ADMINISTRATOR):
    with store.reading() as session:
        return {line.code: line.count for line in due(session, actor=actor, now=now) if line.count}


def vault_id_of(store, request_id):
    with store.reading() as session:
        return session.get_one(Request, request_id).vault_person_id


def is_erased(store, request_id):
    with store.reading() as session:
        return session.get_one(VaultPerson, session.get_one(Request, request_id).vault_person_id).erased_at is not None


def test_every_line_of_the_matrix_that_erases_has_a_way_to_do_it():
    assert {rule.code for rule in shipped_matrix() if rule.act not in FIXED} == set(KINDS)


def test_an_identity_is_kept_for_24_months_after_closing_and_due_on_the_next_day(store, desk, now):
    request_id = closed(store, desk, now)
    with store.reading() as session:
        closed_on = session.get_one(Request, request_id).closed_at
    last_day = closed_on.replace(year=closed_on.year + 2)
    assert "request.identity" not in counts(store, last_day)
    assert counts(store, last_day + DAY)["request.identity"] == 1


def test_a_trial_counts_and_erases_nothing(store, desk, now):
    request_id = closed(store, desk, now)
    with store.writing() as session:
        try_run(session, actor=ADMINISTRATOR, now=LONG_AFTER)
    assert not is_erased(store, request_id)
    with store.reading() as session:
        (report,) = retention.run_reports(session, actor=AUDITOR)
    assert (report.is_trial, report.due_count > 0, report.erased_count) == (True, True, 0)
    lines = {line.code: (line.count, line.oldest_on) for line in report.found}
    assert lines["request.identity"] == (1, date(2026, 11, 23))


def test_a_run_destroys_the_key_blots_the_name_and_leaves_a_tombstone(store, desk, now):
    request_id = closed(store, desk, now)
    report = run_retention(store, actor=SYSTEM, now=LONG_AFTER)
    assert report.ended_at is not None
    assert report.erased_count == report.due_count
    with store.reading() as session:
        request = session.get_one(Request, request_id)
        gone = session.get_one(VaultPerson, request.vault_person_id)
        assert (gone.content, gone.contact_hash, gone.ground) == (None, None, Ground.RETENTION_OVER)
        assert session.get(VaultKey, gone.id) is None
        assert request.title == "▇▇▇反映急诊等候"
        assert request.text == "我是▇▇▇，电话▇▇▇，▇▇▇等了三个小时。"
        facts = session.scalars(sa.select(AuditEntry.facts).where(AuditEntry.action == "vault.retention_erased"))
        assert {"erased_count": 1} in list(facts)


def test_the_same_day_run_twice_leaves_the_same_rows(store, desk, now):
    closed(store, desk, now)
    first = run_retention(store, actor=SYSTEM, now=LONG_AFTER)
    assert run_retention(store, actor=SYSTEM, now=LONG_AFTER) == first
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(RetentionRun.id))) == 1


def test_a_run_that_is_broken_off_is_taken_up_again(store, desk, now, monkeypatch):
    closed(store, desk, now)
    closed(store, desk, now + DAY)
    monkeypatch.setattr("qs.retention.BATCH", 1)
    failing = iter([False, True])
    whole = KINDS["request.identity"]

    def breaking(session, ids, actor, moment):
        whole.erase(session, ids, actor, moment)
        if next(failing):
            raise RuntimeError("the power is off")

    monkeypatch.setitem(KINDS, "request.identity", replace(whole, erase=breaking))
    with pytest.raises(RuntimeError):
        run_retention(store, actor=SYSTEM, now=LONG_AFTER)
    assert counts(store, LONG_AFTER)["request.identity"] == 1
    monkeypatch.setitem(KINDS, "request.identity", whole)
    run_retention(store, actor=SYSTEM, now=LONG_AFTER)
    assert "request.identity" not in counts(store, LONG_AFTER)
    with store.reading() as session:
        broken, through = session.scalars(sa.select(RetentionRun).order_by(RetentionRun.id)).all()
        assert (broken.ended_at, through.ended_at is not None) == (None, True)
        assert (broken.erased_count, through.erased_count) == (1, 1)


@pytest.mark.parametrize("stage", [RequestState.REGISTERED, RequestState.IN_PROGRESS, RequestState.REPLIED])
def test_nothing_is_due_while_the_case_is_open(store, desk, now, stage):
    with store.writing() as session:
        at_stage(session, desk, stage, now, **NAMED)
    assert not {"request.identity", "request.words"} & counts(store, LONG_AFTER).keys()


def test_nothing_is_due_while_a_review_is_undecided_and_its_decision_moves_the_end(store, desk, now):
    request_id = closed(store, desk, now)
    decided = LONG_AFTER - 100 * DAY
    with store.writing() as session:
        review = RequestReview(request_id=request_id, stage=ReviewStage.FIRST, text="不服", asked_at=now + DAY)
        session.add(review)
        session.flush()
        review_id = review.id
    assert "request.identity" not in counts(store, LONG_AFTER)
    with store.writing() as session:
        review = session.get_one(RequestReview, review_id)
        review.decided_at, review.decision = decided, "upheld"
    assert "request.identity" not in counts(store, LONG_AFTER)
    assert counts(store, LONG_AFTER + 800 * DAY)["request.identity"] == 1


def test_who_is_merged_into_an_open_request_is_kept_until_that_one_ends(store, desk, now):
    request_id = closed(store, desk, now)
    with store.writing() as session:
        session.get_one(Request, request_id).master_id = file(session, desk, now).request_id
    assert "request.identity" not in counts(store, LONG_AFTER)


def test_what_is_held_is_kept_until_the_hold_ends(store, desk, now):
    request_id = closed(store, desk, now)
    with store.writing() as session:
        hold_id = holds.hold_person(
            session,
            vault_id_of(store, request_id),
            date(2030, 1, 1),
            reason=HoldReason.LAWSUIT,
            reference="12",
            actor=ADMINISTRATOR,
            now=now,
        )
    assert not {"request.identity", "request.words", "request.files"} & counts(store, LONG_AFTER).keys()
    with store.writing() as session:
        holds.release_hold(session, hold_id, actor=ADMINISTRATOR, now=LONG_AFTER)
    assert counts(store, LONG_AFTER)["request.identity"] == 1


def test_what_was_opened_again_at_the_last_moment_is_not_erased(store, desk, now, monkeypatch):
    request_id = closed(store, desk, now)

    def reopening(session, ids):
        session.execute(
            sa.update(Request).where(Request.id == request_id).values(state=RequestState.IN_PROGRESS, closed_at=None)
        )

    monkeypatch.setitem(KINDS, "request.identity", replace(KINDS["request.identity"], lock=reopening))
    run_retention(store, actor=SYSTEM, now=LONG_AFTER)
    assert not is_erased(store, request_id)


def test_who_filed_spam_is_kept_for_90_days(store, desk, now):
    request_id = closed(store, desk, now)
    with store.writing() as session:
        session.get_one(Request, request_id).is_spam = True
    assert counts(store, now + 100 * DAY) == {"request.spam_identity": 1}


def test_where_the_public_filed_from_is_forgotten_after_24_hours(store, desk, now):
    with store.writing() as session:
        session.add_all(
            [Filing(address="a" * 64, at=now - 25 * 60 * timedelta(minutes=1)), Filing(address="b", at=now)]
        )
    assert counts(store, now) == {"filing.address": 1}
    run_retention(store, actor=SYSTEM, now=now)
    with store.reading() as session:
        assert session.scalars(sa.select(Filing.address)).all() == ["b"]


def test_words_of_ten_years_ago_are_emptied_and_the_steps_stay(store, desk, now):
    request_id = closed(store, desk, now)
    later = now + 3700 * DAY
    with store.reading() as session:
        steps = session.scalar(sa.select(sa.func.count(RequestStep.id)))
    assert counts(store, later)["request.words"] == 1
    run_retention(store, actor=SYSTEM, now=later)
    with store.reading() as session:
        request = session.get_one(Request, request_id)
        assert (request.title, request.text, request.answer) == ("▇▇▇", "", "▇▇▇")
        assert session.scalar(sa.select(sa.func.count(RequestStep.id))) == steps
    assert "request.words" not in counts(store, later)


def test_batches_go_on_until_nothing_is_left(store, now):
    with store.writing() as session:
        session.add_all([Filing(address="a", at=now - 3 * DAY) for _ in range(2 * BATCH + 1)])
    assert run_retention(store, actor=SYSTEM, now=now).erased_count == 2 * BATCH + 1


def test_only_who_may_erase_runs_it_and_auditors_count(store, now):
    assert counts(store, now, actor=AUDITOR) == {}
    for actor in (AUDITOR, person(Role.SUPERVISOR), PUBLIC):
        with pytest.raises(NotAllowed):
            run_retention(store, actor=actor, now=now)
    with pytest.raises(NotAllowed), store.reading() as session:
        due(session, actor=person(Role.SUPERVISOR), now=now)


def asked(store, request_id, now, actor=PUBLIC, proof=IdentityProof.CODE_AND_CONTACT):
    with store.writing() as session:
        return erasures.enter_erasure(
            session,
            session.get_one(Request, request_id).vault_person_id,
            subject=f"request:{request_id}",
            reference="2026-000001",
            ground=Ground.CONSENT_WITHDRAWN,
            proof=proof,
            actor=actor,
            now=now,
        )


def test_who_asks_is_erased_with_words_and_files_while_figures_and_trail_stay(store, desk, now, tmp_path):
    request_id = closed(store, desk, now)
    picture = Upload("伤处.pdf", b"%PDF-1.4 wang")
    with store.writing() as session:
        keep_files(session, f"request:{request_id}", [picture], actor=PUBLIC, now=now)
        keep_files(session, f"request:{request_id}", [picture], actor=desk.hotline, now=now)  # brought to the desk
        reply = sa.select(RequestStep).where(RequestStep.kind == StepKind.REPLIED)
        enclose(session, session.scalars(reply).one(), [picture], actor=desk.leader, now=now)
    before = figures(store)
    wish = asked(store, request_id, now + DAY)
    with store.writing() as session:
        grant_erasure(session, wish, actor=ADMINISTRATOR, now=now + 2 * DAY)
    with store.reading() as session:
        request = session.get_one(Request, request_id)
        assert "王" not in request.title + request.text
        assert session.scalars(sa.select(Attachment.person_id)).all() == [desk.leader.person_id]
        assert session.get_one(VaultPerson, request.vault_person_id).ground is Ground.CONSENT_WITHDRAWN
        (found,) = erasures.erasures(session, actor=AUDITOR)
        assert found.is_granted
        assert verify_rollups(session, actor=SYSTEM, zone=settings().zone).difference_count == 0
    assert figures(store) == before
    assert trail_is_sound(store, tmp_path)


def figures(store):
    with store.reading() as session:
        return sorted(tuple(row) for row in session.execute(sa.select(Rollup.indicator_id, Rollup.starts_at, Rollup.n)))


def trail_is_sound(store, folder):
    with store.reading() as session:
        return not verify_trail(session, folder / "checkpoints.jsonl", actor=SYSTEM).faults


def test_nobody_is_erased_while_the_case_is_open(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now, **NAMED)
    wish = asked(store, request_id, now)
    with pytest.raises(Conflict, match="erasure_case_open"), store.writing() as session:
        grant_erasure(session, wish, actor=ADMINISTRATOR, now=now)
    assert not is_erased(store, request_id)
    with store.writing() as session:
        erasures.refuse_erasure(session, wish, refusal=ErasureRefusal.CASE_OPEN, actor=ADMINISTRATOR, now=now)
    with pytest.raises(Conflict, match="erasure_decided"), store.writing() as session:
        grant_erasure(session, wish, actor=ADMINISTRATOR, now=now)


def test_who_made_sure_of_the_identity_does_not_decide(store, desk, now):
    request_id = closed(store, desk, now)
    both = person(Role.ADMINISTRATOR, username="hotline", person_id=desk.hotline.person_id)
    wish = asked(store, request_id, now, actor=desk.hotline, proof=IdentityProof.CALLED_BACK)
    with pytest.raises(Conflict, match="erasure_own_check"), store.writing() as session:
        grant_erasure(session, wish, actor=both, now=now)


def test_a_wish_is_kept_once_until_it_is_decided(store, desk, now):
    request_id = closed(store, desk, now)
    asked(store, request_id, now)
    with pytest.raises(erasures.ErasurePending):
        asked(store, request_id, now + DAY)


def test_the_reasons_of_those_who_looked_go_with_the_person(store, desk, now):
    request_id = closed(store, desk, now)
    with store.writing() as session:
        reveal(
            session,
            vault_id_of(store, request_id),
            subject=f"request:{request_id}",
            reason="回访王小明",
            actor=desk.hotline,
            now=now,
        )
    run_retention(store, actor=SYSTEM, now=LONG_AFTER)
    with store.reading() as session:
        assert session.scalars(sa.select(VaultReveal.reason)).all() == [""]


def test_neither_name_nor_number_stands_in_the_file_before_or_after(store, desk, now):
    if not store.engine.url.database.endswith("qs.db"):
        pytest.skip("PostgreSQL keeps its pages by itself")
    request_id = closed(store, desk, now, title="急诊等候", text="等了三个小时")
    with store.reading() as session:
        vault_id = session.get_one(Request, request_id).vault_person_id
        wrapped, content = session.get_one(VaultKey, vault_id).wrapped, session.get_one(VaultPerson, vault_id).content
    words = ["王小明".encode(), b"13812345678", "滨河路18号".encode(), b"wang@example.org"]
    assert not [word for word in words if word in whole_store(store)]
    assert wrapped in whole_store(store)
    run_retention(store, actor=SYSTEM, now=LONG_AFTER)
    left = whole_store(store)
    assert not [word for word in (*words, wrapped, content) if word in left]


def test_a_name_in_the_words_is_gone_from_the_file_too(store, desk, now):
    if not store.engine.url.database.endswith("qs.db"):
        pytest.skip("PostgreSQL keeps its pages by itself")
    closed(store, desk, now, text="我是王小明。" + "等了很久。" * 500)
    assert "王小明".encode() in whole_store(store)
    run_retention(store, actor=SYSTEM, now=LONG_AFTER)
    assert "王小明".encode() not in whole_store(store)


def whole_store(store):
    path = Path(store.engine.url.database)
    return b"".join(part.read_bytes() for part in path.parent.glob(f"{path.name}*"))


def test_old_sessions_and_marks_of_devices_go(store, desk, now):
    with store.writing() as session:
        session.add(
            WebSession(
                token_hash="t" * 64,
                person_id=desk.leader.person_id,
                rights_epoch=0,
                created_at=now - 500 * DAY,
                last_seen_at=now - 500 * DAY,
                expires_at=now - 499 * DAY,
            )
        )
    assert counts(store, now) == {"sign_in.session": 1}
    run_retention(store, actor=SYSTEM, now=now)
    assert counts(store, now) == {}


def test_a_time_of_keeping_counts_from_the_next_day(store, desk, now):
    with store.writing() as session:
        effective = retention.set_retention(
            session, "request.identity", 12, reason="档案部门意见", version=0, actor=ADMINISTRATOR, now=now
        )
    assert effective == date(2026, 11, 24)
    with store.reading() as session:
        assert retention.rule(session, "request.identity", date(2026, 11, 23)).amount == 24
        assert retention.rule(session, "request.identity", date(2026, 11, 24)).amount == 12


@pytest.mark.parametrize(
    ("code", "amount", "version", "refusal"),
    [
        ("request.identity", 3, 0, "retention_too_short"),
        ("request.identity", 361, 0, "retention_too_long"),
        ("request.identity", 24, 0, "retention_same"),
        ("request.identity", 12, 1, "retention_changed"),
        ("audit.trail", 5, 0, "retention_fixed"),
        ("kiosk.draft", 5, 0, "retention_fixed"),
        ("nothing", 5, 0, "retention_unknown"),
    ],
)
def test_a_time_outside_its_bounds_is_refused(store, now, code, amount, version, refusal):
    with pytest.raises(QualityError, match=refusal), store.writing() as session:
        retention.set_retention(session, code, amount, reason="试试", version=version, actor=ADMINISTRATOR, now=now)


def test_an_anonymous_request_has_nobody_to_erase(store, desk, now):
    with store.writing() as session:
        filed = file(session, desk, now, contact=None)
        withdraw_request(session, filed.receipt_code, actor=PUBLIC, now=now)
    assert counts(store, LONG_AFTER) == {}


def printed(store, monkeypatch, *arguments):
    """What `python -m qs run …` prints, on one line, and its exit code."""
    monkeypatch.setattr(cli, "migrated", lambda: store)
    result = CliRunner().invoke(cli.app, ["run", *arguments], env={"COLUMNS": "400"})
    return " ".join(result.output.split()), result.exit_code


def test_the_command_tries_first_and_erases_then(store, desk, now, monkeypatch):
    with store.writing() as session:
        session.add_all([Filing(address="a", at=now - 900 * DAY) for _ in range(3)])
    tried, code = printed(store, monkeypatch, "retention", "--dry-run")
    assert code == 0
    assert "filing.address: 3 past their time, the oldest since 2024-06-06" in tried
    assert tried.endswith("retention: 3 due, a trial, nothing was erased")
    assert printed(store, monkeypatch, "retention")[0].endswith("retention: 3 due, 3 erased")
    assert printed(store, monkeypatch, "notices", "--dry-run")[1] == 2


def test_a_run_while_somebody_reads_loses_nothing(store, desk, now):
    wait_no_longer(store)
    with store.writing() as session:
        session.add(Filing(address="a", at=now - 3 * DAY))
    with store.reading() as session:
        session.scalar(sa.select(sa.func.count(Filing.id)))
        assert run_retention(store, actor=SYSTEM, now=now).erased_count == 1


def wait_no_longer(store):
    """A tenth of a second for SQLite's locks: whoever reads here reads on, however long the run waits for the end."""
    if not IS_POSTGRES:
        sa.event.listen(
            store.engine, "connect", lambda connection, record: connection.execute("PRAGMA busy_timeout=100")
        )
        store.engine.dispose()
