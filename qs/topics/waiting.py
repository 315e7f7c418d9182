"""What waits for a person in topics: proposals to decide, plans and steps that are due, what has come back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.queries import visible_services
from qs.errors import Fact
from qs.i18n import number, pick
from qs.periods import local_day
from qs.settings import settings
from qs.topics.details import ProblemRow, problems
from qs.topics.emerging import HIGH
from qs.topics.models import Topic, TopicScan, TopicWeek
from qs.topics.problems import ANSWER, DECIDE, steps_in_force
from qs.topics.queries import joined
from qs.topics.terms import ProblemState
from qs.waiting import Waiting

READ = Permission.COMPLAINTS_READ
S = ProblemState
SOON = timedelta(days=7)  # so long before its day a step of a plan is mentioned
END_OF_WORK = time(17, 30)
LISTED = 8


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What this person has to do about topics and problems of the month, the most pressing first."""
    if not actor.has(READ):
        return []
    may_decide = actor.has_everywhere(DECIDE)
    leads = frozenset(session.scalars(visible_services(actor, ANSWER))) if actor.has(ANSWER) else frozenset()
    lines = []
    for row in problems(session, actor=actor):
        if row.service_id in leads:
            lines += answering(session, row, now)
        if may_decide:
            lines += deciding(row, actor, now)
    lines.sort(key=lambda line: (line.due_at is None, line.due_at or now))
    return [*lines, *(emerging(session) if may_decide else [])][:LISTED]


def answering(session: Session, row: ProblemRow, now: datetime) -> list[Waiting]:
    """What a problem asks of those who answer for its leading service."""
    if row.state is S.ADOPTED:
        return [line_of("problem_to_plan", row, row.plan_due_at)]
    if row.state is S.RECURRED:
        return [line_of("problem_recurred", row)]
    zone = settings().zone
    today = local_day(now, zone)
    if row.state is not S.IN_PROGRESS or row.next_on is None or row.next_on - today > SOON:
        return []
    step = next(one for one in steps_in_force(session, row.problem_id) if one.done_at is None)
    return [line_of("problem_step_due", row, end_of(step.due_on, zone), step=step.text)]


def deciding(row: ProblemRow, actor: Actor, now: datetime) -> list[Waiting]:
    """What a problem asks of the office: never of the person whose own it is."""
    if row.state is S.PROPOSED and row.proposed_by_id != actor.person_id:
        return [line_of("problem_to_adopt", row)]
    if row.owner_id == actor.person_id:
        return []
    if row.state is S.RECURRED:
        return [line_of("problem_recurred", row)]
    zone = settings().zone
    is_over = row.target_on <= local_day(now, zone) or (row.step_count > 0 and row.done_count == row.step_count)
    if row.state is S.IN_PROGRESS and is_over:
        return [line_of("problem_to_close", row, end_of(row.target_on, zone))]
    return []


def line_of(code: str, row: ProblemRow, due_at: datetime | None = None, **facts: Fact) -> Waiting:
    said: dict[str, Fact] = {"title": pick(row.title, row.title_en), **facts}
    return Waiting(code, "topics", due_at=due_at, facts=said, query={"problem": str(row.problem_id)})


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The end of work on a day."""
    return datetime.combine(day, END_OF_WORK, tzinfo=zone)


def emerging(session: Session) -> list[Waiting]:
    """One line for the topics that stood out in the last search and of which no problem has been made."""
    statement = (
        sa.select(TopicWeek, Topic)
        .join(Topic, Topic.id == TopicWeek.topic_id)
        .join(TopicScan, TopicScan.id == TopicWeek.scan_id)
        .where(
            TopicScan.ends_on == sa.select(sa.func.max(TopicScan.ends_on)).scalar_subquery(),
            TopicWeek.trend.in_(HIGH),
        )
        .order_by(TopicWeek.adjusted, TopicWeek.topic_id)
    )
    found = session.execute(statement).all()
    if not found:
        return []
    week, topic = found[0]
    facts: dict[str, Fact] = {"count": len(found), "words": joined(topic), "now": number(week.count)}
    return [Waiting("topics_emerging", "topics", facts=facts, query={"topic": str(topic.id)})]
