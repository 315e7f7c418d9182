"""What waits for a person in evaluations, gathered by cycle and kind of step, the most pressing first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission, Role
from qs.directory.queries import visible_services
from qs.errors import Fact
from qs.evaluations import rules
from qs.evaluations.details import appeals_of
from qs.evaluations.models import Cycle, Score, Sheet
from qs.evaluations.queries import differing_services, sheets
from qs.evaluations.terms import SheetState
from qs.i18n import day, pick
from qs.periods import start_of
from qs.settings import settings
from qs.waiting import Waiting

READ = Permission.EVALUATIONS_READ
S = SheetState


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What this person has to do in evaluations, most pressing first, gathered by kind of step."""
    if not actor.has(READ):
        return []
    frame = sheets(session, actor=actor)
    open_cycles = {cycle.id: cycle for cycle in session.scalars(sa.select(Cycle).where(Cycle.closed_at.is_(None)))}
    frame = frame[frame["cycle_id"].isin(list(open_cycles))]
    if frame.empty:
        return []
    found: list[Waiting] = []
    for cycle_id, own in frame.groupby("cycle_id", sort=True):
        found += cycle_waiting(session, open_cycles[int(str(cycle_id))], own, actor=actor, now=now)
    latest = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(found, key=lambda one: one.due_at or latest)


def cycle_waiting(session: Session, cycle: Cycle, own: pd.DataFrame, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What waits for the actor in one cycle."""
    found = []
    mine = own[own["is_mine"]]
    fill, change = mine[mine["state"] == S.DRAFT], mine[mine["state"] == S.CHANGE_REQUESTED]
    last_moment = start_of(cycle.due_on + timedelta(days=1), settings().zone)
    found += gathered("sheets_to_fill", cycle, fill, due_at=last_moment)
    found += gathered("sheets_to_change", cycle, change, due_at=last_moment)
    people = involved_people(session, own["sheet_id"])
    is_author = pd.Series([actor.person_id in people[one].authors for one in own["sheet_id"]], index=own.index)
    is_involved = pd.Series([actor.person_id in people[one].everybody for one in own["sheet_id"]], index=own.index)
    if actor.has(Permission.EVALUATIONS_REVIEW):
        review = own[(own["state"] == S.SUBMITTED) & ~is_author]
        found += gathered("sheets_to_review", cycle, review)
        found += consensus_waiting(session, cycle, own, actor=actor)
    if actor.has(Permission.EVALUATIONS_APPROVE):
        approve = own[(own["state"] == S.REVIEWED) & ~is_involved]
        found += gathered("sheets_to_approve", cycle, approve)
        found += appeals_waiting(session, cycle, own[own["has_pending_appeal"]], people, actor=actor)
    leader = rules.in_role(actor, Role.SERVICE_LEADER, Permission.EVALUATIONS_SCORE)
    if leader.grants:
        led = set(session.scalars(visible_services(leader, Permission.EVALUATIONS_SCORE)))
        running = own["appeal_until"] >= pd.Timestamp(now)
        told = own[own["service_id"].isin(led) & (own["state"] == S.APPROVED) & running & ~own["has_pending_appeal"]]
        if len(told):
            found += gathered("results_to_read", cycle, told, due_at=told["appeal_until"].min().to_pydatetime())
    return found


@dataclass(frozen=True)
class Involved:
    """Who had a hand in a sheet."""

    authors: frozenset[int]
    everybody: frozenset[int]


def involved_people(session: Session, sheet_ids: Iterable[int]) -> dict[int, Involved]:
    """Authors, and everybody who reviewed or approved, by sheet."""
    ids = [int(one) for one in sheet_ids]
    authors: dict[int, set[int]] = {one: set() for one in ids}
    entered = sa.select(Score.sheet_id, Score.person_id).where(Score.sheet_id.in_(ids)).distinct()
    for sheet_id, person_id in session.execute(entered):
        if person_id is not None:
            authors[sheet_id].add(person_id)
    found = {}
    named = sa.select(Sheet.id, Sheet.author_id, Sheet.reviewer_id, Sheet.approver_id).where(Sheet.id.in_(ids))
    for sheet_id, author_id, *others in session.execute(named):
        wrote = authors[sheet_id] | ({author_id} if author_id is not None else set())
        found[sheet_id] = Involved(frozenset(wrote), frozenset(wrote | {one for one in others if one is not None}))
    return found


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:  # Any: values of a row
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def gathered(code: str, cycle: Cycle, rows: pd.DataFrame, *, due_at: datetime | None = None) -> list[Waiting]:
    """One line for all sheets that wait for the same step."""
    if rows.empty:
        return []
    first = rows.iloc[0]
    facts: dict[str, Fact] = {
        "count": len(rows),
        "cycle": cycle.name,
        "day": day(cycle.due_on),
        "service": pick(first["service"], first["service_en"]),
    }
    query = {"cycle": str(cycle.id), "sheet": str(first["sheet_id"])}
    return [Waiting(code, "evaluations", due_at, facts, query)]


def consensus_waiting(session: Session, cycle: Cycle, own: pd.DataFrame, *, actor: Actor) -> list[Waiting]:
    apart = differing_services(session, cycle.id, actor=actor)
    names = {row["service_id"]: pick(row["service"], row["service_en"]) for row in rows_of(own)}
    first = {row["service_id"]: row["sheet_id"] for row in rows_of(own[own["state"] == S.REVIEWED])}
    return [
        Waiting(
            "consensus_to_note",
            "evaluations",
            None,
            {"service": names[row["service_id"]], "cycle": cycle.name, "points": round(row["points"])},
            {"cycle": str(cycle.id), "sheet": str(first[row["service_id"]])},
        )
        for row in rows_of(apart[~apart["has_note"]])
        if row["service_id"] in first
    ]


def appeals_waiting(
    session: Session, cycle: Cycle, appealed: pd.DataFrame, people: dict[int, Involved], *, actor: Actor
) -> list[Waiting]:
    """Appeals that this person may decide, each with its time limit."""
    found = []
    for row in rows_of(appealed):
        if actor.person_id in people[row["sheet_id"]].everybody:
            continue
        pending = [one for one in appeals_of(session, row["sheet_id"], actor=actor) if one.decided_at is None]
        facts: dict[str, Fact] = {"service": pick(row["service"], row["service_en"]), "cycle": cycle.name}
        query = {"cycle": str(cycle.id), "sheet": str(row["sheet_id"])}
        found += [Waiting("appeal_to_decide", "evaluations", one.due_at, facts, query) for one in pending]
    return found
