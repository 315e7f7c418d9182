"""Participation in the invented city: ratings over eighteen months, their loops, a manipulation, and being heard."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import PUBLIC, SYSTEM
from qs.demo.office import Office
from qs.demo.participation_loop import Loop, settle_order, settle_rating
from qs.demo.participation_voices import play_consultations, play_hearings, play_suggestions
from qs.observations.terms import Channel
from qs.participation import actions
from qs.participation.models import NegativeRating, Rating, RatingPoint
from qs.participation.rules import questionnaire_on, reasons_for
from qs.participation.terms import Answer, Contact, Ground, Level, Reason
from qs.periods import local_day
from qs.settings import SHIPPED_DATA, settings

TEXTS = SHIPPED_DATA / "demo" / "participation.toml"
OLDEST_DAYS = 540
ISSUES_PER_SERVICE = 26  # days on which a counter handed out receipts
RECEIPTS_A_DAY = 5.6
RATED_SHARE = 0.46
COMMENT_SHARE, NEGATIVE_COMMENT_SHARE, NAMED_SHARE = 0.3, 0.8, 0.5
UNVERIFIED_SHARE = 0.04  # of ratings, from a public code without a receipt
RATED_FAMILIES = (
    "civic-centre",
    "social-security-hall",
    "community-clinic",
    "household-registration",
)
RATED_SERVICES = (
    "hospital-1-ae",
    "nanan-home-care",
    "xiwan-buses",
    "beiling-buses",
    "lingang-sports-hall",
    "land-registration",
    "housing-fund-hall",
    "shiqiao-care-home",
)
DISTRICTS = ("jiangcheng", "donghu", "nanan", "xiwan", "yunxi", "lingang", "beiling", "taoyuan")
USUAL_NEGATIVE_SHARE = 0.03
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
Text = Mapping[str, Any]  # Any: what TOML holds


@dataclass
class Told:
    """The texts, the dice and the city, and what was promised to be done later for one service."""

    session: Session
    office: Office
    rng: np.random.Generator
    words: Text
    loops: list[Loop] = field(default_factory=list)
    appeals: int = 0

    def one_of(self, texts: Sequence[str]) -> str:
        return texts[int(self.rng.integers(len(texts)))]

    def at_work(self, moment: datetime) -> datetime:
        """The moment, moved into working hours of a weekday."""
        local = moment.astimezone(settings().zone)
        if not 9 <= local.hour < 17:
            hour = 9 if local.hour < 9 else 33
            local = local.replace(hour=0, minute=int(self.rng.integers(60))) + timedelta(hours=hour)
        while local.weekday() >= 5:
            local += timedelta(days=1)
        return local.astimezone(moment.tzinfo)


def play(session: Session, office: Office) -> None:
    """Rate, settle what was negative, find the made ratings, and hear the public."""
    with TEXTS.open("rb") as file:
        words = tomllib.load(file)
    told = Told(session, office, office.rng("participation"), words)
    codes = [f"{district}-{family}" for family in RATED_FAMILIES for district in DISTRICTS] + list(RATED_SERVICES)
    for code in codes:
        play_service(told, code, office.services[code])
    play_manipulation(told)
    play_suggestions(session, office, words["suggestion"])
    made = play_consultations(session, office, words["consultation"])
    play_hearings(session, office, words["hearing"], made)


def play_service(told: Told, code: str, service_id: int) -> None:
    """All days of one service in order: receipts, ratings, and the loops of negative ones as their time comes."""
    office, rng = told.office, told.rng
    editor = office.people["zhang.lin"]
    actions.add_point(
        told.session,
        service_id,
        counter="综合服务台",
        counter_en="Service desk",
        actor=editor,
        now=told.at_work(office.day(OLDEST_DAYS + 5)),
    )
    point_code = newest_point(told.session, service_id)
    recent = {float(one["days"]): one for one in told.words["recent"] if one["service"] == code}
    usual = rng.uniform(0.3, OLDEST_DAYS, 6 if code == "shiqiao-care-home" else ISSUES_PER_SERVICE)
    for days_before in sorted([*usual.tolist(), *recent], reverse=True):
        issued_at = told.at_work(office.day(days_before))
        if issued_at >= office.now:
            continue
        catch_up(told, issued_at)
        count = 1 + int(rng.poisson(RECEIPTS_A_DAY - 1))
        channel = Channel.ONLINE if rng.random() < 0.25 else Channel.COUNTER
        receipts = actions.issue_receipts(
            told.session,
            service_id,
            count=count,
            finished_on=local_day(issued_at, settings().zone),
            channel=channel,
            actor=editor,
            now=issued_at,
        )
        if days_before in recent:
            planted(told, receipts.pop(), recent[days_before], issued_at + timedelta(minutes=12), channel)
        for receipt in receipts:
            if rng.random() < RATED_SHARE:
                rated_at = issued_at + timedelta(minutes=float(rng.exponential(90)) + 2)
                rate_once(told, code, receipt, days_before, rated_at, channel)
        if rng.random() < UNVERIFIED_SHARE * count:
            rate_once(told, code, point_code, days_before, issued_at + timedelta(minutes=7), Channel.COUNTER)
    catch_up(told, office.now)
    told.loops.clear()


def newest_point(session: Session, service_id: int) -> str:
    statement = sa.select(RatingPoint.code).where(RatingPoint.service_id == service_id)
    return session.scalars(statement.order_by(RatingPoint.id.desc()).limit(1)).one()


def negative_share(code: str, days_before: float) -> float:
    """How often a rating is negative: the one story of the city, told by its ratings."""
    if code == "nanan-social-security-hall":
        return 0.16 if 270 < days_before < 420 else 0.05 if days_before > 66 else 0.01
    if code == "xiwan-buses":
        return 0.04 if days_before > 126 else 0.04 + 0.16 * (126 - days_before) / 126
    if code == "hospital-1-ae":
        return 0.035 if days_before > 52 else 0.2
    if code == "shiqiao-care-home":
        return 0.0
    if code.startswith("beiling-"):
        return 0.055
    return 0.05 if code.startswith("taoyuan-") else USUAL_NEGATIVE_SHARE


def rate_once(told: Told, code: str, receipt: str, days_before: float, rated_at: datetime, channel: Channel) -> None:
    office, rng = told.office, told.rng
    if rated_at >= office.now:
        return
    if rng.random() < negative_share(code, days_before):
        level = Level.DISSATISFIED if rng.random() < 0.65 else Level.VERY_DISSATISFIED
    else:
        levels = (Level.VERY_SATISFIED, Level.SATISFIED, Level.BASICALLY_SATISFIED)
        level = levels[int(rng.choice(3, p=(0.56, 0.31, 0.13)))]
    give(told, receipt, said(told, level, channel, rated_at), rated_at)


def planted(told: Told, receipt: str, text: Text, rated_at: datetime, channel: Channel) -> None:
    """One negative rating of the last days as the texts have it."""
    if rated_at >= told.office.now:
        return
    reason = Reason.NOT_DONE if channel is Channel.ONLINE else Reason(text["reason"])
    comment = told.one_of(told.words["comments"]["negative"][reason.value])
    contact = somebody(told) if text["is_named"] else None
    give(told, receipt, Answer(Level(text["level"]), (reason,), comment, contact), rated_at)


def give(told: Told, receipt: str, answer: Answer, rated_at: datetime) -> None:
    device = f"phone-{told.rng.integers(10**9)}"
    rated = actions.rate(told.session, receipt, answer, device=device, actor=PUBLIC, now=rated_at)
    if rated.answer_due_at is not None:
        negative = told.session.scalars(
            sa.select(NegativeRating).where(NegativeRating.rating_id == rated.rating_id)
        ).one()
        told.loops.append(Loop(negative.id, rated_at, told.at_work(rated_at + timedelta(hours=4))))


def said(told: Told, level: Level, channel: Channel, rated_at: datetime) -> Answer:
    """Reasons and a comment that fit each other; a name for some of the dissatisfied."""
    rng, comments = told.rng, told.words["comments"]
    offered = reasons_for(questionnaire_on(local_day(rated_at, settings().zone)), channel)[level]
    reasons: tuple[Reason, ...] = ()
    comment = ""
    if level.is_negative or rng.random() < 0.4:
        reasons = (offered[int(rng.integers(len(offered)))],)
    if level.is_negative and rng.random() < NEGATIVE_COMMENT_SHARE:
        comment = told.one_of(comments["negative"][reasons[0].value])
    elif not level.is_negative and rng.random() < COMMENT_SHARE:
        comment = told.one_of(comments["basic" if level is Level.BASICALLY_SATISFIED else "positive"])
    contact = somebody(told) if level.is_negative and rng.random() < NAMED_SHARE else None
    return Answer(level, reasons, comment, contact)


def somebody(told: Told) -> Contact:
    """An invented name and number."""
    name = told.one_of(SURNAMES) + told.one_of(GIVEN) + told.one_of(GIVEN)
    return Contact(name=name, phone=f"139{told.rng.integers(10**8):08d}")


def catch_up(told: Told, until: datetime) -> None:
    """Take every loop and order of this service as far as it had come by then."""
    for loop in told.loops:
        while not loop.is_over and loop.next_at <= until:
            settle_rating(told, loop)
        while loop.order_id is not None and loop.order_at is not None and loop.order_at <= until:
            settle_order(told, loop)


def play_manipulation(told: Told) -> None:
    """A burst of made ratings, found by the check, excluded by two people; and another one still to be decided."""
    words, office = told.words["manipulation"], told.office
    first, second = office.people["chen.jing"], office.people["zhou.wei"]
    ended_at = burst(told, words["service"], words["days"], words["count"], devices=2)
    noticed_at = told.at_work(ended_at + timedelta(days=1))
    found = marked(told, words["service"], noticed_at)
    exclusion_id = actions.propose_exclusion(
        told.session, found, Ground.MANIPULATED, evidence=words["evidence"], actor=first, now=noticed_at
    )
    actions.decide_exclusion(
        told.session,
        exclusion_id,
        is_upheld=True,
        note=words["note"],
        actor=second,
        now=told.at_work(noticed_at + timedelta(days=3)),
    )
    ended_at = burst(told, words["pending_service"], words["pending_days"], words["pending_count"], devices=3)
    later = told.at_work(ended_at + timedelta(days=1))
    suspect = marked(told, words["pending_service"], later)
    if later < office.now:
        actions.propose_exclusion(
            told.session, suspect, Ground.MANIPULATED, evidence=words["pending_evidence"], actor=second, now=later
        )


def burst(told: Told, code: str, days_before: float, count: int, *, devices: int) -> datetime:
    """Receipts fetched at once and used within the hour, from very few devices, three a second; returns its end."""
    office = told.office
    starts_at = told.at_work(office.day(days_before)).replace(minute=5, second=0, microsecond=0)
    receipts = actions.issue_receipts(
        told.session,
        office.services[code],
        count=count,
        finished_on=local_day(starts_at, settings().zone),
        actor=office.people["zhang.lin"],
        now=starts_at,
    )
    for place, receipt in enumerate(receipts):
        actions.rate(
            told.session,
            receipt,
            Answer(Level.VERY_SATISFIED, comment="服务很好" if place % 2 else "非常满意"),
            device=f"desk-{place % devices}",
            actor=PUBLIC,
            now=starts_at + timedelta(minutes=10, seconds=90 * (place // 3), microseconds=place),
        )
    return starts_at + timedelta(hours=1)


def marked(told: Told, code: str, now: datetime) -> list[int]:
    """Run the nightly check and return the full marks it suspects at one service and nobody has proposed yet.

    What else it marked that day stays for the supervisors: negative ratings among them were handled by somebody, who
    could not decide on them any more.
    """
    actions.mark_suspicious(
        told.session, since=now - timedelta(days=3), rng=told.office.rng("suspicions"), actor=SYSTEM, now=now
    )
    statement = sa.select(Rating.id).where(
        Rating.signals != "",
        Rating.exclusion_id.is_(None),
        Rating.service_id == told.office.services[code],
        Rating.level == Level.VERY_SATISFIED,
    )
    statement = statement.order_by(Rating.id)
    return list(told.session.scalars(statement))
