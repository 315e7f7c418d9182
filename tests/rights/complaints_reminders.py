"""Who may remind, supervise and write by the clock, and what requesters do about their own data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from qs.actor import PUBLIC, Role
from qs.complaints import intake
from qs.complaints.ladder import climbing, mails
from qs.complaints.protection import requester
from qs.complaints.terms import Filed, NewContact, NewRequest, RequestChannel, RequestKind
from tests.rights.attempt import Attempt, Stage

APPROVERS = frozenset({Role.SUPERVISOR, Role.DEPARTMENT_HEAD})
DESK = frozenset({Role.SUPERVISOR, Role.HOTLINE_OPERATOR})
NUMBER = "17000001234"


def filed(session: Session, stage: Stage) -> Filed:
    wanted = NewRequest(
        RequestKind.COMPLAINT,
        "候诊太久",
        "等了三个小时。",
        channel=RequestChannel.PHONE,
        service_id=stage.service_id,
        contact=NewContact("张三", NUMBER, "zhang@home.example"),
    )
    return intake.file_request(session, wanted, actor=stage.helper, now=stage.now)


def proven(session: Session, stage: Stage) -> tuple[str, str]:
    code = filed(session, stage).receipt_code
    return code, requester.check_contact(session, code, NUMBER, actor=PUBLIC, now=stage.now).proof


def by_code(action: Any) -> Any:  # Any: an action by receipt code, and the attempt at it
    return lambda session, stage, made, actor: action(session, made[0], proof=made[1], actor=actor, now=stage.now)


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(
        "complaints.ladder.climbing.climb_ladder",
        APPROVERS,
        prepare=filed,
        act=lambda session, stage, made, actor: climbing.climb_ladder(
            session, actor=actor, now=stage.now + timedelta(days=30)
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "complaints.ladder.mails.tell_requesters",
        APPROVERS,
        prepare=filed,
        act=lambda session, stage, made, actor: mails.tell_requesters(
            session, actor=actor, now=stage.now + timedelta(hours=1)
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    Attempt(
        "complaints.protection.requester.correct_contact",
        DESK,
        prepare=proven,
        act=lambda session, stage, made, actor: requester.correct_contact(
            session, made[0], NewContact("张三", "17000004321"), proof=made[1], actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_public=True,
    ),
    Attempt(
        "complaints.protection.requester.ask_erasure",
        DESK,
        prepare=proven,
        act=by_code(requester.ask_erasure),
        is_scoped=False,
        is_public=True,
    ),
)
