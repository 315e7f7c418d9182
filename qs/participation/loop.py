"""The loop of a negative rating as other acts move it: opened by a rating, withdrawn by its rater, due days, orders."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor
from qs.deadlines.dues import set_due
from qs.deadlines.terms import Due
from qs.participation import rules
from qs.participation.models import NegativeRating, Rating
from qs.participation.receipts import names_of
from qs.participation.scope import add_step
from qs.participation.terms import Level, NegativeStatus
from qs.rectifications.actions import order_rectification, withdraw_rectification
from qs.rectifications.queries import rectification_of
from qs.rectifications.terms import Source

ORDER_TITLE = "差评整改：{service}"
ORDER_DEMAND = (
    "服务对象对本项目给出差评。请核实情况，能立即改正的立行立改，较复杂的提出整改方案和期限，"
    "举一反三，并提交证明材料。自本单下达之日起十四日内的其他差评并入本单。"
)
ORDER_TITLE_EN = "Negative rating: {service}"
ORDER_DEMAND_EN = (
    "A service user rated this service negatively. Verify what happened, put right at once what can be, file a plan "
    "with a date for what is complex, look for the same elsewhere, and hand in the proof. Further negative ratings of "
    "the fourteen days from this order join it."
)
CHANGED_BY_RATER = "评价人已将差评改为好评，本单撤销。"
EXCLUDED = "该差评经复核剔除，本单撤销。"


def open_negative(session: Session, rating: Rating, *, actor: Actor, now: datetime) -> NegativeRating:
    """Begin the loop of a verified negative rating with its due days, and order the rectification it calls for.

    A rating that became negative again by a second change takes up the loop it had.
    """
    negative = session.scalar(sa.select(NegativeRating).where(NegativeRating.rating_id == rating.id))
    if negative is None:
        negative = new_negative(session, rating, actor=actor, now=now)
        before = ""
    else:
        before = negative.status.value
        negative.is_named, negative.closed_at = rating.vault_id is not None, None
        if negative.is_named and negative.contact_due_id is None:
            set_contact_due(session, negative, actor=actor, now=now)
    negative.status = NegativeStatus.RECEIVED
    if before != negative.status:
        add_step(session, subject_of(negative), before, negative.status, actor=actor, now=now)
    return negative


def new_negative(session: Session, rating: Rating, *, actor: Actor, now: datetime) -> NegativeRating:
    negative = NegativeRating(
        rating_id=rating.id,
        service_id=rating.service_id,
        status=NegativeStatus.RECEIVED,
        is_named=rating.vault_id is not None,
        opened_at=now,
        reopen_count=0,
        answer="",
        version=1,
        rectification_ref="",
    )
    set_first_dues(session, negative, actor=actor, now=now)
    attach_rectification(session, negative, rating, now=now)
    session.add(negative)  # whole only now, so that no query before writes half of it
    session.flush()
    return negative


def subject_of(negative: NegativeRating) -> str:
    return f"negative:{negative.id}"


def set_first_dues(session: Session, negative: NegativeRating, *, actor: Actor, now: datetime) -> None:
    """The clocks that start with the rating: contact (with a name only), answer, and the unit's appeal."""
    answer = due_of(session, negative, "rating.rectify", starts_at=now, actor=actor, now=now)
    appeal = due_of(session, negative, "rating.appeal", starts_at=now, actor=actor, now=now)
    negative.answer_due_id, negative.answer_due_at = answer.due_id, answer.due_at
    negative.appeal_due_id, negative.appeal_due_at = appeal.due_id, appeal.due_at
    if negative.is_named:
        set_contact_due(session, negative, actor=actor, now=now)


def set_contact_due(session: Session, negative: NegativeRating, *, actor: Actor, now: datetime) -> None:
    contact = due_of(session, negative, "rating.contact", starts_at=now, actor=actor, now=now)
    negative.contact_due_id, negative.contact_due_at = contact.due_id, contact.due_at


def due_of(
    session: Session, negative: NegativeRating, rule: str, *, starts_at: datetime, actor: Actor, now: datetime
) -> Due:
    return set_due(session, f"rating:{negative.rating_id}", rule, starts_at=starts_at, actor=actor, now=now)


def attach_rectification(session: Session, negative: NegativeRating, rating: Rating, *, now: datetime) -> None:
    """Order a rectification, or join the open one of the same service that is at most 14 days old.

    Every negative rating keeps its own loop; the unit gets one order for what is likely one cause.
    """
    earlier = session.execute(
        sa.select(NegativeRating.rectification_id, NegativeRating.rectification_ref, NegativeRating.rectification_at)
        .where(
            NegativeRating.service_id == rating.service_id,
            NegativeRating.rectification_at >= rules.attaches_since(now),
            NegativeRating.rectification_at <= now,
        )
        .order_by(NegativeRating.rectification_at.desc(), NegativeRating.id)
        .limit(1)
    ).one_or_none()
    if earlier is not None and is_open_order(session, earlier.rectification_ref):
        negative.rectification_id, negative.rectification_ref, negative.rectification_at = earlier
        return
    ref = f"rating:{rating.id}"
    names = names_of(session, rating.service_id)
    negative.rectification_id = order_rectification(
        session,
        service_id=rating.service_id,
        source=Source.RATING,
        source_ref=ref,
        title=ORDER_TITLE.format(service=names.service),
        demand=ORDER_DEMAND,
        title_en=ORDER_TITLE_EN.format(service=names.service_en),
        demand_en=ORDER_DEMAND_EN,
        actor=SYSTEM,
        now=now,
    )
    negative.rectification_ref, negative.rectification_at = ref, now


def drop_order(session: Session, negative: NegativeRating, reason: str, *, now: datetime) -> None:
    """Take the order back when no other negative rating stands behind it any more."""
    others = sa.select(NegativeRating.id).join(Rating, Rating.id == NegativeRating.rating_id)
    others = others.where(
        NegativeRating.rectification_id == negative.rectification_id,
        NegativeRating.id != negative.id,
        ~Rating.is_excluded,
        Rating.level.in_([level for level in Level if level.is_negative]),
    )
    order = rectification_of(session, Source.RATING, negative.rectification_ref, actor=SYSTEM)
    if order is None or not order.status.is_open or session.scalar(others.limit(1)) is not None:
        return
    withdraw_rectification(session, order.id, reason, version=order.version, actor=SYSTEM, now=now)


def is_open_order(session: Session, ref: str) -> bool:
    order = rectification_of(session, Source.RATING, ref, actor=SYSTEM)
    return order is not None and order.status.is_open


def withdraw_negative(session: Session, negative: NegativeRating, *, actor: Actor, now: datetime) -> None:
    """The rater has changed the rating to a satisfied level before anybody verified it: nothing is left to settle."""
    if negative.status is NegativeStatus.CLOSED:
        return
    add_step(session, subject_of(negative), negative.status, NegativeStatus.CLOSED, actor=actor, now=now)
    negative.status, negative.closed_at = NegativeStatus.CLOSED, now
    negative.version += 1
    session.flush()
    drop_order(session, negative, CHANGED_BY_RATER, now=now)
