"""A small office in which people can rate, propose and be heard; every step is taken by its action."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from qs.actor import EVERYWHERE, PUBLIC, SYSTEM, Actor, Grant, Role, Scope, ScopeKind
from qs.attachments.terms import Upload
from qs.db import Database
from qs.deadlines.actions import load_calendars, load_packs
from qs.deadlines.library import shipped_packs, shipped_years
from qs.observations.recording import prepare_recording
from qs.participation import actions
from qs.participation.terms import (
    Answer,
    Capacity,
    Contact,
    HearingKind,
    Kept,
    Level,
    NewConsultation,
    NewHearing,
    Rated,
    Side,
    Stage,
)
from tests.world import MADE_AT, World, build_world, enroll

PDF = Upload("draft.pdf", b"%PDF-1.4 draft")
CONTACT = Contact(name="王小明", phone="13800138000")


@dataclass(frozen=True)
class Office:
    """The small office with people who exist in the store."""

    store: Database
    world: World
    boss: Actor  # supervisors, everywhere
    second: Actor
    third: Actor
    leader: Actor  # of the hospital's services
    relations: Actor  # public relations, everywhere


def build_office(store: Database) -> Office:
    world = build_world(store)
    with store.writing() as session:
        load_calendars(session, shipped_years(), actor=SYSTEM, now=MADE_AT)
        load_packs(session, shipped_packs(), actor=SYSTEM, now=MADE_AT)
        prepare_recording(session, actor=SYSTEM, now=MADE_AT)
    hospital = Scope(ScopeKind.PROVIDER, frozenset({world.hospital}))
    return Office(
        store=store,
        world=world,
        boss=enrolled(store, "boss", Role.SUPERVISOR),
        second=enrolled(store, "second", Role.SUPERVISOR),
        third=enrolled(store, "third", Role.SUPERVISOR),
        leader=enrolled(store, "leader", Role.SERVICE_LEADER, hospital),
        relations=enrolled(store, "relations", Role.PUBLIC_RELATIONS),
    )


def enrolled(store: Database, username: str, role: Role, scope: Scope = EVERYWHERE) -> Actor:
    grant = Grant(role, scope)
    return Actor(enroll(store, username, grant), username, username, (grant,))


def day_of(now: datetime) -> date:
    return (now + timedelta(hours=8)).date()


def receipts(office: Office, now: datetime, *, count: int = 1, service_id: int | None = None) -> list[str]:
    with office.store.writing() as session:
        return actions.issue_receipts(
            session,
            service_id or office.world.surgery,
            count=count,
            finished_on=day_of(now),
            actor=office.relations,
            now=now,
        )


def rate(
    office: Office,
    level: Level,
    now: datetime,
    *,
    code: str | None = None,
    contact: Contact | None = None,
    service_id: int | None = None,
    device: str = "",
    comment: str = "",
) -> Rated:
    """One rating with a receipt of its own, unless a code is given."""
    used = code or receipts(office, now, service_id=service_id)[0]
    with office.store.writing() as session:
        answer = Answer(level, comment=comment, contact=contact)
        return actions.rate(session, used, answer, device=device, actor=PUBLIC, now=now)


def add_point(office: Office, now: datetime, *, service_id: int | None = None) -> int:
    with office.store.writing() as session:
        return actions.add_point(
            session,
            service_id or office.world.surgery,
            counter="3号窗口",
            counter_en="Counter 3",
            actor=office.relations,
            now=now,
        )


def suggest(office: Office, now: datetime, *, service_id: int | None = None, title: str = "增设夜间门诊") -> Kept:
    with office.store.writing() as session:
        return actions.suggest(
            session, title=title, text="下班后看病不方便。", service_id=service_id, actor=PUBLIC, now=now
        )


def new_consultation(now: datetime, *, days: int = 30, **others: object) -> NewConsultation:
    opens_on = day_of(now)
    wanted = NewConsultation(
        title="夜间门诊方案",
        title_en="Plan for evening clinics",
        explanation="征求意见。",
        stage=Stage.DESIGN,
        opens_on=opens_on,
        closes_on=opens_on + timedelta(days=days),
    )
    return replace(wanted, **others)


def open_consultation(office: Office, now: datetime, **others: object) -> int:
    with office.store.writing() as session:
        by = {"actor": office.relations, "now": now}
        consultation_id = actions.draft_consultation(session, new_consultation(now, **others), files=[PDF], **by)
        actions.publish_consultation(session, consultation_id, version=1, **by)
    return consultation_id


def new_hearing(now: datetime, *, days: int = 30, kind: HearingKind = HearingKind.DECISION) -> NewHearing:
    holds_at = now + timedelta(days=days)
    return NewHearing(
        kind=kind,
        title="公交线路调整听证会",
        title_en="Hearing on bus routes",
        matter="调整三条线路。",
        place="区政府一楼",
        holds_at=holds_at,
        registration_closes_on=day_of(holds_at) - timedelta(days=12),
        seats=4,
        selection_rule="按报名顺序，兼顾各方。",
    )


def noticed_hearing(office: Office, now: datetime, **others: object) -> int:
    with office.store.writing() as session:
        by = {"actor": office.relations, "now": now}
        hearing_id = actions.draft_hearing(session, new_hearing(now, **others), **by)
        actions.publish_notice(session, hearing_id, version=1, **by)
    return hearing_id


def register(office: Office, hearing_id: int, side: Side, now: datetime) -> Kept:
    with office.store.writing() as session:
        return actions.register_for_hearing(
            session,
            hearing_id,
            side=side,
            capacity=Capacity.RESIDENT,
            main_points="线路不能绕过医院。",
            actor=PUBLIC,
            now=now,
        )


LATER = datetime(2027, 6, 1, tzinfo=UTC)
