"""Which services a person sees, and the shape of what is asked of the directory."""

from __future__ import annotations

from datetime import date

import pytest

from qs.actor import SYSTEM, Actor, Grant, Permission, Role, Scope, ScopeKind
from qs.directory import actions, queries
from qs.directory.terms import Table
from qs.errors import NotAllowed, NotFound
from tests.world import CLERK, STRANGER, SUPERVISOR, build_world, in_department, in_provider, in_services

READ = Permission.DIRECTORY_READ


@pytest.fixture
def world(store):
    return build_world(store)


def seen(store, actor, permission=READ):
    with store.reading() as session:
        return set(session.scalars(queries.visible_services(actor, permission)))


def test_a_supervisor_of_everything_sees_every_service(store, world):
    assert seen(store, SUPERVISOR) == {world.surgery, world.emergency, world.vaccination, world.permits}


def test_a_department_head_sees_the_services_of_the_departments_providers(store, world):
    head = in_department(Role.DEPARTMENT_HEAD, world.health_department)
    assert seen(store, head) == {world.surgery, world.emergency, world.vaccination}


def test_a_provider_scope_reaches_its_own_services(store, world):
    assert seen(store, in_provider(Role.SERVICE_LEADER, world.hospital)) == {world.surgery, world.emergency}


def test_named_services_are_reached_one_by_one(store, world):
    assert seen(store, in_services(Role.SERVICE_LEADER, world.permits, world.surgery)) == {world.permits, world.surgery}


def test_several_roles_add_up(store, world):
    grants = (
        Grant(Role.SERVICE_LEADER, Scope(ScopeKind.SERVICES, frozenset({world.permits}))),
        Grant(Role.DEPARTMENT_HEAD, Scope(ScopeKind.PROVIDER, frozenset({world.clinic}))),
    )
    assert seen(store, Actor(1, "both", "Both", grants)) == {world.permits, world.vaccination}


def test_a_stranger_sees_nothing_and_a_role_counts_only_for_its_own_rights(store, world):
    assert seen(store, STRANGER) == set()
    assert seen(store, in_provider(Role.SERVICE_LEADER, world.hospital), Permission.EVENTS_ADD) == set()


def test_an_ended_service_stays_visible(store, world, now):
    with store.writing() as session:
        actions.end_service(session, world.surgery, ends_on=date(2026, 1, 31), actor=CLERK, now=now)
    assert world.surgery in seen(store, SUPERVISOR)


def test_the_frame_of_services_carries_names_and_whether_each_is_open(store, world, now):
    with store.writing() as session:
        actions.end_service(session, world.surgery, ends_on=date(2026, 1, 31), actor=CLERK, now=now)
    with store.reading() as session:
        frame = queries.services(session, actor=SUPERVISOR, day=date(2026, 2, 1)).set_index("service_id")
        on_last_day = queries.services(session, actor=SUPERVISOR, day=date(2026, 1, 31))
        without_day = queries.services(session, actor=SUPERVISOR)
    assert list(frame["is_open"]) == [False, True, True, True]
    assert on_last_day["is_open"].all()
    assert list(without_day["is_open"]) == [False, True, True, True]
    assert frame.loc[world.permits, ["department_en", "sector_code", "group", "leader"]].to_list() == [
        "Government Office",
        "government",
        "第一小组",
        "",
    ]


def test_a_frame_has_the_same_columns_and_kinds_when_it_is_empty(store, world):
    with store.reading() as session:
        full = queries.services(session, actor=SUPERVISOR)
        empty = queries.services(session, actor=STRANGER)
    assert empty.empty
    assert list(full.columns) == list(queries.SERVICE_COLUMNS)
    assert full.dtypes.to_dict() == empty.dtypes.to_dict()


def test_a_service_outside_the_scope_is_as_if_it_did_not_exist(store, world):
    leader = in_services(Role.SERVICE_LEADER, world.permits)
    with store.reading() as session:
        assert queries.service_detail(session, world.permits, actor=leader, day=date(2025, 1, 1)).code == "S4"
        for service_id in (world.surgery, 999):
            with pytest.raises(NotFound):
                queries.service_detail(session, service_id, actor=leader, day=date(2025, 1, 1))


def test_pickers_are_for_those_who_may_read_the_directory(store, world):
    askings = (queries.sectors, queries.areas, queries.departments, queries.providers, queries.groups)
    with store.reading() as session:
        for asked in askings:
            assert {"id", "code", "name", "name_en"} <= set(asked(session, actor=SUPERVISOR).columns)
            with pytest.raises(NotAllowed):
                asked(session, actor=STRANGER)
        with pytest.raises(NotAllowed):
            queries.people(session, actor=SUPERVISOR)


def test_codes_lead_to_ids(store, world):
    with store.reading() as session:
        assert queries.sector_ids_by_code(session) == {"health": world.health, "government": world.government}
        assert queries.area_ids_by_code(session) == {"north": world.north, "south": world.south}
        assert queries.department_ids_by_code(session)["D1"] == world.health_department
        assert queries.provider_ids_by_code(session)["P3"] == world.hall
        assert queries.ids_by_code(session, Table.GROUP) == queries.group_ids_by_code(session) == {"G1": world.group}
        assert queries.service_ids_by_code(session, actor=SYSTEM)["S3"] == world.vaccination
        leader = in_provider(Role.SERVICE_LEADER, world.clinic)
        assert queries.service_ids_by_code(session, actor=leader) == {"S3": world.vaccination}
