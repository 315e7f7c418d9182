"""What can be done in an inspection from the visit on: judge, send findings, hear the unit, conclude and publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.attachments.actions import keep_files
from qs.attachments.terms import Upload
from qs.audit.actions import Fact, record
from qs.deadlines.dues import set_due
from qs.deadlines.queries import dues
from qs.errors import Conflict, InvalidInput
from qs.i18n import N_
from qs.inspections import rules
from qs.inspections.checklists import add_checklist
from qs.inspections.draws import check_not_recused
from qs.inspections.models import Inspection, Item
from qs.inspections.queries import open_rectification_count
from qs.inspections.steps import changed_inspection, check_drawn, findings_of, item_to_judge, items_of, judged, move
from qs.inspections.terms import Defence, InspectionState, Judgement, Ruling, Verdict
from qs.observations.recording import Measure, Measured, record_measures
from qs.periods import local_day
from qs.rectifications.actions import order_rectification
from qs.rectifications.terms import Source
from qs.settings import settings
from qs.standards.models import ClauseEdition
from qs.texts import checked

RECORD, DEFEND, CONCLUDE = Permission.INSPECTIONS_RECORD, Permission.INSPECTIONS_DEFEND, Permission.INSPECTIONS_CONCLUDE
S = InspectionState


def begin_inspection(session: Session, inspection_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Begin on site: the checklist is made from the clauses in force today for the sector of the service."""
    inspection = changed_inspection(session, inspection_id, version, permission=RECORD, actor=actor)
    check_drawn(session, inspection, actor)
    today = local_day(now, settings().zone)
    if today < inspection.opens_on:
        raise Conflict("inspection_too_early", day=inspection.opens_on.isoformat())
    move(session, inspection, S.ON_SITE, actor=actor, now=now)
    inspection.begun_at = now
    count = add_checklist(session, inspection, today, actor=actor)
    record(session, "inspections.begun", f"inspection:{inspection_id}", actor=actor, now=now, items=count)


def judge_item(
    session: Session,
    item_id: int,
    judgement: Judgement,
    *,
    note: str = "",
    photos: Sequence[Upload] = (),
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Judge one item of the checklist on site; a finding needs a note. `version` is that of the item.

    Raises Conflict when a colleague has judged the same item since it was shown.
    """
    item, inspection = item_to_judge(session, item_id, version, actor=actor)
    kept = checked(note, field=N_("Note"), is_needed=False)
    if judgement.is_finding and not kept:
        raise InvalidInput("finding_needs_note")
    item.judgement, item.note = judgement, kept
    item.judged_at, item.judge_id = now, actor.person_id
    item.version += 1
    files = keep_files(session, f"inspection_item:{item_id}", photos, actor=actor, now=now) if photos else ()
    subject = f"inspection_item:{item_id}"
    facts: dict[str, Fact] = {"inspection_id": inspection.id, "judgement": judgement, "files": list(files)}
    record(session, "inspections.judged_item", subject, actor=actor, now=now, **facts)


def send_findings(session: Session, inspection_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Send the unit what was found, complete; with findings, its time for a defence begins."""
    inspection = changed_inspection(session, inspection_id, version, permission=RECORD, actor=actor)
    check_drawn(session, inspection, actor)
    items = items_of(session, inspection_id)
    if open_count := sum(item.judgement is None for item in items):
        raise InvalidInput("inspection_items_open", count=open_count)
    move(session, inspection, S.FINDINGS_SENT, actor=actor, now=now)
    inspection.findings_sent_at = now
    findings, subject = findings_of(items), f"inspection:{inspection_id}"
    if findings:
        due = set_due(session, subject, "inspection.defence", starts_at=now, actor=actor, now=now)
        inspection.due_id = due.due_id
    count = len(findings)
    record(session, "inspections.sent_findings", subject, actor=actor, now=now, finding_count=count)


def answer_findings(
    session: Session,
    inspection_id: int,
    defences: Mapping[int, Defence],
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """What the unit says to each finding (by item id), once; an empty text accepts the finding.

    A defence after the time limit still counts, as long as nobody has concluded.
    """
    inspection = changed_inspection(session, inspection_id, version, permission=DEFEND, actor=actor)
    findings = findings_of(items_of(session, inspection_id))
    if set(defences) != {item.id for item in findings} or not findings:
        raise InvalidInput("inspection_answers_incomplete", count=len(findings))
    move(session, inspection, S.DEFENDED, actor=actor, now=now)
    inspection.defended_at = now
    for item in findings:
        said = defences[item.id]
        item.defence = checked(said.text, field=N_("Defence"), is_needed=False)
        if said.files:
            keep_files(session, f"finding:{item.id}", said.files, actor=actor, now=now)
    contested = sum(bool(item.defence) for item in findings)
    facts = {"finding_count": len(findings), "contested_count": contested}
    subject = f"inspection:{inspection_id}"
    record(session, "inspections.answered_findings", subject, actor=actor, now=now, **facts)


def conclude_inspection(
    session: Session,
    inspection_id: int,
    rulings: Mapping[int, Ruling],
    *,
    opinion: str,
    opinion_en: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Decide every finding (by item id) and issue the opinion letter: grade, number, rectifications, the measure.

    Decided by somebody who was not on site and does not answer for the service, after the defence or its time limit.
    With nothing upheld the inspection is closed at once.
    """
    inspection = changed_inspection(session, inspection_id, version, permission=CONCLUDE, actor=actor)
    check_not_recused(session, inspection, actor)
    items = items_of(session, inspection_id)
    findings = findings_of(items)
    check_may_conclude(session, inspection, findings, actor=actor, now=now)
    if set(rulings) != {item.id for item in findings}:
        raise InvalidInput("inspection_rulings_incomplete", count=len(findings))
    for item in findings:
        rule_on(item, rulings[item.id])
    upheld = [item for item in findings if item.verdict is Verdict.UPHELD]
    inspection.opinion = checked(opinion, field=N_("Opinion"))
    inspection.opinion_en = checked(opinion_en, field=N_("Opinion in English"), is_needed=False)
    move(session, inspection, S.CONCLUDED if upheld else S.CLOSED, actor=actor, now=now)
    inspection.closed_at = None if upheld else now
    number_letter(session, inspection, now)
    result = rules.outcome([judged(item) for item in items])
    inspection.grade, inspection.score, inspection.is_capped = result.grade, result.score, result.is_capped
    inspection.item_count, inspection.conform_count = result.item_count, result.conform_count
    order_rectifications(session, inspection, upheld, actor=actor, now=now)
    if result.item_count:
        record_measures(session, conformity(inspection, now), actor=actor, now=now)
    record(
        session,
        "inspections.concluded",
        f"inspection:{inspection_id}",
        actor=actor,
        now=now,
        upheld_count=len(upheld),
        withdrawn_count=len(findings) - len(upheld),
        grade=result.grade,
        letter=f"{inspection.letter_year}-{inspection.letter_number}",
    )


def check_may_conclude(
    session: Session, inspection: Inspection, findings: Sequence[Item], *, actor: Actor, now: datetime
) -> None:
    """Raise Conflict while the unit may still defend itself."""
    if inspection.state is S.FINDINGS_SENT and findings and inspection.due_id is not None:
        due_at = dues(session, [inspection.due_id], actor=actor)[inspection.due_id].due_at
        if now < due_at:
            raise Conflict(
                "inspection_defence_running", moment=due_at.astimezone(settings().zone).isoformat(" ", "minutes")
            )


def rule_on(item: Item, ruling: Ruling) -> None:
    rules.check_ruling(ruling, is_contested=bool(item.defence))
    item.verdict = ruling.verdict
    item.answer = checked(ruling.answer, field=N_("Answer"), is_needed=False)
    item.demand = (
        checked(ruling.demand, field=N_("What has to be put right"), is_needed=False)
        if ruling.verdict is Verdict.UPHELD
        else ""
    )
    item.version += 1


def number_letter(session: Session, inspection: Inspection, now: datetime) -> None:
    """Give the letter the next number of its year."""
    year = local_day(now, settings().zone).year
    last = session.scalar(sa.select(sa.func.max(Inspection.letter_number)).where(Inspection.letter_year == year))
    inspection.letter_year, inspection.letter_number = year, (last or 0) + 1
    inspection.concluded_at = now


def order_rectifications(
    session: Session, inspection: Inspection, upheld: Sequence[Item], *, actor: Actor, now: datetime
) -> None:
    """One order for each finding upheld."""
    edition_ids = [item.clause_edition_id for item in upheld]
    found = session.scalars(sa.select(ClauseEdition).where(ClauseEdition.id.in_(edition_ids)))
    clauses = {edition.id: edition for edition in found}
    for item in upheld:
        order_rectification(
            session,
            service_id=inspection.service_id,
            source=Source.FINDING,
            source_ref=f"finding:{item.id}",
            title=clauses[item.clause_edition_id].title,
            title_en=clauses[item.clause_edition_id].title_en or "",
            demand=item.demand,
            rule="inspection.rectify",
            actor=actor,
            now=now,
        )


def conformity(inspection: Inspection, now: datetime) -> Measured:
    return Measured(
        Measure.INSPECTION_CONFORMITY,
        inspection.service_id,
        now,
        f"inspection:{inspection.id}",
        numerator=float(inspection.conform_count or 0),
        denominator=float(inspection.item_count or 0),
    )


def close_inspection(session: Session, inspection_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Close an inspection whose rectifications are all closed."""
    inspection = changed_inspection(session, inspection_id, version, permission=CONCLUDE, actor=actor)
    if inspection.state is S.CONCLUDED and (count := open_rectification_count(session, inspection_id, actor=actor)):
        raise Conflict("inspection_rectifications_open", count=count)
    if inspection.state is not S.CONCLUDED:
        raise rules.forbidden(inspection.state)
    move(session, inspection, S.CLOSED, actor=actor, now=now)
    inspection.closed_at = now
    record(session, "inspections.closed", f"inspection:{inspection_id}", actor=actor, now=now)


def publish_inspection(
    session: Session,
    inspection_id: int,
    *,
    summary: str,
    summary_en: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Publish the result of a concluded inspection with a summary for the public (random object, open result)."""
    inspection = changed_inspection(session, inspection_id, version, permission=CONCLUDE, actor=actor)
    if inspection.concluded_at is None:
        raise rules.forbidden(inspection.state)
    if inspection.published_at is not None:
        raise Conflict("inspection_published_already")
    inspection.summary = checked(summary, field=N_("Summary"))
    inspection.summary_en = checked(summary_en, field=N_("Summary in English"), is_needed=False)
    inspection.published_at = now
    record(session, "inspections.published", f"inspection:{inspection_id}", actor=actor, now=now)
