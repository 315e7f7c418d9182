"""Open311 GeoReport v2: what it tells, what it never tells, what it takes, and what it refuses with which error."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import jsonschema
import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from qs import db
from qs.access.actions import issue_api_key, revoke_api_key
from qs.access.terms import KeyPurpose
from qs.complaints import intake, rules
from qs.complaints.exchange import disclosed, forwarding
from qs.complaints.models import Filing, Request
from qs.complaints.terms import NewContact, Outcome, RequestChannel, RequestKind, RequestState
from qs.db import Database
from qs.vault.queries import masked
from qs.web import open311
from qs.web.openapi import DESCRIPTION
from qs.web.quotas import RateLimit
from tests.complaints.desk import Desk, build_desk, wanted
from tests.conftest import MONDAY
from tests.web import georeport_schemas as schemas
from tests.world import CLERK

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A request about permits, whose sector is shown; the emergency room belongs to the health sector, which is withheld.
USUAL = {
    "service_code": "S4",
    "lat": "30.274084",
    "long": "120.155070",
    "address_string": "文三路 138 号",
    "description": "窗口排队两小时\n没有叫号",
    "first_name": "三",
    "last_name": "张",
    "phone": "17000001234",
}


class Client:
    """Sends single requests to the routes, as a server would hand them over."""

    def __init__(self) -> None:
        self.app = Starlette(routes=open311.routes)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                headers = {"accept-language": "en", **options.pop("headers", {})}
                return await client.request(method, f"/open311/v2/{path}", headers=headers, **options)

        return asyncio.run(sent())

    def get(self, path: str, **query: object) -> httpx.Response:
        return self.request("GET", path, params=query)

    def post(self, path: str = "requests.json", **fields: str) -> httpx.Response:
        return self.request("POST", path, data=fields)


@dataclass
class Door:
    """The interface on a small office, and a key that files requests."""

    client: Client
    store: Database
    desk: Desk
    key: str
    key_id: int

    def file(self, **fields: str) -> httpx.Response:
        found = {"api_key": self.key, **USUAL, **fields}
        return self.client.post(**{name: value for name, value in found.items() if value is not None})

    def number(self, **fields: str) -> str:
        response = self.file(**fields)
        assert response.status_code == 200, response.text
        return response.json()[0]["service_request_id"]

    def kept(self, number: str) -> Request:
        with self.store.reading() as session:
            return session.scalars(sa.select(Request).where(Request.number == number)).one()

    def count(self) -> int:
        with self.store.reading() as session:
            return session.scalar(sa.select(sa.func.count(Request.id))) or 0

    def call(self, count: int, now: datetime = MONDAY, **others: object) -> None:
        """Requests that the hotline took about permits."""
        values = {"service_id": self.desk.world.permits, **others}
        with self.store.writing() as session:
            for _ in range(count):
                intake.file_request(session, wanted(self.desk, **values), actor=self.desk.hotline, now=now)

    def listed(self, **query: object) -> list[dict[str, Any]]:
        response = self.client.get("requests.json", **query)
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture(scope="module")
def office(shared_store) -> Door:
    """One small office for the tests that leave everything as it was."""
    return opened(shared_store)


def opened(store: Database) -> Door:
    desk = build_desk(store)
    with store.writing() as session:
        made = issue_api_key(session, "app", purpose=KeyPurpose.REQUESTS, actor=CLERK, now=MONDAY)
    return Door(Client(), store, desk, made.clear, made.key_id)


@contextmanager
def served(door: Door, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """The interface on the store of a door, on Monday noon, with no hurry about the rate of calls."""
    monkeypatch.setattr(db, "database", lambda: door.store)
    monkeypatch.setattr(open311, "limit", RateLimit(per_second=1000.0, burst=10_000.0))
    with time_machine.travel(MONDAY + 2 * HOUR, tick=False):
        yield door


@pytest.fixture
def door(store, monkeypatch) -> Iterator[Door]:
    with served(opened(store), monkeypatch) as found:
        yield found


@pytest.fixture
def calm(office, monkeypatch) -> Iterator[Door]:
    """For what changes nothing."""
    with served(office, monkeypatch) as found:
        yield found


def fits(document: object, schema: dict[str, Any]) -> None:
    jsonschema.validate(document, schema, format_checker=jsonschema.FormatChecker())


def errors(response: httpx.Response, status: int) -> list[str]:
    assert response.status_code == status, response.text
    fits(response.json(), schemas.listed(schemas.ERROR))
    assert {error["code"] for error in response.json()} == {status}
    return [error["description"] for error in response.json()]


def test_the_discovery_document_says_where_the_interface_is(calm):
    found = calm.client.get("discovery.json").json()
    fits(found, schemas.DISCOVERY)
    assert found["endpoints"][0]["url"].endswith("/open311/v2")
    assert found["endpoints"][0]["formats"] == ["text/xml", "application/json"]


def test_the_services_of_the_directory_can_be_requested(calm):
    found = calm.client.get("services.json").json()
    fits(found, schemas.listed(schemas.SERVICE))
    by_code = {service["service_code"]: service for service in found}
    assert by_code["S4"]["service_name"] == "Permits"
    assert by_code["S4"]["group"] == "Government"
    assert by_code["S4"]["type"] == "realtime"
    assert by_code["S2"]["type"] == "blackbox"  # health is never shown request by request


def test_names_follow_the_language_asked_for(calm):
    def name(**options: Any) -> str:
        services = calm.client.request("GET", "services.json", **options).json()
        return next(one["service_name"] for one in services if one["service_code"] == "S4")

    assert name(params={"lang": "zh"}) == "许可"
    assert name(headers={"accept-language": "zh-CN"}) == "许可"
    assert name(params={"lang": "en"}, headers={"accept-language": "zh-CN"}) == "Permits"
    assert errors(calm.client.get("services.json", lang="fr"), 400) == ["“lang” must be zh or en."]


def test_the_definition_of_a_service_names_what_can_be_said(calm):
    found = calm.client.get("services/S4.json").json()
    fits(found, schemas.SERVICE_DEFINITION)
    kinds = next(one for one in found["attributes"] if one["code"] == "kind")
    assert [value["key"] for value in kinds["values"]] == ["consultation", "help", "complaint", "suggestion", "praise"]
    assert not any(one["required"] for one in found["attributes"])
    orders = [one["order"] for one in found["attributes"]]
    assert orders == sorted(set(orders))
    assert "“S9”" in errors(calm.client.get("services/S9.json"), 404)[0]


def test_a_filed_request_is_registered_and_can_be_looked_up(door):
    response = door.file()
    fits(response.json(), schemas.listed(schemas.REQUEST_RESPONSE))
    number, notice = response.json()[0]["service_request_id"], response.json()[0]["service_notice"]
    assert number in notice
    assert "An answer is due by" in notice
    found = door.client.get(f"requests/{number}.json").json()
    fits(found, schemas.listed(schemas.REQUEST))
    assert found[0]["status"] == "open"
    assert found[0]["service_code"] == "S4"
    assert found[0]["requested_datetime"] == "2026-11-23T12:00:00+08:00"
    kept = door.kept(number)
    assert kept.channel is RequestChannel.OPEN311
    assert kept.kind is RequestKind.COMPLAINT
    assert kept.text == "窗口排队两小时\n没有叫号"
    assert kept.title == "窗口排队两小时"
    assert kept.place == "文三路 138 号"
    assert (kept.latitude, kept.longitude) == (30.274084, 120.15507)


def test_who_filed_it_goes_to_the_vault_and_nowhere_else(door):
    number = door.number(email="zhang@example.org")
    kept = door.kept(number)
    with door.store.reading() as session:
        person = masked(session, [kept.vault_person_id], actor=door.desk.supervisor)[kept.vault_person_id]
    assert person.phone.endswith("34")
    told = door.client.get(f"requests/{number}.json").text + door.client.get(f"requests/{number}.xml").text
    for secret in ("17000001234", "张三", "zhang@example.org", "文三路", "排队", "30.274084", "120.15507"):
        assert secret not in told


def test_everybody_reads_where_it_stands_without_words_and_with_a_rough_place(door):
    found = door.client.get(f"requests/{door.number()}.json").json()[0]
    assert found["description"] is None
    assert found["media_url"] is None
    assert (found["lat"], found["long"]) == (30.274, 120.155)
    assert found["address"] == "South"
    assert found["address_id"] == "south"
    assert found["agency_responsible"] is None  # no unit has it yet
    assert found["status_notes"] == "To be dispatched"


def test_closed_says_how_it_ended_in_the_notes(door):
    number = door.number()
    with door.store.writing() as session:
        session.execute(
            sa.update(Request)
            .where(Request.number == number)
            .values(state="closed", outcome="explained", closed_at=MONDAY)
        )
    found = door.client.get(f"requests/{number}.json").json()[0]
    assert found["status"] == "closed"
    assert found["status_notes"] == "Case closed: Explained, no legal basis"
    assert found["updated_datetime"] == "2026-11-23T10:00:00+08:00"


@pytest.mark.parametrize(
    "changes",
    [{"kind": RequestKind.REPORT}, {"is_confidential": True}],
    ids=["a report of wrongdoing", "a confidential matter"],
)
def test_what_must_not_be_seen_is_not_there_at_all(door, changes):
    door.call(6)
    door.call(6, **changes)
    assert len(door.listed()) == 6
    with door.store.reading() as session:
        numbers = set(session.scalars(sa.select(Request.number)).all())
    hidden = numbers - {one["service_request_id"] for one in door.listed()}
    for number in hidden:
        assert errors(door.client.get(f"requests/{number}.json"), 404)
        assert errors(door.client.get(f"tokens/{number}.json"), 404)
    assert door.listed(service_request_id=",".join(hidden)) == []
    updates = door.client.get("servicerequestupdates.json").json()
    assert {one["service_request_id"] for one in updates} == numbers - hidden


def test_spam_is_not_listed(door):
    door.call(6)
    with door.store.writing() as session:
        session.execute(sa.update(Request).values(is_spam=True))
    assert door.listed() == []


def test_a_request_from_another_door_shows_only_in_a_crowd(door):
    door.call(disclosed.CROWD - 1)
    assert door.listed() == []
    door.call(1)
    assert len(door.listed()) == disclosed.CROWD


def test_a_crowd_is_of_one_week(door):
    door.call(disclosed.CROWD - 1)
    door.call(1, now=MONDAY - 3 * HOUR)  # Monday 07:00 in Shanghai: the same week
    assert len(door.listed()) == disclosed.CROWD
    door.call(disclosed.CROWD - 1, now=MONDAY - 11 * HOUR)  # Sunday 23:00: the week before
    assert len(door.listed()) == disclosed.CROWD


def test_a_sector_that_is_withheld_takes_requests_and_shows_none(door):
    response = door.file(service_code="S2")
    assert response.status_code == 200
    assert "service_request_id" not in response.json()[0]
    assert "It is not on the public list." in response.json()[0]["service_notice"]
    assert door.count() == 1
    door.call(6, service_id=door.desk.world.emergency)
    assert door.listed() == []


def test_the_receipt_code_opens_the_status_page_of_the_requester(door):
    notice = door.file().json()[0]["service_notice"]
    code = notice.split("with the code ")[1].split(";")[0]
    with door.store.reading() as session:
        kept = session.scalars(sa.select(Request)).one()
    assert kept.receipt_hash == rules.code_hash(rules.typed_code(code) or "")


def test_attributes_become_fields_of_the_request(door):
    number = door.number(
        **{
            "attribute[kind]": "help",
            "attribute[remedy]": "装一台叫号机",
            "attribute[happened_on]": "2026-11-20T09:30:00+08:00",
        }
    )
    kept = door.kept(number)
    assert kept.kind is RequestKind.HELP
    assert kept.remedy == "装一台叫号机"
    assert kept.happened_on.isoformat() == "2026-11-20"


def test_a_confidential_wish_keeps_it_off_the_list(door):
    response = door.file(**{"attribute[confidential]": "yes"})
    assert "It is not on the public list." in response.json()[0]["service_notice"]
    assert door.kept(response.json()[0]["service_request_id"]).is_confidential
    assert door.listed() == []


def test_reports_of_wrongdoing_are_sent_to_the_office_itself(calm):
    found = errors(calm.file(**{"attribute[kind]": "report"}), 400)
    assert "Reports of wrongdoing are not taken from other systems" in found[0]
    assert calm.count() == 0


def test_the_same_request_sent_again_stays_one(door):
    first = door.number(**{"attribute[external_id]": "app-17"})
    again = door.file(**{"attribute[external_id]": "app-17"}).json()[0]
    assert again["service_request_id"] == first
    assert "code" not in again["service_notice"]
    assert door.number(**{"attribute[external_id]": "app-18"}) != first
    assert door.count() == 2


def test_two_systems_may_use_the_same_ids(door):
    first = door.number(**{"attribute[external_id]": "1"})
    with door.store.writing() as session:
        other = issue_api_key(session, "other", purpose=KeyPurpose.REQUESTS, actor=CLERK, now=MONDAY)
    second = door.number(api_key=other.clear, **{"attribute[external_id]": "1"})
    assert first != second


def test_a_picture_is_kept_as_an_address_and_never_fetched(door):
    number = door.number(media_url="https://example.org/1.jpg")
    assert "https://example.org/1.jpg" in door.kept(number).text
    assert "media_url" in errors(door.file(media_url="file:///etc/passwd"), 400)[0]
    assert "media_url" in errors(door.file(media_url="javascript:alert(1)"), 400)[0]


def test_an_area_of_the_directory_is_a_place(door):
    number = door.number(lat="", long="", address_string="", address_id="north")
    assert door.kept(number).area_id == door.desk.world.north


def test_a_request_without_words_is_still_a_request(door):
    kept = door.kept(door.number(description=""))
    assert kept.title == "许可"
    assert kept.text


def test_json_is_taken_as_well(door):
    body = {"api_key": door.key, **USUAL, "lat": 30.27, "long": 120.15, "attribute": {"kind": "praise"}}
    response = door.client.request("POST", "requests.json", json=body)
    assert response.status_code == 200, response.text
    assert door.kept(response.json()[0]["service_request_id"]).kind is RequestKind.PRAISE


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"colour": "red"}, "“colour” is not a field of this method"),
        ({"attribute[colour]": "red"}, "“colour” is not an attribute"),
        ({"attribute": "red"}, "“attribute” is not a field"),
        ({"attribute[kind]": "shout"}, "“shout” is not a value"),
        ({"attribute[confidential]": "maybe"}, "“maybe” is not a value"),
        ({"attribute[happened_on]": "yesterday"}, "“yesterday” is not a value"),
        ({"attribute[happened_on]": "2026-11-24"}, "lies in the future"),
        ({"attribute[external_id]": "x" * 81}, "is not a value of the attribute “external_id”"),
        ({"attribute[remedy]": "x" * 301}, "“Remedy sought” has 301 characters"),
        ({"service_code": ""}, "service_code is missing"),
        ({"lat": ""}, "must be sent together"),
        ({"lat": "", "long": "", "address_string": ""}, "Say where"),
        ({"lat": "91"}, "“lat” must be degrees (WGS 84) from -90 to 90"),
        ({"long": "12e3"}, "“long” must be degrees"),
        ({"lat": "３０"}, "“lat” must be degrees"),
        ({"lat": "nan"}, "“lat” must be degrees"),
        ({"address_id": "moon"}, "“moon” is not the code of an area"),
        ({"description": "x" * 4001}, "“description” has 4001 characters; at most 4000"),
        ({"description": "a\x00b"}, "control characters"),
        ({"address_string": "x" * 201}, "“address_string” has 201 characters"),
        ({"first_name": "x" * 61, "last_name": ""}, "“Full name” has 61 characters"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_kept(calm, fields, sentence):
    assert any(sentence in one for one in errors(calm.file(**fields), 400))
    assert calm.count() == 0


def test_every_fault_is_told_at_once(calm):
    found = errors(calm.file(lat="91", media_url="ftp://x", **{"attribute[kind]": "shout"}), 400)
    assert len(found) == 3


def test_an_unknown_service_is_not_found(calm):
    assert "“S9”" in errors(calm.file(service_code="S9"), 404)[0]


def test_filing_needs_a_key_that_is_for_it(door):
    assert "api_key is needed" in errors(door.file(api_key=""), 403)[0]
    assert "does not count" in errors(door.file(api_key="qs_" + "x" * 43), 403)[0]
    with door.store.writing() as session:
        events = issue_api_key(session, "events", actor=CLERK, now=MONDAY)
    assert "does not count" in errors(door.file(api_key=events.clear), 403)[0]
    with door.store.writing() as session:
        revoke_api_key(session, door.key_id, actor=CLERK, now=MONDAY)
    assert "does not count" in errors(door.file(), 403)[0]
    assert door.count() == 0


def test_a_key_files_as_many_as_it_may_and_is_told(door, monkeypatch):
    monkeypatch.setattr(forwarding, "FORWARDS_PER_HOUR", 2)
    door.number()
    door.number()
    response = door.file()
    assert "as many as we take" in errors(response, 429)[0]
    assert response.headers["retry-after"]
    assert door.count() == 2
    with door.store.reading() as session:
        assert door.key not in {row.address for row in session.scalars(sa.select(Filing))}
    with time_machine.travel(MONDAY + 4 * HOUR, tick=False):
        door.number()


def test_an_address_that_calls_too_often_is_told_when_to_come_again(calm, monkeypatch):
    monkeypatch.setattr(open311, "limit", RateLimit(per_second=0.5, burst=1.0))
    assert calm.client.get("services.json").status_code == 200
    response = calm.client.get("services.json")
    assert "Too many calls" in errors(response, 429)[0]
    assert response.headers["retry-after"] == "2"


def test_a_body_that_is_too_large_or_of_another_kind_is_refused(calm):
    assert "larger than 64 KB" in errors(calm.file(description="x" * 70_000), 400)[0]
    multipart = calm.client.request("POST", "requests.json", data=USUAL, files={"media": b"x"})
    assert "cannot be read" in errors(multipart, 400)[0]
    broken = {"content": b"\xff=1", "headers": {"content-type": "application/x-www-form-urlencoded"}}
    assert "cannot be read" in errors(calm.client.request("POST", "requests.json", **broken), 400)[0]
    doubled = {"content": b"lat=1&lat=2", "headers": {"content-type": "application/x-www-form-urlencoded"}}
    assert "more than once" in errors(calm.client.request("POST", "requests.json", **doubled), 400)[0]


def test_the_list_is_of_90_days_unless_a_span_is_named(door):
    door.call(5, now=MONDAY - 89 * DAY)
    door.call(5, now=MONDAY - 98 * DAY)
    assert len(door.listed()) == 5
    start = "2026-08-10T00:00:00+08:00"
    assert len(door.listed(start_date=start, end_date="2026-08-30T00:00:00Z")) == 10
    assert len(door.listed(start_date=start)) == 10  # 90 days from the start
    assert len(door.listed(end_date="2026-08-20T00:00:00Z")) == 5


def test_a_span_over_90_days_or_turned_round_is_refused(calm):
    for start, end in [
        ("2026-01-01", "2026-04-02"),
        ("2026-02-01", "2026-01-01"),
    ]:
        asked = {"start_date": f"{start}T00:00:00Z", "end_date": f"{end}T00:00:00Z"}
        found = errors(calm.client.get("requests.json", **asked), 400)
        assert "at most 90 days" in found[0]
    exactly = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-01T00:00:00Z"}
    assert calm.listed(**exactly) == []


def test_a_plus_sign_that_was_sent_as_a_blank_is_understood(door):
    door.call(5)
    response = door.client.request("GET", "requests.json?start_date=2026-11-23T00:00:00+08:00")
    assert len(response.json()) == 5


@pytest.mark.parametrize("text", ["yesterday", "2026-11-23", "2026-11-23T00:00:00", "2026-13-01T00:00:00Z", "０"])
def test_a_moment_needs_its_zone(calm, text):
    assert "must be a date and time with its zone" in errors(calm.client.get("requests.json", start_date=text), 400)[0]


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1900-01-01T00:00:00Z"])
def test_the_ends_of_the_calendar_break_nothing(calm, text):
    for name in ("start_date", "end_date", "updated_after"):
        assert calm.client.get("requests.json", **{name: text}).status_code in (200, 400)


def test_the_list_can_be_narrowed_and_paged(door):
    door.call(6, now=MONDAY)
    numbers = [one["service_request_id"] for one in door.listed()]
    assert numbers == sorted(numbers, reverse=True)
    with door.store.writing() as session:
        session.execute(
            sa.update(Request)
            .where(Request.number == numbers[0])
            .values(state=RequestState.CLOSED, outcome=Outcome.RESOLVED, closed_at=MONDAY + HOUR)
        )
    assert [one["service_request_id"] for one in door.listed(status="closed")] == numbers[:1]
    assert len(door.listed(status="open")) == 5
    assert len(door.listed(status="open,closed")) == 6
    assert len(door.listed(service_code="S4,S1")) == 6
    assert door.listed(service_code="S1") == []
    assert [one["service_request_id"] for one in door.listed(page=2, page_size=4)] == numbers[4:]
    assert door.listed(page=3, page_size=4) == []
    changed = door.listed(updated_after="2026-11-23T10:30:00+08:00")
    assert [one["service_request_id"] for one in changed] == numbers[:1]
    assert len(door.listed(updated_before="2026-11-23T10:30:00+08:00")) == 5
    assert len(door.listed(service_request_id=f"{numbers[0]},{numbers[1]}", status="open")) == 2  # ids override


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"status": "done"}, "“status” must be"),
        ({"page": "0"}, "“page” must be a whole number"),
        ({"page_size": "1001"}, "“page_size” must be a whole number from 1 to 1000"),
        ({"page_size": "٣"}, "“page_size” must be"),
        ({"zipcode": "1"}, "“zipcode” is not a field"),
        ({"service_request_id": ",".join(str(number) for number in range(101))}, "At most 100 ids"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(calm, query, sentence):
    assert sentence in errors(calm.client.get("requests.json", **query), 400)[0]


def test_empty_fields_count_as_not_sent(door):
    door.call(5)
    assert len(door.listed(status="", service_code="", start_date="", page="", jurisdiction_id="lanping.gov")) == 5


def test_a_token_is_the_id_itself(door):
    number = door.number()
    found = door.client.get(f"tokens/{number}.json").json()
    fits(found, schemas.listed(schemas.TOKEN_RESPONSE))
    assert found == [{"service_request_id": number, "token": number}]


def test_updates_tell_the_steps_and_not_the_words(door):
    number = door.number()
    found = door.client.get("servicerequestupdates.json", start_date="2026-11-23T00:00:00Z").json()
    assert [one["service_request_id"] for one in found] == [number]
    assert found[0]["status"] == "open"
    assert found[0]["description"] == "Registered"
    assert door.client.get("servicerequestupdates.json", end_date="2026-11-22T00:00:00Z").json() == []


def spark(element: ET.Element) -> object:
    """XML as the Spark convention makes JSON of it, every value a text."""
    members = {"services", "attributes", "values", "service_requests", "endpoints", "formats", "errors"}
    if element.tag in members | {"service_request_updates"}:
        return [spark(child) for child in element]
    return {child.tag: spark(child) for child in element} if len(element) else element.text or ""


def as_texts(value: object) -> object:
    if isinstance(value, dict):
        return {name: as_texts(part) for name, part in value.items()}
    if isinstance(value, list):
        return [as_texts(part) for part in value]
    return "" if value is None else json.dumps(value) if isinstance(value, bool) else str(value)


PATHS = ["discovery", "services", "services/S4", "requests", "tokens/{number}", "requests/{number}"]
PATHS += ["servicerequestupdates", "requests/2020-000001", "services/none"]


def test_xml_says_the_same_as_json(door):
    number = door.number()
    for path in PATHS:
        address = path.format(number=number)
        in_json, in_xml = door.client.get(f"{address}.json"), door.client.get(f"{address}.xml")
        assert in_json.status_code == in_xml.status_code
        assert in_json.headers["content-type"] == "application/json; charset=utf-8"
        assert in_xml.headers["content-type"] == "text/xml; charset=utf-8"
        assert in_xml.content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
        assert spark(ET.fromstring(in_xml.content)) == as_texts(in_json.json()), path


def test_filing_answers_in_xml_as_well(door):
    response = door.client.post("requests.xml", api_key=door.key, **USUAL)
    root = ET.fromstring(response.content)
    assert root.tag == "service_requests"
    assert door.kept(root.findtext("request/service_request_id", "")).channel is RequestChannel.OPEN311


@pytest.mark.parametrize("path", ["services.html", "nothing.json", "", "requests"])
def test_other_addresses_and_formats_are_errors_in_xml(calm, path):
    response = calm.client.get(path)
    assert response.status_code == 404
    assert ET.fromstring(response.content).findtext("error/code") == "404"


def test_other_methods_are_refused_with_those_that_are_there(calm):
    response = calm.client.request("DELETE", "requests.json")
    assert errors(response, 405)
    assert response.headers["allow"] == "GET, HEAD, POST"
    assert calm.client.request("POST", "services.json").headers["allow"] == "GET, HEAD"


def test_everybody_may_read_from_anywhere_and_nothing_runs(calm):
    headers = calm.client.get("services.json").headers
    assert headers["access-control-allow-origin"] == "*"
    assert "sandbox" in headers["content-security-policy"]


@given(
    fields=st.dictionaries(
        st.sampled_from([*USUAL, "email", "media_url", "attribute[kind]", "attribute[happened_on]", "x"]),
        st.text(max_size=30),
        max_size=6,
    )
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_the_answer_is_one_of_the_standard(door, fields):
    try:
        response = door.client.post(**{"api_key": door.key, **USUAL, **fields})
    except UnicodeEncodeError:  # httpx cannot send half characters
        return
    assert response.status_code in (200, 400, 403, 404, 429)
    fits(response.json(), schemas.listed(schemas.REQUEST_RESPONSE if response.status_code == 200 else schemas.ERROR))


def test_a_request_the_hotline_took_carries_no_name(door):
    door.call(5, contact=NewContact("李四", "17000009999"), title="李四的事", text="住在东街 5 号", place="东街 5 号")
    told = door.client.get("requests.json").text
    assert len(json.loads(told)) == 5
    for secret in ("李四", "17000009999", "东街"):
        assert secret not in told


def test_the_moment_of_the_last_change_is_that_of_the_last_step(door):
    number = door.number()
    assert door.kept(number).registered_at == datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    found = door.client.get(f"requests/{number}.json").json()[0]
    assert found["updated_datetime"] == "2026-11-23T12:00:00+08:00"


def test_what_is_answered_is_what_is_described(door):
    door.number()
    for name in ("services", "services/S4", "requests", "discovery", "servicerequestupdates"):
        path = {"services/S4": "services/{code}"}.get(name, name)
        found = DESCRIPTION["paths"][f"/open311/v2/{path}.{{form}}"]["get"]["responses"]["200"]
        schema = {**found["content"]["application/json"]["schema"], "components": DESCRIPTION["components"]}
        jsonschema.Draft202012Validator(schema).validate(door.client.get(f"{name}.json").json())
