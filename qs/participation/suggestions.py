"""What can be done with suggestions: send, support, assign, answer, report as implemented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.attachments.actions import keep_files
from qs.attachments.terms import Upload
from qs.audit.actions import record
from qs.deadlines.dues import set_due
from qs.directory.models import Service
from qs.errors import Conflict, InvalidInput, NotFound
from qs.i18n import N_
from qs.participation import rules
from qs.participation.models import TITLE_LENGTH, Suggestion, SuggestionSupport
from qs.participation.ratings import kept_contact
from qs.participation.receipts import new_code
from qs.participation.scope import add_step, claim, suggestion_in_scope
from qs.participation.terms import Contact, Kept, SuggestionStatus, Verdict
from qs.texts import checked


def suggest(
    session: Session,
    *,
    title: str,
    text: str,
    service_id: int | None = None,
    contact: Contact | None = None,
    actor: Actor,
    now: datetime,
) -> Kept:
    """Keep a suggestion and its time limit. Returns the receipt code, which is shown once."""
    actor.check(Permission.PUBLIC_SPEAK)
    title = checked(title, field=N_("In one sentence"), longest=TITLE_LENGTH, is_long=False)
    text = checked(text, field=N_("Your suggestion"))
    if service_id is not None and session.get(Service, service_id) is None:
        raise NotFound("service_unknown")
    code = new_code()
    suggestion = Suggestion(
        receipt_hash=rules.code_hash(code),
        title=title,
        text=text,
        service_id=service_id,
        vault_id=kept_contact(session, contact, actor=actor, now=now),
        status=SuggestionStatus.RECEIVED,
        is_shown=False,
        answer="",
        proof="",
        due_at=now,
        received_at=now,
        version=1,
    )
    session.add(suggestion)
    session.flush()
    due = set_due(session, subject_of(suggestion), "suggestion.answer", starts_at=now, actor=actor, now=now)
    suggestion.due_id, suggestion.due_at = due.due_id, due.due_at
    add_step(session, subject_of(suggestion), "", SuggestionStatus.RECEIVED, actor=actor, now=now)
    record(session, "participation.suggested", subject_of(suggestion), actor=actor, now=now, service_id=service_id)
    return Kept(suggestion.id, code, due.due_at, is_provisional=due.is_provisional)


def subject_of(suggestion: Suggestion) -> str:
    return f"suggestion:{suggestion.id}"


def support_suggestion(session: Session, suggestion_id: int, *, device: str, actor: Actor, now: datetime) -> int:
    """Add one supporter to a suggestion on the public list, once for each device. Returns how many there are."""
    actor.check(Permission.PUBLIC_SPEAK)
    suggestion = session.get(Suggestion, suggestion_id)
    if suggestion is None or not suggestion.is_shown:
        raise NotFound("suggestion_unknown")
    supporter = rules.supporter_hash(session.info["audit_key"], device, suggestion_id)
    held = sa.select(SuggestionSupport).where(SuggestionSupport.suggestion_id == suggestion_id)
    if session.scalar(held.where(SuggestionSupport.device_hash == supporter)) is not None:
        raise Conflict("suggestion_already_supported")
    session.add(SuggestionSupport(suggestion_id=suggestion_id, device_hash=supporter, at=now))
    session.flush()
    record(session, "participation.supported_suggestion", subject_of(suggestion), actor=actor, now=now)
    return session.scalar(sa.select(sa.func.count()).select_from(held.subquery())) or 0


def assign_suggestion(
    session: Session,
    suggestion_id: int,
    service_id: int | None,
    *,
    is_shown: bool,
    title: str | None = None,
    title_en: str | None = None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Name the service that answers, and say whether the suggestion may stand on the public list, under which title."""
    actor.check_everywhere(Permission.PARTICIPATION_ANSWER)
    suggestion = session.get(Suggestion, suggestion_id, with_for_update=True)
    if suggestion is None:
        raise NotFound("suggestion_unknown")
    claim(suggestion, version)
    rules.check_suggestion_step(suggestion.status, SuggestionStatus.ASSIGNED)
    if service_id is None:
        raise InvalidInput("suggestion_without_service")
    if session.get(Service, service_id) is None:
        raise NotFound("service_unknown")
    if title is not None:
        suggestion.title = checked(title, field=N_("Title for the public list"), longest=TITLE_LENGTH, is_long=False)
    if title_en is not None:
        suggestion.title_en = english(title_en, TITLE_LENGTH)
    suggestion.service_id, suggestion.is_shown = service_id, is_shown
    move(session, suggestion, SuggestionStatus.ASSIGNED, actor=actor, now=now)
    record(
        session,
        "participation.assigned_suggestion",
        subject_of(suggestion),
        actor=actor,
        now=now,
        service_id=service_id,
        is_shown=is_shown,
    )


def answer_suggestion(
    session: Session,
    suggestion_id: int,
    verdict: Verdict,
    *,
    answer: str,
    answer_en: str | None = None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Say whether the suggestion is adopted, and why; whoever made it reads this with the receipt code."""
    suggestion = suggestion_in_scope(session, suggestion_id, Permission.PARTICIPATION_ANSWER, actor)
    claim(suggestion, version)
    rules.check_suggestion_step(suggestion.status, SuggestionStatus.ANSWERED)
    suggestion.answer = checked(answer, field=N_("Answer and reason"))
    suggestion.answer_en = english(answer_en)
    suggestion.verdict, suggestion.answered_at = verdict, now
    move(session, suggestion, SuggestionStatus.ANSWERED, actor=actor, now=now, note=suggestion.answer)
    trace(session, "answered_suggestion", suggestion, actor=actor, now=now, verdict=verdict.value)


def implement_suggestion(
    session: Session,
    suggestion_id: int,
    *,
    proof: str,
    proof_en: str | None = None,
    files: Sequence[Upload] = (),
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Report that an adopted suggestion has been carried out, with what proves it."""
    suggestion = suggestion_in_scope(session, suggestion_id, Permission.PARTICIPATION_ANSWER, actor)
    claim(suggestion, version)
    rules.check_suggestion_step(suggestion.status, SuggestionStatus.IMPLEMENTED)
    if suggestion.verdict is Verdict.NOT_ADOPTED:
        raise Conflict("implementation_needs_adoption")
    suggestion.proof = checked(proof, field=N_("What was done"))
    suggestion.proof_en = english(proof_en)
    suggestion.implemented_at = now
    keep_files(session, subject_of(suggestion), files, actor=actor, now=now)
    move(session, suggestion, SuggestionStatus.IMPLEMENTED, actor=actor, now=now, note=suggestion.proof)
    trace(session, "implemented_suggestion", suggestion, actor=actor, now=now, files=len(files))


def move(
    session: Session, suggestion: Suggestion, wanted: SuggestionStatus, *, actor: Actor, now: datetime, note: str = ""
) -> None:
    add_step(session, subject_of(suggestion), suggestion.status, wanted, actor=actor, now=now, note=note)
    suggestion.status = wanted


def english(text: str | None, longest: int = 4000) -> str | None:
    """An English text when there is one."""
    return checked(text or "", field=N_("The same in English"), longest=longest, is_needed=False) or None


def trace(
    session: Session, done: str, suggestion: Suggestion, *, actor: Actor, now: datetime, **facts: str | int
) -> None:
    record(
        session,
        f"participation.{done}",
        subject_of(suggestion),
        actor=actor,
        now=now,
        service_id=suggestion.service_id,
        **facts,
    )
