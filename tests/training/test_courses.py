"""Hours count for who came, certificates are unique, and a session takes as many as it has places."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.actor import Role
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.training import actions, queries
from qs.training.models import CoursePlace, CourseSession
from qs.training.terms import Attendance, PartnerKind, SessionState
from qs.training.waiting import waiting
from tests.training.conftest import ENTERED_AT, HELD_AT, course, trainee
from tests.world import AUDITOR, STRANGER, in_services, person


def act(store, action, *args, **more):
    with store.writing() as session:
        return action(session, *args, **more)


def register(store, school, *people, now=ENTERED_AT):
    act(store, actions.register, school.session, people, actor=school.keeper, now=now)


def hold(store, school, came, *, now=HELD_AT):
    act(store, actions.hold_session, school.session, came, actor=school.keeper, now=now)


def places(store):
    with store.reading() as session:
        return {place.trainee_id: place for place in session.scalars(sa.select(CoursePlace))}


def test_hours_count_for_who_came_and_only_for_them(store, school):
    register(store, school, school.first, school.second)
    hold(store, school, {school.first: True, school.second: False})
    found = places(store)
    assert (found[school.first].hours, found[school.first].attendance) == (24.0, Attendance.ATTENDED)
    assert (found[school.second].hours, found[school.second].certificate) == (0.0, None)
    assert found[school.first].certificate == f"2026-flow-{school.session:05d}-001"


def test_the_hours_of_a_year_are_those_of_its_sessions(store, school):
    register(store, school, school.first)
    hold(store, school, {school.first: True})
    with store.reading() as session:
        this_year = queries.staff(session, 2026, actor=school.keeper).set_index("trainee_id")
        last_year = queries.staff(session, 2025, actor=school.keeper).set_index("trainee_id")
    assert this_year.loc[school.first, "hours"] == 24.0
    assert this_year.loc[school.first, "share"] == pytest.approx(24 / 90)
    assert last_year.loc[school.first, "hours"] == 0.0


def test_a_session_takes_as_many_as_it_has_places_and_nobody_twice(store, school):
    register(store, school, school.first)
    with pytest.raises(Conflict, match="registered_already"):
        register(store, school, school.first)
    with store.writing() as session:
        third = trainee(session, school.world, "003", school.keeper)
    with pytest.raises(Conflict, match="session_full"):
        register(store, school, school.second, third)
    assert set(places(store)) == {school.first}


def test_attendance_is_entered_for_everybody_once_the_session_has_begun(store, school):
    register(store, school, school.first, school.second)
    with pytest.raises(InvalidInput, match="session_not_yet"):
        hold(store, school, {school.first: True, school.second: True}, now=HELD_AT - timedelta(minutes=1))
    with pytest.raises(InvalidInput, match="attendance_missing"):
        hold(store, school, {school.first: True})
    hold(store, school, {school.first: True, school.second: True})
    with pytest.raises(Conflict, match="session_over"):
        hold(store, school, {school.first: False, school.second: False})


def test_a_cancelled_session_rests(store, school):
    act(store, actions.cancel_session, school.session, reason="讲师生病", actor=school.keeper, now=ENTERED_AT)
    with store.reading() as session:
        assert session.get_one(CourseSession, school.session).state is SessionState.CANCELLED
    with pytest.raises(Conflict, match="session_over"):
        register(store, school, school.first)


def test_cancelling_needs_a_reason(store, school):
    with pytest.raises(InvalidInput):
        act(store, actions.cancel_session, school.session, reason=" ", actor=school.keeper, now=ENTERED_AT)


def test_codes_and_staff_numbers_are_unique(store, school):
    with pytest.raises(Conflict, match="course_code_taken"):
        act(store, actions.add_course, course(school.partner), actor=school.keeper, now=ENTERED_AT)
    with pytest.raises(Conflict, match="trainee_number_taken"), store.writing() as session:
        trainee(session, school.world, "001", school.keeper)


@pytest.mark.parametrize("hours", [0.0, -1.0, 401.0])
def test_a_course_has_hours_in_range(store, school, hours):
    with pytest.raises(InvalidInput, match="course_hours_faulty"):
        act(store, actions.add_course, course(school.partner, code="x", hours=hours), actor=school.keeper, now=HELD_AT)


def test_a_course_has_a_known_partner(store, school):
    with pytest.raises(NotFound, match="partner_unknown"):
        act(store, actions.add_course, course(99, code="x"), actor=school.keeper, now=HELD_AT)


@pytest.mark.parametrize(("days", "capacity", "reason"), [(-1, 10, "session_in_past"), (1, 0, "capacity_faulty")])
def test_a_session_lies_ahead_and_has_places(store, school, days, capacity, reason):
    with pytest.raises(InvalidInput, match=reason):
        act(
            store,
            actions.plan_session,
            school.course,
            starts_at=HELD_AT + timedelta(days=days),
            place="204 室",
            capacity=capacity,
            actor=school.keeper,
            now=HELD_AT,
        )


def test_the_courses_count_how_often_they_were_held_and_who_came(store, school):
    register(store, school, school.first, school.second)
    hold(store, school, {school.first: True, school.second: False})
    with store.reading() as session:
        found = queries.courses(session, actor=AUDITOR).iloc[0]
        listed = queries.sessions(session, actor=AUDITOR).iloc[0]
    assert (found["held_count"], found["attended_count"]) == (1, 1)
    assert (listed["registered_count"], listed["attended_count"], listed["state"]) == (2, 1, SessionState.HELD)


def test_names_are_for_those_who_keep_the_register(store, school):
    with store.reading() as session:
        for somebody in (AUDITOR, person(Role.SERVICE_LEADER), STRANGER):
            with pytest.raises(NotAllowed):
                queries.staff(session, 2026, actor=somebody)
            with pytest.raises(NotAllowed):
                queries.places(session, school.session, actor=somebody)


def test_hours_by_provider_show_no_names_and_only_the_own_scope(store, school):
    register(store, school, school.first)
    hold(store, school, {school.first: True})
    with store.reading() as session:
        found = queries.hours_by_provider(session, 2026, actor=AUDITOR)
        own = queries.hours_by_provider(session, 2026, actor=in_services(Role.SERVICE_LEADER, school.world.surgery))
        foreign = queries.hours_by_provider(session, 2026, actor=in_services(Role.SERVICE_LEADER, school.world.permits))
    assert found.iloc[0][["staff_count", "done_count", "mean_hours"]].tolist() == [2, 0, 12.0]
    assert "name" not in found.columns
    assert (len(own), len(foreign)) == (1, 0)


def test_a_session_held_but_not_entered_waits_for_human_resources(store, school):
    register(store, school, school.first)
    with store.reading() as session:
        before = waiting(session, actor=school.keeper, now=ENTERED_AT)
        after = waiting(session, actor=school.keeper, now=HELD_AT + timedelta(days=1))
        others = waiting(session, actor=AUDITOR, now=HELD_AT + timedelta(days=1))
    assert ([line.code for line in before], [line.code for line in others]) == ([], [])
    assert [line.code for line in after] == ["training.attendance"]


def test_a_stranger_enters_nothing(store, school):
    with pytest.raises(NotAllowed):
        act(store, actions.add_partner, name="x", kind=PartnerKind.OWN, actor=STRANGER, now=ENTERED_AT)
