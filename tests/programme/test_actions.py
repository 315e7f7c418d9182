"""The plan is written by one person and adopted by another; its tasks move with reports, reasons and approval."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from qs.actor import Role
from qs.audit.models import AuditEntry
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.incentives.queries import effective_from
from qs.programme import actions, queries
from qs.programme.models import PlanTask
from qs.programme.terms import Party, Period, Status, Step
from qs.programme.waiting import waiting
from tests.programme.conftest import FIRST_DAY
from tests.world import STRANGER, SUPERVISOR, person

LATER = Period(date(2026, 11, 2), date(2026, 12, 20))


def task_of(store, task_id):
    with store.reading() as session:
        return session.get_one(PlanTask, task_id)


def report(store, task_id, share, *, actor, now, version=1, note="进行中"):
    with store.writing() as session:
        actions.report_progress(
            session, task_id, progress_share=share, note=note, version=version, actor=actor, now=now
        )


def test_the_plan_is_dated_from_its_first_day(store, written, now):
    with store.reading() as session:
        found = queries.tasks(session, actor=SUPERVISOR, now=now).set_index("code")
    assert found.loc["plan-measures", "due_on"] == date(2026, 12, 1)
    assert found.loc["system-build", "starts_on"] == date(2026, 12, 2)
    assert found.loc["system-build", "due_on"] == date(2027, 3, 1)
    assert (found["baseline_due_on"] == found["due_on"]).all()


def test_tasks_belong_to_whoever_answers_for_their_party(store, author, owner, now):
    with store.writing() as session:
        actions.name_responsible(session, Party.HUMAN_RESOURCES, owner.person_id, actor=author, now=now)
        actions.begin_plan(session, name="方案", starts_on=FIRST_DAY, actor=author, now=now)
    with store.reading() as session:
        found = queries.tasks(session, actor=SUPERVISOR, now=now).set_index("code")
        parties = queries.responsibilities(session, actor=SUPERVISOR).set_index("party")
    assert found.loc["system-training", "owner_id"] == owner.person_id
    assert parties.loc[Party.HUMAN_RESOURCES, "person"] == "张owner"
    assert parties.loc[Party.PUBLIC_RELATIONS, "person"] == ""


def test_there_is_one_plan_at_a_time(store, written, author, now):
    with pytest.raises(Conflict, match="plan_running"), store.writing() as session:
        actions.begin_plan(session, name="另一个", starts_on=FIRST_DAY, actor=author, now=now)


def test_a_plan_needs_a_name(store, author, now):
    with pytest.raises(InvalidInput, match="plan_name_faulty"), store.writing() as session:
        actions.begin_plan(session, name="  ", starts_on=FIRST_DAY, actor=author, now=now)


def test_the_author_cannot_adopt_the_plan(store, written, author, now):
    with pytest.raises(NotAllowed, match="own_plan"), store.writing() as session:
        actions.adopt_plan(session, written, actor=author, now=now)


def test_adopting_lets_rewards_and_penalties_begin_in_the_sixth_month(store, adopted, second, now):
    with store.reading() as session:
        assert effective_from(session, actor=SUPERVISOR) == date(2027, 5, 2)
    with pytest.raises(Conflict, match="plan_adopted"), store.writing() as session:
        actions.adopt_plan(session, adopted, actor=second, now=now)


def test_tasks_rest_until_the_plan_is_adopted(store, written, author, now):
    with store.reading() as session:
        first = session.scalars(sa.select(PlanTask.id).order_by(PlanTask.id)).first()
    with pytest.raises(Conflict, match="plan_not_adopted"):
        report(store, first, 0.5, actor=author, now=now)


def test_progress_is_reported_by_the_person_in_charge_or_a_supervisor(store, task_id, author, owner, now):
    with pytest.raises(NotAllowed, match="task_not_yours"):
        report(store, task_id, 0.5, actor=owner, now=now)
    with store.writing() as session:
        actions.name_owner(session, task_id, owner.person_id, version=1, actor=author, now=now)
    report(store, task_id, 0.5, version=2, actor=owner, now=now)
    assert task_of(store, task_id).progress_share == 0.5


def test_a_report_made_on_an_old_view_is_refused_and_nothing_is_lost(store, task_id, author, second, now):
    report(store, task_id, 0.5, actor=author, now=now)
    with pytest.raises(Conflict, match="task_changed"):
        report(store, task_id, 0.9, actor=second, now=now)
    assert task_of(store, task_id).progress_share == 0.5


def test_a_finished_task_rests(store, task_id, author, now):
    with store.writing() as session:
        actions.finish_task(session, task_id, proof="已公布", version=1, actor=author, now=now)
    task = task_of(store, task_id)
    assert (task.progress_share, task.done_on) == (1.0, date(2026, 11, 23))
    with pytest.raises(Conflict, match="task_finished"):
        report(store, task_id, 1.0, version=2, actor=author, now=now)


def test_a_task_is_not_finished_without_a_proof(store, task_id, author, now):
    with pytest.raises(InvalidInput, match="proof_missing"), store.writing() as session:
        actions.finish_task(session, task_id, proof=" ", version=1, actor=author, now=now)
    assert task_of(store, task_id).done_on is None


def ask(store, task_id, *, actor, now, version=1):
    with store.writing() as session:
        return actions.ask_change(session, task_id, LATER, reason="场地未定", version=version, actor=actor, now=now)


def test_other_dates_hold_once_somebody_else_approves_and_the_baseline_stays(store, task_id, author, second, now):
    change = ask(store, task_id, actor=author, now=now)
    assert task_of(store, task_id).due_on == date(2026, 12, 1)
    with pytest.raises(NotAllowed, match="own_change"), store.writing() as session:
        actions.decide_change(session, change, is_approved=True, actor=author, now=now)
    with store.writing() as session:
        actions.decide_change(session, change, is_approved=True, actor=second, now=now)
    task = task_of(store, task_id)
    assert (task.due_on, task.baseline_due_on) == (date(2026, 12, 20), date(2026, 12, 1))
    with pytest.raises(NotFound, match="change_unknown"), store.writing() as session:
        actions.decide_change(session, change, is_approved=False, actor=second, now=now)


def test_refused_dates_change_nothing_but_the_history(store, task_id, author, second, now):
    change = ask(store, task_id, actor=author, now=now)
    with store.writing() as session:
        actions.decide_change(session, change, is_approved=False, actor=second, now=now)
    assert task_of(store, task_id).due_on == date(2026, 12, 1)
    with store.reading() as session:
        steps = queries.steps(session, task_id, actor=SUPERVISOR)["step"].tolist()
    assert steps == [Step.CHANGE_REFUSED, Step.CHANGE_ASKED, Step.CREATED]


def test_one_wish_for_other_dates_at_a_time(store, task_id, author, now):
    ask(store, task_id, actor=author, now=now)
    with pytest.raises(Conflict, match="change_open"):
        ask(store, task_id, version=2, actor=author, now=now)


def test_every_step_leaves_one_trace(store, task_id, author, now):
    with store.reading() as session:
        before = session.scalar(sa.select(sa.func.count(AuditEntry.seq)))
    report(store, task_id, 0.5, actor=author, now=now)
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(AuditEntry.seq))) == before + 1


def test_only_supervisors_write_plans_and_name_people(store, owner, now):
    for somebody in (STRANGER, owner, person(Role.AUDITOR)):
        with pytest.raises(NotAllowed), store.writing() as session:
            actions.begin_plan(session, name="方案", starts_on=FIRST_DAY, actor=somebody, now=now)
        with pytest.raises(NotAllowed), store.writing() as session:
            actions.name_responsible(session, Party.HUMAN_RESOURCES, owner.person_id, actor=somebody, now=now)


def test_naming_somebody_else_the_same_day_replaces_the_name(store, author, owner, now):
    for person_id in (author.person_id, owner.person_id):
        with store.writing() as session:
            actions.name_responsible(session, Party.SERVICE_LEADERS, person_id, actor=author, now=now)
    with store.reading() as session:
        parties = queries.responsibilities(session, actor=SUPERVISOR).set_index("party")
    assert parties.loc[Party.SERVICE_LEADERS, "person_id"] == owner.person_id


def test_nobody_is_named_who_does_not_exist(store, author, now):
    with pytest.raises(NotFound, match="person_unknown"), store.writing() as session:
        actions.name_responsible(session, Party.SERVICE_LEADERS, 999, actor=author, now=now)


def test_a_lagging_task_waits_for_the_person_in_charge(store, task_id, author, owner, now):
    with store.writing() as session:
        actions.name_owner(session, task_id, owner.person_id, version=1, actor=author, now=now)
    with store.reading() as session:
        found = queries.tasks(session, actor=SUPERVISOR, now=now).set_index("task_id")
        assert found.loc[task_id, "status"] is Status.AT_RISK  # 22 of 30 days, nothing reported
        lines = waiting(session, actor=owner, now=now)
        assert [line.code for line in lines] == ["programme.task_at_risk"]
        assert [line.code for line in waiting(session, actor=STRANGER, now=now)] == []


def test_the_public_sees_milestones_and_no_names(store, adopted, now):
    from qs.actor import PUBLIC

    with store.reading() as session:
        found = queries.milestones(session, actor=PUBLIC, now=now)
    assert set(found["is_milestone"]) == {True}
    assert "owner" not in found.columns
