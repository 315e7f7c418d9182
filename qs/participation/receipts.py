"""Codes: the random receipt of a finished matter, the public code of a rating point, and what each lets one rate."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.complaints.details import request_by_receipt
from qs.directory.models import Provider, Service
from qs.errors import Conflict, NotFound
from qs.observations.terms import Channel
from qs.participation import rules
from qs.participation.models import Rating, RatingPoint, RatingReceipt
from qs.periods import local_day
from qs.settings import settings


@dataclass(frozen=True)
class Origin:
    """Where a rating comes from. A receipt makes it verified; `rating` is what was said with it before.

    `request_number` is set for a closed request that nobody has rated yet.
    """

    service_id: int
    channel: Channel
    receipt: RatingReceipt | None = None
    point: RatingPoint | None = None
    rating: Rating | None = None
    request_number: str | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True)
class Shown:
    """The names of a service."""

    service: str
    service_en: str
    provider: str
    provider_en: str


def new_code(length: int = rules.RECEIPT_LENGTH) -> str:
    """A random code; 13 signs carry 65 bits."""
    return "".join(secrets.choice(rules.CODE_SIGNS) for _ in range(length))


def origin_of(session: Session, code: str, *, actor: Actor, now: datetime) -> Origin:
    """What a typed code stands for: a counter receipt, a rating point, or the receipt of a closed request.

    Raises NotFound for an unknown code, Conflict for one that can no longer be used, or not yet.
    """
    plain = rules.plain_code(code)
    found = session.execute(
        sa.select(RatingReceipt, Rating)
        .outerjoin(Rating, Rating.receipt_id == RatingReceipt.id)
        .where(RatingReceipt.code_hash == rules.code_hash(plain))
    ).one_or_none()
    if found is not None:
        receipt, rating = found
        check_in_time(receipt.expires_at, rating, now)
        return Origin(receipt.service_id, receipt.channel, receipt=receipt, rating=rating)
    point = session.scalar(sa.select(RatingPoint).where(RatingPoint.code == plain))
    if point is not None:
        if not point.is_open:
            raise Conflict("point_closed")
        return Origin(point.service_id, point.channel, point=point)
    return origin_of_request(session, code, actor=actor, now=now)


def origin_of_request(session: Session, code: str, *, actor: Actor, now: datetime) -> Origin:
    try:
        request = request_by_receipt(session, code, actor=actor, now=now)
    except NotFound as error:
        raise NotFound("rating_code_unknown") from error
    if request.closed_at is None or request.service_id is None or not request.can_rate:
        raise Conflict("request_not_finished")
    finished_on = local_day(request.closed_at, settings().zone)
    check_in_time(rules.expires_at(finished_on, settings().zone), None, now)
    return Origin(request.service_id, Channel.PHONE, request_number=request.number, finished_at=request.closed_at)


def check_in_time(expires_at: datetime, rating: Rating | None, now: datetime) -> None:
    if now < expires_at:
        return
    until = rules.last_day(expires_at, settings().zone)
    raise Conflict("rating_code_expired" if rating is None else "rating_window_over", until=until)


def receipt_of_request(session: Session, origin: Origin, code: str, *, now: datetime) -> RatingReceipt:
    """Keep the code of a closed request as its one receipt; unique, so that it is rated once."""
    if origin.request_number is None or origin.finished_at is None:
        raise ValueError("this code belongs to no request")
    finished_on = local_day(origin.finished_at, settings().zone)
    receipt = RatingReceipt(
        code_hash=rules.code_hash(code),
        service_id=origin.service_id,
        channel=origin.channel,
        is_request=True,
        request_number=origin.request_number,
        finished_on=finished_on,
        finished_at=origin.finished_at,
        expires_at=rules.expires_at(finished_on, settings().zone),
        issued_at=now,
    )
    session.add(receipt)
    session.flush()
    return receipt


def issued_row(
    service_id: int, code: str, channel: Channel, finished_on: date, finished_at: datetime
) -> dict[str, object]:
    """A counter receipt as a row to insert; times are those of the finished matter."""
    return {
        "code_hash": rules.code_hash(code),
        "service_id": service_id,
        "channel": channel,
        "is_request": False,
        "finished_on": finished_on,
        "finished_at": finished_at,
        "expires_at": rules.expires_at(finished_on, settings().zone),
        "issued_at": finished_at,
    }


def names_of(session: Session, service_id: int) -> Shown:
    row = session.execute(
        sa.select(Service.name, Service.name_en, Provider.name, Provider.name_en)
        .join(Provider, Provider.id == Service.provider_id)
        .where(Service.id == service_id)
    ).one()
    return Shown(row[0], row[1] or row[0], row[2], row[3] or row[2])
