"""Erasing what is past its time of keeping, and whoever asks for it: the one place that knows what every room keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.access import keeping as access
from qs.actor import Actor, Permission
from qs.complaints.protection import keeping as complaints
from qs.db import Database
from qs.errors import Conflict, NotFound
from qs.notices import keeping as notices
from qs.participation import keeping as participation
from qs.periods import local_day
from qs.settings import settings
from qs.vault import erasures, retention
from qs.vault import keeping as vault
from qs.vault.models import VaultErasure
from qs.vault.retention import FIXED
from qs.vault.terms import DueLine, RunReport

BATCH = 200  # rows of one kind in one transaction: a run that is broken off loses nothing and is taken up again

Found = sa.Select[Any, datetime]  # Any: an id or a hash; since when it is no longer needed
Erase = Callable[[Session, Sequence[Any], Actor, datetime], None]  # Any: the ids of one kind


@dataclass(frozen=True)
class Kind:
    """How things of one line of the matrix are found and erased. `lock`: what must stand still meanwhile."""

    found: Callable[[datetime, datetime], Found]  # given the moment since which it is kept, and now
    erase: Erase
    lock: Callable[[Session, Sequence[Any]], None] | None = None  # Any: the ids of one kind


def shred_requesters(session: Session, ids: Sequence[int], actor: Actor, now: datetime) -> None:
    """Blotted first: without the data nobody can find them in the words any more."""
    for vault_id in ids:
        complaints.empty_person(session, vault_id, now, with_files=False)
    vault.shred_people(session, ids, actor=actor, now=now)


def shred_participants(session: Session, ids: Sequence[int], actor: Actor, now: datetime) -> None:
    for vault_id in ids:
        participation.empty_person(session, vault_id)
    vault.shred_people(session, ids, actor=actor, now=now)


KINDS: dict[str, Kind] = {
    "request.identity": Kind(complaints.identities, shred_requesters, complaints.lock_requests),
    "request.spam_identity": Kind(
        lambda cutoff, now: complaints.identities(cutoff, now, only_spam=True),
        shred_requesters,
        complaints.lock_requests,
    ),
    "request.words": Kind(
        complaints.words, lambda session, ids, actor, now: complaints.empty_requests(session, ids, now)
    ),
    "request.files": Kind(complaints.files, lambda session, ids, actor, now: complaints.delete_files(session, ids)),
    "participation.identity": Kind(participation.identities, shred_participants),
    "rating.words": Kind(
        participation.rating_words, lambda session, ids, actor, now: participation.empty_words(session, ids)
    ),
    "rating.device": Kind(
        participation.rating_devices, lambda session, ids, actor, now: participation.empty_devices(session, ids)
    ),
    "filing.address": Kind(
        complaints.filings, lambda session, ids, actor, now: complaints.delete_filings(session, ids)
    ),
    "sign_in.session": Kind(
        lambda cutoff, now: access.ended_sessions(cutoff),
        lambda session, ids, actor, now: access.delete_sessions(session, ids),
    ),
    "notice.words": Kind(
        lambda cutoff, now: notices.old_words(cutoff),
        lambda session, ids, actor, now: notices.empty_words(session, ids),
    ),
    "reveal.reason": Kind(
        lambda cutoff, now: vault.old_reasons(cutoff),
        lambda session, ids, actor, now: vault.empty_reasons(session, ids),
    ),
}


def due(session: Session, *, actor: Actor, now: datetime) -> tuple[DueLine, ...]:
    """How much of every kind is past its time, and since when the oldest counts: counts only, never whose.

    In the order of the matrix.
    """
    actor.check_everywhere(Permission.PERSONAL_OVERSEE)
    zone, lines = settings().zone, []
    for code, found in due_kinds(session, now):
        one = found.subquery()
        count, oldest = session.execute(sa.select(sa.func.count(), sa.func.min(one.c[1])).select_from(one)).one()
        lines.append(DueLine(code, count, local_day(oldest, zone) if oldest is not None else None))
    return tuple(lines)


def due_kinds(session: Session, now: datetime) -> Iterator[tuple[str, Found]]:
    """code, and what is past its time: of every kind from which something can be erased."""
    for rule in retention.matrix(session, local_day(now, settings().zone)):
        if rule.act not in FIXED:
            yield rule.code, KINDS[rule.code].found(retention.cutoff(rule, now), now)


def try_run(session: Session, *, actor: Actor, now: datetime) -> int:
    """A trial: count what is past its time, keep the report, erase nothing. Returns the id of the report."""
    return retention.begin_run(session, due(session, actor=actor, now=now), is_trial=True, actor=actor, now=now)


def run_retention(database: Database, *, actor: Actor, now: datetime) -> RunReport:
    """Erase everything past its time, in batches that each hold by themselves, and keep the report.

    A run that is broken off leaves a report without end; the next run takes up what is left. On a day on which
    nothing more is due, the report of that day is given again and nothing is written.
    """
    with database.reading() as session:
        found = due(session, actor=actor, now=now)
        earlier = retention.last_run(session, local_day(now, settings().zone))
    if earlier is not None and not any(line.count for line in found):
        return earlier
    with database.writing() as session:
        run_id = retention.begin_run(session, found, is_trial=False, actor=actor, now=now)
    for line in found:
        while line.count and erase_batch(database, run_id, line.code, actor=actor, now=now):
            pass
    with database.writing() as session:
        retention.end_run(session, run_id, now)
    database.fold_log()
    with database.reading() as session:
        return retention.report(session, run_id)


def erase_batch(database: Database, run_id: int, code: str, *, actor: Actor, now: datetime) -> int:
    """Erase some of one kind in one transaction. Returns how many; 0 when none is left."""
    kind = KINDS[code]
    with database.writing() as session:
        rule = retention.rule(session, code, local_day(now, settings().zone))
        one = kind.found(retention.cutoff(rule, now), now).subquery()
        ids = list(session.scalars(sa.select(one.c[0]).order_by(one.c[1], one.c[0]).limit(BATCH)))
        if kind.lock is not None and ids:
            kind.lock(session, ids)  # and ask again: one may have been opened at the same moment
            ids = list(session.scalars(sa.select(one.c[0]).where(one.c[0].in_(ids))))
        if ids:
            kind.erase(session, ids, actor, now)
            retention.count_erased(session, run_id, code, len(ids), actor=actor, now=now)
    return len(ids)


def grant_erasure(session: Session, erasure_id: int, *, actor: Actor, now: datetime) -> None:
    """Erase somebody who asked for it: the key, the data, and what they wrote and sent, in every room.

    Figures, steps and trail stay as they are: no personal data stand in them. Raises Conflict while a case is open or
    under review, when whoever made sure of the identity would decide, or when the data are held.
    """
    wish = erasures.undecided(session, erasure_id, actor=actor)
    complaints.lock_requests(session, [wish.vault_id])
    if not is_over(session, wish):
        raise Conflict("erasure_case_open")
    complaints.empty_person(session, wish.vault_id, now, with_files=True)
    participation.empty_person(session, wish.vault_id)
    erasures.grant_erasure(session, erasure_id, actor=actor, now=now)


def person_by_number(session: Session, number: str, *, actor: Actor) -> int:
    """Whose data a case holds, by its number, for a hold; never who it is. Raises NotFound when it holds nobody's."""
    actor.check_everywhere(Permission.PERSONAL_ERASE)
    vault_id = complaints.vault_id_by_number(session, number)
    if vault_id is None:
        raise NotFound("person_unknown")
    return vault_id


def is_over(session: Session, wish: VaultErasure) -> bool:
    return complaints.is_over(session, wish.vault_id) and participation.is_over(session, wish.vault_id)
