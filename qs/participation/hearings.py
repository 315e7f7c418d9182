"""What can be done with hearings: notice, registration, list of participants, record, answers, report."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.attachments.actions import keep_files
from qs.attachments.terms import Upload
from qs.audit.actions import record
from qs.deadlines.dues import set_due
from qs.errors import Conflict, InvalidInput, NotFound
from qs.i18n import N_
from qs.participation import rules
from qs.participation.hearing_dates import latest_days
from qs.participation.models import TITLE_LENGTH, Hearing, HearingRegistration
from qs.participation.ratings import kept_contact
from qs.participation.receipts import new_code
from qs.participation.scope import ChangedMeanwhile, add_step, claim
from qs.participation.suggestions import english
from qs.participation.terms import (
    Capacity,
    Contact,
    HearingRecord,
    HearingStatus,
    Kept,
    NewHearing,
    Side,
    Verdict,
)
from qs.periods import local_day
from qs.settings import settings
from qs.texts import checked

EDIT = Permission.PARTICIPATION_EDIT


def draft_hearing(
    session: Session, wanted: NewHearing, *, files: Sequence[Upload] = (), actor: Actor, now: datetime
) -> int:
    """Prepare a hearing with its material; nobody outside sees it yet. The days are checked when notice is given."""
    actor.check_everywhere(EDIT)
    words = {
        "title": checked(wanted.title, field=N_("Title"), longest=TITLE_LENGTH, is_long=False),
        "matter": checked(wanted.matter, field=N_("Matter of the hearing")),
        "place": checked(wanted.place, field=N_("Place"), longest=200, is_long=False),
        "selection_rule": checked(wanted.selection_rule, field=N_("How participants are chosen")),
        "title_en": english(wanted.title_en, 200),
        "matter_en": english(wanted.matter_en),
        "place_en": english(wanted.place_en, 200),
        "selection_rule_en": english(wanted.selection_rule_en),
    }
    if wanted.seats < 1:
        raise InvalidInput("participants_none")
    hearing = Hearing(
        **(asdict(wanted) | words), status=HearingStatus.DRAFT, presider="", record="", report="", version=1
    )
    session.add(hearing)
    session.flush()
    keep_files(session, subject_of(hearing), files, actor=actor, now=now)
    add_step(session, subject_of(hearing), "", HearingStatus.DRAFT, actor=actor, now=now)
    trace(session, "drafted_hearing", hearing, actor=actor, now=now, seats=wanted.seats)
    return hearing.id


def publish_notice(session: Session, hearing_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Give notice: matter, time, place, seats and how participants are chosen; the minimum days are checked today."""
    hearing = at_status(session, hearing_id, HearingStatus.DRAFT, version, actor)
    rules.check_hearing_days(
        latest_days(session, hearing.kind, hearing.holds_at, actor=actor),
        notice_on=local_day(now, settings().zone),
        registration_closes_on=hearing.registration_closes_on,
    )
    hearing.noticed_at = now
    move(session, hearing, HearingStatus.NOTICED, actor=actor, now=now)
    trace(session, "noticed_hearing", hearing, actor=actor, now=now)


def register_for_hearing(
    session: Session,
    hearing_id: int,
    *,
    side: Side,
    capacity: Capacity,
    main_points: str,
    contact: Contact | None = None,
    actor: Actor,
    now: datetime,
) -> Kept:
    """Apply to speak at a hearing. Returns the receipt code, with which the applicant learns the choice."""
    actor.check(Permission.PUBLIC_SPEAK)
    hearing = session.get(Hearing, hearing_id)
    if hearing is None or hearing.status is HearingStatus.DRAFT:
        raise NotFound("hearing_unknown")
    if not rules.takes_registrations(hearing.status, hearing.registration_closes_on, local_day(now, settings().zone)):
        raise Conflict("registration_closed", closes=hearing.registration_closes_on.isoformat())
    code = new_code()
    registration = HearingRegistration(
        hearing_id=hearing_id,
        receipt_hash=rules.code_hash(code),
        side=side,
        capacity=capacity,
        main_points=checked(main_points, field=N_("Main points")),
        gist="",
        vault_id=kept_contact(session, contact, actor=actor, now=now),
        registered_at=now,
        reason="",
        version=1,
    )
    session.add(registration)
    session.flush()
    record(session, "participation.registered", f"registration:{registration.id}", actor=actor, now=now)
    return Kept(registration.id, code)


def choose_participants(
    session: Session, hearing_id: int, chosen: Collection[int], *, version: int, actor: Actor, now: datetime
) -> None:
    """Choose among the applicants and publish the list, in which nobody is named: sides roughly equal, in time."""
    hearing = at_status(session, hearing_id, HearingStatus.NOTICED, version, actor)
    today = local_day(now, settings().zone)
    if rules.takes_registrations(hearing.status, hearing.registration_closes_on, today):
        raise Conflict("registration_still_open", closes=hearing.registration_closes_on.isoformat())
    rules.check_list_day(latest_days(session, hearing.kind, hearing.holds_at, actor=actor), today=today)
    applicants = registrations_of(session, hearing_id)
    if not set(chosen) <= {one.id for one in applicants}:
        raise NotFound("registration_unknown")
    sides = [one.side for one in applicants if one.id in chosen]
    rules.check_sides(sides, [one.side for one in applicants], seats=hearing.seats)
    for one in applicants:
        one.is_chosen = one.id in chosen
        one.version += 1
    hearing.listed_at = now
    move(session, hearing, HearingStatus.LISTED, actor=actor, now=now)
    trace(session, "chose_participants", hearing, actor=actor, now=now, chosen=len(sides))


def record_hearing(
    session: Session,
    hearing_id: int,
    kept: HearingRecord,
    *,
    files: Sequence[Upload] = (),
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep the record: who presided, which participants came, what was said. The time for answers starts now."""
    hearing = at_status(session, hearing_id, HearingStatus.LISTED, version, actor)
    if now < hearing.holds_at:
        raise Conflict("hearing_not_held_yet", day=local_day(hearing.holds_at, settings().zone).isoformat())
    if not kept.is_presider_independent:
        raise InvalidInput("presider_not_independent")
    participants = [one for one in registrations_of(session, hearing_id) if one.is_chosen]
    if not kept.attended <= {one.id for one in participants}:
        raise InvalidInput("attendance_unknown_person")
    hearing.presider = checked(kept.presider, field=N_("Presider"), longest=TITLE_LENGTH, is_long=False)
    hearing.record = checked(kept.text, field=N_("Hearing record"))
    hearing.record_en, hearing.recorded_at = english(kept.text_en), now
    for one in participants:
        one.is_present = one.id in kept.attended
        one.version += 1
    due = set_due(session, subject_of(hearing), "hearing.answer", starts_at=now, actor=actor, now=now)
    hearing.answer_due_id, hearing.answer_due_at = due.due_id, due.due_at
    keep_files(session, subject_of(hearing), files, actor=actor, now=now)
    move(session, hearing, HearingStatus.HELD, actor=actor, now=now)
    trace(session, "recorded_hearing", hearing, actor=actor, now=now, attended=len(kept.attended))


def answer_registration(
    session: Session,
    registration_id: int,
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
    """Tell one participant, or one applicant who was not chosen, what became of the main points, and why."""
    actor.check_everywhere(EDIT)
    registration = session.get(HearingRegistration, registration_id, with_for_update=True)
    if registration is None:
        raise NotFound("registration_unknown")
    if registration.version != version:
        raise ChangedMeanwhile
    if session.get_one(Hearing, registration.hearing_id).status is not HearingStatus.HELD:
        raise Conflict("hearing_step_refused")
    if not reason.strip():
        raise InvalidInput("reason_needed")
    registration.gist = checked(gist, field=N_("In short, for the published list"), longest=300)
    registration.gist_en, registration.reason_en = english(gist_en, 300), english(reason_en)
    registration.reason = checked(reason, field=N_("Reason"))
    before, registration.verdict, registration.answered_at = registration.verdict or "", verdict, now
    registration.version += 1
    subject = f"registration:{registration_id}"
    add_step(session, subject, before, verdict, actor=actor, now=now, note=registration.reason)
    record(session, "participation.answered_registration", subject, actor=actor, now=now, verdict=verdict.value)


def publish_hearing(
    session: Session,
    hearing_id: int,
    *,
    report: str,
    report_en: str | None = None,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Publish the report: basic facts, main opinions, what was adopted. Everybody has an answer by then."""
    hearing = at_status(session, hearing_id, HearingStatus.HELD, version, actor)
    unanswered = sum(one.verdict is None for one in registrations_of(session, hearing_id))
    if unanswered:
        raise Conflict("registrations_unanswered", n=unanswered)
    hearing.report = checked(report, field=N_("Report"))
    hearing.report_en, hearing.published_at = english(report_en), now
    move(session, hearing, HearingStatus.PUBLISHED, actor=actor, now=now)
    trace(session, "published_hearing", hearing, actor=actor, now=now)


def at_status(session: Session, hearing_id: int, wanted: HearingStatus, version: int, actor: Actor) -> Hearing:
    actor.check_everywhere(EDIT)
    hearing = session.get(Hearing, hearing_id, with_for_update=True)
    if hearing is None:
        raise NotFound("hearing_unknown")
    claim(hearing, version)
    if hearing.status is not wanted:
        raise Conflict("hearing_step_refused")
    return hearing


def registrations_of(session: Session, hearing_id: int) -> list[HearingRegistration]:
    statement = sa.select(HearingRegistration).where(HearingRegistration.hearing_id == hearing_id)
    return list(session.scalars(statement.order_by(HearingRegistration.id)))


def subject_of(hearing: Hearing) -> str:
    return f"hearing:{hearing.id}"


def move(session: Session, hearing: Hearing, wanted: HearingStatus, *, actor: Actor, now: datetime) -> None:
    add_step(session, subject_of(hearing), hearing.status, wanted, actor=actor, now=now)
    hearing.status = wanted


def trace(session: Session, done: str, hearing: Hearing, *, actor: Actor, now: datetime, **facts: int) -> None:
    record(session, f"participation.{done}", subject_of(hearing), actor=actor, now=now, **facts)
