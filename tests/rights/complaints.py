"""Who may do what with requests: the hotline and supervisors at the desk, leaders with their own, heads approve."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from qs.actor import Actor, Role
from qs.complaints import actions, intake
from qs.complaints.handling import call_backs, extensions
from qs.complaints.terms import (
    CallBackAnswer,
    Filed,
    NewContact,
    NewRequest,
    Outcome,
    Refusal,
    RequestChannel,
    RequestKind,
    Satisfaction,
)
from tests.rights.attempt import Attempt, Stage

DESK = frozenset({Role.SUPERVISOR, Role.HOTLINE_OPERATOR})
LEADERS = frozenset({Role.SERVICE_LEADER})
APPROVERS = frozenset({Role.SUPERVISOR, Role.DEPARTMENT_HEAD})
SUPERVISORS = frozenset({Role.SUPERVISOR})
UNSOLVED = CallBackAnswer(True, True, False, Satisfaction.DISSATISFIED)
Made = Any  # Any: what the row's preparation returns


def wanted(stage: Stage) -> NewRequest:
    return NewRequest(
        kind=RequestKind.CONSULTATION,
        title="咨询",
        text="什么时候开门？",
        channel=RequestChannel.PHONE,
        service_id=stage.service_id,
        contact=NewContact("张三", "17000001234"),
    )


def filed(session: Session, stage: Stage) -> Filed:
    return intake.file_request(session, wanted(stage), actor=stage.helper, now=stage.now)


def registered(session: Session, stage: Stage) -> tuple[int, int]:
    """The id and version of a request at its beginning; those below take it one step further each."""
    return filed(session, stage).request_id, 1


def by(stage: Stage, version: int, actor: Actor) -> dict[str, Any]:  # Any: circumstances
    return {"version": version, "actor": actor, "now": stage.now + timedelta(minutes=version)}


def dispatched(session: Session, stage: Stage) -> tuple[int, int]:
    request_id, version = registered(session, stage)
    actions.dispatch_request(session, request_id, service_id=stage.service_id, **by(stage, version, stage.helper))
    return request_id, version + 1


def returned(session: Session, stage: Stage) -> tuple[int, int]:
    request_id, version = dispatched(session, stage)
    actions.return_request(session, request_id, "不属本单位", **by(stage, version, stage.helper))
    return request_id, version + 1


def signed(session: Session, stage: Stage) -> tuple[int, int]:
    request_id, version = dispatched(session, stage)
    actions.sign_request(session, request_id, **by(stage, version, stage.helper))
    return request_id, version + 1


def asked(session: Session, stage: Stage) -> tuple[int, int]:
    request_id, version = signed(session, stage)
    extensions.ask_extension(session, request_id, "需要配件", **by(stage, version, stage.helper))
    return request_id, version + 1


def replied(session: Session, stage: Stage) -> tuple[int, int]:
    request_id, version = signed(session, stage)
    handler = Actor(None, "handler", "承办人", stage.helper.grants)
    actions.reply_request(session, request_id, "已办", outcome=Outcome.RESOLVED, **by(stage, version, handler))
    return request_id, version + 1


def verified(session: Session, stage: Stage) -> tuple[int, int]:
    request_id, version = replied(session, stage)
    verifier = Actor(None, "verifier", "核实员", stage.helper.grants)
    call_backs.verify_reply(session, request_id, **by(stage, version, verifier))
    return request_id, version + 1


def called_back(session: Session, stage: Stage) -> tuple[int, int]:
    request_id, version = verified(session, stage)
    caller = Actor(None, "caller", "回访员", stage.helper.grants)
    call_backs.record_call_back(session, request_id, UNSOLVED, **by(stage, version, caller))
    return request_id, version + 1


def row(
    name: str,
    allowed: frozenset[Role],
    prepare: Callable[[Session, Stage], Made],
    act: Callable[[Session, Stage, Made, Actor], object],
    **more: bool,
) -> Attempt:
    return Attempt(f"complaints.{name}", allowed, prepare, act, **more)


ATTEMPTS: tuple[Attempt, ...] = (
    row(
        "intake.file_request",
        DESK,
        lambda session, stage: None,
        lambda session, stage, made, actor: intake.file_request(session, wanted(stage), actor=actor, now=stage.now),
        is_public=True,
    ),
    row(
        "intake.add_to_request",
        DESK,
        filed,
        lambda session, stage, made, actor: intake.add_to_request(
            session, made.receipt_code, "还有一点", actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_public=True,
    ),
    row(
        "intake.withdraw_request",
        DESK,
        filed,
        lambda session, stage, made, actor: intake.withdraw_request(
            session, made.receipt_code, actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_public=True,
    ),
    row(
        "actions.answer_on_the_spot",
        DESK,
        registered,
        lambda session, stage, made, actor: actions.answer_on_the_spot(
            session, made[0], "九点开门", outcome=Outcome.EXPLAINED, **by(stage, made[1], actor)
        ),
    ),
    row(
        "actions.refuse_request",
        APPROVERS,
        registered,
        lambda session, stage, made, actor: actions.refuse_request(
            session, made[0], "请向法院咨询", reason=Refusal.LEGAL_PROCEDURE, **by(stage, made[1], actor)
        ),
    ),
    row(
        "actions.dispatch_request",
        DESK,
        registered,
        lambda session, stage, made, actor: actions.dispatch_request(
            session, made[0], service_id=stage.service_id, **by(stage, made[1], actor)
        ),
    ),
    row(
        "actions.return_request",
        LEADERS,
        dispatched,
        lambda session, stage, made, actor: actions.return_request(
            session, made[0], "不属本单位", **by(stage, made[1], actor)
        ),
    ),
    row(
        "actions.rule_request",
        SUPERVISORS,
        returned,
        lambda session, stage, made, actor: actions.rule_request(
            session, made[0], "首接负责", service_id=stage.service_id, **by(stage, made[1], actor)
        ),
        is_office_wide=True,
    ),
    row(
        "actions.sign_request",
        LEADERS,
        dispatched,
        lambda session, stage, made, actor: actions.sign_request(session, made[0], **by(stage, made[1], actor)),
    ),
    row(
        "handling.extensions.ask_extension",
        LEADERS,
        signed,
        lambda session, stage, made, actor: extensions.ask_extension(
            session, made[0], "需要配件", **by(stage, made[1], actor)
        ),
    ),
    row(
        "handling.extensions.decide_extension",
        APPROVERS,
        asked,
        lambda session, stage, made, actor: extensions.decide_extension(
            session, made[0], is_approved=True, **by(stage, made[1], actor)
        ),
    ),
    row(
        "actions.reply_request",
        LEADERS,
        signed,
        lambda session, stage, made, actor: actions.reply_request(
            session, made[0], "已办", outcome=Outcome.RESOLVED, **by(stage, made[1], actor)
        ),
    ),
    row(
        "handling.call_backs.verify_reply",
        DESK,
        replied,
        lambda session, stage, made, actor: call_backs.verify_reply(session, made[0], **by(stage, made[1], actor)),
    ),
    row(
        "handling.call_backs.record_call_back",
        DESK,
        verified,
        lambda session, stage, made, actor: call_backs.record_call_back(
            session, made[0], UNSOLVED, **by(stage, made[1], actor)
        ),
    ),
    row(
        "handling.call_backs.send_back_request",
        DESK,
        called_back,
        lambda session, stage, made, actor: call_backs.send_back_request(
            session, made[0], "再去一次", **by(stage, made[1], actor)
        ),
    ),
    row(
        "handling.call_backs.close_request",
        DESK,
        called_back,
        lambda session, stage, made, actor: call_backs.close_request(
            session, made[0], outcome=Outcome.PARTLY_RESOLVED, **by(stage, made[1], actor)
        ),
    ),
    row(
        "actions.write_message",
        DESK | LEADERS,
        signed,
        lambda session, stage, made, actor: actions.write_message(
            session, made[0], "已约时间", is_told=True, **by(stage, made[1], actor)
        ),
    ),
    row(
        "actions.rectify_request",
        SUPERVISORS,
        signed,
        lambda session, stage, made, actor: actions.rectify_request(
            session, made[0], title="恢复分诊", demand="一个月内恢复夜间分诊。", **by(stage, made[1], actor)
        ),
    ),
    row(
        "actions.note_overdue",
        DESK,
        signed,
        lambda session, stage, made, actor: actions.note_overdue(
            session, actor=actor, now=stage.now + timedelta(days=30)
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
)
