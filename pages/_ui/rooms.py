"""What waits for a person in every room, as lines of the day: overdue and due today first, then this week."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from pages._ui.registry import SCREENS
from pages._ui.run import Page
from pages._ui.task import Task
from qs.actor import Actor
from qs.complaints import waiting as complaints
from qs.deadlines import waiting as deadlines
from qs.evaluations import waiting as evaluations
from qs.i18n import age, clock, near_day
from qs.i18n import gettext as _
from qs.incentives import waiting as incentives
from qs.inspections import waiting as inspections
from qs.monitoring import waiting as monitoring
from qs.notices import waiting as notices
from qs.observations import waiting as observations
from qs.participation import waiting as participation
from qs.periods import local_day
from qs.programme import waiting as programme
from qs.publication import waiting as publication
from qs.rankings import waiting as rankings
from qs.rectifications import waiting as rectifications
from qs.sentences import waiting_sentences
from qs.settings import settings
from qs.topics import waiting as topics
from qs.training import waiting as training
from qs.vault import waiting as vault
from qs.waiting import Waiting

LINES_PER_ROOM = 3
ICONS = {screen.name: screen.icon for screen in SCREENS}


class Asking(Protocol):
    """How every room is asked what waits for somebody."""

    def __call__(self, session: Session, *, actor: Actor, now: datetime) -> list[Waiting]: ...


ROOMS: tuple[Asking, ...] = (
    monitoring.waiting,
    complaints.waiting,
    participation.waiting,
    topics.waiting,
    rectifications.waiting,
    inspections.waiting,
    evaluations.waiting,
    incentives.waiting,
    rankings.waiting,
    publication.waiting,
    training.waiting,
    programme.waiting,
    deadlines.waiting,
    observations.waiting,
    notices.waiting,
    vault.waiting,
)


def waiting_lines(session: Session, page: Page) -> tuple[list[Task], list[Task]]:
    """What is overdue or due today, and what comes later, both by due date; a few lines from each room."""
    found = [line for ask in ROOMS for line in asked(ask, session, page)]
    found.sort(key=lambda line: line.due_at or page.now + timedelta(days=365))
    urgent = [line for line in found if is_due_today(line, page.now)]
    later = [line for line in found if not is_due_today(line, page.now)]
    return [task(line, page.now) for line in urgent], [task(line, page.now) for line in later]


def asked(ask: Asking, session: Session, page: Page) -> list[Waiting]:
    return ask(session, actor=page.actor, now=page.now)[:LINES_PER_ROOM]


def is_due_today(line: Waiting, now: datetime) -> bool:
    zone = settings().zone
    return line.due_at is not None and local_day(line.due_at, zone) <= local_day(now, zone)


def task(line: Waiting, now: datetime) -> Task:
    what, why = waiting_sentences(line)
    is_late = line.due_at is not None and line.due_at < now
    return Task(
        when=when_words(line.due_at, now),
        what=what,
        why=why,
        button=_("Look"),
        icon=ICONS[line.screen],
        screen=line.screen,
        colour="orange" if is_late else "gray",
        query=line.query,
    )


def when_words(due_at: datetime | None, now: datetime) -> str:
    """Until when, as it is said in an office: late since, today until, or the day."""
    zone = settings().zone
    if due_at is None:
        return _("no date set")
    if due_at < now:
        return _("late by {age}").format(age=age(now - due_at))
    if local_day(due_at, zone) == local_day(now, zone):
        return _("today until {time}").format(time=clock(due_at))
    return _("until {day}").format(day=near_day(local_day(due_at, zone), local_day(now, zone)))
