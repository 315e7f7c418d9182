"""Who may do what with notices: everybody chooses for oneself, the keepers of the machine send again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from qs.actor import Role
from qs.notices import actions, delivery
from qs.notices.terms import Channel, Failure, Notice, NoticeState, Strength, Wish
from tests.rights.attempt import Attempt, Stage

KEEPERS = frozenset({Role.INFORMATION_TECHNOLOGY})
BY_MAIL = Wish(Channel.EMAIL, "someone@office.example")


def nothing(session: Session, stage: Stage) -> None:
    return None


def claimed(session: Session, stage: Stage) -> int:
    """A notice that is just being sent: its first attempt."""
    by = {"actor": stage.helper, "now": stage.now}
    actions.set_wish(session, BY_MAIL, version=0, **by)
    notice = Notice("signal:1", "signal.raised", "急诊等候时间变长", "")
    notice_id = actions.queue_notice(
        session, stage.helper.person_id, notice, strength=Strength.ACT, dedupe_key="signal:1", **by
    )
    until = stage.now + timedelta(minutes=10)
    delivery.taken(session, notice_id, stage.now, state=NoticeState.SENDING, claimed_until=until)
    return notice_id


def given_up(session: Session, stage: Stage) -> int:
    notice_id = claimed(session, stage)
    give_up(session, stage, notice_id, stage.helper)
    session.expire_all()
    return notice_id


def give_up(session, stage, made, actor):
    failure = Failure.RECIPIENT_REFUSED
    return actions.give_up(session, made, failure, attempts=1, incident="00c0ffee", actor=actor, now=stage.now)


def read_own(session, stage, made, actor):
    if actor.person_id is not None:  # something to read
        notice = Notice("signal:1", "signal.raised", "急诊等候时间变长", "")
        actions.queue_notice(
            session, actor.person_id, notice, strength=Strength.ACT, dedupe_key="read", actor=actor, now=stage.now
        )
    return actions.mark_read(session, actor=actor, now=stage.now)


def ask_for_trial(session, stage, made, actor):
    if actor.person_id is not None:  # a trial goes where one chose
        actions.set_wish(session, BY_MAIL, version=0, actor=actor, now=stage.now)
    return actions.ask_for_trial(session, actor=actor, now=stage.now)


def row(name, allowed, prepare, act, **kind):
    return Attempt(f"notices.actions.{name}", allowed, prepare, act, is_scoped=False, **kind)


ATTEMPTS: tuple[Attempt, ...] = (
    row(
        "set_wish",
        frozenset(Role),
        nothing,
        lambda session, stage, made, actor: actions.set_wish(session, BY_MAIL, version=0, actor=actor, now=stage.now),
        is_everybodys=True,
    ),
    row("ask_for_trial", frozenset(Role), nothing, ask_for_trial, is_everybodys=True),
    row("give_up", KEEPERS, claimed, give_up, is_office_wide=True),
    row(
        "send_again",
        KEEPERS,
        given_up,
        lambda session, stage, made, actor: actions.send_again(session, made, actor=actor, now=stage.now),
        is_office_wide=True,
    ),
    row(
        "mark_read",
        frozenset(Role),
        nothing,
        read_own,
        is_everybodys=True,
    ),
)
