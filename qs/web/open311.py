"""Open311 GeoReport v2: other systems ask what can be requested, file requests for citizens, and see how they stand.

The standard: wiki.open311.org/GeoReport_v2, /Service_Discovery, and the documented extensions page, page_size.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import sqlalchemy as sa
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from qs import db
from qs.access.queries import actor_of_key
from qs.access.sign_in import touch_key
from qs.actor import PUBLIC, Permission
from qs.complaints.exchange.disclosed import (
    DisclosedRequest,
    OpenService,
    Search,
    disclosed_by_number,
    disclosed_requests,
    disclosed_steps,
    open_services,
)
from qs.complaints.exchange.forwarding import Forwarded, forward_request
from qs.directory.queries import ids_by_code
from qs.directory.terms import Table
from qs.errors import QualityError
from qs.i18n import N_, gettext, use_language
from qs.settings import Face, settings
from qs.versions import Subject, data_versions
from qs.web import open311_documents as documents
from qs.web.gateway import client_address
from qs.web.open311_answers import Document, Fault, Form, answer, bad, error_answer, fault_of, missing
from qs.web.open311_documents import BASE
from qs.web.open311_fields import Sent, form, language_of, query
from qs.web.open311_filing import FIELDS, new_request
from qs.web.problems import BUSY_SECONDS
from qs.web.quotas import RateLimit

LONGEST_SPAN = timedelta(days=90)
MOST_REQUESTS = 1000
MOST_PAGE = 100_000
MOST_IDS = 100
SERVICES_KEPT = {"cache-control": "public, max-age=300"}
NUMBER = re.compile(r"[0-9]{4}-[0-9]{6,9}", re.ASCII)
PAGING = frozenset({"page", "page_size"})
SEARCHED = PAGING | {
    *("service_request_id", "service_code", "start_date", "end_date", "status", "updated_after", "updated_before"),
    "extensions",  # asked for by clients of other servers; there are none to add
}
NO_KEY = N_("An api_key is needed to file a request. The office issues them.")
WRONG_KEY = N_("This api_key does not count, or not for filing requests. Ask the office for another one.")
NO_SERVICE_CODE = N_("service_code is missing.")
NO_SUCH_SERVICE = N_("There is no service with the code “{value}”.")
NO_SUCH_REQUEST = N_("There is no request “{value}” that everybody may see.")
NO_SUCH_METHOD = N_("There is no such method or format; the methods end in .xml or .json.")
TOO_MANY_IDS = N_("At most {most} ids are taken at once.")
NOT_A_STATUS = N_("“status” must be open, closed, or both with a comma.")
TOO_LONG_A_SPAN = N_("From start_date to end_date may be at most {days} days, and the start comes first.")
TOO_MANY_CALLS = N_("Too many calls from this address. Try again in {seconds} s.")
BUSY = N_("The store is busy. Nothing was done; send the same again.")
CUT_OFF = N_("The call was cut off.")

limit = RateLimit(per_second=20.0, burst=200.0)  # calls of one address
Method = Callable[[Request, Form], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def answering(**methods: Method) -> Endpoint:
    """One address with its HTTP methods: every expected failure becomes a list of errors in the format asked for."""
    allowed = ", ".join(sorted({*methods, "HEAD"} if "GET" in methods else methods))

    async def answered(request: Request) -> Response:
        use_language(language_of(request))
        named = request.path_params.get("form", Form.XML.value)
        form_ = Form(named) if named in set(Form) else Form.XML
        try:
            if named not in set(Form):
                raise missing(NO_SUCH_METHOD)
            check_rate(request)
            method = methods.get("GET" if request.method == "HEAD" else request.method)
            if method is None:
                raise Fault(HTTPStatus.METHOD_NOT_ALLOWED, gettext(NO_SUCH_METHOD), headers={"allow": allowed})
            return await method(request, form_)
        except Fault as fault:
            return error_answer(fault, form_)
        except QualityError as error:
            return error_answer(fault_of(error), form_)
        except ClientDisconnect:
            return error_answer(bad(CUT_OFF), form_)
        except sa.exc.OperationalError:
            busy = Fault(HTTPStatus.SERVICE_UNAVAILABLE, gettext(BUSY), headers={"retry-after": BUSY_SECONDS})
            return error_answer(busy, form_)

    return answered


def check_rate(request: Request) -> None:
    address = client_address(request.scope, behind_proxy=settings().https)
    wait = limit.wait_seconds(address, time.monotonic())
    if wait:
        seconds = str(max(1, round(wait)))
        words = gettext(TOO_MANY_CALLS).format(seconds=seconds)
        raise Fault(HTTPStatus.TOO_MANY_REQUESTS, words, headers={"retry-after": seconds})


def services_now() -> list[OpenService]:
    with db.database().reading() as session:
        return open_services(session, actor=PUBLIC, now=datetime.now(UTC))


def service_named(code: str) -> OpenService:
    found = next((service for service in services_now() if service.code == code), None)
    if found is None:
        raise missing(NO_SUCH_SERVICE, value=code[:64])
    return found


async def discovery(request: Request, form_: Form) -> Response:
    query(request, ())

    def changeset() -> str:
        with db.database().reading() as session:
            return f"{data_versions(session)[list(Subject).index(Subject.DIRECTORY)]:09d}"

    document = documents.discovery(await asyncio.to_thread(changeset))
    return answer("discovery", document, form_, headers=SERVICES_KEPT)


async def services(request: Request, form_: Form) -> Response:
    query(request, ())
    found = await asyncio.to_thread(services_now)
    return answer("services", documents.services(found), form_, headers=SERVICES_KEPT)


async def definition(request: Request, form_: Form) -> Response:
    query(request, ())
    found = await asyncio.to_thread(service_named, request.path_params["code"])
    return answer("service_definition", documents.definition(found), form_, headers=SERVICES_KEPT)


async def requests(request: Request, form_: Form) -> Response:
    sent = query(request, SEARCHED)
    numbers = sent.listed("service_request_id")
    if len(numbers) > MOST_IDS:
        raise bad(TOO_MANY_IDS, most=MOST_IDS)
    if numbers:
        found = await asyncio.to_thread(by_numbers, numbers)
    else:
        found = await asyncio.to_thread(searched, search_of(sent, datetime.now(UTC)))
    return answer("service_requests", documents.requests(found), form_)


def by_numbers(numbers: frozenset[str]) -> list[DisclosedRequest]:
    with db.database().reading() as session:
        possible = [number for number in numbers if NUMBER.fullmatch(number)]
        return disclosed_by_number(session, possible, actor=PUBLIC)


def searched(search: Search) -> list[DisclosedRequest]:
    with db.database().reading() as session:
        return disclosed_requests(session, search, actor=PUBLIC)


def search_of(sent: Sent, now: datetime) -> Search:
    statuses = sent.listed("status")
    if not statuses <= {"open", "closed"}:
        raise bad(NOT_A_STATUS)
    starts_at, ends_at = span(sent, now)
    size = sent.whole("page_size", MOST_REQUESTS, MOST_REQUESTS)
    return Search(
        starts_at,
        ends_at,
        service_codes=sent.listed("service_code"),
        is_closed=statuses == {"closed"} if len(statuses) == 1 else None,
        changed_from=sent.moment("updated_after"),
        changed_until=sent.moment("updated_before"),
        offset=(sent.whole("page", 1, MOST_PAGE) - 1) * size,
        limit=size,
    )


def span(sent: Sent, now: datetime) -> tuple[datetime, datetime]:
    """From when until when: 90 days from the start, or up to the end, or up to now; never longer.

    A second is added to the end, so that what happened in it belongs to the span.
    """
    start, end = sent.moment("start_date"), sent.moment("end_date")
    ends_at = end or (min(now, start + LONGEST_SPAN) if start else now)
    starts_at = start or ends_at - LONGEST_SPAN
    if ends_at - starts_at > LONGEST_SPAN or (start and end and start > end):
        raise bad(TOO_LONG_A_SPAN, days=LONGEST_SPAN.days)
    return starts_at, max(starts_at, ends_at) + timedelta(seconds=1)


async def one_request(request: Request, form_: Form) -> Response:
    query(request, ())
    found = await asyncio.to_thread(request_named, request.path_params["number"])
    return answer("service_requests", documents.requests([found]), form_)


def request_named(number: str) -> DisclosedRequest:
    found = by_numbers(frozenset({number}))
    if not found:
        raise missing(NO_SUCH_REQUEST, value=number[:64])
    return found[0]


async def token(request: Request, form_: Form) -> Response:
    """Ids are given at once, so the only token there is of a request is its id."""
    query(request, ())
    found = await asyncio.to_thread(request_named, request.path_params["number"])
    return answer("service_requests", documents.token(found.number), form_)


async def updates(request: Request, form_: Form) -> Response:
    sent = query(request, PAGING | {"start_date", "end_date"})
    starts_at, ends_at = span(sent, datetime.now(UTC))
    size = sent.whole("page_size", MOST_REQUESTS, MOST_REQUESTS)
    offset = (sent.whole("page", 1, MOST_PAGE) - 1) * size

    def found() -> Document:
        with db.database().reading() as session:
            steps = disclosed_steps(session, starts_at, ends_at, offset=offset, limit=size, actor=PUBLIC)
        return documents.updates(steps)

    return answer("service_request_updates", await asyncio.to_thread(found), form_)


async def file(request: Request, form_: Form) -> Response:
    """Take a request for a citizen: acknowledged only after it is committed."""
    sent = await form(request, FIELDS)
    if not sent.get("api_key"):
        raise Fault(HTTPStatus.FORBIDDEN, gettext(NO_KEY))
    try:
        made = await asyncio.to_thread(filed, sent)
    except sa.exc.IntegrityError:  # the same id came twice at once: what was first is there now
        made = await asyncio.to_thread(filed, sent)
    return answer("service_requests", made, form_, headers={"cache-control": "no-store"})


def filed(sent: Sent) -> Document:
    now = datetime.now(UTC)
    key = sent.get("api_key").strip()
    with db.database().reading() as session:
        actor = actor_of_key(session, key, now=now)
        areas = ids_by_code(session, Table.AREA)
    if actor is None or not actor.has(Permission.COMPLAINTS_FORWARD):
        raise Fault(HTTPStatus.FORBIDDEN, gettext(WRONG_KEY))
    if not sent.get("service_code"):
        raise bad(NO_SERVICE_CODE)
    service = service_named(sent.get("service_code"))
    wanted = new_request(sent, service, areas, now=now)
    with db.database().writing() as session:
        actor = actor_of_key(session, key, now=now)
        if actor is None:
            raise Fault(HTTPStatus.FORBIDDEN, gettext(WRONG_KEY))
        touch_key(session, key, now=now)
        made: Forwarded = forward_request(session, wanted, actor=actor, now=now)
    return documents.filed(made, service)


async def nothing_here(request: Request, form_: Form) -> Response:
    raise missing(NO_SUCH_METHOD)


EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
ADDRESSES: tuple[tuple[str, Endpoint], ...] = (
    ("/discovery.{form}", answering(GET=discovery)),
    ("/services.{form}", answering(GET=services)),
    ("/services/{code}.{form}", answering(GET=definition)),
    ("/requests.{form}", answering(GET=requests, POST=file)),
    ("/requests/{number}.{form}", answering(GET=one_request)),
    ("/tokens/{number}.{form}", answering(GET=token)),
    ("/servicerequestupdates.{form}", answering(GET=updates)),
    ("/{rest:path}", answering(GET=nothing_here, POST=nothing_here)),
)
# Where the public is served: what stands here is for everybody to read.
routes = (
    [Route(f"{BASE}{path}", endpoint, methods=EVERY_METHOD) for path, endpoint in ADDRESSES]
    if settings().face is not Face.STAFF
    else []
)
