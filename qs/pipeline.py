"""The daily run, read from top to bottom like the chain: what the office's machine does while nobody clicks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np

from qs.actor import SYSTEM
from qs.complaints import actions as complaints
from qs.complaints.ladder.climbing import climb_ladder
from qs.complaints.ladder.mails import tell_requesters
from qs.db import Database
from qs.monitoring import actions as monitoring
from qs.monitoring.scanning import Scanned
from qs.notices.delivery import Delivered, deliver
from qs.notices.queries import is_ready
from qs.notices.terms import Channel
from qs.participation import ratings
from qs.periods import local_day
from qs.proofs import Proof, Proved, prove
from qs.publication import actions as publication
from qs.rectifications import actions as rectifications
from qs.rectifications.rechecks import recheck_closed
from qs.retention import run_retention, try_run
from qs.settings import Settings
from qs.topics.problems import note_recurrences
from qs.topics.scanning import find_topics
from qs.vault.retention import report
from qs.vault.terms import RunReport

LOOK_BACK = timedelta(days=3)  # how far back ratings are looked at again: late ones belong to their day


@dataclass(frozen=True)
class DailyResult:
    """What the daily run noted, and what its proofs found."""

    overdue_request_count: int
    overdue_rectification_count: int
    reopened_rectification_count: int
    suspicious_rating_count: int
    emerging_topic_count: int
    recurred_problem_count: int
    signal_count: int
    disclosure_item_count: int
    retention: RunReport
    proofs: tuple[Proved, ...]
    notices: Delivered

    @property
    def is_sound(self) -> bool:
        return all(proof.is_sound for proof in self.proofs)


def run_daily(database: Database, settings: Settings) -> DailyResult:
    """Note what passed its limit, look at new ratings, at what people write about and at all charts, keep the
    disclosure calendar, erase what is past its time of keeping, then prove the whole chain: events → figures → frozen
    quarters → decisions → releases, and the trail, whose end is signed outside the store.
    Notices go out last, so that whatever the run found is told the same day.

    Each step is one transaction; the same day run twice leaves the same rows.
    """
    now = datetime.now(UTC)
    with database.writing() as session:
        requests = complaints.note_overdue(session, actor=SYSTEM, now=now)
    with database.writing() as session:
        orders = rectifications.note_overdue(session, actor=SYSTEM, now=now)
    with database.writing() as session:
        reopened = recheck_closed(session, actor=SYSTEM, now=now)
    with database.writing() as session:
        suspicious = ratings.mark_suspicious(
            session, since=now - LOOK_BACK, rng=dealt_on(now, settings), actor=SYSTEM, now=now
        )
    with database.writing() as session:
        topics = find_topics(session, actor=SYSTEM, now=now)
    with database.writing() as session:
        recurred = note_recurrences(session, actor=SYSTEM, now=now)
    with database.writing() as session:
        signals = monitoring.scan(session, actor=SYSTEM, now=now)
    with database.writing() as session:
        items = publication.refresh_calendar(session, actor=SYSTEM, now=now)
    erased = run_retention(database, actor=SYSTEM, now=now)
    proofs = tuple(prove(proof, database, settings) for proof in Proof)
    return DailyResult(
        overdue_request_count=requests,
        overdue_rectification_count=orders,
        reopened_rectification_count=len(reopened),
        suspicious_rating_count=suspicious,
        emerging_topic_count=topics.emerging_count,
        recurred_problem_count=recurred,
        signal_count=signals.found_count,
        disclosure_item_count=items,
        retention=erased,
        proofs=proofs,
        notices=run_notices(database, settings),
    )


def dealt_on(now: datetime, settings: Settings) -> np.random.Generator:
    """The chance by which the check of ratings deals them again: the same all day long, so that a run can be repeated
    and a mark explained.
    """
    return np.random.default_rng(local_day(now, settings.zone).toordinal())


def run_scan(database: Database) -> Scanned:
    """Look for signals in what changed since the last scan; meant to run every few minutes, after new figures."""
    with database.writing() as session:
        return monitoring.scan(session, actor=SYSTEM, now=datetime.now(UTC))


def run_notices(database: Database, settings: Settings) -> Delivered:
    """Climb the ladder of reminders, write to requesters what happened, put due digests together and send what is due.

    Meant to run every few minutes: short limits have short rungs. Several such runs at once send nothing twice. Nothing
    waits for requesters where no mail server is set up: their status page says the same.
    """
    now = datetime.now(UTC)
    with database.writing() as session:
        climb_ladder(session, actor=SYSTEM, now=now)
    if is_ready(Channel.EMAIL, settings):
        with database.writing() as session:
            tell_requesters(session, actor=SYSTEM, now=now)
    return deliver(database, settings, datetime.now(UTC), rng=Random())


def run_erasing(database: Database) -> RunReport:
    """Erase what is past its time of keeping; what is left from a run that was broken off too."""
    return run_retention(database, actor=SYSTEM, now=datetime.now(UTC))


def try_erasing(database: Database) -> RunReport:
    """Count what is past its time of keeping, erase nothing."""
    with database.writing() as session:
        return report(session, try_run(session, actor=SYSTEM, now=datetime.now(UTC)))
