"""How negative ratings of the invented city are settled, one step at a time, and the orders behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from qs.actor import Actor
from qs.participation import actions
from qs.participation.models import NegativeRating
from qs.participation.terms import Ground, NegativeClass, NegativeStatus
from qs.periods import local_day
from qs.rectifications import actions as rectifications
from qs.rectifications.models import Rectification
from qs.rectifications.terms import NewPlan, Status, Verdict
from qs.settings import settings

if TYPE_CHECKING:
    from qs.demo.participation import Told

APPEAL_SHARE, LATE_SHARE, DISSATISFIED_SHARE, BY_PLAN_SHARE, NO_BASIS_SHARE = 0.05, 0.05, 0.12, 0.15, 0.12
MOST_APPEALS = 9
S = NegativeStatus
By = dict[str, Any]  # Any: the version seen, who acts and when


@dataclass
class Loop:
    """One negative rating on its way; `order_id` is set for the one whose order this loop carries out."""

    negative_id: int
    rated_at: datetime
    next_at: datetime
    is_over: bool = False
    order_id: int | None = None
    order_at: datetime | None = None
    has_order: bool = False


def settle_rating(told: Told, loop: Loop) -> None:
    """The next step of a negative rating at its moment, and when the one after it comes."""
    negative = told.session.get_one(NegativeRating, loop.negative_id, populate_existing=True)
    take_order(told, loop, negative)
    if negative.status.is_over:
        loop.is_over = True
        return
    now = loop.next_at
    first, second = told.office.people["chen.jing"], told.office.people["zhou.wei"]
    leader = told.office.leaders[negative.service_id]
    by_first: By = {"version": negative.version, "actor": first, "now": now}
    words = told.words["loop"]
    wait_hours = 20.0
    if negative.status is S.RECEIVED and may_appeal(told, loop):
        appeal(told, loop, leader)
        return
    if negative.status is S.RECEIVED and negative.is_named:
        actions.contact_rater(told.session, negative.id, note=told.one_of(words["contact"]), **by_first)
        wait_hours = 3.0
    elif negative.status in (S.RECEIVED, S.CONTACTED):
        classify(told, negative, first, now)
        wait_hours = 300.0 if told.rng.random() < LATE_SHARE else float(told.rng.uniform(15, 60))
    elif negative.status is S.CLASSIFIED:
        kind = "answer_explained" if negative.kind is NegativeClass.NO_BASIS else "answer_rectified"
        by_leader: By = {"version": negative.version, "actor": leader, "now": now}
        actions.answer_negative(told.session, negative.id, answer=told.one_of(words[kind]), **by_leader)
        wait_hours = float(told.rng.uniform(20, 50))
    elif negative.status is not S.CALLED_BACK and negative.is_named:
        call_back(told, negative, second, now)
        wait_hours = 24.0
    else:
        unhappy = negative.is_satisfied is False
        note = words["closing_dissatisfied"] if unhappy else told.one_of(words["closing"])
        actions.close_negative(told.session, negative.id, note=note, **by_first)
        loop.is_over = True
    loop.next_at = told.at_work(now + timedelta(hours=wait_hours))


def take_order(told: Told, loop: Loop, negative: NegativeRating) -> None:
    """The first loop of an order carries it out; the others have only joined it."""
    if loop.has_order or negative.rectification_ref != f"rating:{negative.rating_id}":
        return
    loop.has_order = True
    loop.order_id = negative.rectification_id
    loop.order_at = told.at_work(loop.rated_at + timedelta(hours=40))


def classify(told: Told, negative: NegativeRating, actor: Actor, now: datetime) -> None:
    chance = told.rng.random()
    kind, note = NegativeClass.AT_ONCE, "classify_at_once"
    if chance < BY_PLAN_SHARE:
        kind, note = NegativeClass.BY_PLAN, "classify_by_plan"
    elif chance < BY_PLAN_SHARE + NO_BASIS_SHARE:
        kind, note = NegativeClass.NO_BASIS, "classify_no_basis"
    words = told.one_of(told.words["loop"][note])
    version = negative.version
    actions.classify_negative(told.session, negative.id, kind, note=words, version=version, actor=actor, now=now)


def call_back(told: Told, negative: NegativeRating, actor: Actor, now: datetime) -> None:
    is_satisfied = told.rng.random() >= DISSATISFIED_SHARE
    words = told.words["loop"]["call_back_good" if is_satisfied else "call_back_bad"]
    actions.call_back(
        told.session,
        negative.id,
        is_satisfied=is_satisfied,
        note=told.one_of(words),
        version=negative.version,
        actor=actor,
        now=now,
    )


def may_appeal(told: Told, loop: Loop) -> bool:
    return told.appeals < MOST_APPEALS and told.rng.random() < APPEAL_SHARE and loop.next_at > loop.rated_at


def appeal(told: Told, loop: Loop, leader: Actor) -> None:
    """The unit proposes to exclude; a second supervisor decides three days later, unless today comes first."""
    negative = told.session.get_one(NegativeRating, loop.negative_id)
    words = told.words["loop"]["appeal"][told.appeals % len(told.words["loop"]["appeal"])]
    told.appeals += 1
    exclusion_id = actions.propose_exclusion(
        told.session,
        [negative.rating_id],
        Ground(words["ground"]),
        evidence=words["evidence"],
        actor=leader,
        now=loop.next_at,
    )
    decided_at = told.at_work(loop.next_at + timedelta(hours=50))
    if decided_at >= told.office.now:
        loop.is_over = True  # it waits for the second person
        return
    actions.decide_exclusion(
        told.session,
        exclusion_id,
        is_upheld=words["is_upheld"],
        note=words["note"],
        actor=told.office.people["sun.li"],
        now=decided_at,
    )
    loop.next_at = told.at_work(decided_at + timedelta(hours=5))


def settle_order(told: Told, loop: Loop) -> None:
    """The next step of a rectification that negative ratings raised: plan, proof, verification."""
    if loop.order_id is None or loop.order_at is None:
        raise ValueError("this loop carries out no order")
    order = told.session.get_one(Rectification, loop.order_id, populate_existing=True)
    words, now = told.words["rectification"], loop.order_at
    leader = told.office.leaders[order.service_id]
    if order.status is Status.ORDERED:
        finish_on = local_day(now + timedelta(days=12), settings().zone)
        plan = NewPlan(words["cause"], words["measures"], finish_on)
        by: By = {"version": order.version, "actor": leader, "now": now}
        rectifications.file_plan(told.session, order.id, plan, **by)
        wait_days = 21.0 if told.rng.random() < LATE_SHARE else float(told.rng.uniform(6, 13))
    elif order.status is Status.PLANNED:
        by = {"version": order.version, "actor": leader, "now": now}
        rectifications.file_proof(told.session, order.id, words["proof"], **by)
        wait_days = 2.0
    elif order.status is Status.PROVED:
        by = {"version": order.version, "actor": told.office.people["zhou.wei"], "now": now}
        rectifications.verify_rectification(told.session, order.id, Verdict.CLOSED, words["note"], **by)
        loop.order_id = None
        return
    else:
        loop.order_id = None
        return
    loop.order_at = told.at_work(now + timedelta(days=wait_days))
