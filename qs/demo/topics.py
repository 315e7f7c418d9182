"""Hot topics of the invented city: a school bus whose route was changed, and two problems of the month."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM
from qs.complaints import actions, intake
from qs.complaints.terms import NewContact, NewRequest, RequestChannel, RequestKind
from qs.demo.office import Office
from qs.settings import SHIPPED_DATA
from qs.topics import problems
from qs.topics.models import Problem, Topic, TopicRequest
from qs.topics.problems import steps_in_force
from qs.topics.scanning import find_topics
from qs.topics.terms import NewProblem, PlannedStep

CONTENT = SHIPPED_DATA / "demo" / "topics.toml"
Story = dict[str, Any]  # Any: a table of the file
SEARCHED_EVERY = 84  # days between the searches of the past, which the office's machine makes every day
FORWARDED_EVERY = 2  # every second parent forwards the same text


def play(session: Session, office: Office) -> None:
    """File what parents wrote last week, look for topics as the months went by, and take up two of them."""
    content = tomllib.loads(CONTENT.read_text(encoding="utf-8"))
    surge(session, office, content["surge"])
    moments = [
        office.day(back) for back in range(max(one["proposed"] for one in content["problem"]), 0, -SEARCHED_EVERY)
    ]
    moments += [office.day(one["proposed"]) for one in content["problem"]] + [office.now]
    acts: list[tuple[datetime, int, Any]] = [(at, 0, None) for at in moments]
    acts += [(office.day(one["proposed"]), 1, one) for one in content["problem"]]
    for at, _, story in sorted(acts, key=lambda act: act[:2]):
        if story is None:
            find_topics(session, actor=SYSTEM, now=at)
        else:
            take_up(session, office, story)
    for days in range(180, 0, -30):
        problems.note_recurrences(session, actor=SYSTEM, now=office.day(days))
    problems.note_recurrences(session, actor=SYSTEM, now=office.now)


def surge(session: Session, office: Office, story: Story) -> None:
    """Parents write by telephone, some with a text that goes round; the hotline sends them on, the unit signs."""
    rng = office.rng("topics")
    service_id = office.services[story["service"]]
    hotline, leader = office.people["ren.jia"], office.leaders[service_id]
    for place, days in enumerate(story["days"]):
        is_forwarded = place % FORWARDED_EVERY == 1
        at = office.day(days)
        wanted = NewRequest(
            kind=RequestKind(story["kind"]),
            title=story["forwarded_title"] if is_forwarded else story["titles"][place % len(story["titles"])],
            text=story["forwarded"].format(n=int(rng.integers(6, 12)))
            if is_forwarded
            else story["texts"][place % len(story["texts"])],
            channel=RequestChannel.PHONE,
            service_id=service_id,
            contact=NewContact(phone=phone(rng)),
        )
        request_id = intake.file_request(session, wanted, actor=hotline, now=at).request_id
        later = at + timedelta(minutes=20)
        sent = {"service_id": service_id, "brief": story["brief"], "version": 1, "actor": hotline, "now": later}
        actions.dispatch_request(session, request_id, **sent)
        actions.sign_request(session, request_id, version=2, actor=leader, now=later + timedelta(hours=2))


def phone(rng: np.random.Generator) -> str:
    """A number of a range that is never given out."""
    return f"1700001{int(rng.integers(10000)):04d}"


def take_up(session: Session, office: Office, story: Story) -> None:
    """Propose a problem, adopt it by a second person, plan it, and work it off as far as the story goes."""
    boss, second = office.people["chen.jing"], office.people["zhou.wei"]
    service_id = office.services[story["service"]]
    leader = office.leaders[service_id]
    wanted = NewProblem(
        title=story["title"],
        title_en=story["title_en"],
        demand=story["demand"],
        service_id=service_id,
        owner_id=leader.person_id or 0,
        target_on=office.local(story["target"]),
        month=office.local(story["proposed"]),
        topic_id=topic_about(session, story["words"]),
        co_service_ids=tuple(office.services[one] for one in story["co_services"]),
        target_share=story["target_share"],
    )
    problem_id = problems.propose_problem(session, wanted, actor=boss, now=office.day(story["proposed"]))
    problems.adopt_problem(session, problem_id, actor=second, **by(session, problem_id, office, story["adopted"]))
    steps = [PlannedStep(one["text"], office.local(one["due"])) for one in story["steps"]]
    planning = by(session, problem_id, office, story["planned"])
    problems.plan_problem(session, problem_id, story["plan"], steps, actor=leader, **planning)
    ids = [one.id for one in steps_in_force(session, problem_id)]
    for step_id, one in zip(ids, story["steps"], strict=True):
        if "done" in one:
            problems.finish_step(
                session, problem_id, step_id, actor=leader, **by(session, problem_id, office, one["done"])
            )
    if "closed" in story:
        closing = by(session, problem_id, office, story["closed"])
        problems.close_problem(session, problem_id, story["result"], actor=second, **closing)


def by(session: Session, problem_id: int, office: Office, days: float) -> dict[str, Any]:  # Any: circumstances
    """The version that stands now, and the moment so many days before today."""
    version = session.scalar(sa.select(Problem.version).where(Problem.id == problem_id))
    return {"version": version, "now": office.day(days)}


def topic_about(session: Session, words: list[str]) -> int | None:
    """The topic with the most requests among those that some of these words name; None when there is none."""
    counts = sa.select(TopicRequest.topic_id, sa.func.count()).group_by(TopicRequest.topic_id)
    sizes = {topic_id: count for topic_id, count in session.execute(counts) if topic_id is not None}
    named = {
        topic.id: sum(str(word) in words for word, _ in topic.words)
        for topic in session.scalars(sa.select(Topic).order_by(Topic.id))
    }
    found = [topic_id for topic_id, count in named.items() if count]
    return max(found, key=lambda one: (named[one], sizes.get(one, 0), -one), default=None)
