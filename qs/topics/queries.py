"""What can be asked of topics: what people write about now, one topic from all sides, mass and repeat requests.

Everything is counted within what the reader may read; reports of wrongdoing and confidential requests are in no count.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints.models import Request
from qs.complaints.terms import RequestState
from qs.directory.models import Area, Provider, Service
from qs.errors import NotFound
from qs.frames import members, named_rows
from qs.topics.counting import spoken_between
from qs.topics.emerging import standing
from qs.topics.models import EmergingWord, Problem, Topic, TopicScan
from qs.topics.terms import LEAST_CASES, WEEKS_BEFORE, WEEKS_SHOWN, ProblemState, Scan

READ = Permission.COMPLAINTS_READ
WEEK, DAY = timedelta(days=7), timedelta(days=1)
MASS_DAYS = 28  # how far back many people with the same words are looked for
TOPIC_COLUMNS = (
    "topic_id",
    "words",
    "count",
    "before_count",
    "expected",
    "share",
    "lower",
    "upper",
    "adjusted",
    "trend",
    "weeks",
    "total",
    "repeat_count",
    "first_on",
    "problem_id",
)
WORD_COLUMNS = ("word", "count", "before_count", "expected", "adjusted", "topic_id")
MASS_COLUMNS = ("first_id", "title", "count", "first_on", "last_on", "topic_id", "service", "service_en")
GROUP_COLUMNS = ("group_id", "name", "name_en", "count")
CASE_COLUMNS = ("request_id", "number", "title", "service", "service_en", "day", "is_open")
REPEAT_COLUMNS = (*CASE_COLUMNS, "repeats_id", "repeats_number")


@dataclass(frozen=True)
class TopicDetail:
    """One topic within what the reader may read: its row of `topics`, and its requests of WEEKS_SHOWN weeks in parts.

    `areas`, `services`, `units`: GROUP_COLUMNS, the most first, rows without a name are requests that name none;
    `cases`: CASE_COLUMNS, the typical ones first, one of each text; `weeks`: starts_on, count, total, share, oldest
    first.
    """

    row: Any  # Any: a named row of `topics`
    words: tuple[tuple[str, int], ...]
    areas: pd.DataFrame
    services: pd.DataFrame
    units: pd.DataFrame
    cases: pd.DataFrame
    weeks: pd.DataFrame
    open_count: int


def last_scan(session: Session, *, actor: Actor) -> Scan | None:
    """The last search for topics; None when there was none yet."""
    actor.check(READ)
    found = session.scalar(sa.select(TopicScan).order_by(TopicScan.ends_on.desc()).limit(1))
    if found is None:
        return None
    return Scan(
        starts_on=found.ends_on - WEEK + DAY,
        ends_on=found.ends_on,
        scanned_at=found.scanned_at,
        text_count=found.text_count,
        before_count=found.before_count,
        tested_count=found.tested_count,
    )


def weeks_until(ends_on: date) -> list[date]:
    """The first days of the weeks shown, oldest first; the last week ends on the given day."""
    return [ends_on - WEEK * back + DAY for back in range(WEEKS_SHOWN, 0, -1)]


def topics(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per topic of the last WEEKS_SHOWN weeks: TOPIC_COLUMNS, what stands out first, then by count.

    `words`: the telling words, joined; `count`: requests of the last week, whoever asks again counted once; `expected`
    and `trend` against the WEEKS_BEFORE weeks before; `share` of all requests of the week with its interval; `weeks`:
    counts oldest first; `total`: of all weeks shown; `problem_id`: of a problem that is worked on, or closed last.
    """
    scan = last_scan(session, actor=actor)
    if scan is None:
        return pd.DataFrame(columns=list(TOPIC_COLUMNS))
    found = spoken_between(session, weeks_until(scan.ends_on)[0], scan.ends_on, actor=actor)
    return topic_frame(session, found, scan)


def topic_frame(session: Session, found: pd.DataFrame, scan: Scan) -> pd.DataFrame:
    first = found[found["repeats_id"].isna()]
    week = week_numbers(first, scan)
    here, there = week == WEEKS_SHOWN - 1, (week < WEEKS_SHOWN - 1) & (week >= WEEKS_SHOWN - 1 - WEEKS_BEFORE)
    counts = pd.crosstab(first["topic_id"], week).reindex(columns=range(WEEKS_SHOWN), fill_value=0)
    counts = counts[counts.index.notna()]
    ids = [int(one) for one in counts.index]
    now = counts[WEEKS_SHOWN - 1].to_numpy()
    before = counts[list(range(WEEKS_SHOWN - 1 - WEEKS_BEFORE, WEEKS_SHOWN - 1))].sum(axis=1).to_numpy()
    stood = standing(now, before, now_total=int(here.sum()), before_total=int(there.sum()))
    known = {one.id: one for one in session.scalars(sa.select(Topic).where(Topic.id.in_(ids)))}
    again = found.loc[found["repeats_id"].notna(), "topic_id"].value_counts()
    problems = problem_ids(session)
    frame = pd.DataFrame(
        {
            "topic_id": pd.Series(ids, dtype="int64"),
            "words": pd.Series([joined(known[one]) for one in ids], dtype="str"),
            "count": pd.Series(now, dtype="int64"),
            "before_count": pd.Series(before, dtype="int64"),
            "expected": stood.expected,
            "share": stood.share,
            "lower": stood.lower,
            "upper": stood.upper,
            "adjusted": stood.adjusted,
            "trend": members(stood.trends),
            "weeks": pd.Series([list(map(int, row)) for row in counts.to_numpy()], dtype=object),
            "total": pd.Series(counts.sum(axis=1).to_numpy(), dtype="int64"),
            "repeat_count": pd.Series([int(again.get(one, 0)) for one in ids], dtype="int64"),
            "first_on": pd.Series([known[one].first_on for one in ids], dtype=object),
            "problem_id": pd.Series([problems.get(one) for one in ids], dtype="Int64"),
        }
    )
    frame = frame.assign(is_high=stood.is_high)
    order = frame.sort_values(["is_high", "count", "total", "topic_id"], ascending=[False, False, False, True])
    return order.drop(columns="is_high").reset_index(drop=True)


def week_numbers(found: pd.DataFrame, scan: Scan) -> pd.Series[int]:
    """In which of the weeks shown each request was made, the last being WEEKS_SHOWN - 1."""
    start = weeks_until(scan.ends_on)[0]
    return pd.Series([(day - start).days // 7 for day in found["day"]], index=found.index, dtype="int64")


def joined(topic: Topic, count: int = 3) -> str:
    return " · ".join(str(word) for word, _ in topic.words[:count])


def problem_ids(session: Session) -> dict[int, int]:
    """The problem made of each topic: one that is worked on before one that is closed, the newest first."""
    statement = (
        sa.select(Problem.topic_id, Problem.id)
        .where(Problem.topic_id.is_not(None), Problem.state != ProblemState.DECLINED)
        .order_by((Problem.state == ProblemState.CLOSED).desc(), Problem.id)
    )
    return {topic_id: problem_id for topic_id, problem_id in session.execute(statement) if topic_id is not None}


def topic_detail(session: Session, topic_id: int, *, actor: Actor) -> TopicDetail:
    """One topic from all sides. Raises NotFound when nothing of it lies within what the actor may read."""
    scan, topic = last_scan(session, actor=actor), session.get(Topic, topic_id)
    if scan is None or topic is None:
        raise NotFound("topic_unknown")
    found = spoken_between(session, weeks_until(scan.ends_on)[0], scan.ends_on, actor=actor)
    frame = topic_frame(session, found, scan)
    own = found[found["topic_id"].eq(topic_id).fillna(value=False)]
    rows = [row for row in named_rows(frame) if row.topic_id == topic_id]
    if own.empty or not rows:
        raise NotFound("topic_unknown")
    recent = own.sort_values(["is_typical", "day", "request_id"], ascending=[False, False, True])
    recent = recent.assign(root=recent["echoes_id"].fillna(recent["request_id"])).drop_duplicates("root")
    return TopicDetail(
        row=rows[0],
        words=tuple((str(word), int(count)) for word, count in topic.words),
        areas=grouped(session, own, "area_id", Area),
        services=grouped(session, own, "service_id", Service),
        units=grouped(session, own[own["state"] != RequestState.CLOSED], "unit_id", Provider),
        cases=cases(session, recent),
        weeks=week_frame(found, rows[0].weeks, scan),
        open_count=int((own["state"] != RequestState.CLOSED).sum()),
    )


def week_frame(found: pd.DataFrame, counts: list[int], scan: Scan) -> pd.DataFrame:
    first = found[found["repeats_id"].isna()]
    totals = week_numbers(first, scan).value_counts().reindex(range(WEEKS_SHOWN), fill_value=0).to_numpy()
    shares = np.where(totals > 0, np.array(counts) / np.maximum(totals, 1), np.nan)
    return pd.DataFrame(
        {"starts_on": weeks_until(scan.ends_on), "count": counts, "total": totals.astype("int64"), "share": shares}
    )


def grouped(
    session: Session, own: pd.DataFrame, key: str, model: type[Area] | type[Service] | type[Provider]
) -> pd.DataFrame:
    """How many requests each area, service or unit has, the most first: GROUP_COLUMNS."""
    counts = Counter(None if pd.isna(one) else int(one) for one in own[key])
    known = sa.select(model.id, model.name, model.name_en).where(
        model.id.in_([one for one in counts if one is not None])
    )
    names = {one: (name, name_en or "") for one, name, name_en in session.execute(known)}
    rows = [(one, *(("", "") if one is None else names[one]), count) for one, count in counts.items()]
    rows.sort(key=lambda row: (-row[3], row[0] or 0))
    frame = pd.DataFrame(rows, columns=list(GROUP_COLUMNS))
    return frame.astype({"group_id": "Int64", "name": "str", "name_en": "str", "count": "int64"})


def cases(session: Session, own: pd.DataFrame) -> pd.DataFrame:
    """The requests of a frame with their titles, in its order: CASE_COLUMNS."""
    ids = [int(one) for one in own["request_id"]]
    statement = (
        sa.select(Request.id, Request.title, Service.name, Service.name_en)
        .outerjoin(Service, Service.id == Request.service_id)
        .where(Request.id.in_(ids))
    )
    said = {one: (title, name or "", name_en or "") for one, title, name, name_en in session.execute(statement)}
    return pd.DataFrame(
        {
            "request_id": pd.Series(ids, dtype="int64"),
            "number": pd.Series(list(own["number"]), dtype="str"),
            "title": pd.Series([said[one][0] for one in ids], dtype="str"),
            "service": pd.Series([said[one][1] for one in ids], dtype="str"),
            "service_en": pd.Series([said[one][2] for one in ids], dtype="str"),
            "day": pd.Series(list(own["day"]), dtype=object),
            "is_open": pd.Series([state is not RequestState.CLOSED for state in own["state"]], dtype=bool),
        }
    )


def emerging_words(session: Session, *, actor: Actor) -> pd.DataFrame:
    """Words that more requests used in the last week than usual, the clearest first: WORD_COLUMNS.

    They are taken from all requests, so they are shown to those who may read all of them; empty for everybody else.
    """
    scan = session.scalar(sa.select(TopicScan).order_by(TopicScan.ends_on.desc()).limit(1))
    actor.check(READ)
    kept: list[EmergingWord] = []
    if scan is not None and actor.has_everywhere(READ):
        statement = sa.select(EmergingWord).where(EmergingWord.scan_id == scan.id)
        kept = list(session.scalars(statement.order_by(EmergingWord.adjusted, EmergingWord.word)))
    usual = scan.text_count / scan.before_count if scan is not None and scan.before_count else np.nan
    rows = [
        (one.word, one.count, one.before_count, one.before_count * usual, one.adjusted, one.topic_id) for one in kept
    ]
    frame = pd.DataFrame(rows, columns=list(WORD_COLUMNS))
    kinds = {"word": "str", "count": "int64", "before_count": "int64", "expected": "float64", "adjusted": "float64"}
    return frame.astype({**kinds, "topic_id": "Int64"})


def mass_requests(session: Session, *, actor: Actor) -> pd.DataFrame:
    """Requests of the last MASS_DAYS days that say nearly the same, LEAST_CASES and more: MASS_COLUMNS, the most first.

    One row per text; `first_id`, `title`: of the first of them that the actor may read.
    """
    scan = last_scan(session, actor=actor)
    columns = pd.DataFrame(columns=list(MASS_COLUMNS))
    if scan is None:
        return columns
    found = spoken_between(session, scan.ends_on - timedelta(days=MASS_DAYS - 1), scan.ends_on, actor=actor)
    found = found[found["repeats_id"].isna()]
    found = found.assign(root=found["echoes_id"].fillna(found["request_id"]))
    rows = []
    for _, own in found.groupby("root"):
        if len(own) >= LEAST_CASES:
            one = named_rows(cases(session, own.head(1)))[0]
            topic = own["topic_id"].dropna()
            topic_id = int(topic.mode().iloc[0]) if len(topic) else None
            rows.append(
                (
                    one.request_id,
                    one.title,
                    len(own),
                    min(own["day"]),
                    max(own["day"]),
                    topic_id,
                    one.service,
                    one.service_en,
                )
            )
    if not rows:
        return columns
    rows.sort(key=lambda row: (-row[2], row[0]))
    return pd.DataFrame(rows, columns=list(MASS_COLUMNS)).astype({"topic_id": "Int64"})


def repeat_requests(session: Session, *, actor: Actor) -> pd.DataFrame:
    """Requests of MASS_DAYS days by somebody who asked about the same matter before: REPEAT_COLUMNS, newest first."""
    scan = last_scan(session, actor=actor)
    if scan is None:
        return pd.DataFrame(columns=list(REPEAT_COLUMNS))
    found = spoken_between(session, scan.ends_on - timedelta(days=MASS_DAYS - 1), scan.ends_on, actor=actor)
    found = found[found["repeats_id"].notna()].sort_values(["day", "request_id"], ascending=False)
    earlier = [int(one) for one in found["repeats_id"]]
    statement = sa.select(Request.id, Request.number).where(Request.id.in_(earlier))
    numbers = {request_id: number for request_id, number in session.execute(statement)}
    return cases(session, found).assign(
        repeats_id=pd.Series(earlier, dtype="int64"),
        repeats_number=pd.Series([numbers[one] for one in earlier], dtype="str"),
    )
