"""A small office built by actions: what tests of every context start from. Add your own builders below."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from qs.access import actions as access
from qs.access.sign_in import VISITOR, begin_sign_in, claim_ticket, finish_sign_in
from qs.actor import EVERYWHERE, SYSTEM, Actor, Grant, Role, Scope, ScopeKind
from qs.db import Database
from qs.directory import actions as directory
from qs.observations import actions as observations
from qs.observations.terms import Batch
from qs.periods import to_microseconds
from qs.standards import actions as standards
from qs.standards.terms import Aggregation, ClauseContent, Counting, Direction, EditionContent, Frequency
from qs.web.passwords import hash_password

BEGINNING = date(2025, 1, 1)
MADE_AT = datetime(2025, 1, 1, tzinfo=UTC)


def person(
    role: Role | None, scope: Scope = EVERYWHERE, *, username: str = "someone", person_id: int | None = None
) -> Actor:
    """Somebody in one role, or a stranger with none."""
    grants = () if role is None else (Grant(role, scope),)
    return Actor(person_id=person_id, username=username, name=username, grants=grants)


def in_department(role: Role, department_id: int) -> Actor:
    return person(role, Scope(ScopeKind.DEPARTMENT, frozenset({department_id})))


def in_provider(role: Role, provider_id: int) -> Actor:
    return person(role, Scope(ScopeKind.PROVIDER, frozenset({provider_id})))


def in_services(role: Role, *service_ids: int) -> Actor:
    return person(role, Scope(ScopeKind.SERVICES, frozenset(service_ids)))


SUPERVISOR = person(Role.SUPERVISOR, username="supervisor")
CLERK = person(Role.INFORMATION_TECHNOLOGY, username="clerk")  # may edit the directory and the feeds
AUDITOR = person(Role.AUDITOR, username="auditor")
STRANGER = person(None, username="stranger")


@dataclass(frozen=True)
class World:
    """The ids of a small office.

    The health department runs the hospital and the clinic, the government department runs the hall. The hospital runs
    `surgery` in the north and `emergency` in the south, the clinic `vaccination` in the north, the hall `permits` in
    the south.
    """

    health: int
    government: int
    north: int
    south: int
    health_department: int
    government_department: int
    hospital: int
    clinic: int
    hall: int
    group: int
    surgery: int
    emergency: int
    vaccination: int
    permits: int
    on_time: int  # share, higher is better, target 0.9 with a tolerance of 0.05
    waiting: int  # mean minutes, lower is better, target 20
    longest_waiting: int  # 90th percentile of minutes
    complaints_per_1000: int  # rate
    temperature: int  # mean within a band of 18 to 24


def build_world(store: Database) -> World:
    """The small office, in one transaction."""
    with store.writing() as session:
        return World(**directory_ids(session), **indicator_ids(session))


def directory_ids(session: Session) -> dict[str, int]:
    by = {"actor": SYSTEM, "now": MADE_AT}
    health = directory.add_sector(session, code="health", name="医疗", name_en="Health care", **by).id
    government = directory.add_sector(session, code="government", name="政务", name_en="Government", **by).id
    north = directory.add_area(session, code="north", name="北区", name_en="North", population=200_000, **by).id
    south = directory.add_area(session, code="south", name="南区", name_en="South", population=100_000, **by).id
    care = directory.add_department(session, code="D1", name="卫健委", name_en="Health Commission", **by).id
    office = directory.add_department(session, code="D2", name="政务局", name_en="Government Office", **by).id
    hospital = directory.add_provider(session, code="P1", name="医院", name_en="Hospital", department_id=care, **by).id
    clinic = directory.add_provider(session, code="P2", name="诊所", name_en="Clinic", department_id=care, **by).id
    hall = directory.add_provider(session, code="P3", name="大厅", name_en="Hall", department_id=office, **by).id
    group = directory.add_group(session, code="G1", name="第一小组", name_en="First group", **by).id
    layout = {
        "surgery": ("S1", "外科", "Surgery", hospital, health, north),
        "emergency": ("S2", "急诊", "Emergency", hospital, health, south),
        "vaccination": ("S3", "接种", "Vaccination", clinic, health, north),
        "permits": ("S4", "许可", "Permits", hall, government, south),
    }
    services = {
        key: directory.add_service(
            session,
            code=code,
            name=name,
            name_en=name_en,
            provider_id=provider,
            sector_id=sector,
            area_id=area,
            group_id=group,
            starts_on=BEGINNING,
            **by,
        ).id
        for key, (code, name, name_en, provider, sector, area) in layout.items()
    }
    return {
        "health": health,
        "government": government,
        "north": north,
        "south": south,
        "health_department": care,
        "government_department": office,
        "hospital": hospital,
        "clinic": clinic,
        "hall": hall,
        "group": group,
        **services,
    }


def indicator_ids(session: Session) -> dict[str, int]:
    by = {"actor": SYSTEM, "now": MADE_AT, "effective_on": BEGINNING}
    standards.add_clause(session, code="clause-1", sector_id=None, content=wording(), **by)
    layout = {
        "on_time": ("on-time", Counting(Aggregation.SHARE), on_time_edition()),
        "waiting": ("waiting", Counting(Aggregation.MEAN), edition("平均等候", "Waiting", unit="分钟", target=20.0)),
        "longest_waiting": (
            "waiting-p90",
            Counting(Aggregation.PERCENTILE, percentile=0.9),
            edition("最长等候", "Longest waiting", unit="分钟", target=45.0),
        ),
        "complaints_per_1000": (
            "complaints-per-1000",
            Counting(Aggregation.RATE, per=1000.0),
            edition("千人投诉", "Complaints per 1000", unit="件/千人"),
        ),
        "temperature": (
            "temperature",
            Counting(Aggregation.MEAN),
            edition("室温", "Temperature", unit="℃", direction=Direction.BAND, target=18.0, target_high=24.0),
        ),
    }
    return {
        key: standards.add_indicator(session, code=code, sector_id=None, counting=counting, content=content, **by).id
        for key, (code, counting, content) in layout.items()
    }


def wording(title: str = "按时办理", text: str = "应按时办理。") -> ClauseContent:
    return ClauseContent(
        title=title, text=text, source="标准", title_en="On time", text_en="On time.", source_en="Standard"
    )


def on_time_edition() -> EditionContent:
    return edition(
        "按时率", "On time", unit="%", direction=Direction.UP, target=0.9, tolerance=0.05, weight=0.5, clause="clause-1"
    )


def edition(
    name: str,
    name_en: str,
    *,
    unit: str,
    direction: Direction = Direction.DOWN,
    target: float | None = None,
    target_high: float | None = None,
    tolerance: float = 0.0,
    weight: float = 0.1,
    clause: str | None = None,
) -> EditionContent:
    """The content of an edition with plain texts, to be varied with `dataclasses.replace`."""
    return EditionContent(
        name=name,
        name_en=name_en,
        definition=f"{name}的定义",
        definition_en=f"Definition of {name_en}",
        numerator="分子",
        numerator_en="Numerator in words",
        denominator="分母",
        denominator_en="Denominator in words",
        unit=unit,
        direction=direction,
        frequency=Frequency.DAY,
        source="来源",
        source_en="Source",
        owner="质量办",
        review_on=date(2027, 1, 1),
        target=target,
        target_high=target_high,
        tolerance=tolerance,
        weight=weight,
        clause=clause,
    )


def batch_of(*events: dict[str, Any]) -> Batch:
    """A validated batch from plain dicts: happened_at, event_id, service_id, indicator_id, numerator, denominator…"""
    names = [field.name for field in fields(Batch)]
    usual = {"denominator": 1.0, "channel": "unknown", "corrects": ""}
    rows = [{**usual, **event, "happened_at": to_microseconds(event["happened_at"])} for event in events]
    kinds = {
        "numerator": np.float64,
        "denominator": np.float64,
        "event_id": object,
        "channel": object,
        "corrects": object,
    }
    return Batch(*(np.array([row[name] for row in rows], dtype=kinds.get(name, np.int64)) for name in names))


def add_feed(store: Database, code: str = "feed", *, silent_after_hours: float | None = 24.0) -> int:
    """A feed, as an office has one for each source."""
    with store.writing() as session:
        return observations.add_feed(
            session,
            code=code,
            name="数据源",
            name_en="Feed",
            silent_after_hours=silent_after_hours,
            actor=CLERK,
            now=MADE_AT,
        ).id


def enroll(
    store: Database,
    username: str,
    *grants: Grant | Role,
    password: str = "",
    must_change_password: bool = False,
    now: datetime = MADE_AT,
) -> int:
    """Somebody who may sign in, in these roles; without a password only through `sign_in`. Returns the person's id."""
    with store.writing() as session:
        return access.add_person(
            session,
            username,
            name=f"张{username}",
            name_en=username.title(),
            password_hash=hash_password(password) if password else "no password",
            grants=[grant if isinstance(grant, Grant) else Grant(grant) for grant in grants],
            must_change_password=must_change_password,
            actor=SYSTEM,
            now=now,
        )


def sign_in(store: Database, username: str, *, now: datetime | None = None) -> str:
    """A signed-in browser of this person: the value of its cookie. Screens read the real clock, the default."""
    moment = now or datetime.now(UTC)
    with store.writing() as session:
        attempt = begin_sign_in(session, username, address="test", actor=VISITOR, now=moment)
        ticket = finish_sign_in(session, attempt, browser_hash="browser", actor=VISITOR, now=moment)
        return claim_ticket(session, ticket, browser_hash="browser", actor=VISITOR, now=moment).token
