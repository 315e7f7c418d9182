"""What can be done with consultations: draft, publish, send an opinion, answer each, publish the summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.attachments.actions import keep_files
from qs.attachments.queries import files_of
from qs.attachments.terms import Upload
from qs.audit.actions import record
from qs.deadlines.dues import set_due
from qs.deadlines.queries import is_provisional
from qs.errors import Conflict, InvalidInput, NotFound
from qs.i18n import N_
from qs.participation import rules
from qs.participation.models import TITLE_LENGTH, Consultation, ConsultationOpinion
from qs.participation.ratings import kept_contact
from qs.participation.receipts import new_code
from qs.participation.scope import ChangedMeanwhile, add_step, claim
from qs.participation.suggestions import english
from qs.participation.terms import ConsultationStatus, Contact, Kept, NewConsultation, Verdict
from qs.periods import local_day, start_of
from qs.settings import settings
from qs.texts import checked

EDIT = Permission.PARTICIPATION_EDIT
TITLE, EXPLANATION = N_("Title"), N_("What it is about and how to take part")


def draft_consultation(
    session: Session, wanted: NewConsultation, *, files: Sequence[Upload] = (), actor: Actor, now: datetime
) -> int:
    """Prepare a consultation; nobody outside sees it yet. Returns its id."""
    actor.check_everywhere(EDIT)
    consultation = Consultation(**cleaned(wanted), status=ConsultationStatus.DRAFT, summary="", version=1)
    session.add(consultation)
    session.flush()
    keep_files(session, subject_of(consultation), files, actor=actor, now=now)
    add_step(session, subject_of(consultation), "", ConsultationStatus.DRAFT, actor=actor, now=now)
    trace(session, "drafted_consultation", consultation, actor=actor, now=now)
    return consultation.id


def change_consultation(
    session: Session,
    consultation_id: int,
    wanted: NewConsultation,
    *,
    files: Sequence[Upload] = (),
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Change a draft, or add documents to it. What is published does not change."""
    consultation = editable(session, consultation_id, version, actor)
    if consultation.status is not ConsultationStatus.DRAFT:
        raise Conflict("consultation_step_refused")
    for name, value in cleaned(wanted).items():
        setattr(consultation, name, value)
    keep_files(session, subject_of(consultation), files, actor=actor, now=now)
    trace(session, "changed_consultation", consultation, actor=actor, now=now)


def cleaned(wanted: NewConsultation) -> dict[str, object]:
    """The fields to keep. Raises InvalidInput for missing words, or a period too short without its reason."""
    reason = english(wanted.short_reason)
    rules.check_consultation_days(wanted.opens_on, wanted.closes_on, short_reason=reason or "")
    return asdict(wanted) | {
        "title": checked(wanted.title, field=TITLE, longest=TITLE_LENGTH, is_long=False),
        "title_en": english(wanted.title_en, 200),
        "explanation": checked(wanted.explanation, field=EXPLANATION),
        "explanation_en": english(wanted.explanation_en),
        "short_reason": reason,
        "short_reason_en": english(wanted.short_reason_en),
    }


def publish_consultation(session: Session, consultation_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Lay a draft before the public. Needs a document to read, a first day not past, and the minimum period."""
    consultation = editable(session, consultation_id, version, actor)
    if consultation.status is not ConsultationStatus.DRAFT:
        raise Conflict("consultation_step_refused")
    if consultation.opens_on < local_day(now, settings().zone):
        raise InvalidInput("consultation_opens_past")
    if not files_of(session, subject_of(consultation), actor=actor):
        raise InvalidInput("consultation_without_document")
    end = start_of(consultation.closes_on + timedelta(days=1), settings().zone) - timedelta(seconds=1)
    due = set_due(session, subject_of(consultation), "consultation.summary", starts_at=end, actor=actor, now=now)
    consultation.summary_due_id, consultation.summary_due_at = due.due_id, due.due_at
    consultation.published_at = now
    move(session, consultation, ConsultationStatus.PUBLISHED, actor=actor, now=now)
    days = {"opens_on": consultation.opens_on.isoformat(), "closes_on": consultation.closes_on.isoformat()}
    trace(session, "published_consultation", consultation, actor=actor, now=now, **days)


def comment_on_consultation(
    session: Session,
    consultation_id: int,
    *,
    text: str,
    contact: Contact | None = None,
    actor: Actor,
    now: datetime,
) -> Kept:
    """Keep one opinion while the consultation is open. Returns the receipt code, which is shown once."""
    actor.check(Permission.PUBLIC_SPEAK)
    consultation = session.get(Consultation, consultation_id)
    if consultation is None or consultation.status is ConsultationStatus.DRAFT:
        raise NotFound("consultation_unknown")
    today = local_day(now, settings().zone)
    if not rules.takes_opinions(consultation.status, consultation.opens_on, consultation.closes_on, today):
        raise Conflict(
            "consultation_closed", opens=consultation.opens_on.isoformat(), closes=consultation.closes_on.isoformat()
        )
    code = new_code()
    opinion = ConsultationOpinion(
        consultation_id=consultation_id,
        receipt_hash=rules.code_hash(code),
        text=checked(text, field=N_("Your opinion")),
        gist="",
        vault_id=kept_contact(session, contact, actor=actor, now=now),
        received_at=now,
        reason="",
        version=1,
    )
    session.add(opinion)
    session.flush()
    record(session, "participation.commented", f"opinion:{opinion.id}", actor=actor, now=now)
    may_move = is_provisional(session, consultation.summary_due_id)
    return Kept(opinion.id, code, consultation.summary_due_at, is_provisional=may_move)


def answer_opinion(
    session: Session,
    opinion_id: int,
    verdict: Verdict,
    *,
    gist: str,
    reason: str,
    gist_en: str | None = None,
    reason_en: str | None = None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Say whether one opinion is adopted, and why; `gist` is what the published list says of it, without names."""
    actor.check_everywhere(EDIT)
    opinion = session.get(ConsultationOpinion, opinion_id, with_for_update=True)
    if opinion is None:
        raise NotFound("opinion_unknown")
    if opinion.version != version:
        raise ChangedMeanwhile
    consultation = session.get_one(Consultation, opinion.consultation_id)
    if consultation.status is not ConsultationStatus.PUBLISHED:
        raise Conflict("consultation_step_refused")
    if not reason.strip():
        raise InvalidInput("reason_needed")
    opinion.gist = checked(gist, field=N_("In short, for the published list"), longest=300)
    opinion.gist_en, opinion.reason_en = english(gist_en, 300), english(reason_en)
    opinion.reason = checked(reason, field=N_("Reason"))
    before, opinion.verdict, opinion.answered_at = opinion.verdict or "", verdict, now
    opinion.version += 1
    add_step(session, f"opinion:{opinion_id}", before, verdict, actor=actor, now=now, note=opinion.reason)
    record(
        session, "participation.answered_opinion", f"opinion:{opinion_id}", actor=actor, now=now, verdict=verdict.value
    )


def summarise_consultation(
    session: Session,
    consultation_id: int,
    *,
    summary: str,
    summary_en: str | None = None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Publish the summary with every opinion and what became of it, after the last day."""
    consultation = editable(session, consultation_id, version, actor)
    if consultation.status is not ConsultationStatus.PUBLISHED:
        raise Conflict("consultation_step_refused")
    if local_day(now, settings().zone) <= consultation.closes_on:
        raise Conflict("consultation_still_open", closes=consultation.closes_on.isoformat())
    opinions = sa.select(sa.func.count(ConsultationOpinion.id)).where(
        ConsultationOpinion.consultation_id == consultation_id
    )
    unanswered = session.scalar(opinions.where(ConsultationOpinion.verdict.is_(None))) or 0
    if unanswered:
        raise Conflict("opinions_unanswered", n=unanswered)
    consultation.summary = checked(summary, field=N_("Summary of opinions"))
    consultation.summary_en, consultation.summarised_at = english(summary_en), now
    move(session, consultation, ConsultationStatus.SUMMARISED, actor=actor, now=now)
    count = session.scalar(opinions) or 0
    trace(session, "summarised_consultation", consultation, actor=actor, now=now, opinions=count)


def editable(session: Session, consultation_id: int, version: int, actor: Actor) -> Consultation:
    actor.check_everywhere(EDIT)
    consultation = session.get(Consultation, consultation_id, with_for_update=True)
    if consultation is None:
        raise NotFound("consultation_unknown")
    claim(consultation, version)
    return consultation


def subject_of(consultation: Consultation) -> str:
    return f"consultation:{consultation.id}"


def move(
    session: Session, consultation: Consultation, wanted: ConsultationStatus, *, actor: Actor, now: datetime
) -> None:
    add_step(session, subject_of(consultation), consultation.status, wanted, actor=actor, now=now)
    consultation.status = wanted


def trace(
    session: Session, done: str, consultation: Consultation, *, actor: Actor, now: datetime, **facts: str | int
) -> None:
    record(session, f"participation.{done}", subject_of(consultation), actor=actor, now=now, **facts)
