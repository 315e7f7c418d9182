"""What waits for a person in complaints: requests to dispatch, sign, answer, rule on and call back about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints.aftermath.exclusions import exclusions_to_decide
from qs.complaints.aftermath.merges import merged_calls
from qs.complaints.aftermath.reviews import reviews_to_decide
from qs.complaints.handling.co_units import tasks_of
from qs.complaints.protection.recusals import recusals_to_decide
from qs.complaints.queries import open_requests
from qs.complaints.terms import RequestState
from qs.directory.queries import visible_services
from qs.waiting import Waiting

Row = Any  # Any: one row of a frame of requests
P = Permission
READ = P.COMPLAINTS_READ
REPLIES_TOLD = 4  # lines of what waits for a unit


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What this person must do about requests, most pressing first."""
    if not actor.has(READ):
        return []
    frame = open_requests(session, actor=actor, now=now)
    found: list[Waiting] = []
    if actor.has(P.COMPLAINTS_APPROVE):
        found += extensions_to_decide(frame, actor) + pauses_to_decide(frame, actor)
    if actor.has_everywhere(P.COMPLAINTS_APPROVE) and actor.has(P.COMPLAINTS_DISPATCH):
        for row in rows_of(frame[frame["state"] == RequestState.RETURNED].head(REPLIES_TOLD)):
            found.append(one("request_to_rule", row, number=row.number))
        found += several("requests_supervised", frame[frame["supervised_at"].notna()], view="overdue")
    if actor.has(P.COMPLAINTS_DISPATCH):
        found += several("requests_to_dispatch", frame[frame["state"] == RequestState.REGISTERED], queue="dispatch")
        found += several("requests_overdue", frame[frame["is_overdue"]], view="overdue")
    if actor.has(P.COMPLAINTS_CALL_BACK):
        found += several("requests_to_verify", frame[frame["state"] == RequestState.REPLIED], queue="verify")
        verified = frame[(frame["state"] == RequestState.VERIFIED) & frame["has_contact"] & frame["wants_reply"]]
        found += several("requests_to_call_back", verified, view="calls")
    if actor.has(P.COMPLAINTS_HANDLE):
        found += own_work(session, frame, actor=actor)
    found += aftermath(session, actor=actor, now=now)
    return sorted(found, key=lambda line: (line.due_at is None, line.due_at or now))


def aftermath(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What stands beside the line: reviews, exclusions and recusals to decide, people of merged requests to call."""
    found: list[Waiting] = []
    if actor.has_everywhere(P.COMPLAINTS_APPROVE):
        asked = reviews_to_decide(session, actor=actor, now=now)
        for row in rows_of(asked[asked["may_decide"]].head(REPLIES_TOLD)):
            facts = {"number": row.number}
            query = {"request": str(row.request_id)}
            found.append(Waiting("review_to_decide", "complaints", row.due_at.to_pydatetime(), dict(facts), query))
        wishes = exclusions_to_decide(session, actor=actor)
        found += counted("exclusions_to_decide", wishes[wishes["asked_by_id"].fillna(0) != (actor.person_id or -1)])
        found += counted("recusals_to_decide", recusals_to_decide(session, actor=actor))
    if actor.has(P.COMPLAINTS_CALL_BACK):
        found += counted("merged_to_call_back", merged_calls(session, actor=actor))
    return found


def counted(code: str, rows: pd.DataFrame) -> list[Waiting]:
    """One line for all of them, due when the first is; it opens the first."""
    if rows.empty:
        return []
    first = rows_of(rows.sort_values("due_at", kind="stable").head(1))[0] if "due_at" in rows else rows_of(rows)[0]
    due = getattr(first, "due_at", pd.NaT)
    return [
        Waiting(
            code,
            "complaints",
            None if pd.isna(due) else due.to_pydatetime(),
            {"count": len(rows)},
            {"request": str(first.request_id)},
        )
    ]


def own_work(session: Session, frame: pd.DataFrame, *, actor: Actor) -> list[Waiting]:
    """What a unit has to do: report as a helper, sign, reply, account for, or let a clock run on."""
    frame = frame[frame["service_id"].isin(list(session.scalars(visible_services(actor, P.COMPLAINTS_HANDLE))))]
    found = several("requests_to_sign", frame[frame["state"] == RequestState.DISPATCHED], queue="sign")
    for request_id, number, due_at in tasks_of(session, actor=actor)[:REPLIES_TOLD]:
        query = {"request": str(request_id)}
        found.append(Waiting("co_unit_to_report", "complaints", due_at, {"number": number}, query))
    mine = frame[frame["state"] == RequestState.IN_PROGRESS]
    for row in rows_of(mine[mine["supervised_at"].notna()].head(REPLIES_TOLD)):
        found.append(one("supervision_to_answer", row, number=row.number))
    for row in rows_of(mine.head(REPLIES_TOLD)):
        code = "request_to_reply" if row.title else "request_to_reply_withheld"
        found.append(one(code, row, number=row.number, title=row.title))
    for row in rows_of(frame[frame["state"] == RequestState.PAUSED].head(REPLIES_TOLD)):
        found.append(one("request_to_resume", row, number=row.number))
    return found


def extensions_to_decide(frame: pd.DataFrame, actor: Actor) -> list[Waiting]:
    asked = frame[
        frame["extension_asked_at"].notna()
        & frame["extension_decided_at"].isna()
        & (frame["state"] == RequestState.IN_PROGRESS)
    ]
    others = asked[asked["handler_id"].fillna(0) != (actor.person_id or -1)]
    return [one("extension_to_decide", row, number=row.number) for row in rows_of(others.head(REPLIES_TOLD))]


def pauses_to_decide(frame: pd.DataFrame, actor: Actor) -> list[Waiting]:
    asked = frame[frame["pause_asked_at"].notna() & (frame["state"] == RequestState.IN_PROGRESS)]
    own = (asked["handler_id"].fillna(0) == (actor.person_id or -1)) | (
        asked["pause_asked_by_id"].fillna(0) == (actor.person_id or -1)
    )
    return [one("pause_to_decide", row, number=row.number) for row in rows_of(asked[~own].head(REPLIES_TOLD))]


def rows_of(frame: pd.DataFrame) -> list[Row]:
    return list(frame.itertuples(index=False))


def one(code: str, row: Row, **facts: str) -> Waiting:
    due = None if pd.isna(row.next_due_at) else row.next_due_at.to_pydatetime()
    return Waiting(code, "complaints", due, dict(facts), {"request": str(row.request_id)})


def several(code: str, rows: pd.DataFrame, **query: str) -> list[Waiting]:
    """One line for all of them, due when the first is."""
    if rows.empty:
        return []
    first = rows_of(rows.head(1))[0]
    due = None if pd.isna(first.next_due_at) else first.next_due_at.to_pydatetime()
    return [Waiting(code, "complaints", due, {"count": len(rows)}, dict(query))]
