"""What can be done in an inspection: done, refused, and nothing left behind."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from docx import Document
from PIL import Image

from qs.attachments.terms import Upload
from qs.audit.models import AuditEntry
from qs.deadlines.queries import dues
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.i18n import Language
from qs.inspections import actions, checklists, details, plans, queries
from qs.inspections.letters import opinion_letter
from qs.inspections.models import Inspection, Item
from qs.inspections.terms import (
    Defence,
    Grade,
    InspectionState,
    InspectionType,
    Judgement,
    RecusalReason,
    Ruling,
    Verdict,
)
from qs.inspections.waiting import waiting
from qs.observations.models import Event
from qs.rectifications import actions as rectifications
from qs.rectifications.models import Rectification
from tests.inspections.world import (
    SEED,
    build_team,
    concluded,
    defended,
    drawn,
    finding_ids,
    items,
    on_site,
    plan_of,
    planned,
    sent,
    shown,
    step,
    version,
)

MINOR, MAJOR = Judgement.MINOR, Judgement.MAJOR


@pytest.fixture
def team(store):
    return build_team(store)


def test_the_draw_is_kept_with_its_seed_and_can_be_repeated(store, team, now):
    with store.writing() as session:
        detail = shown(session, team, planned(session, team, now))
    assert detail.seed == SEED
    assert [seat.username for seat in detail.inspectors] == list(detail.pool[:2])
    assert {seat.username: seat.reason for seat in detail.recusals} == {"judge": RecusalReason.DECLARED}
    assert set(detail.pool) == {"chief", "anna", "bert", "cora"}


def test_one_service_has_one_open_plan_in_a_quarter(store, team, now):
    with store.writing() as session:
        planned(session, team, now)
    with pytest.raises(Conflict) as refusal, store.writing() as session:
        planned(session, team, now, type=InspectionType.UNANNOUNCED)
    assert refusal.value.reason == "inspection_planned_already"
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Inspection.id))) == 1


def test_a_cancelled_plan_makes_room_for_another(store, team, now):
    with store.writing() as session:
        first = planned(session, team, now)
        step(session, plans.cancel_inspection, first, actor=team.supervisor, now=now, reason="合并")
        planned(session, team, now)


def test_too_few_people_after_recusal_leave_nothing_behind(store, team, now):
    everybody = tuple(one.person_id for one in (team.judge, *team.inspectors))
    with pytest.raises(Conflict, match="pool_too_small"), store.writing() as session:
        planned(session, team, now, recused=everybody)
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Inspection.id))) == 0


def test_somebody_who_stands_down_is_replaced_by_the_next_in_the_draw(store, team, now):
    with store.writing() as session:
        one = planned(session, team, now)
        before = shown(session, team, one)
        first = before.inspectors[0]
        step(
            session,
            plans.replace_inspector,
            one,
            first.person_id,
            actor=team.supervisor,
            now=now,
            reason="出差",
        )
        after = shown(session, team, one)
    assert {seat.username for seat in after.inspectors} == {before.pool[1], before.pool[2]}


def test_a_stale_screen_changes_nothing(store, team, now):
    with store.writing() as session:
        one = planned(session, team, now)
        step(session, plans.announce_inspection, one, actor=team.supervisor, now=now)
    with pytest.raises(Conflict, match="inspection_changed"), store.writing() as session:
        plans.cancel_inspection(session, one, reason="x", version=1, actor=team.supervisor, now=now)


def test_only_those_drawn_begin_and_not_before_the_window(store, team, now):
    with store.writing() as session:
        one = planned(session, team, now)
        step(session, plans.announce_inspection, one, actor=team.supervisor, now=now)
        inspector = drawn(session, team, one)[0]
        outsider = next(p for p in team.inspectors if p not in drawn(session, team, one))
    with pytest.raises(NotAllowed, match="not_yours"), store.writing() as session:
        step(session, actions.begin_inspection, one, actor=outsider, now=now)
    with pytest.raises(Conflict, match="too_early"), store.writing() as session:
        step(session, actions.begin_inspection, one, actor=inspector, now=now - timedelta(days=1))


def test_the_checklist_holds_the_clauses_in_force_with_their_weights(store, team, now):
    with store.writing() as session:
        clause_id = int(queries.clause_marks(session, now.date(), actor=team.supervisor)["clause_id"].iloc[0])
        checklists.mark_clause(session, clause_id, weight=2.5, is_safety=True, actor=team.supervisor, now=now)
        one = on_site(session, team, now)
        detail = shown(session, team, one)
    marked = next(item for item in detail.items if item.clause_id == clause_id)
    assert (marked.weight, marked.is_safety) == (2.5, True)
    assert {item.code for item in detail.items} == {"clause-1", "ow-1", "ow-2", "ow-3", "ow-4"}


def test_a_finding_needs_a_note_and_keeps_its_photo(store, team, now):
    held = BytesIO()
    Image.new("RGB", (8, 8)).save(held, "PNG")
    with store.writing() as session:
        one = on_site(session, team, now)
        inspector, item_id = drawn(session, team, one)[0], items(session, one)[0].id
    with pytest.raises(InvalidInput, match="note"), store.writing() as session:
        actions.judge_item(session, item_id, MINOR, version=1, actor=inspector, now=now)
    with store.writing() as session:
        photo = [Upload("a.png", held.getvalue())]
        by = {"version": 1, "actor": inspector, "now": now}
        actions.judge_item(session, item_id, MINOR, note="少一份记录", photos=photo, **by)
        kept = shown(session, team, one).items[0].photos
        assert details.item_file(session, item_id, kept[0].file_id, actor=team.supervisor).startswith(b"\x89PNG")
        with pytest.raises(NotFound):
            details.item_file(session, item_id, kept[0].file_id, actor=team.leader)


def test_two_inspectors_do_not_overwrite_each_other(store, team, now):
    with store.writing() as session:
        one = on_site(session, team, now)
        first, second = drawn(session, team, one)
        item_id = items(session, one)[0].id
        actions.judge_item(session, item_id, Judgement.CONFORM, version=1, actor=first, now=now)
    with pytest.raises(Conflict, match="item_changed"), store.writing() as session:
        actions.judge_item(session, item_id, MAJOR, note="x", version=1, actor=second, now=now)


def test_findings_are_sent_complete_and_the_defence_has_five_working_days(store, team, now):
    with store.writing() as session:
        one = on_site(session, team, now)
        inspector = drawn(session, team, one)[0]
        with pytest.raises(InvalidInput, match="items_open"):
            step(session, actions.send_findings, one, actor=inspector, now=now)
    with store.writing() as session:
        session.execute(sa.update(Inspection).values(state="cancelled"))
        session.expire_all()
        other = sent(session, team, now, MINOR)
        due_id = session.get_one(Inspection, other).due_id
        due_at = dues(session, [due_id], actor=team.supervisor)[due_id].due_at
    assert timedelta(days=7) <= due_at - now < timedelta(days=8)  # Monday to the next Monday


def test_every_finding_is_answered_once(store, team, now):
    with store.writing() as session:
        one = sent(session, team, now, MINOR, MAJOR)
        ids = finding_ids(session, one)
    with pytest.raises(InvalidInput, match="answers_incomplete"), store.writing() as session:
        step(session, actions.answer_findings, one, {ids[0]: Defence("x")}, actor=team.leader, now=now)
    with store.writing() as session:
        said = {ids[0]: Defence("情况属实"), ids[1]: Defence("")}
        step(session, actions.answer_findings, one, said, actor=team.leader, now=now)
        assert [item.defence for item in shown(session, team, one).findings] == ["情况属实", ""]
    with pytest.raises(Conflict), store.writing() as session:
        step(session, actions.answer_findings, one, said, actor=team.leader, now=now)


def test_nobody_concludes_before_the_unit_had_its_time(store, team, now):
    with store.writing() as session:
        one = sent(session, team, now, MINOR)
        ruled = {item_id: Ruling(Verdict.UPHELD, "", "改正") for item_id in finding_ids(session, one)}
    with pytest.raises(Conflict, match="defence_running"), store.writing() as session:
        step(session, actions.conclude_inspection, one, ruled, actor=team.judge, now=now, opinion="意见")
    later = now + timedelta(days=9)
    with store.writing() as session:
        step(session, actions.conclude_inspection, one, ruled, actor=team.judge, now=later, opinion="意见")


def test_who_was_on_site_does_not_decide_the_findings(store, team, now):
    with store.writing() as session:
        others = tuple(one.person_id for one in (*team.inspectors[:2], team.judge))
        one = planned(session, team, now, recused=others)
        assert team.supervisor in drawn(session, team, one)
        session.execute(sa.update(Inspection).values(state="defended"))
        session.expire_all()
    with pytest.raises(NotAllowed, match="recused"), store.writing() as session:
        step(session, actions.conclude_inspection, one, {}, actor=team.supervisor, now=now, opinion="意见")


def test_the_letter_orders_rectifications_and_the_conformity_becomes_an_event(store, team, now):
    with store.writing() as session:
        one = concluded(session, team, now, MINOR, MAJOR)
        detail = shown(session, team, one)
        event = session.execute(sa.select(Event.event_id, Event.numerator, Event.denominator)).one()
        orders = session.scalars(sa.select(Rectification.source_ref)).all()
    assert tuple(event) == (f"inspection:{one}", 3.0, 5.0)
    assert orders == [f"finding:{item.item_id}" for item in detail.findings]
    assert detail.score == pytest.approx(0.7)
    assert (detail.grade, detail.state) == (Grade.NEEDS_IMPROVEMENT, InspectionState.CONCLUDED)
    assert (detail.letter_year, detail.letter_number) == (2026, 1)


def test_a_finding_withdrawn_leaves_nothing_to_put_right(store, team, now):
    with store.writing() as session:
        one = concluded(session, team, now, MAJOR, verdict=Verdict.WITHDRAWN)
        detail = shown(session, team, one)
        assert session.scalar(sa.select(sa.func.count(Rectification.id))) == 0
    assert (detail.state, detail.grade, detail.conform_count) == (InspectionState.CLOSED, Grade.EXCELLENT, 5)


def test_a_refused_conclusion_leaves_nothing_behind(store, team, now):
    with store.writing() as session:
        one = defended(session, team, now, MAJOR)
        ruled = {item_id: Ruling(Verdict.UPHELD, "", "改正") for item_id in finding_ids(session, one)}
    with pytest.raises(InvalidInput, match="answer"), store.writing() as session:
        step(session, actions.conclude_inspection, one, ruled, actor=team.judge, now=now, opinion="意见")
    with store.reading() as session:
        assert session.scalars(sa.select(Item.verdict).where(Item.verdict.is_not(None))).all() == []
        assert session.get_one(Inspection, one).state is InspectionState.DEFENDED


def test_an_inspection_is_closed_with_its_last_rectification_and_then_published(store, team, now):
    with store.writing() as session:
        one = concluded(session, team, now, MINOR)
    with pytest.raises(Conflict, match="rectifications_open"), store.writing() as session:
        step(session, actions.close_inspection, one, actor=team.judge, now=now)
    with store.writing() as session:
        order = session.scalars(sa.select(Rectification)).one()
        by = {"version": order.version, "actor": team.supervisor, "now": now}
        rectifications.withdraw_rectification(session, order.id, "误立", **by)
        step(session, actions.close_inspection, one, actor=team.judge, now=now)
        step(session, actions.publish_inspection, one, actor=team.judge, now=now, summary="检查结果良好")
        assert shown(session, team, one).published_at == now
    with pytest.raises(Conflict, match="published"), store.writing() as session:
        step(session, actions.publish_inspection, one, actor=team.judge, now=now, summary="x")


def test_the_unit_learns_of_an_inspection_when_it_is_announced_and_of_findings_when_they_are_sent(store, team, now):
    with store.writing() as session:
        one = planned(session, team, now)
        with pytest.raises(NotFound):
            shown(session, team, one, team.leader)
        assert queries.inspections(session, actor=team.leader, now=now).empty
        step(session, plans.announce_inspection, one, actor=team.supervisor, now=now)
        assert shown(session, team, one, team.leader).items == ()
        inspector = drawn(session, team, one)[0]
        step(session, actions.begin_inspection, one, actor=inspector, now=now)
        item = items(session, one)[0]
        actions.judge_item(session, item.id, MAJOR, note="严重", version=1, actor=inspector, now=now)
        assert {seen.judgement for seen in shown(session, team, one, team.leader).items} == {None}
        assert queries.inspections(session, actor=team.leader, now=now)["finding_count"].tolist() == [0]
        assert shown(session, team, one).items[0].judgement is MAJOR


def test_an_unannounced_visit_is_unknown_until_it_begins(store, team, now):
    with store.writing() as session:
        one = planned(session, team, now, type=InspectionType.UNANNOUNCED)
        with pytest.raises(NotFound):
            shown(session, team, one, team.leader)
        step(session, actions.begin_inspection, one, actor=drawn(session, team, one)[0], now=now)
        assert shown(session, team, one, team.leader).state is InspectionState.ON_SITE


def test_each_step_waits_for_the_right_person(store, team, now):
    def codes(session, actor):
        return [one.code for one in waiting(session, actor=actor, now=now)]

    with store.writing() as session:
        one = planned(session, team, now)
        assert codes(session, team.judge) == ["inspection_to_announce"]
        step(session, plans.announce_inspection, one, actor=team.supervisor, now=now)
        inspector = drawn(session, team, one)[0]
        assert codes(session, inspector) == ["inspection_to_begin"]
        step(session, plans.cancel_inspection, one, actor=team.supervisor, now=now, reason="x")
        sent(session, team, now, MINOR)
        assert codes(session, team.leader) == ["inspection_to_defend"]
        assert codes(session, team.judge) == []


def test_coverage_puts_blind_spots_first(store, team, now):
    with store.writing() as session:
        concluded(session, team, now, MINOR)
        frame = queries.coverage(session, actor=team.supervisor, now=now)
        empty = queries.inspections(session, actor=team.judge, now=now).iloc[:0]
    assert frame["last_on"].isna().tolist() == [True, True, True, False]
    assert list(empty.columns) == list(queries.LIST_COLUMNS)


@pytest.mark.parametrize(("language", "words"), [(Language.ZH, "督导意见书"), (Language.EN, "Findings, defence")])
def test_the_letter_is_a_document_in_both_languages(store, team, now, language, words):
    with store.writing() as session:
        detail = shown(session, team, concluded(session, team, now, MAJOR))
    document = Document(BytesIO(opinion_letter(detail, language)))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    expected = "质督意见" if language is Language.ZH else words
    assert expected in text
    assert "看到问题" in text
    assert "限期改正" in text


def test_each_act_leaves_one_trace(store, team, now):
    with store.writing() as session:
        concluded(session, team, now, MINOR)
        entries = session.scalars(
            sa.select(AuditEntry.action).where(AuditEntry.action.like("inspections.%")).order_by(AuditEntry.seq)
        ).all()
    judged = ["inspections.judged_item"] * 5
    assert entries == [
        "inspections.planned",
        "inspections.announced",
        "inspections.begun",
        *judged,
        "inspections.sent_findings",
        "inspections.answered_findings",
        "inspections.concluded",
    ]


def test_the_version_moves_with_each_step(store, team, now):
    with store.writing() as session:
        one = on_site(session, team, now)
        assert version(session, one) == 3
        assert plan_of(team, now).service_id == team.world.surgery
