"""The ladder: each rung once, the highest only when late, again when the limit moves, told to the right people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from qs.actor import SYSTEM, Role
from qs.complaints import actions
from qs.complaints.handling import call_backs, extensions, pauses
from qs.complaints.ladder.climbing import climb_ladder
from qs.complaints.ladder.rungs import LADDER, moment_of, reached, read_ladder, working_days_before
from qs.complaints.models import Request, RequestRecusal, RequestStep
from qs.complaints.terms import Outcome, PauseReason, RecusalGround, RequestKind, RequestState, StepKind, Supervision
from qs.deadlines.library import shipped_years
from qs.deadlines.terms import Calendar
from qs.errors import InvalidInput, NotAllowed
from qs.notices.models import OutboxNotice
from qs.settings import settings
from tests.complaints.desk import HOUR, at_stage, build_desk, version
from tests.world import person

DAY = timedelta(days=1)
PLAIN = Calendar(settings().zone)
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)  # Monday, 17:30 in Shanghai: five working days
CODES = [rung.code for rung in read_ladder().rungs]


@pytest.fixture
def desk(store):
    return build_desk(store)


@pytest.fixture
def handled(store, desk, now):
    """A request in hand, due on Monday of the next week at 17:30."""
    with store.writing() as session:
        return at_stage(session, desk, RequestState.IN_PROGRESS, now)


def climb(store, at):
    with store.writing() as session:
        return climb_ladder(session, actor=SYSTEM, now=at)


def told(store):
    with store.reading() as session:
        rows = session.scalars(sa.select(OutboxNotice).order_by(OutboxNotice.id)).all()
    return [(row.dedupe_key.split(":")[2], row.person_id) for row in rows]


def request_of(store, request_id):
    with store.reading() as session:
        return session.get_one(Request, request_id)


@pytest.mark.parametrize(
    ("at", "place"),
    [
        (MONDAY, 0),
        (MONDAY + (DUE - MONDAY) / 2 - timedelta(seconds=1), 0),
        (MONDAY + (DUE - MONDAY) / 2, 1),
        (datetime(2026, 11, 27, 9, 29, tzinfo=UTC), 1),
        (datetime(2026, 11, 27, 9, 30, tzinfo=UTC), 2),  # Friday, a working day before Monday
        (DUE, 2),
        (DUE + timedelta(seconds=1), 3),
        (datetime(2026, 12, 1, 9, 30, tzinfo=UTC), 4),
        (datetime(2026, 12, 3, 9, 30, tzinfo=UTC), 5),
        (datetime(2026, 12, 7, 9, 30, tzinfo=UTC), 6),
    ],
)
def test_the_rungs_lie_where_the_table_says(at, place):
    assert reached(read_ladder(), MONDAY, DUE, at, PLAIN) == place


def test_two_hours_have_no_working_day_before():
    due = MONDAY + 2 * HOUR
    at = [reached(read_ladder(), MONDAY, due, MONDAY + part * HOUR, PLAIN) for part in (0, 1, 2, 3)]
    assert at == [0, 1, 1, 3]


@given(st.integers(0, 60 * 24 * 40), st.integers(1, 60 * 24 * 30))
def test_time_only_climbs(minutes, length):
    due, ladder = MONDAY + timedelta(minutes=length), read_ladder()
    first = reached(ladder, MONDAY, due, MONDAY + timedelta(minutes=minutes), PLAIN)
    assert first <= reached(ladder, MONDAY, due, MONDAY + timedelta(minutes=minutes + 60), PLAIN)


def test_a_working_day_before_a_monday_is_a_friday_and_counts_make_up_days():
    assert working_days_before(DUE, 1, PLAIN) == datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    assert len(shipped_years()) >= 3


def test_each_rung_is_told_once_to_those_it_concerns(store, desk, handled):
    leader, head, boss = desk.leader.person_id, desk.head.person_id, desk.supervisor.person_id
    set_leader(store, desk)
    for rung in read_ladder().rungs:
        at = moment_of(rung, MONDAY, DUE, PLAIN) + HOUR
        assert climb(store, at) == 1
        assert climb(store, at) == 0
    by_code = {}
    for code, person_id in told(store):
        by_code.setdefault(code, set()).add(person_id)
    assert by_code == {
        "half": {leader},
        "day_before": {leader},
        "overdue": {leader, head},
        "supervised": {leader, head, boss},
        "listed": {leader, head, boss},
        "interview": {leader, head, boss},
    }
    found = request_of(store, handled)
    assert (found.rung, found.supervision) == (6, Supervision.INTERVIEW)


def set_leader(store, desk):
    from qs.directory.models import Service

    with store.writing() as session:
        session.get_one(Service, desk.world.emergency).leader_id = desk.leader.person_id


def test_a_late_run_tells_the_highest_rung_only(store, desk, handled):
    assert climb(store, datetime(2026, 12, 4, 9, 30, tzinfo=UTC)) == 1
    assert {code for code, _ in told(store)} == {"listed"}
    with store.reading() as session:
        steps = session.scalars(sa.select(RequestStep.kind).where(RequestStep.request_id == handled)).all()
    assert steps.count(StepKind.SUPERVISED) == 1
    assert StepKind.REMINDED not in steps


def test_a_step_of_the_history_says_which_rung_it_was(store, desk, handled):
    climb(store, MONDAY + 4 * DAY)
    with store.reading() as session:
        reminded = sa.select(RequestStep.code).where(RequestStep.kind == StepKind.REMINDED)
        assert session.scalars(reminded).all() == ["half"]


def test_an_extension_lets_the_rungs_be_climbed_again(store, desk, handled, now):
    climb(store, MONDAY + 4 * DAY)
    with store.writing() as session:
        extensions.ask_extension(
            session, handled, "等检测", version=version(session, desk, handled), actor=desk.leader, now=now + DAY
        )
        extensions.decide_extension(
            session,
            handled,
            is_approved=True,
            version=version(session, desk, handled),
            actor=desk.head,
            now=now + DAY,
        )
    assert climb(store, MONDAY + 4 * DAY) == 0
    assert request_of(store, handled).rung == 0
    assert climb(store, MONDAY + 9 * DAY) == 1
    assert [code for code, _ in told(store)].count("half") == 2


def test_a_paused_request_stands_still(store, desk, handled, now):
    with store.writing() as session:
        pauses.ask_pause(
            session,
            handled,
            "等待当事人补充材料",
            reason=PauseReason.REQUESTER,
            version=version(session, desk, handled),
            actor=desk.leader,
            now=now + DAY,
        )
        pauses.decide_pause(
            session,
            handled,
            is_approved=True,
            version=version(session, desk, handled),
            actor=desk.head,
            now=now + DAY,
        )
    assert climb(store, now + 30 * DAY) == 0


def test_the_second_rework_brings_the_interview_at_once(store, desk, handled, now):
    with store.writing() as session:
        session.get_one(Request, handled).rework_count = 2
    assert climb(store, now + 4 * HOUR) == 1
    assert request_of(store, handled).supervision is Supervision.INTERVIEW
    assert {code for code, _ in told(store)} == {"reworked"}
    assert climb(store, now + 5 * HOUR) == 0


def test_a_request_the_desk_sent_back_twice_is_told_too_although_it_is_under_supervision_already(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.REPLIED, now)
        for hours in (5, 7):
            by = {"version": version(session, desk, request_id), "now": now + hours * HOUR}
            call_backs.send_back_request(session, request_id, "答复不实", actor=desk.hotline, **by)
            if hours == 5:
                by["version"] += 1
                given = {"outcome": Outcome.RESOLVED, "actor": desk.leader}
                actions.reply_request(session, request_id, "又办", **given, **by)
    assert request_of(store, request_id).supervision is Supervision.INTERVIEW
    assert climb(store, now + 8 * HOUR) == 1
    assert {code for code, _ in told(store)} == {"reworked"}
    assert climb(store, now + 9 * HOUR) == 0


def test_before_it_is_dispatched_those_who_dispatch_are_told(store, desk, now):
    with store.writing() as session:
        at_stage(session, desk, RequestState.REGISTERED, now)
    climb(store, MONDAY + 4 * DAY)
    desks = {desk.hotline.person_id, desk.other_hotline.person_id, desk.supervisor.person_id}
    assert {person_id for _, person_id in told(store)} == desks


def test_recused_people_are_not_told(store, desk, handled, now):
    with store.writing() as session:
        session.add(
            RequestRecusal(
                request_id=handled,
                person_id=desk.head.person_id,
                ground=RecusalGround.CONCERNED,
                declared_at=now,
                declared_by_id=desk.head.person_id,
            )
        )
    climb(store, DUE + HOUR)
    assert desk.head.person_id not in {person_id for _, person_id in told(store)}


def test_a_notice_holds_number_service_and_limit_and_nothing_of_the_case(store, desk, now):
    with store.writing() as session:
        request_id = at_stage(session, desk, RequestState.IN_PROGRESS, now, is_confidential=True)
    climb(store, DUE + HOUR)
    number = request_of(store, request_id).number
    with store.reading() as session:
        rows = session.scalars(sa.select(OutboxNotice)).all()
    assert rows
    for row in rows:
        said = row.subject + row.body + row.link
        assert number in said
        assert "张三" not in said
        assert "急诊等了三个小时" not in said


def test_a_kill_before_the_end_leaves_the_rung_to_be_climbed(store, desk, handled):
    with pytest.raises(RuntimeError), store.writing() as session:
        climb_ladder(session, actor=SYSTEM, now=DUE + HOUR)
        raise RuntimeError("the power is off")
    assert told(store) == []
    assert climb(store, DUE + HOUR) == 1


def test_only_who_approves_everywhere_climbs(store, desk, now):
    for actor in (desk.leader, desk.head, desk.hotline, person(Role.AUDITOR)):
        with pytest.raises(NotAllowed), store.writing() as session:
            climb_ladder(session, actor=actor, now=now)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('code = "half"', 'code = "overdue"', "defined_twice"),
        ('when = "overdue"', 'when = "sometimes"', "rung_faulty"),
        ('to = ["handler"]', 'to = ["the mayor"]', "rung_faulty"),
        ('level = "listed"', 'level = "severe"', "rung_faulty"),
        ("amount = 50", 'amount = "50"', "value_of_wrong_kind"),
    ],
)
def test_a_faulty_ladder_is_refused_with_its_place(tmp_path, old, new, code):
    path = tmp_path / "ladder.toml"
    path.write_text(LADDER.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_ladder(path)
    assert code in {problem.code for problem in caught.value.problems}
    assert all(problem.where for problem in caught.value.problems)


def test_a_report_of_wrongdoing_is_not_told_to_the_unit_it_is_about(store, desk, now):
    with store.writing() as session:
        at_stage(session, desk, RequestState.REGISTERED, now, kind=RequestKind.REPORT)
    set_leader(store, desk)
    climb(store, DUE + DAY + DAY)
    assert desk.leader.person_id not in {person_id for _, person_id in told(store)}
