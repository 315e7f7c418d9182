"""Who may do what beside the line of a request: the office decides, units ask, requesters have their remedies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from qs.actor import Actor, Grant, Role
from qs.complaints import actions, intake
from qs.complaints.aftermath import exclusions, merges, reviews, spam
from qs.complaints.handling import call_backs, templates
from qs.complaints.models import Request
from qs.complaints.protection import own_words, recusals, reports
from qs.complaints.terms import (
    ExclusionReason,
    NewContact,
    NewRequest,
    Outcome,
    RecusalGround,
    RequestChannel,
    RequestKind,
    ReviewDecision,
    TemplatePurpose,
)
from tests.rights.attempt import Attempt, Stage

DESK = frozenset({Role.SUPERVISOR, Role.HOTLINE_OPERATOR})
SUPERVISORS = frozenset({Role.SUPERVISOR})
APPROVERS = frozenset({Role.SUPERVISOR, Role.DEPARTMENT_HEAD})
ASKING = frozenset({Role.SUPERVISOR, Role.DEPARTMENT_HEAD, Role.SERVICE_LEADER})
CONCERNED = frozenset({Role.SUPERVISOR, Role.HOTLINE_OPERATOR, Role.DEPARTMENT_HEAD, Role.SERVICE_LEADER})
REASON = ExclusionReason.FORCE_MAJEURE
WORDS = templates.Words(TemplatePurpose.REPLY, "答复", "您好，{number}已办结。")
Made = Any  # Any: what the row's preparation returns


def wanted(stage: Stage) -> NewRequest:
    return NewRequest(
        kind=RequestKind.HELP,
        title="求助",
        text="电梯坏了",
        channel=RequestChannel.PHONE,
        service_id=stage.service_id,
        contact=NewContact("张三", "17000001234"),
    )


def filed(session: Session, stage: Stage, **others: Any) -> Any:  # Any: what varies, and the receipt
    return intake.file_request(session, replace(wanted(stage), **others), actor=stage.helper, now=stage.now)


def by(session: Session, stage: Stage, request_id: int, actor: Actor, minutes: int = 60) -> dict[str, Any]:
    """The circumstances of the next act on a request."""
    version = session.get_one(Request, request_id, populate_existing=True).version
    return {"version": version, "actor": actor, "now": stage.now + timedelta(minutes=minutes)}


def others(stage: Stage) -> tuple[Actor, Actor]:
    """Two people with every right who are nobody of the roster: the unit's, and the office's."""
    office = tuple(Grant(role) for role in (Role.SUPERVISOR, Role.HOTLINE_OPERATOR))
    return Actor(None, "unit", "单位", stage.helper.grants), Actor(None, "office", "监督办", office)


def answered(session: Session, stage: Stage, request_id: int) -> None:
    """Dispatched, signed for, replied to and verified."""
    unit, office = others(stage)
    circumstances = by(session, stage, request_id, office)
    actions.dispatch_request(session, request_id, service_id=stage.service_id, brief="核查", **circumstances)
    actions.sign_request(session, request_id, **by(session, stage, request_id, unit))
    circumstances = by(session, stage, request_id, unit)
    actions.reply_request(session, request_id, "已办", outcome=Outcome.RESOLVED, **circumstances)
    call_backs.verify_reply(session, request_id, **by(session, stage, request_id, office))


def closed(session: Session, stage: Stage) -> Any:
    _, office = others(stage)
    found = filed(session, stage, wants_reply=False)
    answered(session, stage, found.request_id)
    circumstances = by(session, stage, found.request_id, office)
    call_backs.close_request(session, found.request_id, outcome=Outcome.RESOLVED, **circumstances)
    return found


def under_review(session: Session, stage: Stage) -> int:
    found = closed(session, stage)
    reviews.ask_review(session, found.receipt_code, "不服", actor=stage.helper, now=stage.now + timedelta(hours=2))
    return int(found.request_id)


def two(session: Session, stage: Stage) -> tuple[int, int]:
    return filed(session, stage).request_id, filed(session, stage).request_id


def merged(session: Session, stage: Stage) -> int:
    first, second = two(session, stage)
    merges.merge_request(session, second, first, **by(session, stage, second, others(stage)[1]))
    return second


def to_be_called(session: Session, stage: Stage) -> int:
    second = merged(session, stage)
    master_id = session.get_one(Request, second).master_id
    assert master_id is not None
    answered(session, stage, master_id)
    return second


def asked_exclusion(session: Session, stage: Stage) -> int:
    request_id = int(closed(session, stage).request_id)
    circumstances = by(session, stage, request_id, others(stage)[1])
    exclusions.ask_exclusion(session, request_id, REASON, "停电", **circumstances)
    return request_id


def excluded(session: Session, stage: Stage) -> int:
    request_id = asked_exclusion(session, stage)
    office = replace(others(stage)[1], username="third")
    exclusions.decide_exclusion(session, request_id, "属实", is_granted=True, **by(session, stage, request_id, office))
    return request_id


def marked(session: Session, stage: Stage) -> int:
    request_id = int(filed(session, stage).request_id)
    spam.mark_spam(session, request_id, "广告", **by(session, stage, request_id, stage.helper))
    return request_id


def wished(session: Session, stage: Stage) -> int:
    return int(filed(session, stage, asks_recusal="不要李主任").request_id)


def recused(session: Session, stage: Stage) -> int:
    request_id = int(filed(session, stage).request_id)
    circumstances = by(session, stage, request_id, others(stage)[1])
    person_id = stage.helper.person_id or 0
    recusals.recuse_person(session, request_id, person_id, RecusalGround.RELATIVE, "亲属", **circumstances)
    return request_id


def report(session: Session, stage: Stage) -> int:
    return int(filed(session, stage, kind=RequestKind.REPORT).request_id)


def taken_report(session: Session, stage: Stage) -> int:
    request_id = report(session, stage)
    reports.take_report(session, request_id, "", **by(session, stage, request_id, others(stage)[1]))
    return request_id


def template(session: Session, stage: Stage) -> int:
    return templates.create_template(session, WORDS, actor=stage.helper, now=stage.now)


def row(
    name: str,
    allowed: frozenset[Role],
    prepare: Callable[[Session, Stage], Made],
    act: Callable[[Session, Stage, Made, Actor], object],
    **more: bool,
) -> Attempt:
    return Attempt(f"complaints.{name}", allowed, prepare, act, **more)


def later(stage: Stage) -> dict[str, Any]:
    return {"now": stage.now + timedelta(days=1)}


REVIEWS: tuple[Attempt, ...] = (
    row(
        "aftermath.reviews.ask_review",
        DESK,
        closed,
        lambda session, stage, made, actor: reviews.ask_review(
            session, made.receipt_code, "不服", actor=actor, **later(stage)
        ),
        is_scoped=False,
        is_public=True,
    ),
    row(
        "aftermath.reviews.register_review",
        DESK,
        lambda session, stage: closed(session, stage).request_id,
        lambda session, stage, made, actor: reviews.register_review(
            session, made, "不服", **by(session, stage, made, actor, 180)
        ),
    ),
    row(
        "aftermath.reviews.decide_review",
        APPROVERS,
        under_review,
        lambda session, stage, made, actor: reviews.decide_review(
            session, made, ReviewDecision.UPHELD, "经查", **by(session, stage, made, actor, 180)
        ),
        is_office_wide=True,
    ),
)
MERGES: tuple[Attempt, ...] = (
    row(
        "aftermath.merges.merge_request",
        DESK,
        two,
        lambda session, stage, made, actor: merges.merge_request(
            session, made[1], made[0], **by(session, stage, made[1], actor)
        ),
    ),
    row(
        "aftermath.merges.unmerge_request",
        DESK,
        merged,
        lambda session, stage, made, actor: merges.unmerge_request(
            session, made, "不同", **by(session, stage, made, actor)
        ),
    ),
    row(
        "aftermath.merges.record_merged_call_back",
        DESK,
        to_be_called,
        lambda session, stage, made, actor: merges.record_merged_call_back(
            session, made, call_backs.CallBackAnswer(False), **by(session, stage, made, actor)
        ),
    ),
)
EXCLUSIONS: tuple[Attempt, ...] = (
    row(
        "aftermath.exclusions.ask_exclusion",
        ASKING,
        lambda session, stage: closed(session, stage).request_id,
        lambda session, stage, made, actor: exclusions.ask_exclusion(
            session, made, REASON, "停电", **by(session, stage, made, actor)
        ),
    ),
    row(
        "aftermath.exclusions.ask_reversal",
        ASKING,
        excluded,
        lambda session, stage, made, actor: exclusions.ask_reversal(
            session, made, "有误", **by(session, stage, made, actor)
        ),
    ),
    row(
        "aftermath.exclusions.decide_exclusion",
        APPROVERS,
        asked_exclusion,
        lambda session, stage, made, actor: exclusions.decide_exclusion(
            session, made, "属实", is_granted=True, **by(session, stage, made, actor)
        ),
        is_office_wide=True,
    ),
    row(
        "aftermath.spam.mark_spam",
        DESK,
        lambda session, stage: filed(session, stage).request_id,
        lambda session, stage, made, actor: spam.mark_spam(session, made, "广告", **by(session, stage, made, actor)),
    ),
    row(
        "aftermath.spam.clear_spam",
        DESK,
        marked,
        lambda session, stage, made, actor: spam.clear_spam(session, made, "有误", **by(session, stage, made, actor)),
    ),
)
RECUSALS: tuple[Attempt, ...] = (
    row(
        "protection.recusals.declare_recusal",
        CONCERNED,
        lambda session, stage: filed(session, stage).request_id,
        lambda session, stage, made, actor: recusals.declare_recusal(
            session, made, RecusalGround.RELATIVE, "亲属", **by(session, stage, made, actor)
        ),
    ),
    row(
        "protection.recusals.recuse_person",
        APPROVERS,
        lambda session, stage: filed(session, stage).request_id,
        lambda session, stage, made, actor: recusals.recuse_person(
            session,
            made,
            stage.helper.person_id or 0,
            RecusalGround.RELATIVE,
            "亲属",
            **by(session, stage, made, actor),
        ),
        is_office_wide=True,
    ),
    row(
        "protection.recusals.lift_recusal",
        APPROVERS,
        recused,
        lambda session, stage, made, actor: recusals.lift_recusal(
            session, made, stage.helper.person_id or 0, "有误", **by(session, stage, made, actor)
        ),
        is_office_wide=True,
    ),
    row(
        "protection.recusals.ask_recusal",
        DESK,
        filed,
        lambda session, stage, made, actor: recusals.ask_recusal(
            session, made.receipt_code, "不要李主任", actor=actor, **later(stage)
        ),
        is_scoped=False,
        is_public=True,
    ),
    row(
        "protection.recusals.decide_recusal",
        APPROVERS,
        wished,
        lambda session, stage, made, actor: recusals.decide_recusal(
            session, made, "理由不足", person_id=None, **by(session, stage, made, actor)
        ),
        is_office_wide=True,
    ),
    row(
        "protection.recusals.reveal_requester",
        DESK,
        lambda session, stage: filed(session, stage).request_id,
        lambda session, stage, made, actor: recusals.reveal_requester(
            session, made, "回访核实", actor=actor, **later(stage)
        ),
    ),
    row(
        "protection.own_words.reveal_text",
        DESK,
        lambda session, stage: filed(session, stage).request_id,
        lambda session, stage, made, actor: own_words.reveal_text(
            session, made, "回访核实", actor=actor, **later(stage)
        ),
    ),
    row(
        "protection.reports.take_report",
        APPROVERS,
        report,
        lambda session, stage, made, actor: reports.take_report(session, made, "", **by(session, stage, made, actor)),
        is_office_wide=True,
    ),
    row(
        "protection.reports.answer_report",
        APPROVERS,
        taken_report,
        lambda session, stage, made, actor: reports.answer_report(
            session, made, "查实", outcome=Outcome.RESOLVED, **by(session, stage, made, actor)
        ),
        is_office_wide=True,
    ),
)
TEMPLATES: tuple[Attempt, ...] = (
    row(
        "handling.templates.create_template",
        APPROVERS,
        lambda session, stage: None,
        lambda session, stage, made, actor: templates.create_template(session, WORDS, actor=actor, now=stage.now),
        is_scoped=False,
        is_office_wide=True,
    ),
    row(
        "handling.templates.edit_template",
        APPROVERS,
        template,
        lambda session, stage, made, actor: templates.edit_template(
            session, made, WORDS, version=1, actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    row(
        "handling.templates.retire_template",
        APPROVERS,
        template,
        lambda session, stage, made, actor: templates.retire_template(
            session, made, version=1, actor=actor, now=stage.now
        ),
        is_scoped=False,
        is_office_wide=True,
    ),
    row(
        "handling.templates.prepare_reply_templates",
        APPROVERS,
        lambda session, stage: None,
        lambda session, stage, made, actor: templates.prepare_reply_templates(session, actor=actor, now=stage.now),
        is_scoped=False,
        is_office_wide=True,
    ),
)
ATTEMPTS: tuple[Attempt, ...] = (*REVIEWS, *MERGES, *EXCLUSIONS, *RECUSALS, *TEMPLATES)
