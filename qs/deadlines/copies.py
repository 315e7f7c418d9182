"""Copies of due dates: what rooms keep beside the key for putting lists in order follows a new count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.deadlines.models import DueChange, DueDate
from qs.periods import local_day
from qs.settings import settings

KEY, MOMENT = "due_id", "due_at"  # of a column pair such as answer_due_id, answer_due_at
DAY = "due_on"  # or of one that keeps the local day only
FLAG = "is_provisional"  # a table with this column takes new counts over itself
HISTORY = "_step"  # what was shown at the time stays


def follow(session: Session, due_ids: Collection[int]) -> None:
    """Bring the copies of these due dates up to date, in every table that points at them by `…due_id`."""
    for key, copy in pairs(MOMENT):
        present = sa.select(DueDate.due_at).where(DueDate.id == key).scalar_subquery()
        session.execute(sa.update(key.table).where(key.in_(due_ids)).values({copy: present}))
    for day, ids in by_day(session, due_ids).items():
        for key, copy in pairs(DAY):
            session.execute(sa.update(key.table).where(key.in_(ids)).values({copy: day}))


def by_day(session: Session, due_ids: Collection[int]) -> dict[date, list[int]]:
    """These due dates by the local day on which they lie now."""
    found: dict[date, list[int]] = defaultdict(list)
    for due_id, due_at in session.execute(sa.select(DueDate.id, DueDate.due_at).where(DueDate.id.in_(due_ids))):
        found[local_day(due_at, settings().zone)].append(due_id)
    return found


def pairs(suffix: str) -> Iterator[tuple[sa.Column[int], sa.Column[object]]]:
    """The columns that point at a due date, each with the one beside it that repeats its moment or its day."""
    for table in DueDate.metadata.sorted_tables:
        if table.name == DueChange.__tablename__ or table.name.endswith(HISTORY) or FLAG in table.columns:
            continue
        for key in table.columns:
            name = key.name.removesuffix(KEY) + suffix
            if key.name.endswith(KEY) and points_at_due_date(key) and name in table.columns:
                yield key, table.columns[name]


def points_at_due_date(column: sa.Column[int]) -> bool:
    return any(one.target_fullname == f"{DueDate.__tablename__}.id" for one in column.foreign_keys)
