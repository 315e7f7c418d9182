"""The loop from order to closing: who may take which step, what is counted, and what a refusal leaves behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from qs.actor import Role
from qs.attachments.terms import Upload
from qs.audit.models import AuditEntry
from qs.deadlines.models import DueDate
from qs.deadlines.queries import dues, trace_of
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.observations.models import Event
from qs.observations.recording import Measure
from qs.rectifications import actions, details, extensions, queries, rules
from qs.rectifications.models import Rectification
from qs.rectifications.terms import Effect, Source, Stage, Status, StepKind, Verdict
from qs.rectifications.waiting import waiting
from qs.standards.models import Indicator, IndicatorEdition
from tests.rectifications.world import Loop, build_loop, closed, named_leader, ordered, plan, take_in
from tests.world import AUDITOR, STRANGER, person

DAY = timedelta(days=1)
PDF = Upload("proof.pdf", b"%PDF-1.4 proof")


@pytest.fixture
def loop(store) -> Loop:
    return build_loop(store)


def stored(store, order_id):
    with store.reading() as session:
        return session.get_one(Rectification, order_id)


def detail(store, loop, order_id, now):
    with store.reading() as session:
        return details.rectification(session, order_id, actor=loop.supervisor, now=now)


def measured(store, counted_as=Measure.RECTIFICATION_ON_TIME):
    with store.reading() as session:
        rows = session.execute(
            sa.select(Event.event_id, Event.numerator, Event.denominator, Event.happened_at)
            .join(Indicator, Indicator.id == Event.indicator_id)
            .where(Indicator.code == counted_as)
            .order_by(Event.event_id)
        )
        return [tuple(row) for row in rows]


def due_of(session, loop, order_id):
    due_id = session.get_one(Rectification, order_id).due_id
    return dues(session, [due_id], actor=loop.supervisor)[due_id].due_at


def proved(session, loop, now, **wanted):
    order = ordered(session, loop, now, **wanted)
    actions.file_plan(session, order, plan(now), version=1, actor=loop.leader, now=now)
    actions.file_proof(session, order, "已办", [PDF], version=2, actor=loop.leader, now=now + DAY)
    return order


def test_an_order_has_a_responsible_person_and_two_due_dates(store, loop, now):
    named_leader(store, loop)
    with store.writing() as session:
        order = ordered(session, loop, now)
    found = stored(store, order)
    assert (found.status, found.responsible_id, found.version) == (Status.ORDERED, loop.leader.person_id, 1)
    with store.reading() as session:
        both = dues(session, [found.plan_due_id, found.due_id], actor=loop.supervisor)
        subjects = set(session.scalars(sa.select(DueDate.subject)))
    assert both[found.plan_due_id].rule == "rectification.plan"
    assert both[found.due_id].due_at.date() == date(2026, 12, 14)
    assert subjects == {f"rectification:{order}"}


def test_the_whole_loop_is_kept_step_by_step(store, loop, now):
    with store.writing() as session:
        order = closed(session, loop, now)
    found = detail(store, loop, order, now + 5 * DAY)
    kinds = [step.kind for step in found.steps]
    assert kinds == [StepKind.ORDERED, StepKind.PLANNED, StepKind.PROVED, StepKind.CLOSED]
    assert found.row["stage"] is Stage.CLOSED
    assert [one.verdict for one in found.verifications] == [Verdict.CLOSED]
    with store.reading() as session:
        entries = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.object == f"rectification:{order}"))
        assert list(entries) == [
            "rectifications.ordered",
            "rectifications.planned",
            "rectifications.proved",
            "rectifications.verified",
        ]


def test_a_proof_in_time_and_verified_counts_as_on_time(store, loop, now):
    with store.writing() as session:
        order = closed(session, loop, now)
    assert measured(store) == [(f"rectification:{order}:1", 1.0, 1.0, now + 3 * DAY)]


def test_a_proof_after_the_due_date_counts_as_late_although_it_is_accepted(store, loop, now):
    late = now + 30 * DAY
    with store.writing() as session:
        order = ordered(session, loop, now)
        actions.file_plan(session, order, plan(now), version=1, actor=loop.leader, now=now)
        actions.file_proof(session, order, "已办", version=2, actor=loop.leader, now=late)
        verdict = {"version": 3, "actor": loop.supervisor, "now": late + DAY}
        actions.verify_rectification(session, order, Verdict.CLOSED, "好", **verdict)
    assert [row[1:3] for row in measured(store)] == [(0.0, 1.0)]


def test_the_same_thing_raises_one_order_only(store, loop, now):
    with store.writing() as session:
        ordered(session, loop, now)
    with pytest.raises(actions.AlreadyOrdered), store.writing() as session:
        ordered(session, loop, now)


@pytest.mark.parametrize("actor", [STRANGER, AUDITOR, person(Role.SERVICE_LEADER)])
def test_only_those_who_supervise_may_order(store, loop, now, actor):
    with pytest.raises(NotAllowed), store.writing() as session:
        ordered(session, replace(loop, supervisor=actor), now)


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"service_id": 999}, NotFound),
        ({"indicator_id": 999}, NotFound),
        ({"title": " "}, InvalidInput),
        ({"demand": "长" * 5000}, InvalidInput),
        ({"ref": ""}, InvalidInput),
        ({"rule": "nothing"}, NotFound),
    ],
)
def test_an_order_that_makes_no_sense_is_refused_whole(store, loop, now, wanted, error):
    with pytest.raises(error), store.writing() as session:
        ordered(session, loop, now, **wanted)
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Rectification.id))) == 0
        assert session.scalar(sa.select(sa.func.count(DueDate.id))) == 0


def test_somebody_elses_service_is_not_even_known(store, loop, now):
    with store.writing() as session:
        order = ordered(session, loop, now)
    with pytest.raises(NotFound), store.writing() as session:
        actions.file_plan(session, order, plan(now), version=1, actor=loop.other_leader, now=now)


def test_who_is_slower_overwrites_nothing(store, loop, now):
    with store.writing() as session:
        order = ordered(session, loop, now)
        actions.file_plan(session, order, plan(now), version=1, actor=loop.leader, now=now)
    with pytest.raises(rules.ChangedMeanwhile), store.writing() as session:
        actions.file_plan(session, order, plan(now), version=1, actor=loop.leader, now=now)
    assert len(detail(store, loop, order, now).plans) == 1


def test_a_proof_needs_a_plan_before_it(store, loop, now):
    with store.writing() as session:
        order = ordered(session, loop, now)
    with pytest.raises(rules.StepImpossible), store.writing() as session:
        actions.file_proof(session, order, "已办", version=1, actor=loop.leader, now=now)


def test_a_file_that_may_not_be_kept_leaves_no_proof(store, loop, now):
    with store.writing() as session:
        order = ordered(session, loop, now)
        actions.file_plan(session, order, plan(now), version=1, actor=loop.leader, now=now)
    with pytest.raises(InvalidInput), store.writing() as session:
        bad = [PDF, Upload("run.exe", b"MZ")]
        actions.file_proof(session, order, "已办", bad, version=2, actor=loop.leader, now=now)
    assert stored(store, order).status is Status.PLANNED
    assert detail(store, loop, order, now).proofs == ()


def test_the_files_of_a_proof_are_handed_out_within_the_scope_only(store, loop, now):
    with store.writing() as session:
        order = proved(session, loop, now)
    proof = detail(store, loop, order, now).proofs[0]
    ids = (order, proof.proof_id, proof.files[0].file_id)
    with store.reading() as session:
        assert details.proof_file(session, *ids, actor=loop.leader) == PDF.content
        with pytest.raises(NotFound):
            details.proof_file(session, *ids, actor=loop.other_leader)


def test_nobody_verifies_what_they_had_a_hand_in(store, loop, now):
    doer = replace(loop.leader, grants=(*loop.leader.grants, *loop.supervisor.grants))
    with store.writing() as session:
        order = proved(session, loop, now)
    with pytest.raises(rules.VerifierIsParty), store.writing() as session:
        actions.verify_rectification(session, order, Verdict.CLOSED, "好", version=3, actor=doer, now=now + DAY)
    assert stored(store, order).status is Status.PROVED


def test_the_responsible_person_does_not_verify_either(store, loop, now):
    named_leader(store, loop)
    boss = replace(loop.leader, grants=loop.supervisor.grants)
    with store.writing() as session:
        order = ordered(session, loop, now)
        unit = replace(loop.other_leader, grants=loop.leader.grants)
        actions.file_plan(session, order, plan(now), version=1, actor=unit, now=now)
        actions.file_proof(session, order, "已办", version=2, actor=unit, now=now)
    with pytest.raises(rules.VerifierIsParty), store.writing() as session:
        actions.verify_rectification(session, order, Verdict.CLOSED, "好", version=3, actor=boss, now=now)


def test_a_proof_sent_back_gets_a_time_for_putting_it_right(store, loop, now):
    with store.writing() as session:
        order = proved(session, loop, now)
        back = {"version": 3, "actor": loop.inspector, "now": now + 2 * DAY}
        actions.verify_rectification(session, order, Verdict.SENT_BACK, "证明不全", **back)
    found = stored(store, order)
    assert (found.status, measured(store)) == (Status.REOPENED, [])
    with store.reading() as session:
        again = dues(session, [found.rework_due_id], actor=loop.supervisor)[found.rework_due_id]
    assert (again.rule, again.due_at.date()) == ("rectification.rework", date(2026, 12, 2))
    with store.writing() as session:
        actions.file_proof(session, order, "补全", version=4, actor=loop.leader, now=now + 3 * DAY)
        verdict = {"version": 5, "actor": loop.inspector, "now": now + 4 * DAY}
        actions.verify_rectification(session, order, Verdict.CLOSED, "好", **verdict)
    assert [row[1:3] for row in measured(store)] == [(1.0, 1.0)]


def test_an_order_opened_again_is_a_new_round_with_its_own_count(store, loop, now):
    later = now + 20 * DAY
    with store.writing() as session:
        order = closed(session, loop, now)
        actions.reopen_rectification(session, order, "又变差", version=4, actor=loop.supervisor, now=later)
        actions.file_proof(session, order, "再办", version=5, actor=loop.leader, now=later + DAY)
        verdict = {"version": 6, "actor": loop.colleague, "now": later + 2 * DAY}
        actions.verify_rectification(session, order, Verdict.CLOSED, "好", **verdict)
    assert [row[0] for row in measured(store)] == [f"rectification:{order}:1", f"rectification:{order}:2"]
    assert stored(store, order).round == 2


def test_only_a_closed_order_is_opened_again(store, loop, now):
    with store.writing() as session:
        order = ordered(session, loop, now)
    with pytest.raises(rules.StepImpossible), store.writing() as session:
        actions.reopen_rectification(session, order, "又变差", version=1, actor=loop.supervisor, now=now)


def test_an_overdue_order_is_counted_once_however_often_the_daily_run_runs(store, loop, now):
    late = now + 40 * DAY
    with store.writing() as session:
        order = ordered(session, loop, now)
        assert actions.note_overdue(session, actor=loop.supervisor, now=now + DAY) == 0
        assert actions.note_overdue(session, actor=loop.supervisor, now=late) == 1
        assert actions.note_overdue(session, actor=loop.supervisor, now=late + DAY) == 0
    found = stored(store, order)
    with store.reading() as session:
        due_at = dues(session, [found.due_id], actor=loop.supervisor)[found.due_id].due_at
    assert measured(store) == [(f"rectification:{order}:1", 0.0, 1.0, due_at)]
    assert detail(store, loop, order, late).row["stage"] is Stage.OVERDUE


def test_an_order_noted_as_overdue_is_not_counted_again_when_it_is_closed(store, loop, now):
    late = now + 40 * DAY
    with store.writing() as session:
        order = ordered(session, loop, now)
        actions.note_overdue(session, actor=loop.supervisor, now=late)
        actions.file_plan(session, order, plan(late), version=2, actor=loop.leader, now=late)
        actions.file_proof(session, order, "已办", version=3, actor=loop.leader, now=late)
        verdict = {"version": 4, "actor": loop.colleague, "now": late + DAY}
        actions.verify_rectification(session, order, Verdict.CLOSED, "好", **verdict)
    assert [row[1:3] for row in measured(store)] == [(0.0, 1.0)]


def test_a_proof_waiting_for_the_office_is_never_overdue(store, loop, now):
    with store.writing() as session:
        order = proved(session, loop, now)
        assert actions.note_overdue(session, actor=loop.supervisor, now=now + 60 * DAY) == 0
    assert detail(store, loop, order, now + 60 * DAY).row["stage"] is Stage.PROVED


def test_a_closing_counts_as_closed_with_the_days_it_took(store, loop, now):
    with store.writing() as session:
        closed(session, loop, now)
    assert [row[1:] for row in measured(store, Measure.RECTIFICATION_CLOSED)] == [(1.0, 1.0, now + 3 * DAY)]
    assert [row[1:3] for row in measured(store, Measure.RECTIFICATION_DAYS)] == [(3.0, 1.0)]


def test_the_days_of_a_new_round_run_from_its_being_opened_again(store, loop, now):
    later = now + 20 * DAY
    with store.writing() as session:
        order = closed(session, loop, now)
        actions.reopen_rectification(session, order, "又变差", version=4, actor=loop.supervisor, now=later)
        actions.file_proof(session, order, "再办", version=5, actor=loop.leader, now=later + DAY)
        verdict = {"version": 6, "actor": loop.colleague, "now": later + 2 * DAY}
        actions.verify_rectification(session, order, Verdict.CLOSED, "好", **verdict)
    assert [row[1] for row in measured(store, Measure.RECTIFICATION_DAYS)] == [3.0, 2.0]


def test_whatever_is_open_a_month_past_its_due_date_counts_as_not_closed_whoever_has_it(store, loop, now):
    with store.writing() as session:
        waits = proved(session, loop, now)
        idle = ordered(session, loop, now, ref="rating:2")
        due_at = due_of(session, loop, waits)
        actions.note_overdue(session, actor=loop.supervisor, now=due_at + 30 * DAY)
        assert measured(store, Measure.RECTIFICATION_CLOSED) == []
        actions.note_overdue(session, actor=loop.supervisor, now=due_at + 30 * DAY + timedelta(seconds=1))
        actions.note_overdue(session, actor=loop.supervisor, now=due_at + 40 * DAY)
    found = measured(store, Measure.RECTIFICATION_CLOSED)
    assert [row[0] for row in found] == [f"rectification:{order}:1:closed" for order in (waits, idle)]
    assert {row[1:] for row in found} == {(0.0, 1.0, due_at + 30 * DAY)}


def test_a_closing_after_that_is_not_counted_a_second_time(store, loop, now):
    with store.writing() as session:
        order = proved(session, loop, now)
        actions.note_overdue(session, actor=loop.supervisor, now=now + 80 * DAY)
        verdict = {"version": 3, "actor": loop.colleague, "now": now + 81 * DAY}
        actions.verify_rectification(session, order, Verdict.CLOSED, "好", **verdict)
    assert [row[1] for row in measured(store, Measure.RECTIFICATION_CLOSED)] == [0.0]
    assert [row[1] for row in measured(store, Measure.RECTIFICATION_DAYS)] == [81.0]


def test_a_store_from_before_these_measures_learns_them_when_they_are_first_counted(store, loop, now):
    with store.writing() as session:
        known = sa.select(Indicator.id).where(Indicator.code == Measure.RECTIFICATION_DAYS)
        session.execute(sa.delete(IndicatorEdition).where(IndicatorEdition.indicator_id.in_(known)))
        session.execute(sa.delete(Indicator).where(Indicator.code == Measure.RECTIFICATION_DAYS))
        closed(session, loop, now)
    assert [row[1] for row in measured(store, Measure.RECTIFICATION_DAYS)] == [3.0]


def test_a_withdrawn_order_takes_back_what_was_counted(store, loop, now):
    late = now + 40 * DAY
    with store.writing() as session:
        order = ordered(session, loop, now)
        actions.note_overdue(session, actor=loop.supervisor, now=late)
        actions.withdraw_rectification(session, order, "评价被剔除", version=2, actor=loop.supervisor, now=late)
    assert [(row[0], row[2]) for row in measured(store)] == [
        (f"rectification:{order}:1", 1.0),
        (f"rectification:{order}:1:withdrawn", 0.0),
    ]
    with store.reading() as session:
        frame = queries.rectifications(session, actor=loop.supervisor, now=late)
    assert queries.loop_figures(frame).due_count == 0


def test_the_extension_is_asked_for_by_the_unit_and_granted_by_a_supervisor(store, loop, now):
    with store.writing() as session:
        order = ordered(session, loop, now)
        extensions.ask_extension(session, order, "采购需要时间", version=1, actor=loop.leader, now=now + DAY)
        extensions.decide_extension(
            session, order, "", is_granted=True, version=2, actor=loop.supervisor, now=now + 2 * DAY
        )
    with store.reading() as session:
        trace = trace_of(session, stored(store, order).due_id, actor=loop.supervisor)
    assert [change.rule for change in trace.changes] == ["rectification.extension"]
    assert trace.due.due_at.date() == date(2026, 12, 28)


def test_an_extension_is_asked_for_once_and_in_time(store, loop, now):
    with store.writing() as session:
        order = ordered(session, loop, now)
        other = ordered(session, loop, now, ref="rating:2")
        extensions.ask_extension(session, order, "采购", version=1, actor=loop.leader, now=now)
        extensions.decide_extension(
            session, order, "不同意", is_granted=False, version=2, actor=loop.supervisor, now=now
        )
    with pytest.raises(extensions.ExtensionUsed), store.writing() as session:
        extensions.ask_extension(session, order, "再申请", version=3, actor=loop.leader, now=now)
    with pytest.raises(Conflict, match="extension_too_late"), store.writing() as session:
        extensions.ask_extension(session, other, "采购", version=1, actor=loop.leader, now=now + 60 * DAY)


def test_an_inspector_does_not_grant_an_extension_nor_does_who_asked(store, loop, now):
    both = replace(loop.leader, grants=(*loop.leader.grants, *loop.supervisor.grants))
    with store.writing() as session:
        order = ordered(session, loop, now)
        extensions.ask_extension(session, order, "采购", version=1, actor=loop.leader, now=now)
    for actor, error in ((loop.inspector, NotAllowed), (both, extensions.ApproverIsParty)):
        with pytest.raises(error), store.writing() as session:
            extensions.decide_extension(session, order, "", is_granted=True, version=2, actor=actor, now=now)


def test_a_refusal_says_why(store, loop, now):
    with store.writing() as session:
        order = ordered(session, loop, now)
        extensions.ask_extension(session, order, "采购", version=1, actor=loop.leader, now=now)
    with pytest.raises(InvalidInput), store.writing() as session:
        extensions.decide_extension(session, order, "", is_granted=False, version=2, actor=loop.supervisor, now=now)


def test_the_verdict_keeps_the_figures_before_the_order_and_since_the_proof(store, loop, now):
    wanted = {"service_id": loop.world.surgery, "indicator_id": loop.world.on_time, "area_id": loop.world.north}
    wanted["denominator"] = 50.0
    events = [
        {**wanted, "happened_at": now - place * DAY, "event_id": f"b{place}", "numerator": 30.0} for place in (2, 3, 4)
    ]
    events += [
        {**wanted, "happened_at": now + place * DAY, "event_id": f"a{place}", "numerator": 48.0} for place in (3, 4, 5)
    ]
    take_in(store, *events)
    with store.writing() as session:
        order = proved(session, loop, now, indicator_id=loop.world.on_time)
        verdict = {"version": 3, "actor": loop.colleague, "now": now + 6 * DAY}
        actions.verify_rectification(session, order, Verdict.CLOSED, "好", **verdict)
    figures = detail(store, loop, order, now).verifications[0].figures
    assert (figures.before.numerator, figures.before.denominator, figures.before.value) == (90.0, 150.0, 0.6)
    assert (figures.after.numerator, figures.after.denominator, figures.effect) == (144.0, 150.0, Effect.BETTER)


def test_a_plan_ends_between_today_and_the_due_date(store, loop, now):
    with store.writing() as session:
        order = ordered(session, loop, now)
    for finish_on, code in ((date(2026, 11, 22), "finish_in_past"), (date(2026, 12, 15), "finish_after_due")):
        with pytest.raises(InvalidInput, match=code), store.writing() as session:
            wanted = replace(plan(now), finish_on=finish_on)
            actions.file_plan(session, order, wanted, version=1, actor=loop.leader, now=now)


def test_a_signal_finds_the_order_it_raised_earlier(store, loop, now):
    world = loop.world
    with store.writing() as session:
        ref = f"{world.surgery}:{world.on_time}:2026-11-16"
        order = ordered(session, loop, now, ref=ref, source=Source.SIGNAL, indicator_id=world.on_time)
    with store.reading() as session:
        asked = {"actor": loop.supervisor}
        assert queries.open_signal_order(session, world.surgery, world.on_time, **asked) == order
        assert queries.open_signal_order(session, world.surgery, world.waiting, **asked) is None
        assert queries.rectification_of(session, Source.SIGNAL, ref, actor=loop.other_leader) is None
        assert queries.rectification_of(session, Source.SIGNAL, ref, actor=loop.leader).id == order


def codes(store, actor, now):
    with store.reading() as session:
        return [line.code for line in waiting(session, actor=actor, now=now)]


def test_what_waits_is_told_to_those_who_must_act(store, loop, now):
    with store.writing() as session:
        order = ordered(session, loop, now)
    assert codes(store, loop.leader, now) == ["rectification_plan"]
    assert codes(store, loop.supervisor, now) == codes(store, loop.other_leader, now) == []
    assert codes(store, loop.supervisor, now + 60 * DAY) == ["rectification_overdue"]
    with store.writing() as session:
        extensions.ask_extension(session, order, "采购", version=1, actor=loop.leader, now=now)
    assert codes(store, loop.supervisor, now) == ["rectification_extension"]
    with store.writing() as session:
        actions.file_plan(session, order, plan(now), version=2, actor=loop.leader, now=now)
    assert codes(store, loop.leader, now) == ["rectification_proof"]
    with store.writing() as session:
        actions.file_proof(session, order, "已办", version=3, actor=loop.leader, now=now)
    assert codes(store, loop.leader, now) == []
    assert codes(store, loop.inspector, now) == ["rectification_verify"]


def test_the_loop_figures_carry_their_counts(store, loop, now):
    with store.writing() as session:
        closed(session, loop, now)
        ordered(session, loop, now, ref="rating:2")
        ordered(session, loop, now + 30 * DAY, ref="rating:3")
    with store.reading() as session:
        frame = queries.rectifications(session, actor=loop.supervisor, now=now + 31 * DAY)
        empty = queries.rectifications(session, actor=loop.other_leader, now=now)
    figures = queries.loop_figures(frame)
    assert (figures.closed_count, figures.overdue_count, figures.due_count, figures.open_count) == (1, 1, 2, 2)
    assert (figures.closure_share, figures.median_days) == (0.5, 3.0)
    assert list(empty.columns) == list(frame.columns)
    assert queries.loop_figures(empty).closure_share is None
