"""What the office chooses itself: the pack of time limits it counts by, and when it is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.deadlines import queries
from qs.deadlines.hours import window_problems
from qs.deadlines.models import OpeningHours, PackChoice
from qs.deadlines.terms import Window
from qs.errors import Conflict, InvalidInput
from qs.texts import checked

EDIT = Permission.DEADLINES_EDIT
REASON_LENGTH = 500
NOT_CHANGED = "office_times_changed"  # somebody was faster


def choose_pack(session: Session, pack: str, *, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """Count by another pack from now on; due dates already set stay. `version`: of the choice that was looked at.

    Raises PackUnknown, InvalidInput without a reason, or Conflict when it is chosen already or somebody was faster.
    """
    actor.check_everywhere(EDIT)
    words = checked(reason, field="Reason", longest=REASON_LENGTH)
    if pack not in queries.book(session).without:
        raise queries.PackUnknown(pack=pack)
    present = queries.chosen_pack(session, actor=actor)
    if present.version != version:
        raise Conflict(NOT_CHANGED)
    if present.pack == pack:
        raise Conflict("pack_chosen")
    session.add(PackChoice(version=version + 1, pack=pack, reason=words, chosen_at=now, person_id=actor.person_id))
    session.flush()
    queries.forget(session)
    record(
        session, "deadlines.chose_pack", f"deadline_pack:{pack}", actor=actor, now=now, pack=pack, before=present.pack
    )


def change_hours(
    session: Session,
    windows: Sequence[Window],
    *,
    pack: str = "",
    reason: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Change when the office, or the work under one pack, is open; none for a pack: as the office. Due dates stay.

    Raises InvalidInput with every problem of the windows, PackUnknown, or Conflict when nothing changes or somebody
    was faster (`version` is that of the hours looked at).
    """
    actor.check_everywhere(EDIT)
    words = checked(reason, field="Reason", longest=REASON_LENGTH)
    if pack and pack not in queries.book(session).without:
        raise queries.PackUnknown(pack=pack)
    ordered = tuple(sorted(windows))
    problems = tuple(window_problems(ordered)) if ordered or not pack else ()
    if problems:
        raise InvalidInput(problems=problems)
    present = queries.opening(session, pack, actor=actor)
    if present.version != version:
        raise Conflict(NOT_CHANGED)
    own = present.windows if not pack or queries.has_own_hours(session, pack, actor=actor) else ()
    if own == ordered:
        raise Conflict("windows_unchanged")
    text = " ".join(str(one) for one in ordered)
    session.add(
        OpeningHours(
            pack=pack, version=version + 1, windows=text, reason=words, changed_at=now, person_id=actor.person_id
        )
    )
    session.flush()
    queries.forget(session)
    record(
        session,
        "deadlines.changed_hours",
        f"opening_hours:{pack or 'office'}",
        actor=actor,
        now=now,
        version=version + 1,
        windows=text,
    )
