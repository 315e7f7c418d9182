"""What can be done to the directory, who may do it, and what remains when it fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from qs.access.actions import deactivate_person
from qs.actor import SYSTEM, Role
from qs.audit.models import AuditEntry
from qs.directory import actions, queries
from qs.directory.entries import CodeTaken
from qs.directory.library import read_sectors
from qs.directory.models import Area, Provider, Sector, Service, SupervisionGroup
from qs.directory.terms import NewService
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.versions import data_versions
from tests.world import BEGINNING, CLERK, STRANGER, SUPERVISOR, build_world, enroll, in_department, in_provider


@pytest.fixture
def world(store):
    return build_world(store)


def last_entry(store):
    with store.reading() as session:
        return session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()


def entry_count(store):
    with store.reading() as session:
        return session.scalar(sa.select(sa.func.count(AuditEntry.seq)))


def new_service(world, **others):
    values = {"code": "S9", "name": "新项目", "provider_id": world.hospital, "sector_id": world.health}
    return values | {"area_id": world.north, "starts_on": BEGINNING} | others


SIMPLE = [
    (actions.add_sector, {}),
    (actions.add_area, {"population": 5}),
    (actions.add_department, {}),
    (actions.add_group, {}),
]


@pytest.mark.parametrize(("add", "more"), SIMPLE)
def test_an_entry_is_added_with_clean_names_and_one_trace(store, now, add, more):
    with store.writing() as session:
        row = add(session, code=" X1 ", name=" 名称 ", name_en="  ", **more, actor=CLERK, now=now)
        assert (row.code, row.name, row.name_en) == ("X1", "名称", None)
    assert last_entry(store).facts["code"] == "X1"
    assert entry_count(store) == 1


@pytest.mark.parametrize(("add", "more"), SIMPLE)
def test_an_entry_is_refused_to_those_who_may_not_edit_everything(store, now, world, add, more):
    before = entry_count(store)
    for actor in (STRANGER, SUPERVISOR, in_department(Role.INFORMATION_TECHNOLOGY, world.health_department)):
        with pytest.raises(NotAllowed), store.writing() as session:
            add(session, code="X1", name="名称", **more, actor=actor, now=now)
    assert entry_count(store) == before


@pytest.mark.parametrize(("add", "more"), SIMPLE)
def test_a_code_is_given_once(store, now, add, more):
    with store.writing() as session:
        add(session, code="X1", name="甲", **more, actor=CLERK, now=now)
    with pytest.raises(CodeTaken) as refusal, store.writing() as session:
        add(session, code="X1", name="乙", **more, actor=CLERK, now=now)
    assert refusal.value.facts == {"value": "X1"}
    assert entry_count(store) == 1


def test_an_entry_without_a_name_is_refused_and_nothing_remains(store, now):
    with pytest.raises(InvalidInput), store.writing() as session:
        actions.add_sector(session, code="X1", name=" ", actor=CLERK, now=now)
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Sector.id))) == 0
    assert entry_count(store) == 0


def test_a_change_says_what_was_and_what_is(store, world, now):
    with store.writing() as session:
        actions.change_area(session, world.north, name="北区", name_en="North", population=7, actor=CLERK, now=now)
        assert session.get_one(Area, world.north).population == 7
    entry = last_entry(store)
    assert entry.action == "directory.changed_area"
    assert entry.object == f"area:{world.north}"
    assert entry.facts == {"population_from": 200_000, "population_to": 7}


def test_saving_an_entry_as_it_was_leaves_no_trace(store, world, now):
    before = entry_count(store)
    with store.writing() as session:
        actions.change_sector(session, world.health, name="医疗", name_en="Health care", actor=CLERK, now=now)
        actions.change_department(
            session, world.health_department, name="卫健委", name_en="Health Commission", actor=CLERK, now=now
        )
    assert entry_count(store) == before


def test_cached_screens_hear_of_a_change(store, world, now):
    with store.writing() as session:
        before = data_versions(session)
        actions.change_sector(session, world.health, name="卫生", actor=CLERK, now=now)
        assert data_versions(session) != before


def test_a_provider_moves_to_another_department_with_its_services(store, world, now):
    head = in_department(Role.DEPARTMENT_HEAD, world.government_department)
    with store.writing() as session:
        actions.change_provider(
            session, world.clinic, name="诊所", department_id=world.government_department, actor=CLERK, now=now
        )
        seen = set(queries.services(session, actor=head)["service_id"])
    assert seen == {world.permits, world.vaccination}


def test_a_provider_needs_a_department_that_exists(store, world, now):
    with pytest.raises(NotFound) as refusal, store.writing() as session:
        actions.add_provider(session, code="P9", name="单位", department_id=999, actor=CLERK, now=now)
    assert refusal.value.reason == "department_unknown"
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Provider.id))) == 3


def test_a_group_has_a_leader_and_members_that_can_be_changed(store, world, now):
    ana, bo, cy = (enroll(store, name) for name in ("ana", "bo", "cy"))
    with store.writing() as session:
        group_id = actions.add_group(
            session, code="G2", name="二组", leader_id=ana, member_ids=[bo, ana, bo], actor=CLERK, now=now
        ).id
        actions.change_group(session, group_id, name="二组", leader_id=bo, member_ids=[ana, cy], actor=CLERK, now=now)
        seats = queries.group_members(session, actor=CLERK)
    facts = last_entry(store).facts
    assert list(seats["username"]) == ["ana", "cy"]
    assert (facts["leader_id_from"], facts["leader_id_to"]) == (ana, bo)
    assert (facts["member_ids_from"], facts["member_ids_to"]) == ([ana, bo], [ana, cy])


def test_only_active_people_may_be_given_a_seat_but_those_who_left_may_keep_theirs(store, world, now):
    enroll(store, "root", Role.ADMINISTRATOR)
    ana, bo = enroll(store, "ana"), enroll(store, "bo")
    with store.writing() as session:
        group_id = actions.add_group(session, code="G2", name="二组", member_ids=[ana], actor=CLERK, now=now).id
        for person_id in (ana, bo):
            deactivate_person(session, person_id, actor=SYSTEM, now=now)
        actions.change_group(session, group_id, name="小组", member_ids=[ana], actor=CLERK, now=now)
    with pytest.raises(NotFound) as refusal, store.writing() as session:
        actions.change_group(session, group_id, name="新名", member_ids=[ana, bo], actor=CLERK, now=now)
    assert refusal.value.reason == "person_unknown"
    with store.reading() as session:
        assert session.get_one(SupervisionGroup, group_id).name == "小组"


def test_a_service_is_entered_with_all_that_belongs_to_it(store, world, now):
    leader = enroll(store, "ana")
    with store.writing() as session:
        values = new_service(world, leader_id=leader, group_id=world.group, ends_on=date(2027, 1, 1))
        service = actions.add_service(session, **values, actor=CLERK, now=now)
        found = queries.service_detail(session, service.id, actor=CLERK, day=BEGINNING)
    assert last_entry(store).action == "directory.added_service"
    assert (found.provider, found.area_en, found.leader_en, found.group_id) == ("医院", "North", "Ana", world.group)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"provider_id": 999}, "provider_unknown"),
        ({"sector_id": 999}, "sector_unknown"),
        ({"area_id": 999}, "area_unknown"),
        ({"group_id": 999}, "group_unknown"),
        ({"leader_id": 999}, "person_unknown"),
        ({"ends_on": date(2024, 12, 31)}, "invalid_input"),
        ({"code": "S1"}, "code_taken"),
    ],
)
def test_a_service_with_something_wrong_leaves_nothing_behind(store, world, now, wrong, reason):
    before = entry_count(store)
    with pytest.raises((NotFound, InvalidInput, Conflict)) as refusal, store.writing() as session:
        actions.add_service(session, **new_service(world, **wrong), actor=CLERK, now=now)
    assert refusal.value.reason == reason
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Service.id))) == 4
    assert entry_count(store) == before


def test_an_editor_of_one_provider_adds_and_changes_only_there(store, world, now):
    editor = in_provider(Role.INFORMATION_TECHNOLOGY, world.clinic)
    with store.writing() as session:
        actions.add_service(session, **new_service(world, provider_id=world.clinic), actor=editor, now=now)
    with pytest.raises(NotAllowed), store.writing() as session:
        actions.add_service(session, **new_service(world, code="S10"), actor=editor, now=now)
    with pytest.raises(NotFound), store.writing() as session:
        actions.end_service(session, world.surgery, ends_on=BEGINNING, actor=editor, now=now)
    with pytest.raises(NotAllowed), store.writing() as session:
        actions.change_service(
            session,
            world.vaccination,
            name="接种",
            provider_id=world.hospital,
            starts_on=BEGINNING,
            actor=editor,
            now=now,
        )


def test_a_service_is_changed_and_keeps_its_sector_and_area(store, world, now):
    with store.writing() as session:
        actions.change_service(
            session,
            world.surgery,
            name="普外科",
            provider_id=world.clinic,
            starts_on=date(2025, 2, 1),
            actor=CLERK,
            now=now,
        )
        found = queries.service_detail(session, world.surgery, actor=CLERK, day=BEGINNING)
    facts = last_entry(store).facts
    assert (found.name, found.name_en, found.provider_id, found.group_id) == ("普外科", "", world.clinic, None)
    assert (found.sector_id, found.area_id, found.is_open) == (world.health, world.north, False)
    assert (facts["starts_on_from"], facts["starts_on_to"]) == ("2025-01-01", "2025-02-01")


def test_a_service_ends_once(store, world, now):
    with store.writing() as session:
        actions.end_service(session, world.surgery, ends_on=date(2026, 6, 30), actor=CLERK, now=now)
    assert last_entry(store).facts == {"ends_on": "2026-06-30"}
    with pytest.raises(Conflict) as refusal, store.writing() as session:
        actions.end_service(session, world.surgery, ends_on=date(2026, 7, 31), actor=CLERK, now=now)
    assert refusal.value.reason == "service_ended"


def test_a_service_cannot_end_before_it_began(store, world, now):
    with pytest.raises(InvalidInput), store.writing() as session:
        actions.end_service(session, world.surgery, ends_on=date(2024, 1, 1), actor=CLERK, now=now)


def many(world, *codes):
    base = NewService("", "项目", world.hospital, world.health, world.north, BEGINNING)
    return [replace(base, code=code) for code in codes]


def test_a_feed_adds_many_services_under_one_entry(store, world, now):
    rows = many(world, *(f"N{number}" for number in range(2500)))
    with store.writing() as session:
        added = actions.add_services(session, rows, feed="nyc-council", actor=CLERK, now=now)
    entry = last_entry(store)
    assert len(added) == 2500
    assert entry.facts == {"count": 2500, "feed": "nyc-council"}
    with store.reading() as session:
        assert queries.service_ids_by_code(session, actor=SYSTEM).items() >= added.items()
        assert entry_count(store) == entry.seq


@pytest.mark.parametrize(("codes", "reason"), [(("N1", "S1"), "code_taken"), (("N1", "N1"), "code_taken")])
def test_many_services_are_added_whole_or_not_at_all(store, world, now, codes, reason):
    with pytest.raises(CodeTaken) as refusal, store.writing() as session:
        actions.add_services(session, many(world, *codes), actor=CLERK, now=now)
    assert refusal.value.reason == reason
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Service.id))) == 4


def test_many_services_need_the_right_to_edit_their_providers(store, world, now):
    editor = in_provider(Role.INFORMATION_TECHNOLOGY, world.clinic)
    for actor in (SUPERVISOR, editor):
        with pytest.raises(NotAllowed), store.writing() as session:
            actions.add_services(session, many(world, "N1"), actor=actor, now=now)


def test_the_sectors_of_the_national_monitoring_are_loaded_once(store, now):
    with store.writing() as session:
        assert actions.load_sectors(session, read_sectors(), actor=CLERK, now=now) == 12
        assert actions.load_sectors(session, read_sectors(), actor=CLERK, now=now) == 0
        assert "education" in queries.sector_ids_by_code(session)
    assert entry_count(store) == 1


def test_a_file_of_sectors_with_faults_names_each_of_them(tmp_path):
    file = tmp_path / "sectors.toml"
    file.write_text(
        '[[sector]]\ncode = "a"\nname = "甲"\n[[sector]]\ncode = "a"\nname = ""\nzip = 1\n', encoding="utf-8"
    )
    with pytest.raises(InvalidInput) as refusal:
        read_sectors(file)
    assert [(problem.code, problem.where) for problem in refusal.value.problems] == [
        ("key_unknown", "sectors.toml [[sector]] a")
    ]
