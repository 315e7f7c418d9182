"""What can be done in an evaluation: done, refused, and nothing left behind; hands kept apart."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.evaluations import actions, appeals, cycles, details, queries, templates
from qs.evaluations.beginnings import prepare_templates
from qs.evaluations.models import Cycle, Score, Sheet, Template
from qs.evaluations.templates import shipped_templates
from qs.evaluations.terms import AppealOutcome, Scored, SheetState, Subject
from qs.evaluations.waiting import waiting
from qs.periods import start_of
from qs.settings import settings
from tests.evaluations.world import approved, build_panel, method, scores, sheet_id, step, submitted

S = SheetState
SELF, OFFICE, THIRD = Subject.SELF, Subject.OFFICE, Subject.THIRD_PARTY


@pytest.fixture
def panel(store, now):
    return build_panel(store, now)


def state(session, one):
    return session.scalars(sa.select(Sheet.state).where(Sheet.id == one)).one()


def seen(session, one, actor):
    return details.sheet(session, one, actor=actor)


def test_every_service_gets_its_sheets_once(store, panel, now):
    with store.reading() as session:
        frame = queries.sheets(session, actor=panel.approver)
    assert sorted(frame["subject"]) == ["office", "office", "self", "self", "third_party"]
    assert set(frame["state"]) == {S.DRAFT}
    with pytest.raises(Conflict, match="cycle_exists"), store.writing() as session:
        cycles.open_cycle(
            session,
            "2026Q4",
            service_ids=[panel.world.surgery],
            due_on=date(2026, 12, 1),
            actor=panel.approver,
            now=now,
        )


@pytest.mark.parametrize(
    ("name", "due_on", "code"),
    [
        ("2026Q5", date(2026, 12, 1), "cycle_name_faulty"),
        ("2027Q1", date(2027, 1, 1), "cycle_too_early"),
        ("2026Q3", date(2026, 11, 22), "cycle_due_on_past"),
    ],
)
def test_a_cycle_that_cannot_be_is_refused(store, panel, now, name, due_on, code):
    with pytest.raises(InvalidInput) as refusal, store.writing() as session:
        services = [panel.world.surgery]
        cycles.open_cycle(session, name, service_ids=services, due_on=due_on, actor=panel.approver, now=now)
    assert refusal.value.reason == code
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Cycle.id))) == 1


def test_a_template_is_locked_once_a_sheet_uses_it(store, panel, now):
    content = shipped_templates()[0]
    with store.reading() as session:
        used = session.scalars(sa.select(Template.id).where(Template.subject == content.subject)).one()
    with pytest.raises(Conflict, match="template_locked"), store.writing() as session:
        templates.change_template(session, used, content, actor=panel.approver, now=now)
    with store.writing() as session:
        fresh = templates.add_template(session, content, actor=panel.approver, now=now)
        templates.change_template(session, fresh, content, actor=panel.approver, now=now)
        assert session.get_one(Template, fresh).number == 2


def test_what_the_program_brings_is_entered_once(store, panel, now):
    with store.writing() as session:
        prepare_templates(session, actor=SYSTEM, now=now)
        assert session.scalar(sa.select(sa.func.count(Template.id))) == 3
    assert all(sum(one.weight for one in content.criteria) == pytest.approx(1) for content in shipped_templates())


def test_a_draft_is_kept_and_a_stale_screen_changes_nothing(store, panel, now):
    with store.writing() as session:
        one = sheet_id(session, panel, SELF)
        given = dict(list(scores(session, one).items())[:2])
        actions.save_scores(session, one, given, version=1, actor=panel.leader, now=now)
        assert [item.score for item in seen(session, one, panel.leader).criteria] == [80, 80, None, None, None, None]
    with pytest.raises(Conflict, match="sheet_changed"), store.writing() as session:
        actions.save_scores(session, one, given, version=1, actor=panel.leader, now=now)


@pytest.mark.parametrize(("points", "note", "code"), [(None, "有据", "scores_missing"), (80, "", "evidence_missing")])
def test_no_sheet_without_scores_and_evidence(store, panel, now, points, note, code):
    with pytest.raises(InvalidInput, match=code), store.writing() as session:
        one = sheet_id(session, panel, SELF)
        step(session, actions.submit_sheet, one, scores(session, one, points, note), actor=panel.leader, now=now)
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Score.id))) == 0


@pytest.mark.parametrize("given", [{}, {"has_no_conflict": False}])
def test_a_third_party_states_its_method_and_declares_its_interests(store, panel, now, given):
    with pytest.raises(InvalidInput, match="method_missing"), store.writing() as session:
        one = sheet_id(session, panel, THIRD)
        more = {"method": method(now, **given)} if given else {}
        step(session, actions.submit_sheet, one, scores(session, one), actor=panel.evaluator, now=now, **more)


def test_a_third_party_sees_only_what_it_was_given_and_nobody_elses_scores(store, panel, now):
    with store.writing() as session:
        office = approved(session, panel, now, OFFICE)
        own = submitted(session, panel, now, THIRD)
        frame = queries.sheets(session, actor=panel.evaluator)
        assert frame["sheet_id"].tolist() == [own]
        found = queries.comparison(session, panel.cycle_id, panel.world.surgery, actor=panel.evaluator)
        assert set(found["sheet_id"]) == {own}
        assert queries.sheets(session, actor=panel.rival).empty
        assert queries.cycles(session, actor=panel.rival).empty
        assert seen(session, own, panel.evaluator).spread_points == 0.0
        assert all(one.figure is None for one in seen(session, own, panel.evaluator).criteria)
        for hidden in (office, sheet_id(session, panel, SELF)):
            with pytest.raises(NotFound):
                seen(session, hidden, panel.evaluator)
        assert queries.approved_scores(session, quarter(), actor=panel.evaluator).empty


def quarter():
    return start_of(date(2026, 10, 1), settings().zone)


def test_a_service_sees_the_scores_of_others_after_approval_only(store, panel, now):
    with store.writing() as session:
        one = submitted(session, panel, now, OFFICE)
        assert seen(session, one, panel.leader).score is None
        step(session, actions.review_sheet, one, actor=panel.reviewer, now=now)
        assert not seen(session, one, panel.leader).are_scores_open
        step(session, actions.approve_sheet, one, actor=panel.approver, now=now)
        assert seen(session, one, panel.leader).score == 80


def test_nobody_reviews_or_approves_the_own_work(store, panel, now):
    with store.writing() as session:
        one = submitted(session, panel, now, OFFICE)
    with pytest.raises(NotAllowed, match="own_work"), store.writing() as session:
        step(session, actions.review_sheet, one, actor=panel.author, now=now)
    with store.writing() as session:
        step(session, actions.review_sheet, one, actor=panel.reviewer, now=now)
    for involved in (panel.author, panel.reviewer):
        with pytest.raises(NotAllowed, match="approver_involved"), store.writing() as session:
            step(session, actions.approve_sheet, one, actor=involved, now=now)
    with store.reading() as session:
        assert state(session, one) is S.REVIEWED


def test_a_sheet_comes_back_changed(store, panel, now):
    with store.writing() as session:
        one = submitted(session, panel, now, SELF)
        step(session, actions.request_change, one, actor=panel.reviewer, now=now, note="请补充核验结果")
        assert state(session, one) is S.CHANGE_REQUESTED
        submitted(session, panel, now, SELF, points=70)
        steps = [(entry.to_state, entry.note) for entry in seen(session, one, panel.leader).steps]
    assert steps == [
        (S.DRAFT, ""),
        (S.SUBMITTED, ""),
        (S.CHANGE_REQUESTED, "请补充核验结果"),
        (S.SUBMITTED, ""),
    ]


def test_approval_waits_for_the_consensus_of_assessors_who_differ(store, panel, now):
    with store.writing() as session:
        submitted(session, panel, now, SELF, points=95)
        one = submitted(session, panel, now, OFFICE, points=60)
        step(session, actions.review_sheet, one, actor=panel.reviewer, now=now)
    with pytest.raises(Conflict, match="consensus_missing"), store.writing() as session:
        step(session, actions.approve_sheet, one, actor=panel.approver, now=now)
    with store.writing() as session:
        assert seen(session, one, panel.approver).waits_for_consensus
        assert "consensus_to_note" in {w.code for w in waiting(session, actor=panel.judge, now=now)}
        by = {"actor": panel.reviewer, "now": now}
        actions.note_consensus(session, panel.cycle_id, panel.world.surgery, note="口径不同，并列说明", **by)
        step(session, actions.approve_sheet, one, actor=panel.approver, now=now)
        assert state(session, one) is S.APPROVED


def test_no_consensus_is_noted_where_nobody_differs(store, panel, now):
    with pytest.raises(Conflict, match="not_needed"), store.writing() as session:
        submitted(session, panel, now, SELF)
        actions.note_consensus(session, panel.cycle_id, panel.world.surgery, note="x", actor=panel.reviewer, now=now)


def test_an_appeal_is_decided_by_somebody_who_had_no_hand_in_the_sheet(store, panel, now):
    with store.writing() as session:
        one = approved(session, panel, now, OFFICE)
        appeal = step(session, appeals.file_appeal, one, actor=panel.leader, now=now, grounds="数据缺失")
    for involved in (panel.author, panel.reviewer, panel.approver):
        with pytest.raises(NotAllowed, match="judge_involved"), store.writing() as session:
            appeals.decide_appeal(session, appeal, AppealOutcome.UPHELD, answer="x", actor=involved, now=now)
    with store.writing() as session:
        appeals.decide_appeal(session, appeal, AppealOutcome.UPHELD, answer="补录", actor=panel.judge, now=now)
        assert state(session, one) is S.CHANGE_REQUESTED
        assert queries.approved_scores(session, quarter(), actor=panel.approver).empty
        approved(session, panel, now, OFFICE, points=85)
        assert seen(session, one, panel.leader).appeals[0].outcome is AppealOutcome.UPHELD
    with pytest.raises(Conflict, match="appeal_decided"), store.writing() as session:
        appeals.decide_appeal(session, appeal, AppealOutcome.REJECTED, answer="x", actor=panel.judge, now=now)


def test_an_appeal_rejected_is_final(store, panel, now):
    with store.writing() as session:
        one = approved(session, panel, now, OFFICE)
        appeal = step(session, appeals.file_appeal, one, actor=panel.leader, now=now, grounds="不服")
    with pytest.raises(Conflict, match="appeal_pending"), store.writing() as session:
        step(session, appeals.file_appeal, one, actor=panel.leader, now=now, grounds="再申")
    with store.writing() as session:
        appeals.decide_appeal(session, appeal, AppealOutcome.REJECTED, answer="维持", actor=panel.judge, now=now)
        assert state(session, one) is S.APPROVED
    with pytest.raises(Conflict, match="decided_before"), store.writing() as session:
        step(session, appeals.file_appeal, one, actor=panel.leader, now=now, grounds="再申")


def test_an_appeal_has_fifteen_working_days_and_concerns_the_sheets_of_others(store, panel, now):
    with store.writing() as session:
        one, own = approved(session, panel, now, OFFICE), approved(session, panel, now, SELF)
    with pytest.raises(Conflict, match="own_sheet"), store.writing() as session:
        step(session, appeals.file_appeal, own, actor=panel.leader, now=now, grounds="x")
    with pytest.raises(Conflict, match="too_late"), store.writing() as session:
        step(session, appeals.file_appeal, one, actor=panel.leader, now=now + timedelta(days=22), grounds="x")
    with store.writing() as session:
        step(session, appeals.file_appeal, one, actor=panel.leader, now=now + timedelta(days=20), grounds="数据缺失")


def test_approved_scores_are_weighted_and_missing_is_missing(store, panel, now):
    with store.writing() as session:
        one = sheet_id(session, panel, SELF)
        given = scores(session, one)
        first = next(iter(given))
        given[first] = Scored(30, "偏低")
        step(session, actions.submit_sheet, one, given, actor=panel.leader, now=now)
        step(session, actions.review_sheet, one, actor=panel.reviewer, now=now)
        step(session, actions.approve_sheet, one, actor=panel.approver, now=now)
        missing = sheet_id(session, panel, OFFICE)
        step(session, actions.mark_not_reported, missing, actor=panel.approver, now=now, reason="机构合并")
        frame = queries.approved_scores(session, quarter(), actor=panel.approver)
        none = queries.approved_scores(session, start_of(date(2026, 7, 1), settings().zone), actor=panel.approver)
    assert frame.to_dict("records") == [
        {"service_id": panel.world.surgery, "subject": "self", "score": pytest.approx(70.0), "item_count": 6}
    ]
    assert list(none.columns) == list(queries.APPROVED_COLUMNS)


def test_a_cycle_is_closed_when_everything_is_settled(store, panel, now):
    with pytest.raises(Conflict, match="sheets_open"), store.writing() as session:
        cycles.close_cycle(session, panel.cycle_id, actor=panel.approver, now=now)
    with store.writing() as session:
        for one in session.scalars(sa.select(Sheet.id)).all():
            step(session, actions.mark_not_reported, one, actor=panel.approver, now=now, reason="试运行")
        cycles.close_cycle(session, panel.cycle_id, actor=panel.approver, now=now)
    with pytest.raises(Conflict, match="cycle_closed"), store.writing() as session:
        submitted(session, panel, now, SELF)


def test_a_third_party_must_hold_the_role(store, panel, now):
    with pytest.raises(Conflict, match="unfit"), store.writing() as session:
        cycles.assign_third_party(
            session, panel.cycle_id, panel.judge.person_id, [panel.world.permits], actor=panel.approver, now=now
        )


def test_each_step_waits_for_the_right_person(store, panel, now):
    def codes(session, actor):
        return {one.code for one in waiting(session, actor=actor, now=now)}

    with store.writing() as session:
        assert codes(session, panel.leader) == {"sheets_to_fill"}
        assert codes(session, panel.evaluator) == {"sheets_to_fill"}
        assert codes(session, panel.rival) == set()
        one = submitted(session, panel, now, OFFICE)
        assert "sheets_to_review" in codes(session, panel.reviewer)
        assert "sheets_to_review" not in codes(session, panel.author)
        step(session, actions.review_sheet, one, actor=panel.reviewer, now=now)
        assert "sheets_to_approve" in codes(session, panel.approver)
        assert "sheets_to_approve" not in codes(session, panel.reviewer)
        step(session, actions.approve_sheet, one, actor=panel.approver, now=now)
        assert "results_to_read" in codes(session, panel.leader)
        step(session, appeals.file_appeal, one, actor=panel.leader, now=now, grounds="数据缺失")
        assert "appeal_to_decide" in codes(session, panel.judge)
        assert "appeal_to_decide" not in codes(session, panel.author)
