"""What can be asked of packs: which there are, what they allow, and how their limits compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.deadlines import queries, rules
from qs.deadlines.models import DeadlinePack, DeadlineRule, DueDate, ServiceLevel
from qs.deadlines.terms import DEFAULT_PACK, Aim, Extension, Rule, TargetUnit, Window
from qs.frames import members

PACK_COLUMNS = (
    "code",
    "version",
    "title",
    "title_en",
    "region",
    "region_en",
    "extension",
    "approver",
    "approver_en",
    "source",
    "source_en",
    "loaded_at",
    "limits",
)
RULE_COLUMNS = (
    "code",
    "kind",
    "amount",
    "rolls_forward",
    "name",
    "name_en",
    "source",
    "source_en",
    "article",
    "is_local",
    "note",
    "note_en",
)
LEVEL_COLUMNS = ("pack", "code", "aim", "amount", "unit", "name", "name_en", "source", "source_en")
COMPARED = (
    "request.dispatch",
    "request.return",
    "request.handle",
    "request.extension",
    "request.review",
    "request.review_decide",
)


def packs(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per pack in its newest version, by code: PACK_COLUMNS; `limits` counts its own rules."""
    newest = queries.newest_packs()
    statement = (
        sa.select(
            *(getattr(DeadlinePack, name) for name in PACK_COLUMNS if name != "limits"), sa.func.count(DeadlineRule.id)
        )
        .join(newest, sa.and_(newest.c.code == DeadlinePack.code, newest.c.version == DeadlinePack.version))
        .outerjoin(DeadlineRule, DeadlineRule.pack_id == DeadlinePack.id)
        .group_by(DeadlinePack.id)
        .order_by(DeadlinePack.code)
    )
    rows = session.execute(statement).all()
    frame = pd.DataFrame(rows, columns=list(PACK_COLUMNS))
    return frame.assign(extension=members(Extension(one) for one in frame["extension"]))


def time_limits(session: Session, *, actor: Actor, pack: str | None = None) -> pd.DataFrame:
    """One row per time limit of a pack, by default the one in use, as its file orders them: RULE_COLUMNS."""
    wanted = pack or queries.pack_in_use(session, actor=actor)
    return rule_frame([one for (place, _), one in queries.book(session).rules.items() if place == wanted])


def rule_frame(found: Sequence[Rule]) -> pd.DataFrame:
    plain = [name for name in RULE_COLUMNS if name not in ("kind", "amount", "rolls_forward")]
    ordered = sorted(found, key=lambda one: one.rule_id)
    rows = [(one.limit.amount, one.limit.rolls_forward, *(getattr(one, name) for name in plain)) for one in ordered]
    frame = pd.DataFrame(rows, columns=["amount", "rolls_forward", *plain])
    return frame.assign(kind=members(one.limit.kind for one in ordered))[list(RULE_COLUMNS)]


def usable_limits(session: Session, *, actor: Actor, pack: str) -> list[Rule]:
    """Every limit that holds under a pack: its own, and the default pack's where it has none; tiers apart."""
    known = queries.book(session)
    own = {code: one for (place, code), one in known.rules.items() if place == pack}
    plain = {code_of(code) for code in own} | known.without.get(pack, frozenset())
    usual = [
        one
        for (place, code), one in known.rules.items()
        if place == DEFAULT_PACK and pack != place and code_of(code) not in plain
    ]
    return sorted([*own.values(), *usual], key=lambda one: one.code)


def code_of(code: str) -> str:
    """The plain code of a limit: request.handle.danger -> request.handle."""
    return ".".join(code.split(".")[:2])


def urgency_of(code: str) -> str:
    """The tier of a limit, empty for a plain one: request.handle.danger -> danger."""
    return ".".join(code.split(".")[2:])


def compared_limits(session: Session, codes: Sequence[str] = COMPARED, *, actor: Actor) -> pd.DataFrame:
    """One row per pack and limit with its tiers: pack, code, urgency, rule (Rule, or None when the pack has none).

    `is_own`: the pack brings it itself, otherwise it is the default pack's. By limit, tier and pack.
    """
    known = queries.book(session)
    places = sorted(known.without)
    rows = []
    for code in codes:
        tiers = sorted({urgency_of(one) for _, one in known.rules if code_of(one) == code} - {""})
        for urgency in ["", *tiers]:
            for pack in places:
                found = None if code in known.without[pack] else limit_under(known, pack, code, urgency)
                rows.append((pack, code, urgency, found, found is not None and found.pack == pack))
    return pd.DataFrame(rows, columns=["pack", "code", "urgency", "rule", "is_own"])


def limit_under(known: queries.Book, pack: str, code: str, urgency: str) -> Rule | None:
    """The limit that holds under a pack, exactly for a tier: a tier without a limit of its own has none."""
    wanted = f"{code}.{urgency}" if urgency else code
    if (pack, wanted) in known.rules:
        return known.rules[pack, wanted]
    if urgency and (pack, code) in known.rules:
        return known.rules[pack, code]
    return known.rules.get((DEFAULT_PACK, wanted)) or known.rules.get((DEFAULT_PACK, code))


def service_levels(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per documented service level of the newest packs, in the order of their files: LEVEL_COLUMNS."""
    newest = queries.newest_packs()
    names = [name for name in LEVEL_COLUMNS if name != "pack"]
    statement = (
        sa.select(DeadlinePack.code, *(getattr(ServiceLevel, name) for name in names))
        .join(DeadlinePack, DeadlinePack.id == ServiceLevel.pack_id)
        .join(newest, sa.and_(newest.c.code == DeadlinePack.code, newest.c.version == DeadlinePack.version))
        .order_by(DeadlinePack.code, ServiceLevel.place)
    )
    frame = pd.DataFrame(session.execute(statement).all(), columns=list(LEVEL_COLUMNS))
    return frame.assign(
        aim=members(Aim(one) for one in frame["aim"]), unit=members(TargetUnit(one) for one in frame["unit"])
    )


def hours_effect(
    session: Session, windows: Sequence[Window], *, pack: str, actor: Actor, now: datetime
) -> pd.DataFrame:
    """One row per limit that would end at another moment if it began now: code, name, name_en, before, after.

    `windows` in the place of the opening hours of a pack, or of the office's own when the pack is empty.
    """
    used = pack or queries.pack_in_use(session, actor=actor)
    before = queries.calendar(session, pack=used, actor=actor)
    reaches = bool(pack) or not queries.has_own_hours(session, used, actor=actor)
    after = replace(before, windows=tuple(windows)) if reaches else before
    rows = []
    for one in usable_limits(session, pack=used, actor=actor):
        old, new = rules.due_at(before, now, one.limit), rules.due_at(after, now, one.limit)
        if old.due_at != new.due_at:
            rows.append((one.code, one.name, one.name_en, old.due_at, new.due_at))
    return pd.DataFrame(rows, columns=["code", "name", "name_en", "before", "after"])


def provisional_dues(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per provisional due date still to come, the earliest first: due_id, subject, name, name_en, due_at.

    For those who keep the calendar; raises NotAllowed. The subject is a kind and a number, nothing about the matter.
    """
    actor.check_everywhere(Permission.DEADLINES_EDIT)
    statement = (
        sa.select(DueDate.id, DueDate.subject, DeadlineRule.name, DeadlineRule.name_en, DueDate.due_at)
        .join(DeadlineRule, DeadlineRule.id == DueDate.rule_id)
        .where(DueDate.is_provisional, DueDate.due_at >= now)
        .order_by(DueDate.due_at, DueDate.id)
    )
    return pd.DataFrame(session.execute(statement).all(), columns=["due_id", "subject", "name", "name_en", "due_at"])
