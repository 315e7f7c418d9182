"""The door for machines: events come in by POST /api/v1/events, described at /api/v1/openapi.json."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from http import HTTPStatus

import sqlalchemy as sa
from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qs import db
from qs.access.queries import actor_of_key
from qs.access.sign_in import touch_key
from qs.actor import Actor, Permission
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound, Problem, QualityError
from qs.i18n import choose_language, use_language
from qs.observations.ingest import ingest
from qs.observations.models import Feed
from qs.observations.reference import known_for
from qs.observations.terms import Receipt
from qs.tabular.terms import ProblemList
from qs.web.event_batches import checked_batch, codes_in, events_of
from qs.web.openapi import DESCRIPTION
from qs.web.problems import BUSY_SECONDS, NO_STORE, Refused, problem_response
from qs.web.quotas import RateLimit
from qs.web.strict_json import read_json

MAX_BODY_BYTES = 4 << 20  # ten thousand events of 400 bytes


limit = RateLimit()
Answer = Callable[[Request], Awaitable[Response]]


def answering(answer: Answer) -> Answer:
    """Speak the caller's language, and turn every expected failure into a problem document."""

    async def answered(request: Request) -> Response:
        use_language(choose_language(request.headers.get("accept-language")))
        try:
            return await answer(request)
        except Refused as refused:
            return problem_response(refused)
        except NotAllowed as error:
            return problem_response(Refused(HTTPStatus.FORBIDDEN, error))
        except InvalidInput as error:
            return problem_response(Refused(HTTPStatus.UNPROCESSABLE_ENTITY, error))
        except ClientDisconnect:
            return problem_response(Refused(HTTPStatus.BAD_REQUEST, InvalidInput("request_cut_off")))
        except sa.exc.OperationalError:
            busy = Refused(
                HTTPStatus.SERVICE_UNAVAILABLE, Conflict("store_busy"), headers={"retry-after": BUSY_SECONDS}
            )
            return problem_response(busy)

    return answered


@answering
async def events(request: Request) -> Response:
    """Take a batch: acknowledged only after it is committed, and safe to send again."""
    if request.method != "POST":
        wrong = Conflict("method_not_allowed", method="POST")
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, wrong, headers={"allow": "POST"})
    key = bearer_key(request)
    if await asyncio.to_thread(actor_now, key) is None:
        raise unauthorised("key_unknown")
    wait = limit.wait_seconds(hashlib.sha256(key.encode()).hexdigest(), time.monotonic())
    if wait:
        headers = {"retry-after": str(max(1, round(wait)))}
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, Conflict("too_many_requests"), headers=headers)
    check_media_type(request)
    body = await limited_body(request)
    receipt = await asyncio.to_thread(take_batch, key, body)
    status = HTTPStatus.CREATED if receipt.new_count else HTTPStatus.OK
    answer = {
        "accepted": receipt.event_count,
        "new": receipt.new_count,
        "duplicates": receipt.duplicate_count,
        "differing": list(receipt.differing_ids),
    }
    return JSONResponse(answer, status.value, headers=NO_STORE)


def bearer_key(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip() or not key.isascii():
        raise unauthorised("key_missing")
    return key.strip()


def unauthorised(code: str) -> Refused:
    return Refused(HTTPStatus.UNAUTHORIZED, NotAllowed(code), headers={"www-authenticate": 'Bearer realm="QS"'})


def actor_now(key: str) -> Actor | None:
    with db.database().reading() as session:
        return actor_of_key(session, key, now=datetime.now(UTC))


def check_media_type(request: Request) -> None:
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if media_type.strip().lower() != "application/json" or charset not in ("", "utf-8"):
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, InvalidInput("media_type_unknown"))
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, InvalidInput("content_encoded"))


async def limited_body(request: Request) -> bytes:
    """The body, refused as soon as it is known to be too long."""
    too_large = Refused(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, InvalidInput("body_too_large", megabytes=MAX_BODY_BYTES >> 20)
    )
    stated = request.headers.get("content-length", "")
    if (
        stated.isascii()
        and stated.isdigit()
        and (len(stated) > len(str(MAX_BODY_BYTES)) or int(stated) > MAX_BODY_BYTES)
    ):
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise too_large
    return bytes(body)


def take_batch(key: str, body: bytes) -> Receipt:
    """Check a batch and store it in one transaction; the key is looked up again in it."""
    now = datetime.now(UTC)
    problems = ProblemList()
    try:
        found, feed_code = events_of(read_json(body), problems)
    except InvalidInput as error:
        raise Refused(HTTPStatus.BAD_REQUEST, error) from error
    refuse(problems)
    with db.database().reading() as session:
        actor = actor_of_key(session, key, now=now)
        if actor is None:
            raise unauthorised("key_unknown")
        feed_id = feed_of(session, actor, feed_code)
        known = known_for(
            session,
            service_codes=codes_in(found, "service"),
            actor=actor,
            now=now,
        )
    batch = checked_batch(found, known, problems)
    refuse(problems)
    if batch is None:
        raise ValueError("a batch without problems is a batch")
    with db.database().writing() as session:
        actor = actor_of_key(session, key, now=now)
        if actor is None:
            raise unauthorised("key_unknown")
        touch_key(session, key, now=now)
        try:
            return ingest(session, batch, feed_id=feed_id, actor=actor, now=now)
        except InvalidInput as error:
            raise with_pointers(error, batch.corrects.tolist()) from error


def feed_of(session: Session, actor: Actor, code: str | None) -> int:
    """The feed events go to: the key's own, or the one named when the key is for all of them."""
    actor.check(Permission.EVENTS_ADD)
    chosen = Feed.id == actor.feed_id if actor.feed_id is not None else Feed.code == code
    feed = session.scalar(sa.select(Feed).where(chosen, Feed.is_active))
    if feed is None:
        problems = ProblemList()
        problems.add("feed_unknown", column="/feed")
        raise Refused(
            HTTPStatus.UNPROCESSABLE_ENTITY, NotFound("feed_unknown"), problems=problems.listed, problem_count=1
        )
    if code is not None and code != feed.code:
        raise NotAllowed("key_of_another_feed")
    return feed.id


def refuse(problems: ProblemList) -> None:
    if problems.count:
        error: QualityError = InvalidInput("batch_faulty", count=problems.count)
        raise Refused(HTTPStatus.UNPROCESSABLE_ENTITY, error, problems=problems.listed, problem_count=problems.count)


def with_pointers(error: InvalidInput, corrects: list[str]) -> Refused:
    """A refusal by the store itself, with pointers: corrections of events that are not there."""
    problems = ProblemList()
    for problem in error.problems:
        wanted = str(problem.facts.get("event_id", ""))
        place = f"/events/{corrects.index(wanted)}/corrects" if wanted in corrects else "/events"
        problems.put(Problem(problem.code, column=place, facts=problem.facts))
    return Refused(HTTPStatus.UNPROCESSABLE_ENTITY, error, problems=problems.listed, problem_count=error.problem_count)


@answering
async def openapi(request: Request) -> Response:
    return JSONResponse(DESCRIPTION, headers={"cache-control": "public, max-age=3600"})


@answering
async def nothing_here(request: Request) -> Response:
    raise Refused(HTTPStatus.NOT_FOUND, NotFound("address_unknown"))


EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
routes = [
    Route("/api/v1/events", events, methods=EVERY_METHOD),
    Route("/api/v1/openapi.json", openapi, methods=["GET"]),
    Route("/api/{rest:path}", nothing_here, methods=EVERY_METHOD),
]
