"""The proofs an office can ask for at any time: each recomputes what is stored, and says in one line what it found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from qs.actor import SYSTEM
from qs.audit.checkpoints import append_checkpoint, checkpoint_line
from qs.audit.verify import verify_trail
from qs.complaints.figures.verify import Difference, verify_requests
from qs.db import Database
from qs.incentives.verify import verify_decisions
from qs.observations.verify import verify_rollups
from qs.publication.verify import verify_releases
from qs.rankings.verify import PeriodVerdict, verify_periods
from qs.rectifications.verify import verify_evidence
from qs.sentences import label
from qs.settings import Settings


class Proof(StrEnum):
    """What can be proved, in the order of the chain."""

    REQUESTS = "requests"  # events of requests from their rows, steps and call-backs
    ROLLUPS = "rollups"  # figures from events
    PERIODS = "periods"  # frozen quarters from events
    DECISIONS = "decisions"  # rewards and penalties from frozen quarters, rectifications from their frozen figures
    RELEASES = "releases"  # published figures from frozen quarters
    AUDIT = "audit"  # the trail itself


@dataclass(frozen=True)
class Proved:
    """What a proof found: one line that sums it up, one for each place that is not as it should be, and notices."""

    proof: Proof
    summary: str
    differences: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()  # not wrong, but worth a look
    is_sound: bool = True


Progress = Callable[[str], None]


def prove(proof: Proof, database: Database, settings: Settings, *, tell: Progress = lambda words: None) -> Proved:
    """Run one proof. `tell` hears how far it has come."""
    with database.reading() as session:
        if proof is Proof.REQUESTS:
            return proved_requests(session)
        if proof is Proof.ROLLUPS:
            return proved_rollups(session, settings, tell)
        if proof is Proof.PERIODS:
            return proved_periods(verify_periods(session, actor=SYSTEM))
        if proof is Proof.DECISIONS:
            return proved_decisions(session)
        if proof is Proof.RELEASES:
            return proved_releases(session)
    return proved_audit(database, settings, tell)


def prove_period(name: str, database: Database) -> Proved:
    """The proof of one frozen quarter. Raises NotFound when it is not frozen."""
    with database.reading() as session:
        return proved_periods(verify_periods(session, actor=SYSTEM, name=name))


def proved_requests(session: Session) -> Proved:
    verdict = verify_requests(session, actor=SYSTEM)
    return Proved(
        Proof.REQUESTS,
        f"requests: {verdict.request_count:,} requests, {verdict.event_count:,} events, "
        f"{len(verdict.differences):,} differences, {len(verdict.moved):,} counted before the calendar was changed",
        tuple(told_difference(one) for one in verdict.differences),
        tuple(
            f"{told_difference(one)}; the calendar was changed since: the kept event stands" for one in verdict.moved
        ),
        is_sound=not verdict.differences,
    )


def told_difference(one: Difference) -> str:
    figures = "" if one.recorded is None and one.expected is None else f": {one.recorded} recorded, {one.expected} due"
    return f"{one.place} {one.measure or ''} {one.wrong}{figures}".replace("  ", " ")


def proved_rollups(session: Session, settings: Settings, tell: Progress) -> Proved:
    verdict = verify_rollups(
        session, actor=SYSTEM, zone=settings.zone, progress=lambda month: tell(f"rollups {month:%Y-%m}")
    )
    return Proved(
        Proof.ROLLUPS,
        f"rollups: {verdict.event_count:,} events, {verdict.cell_count:,} cells, "
        f"{verdict.difference_count:,} differences",
        tuple(f"{one.table} {one.key}: stored {one.stored}, counted {one.counted}" for one in verdict.differences),
        is_sound=verdict.difference_count == 0,
    )


def proved_periods(verdict: PeriodVerdict) -> Proved:
    return Proved(
        Proof.PERIODS,
        f"periods: {verdict.revision_count:,} frozen, {verdict.cell_count:,} figures, "
        f"{verdict.fault_count:,} differences, {verdict.moved_count:,} changed since by later data",
        tuple(f"{one.period} revision {one.revision} {one.place}: {label(one.kind)}" for one in verdict.faults),
        tuple(
            f"{one.period} service {one.service_id} {one.measure}: frozen {one.frozen}, now {one.counted}; "
            "data arrived since: freeze the quarter again with a reason"
            for one in verdict.moved
        ),
        verdict.is_sound,
    )


def proved_decisions(session: Session) -> Proved:
    """Rewards and penalties from frozen quarters, and the tests on which rectifications were closed or opened again."""
    verdict, evidence = verify_decisions(session, actor=SYSTEM), verify_evidence(session, actor=SYSTEM)
    return Proved(
        Proof.DECISIONS,
        f"decisions: {verdict.decision_count:,} replayed, "
        f"{evidence.comparison_count:,} before-and-after tests repeated, "
        f"{len(verdict.differences) + len(evidence.differences):,} differences, "
        f"{len(evidence.moved):,} changed since by later data",
        (
            *(f"proposal {one.proposal_id}: {one.code}" for one in verdict.differences),
            *(f"rectification {one.rectification_id}: {one.place}" for one in evidence.differences),
        ),
        tuple(
            f"rectification {one.rectification_id}: {one.place}: data arrived since; the kept figures stand"
            for one in evidence.moved
        ),
        is_sound=verdict.is_sound and evidence.is_sound,
    )


def proved_releases(session: Session) -> Proved:
    verdict = verify_releases(session, actor=SYSTEM)
    return Proved(
        Proof.RELEASES,
        f"releases: {verdict.release_count:,} published, {verdict.table_count:,} tables, "
        f"{len(verdict.faults):,} differences",
        tuple(f"{one.release}: {one.fault} {one.place}".rstrip() for one in verdict.faults),
        is_sound=verdict.is_sound,
    )


def proved_audit(database: Database, settings: Settings, tell: Progress) -> Proved:
    """Read the whole trail; a sound one gets a new signed checkpoint outside the store."""
    with database.reading() as session:
        verdict = verify_trail(
            session,
            settings.checkpoint_file,
            actor=SYSTEM,
            progress=lambda count: tell(f"audit {count:,} entries"),
        )
    if verdict.is_sound:
        with database.reading() as session:
            line = checkpoint_line(session, actor=SYSTEM, now=datetime.now(UTC))
        append_checkpoint(settings.checkpoint_file, line)
    return Proved(
        Proof.AUDIT,
        f"audit: {verdict.entry_count:,} entries, {verdict.checkpoint_count:,} checkpoints, "
        f"{len(verdict.faults):,} faults",
        tuple(f"entry {fault.seq}: {label(fault.kind)}" for fault in verdict.faults),
        is_sound=verdict.is_sound,
    )
