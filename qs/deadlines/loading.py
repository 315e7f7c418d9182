"""How calendar years and packs are written into the store, and whether they are there already."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.deadlines import rules
from qs.deadlines.models import CalendarDay, CalendarYear, DeadlinePack, DeadlineRule, ServiceLevel
from qs.deadlines.terms import Limit, PackDefinition, YearDefinition
from qs.errors import Conflict


class PackDiffers(Conflict):
    """A pack in the same version says something else."""

    code = "pack_differs"


def keep_year(session: Session, year: YearDefinition, actor: Actor, now: datetime) -> None:
    stored = CalendarYear(
        year=year.year,
        version=year.version,
        title=year.title,
        title_en=year.title_en,
        notice=year.notice,
        published_on=year.published_on,
        source=year.source,
        loaded_at=now,
        person_id=actor.person_id,
    )
    session.add(stored)
    session.flush()
    for day, (kind, holiday) in rules.special_days(year).items():
        session.add(
            CalendarDay(calendar_year_id=stored.id, day=day, type=kind, name=holiday.name, name_en=holiday.name_en)
        )
    session.flush()


def is_loaded(session: Session, pack: PackDefinition) -> bool:
    """Whether the pack is there in this version. Raises PackDiffers when it is, with other limits."""
    statement = (
        sa.select(DeadlineRule)
        .join(DeadlinePack, DeadlinePack.id == DeadlineRule.pack_id)
        .where(DeadlinePack.code == pack.code, DeadlinePack.version == pack.version)
    )
    stored = {one.code: Limit(one.kind, one.amount, one.rolls_forward) for one in session.scalars(statement)}
    if stored and stored != {one.code: one.limit for one in pack.rules}:
        raise PackDiffers(value=pack.code)
    return bool(stored)


def lock_packs(session: Session) -> bool:
    """Lock the packs that are there until the transaction ends; whether there are any."""
    return bool(session.scalars(sa.select(DeadlinePack.id).order_by(DeadlinePack.id).with_for_update()).all())


def keep_pack(session: Session, pack: PackDefinition, now: datetime) -> None:
    names = ("code", "version", "title", "title_en", "source", "source_en", "region", "region_en", "approver")
    stored = DeadlinePack(
        **{name: getattr(pack, name) for name in (*names, "approver_en", "extension")},
        without=list(pack.without),
        loaded_at=now,
    )
    session.add(stored)
    session.flush()
    told = ("code", "name", "name_en", "source", "source_en", "article", "is_local", "times", "note", "note_en")
    session.add_all(
        DeadlineRule(
            pack_id=stored.id,
            kind=one.limit.kind,
            amount=one.limit.amount,
            rolls_forward=one.limit.rolls_forward,
            **{name: getattr(one, name) for name in told},
        )
        for one in pack.rules
    )
    words = ("code", "aim", "amount", "unit", "name", "name_en", "source", "source_en")
    session.add_all(
        ServiceLevel(pack_id=stored.id, place=place, **{name: getattr(one, name) for name in words})
        for place, one in enumerate(pack.targets)
    )
    session.flush()
