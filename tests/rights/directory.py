"""Who may change the directory: information technology and administrators, services also within a part of it."""

from __future__ import annotations

from datetime import date

from qs.actor import Role
from qs.directory import actions
from qs.directory.terms import NewService, SectorDefinition
from tests.rights.attempt import Attempt

EDITORS = frozenset({Role.INFORMATION_TECHNOLOGY, Role.ADMINISTRATOR})
NAMES = {"name": "名称", "name_en": "Name"}
SINCE = date(2025, 1, 1)


def nothing(session, stage):
    return None


def by(stage, actor):
    return {"actor": actor, "now": stage.now}


def row(name, act, *, is_office_wide=True):
    return Attempt(
        f"directory.actions.{name}",
        EDITORS,
        nothing,
        act,
        is_scoped=not is_office_wide,
        is_office_wide=is_office_wide,
    )


def new_service(stage):
    return NewService(
        code="another",
        name="另一项目",
        name_en=None,
        provider_id=stage.world.hospital,
        sector_id=stage.world.health,
        area_id=stage.world.north,
        leader_id=None,
        group_id=None,
        starts_on=SINCE,
    )


ATTEMPTS = (
    row(
        "add_sector",
        lambda session, stage, made, actor: actions.add_sector(session, code="x", **NAMES, **by(stage, actor)),
    ),
    row(
        "change_sector",
        lambda session, stage, made, actor: actions.change_sector(
            session, stage.world.health, **NAMES, **by(stage, actor)
        ),
    ),
    row(
        "load_sectors",
        lambda session, stage, made, actor: actions.load_sectors(
            session, [SectorDefinition("x", "名称", "Name")], **by(stage, actor)
        ),
    ),
    row(
        "add_area",
        lambda session, stage, made, actor: actions.add_area(session, code="x", **NAMES, **by(stage, actor)),
    ),
    row(
        "change_area",
        lambda session, stage, made, actor: actions.change_area(
            session, stage.world.north, **NAMES, **by(stage, actor)
        ),
    ),
    row(
        "add_department",
        lambda session, stage, made, actor: actions.add_department(session, code="x", **NAMES, **by(stage, actor)),
    ),
    row(
        "change_department",
        lambda session, stage, made, actor: actions.change_department(
            session, stage.world.health_department, **NAMES, **by(stage, actor)
        ),
    ),
    row(
        "add_provider",
        lambda session, stage, made, actor: actions.add_provider(
            session, code="x", department_id=stage.world.health_department, **NAMES, **by(stage, actor)
        ),
    ),
    row(
        "change_provider",
        lambda session, stage, made, actor: actions.change_provider(
            session,
            stage.world.hospital,
            department_id=stage.world.health_department,
            **NAMES,
            **by(stage, actor),
        ),
    ),
    row(
        "add_group",
        lambda session, stage, made, actor: actions.add_group(session, code="x", **NAMES, **by(stage, actor)),
    ),
    row(
        "change_group",
        lambda session, stage, made, actor: actions.change_group(
            session, stage.world.group, **NAMES, **by(stage, actor)
        ),
    ),
    Attempt(
        "directory.actions.add_service",
        EDITORS,
        nothing,
        lambda session, stage, made, actor: actions.add_service(
            session,
            code="another",
            provider_id=stage.world.hospital,
            sector_id=stage.world.health,
            area_id=stage.world.north,
            starts_on=SINCE,
            **NAMES,
            **by(stage, actor),
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "directory.actions.add_services",
        EDITORS,
        nothing,
        lambda session, stage, made, actor: actions.add_services(session, [new_service(stage)], **by(stage, actor)),
        is_scoped=False,
        is_office_wide=True,
    ),
    row(
        "change_service",
        lambda session, stage, made, actor: actions.change_service(
            session,
            stage.service_id,
            provider_id=stage.world.hospital,
            starts_on=SINCE,
            **NAMES,
            **by(stage, actor),
        ),
        is_office_wide=False,
    ),
    row(
        "end_service",
        lambda session, stage, made, actor: actions.end_service(
            session, stage.service_id, ends_on=date(2027, 1, 1), **by(stage, actor)
        ),
        is_office_wide=False,
    ),
)
