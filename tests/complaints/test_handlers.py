"""Who handles a request within its unit: shown on the case, and changed by the unit itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from qs.access.models import Person
from qs.actor import Actor, Grant, Role, Scope, ScopeKind
from qs.complaints import details
from qs.complaints.handling import classification
from qs.complaints.handling.classification import possible_handlers
from qs.complaints.protection.recusals import recuse_person
from qs.complaints.terms import RecusalGround, RequestState, StepKind
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from tests.complaints.desk import HOUR, at_stage, build_desk, refused
from tests.world import enroll, person


@pytest.fixture
def desk(store):
    return build_desk(store)


@pytest.fixture
def deputy(store, desk) -> Actor:
    """Somebody else of the unit that runs the emergency room."""
    scope = Scope(ScopeKind.SERVICES, frozenset({desk.world.emergency}))
    person_id = enroll(store, "deputy", Grant(Role.SERVICE_LEADER, scope))
    return person(Role.SERVICE_LEADER, scope, username="deputy", person_id=person_id)


@pytest.fixture
def lately():
    """A little before the real moment: screens read the real clock."""
    return datetime.now(UTC) - timedelta(hours=7)


def made(store, desk, stage, at):
    with store.writing() as session:
        return at_stage(session, desk, stage, at)


def found(store, desk, request_id):
    with store.reading() as session:
        return details.request_detail(session, request_id, actor=desk.supervisor)


def words(screen):
    return " ".join([*(one.value for one in screen.text), *(one.value for one in screen.markdown)]).replace("\\", "")


def keys(screen):
    return {button.key for button in screen.button}


def hand_over(session, request_id, person_id, actor, now, why="休假", version=3):
    said = {"person_id": person_id, "version": version, "actor": actor, "now": now}
    classification.reassign_request(session, request_id, why, **said)


def test_a_request_is_handed_to_a_colleague_and_its_limit_stays(store, desk, deputy, now):
    request_id = made(store, desk, RequestState.IN_PROGRESS, now)
    before = found(store, desk, request_id)
    with store.writing() as session:
        hand_over(session, request_id, deputy.person_id, desk.leader, now + 3 * HOUR)
    after = found(store, desk, request_id)
    assert (before.handler_id, after.handler_id) == (desk.leader.person_id, deputy.person_id)
    assert (after.due_at, after.next_due_at) == (before.due_at, before.next_due_at)
    assert (after.steps[-1].kind, after.steps[-1].note) == (StepKind.REASSIGNED, "休假")


def test_nobody_of_another_unit_gets_it_and_a_reason_is_needed(store, desk, deputy, now):
    request_id = made(store, desk, RequestState.IN_PROGRESS, now)
    later, foreign = now + 3 * HOUR, desk.foreign_leader.person_id
    with store.writing() as session:
        act = (hand_over, session, request_id)
        refused(session, NotFound, "handler_unknown", *act, foreign, desk.leader, later)
        refused(session, Conflict, "handler_already", *act, desk.leader.person_id, desk.leader, later)
        refused(session, InvalidInput, InvalidInput.code, *act, deputy.person_id, desk.leader, later, why=" ")
        refused(session, Conflict, "request_changed", *act, deputy.person_id, desk.leader, later, version=2)
    assert found(store, desk, request_id).handler_id == desk.leader.person_id


def test_the_people_of_the_unit_are_offered_with_what_each_handles(store, desk, deputy, now):
    request_id, other = (made(store, desk, RequestState.IN_PROGRESS, now) for _ in range(2))
    with store.writing() as session:
        hand_over(session, other, deputy.person_id, desk.leader, now + 3 * HOUR)
        people = possible_handlers(session, request_id, actor=desk.leader)
        assert {(one.person_id, one.open_count, one.is_present) for one in people} == {
            (desk.leader.person_id, 1, True),
            (deputy.person_id, 1, False),
        }
        refused(session, NotFound, "request_unknown", possible_handlers, session, other, actor=desk.foreign_leader)
        with pytest.raises(NotAllowed):
            possible_handlers(session, request_id, actor=desk.hotline)


def test_who_left_or_keeps_out_is_not_offered(store, desk, deputy, now):
    request_id = made(store, desk, RequestState.IN_PROGRESS, now)
    left = enroll(
        store, "left", Grant(Role.SERVICE_LEADER, Scope(ScopeKind.SERVICES, frozenset({desk.world.emergency})))
    )
    with store.writing() as session:
        session.get_one(Person, left).is_active = False
        told = {"version": 3, "actor": desk.supervisor, "now": now + 3 * HOUR}
        recuse_person(session, request_id, deputy.person_id, RecusalGround.RELATIVE, "亲属", **told)
    with store.reading() as session:
        (only,) = possible_handlers(session, request_id, actor=desk.leader)
    assert only.person_id == desk.leader.person_id


def test_the_case_says_who_handles_it_and_hands_it_over(store, desk, deputy, visit, lately):
    request_id = made(store, desk, RequestState.IN_PROGRESS, lately)
    screen = visit("complaints", "leader", request=str(request_id))
    assert "Handled by" in words(screen)
    screen.button(key="step_reassign").click().run()
    screen.button(key="reassign_save").click().run()
    assert "Choose who is to handle it" in screen.error[0].value
    screen.selectbox(key="reassign_person").set_value(deputy.person_id)
    screen.text_input(key="reassign_reason").set_value("休假")
    screen.button(key="reassign_save").click().run()
    assert not screen.error
    assert found(store, desk, request_id).handler_id == deputy.person_id


def test_the_office_sees_the_handler_and_cannot_change_whom_the_unit_chose(store, desk, visit, lately):
    request_id = made(store, desk, RequestState.IN_PROGRESS, lately)
    screen = visit("complaints", "boss", request=str(request_id))
    assert "Handled by" in words(screen)
    assert "step_reassign" not in keys(screen)


def test_a_lone_handler_is_told_that_nobody_else_may(store, desk, visit, lately):
    request_id = made(store, desk, RequestState.IN_PROGRESS, lately)
    screen = visit("complaints", "leader", request=str(request_id), do="reassign")
    assert "Nobody else handles requests of this service" in words(screen)
    assert "reassign_save" not in keys(screen)


def test_a_request_without_a_handler_says_so_and_a_colleague_takes_it(store, desk, deputy, visit, lately):
    request_id = made(store, desk, RequestState.IN_PROGRESS, lately)
    with store.writing() as session:
        told = {"version": 3, "actor": desk.supervisor, "now": lately + 3 * HOUR}
        recuse_person(session, request_id, desk.leader.person_id, RecusalGround.RELATIVE, "亲属", **told)
    screen = visit("complaints", "deputy", request=str(request_id))
    assert "Nobody handles it now" in words(screen)
    screen.button(key="step_reassign").click().run()
    screen.selectbox(key="reassign_person").set_value(deputy.person_id)
    screen.text_input(key="reassign_reason").set_value("由我承办")
    screen.button(key="reassign_save").click().run()
    assert found(store, desk, request_id).handler_id == deputy.person_id
