"""The requests of a topic or a problem, counted by local day within what the reader may read."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.complaints.spoken import spoken_requests
from qs.periods import local_day, start_of
from qs.settings import settings
from qs.topics.models import Problem, TopicRequest
from qs.topics.recurrence import change
from qs.topics.terms import Change


def spoken_between(session: Session, first: date, last: date, *, actor: Actor) -> pd.DataFrame:
    """The requests of these local days in the actor's scope: SPOKEN_COLUMNS, `day`, and what the searches found.

    `topic_id`, `echoes_id` are empty where they found none, `is_typical` is false then.
    """
    zone = settings().zone
    found = spoken_requests(session, start_of(first, zone), start_of(last + timedelta(days=1), zone), actor=actor)
    days = [local_day(at.to_pydatetime(), zone) for at in found["registered_at"]]
    found = found.assign(day=pd.Series(days, index=found.index, dtype=object))
    ids = found["request_id"]
    is_read = TopicRequest.request_id.between(int(ids.min()), int(ids.max())) if len(ids) else sa.false()
    kept = (TopicRequest.request_id, TopicRequest.topic_id, TopicRequest.is_typical, TopicRequest.echoes_id)
    rows = [tuple(row) for row in session.execute(sa.select(*kept).where(is_read))]
    marks = pd.DataFrame(rows, columns=["request_id", "topic_id", "is_typical", "echoes_id"]).astype(
        {"request_id": "int64", "topic_id": "Int64", "is_typical": "bool", "echoes_id": "Int64"}
    )
    joined = found.merge(marks, on="request_id", how="left")
    return joined.assign(is_typical=joined["is_typical"].eq(True).fillna(value=False).astype(bool))


def problem_days(session: Session, problem: Problem, first: date, last: date, *, actor: Actor) -> list[date]:
    """The days of the requests that a problem is measured by, in order: those of its topic, or of its leading service.

    Somebody who asks again about the same matter counts again: it has not been put right.
    """
    return days_of(problem, spoken_between(session, first, last, actor=actor))


def days_of(problem: Problem, found: pd.DataFrame) -> list[date]:
    """The same of requests that were read before."""
    key, wanted = ("service_id", problem.service_id) if problem.topic_id is None else ("topic_id", problem.topic_id)
    return sorted(found.loc[found[key].eq(wanted).fillna(value=False), "day"])


def kept_change(problem: Problem) -> Change:
    """The requests before a problem was adopted and the level reached, as they stood when it was closed."""
    return change(
        problem.before_count or 0, problem.before_days or 1, problem.after_count or 0, problem.after_days or 1
    )
