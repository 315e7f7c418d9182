"""What can be done with a rectification: order, plan, prove, verify, open again, withdraw, note as overdue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.actor import Actor, Permission
from qs.attachments.actions import keep_files
from qs.attachments.terms import Upload
from qs.audit.actions import Fact, record
from qs.deadlines.dues import set_due, set_dues
from qs.deadlines.models import DueDate
from qs.directory.models import Service
from qs.directory.queries import visible_services
from qs.errors import Conflict, InvalidInput, NotFound
from qs.periods import local_day
from qs.rectifications import rules
from qs.rectifications.figures import compared, frozen
from qs.rectifications.models import Rectification, RectificationPlan, RectificationProof, RectificationVerification
from qs.rectifications.steps import (
    add_step,
    begin_round,
    due_moment,
    measure,
    measure_closure,
    measure_days,
    move,
    object_of,
    take_back_measures,
    taken,
    written,
)
from qs.rectifications.terms import NewPlan, Source, Status, StepKind, Verdict
from qs.settings import settings
from qs.standards.models import Indicator

ORDER = Permission.RECTIFICATIONS_ORDER
ANSWER = Permission.RECTIFICATIONS_ANSWER
VERIFY = Permission.RECTIFICATIONS_VERIFY
PLAN_RULE, REWORK_RULE = "rectification.plan", "rectification.rework"
REF_LENGTH = 80


class AlreadyOrdered(Conflict):
    """The same thing has raised an order before."""

    code = "rectification_exists"


def order_rectification(
    session: Session,
    *,
    service_id: int,
    source: Source,
    source_ref: str,
    title: str,
    demand: str,
    indicator_id: int | None = None,
    rule: str = "rectification.complete",
    title_en: str = "",
    demand_en: str = "",
    actor: Actor,
    now: datetime,
) -> int:
    """Order a service to put something right; its leader answers for it. Returns the id.

    `source_ref` names what raised it and raises one order only. Raises NotAllowed, NotFound, InvalidInput,
    AlreadyOrdered.
    """
    actor.check(ORDER)
    service = service_to_order(session, service_id, actor=actor)
    ref = checked_ref(source_ref)
    if indicator_id is not None and session.get(Indicator, indicator_id) is None:
        raise NotFound("indicator_unknown")
    check_not_ordered(session, source, ref)
    stored = Rectification(
        service_id=service_id,
        source=source,
        source_ref=ref,
        indicator_id=indicator_id,
        responsible_id=service.leader_id,
        status=Status.ORDERED,
        rule=rule,
        ordered_at=now,
        title=written(title, "title"),
        title_en=written(title_en, "title_en", is_needed=False) or None,
        demand=written(demand, "demand"),
        demand_en=written(demand_en, "demand_en", is_needed=False) or None,
    )
    due_at = insert_with_limits(session, stored, actor=actor, now=now)
    add_step(session, stored, StepKind.ORDERED, None, "", actor, now)
    record(
        session,
        "rectifications.ordered",
        object_of(stored),
        actor=actor,
        now=now,
        service_id=service_id,
        source=source.value,
        source_ref=ref,
        indicator_id=indicator_id,
        rule=rule,
        due_at=due_at.isoformat(),
    )
    return stored.id


def service_to_order(session: Session, service_id: int, *, actor: Actor) -> Service:
    reach = visible_services(actor, ORDER)
    service = session.scalars(sa.select(Service).where(Service.id == service_id, Service.id.in_(reach))).one_or_none()
    if service is None:
        raise NotFound("service_unknown")
    return service


def checked_ref(source_ref: str) -> str:
    ref = source_ref.strip()
    if not ref or len(ref) > REF_LENGTH or not ref.isprintable():
        raise InvalidInput("source_ref_invalid")
    return ref


def check_not_ordered(session: Session, source: Source, ref: str) -> None:
    same = sa.select(Rectification.id).where(Rectification.source == source, Rectification.source_ref == ref)
    if session.execute(same).first() is not None:
        raise AlreadyOrdered


def insert_with_limits(session: Session, stored: Rectification, *, actor: Actor, now: datetime) -> datetime:
    """Store an order with its two time limits, for the plan and for the whole. Returns until when the whole has time.

    The limits come first, because the order needs their ids; once it has an id of its own they are put under its name.
    """
    subject = f"{stored.source.value}:{stored.source_ref}"
    plan_due, due = set_dues(session, subject, (PLAN_RULE, stored.rule), starts_at=now, actor=actor, now=now)
    stored.plan_due_id, stored.due_id = plan_due.due_id, due.due_id
    session.add(stored)
    session.flush()
    owned = sa.update(DueDate).where(DueDate.id.in_([plan_due.due_id, due.due_id]))
    session.execute(owned.values(subject=object_of(stored)))
    return due.due_at


def file_plan(
    session: Session, rectification_id: int, plan: NewPlan, *, version: int, actor: Actor, now: datetime
) -> None:
    """Hand in what the unit will do; a later plan takes the place of an earlier one and both stay.

    Raises NotAllowed, NotFound, ChangedMeanwhile, StepImpossible, InvalidInput.
    """
    stored = taken(session, rectification_id, ANSWER, version, actor)
    rules.check_step(stored.status, Status.PLANNED)
    cause, measures = written(plan.cause, "cause"), written(plan.measures, "measures")
    zone = settings().zone
    due_on = local_day(present_due(session, stored), zone)
    rules.check_finish(plan.finish_on, local_day(now, zone), due_on)
    session.add(
        RectificationPlan(
            rectification_id=stored.id,
            cause=cause,
            measures=measures,
            finish_on=plan.finish_on,
            person_id=actor.person_id,
            handed_in_at=now,
        )
    )
    stored.planned_at = now
    move(session, stored, Status.PLANNED, StepKind.PLANNED, "", actor, now)
    record(session, "rectifications.planned", object_of(stored), actor=actor, now=now, round=stored.round)


def present_due(session: Session, stored: Rectification) -> datetime:
    """By when the unit has to act: the time for putting a proof right, else the order's own."""
    return due_moment(session, stored.rework_due_id or stored.due_id)


def file_proof(
    session: Session,
    rectification_id: int,
    summary: str,
    files: Sequence[Upload] = (),
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> int:
    """Hand in what was done, with files that show it; returns the proof's id.

    Raises NotAllowed, NotFound, ChangedMeanwhile, StepImpossible, InvalidInput.
    """
    stored = taken(session, rectification_id, ANSWER, version, actor)
    rules.check_step(stored.status, Status.PROVED)
    proof = RectificationProof(
        rectification_id=stored.id,
        summary=written(summary, "summary"),
        person_id=actor.person_id,
        handed_in_at=now,
    )
    session.add(proof)
    session.flush()
    kept = keep_files(session, f"rectification_proof:{proof.id}", files, actor=actor, now=now)
    stored.proved_at = now
    move(session, stored, Status.PROVED, StepKind.PROVED, "", actor, now)
    record(session, "rectifications.proved", object_of(stored), actor=actor, now=now, files=len(kept))
    return proof.id


def verify_rectification(
    session: Session,
    rectification_id: int,
    verdict: Verdict,
    note: str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Close the order, or send its proof back with a time for putting it right; the figures of now are kept with it.

    Raises NotAllowed, VerifierIsParty, NotFound, ChangedMeanwhile, StepImpossible, InvalidInput.
    """
    stored = taken(session, rectification_id, VERIFY, version, actor)
    wanted = Status.CLOSED if verdict is Verdict.CLOSED else Status.REOPENED
    if stored.status is not Status.PROVED:
        raise rules.StepImpossible
    rules.check_verifier(actor.person_id, parties(session, stored))
    words = written(note, "note")
    proof = newest_proof(session, stored)
    figures = compared(session, stored, proof.handed_in_at, actor=actor, now=now)
    session.add(
        RectificationVerification(
            rectification_id=stored.id,
            proof_id=proof.id,
            verdict=verdict,
            note=words,
            person_id=actor.person_id,
            verified_at=now,
            **frozen(figures),
        )
    )
    is_in_time = rules.is_on_time(proof.handed_in_at, due_moment(session, stored.due_id))
    if verdict is Verdict.SENT_BACK:
        again = set_due(session, object_of(stored), REWORK_RULE, starts_at=now, actor=actor, now=now)
        stored.rework_due_id = again.due_id
    kind = StepKind.CLOSED if verdict is Verdict.CLOSED else StepKind.SENT_BACK
    move(session, stored, wanted, kind, words, actor, now)
    if verdict is Verdict.CLOSED:
        if stored.measured_at is None:
            measure(session, stored, 1.0 if is_in_time else 0.0, now, actor=actor, now=now)
        if stored.counted_at is None:
            measure_closure(session, stored, 1.0, now, actor=actor, now=now)
        measure_days(session, stored, actor=actor, now=now)
    facts = {"verdict": verdict.value, "is_on_time": is_in_time, "round": stored.round}
    record(session, "rectifications.verified", object_of(stored), actor=actor, now=now, **facts)


def parties(session: Session, stored: Rectification) -> set[int | None]:
    """Everybody who had a hand in the order on the unit's side."""
    found: set[int | None] = {stored.responsible_id}
    for table in (RectificationPlan, RectificationProof):
        found |= set(session.scalars(sa.select(table.person_id).where(table.rectification_id == stored.id)))
    return found


def newest_proof(session: Session, stored: Rectification) -> RectificationProof:
    statement = sa.select(RectificationProof).where(RectificationProof.rectification_id == stored.id)
    return session.scalars(statement.order_by(RectificationProof.id.desc()).limit(1)).one()


def reopen_rectification(
    session: Session, rectification_id: int, reason: str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Open a closed order again, because the matter came back: a new round with a full time limit.

    Raises NotAllowed, NotFound, ChangedMeanwhile, StepImpossible, InvalidInput.
    """
    stored = taken(session, rectification_id, ORDER, version, actor)
    if stored.status is not Status.CLOSED:
        raise rules.StepImpossible
    words = written(reason, "reason")
    begin_round(session, stored, words, actor=actor, now=now)
    record(session, "rectifications.reopened", object_of(stored), actor=actor, now=now, round=stored.round)


def withdraw_rectification(
    session: Session, rectification_id: int, reason: str, *, version: int, actor: Actor, now: datetime
) -> None:
    """Take an open order back, because it should not have been given; what was counted of it is taken back too.

    Raises NotAllowed, NotFound, ChangedMeanwhile, StepImpossible, InvalidInput.
    """
    stored = taken(session, rectification_id, ORDER, version, actor)
    rules.check_step(stored.status, Status.WITHDRAWN)
    words = written(reason, "reason")
    take_back_measures(session, stored, actor=actor, now=now)
    move(session, stored, Status.WITHDRAWN, StepKind.WITHDRAWN, words, actor, now)
    record(session, "rectifications.withdrew", object_of(stored), actor=actor, now=now)


def note_overdue(session: Session, *, actor: Actor, now: datetime) -> int:
    """Count every order whose time is over and that is not proved as not on time, once; returns how many were new.

    Whatever is still open a month past its due date, whoever has it, counts as not closed, once as well. Part of the
    daily run; running it again changes nothing.
    """
    actor.check_everywhere(VERIFY)
    with_unit = [status for status in Status if status.is_with_unit]
    late = past_due(session, with_unit, Rectification.measured_at, now)
    for stored, due_at in late:
        measure(session, stored, 0.0, due_at, actor=actor, now=now)
        move(session, stored, stored.status, StepKind.FOUND_OVERDUE, "", actor, now)
    still_open = [status for status in Status if status.is_open]
    given_up = past_due(session, still_open, Rectification.counted_at, now - rules.GIVEN_UP)
    for stored, due_at in given_up:
        measure_closure(session, stored, 0.0, due_at + rules.GIVEN_UP, actor=actor, now=now)
    if late or given_up:
        ids, open_ids = ([stored.id for stored, _ in found] for found in (late, given_up))
        facts: dict[str, Fact] = {"count": len(ids), "ids": ids, "unclosed": open_ids}
        record(session, "rectifications.noted_overdue", "rectifications:overdue", actor=actor, now=now, **facts)
    return len(late)


def past_due(
    session: Session, statuses: Sequence[Status], counted_at: sa.SQLColumnExpression[datetime | None], before: datetime
) -> list[tuple[Rectification, datetime]]:
    """The orders in these states whose due date lies before a moment and that were not counted yet, with that date."""
    due = aliased(DueDate)
    statement = (
        sa.select(Rectification, due.due_at)
        .join(due, due.id == Rectification.due_id)
        .where(Rectification.status.in_(statuses), counted_at.is_(None), due.due_at < before)
        .order_by(Rectification.id)
    )
    return [(stored, due_at) for stored, due_at in session.execute(statement)]
