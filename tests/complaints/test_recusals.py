"""Who keeps out of a case, and that nobody learns from it who reported: tried with every question the room answers."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from typing import Any

import pytest
import sqlalchemy as sa

import qs.complaints
import qs.topics
from qs.actor import EVERYWHERE, PUBLIC, SYSTEM, Actor, Grant, Role
from qs.audit.models import AuditEntry
from qs.complaints import actions, details, intake, queries
from qs.complaints.accused import accused_service_id
from qs.complaints.aftermath import reviews
from qs.complaints.handling import call_backs, co_units
from qs.complaints.protection import recusals, reports
from qs.complaints.terms import (
    RECUSAL_RULE,
    NewContact,
    Outcome,
    RecusalGround,
    RequestKind,
    RequestState,
    ReviewDecision,
    StepKind,
)
from qs.complaints.waiting import waiting
from qs.db import Model
from qs.deadlines.queries import dues_of, trace_of
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound, QualityError
from qs.observations.recording import Measure
from qs.periods import local_day
from qs.settings import settings
from tests.complaints.aftermath import build_office, by, check_figures, counted, stored
from tests.complaints.desk import DAY, HOUR, file, wanted

CONCERNED, RELATIVE, INTEREST = RecusalGround.CONCERNED, RecusalGround.RELATIVE, RecusalGround.INTEREST
SECRETS = ("暗语题", "暗语文", "暗语处", "暗语求", "暗语补", "暗语记", "暗语避", "暗语人", "暗语信")
REPORT: dict[str, Any] = {
    "kind": RequestKind.REPORT,
    "title": "暗语题",
    "text": "暗语文",
    "place": "暗语处",
    "remedy": "暗语求",
    "contact": NewContact("暗语人", "17000001234"),
    "asks_recusal": "暗语避",
}


@pytest.fixture
def office(store):
    return build_office(store)


def reported(session, office, now):
    """A report about the emergency room with words that nobody else uses in all its parts."""
    desk = office.desk
    filed = file(session, desk, now, **REPORT)
    intake.add_to_request(session, filed.receipt_code, "暗语补", actor=PUBLIC, now=now + HOUR)
    for is_told, words in ((False, "暗语记"), (True, "暗语信")):
        circumstances = by(session, filed.request_id, desk.hotline, now + HOUR)
        actions.write_message(session, filed.request_id, words, is_told=is_told, **circumstances)
    return filed


def dispatched(session, office, request_id, now, service_id, **more):
    circumstances = by(session, request_id, office.desk.hotline, now)
    actions.dispatch_request(session, request_id, service_id=service_id, brief="核查收费", **(circumstances | more))


# Recusal


@pytest.mark.parametrize("ground", [CONCERNED, RELATIVE, INTEREST])
def test_who_declares_a_recusal_neither_sees_nor_edits_the_case(store, office, now, ground):
    desk = office.desk
    with store.writing() as session:
        request_id = file(session, desk, now).request_id
        recusals.declare_recusal(
            session, request_id, ground, "是我邻居", **by(session, request_id, desk.hotline, now + HOUR)
        )
        with pytest.raises(NotFound):
            details.request_detail(session, request_id, actor=desk.hotline)
        with pytest.raises(NotFound):
            dispatched(session, office, request_id, now + HOUR, desk.world.emergency)
        assert queries.open_requests(session, actor=desk.hotline, now=now).empty
        assert not waiting(session, actor=desk.hotline, now=now)
        with pytest.raises(NotFound):
            recusals.reveal_requester(session, request_id, "回访核对", actor=desk.hotline, now=now)
        assert len(queries.open_requests(session, actor=desk.other_hotline, now=now)) == 1
        shown = recusals.recusals_of(session, request_id, actor=desk.supervisor)
        assert [(one.person_id, one.ground) for one in shown] == [(desk.hotline.person_id, ground)]


def test_a_recused_handler_gives_the_case_back_to_the_unit(store, office, now):
    desk = office.desk
    with store.writing() as session:
        request_id = file(session, desk, now).request_id
        dispatched(session, office, request_id, now, desk.world.emergency)
        actions.sign_request(session, request_id, **by(session, request_id, desk.leader, now))
        recusals.declare_recusal(
            session, request_id, CONCERNED, "投诉的是我", **by(session, request_id, desk.leader, now)
        )
        assert stored(session, request_id).handler_id is None
        with pytest.raises(NotFound):
            actions.reply_request(
                session, request_id, "答复", outcome=Outcome.RESOLVED, **by(session, request_id, desk.leader, now)
            )


def test_the_office_recuses_somebody_and_lets_them_back(store, office, now):
    desk = office.desk
    with store.writing() as session:
        request_id = file(session, desk, now).request_id
        leader_id = desk.leader.person_id

        def recuse(person_id, actor=desk.supervisor):
            circumstances = by(session, request_id, actor, now)
            recusals.recuse_person(session, request_id, person_id, RELATIVE, "是亲属", **circumstances)

        for actor in (desk.leader, desk.head, desk.hotline):
            with pytest.raises(NotAllowed), session.begin_nested():
                recuse(leader_id, actor)
        with pytest.raises(NotFound), session.begin_nested():
            recuse(999)
        recuse(leader_id)
        with pytest.raises(Conflict) as refused, session.begin_nested():
            recuse(leader_id)
        assert refused.value.reason == "recusal_known"
        with pytest.raises(NotFound):
            details.request_detail(session, request_id, actor=desk.leader)
        circumstances = by(session, request_id, office.second, now)
        recusals.lift_recusal(session, request_id, leader_id, "并非亲属", **circumstances)
        assert details.request_detail(session, request_id, actor=desk.leader).request_id == request_id
        with pytest.raises(NotFound):
            recusals.lift_recusal(
                session, request_id, leader_id, "并非亲属", **by(session, request_id, office.second, now)
            )


def test_a_ground_that_only_the_office_can_give_is_not_ones_own(store, office, now):
    with store.writing() as session:
        request_id = file(session, office.desk, now).request_id
        circumstances = by(session, request_id, office.desk.hotline, now)
        with pytest.raises(InvalidInput):
            recusals.declare_recusal(session, request_id, RecusalGround.ASKED, "诉求人要求", **circumstances)


def test_a_requesters_wish_is_granted_or_refused_with_reasons_that_are_told(store, office, now):
    desk = office.desk
    with store.writing() as session:
        filed = file(session, desk, now)
        request_id = filed.request_id

        def status():
            return details.request_by_receipt(session, filed.receipt_code, actor=PUBLIC, now=now + DAY)

        def decide(person_id, actor=desk.supervisor):
            circumstances = by(session, request_id, actor, now + HOUR)
            recusals.decide_recusal(session, request_id, "已核实", person_id=person_id, **circumstances)

        with pytest.raises(Conflict) as refused, session.begin_nested():
            decide(None)
        assert refused.value.reason == "recusal_not_asked"
        assert status().can_ask_recusal
        recusals.ask_recusal(session, filed.receipt_code, "不要李主任", actor=PUBLIC, now=now)
        assert not status().can_ask_recusal
        assert recusals.recusals_to_decide(session, actor=desk.supervisor)["text"].tolist() == ["不要李主任"]
        assert "recusals_to_decide" in {one.code for one in waiting(session, actor=desk.supervisor, now=now)}
        with pytest.raises(Conflict) as refused, session.begin_nested():
            recusals.ask_recusal(session, filed.receipt_code, "不要李主任", actor=PUBLIC, now=now)
        assert refused.value.reason == "recusal_pending"
        with pytest.raises(Conflict) as refused, session.begin_nested():
            decide(desk.supervisor.person_id)
        assert refused.value.reason == "recusal_own"
        decide(None)
        assert status().steps[-1].kind is StepKind.RECUSAL_REFUSED
        assert status().steps[-1].text == "已核实"
        recusals.ask_recusal(session, filed.receipt_code, "还是不要李主任", actor=PUBLIC, now=now)
        decide(desk.leader.person_id)
        assert recusals.recused_people(session, request_id) == {desk.leader.person_id}
        assert recusals.recusals_to_decide(session, actor=desk.supervisor).empty
        assert status().can_ask_recusal


def test_a_wish_waits_with_the_limit_of_its_answer_and_leaves_that_of_the_request_alone(store, office, now):
    desk = office.desk
    until = now + 2 * DAY  # two working days, to the end of business
    with store.writing() as session:
        filed = file(session, desk, now)
        request_id = filed.request_id
        before = stored(session, request_id).next_due_at
        recusals.ask_recusal(session, filed.receipt_code, "不要李主任", actor=PUBLIC, now=now + HOUR)
        assert stored(session, request_id).next_due_at == before
        (due_at,) = recusals.recusals_to_decide(session, actor=desk.supervisor)["due_at"]
        assert local_day(due_at.to_pydatetime(), settings().zone) == local_day(until, settings().zone)
        (due,) = [one for one in dues_of(session, f"request:{request_id}", actor=SYSTEM) if one.rule == RECUSAL_RULE]
        assert [one.number for one in trace_of(session, due.due_id, actor=SYSTEM).days] == [None, 1, 2]
        (line,) = [one for one in waiting(session, actor=desk.supervisor, now=now) if one.code == "recusals_to_decide"]
        assert line.due_at == due.due_at
        steps = details.request_detail(session, request_id, actor=desk.supervisor).steps
        assert next(one for one in steps if one.kind is StepKind.RECUSAL_ASKED).due_at == due.due_at
        circumstances = by(session, request_id, desk.supervisor, now + 9 * DAY)
        recusals.decide_recusal(session, request_id, "无利害关系", person_id=None, **circumstances)
        assert "recusals_to_decide" not in {one.code for one in waiting(session, actor=desk.supervisor, now=now)}
        facts = session.scalars(sa.select(AuditEntry.facts).where(AuditEntry.action == "complaints.decided_recusal"))
        assert facts.one()["is_late"]


def test_a_wish_that_comes_with_the_request_has_its_limit_from_the_day_it_came(store, office, now):
    desk = office.desk
    with store.writing() as session:
        asked = wanted(desk, asks_recusal="不要李主任")
        early = intake.file_request(session, asked, registered_at=now - 6 * DAY, actor=desk.hotline, now=now)
        late = file(session, desk, now, asks_recusal="不要王主任")
        frame = recusals.recusals_to_decide(session, actor=desk.supervisor)
        assert frame["request_id"].tolist() == [early.request_id, late.request_id]
        assert (frame["due_at"] < now).tolist() == [True, False]
        (line,) = [one for one in waiting(session, actor=desk.supervisor, now=now) if one.code == "recusals_to_decide"]
        assert (line.due_at, line.query) == (frame["due_at"][0], {"request": str(early.request_id)})


def test_who_the_requester_is_is_revealed_to_the_desk_with_a_reason_and_never_to_the_unit(store, office, now):
    desk = office.desk
    with store.writing() as session:
        request_id = file(session, desk, now).request_id
        person = recusals.reveal_requester(session, request_id, "回访核对", actor=desk.hotline, now=now)
        assert person.name == "张三"
        for actor in (desk.leader, desk.head):
            with pytest.raises(NotAllowed):
                recusals.reveal_requester(session, request_id, "回访核对", actor=actor, now=now)
        both = Actor(
            desk.leader.person_id, "leader", "负责人", (*desk.leader.grants, Grant(Role.HOTLINE_OPERATOR, EVERYWHERE))
        )
        with pytest.raises(NotAllowed) as refused:
            recusals.reveal_requester(session, request_id, "回访核对", actor=both, now=now)
        assert refused.value.reason == "reveal_by_unit"


# Reports of wrongdoing


def test_a_report_is_not_sent_to_the_unit_it_is_about_but_by_a_supervisor_with_a_reason(store, office, now):
    desk, world = office.desk, office.desk.world
    with store.writing() as session:
        request_id = reported(session, office, now).request_id
        for service_id in (world.emergency, world.surgery):  # of the same hospital
            with pytest.raises(Conflict) as refused, session.begin_nested():
                dispatched(session, office, request_id, now + DAY, service_id)
            assert refused.value.reason == "report_to_accused"
        with pytest.raises(Conflict), session.begin_nested():
            dispatched(session, office, request_id, now + DAY, world.emergency, despite="他们最清楚")
        with pytest.raises(Conflict), session.begin_nested():
            dispatched(session, office, request_id, now + DAY, world.emergency, actor=desk.supervisor, despite=" ")
        with session.begin_nested() as attempt:
            dispatched(session, office, request_id, now + DAY, world.emergency, actor=desk.supervisor, despite="须自查")
            attempt.rollback()
        session.expire_all()
        dispatched(session, office, request_id, now + DAY, world.permits)
        assert accused_service_id(session, stored(session, request_id)) == world.emergency


def test_whom_a_report_is_about_is_remembered_when_another_unit_returns_it(store, office, now):
    desk, world = office.desk, office.desk.world
    with store.writing() as session:
        request_id = reported(session, office, now).request_id
        dispatched(session, office, request_id, now + DAY, world.permits)
        circumstances = by(session, request_id, desk.hotline, now + DAY)
        with pytest.raises(Conflict), session.begin_nested():
            co_units.ask_co_unit(session, request_id, service_id=world.emergency, task="协助", **circumstances)
        actions.return_request(
            session, request_id, "无权查处", **by(session, request_id, desk.foreign_leader, now + DAY + HOUR)
        )
        with pytest.raises(Conflict) as refused, session.begin_nested():
            dispatched(session, office, request_id, now + 2 * DAY, world.emergency)
        assert refused.value.reason == "report_to_accused"
        with pytest.raises(NotFound):
            details.request_detail(session, request_id, actor=desk.leader)


def test_the_office_handles_a_report_itself_and_the_service_is_not_judged_for_it(store, office, now):
    desk = office.desk
    with store.writing() as session:
        filed = reported(session, office, now)
        request_id = filed.request_id
        reports.take_report(session, request_id, "直接核查", **by(session, request_id, desk.supervisor, now + DAY))
        for actor in (desk.leader, desk.head, desk.foreign_leader):
            with pytest.raises(NotFound):
                details.request_detail(session, request_id, actor=actor)
        circumstances = by(session, request_id, desk.supervisor, now + DAY)
        reports.answer_report(session, request_id, "查实并已处理", outcome=Outcome.RESOLVED, **circumstances)
        with pytest.raises(Conflict) as refused, session.begin_nested():
            call_backs.verify_reply(session, request_id, **by(session, request_id, desk.supervisor, now + DAY))
        assert refused.value.reason == "recusal_needed"
        call_backs.verify_reply(session, request_id, **by(session, request_id, office.second, now + DAY))
        circumstances = by(session, request_id, office.second, now + DAY)
        call_backs.close_request(session, request_id, outcome=Outcome.RESOLVED, **circumstances)
        assert counted(session, Measure.REQUEST_ON_TIME) == (0.0, 0.0)
        check_figures(session)
        reviews.ask_review(session, filed.receipt_code, "查得不够", actor=PUBLIC, now=now + 2 * DAY)
        circumstances = by(session, request_id, office.third, now + 3 * DAY)
        reviews.decide_review(session, request_id, ReviewDecision.HANDLED_AGAIN, "再查", **circumstances)
        assert stored(session, request_id).state is RequestState.REGISTERED
        with pytest.raises(NotFound):
            details.request_detail(session, request_id, actor=desk.leader)
        check_figures(session)


def test_only_reports_are_handled_by_the_office_and_only_those_it_took(store, office, now):
    desk = office.desk
    with store.writing() as session:
        complaint = file(session, desk, now).request_id
        with pytest.raises(Conflict) as refused, session.begin_nested():
            reports.take_report(session, complaint, "", **by(session, complaint, desk.supervisor, now))
        assert refused.value.reason == "report_only"
        request_id = reported(session, office, now).request_id
        circumstances = by(session, request_id, desk.supervisor, now)
        with pytest.raises(Conflict) as refused, session.begin_nested():
            reports.answer_report(session, request_id, "答", outcome=Outcome.RESOLVED, **circumstances)
        assert refused.value.reason == "report_not_with_office"
        with pytest.raises(NotAllowed):
            reports.take_report(session, request_id, "", **by(session, request_id, desk.hotline, now))


# Nobody learns who reported

UNCHECKED = {"reviews_of"}  # asked by others that have checked who may see the case


def questions():
    """Every function of the two rooms that answers somebody: takes a session and says who asks."""
    for room in (qs.complaints, qs.topics):
        for found in pkgutil.iter_modules(room.__path__):
            module = import_module(f"{room.__name__}.{found.name}")
            for name, function in inspect.getmembers(module, inspect.isfunction):
                parameters = inspect.signature(function).parameters
                own = function.__module__ == module.__name__ and name not in UNCHECKED
                if own and next(iter(parameters), "") == "session" and "actor" in parameters:
                    yield f"{module.__name__}.{name}", function, parameters


def everything_told(session, actor, facts):
    """What all questions and acts answer this person, as one text; whatever they change is undone."""
    said = []
    asked = 0
    for name, function, parameters in questions():
        needed = [one.name for one in parameters.values() if one.default is inspect.Parameter.empty]
        if not set(needed) <= set(facts) | {"session", "actor"}:
            continue
        given = {one: facts[one] for one in parameters if one in facts}
        attempt = session.begin_nested()
        try:
            answer = function(session=session, actor=actor, **given)
            said.append(f"{name}: {in_words(answer)}")
            asked += 1
        except QualityError as error:
            said.append(f"{name}: {error}")
        finally:
            attempt.rollback()
            session.expire_all()
    return asked, "\n".join(said)


def in_words(answer):
    if hasattr(answer, "to_csv"):
        return answer.to_csv()
    if hasattr(answer, "rows") and hasattr(answer.rows, "to_csv"):
        return answer.rows.to_csv()
    if isinstance(answer, list | tuple | set | frozenset):
        return ", ".join(in_words(one) for one in answer)
    if isinstance(answer, Model):
        return str({column.key: getattr(answer, column.key) for column in sa.inspect(answer).mapper.column_attrs})
    return str(answer)


def facts_about(session, office, request_id, now):
    world = office.desk.world
    return {
        "request_id": request_id,
        "service_id": world.emergency,
        "area_id": world.north,
        "number": stored(session, request_id).number,
        "text": "暗语",
        "reason": "暗访核对",
        "starts_at": now - DAY,
        "ends_at": now + 30 * DAY,
        "since": now - DAY,
        "until": now + 30 * DAY,
        "ids": [request_id],
        "now": now + DAY,
    }


def test_the_accused_and_the_recused_learn_nothing_and_the_handling_unit_only_its_brief(store, office, now):
    desk = office.desk
    with store.writing() as session:
        request_id = reported(session, office, now).request_id
        dispatched(session, office, request_id, now + DAY, desk.world.permits)
        recusals.recuse_person(
            session,
            request_id,
            office.third.person_id,
            CONCERNED,
            "举报的是他",
            **by(session, request_id, desk.supervisor, now + DAY),
        )
        facts = facts_about(session, office, request_id, now)
        asked, control = everything_told(session, desk.supervisor, facts)
        assert asked > 20
        assert {one for one in SECRETS if one in control} >= {"暗语题", "暗语文", "暗语处", "暗语补"}
        number = facts["number"]
        for actor in (desk.leader, desk.head, office.third):
            _, said = everything_told(session, actor, facts)
            assert [one for one in (*SECRETS, number, "核查收费") if one in said] == []
        _, said = everything_told(session, desk.foreign_leader, facts)
        assert [one for one in SECRETS if one in said] == []
        assert "核查收费" in said


@pytest.mark.parametrize("others", [{"kind": RequestKind.REPORT}, {"kind": RequestKind.HELP, "is_confidential": True}])
def test_the_unit_of_a_withheld_case_sees_no_hour_no_area_and_no_step_that_tells_of_its_requester(
    store, office, now, others
):
    desk = office.desk
    with store.writing() as session:
        filed = file(session, desk, now, **(REPORT | {"service_id": desk.world.permits} | others))
        intake.add_to_request(session, filed.receipt_code, "暗语补", actor=PUBLIC, now=now + HOUR)
        more = {"actor": desk.supervisor, "despite": "须自查"}
        dispatched(session, office, filed.request_id, now + DAY, desk.world.permits, **more)
        shown = details.request_detail(session, filed.request_id, actor=desk.foreign_leader)
        assert shown.is_withheld
        assert (shown.vault_person_id, shown.area, shown.area_id, shown.files, shown.calls) == (None, "", None, (), ())
        assert shown.registered_at != now
        assert {one.kind for one in shown.steps} == {StepKind.REGISTERED, StepKind.DISPATCHED}
        assert {one.at for one in shown.steps} == {shown.registered_at, now + DAY}
        frame = queries.open_requests(session, actor=desk.foreign_leader, now=now + DAY)
        assert frame["registered_at"].tolist() == [shown.registered_at]


def test_a_leader_who_also_works_on_the_desk_reads_the_brief_only(store, office, now):
    desk = office.desk
    both = Actor(desk.leader.person_id, "leader", "负责人", (*desk.leader.grants, Grant(Role.HOTLINE_OPERATOR)))
    with store.writing() as session:
        request_id = reported(session, office, now).request_id
        shown = details.request_detail(session, request_id, actor=both)
        assert (shown.is_withheld, shown.title, shown.text) == (True, "", "")
        assert queries.open_requests(session, actor=both, now=now)["title"].tolist() == [""]


def test_the_words_of_a_report_stand_nowhere_but_in_the_case(store, office, now):
    desk = office.desk
    with store.writing() as session:
        request_id = reported(session, office, now).request_id
        dispatched(session, office, request_id, now + DAY, desk.world.permits)
        recusals.reveal_requester(session, request_id, "回访核对", actor=desk.hotline, now=now + DAY)
    with store.reading() as session:
        found = {
            table.name
            for table in Model.metadata.sorted_tables
            for row in session.execute(sa.select(table))
            if any(secret in str(value) for value in row for secret in SECRETS)
        }
        assert found == {"request", "request_step"}


@pytest.mark.parametrize("username", ["leader", "foreign"])
def test_no_screen_of_a_unit_shows_the_words_of_a_report(store, office, now, visit, username):
    with store.writing() as session:
        request_id = reported(session, office, now).request_id
        dispatched(session, office, request_id, now + DAY, office.desk.world.permits)
    for screen in ("home", "complaints"):
        shown = str(visit(screen, username, request=str(request_id)))
        assert [one for one in SECRETS if one in shown] == []
