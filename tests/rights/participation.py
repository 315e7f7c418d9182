"""Who may do what in participation: one row for every action."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import PUBLIC, SYSTEM, Actor, Role
from qs.attachments.terms import Upload
from qs.participation import actions
from qs.participation.models import (
    Consultation,
    Hearing,
    HearingRegistration,
    NegativeRating,
    RatingPoint,
    Suggestion,
)
from qs.participation.terms import (
    Answer,
    Capacity,
    Contact,
    Ground,
    HearingKind,
    HearingRecord,
    Level,
    NegativeClass,
    NewConsultation,
    NewHearing,
    Side,
    Stage,
    Verdict,
)
from qs.periods import local_day
from qs.settings import settings
from tests.rights.attempt import Attempt
from tests.rights.attempt import Stage as Scene

SUPERVISORS = frozenset({Role.SUPERVISOR})
ANSWERERS = frozenset({Role.SUPERVISOR, Role.SERVICE_LEADER})
EDITORS = frozenset({Role.PUBLIC_RELATIONS})
NOBODY: frozenset[Role] = frozenset()
PDF = Upload("draft.pdf", b"%PDF-1.4 draft")
CONTACT = Contact(name="王小明", phone="13800138000")
Prepared = Any  # Any: an id, or what the row needs
DAY = timedelta(days=1)


def today(scene: Scene) -> date:
    return local_day(scene.now, settings().zone)


def point(session: Session, scene: Scene) -> int:
    by = {"actor": SYSTEM, "now": scene.now}
    return actions.add_point(session, scene.service_id, counter="3号窗口", **by)


def receipt(session: Session, scene: Scene) -> str:
    by = {"actor": SYSTEM, "now": scene.now}
    return actions.issue_receipts(session, scene.service_id, count=1, finished_on=today(scene), **by)[0]


def negative(session: Session, scene: Scene, *, contact: Contact | None = None) -> int:
    """A negative rating just given; the id of its loop."""
    answer = Answer(Level.DISSATISFIED, contact=contact)
    rated = actions.rate(session, receipt(session, scene), answer, actor=PUBLIC, now=scene.now)
    statement = sa.select(NegativeRating.id).where(NegativeRating.rating_id == rated.rating_id)
    return session.scalars(statement).one()


def named(session: Session, scene: Scene) -> int:
    return negative(session, scene, contact=CONTACT)


def classified(session: Session, scene: Scene, *, contact: Contact | None = None) -> int:
    number = negative(session, scene, contact=contact)
    by = {"actor": scene.helper, "now": scene.now}
    version = 1
    if contact is not None:
        actions.contact_rater(session, number, note="已联系", version=version, **by)
        version += 1
    actions.classify_negative(session, number, NegativeClass.AT_ONCE, note="属实", version=version, **by)
    return number


def answered(session: Session, scene: Scene, *, contact: Contact | None = None) -> int:
    number = classified(session, scene, contact=contact)
    version = session.get_one(NegativeRating, number).version
    by = {"actor": scene.helper, "now": scene.now}
    actions.answer_negative(session, number, answer="已改正", version=version, **by)
    return number


def to_call_back(session: Session, scene: Scene) -> int:
    return answered(session, scene, contact=CONTACT)


def proposed(session: Session, scene: Scene) -> int:
    number = negative(session, scene)
    rating_id = session.get_one(NegativeRating, number).rating_id
    by = {"actor": scene.helper, "now": scene.now}
    return actions.propose_exclusion(session, [rating_id], Ground.MISTAKEN, evidence="录音", **by)


def suggestion(session: Session, scene: Scene) -> int:
    by = {"actor": PUBLIC, "now": scene.now}
    return actions.suggest(session, title="夜间门诊", text="下班后看病", service_id=scene.service_id, **by).id


def assigned(session: Session, scene: Scene) -> int:
    number = suggestion(session, scene)
    by = {"actor": scene.helper, "now": scene.now}
    actions.assign_suggestion(session, number, scene.service_id, is_shown=True, version=1, **by)
    return number


def adopted(session: Session, scene: Scene) -> int:
    number = assigned(session, scene)
    by = {"actor": scene.helper, "now": scene.now}
    actions.answer_suggestion(session, number, Verdict.ADOPTED, answer="采纳", version=2, **by)
    return number


def new_consultation(scene: Scene, *, days_ago: int = 0) -> NewConsultation:
    opens_on = today(scene) - days_ago * DAY
    return NewConsultation("方案", "征求意见", Stage.DESIGN, opens_on, opens_on + 30 * DAY)


def drafted(session: Session, scene: Scene, *, days_ago: int = 0) -> int:
    by = {"actor": SYSTEM, "now": scene.now - days_ago * DAY}
    wanted = new_consultation(scene, days_ago=days_ago)
    return actions.draft_consultation(session, wanted, files=[PDF], **by)


def published(session: Session, scene: Scene, *, days_ago: int = 0) -> int:
    number = drafted(session, scene, days_ago=days_ago)
    by = {"actor": SYSTEM, "now": scene.now - days_ago * DAY}
    actions.publish_consultation(session, number, version=1, **by)
    return number


def opinion(session: Session, scene: Scene) -> int:
    number = published(session, scene)
    return actions.comment_on_consultation(session, number, text="支持", actor=PUBLIC, now=scene.now).id


def over(session: Session, scene: Scene) -> int:
    return published(session, scene, days_ago=40)


def hearing(session: Session, scene: Scene, *, days_ago: int = 0) -> int:
    began = scene.now - days_ago * DAY
    wanted = NewHearing(
        kind=HearingKind.DECISION,
        title="听证会",
        matter="线路调整",
        place="一楼",
        holds_at=began + 30 * DAY,
        registration_closes_on=local_day(began, settings().zone) + 10 * DAY,
        seats=2,
        selection_rule="按报名顺序",
    )
    return actions.draft_hearing(session, wanted, actor=SYSTEM, now=began)


def noticed(session: Session, scene: Scene, *, days_ago: int = 0) -> int:
    number = hearing(session, scene, days_ago=days_ago)
    actions.publish_notice(session, number, version=1, actor=SYSTEM, now=scene.now - days_ago * DAY)
    return number


def applicants(session: Session, scene: Scene, *, days_ago: int = 15) -> tuple[int, int]:
    """A hearing with one applicant whose registration has ended: both ids."""
    number = noticed(session, scene, days_ago=days_ago)
    kept = actions.register_for_hearing(
        session,
        number,
        side=Side.OTHER,
        capacity=Capacity.RESIDENT,
        main_points="要点",
        actor=PUBLIC,
        now=scene.now - days_ago * DAY,
    )
    return number, kept.id


def listed(session: Session, scene: Scene) -> tuple[int, int]:
    number, applicant = applicants(session, scene, days_ago=31)
    actions.choose_participants(session, number, {applicant}, version=2, actor=SYSTEM, now=scene.now - 15 * DAY)
    return number, applicant


def held(session: Session, scene: Scene) -> tuple[int, int]:
    number, applicant = listed(session, scene)
    record = HearingRecord("主持人", True, frozenset({applicant}), "记录")
    actions.record_hearing(session, number, record, version=3, actor=SYSTEM, now=scene.now)
    return number, applicant


def closing(session: Session, scene: Scene) -> int:
    number, applicant = held(session, scene)
    answer_applicant(session, scene, (number, applicant), SYSTEM)
    return number


def answer_applicant(session: Session, scene: Scene, prepared: tuple[int, int], actor: Actor) -> None:
    actions.answer_registration(
        session,
        prepared[1],
        Verdict.ADOPTED,
        gist="要点",
        reason="采纳",
        version=session.get_one(HearingRegistration, prepared[1]).version,
        actor=actor,
        now=scene.now,
    )


def nothing(session: Session, scene: Scene) -> None:
    return None


def by(scene: Scene, actor: Actor) -> dict[str, Any]:  # Any: who acts, and when
    return {"actor": actor, "now": scene.now}


def row(
    name: str,
    allowed: frozenset[Role],
    prepare: Callable[[Session, Scene], Prepared],
    act: Callable[[Session, Scene, Prepared, Actor], object],
    **more: bool,
) -> Attempt:
    module = getattr(actions, name).__module__.removeprefix("qs.")
    return Attempt(f"{module}.{name}", allowed, prepare, act, **more)


def at(session: Session, model: type[Any], number: int) -> int:
    """The present version of a row."""
    version: int = session.get_one(model, number).version
    return version


def loop(action: Callable[..., object], *arguments: object, **more: object) -> Callable[..., object]:
    """One step of a negative rating."""

    def act(session: Session, scene: Scene, number: int, actor: Actor) -> object:
        version = at(session, NegativeRating, number)
        return action(session, number, *arguments, **more, version=version, **by(scene, actor))

    return act


PUBLIC_ONLY = {"is_public": True, "is_scoped": False}
OFFICE_WIDE = {"is_scoped": False, "is_office_wide": True}

ATTEMPTS: tuple[Attempt, ...] = (
    row(
        "add_point",
        EDITORS,
        nothing,
        lambda s, scene, _, actor: actions.add_point(s, scene.service_id, counter="1号", **by(scene, actor)),
    ),
    row(
        "close_point",
        EDITORS,
        point,
        lambda s, scene, n, actor: actions.close_point(s, n, version=at(s, RatingPoint, n), **by(scene, actor)),
    ),
    row(
        "issue_receipts",
        EDITORS,
        nothing,
        lambda s, scene, _, actor: actions.issue_receipts(
            s, scene.service_id, count=1, finished_on=today(scene), **by(scene, actor)
        ),
    ),
    row(
        "rate",
        NOBODY,
        receipt,
        lambda s, scene, code, actor: actions.rate(s, code, Answer(Level.SATISFIED), **by(scene, actor)),
        **PUBLIC_ONLY,
    ),
    row(
        "mark_suspicious",
        SUPERVISORS,
        nothing,
        lambda s, scene, _, actor: actions.mark_suspicious(
            s, since=scene.now - DAY, rng=np.random.default_rng(1), **by(scene, actor)
        ),
        is_scoped=False,
    ),
    row("contact_rater", SUPERVISORS, named, loop(actions.contact_rater, note="已联系")),
    row(
        "classify_negative",
        SUPERVISORS,
        negative,
        loop(actions.classify_negative, NegativeClass.AT_ONCE, note="属实"),
    ),
    row("answer_negative", ANSWERERS, classified, loop(actions.answer_negative, answer="已改正")),
    row("call_back", SUPERVISORS, to_call_back, loop(actions.call_back, is_satisfied=True, note="满意")),
    row("close_negative", SUPERVISORS, answered, loop(actions.close_negative)),
    row(
        "propose_exclusion",
        ANSWERERS,
        negative,
        lambda s, scene, n, actor: actions.propose_exclusion(
            s, [s.get_one(NegativeRating, n).rating_id], Ground.MISTAKEN, evidence="录音", **by(scene, actor)
        ),
    ),
    row(
        "decide_exclusion",
        SUPERVISORS,
        proposed,
        lambda s, scene, n, actor: actions.decide_exclusion(s, n, is_upheld=True, note="属实", **by(scene, actor)),
    ),
    row(
        "suggest",
        NOBODY,
        nothing,
        lambda s, scene, _, actor: actions.suggest(s, title="建议", text="建议内容", **by(scene, actor)),
        **PUBLIC_ONLY,
    ),
    row(
        "support_suggestion",
        NOBODY,
        assigned,
        lambda s, scene, n, actor: actions.support_suggestion(s, n, device="phone", **by(scene, actor)),
        **PUBLIC_ONLY,
    ),
    row(
        "assign_suggestion",
        ANSWERERS,
        suggestion,
        lambda s, scene, n, actor: actions.assign_suggestion(
            s, n, scene.service_id, is_shown=True, version=at(s, Suggestion, n), **by(scene, actor)
        ),
        **OFFICE_WIDE,
    ),
    row(
        "answer_suggestion",
        ANSWERERS,
        assigned,
        lambda s, scene, n, actor: actions.answer_suggestion(
            s, n, Verdict.ADOPTED, answer="采纳", version=at(s, Suggestion, n), **by(scene, actor)
        ),
    ),
    row(
        "implement_suggestion",
        ANSWERERS,
        adopted,
        lambda s, scene, n, actor: actions.implement_suggestion(
            s, n, proof="已落实", version=at(s, Suggestion, n), **by(scene, actor)
        ),
    ),
    row(
        "draft_consultation",
        EDITORS,
        nothing,
        lambda s, scene, _, actor: actions.draft_consultation(s, new_consultation(scene), **by(scene, actor)),
        **OFFICE_WIDE,
    ),
    row(
        "change_consultation",
        EDITORS,
        drafted,
        lambda s, scene, n, actor: actions.change_consultation(
            s, n, new_consultation(scene), version=at(s, Consultation, n), **by(scene, actor)
        ),
        **OFFICE_WIDE,
    ),
    row(
        "publish_consultation",
        EDITORS,
        drafted,
        lambda s, scene, n, actor: actions.publish_consultation(
            s, n, version=at(s, Consultation, n), **by(scene, actor)
        ),
        **OFFICE_WIDE,
    ),
    row(
        "comment_on_consultation",
        NOBODY,
        published,
        lambda s, scene, n, actor: actions.comment_on_consultation(s, n, text="支持", **by(scene, actor)),
        **PUBLIC_ONLY,
    ),
    row(
        "answer_opinion",
        EDITORS,
        opinion,
        lambda s, scene, n, actor: actions.answer_opinion(
            s, n, Verdict.ADOPTED, gist="支持", reason="采纳", version=1, **by(scene, actor)
        ),
        **OFFICE_WIDE,
    ),
    row(
        "summarise_consultation",
        EDITORS,
        over,
        lambda s, scene, n, actor: actions.summarise_consultation(
            s, n, summary="综述", version=at(s, Consultation, n), **by(scene, actor)
        ),
        **OFFICE_WIDE,
    ),
    row("draft_hearing", EDITORS, nothing, lambda s, scene, _, actor: draft(s, scene, actor), **OFFICE_WIDE),
    row(
        "publish_notice",
        EDITORS,
        hearing,
        lambda s, scene, n, actor: actions.publish_notice(s, n, version=at(s, Hearing, n), **by(scene, actor)),
        **OFFICE_WIDE,
    ),
    row(
        "register_for_hearing",
        NOBODY,
        noticed,
        lambda s, scene, n, actor: actions.register_for_hearing(
            s, n, side=Side.OTHER, capacity=Capacity.RESIDENT, main_points="要点", **by(scene, actor)
        ),
        **PUBLIC_ONLY,
    ),
    row(
        "choose_participants",
        EDITORS,
        applicants,
        lambda s, scene, both, actor: actions.choose_participants(
            s, both[0], {both[1]}, version=at(s, Hearing, both[0]), **by(scene, actor)
        ),
        **OFFICE_WIDE,
    ),
    row(
        "record_hearing",
        EDITORS,
        listed,
        lambda s, scene, both, actor: actions.record_hearing(
            s,
            both[0],
            HearingRecord("主持人", True, frozenset({both[1]}), "记录"),
            version=at(s, Hearing, both[0]),
            **by(scene, actor),
        ),
        **OFFICE_WIDE,
    ),
    row("answer_registration", EDITORS, held, answer_applicant, **OFFICE_WIDE),
    row(
        "publish_hearing",
        EDITORS,
        closing,
        lambda s, scene, n, actor: actions.publish_hearing(
            s, n, report="报告", version=at(s, Hearing, n), **by(scene, actor)
        ),
        **OFFICE_WIDE,
    ),
)


def draft(session: Session, scene: Scene, actor: Actor) -> int:
    wanted = NewHearing(
        kind=HearingKind.DECISION,
        title="听证会",
        matter="线路调整",
        place="一楼",
        holds_at=scene.now + 30 * DAY,
        registration_closes_on=today(scene) + 10 * DAY,
        seats=2,
        selection_rule="按报名顺序",
    )
    return actions.draft_hearing(session, wanted, **by(scene, actor))
