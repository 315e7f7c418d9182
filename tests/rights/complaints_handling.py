"""Who may do what between dispatch and closing: pauses, helping units, supervision, classes, words and handlers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.complaints import actions
from qs.complaints.handling import classification, co_units, pauses, supervision
from qs.complaints.terms import PauseReason, Supervision, Urgency
from tests.rights.attempt import Attempt, Stage
from tests.rights.complaints import APPROVERS, DESK, LEADERS, by, dispatched, registered, row, signed

Made = Any  # Any: what the row's preparation returns


def pause_asked(session: Session, stage: Stage) -> tuple[int, int]:
    request_id, version = signed(session, stage)
    reason = PauseReason.REQUESTER
    pauses.ask_pause(session, request_id, "等待材料", reason=reason, **by(stage, version, stage.helper))
    return request_id, version + 1


def somebody(stage: Stage, name: str) -> Actor:
    """Somebody else with the helper's rights: nobody judges own work."""
    return Actor(None, name, name, stage.helper.grants)


def paused(session: Session, stage: Stage) -> tuple[int, int]:
    request_id, version = pause_asked(session, stage)
    judge = somebody(stage, "judge")
    pauses.decide_pause(session, request_id, is_approved=True, **by(stage, version, judge))
    return request_id, version + 1


def helped(session: Session, stage: Stage) -> tuple[int, int]:
    """A request of another service with which the one of the stage helps."""
    request_id, version = registered(session, stage)
    lead = stage.world.vaccination
    actions.dispatch_request(session, request_id, service_id=lead, **by(stage, version, stage.helper))
    task = {"service_id": stage.service_id, "task": "提供材料"}
    co_units.ask_co_unit(session, request_id, **task, **by(stage, version + 1, stage.helper))
    return request_id, version + 2


def supervised(session: Session, stage: Stage) -> tuple[int, int]:
    request_id, version = signed(session, stage)
    supervision.put_under_supervision(
        session, request_id, "说明原因", level=Supervision.DAILY, **by(stage, version, stage.helper)
    )
    return request_id, version + 1


def signed_by_another(session: Session, stage: Stage) -> tuple[int, int]:
    request_id, version = dispatched(session, stage)
    actions.sign_request(session, request_id, **by(stage, version, somebody(stage, "signer")))
    return request_id, version + 1


ATTEMPTS: tuple[Attempt, ...] = (
    row(
        "handling.pauses.ask_pause",
        LEADERS,
        signed,
        lambda session, stage, made, actor: pauses.ask_pause(
            session, made[0], "等待材料", reason=PauseReason.REQUESTER, **by(stage, made[1], actor)
        ),
    ),
    row(
        "handling.pauses.decide_pause",
        APPROVERS,
        pause_asked,
        lambda session, stage, made, actor: pauses.decide_pause(
            session, made[0], is_approved=True, **by(stage, made[1], actor)
        ),
    ),
    row(
        "handling.pauses.resume_request",
        APPROVERS | LEADERS,
        paused,
        lambda session, stage, made, actor: pauses.resume_request(session, made[0], **by(stage, made[1], actor)),
    ),
    row(
        "handling.co_units.ask_co_unit",
        DESK | LEADERS,
        signed,
        lambda session, stage, made, actor: co_units.ask_co_unit(
            session, made[0], service_id=stage.world.vaccination, task="协助核查", **by(stage, made[1], actor)
        ),
    ),
    row(
        "handling.co_units.report_co_unit",
        LEADERS,
        helped,
        lambda session, stage, made, actor: co_units.report_co_unit(
            session,
            made[0],
            service_id=stage.service_id,
            text="已核查",
            is_finished=True,
            **by(stage, made[1], actor),
        ),
    ),
    row(
        "handling.supervision.put_under_supervision",
        APPROVERS,
        signed,
        lambda session, stage, made, actor: supervision.put_under_supervision(
            session, made[0], "三日内说明", level=Supervision.LISTED, **by(stage, made[1], actor)
        ),
        is_office_wide=True,
    ),
    row(
        "handling.supervision.raise_supervision",
        APPROVERS,
        signed,
        lambda session, stage, made, actor: supervision.raise_supervision(
            session, actor=actor, now=stage.now + timedelta(days=30)
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    row(
        "handling.supervision.answer_supervision",
        LEADERS,
        supervised,
        lambda session, stage, made, actor: supervision.answer_supervision(
            session, made[0], "已加派人员", **by(stage, made[1], actor)
        ),
    ),
    row(
        "handling.classification.reclassify",
        DESK,
        registered,
        lambda session, stage, made, actor: classification.reclassify(
            session, made[0], "停水", urgency=Urgency.UTILITIES, **by(stage, made[1], actor)
        ),
    ),
    row(
        "handling.classification.edit_request",
        DESK,
        registered,
        lambda session, stage, made, actor: classification.edit_request(
            session, made[0], title="咨询开放时间", place="北门", brief="", **by(stage, made[1], actor)
        ),
    ),
    row(
        "handling.classification.reassign_request",
        LEADERS,
        signed_by_another,
        lambda session, stage, made, actor: classification.reassign_request(
            session, made[0], "休假", person_id=stage.helper.person_id or 0, **by(stage, made[1], actor)
        ),
    ),
)
