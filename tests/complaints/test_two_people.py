"""Two people open the same case and save: one is told, and nothing of either is lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep

import pytest
import sqlalchemy as sa

from qs.actor import PUBLIC
from qs.audit.models import AuditEntry
from qs.complaints import actions, details, intake
from qs.complaints.handling import call_backs, classification, extensions, pauses
from qs.complaints.models import Request, RequestStep
from qs.complaints.reach import SomebodyFaster
from qs.complaints.terms import Outcome, PauseReason, RequestState, StepKind, Urgency
from tests.complaints.desk import DAY, at_stage, build_desk, file


@pytest.fixture
def desk(store):
    return build_desk(store)


def notes(store, request_id):
    with store.reading() as session:
        steps = session.scalars(sa.select(RequestStep).where(RequestStep.request_id == request_id))
        return [one.note for one in steps if one.kind is StepKind.NOTED]


def at_once(store, *acts):
    """Each act in a transaction of its own, all at the same moment: what each came to."""
    ready = Barrier(len(acts))

    def saved(act):
        ready.wait()
        try:
            with store.writing() as session:
                act(session)
        except SomebodyFaster:
            return "told"
        return "saved"

    with ThreadPoolExecutor(len(acts)) as people:
        return sorted(people.map(saved, acts))


def test_of_two_at_the_same_moment_one_is_told_and_the_other_is_kept_whole(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        before = session.scalar(sa.select(sa.func.count(AuditEntry.seq)))

    def writing(text, actor):
        by = {"is_told": False, "version": 3, "actor": actor, "now": now + DAY}
        return lambda session: actions.write_message(session, request_id, text, **by)

    found = at_once(store, writing("甲写的", desk.leader), writing("乙写的", desk.hotline))
    assert found == ["saved", "told"]
    assert len(notes(store, request_id)) == 1
    with store.reading() as session:
        kept = session.get_one(Request, request_id)
        assert kept.version == 4
        assert session.scalar(sa.select(sa.func.count(AuditEntry.seq))) == before + 1


def test_whoever_was_told_looks_again_and_saves_and_both_are_there(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
    by = {"is_told": False, "now": now + DAY}
    with store.writing() as session:
        actions.write_message(session, request_id, "甲写的", version=3, actor=desk.leader, **by)
    with pytest.raises(SomebodyFaster), store.writing() as session:
        actions.write_message(session, request_id, "乙写的", version=3, actor=desk.hotline, **by)
    with store.writing() as session:
        seen = details.request_detail(session, request_id, actor=desk.hotline).version
        actions.write_message(session, request_id, "乙写的", version=seen, actor=desk.hotline, **by)
    assert notes(store, request_id) == ["甲写的", "乙写的"]


def test_what_the_requester_adds_meanwhile_is_seen_before_the_unit_answers(store, desk, now):
    with store.writing() as session:
        filed = file(session, desk, now)
        actions.dispatch_request(
            session, filed.request_id, service_id=desk.world.emergency, version=1, actor=desk.hotline, now=now
        )
    with store.writing() as session:
        intake.add_to_request(session, filed.receipt_code, "还有一事", actor=PUBLIC, now=now + DAY)
    with pytest.raises(SomebodyFaster), store.writing() as session:
        actions.sign_request(session, filed.request_id, version=2, actor=desk.leader, now=now + DAY)


def test_what_a_session_read_before_is_read_again_before_it_is_changed(store, desk, now):
    """The row may move between reading and locking: the lock looks at the store, not at what was read."""
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
    with store.writing() as session:
        read = session.get_one(Request, request_id)
        session.execute(sa.update(Request).values(version=9), execution_options={"synchronize_session": False})
        assert read.version == 3
        by = {"is_told": False, "version": 3, "actor": desk.leader, "now": now + DAY}
        with pytest.raises(SomebodyFaster):
            actions.write_message(session, request_id, "旧版本", **by)


@pytest.mark.parametrize(
    "act",
    [
        lambda s, i, d, by: extensions.ask_extension(s, i, "配件", actor=d.leader, **by),
        lambda s, i, d, by: pauses.ask_pause(s, i, "送检", reason=PauseReason.EXPERT, actor=d.leader, **by),
        lambda s, i, d, by: actions.reply_request(s, i, "已办", outcome=Outcome.RESOLVED, actor=d.leader, **by),
        lambda s, i, d, by: classification.reclassify(s, i, "复杂", urgency=Urgency.COMPLEX, actor=d.hotline, **by),
        lambda s, i, d, by: classification.edit_request(s, i, title="改", place="", brief="", actor=d.hotline, **by),
        lambda s, i, d, by: call_backs.verify_reply(s, i, actor=d.hotline, **by),
    ],
)
def test_every_edit_compares_what_was_shown_with_what_is_there(store, desk, now, act):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now)
    with pytest.raises(SomebodyFaster), store.writing() as session:
        act(session, request_id, desk, {"version": 2, "now": now + DAY})
    with store.reading() as session:
        assert session.get_one(Request, request_id).version == 3


def test_the_first_two_requests_of_a_year_both_get_a_number(store, desk, now):
    """The second begins while the first, which begins the year's numbers, is not committed yet."""

    def second():
        with store.writing() as session:
            return file(session, desk, now).number

    with ThreadPoolExecutor(1) as other:
        with store.writing() as session:
            numbers = [file(session, desk, now).number]
            waiting = other.submit(second)
            sleep(0.5)  # time to come as far as it can
        numbers.append(waiting.result(timeout=30))
    assert [number[-1] for number in numbers] == ["1", "2"]
