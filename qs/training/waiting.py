"""What waits for a person in training: attendance to enter, needs to answer, people to choose, grants to give."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.errors import Fact
from qs.frames import named_rows
from qs.i18n import day, pick
from qs.periods import local_day
from qs.settings import settings
from qs.training.queries import indicator_names, needs, sessions, talents
from qs.training.terms import NeedState, SessionState, TalentState
from qs.waiting import Waiting

LISTED = 8


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What this person is to do: attendance to enter, needs to answer, people to choose, grants to give."""
    lines: list[Waiting] = []
    if actor.has_everywhere(Permission.TRAINING_EDIT):
        lines += unrecorded(session, actor, now) + open_needs(session, actor, now)
    if actor.has_everywhere(Permission.INCENTIVES_DECIDE):
        lines += talent_lines(session, actor, now)
    return lines[:LISTED]


def unrecorded(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    found = sessions(session, actor=actor)
    found = found[(found["state"] == SessionState.PLANNED) & (found["registered_count"] > 0)]
    lines = []
    for row in named_rows(found):
        starts_at = pd.Timestamp(row.starts_at).to_pydatetime()
        if starts_at < now:
            held_on = day(local_day(starts_at, settings().zone))
            facts: dict[str, Fact] = {
                "title": pick(row.title, row.title_en),
                "day": held_on,
                "n": int(row.registered_count),
            }
            query = {"view": "session", "session": str(row.session_id)}
            due_at = starts_at + timedelta(days=7)
            lines.append(Waiting("training.attendance", "training", due_at, facts, query))
    return lines


def open_needs(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    found = needs(session, actor=actor)
    names = indicator_names(session, actor=actor, now=now)
    return [
        Waiting(
            "training.need",
            "training",
            facts={
                "service": pick(row.service, row.service_en),
                "period": row.period,
                "indicator": names.get(row.measure, row.measure),
            },
            query={"view": "need"},
        )
        for row in named_rows(found[found["state"] == NeedState.OPEN])
    ]


def talent_lines(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    today = local_day(now, settings().zone)
    lines = []
    for row in named_rows(talents(session, actor=actor)):
        name, query = pick(row.name, row.name_en), {"view": "talent", "talent": str(row.talent_id)}
        if row.state == TalentState.OPEN and row.closes_on < today and row.nominated_count:
            facts: dict[str, Fact] = {"name": name, "day": day(row.closes_on), "n": int(row.nominated_count)}
            lines.append(Waiting("training.choose", "training", facts=facts, query=query))
        if row.state == TalentState.NOTICE and row.chosen_by != actor.person_id and row.notice_ends_at < now:
            lines.append(Waiting("training.grant", "training", facts={"name": name}, query=query))
    return lines
