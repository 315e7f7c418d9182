"""Talent programmes: opened with criteria and quota, people nominated, chosen, noticed, granted, and followed up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.deadlines.dues import set_due
from qs.deadlines.queries import dues
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.i18n import moment
from qs.periods import local_day
from qs.settings import settings
from qs.training import rules
from qs.training.actions import long, short
from qs.training.models import Nomination, TalentProgramme, Trainee
from qs.training.terms import NewTalentProgramme, NominationState, Outcome, TalentState

EDIT = Permission.TRAINING_EDIT
NOTICE_RULE = "incentive.notice"


class TalentNotOpen(Conflict):
    """Nominations are closed."""

    code = "talent_not_open"


class NominatedAlready(Conflict):
    """Once for each person."""

    code = "nominated_already"


class OwnNomination(NotAllowed):
    """Who nominates does not choose."""

    code = "own_nomination"


class OwnChoice(NotAllowed):
    """Who chooses does not grant."""

    code = "own_choice"


class NoticeRunning(Conflict):
    """The public may still object."""

    code = "notice_running"


def open_talent(session: Session, wanted: NewTalentProgramme, *, actor: Actor, now: datetime) -> int:
    """Open a programme for nominations. Returns its id."""
    actor.check_everywhere(EDIT)
    rules.check_talent(wanted, local_day(now, settings().zone))
    talent = TalentProgramme(
        name=short(wanted.name, "name"),
        name_en=(wanted.name_en or "").strip() or None,
        criteria=long(wanted.criteria, "criteria"),
        quota=wanted.quota,
        grant_minor=wanted.grant_minor,
        obligation_months=wanted.obligation_months,
        closes_on=wanted.closes_on,
    )
    session.add(talent)
    session.flush()
    object = f"talent_programme:{talent.id}"
    record(session, "training.talent_opened", object, actor=actor, now=now, quota=wanted.quota)
    return talent.id


def nominate(session: Session, talent_id: int, trainee_id: int, *, grounds: str, actor: Actor, now: datetime) -> int:
    """Put somebody forward, with grounds against the criteria. Raises TalentNotOpen or NominatedAlready."""
    actor.check_everywhere(EDIT)
    talent = talent_in(session, talent_id, TalentState.OPEN, TalentNotOpen)
    if local_day(now, settings().zone) > talent.closes_on:
        raise TalentNotOpen
    if session.get(Trainee, trainee_id) is None:
        raise NotFound("trainee_unknown")
    nomination = Nomination(
        talent_id=talent_id,
        trainee_id=trainee_id,
        grounds=long(grounds, "grounds"),
        nominated_by=actor.person_id,
        nominated_at=now,
    )
    try:
        with session.begin_nested():
            session.add(nomination)
            session.flush()
    except IntegrityError as error:
        raise NominatedAlready from error
    record(session, "training.nominated", f"nomination:{nomination.id}", actor=actor, now=now)
    return nomination.id


def choose(session: Session, talent_id: int, nomination_ids: Collection[int], *, actor: Actor, now: datetime) -> None:
    """Choose at most the quota; the names go into a public notice. Raises OwnNomination for who nominated any."""
    actor.check_everywhere(Permission.INCENTIVES_DECIDE)
    talent = talent_in(session, talent_id, TalentState.OPEN, TalentNotOpen)
    wanted = set(nomination_ids)
    rules.check_choice(wanted, talent.quota)
    if not wanted <= {nomination.id for nomination in talent.nominations}:
        raise NotFound("nomination_unknown")
    for nomination in talent.nominations:
        if nomination.id in wanted and nomination.nominated_by == actor.person_id:
            raise OwnNomination
        chosen = nomination.id in wanted
        nomination.state = NominationState.CHOSEN if chosen else NominationState.NOT_CHOSEN
    notice = set_due(session, f"talent_programme:{talent_id}", NOTICE_RULE, starts_at=now, actor=actor, now=now)
    talent.state, talent.chosen_by, talent.notice_due_id = TalentState.NOTICE, actor.person_id, notice.due_id
    session.flush()
    record(session, "training.chosen", f"talent_programme:{talent_id}", actor=actor, now=now, count=len(wanted))


def grant(session: Session, talent_id: int, *, actor: Actor, now: datetime) -> None:
    """Give the grants once the public notice has ended. Raises NoticeRunning, or OwnChoice for who chose."""
    actor.check_everywhere(Permission.INCENTIVES_DECIDE)
    talent = talent_in(session, talent_id, TalentState.NOTICE, TalentNotInNotice)
    if talent.chosen_by == actor.person_id:
        raise OwnChoice
    if talent.notice_due_id is None:
        raise TalentNotInNotice
    ends_at = dues(session, [talent.notice_due_id], actor=actor)[talent.notice_due_id].due_at
    if now <= ends_at:
        raise NoticeRunning(until=moment(ends_at))
    for nomination in talent.nominations:
        if nomination.state is NominationState.CHOSEN:
            nomination.state, nomination.outcome, nomination.outcome_at = (
                NominationState.GRANTED,
                Outcome.SERVING,
                now,
            )
    talent.state, talent.granted_by, talent.granted_at = TalentState.GRANTED, actor.person_id, now
    session.flush()
    record(session, "training.granted", f"talent_programme:{talent_id}", actor=actor, now=now)


class TalentNotInNotice(Conflict):
    """Nothing to grant yet, or granted already."""

    code = "talent_not_in_notice"


def enter_outcome(session: Session, nomination_id: int, outcome: Outcome, *, actor: Actor, now: datetime) -> None:
    """Say what became of somebody who got a grant."""
    actor.check_everywhere(EDIT)
    nomination = session.get(Nomination, nomination_id, with_for_update=True)
    if nomination is None:
        raise NotFound("nomination_unknown")
    if nomination.state is not NominationState.GRANTED:
        raise InvalidInput("not_granted")
    nomination.outcome, nomination.outcome_at = outcome, now
    object = f"nomination:{nomination_id}"
    record(session, "training.outcome_entered", object, actor=actor, now=now, outcome=outcome.value)


def talent_in(session: Session, talent_id: int, state: TalentState, otherwise: type[Conflict]) -> TalentProgramme:
    """The programme with its nominations, in the state a step needs."""
    found = session.scalars(
        sa.select(TalentProgramme)
        .where(TalentProgramme.id == talent_id)
        .options(selectinload(TalentProgramme.nominations))
        .with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound("talent_unknown")
    if found.state is not state:
        raise otherwise
    return found
