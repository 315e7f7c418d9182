"""The door for machines: strict, exact about faults, and safe to knock at twice."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from qs import db
from qs.access.actions import issue_api_key, revoke_api_key
from qs.access.models import ApiKey
from qs.db import Database
from qs.observations.actions import change_feed
from qs.observations.models import Event
from qs.web import api
from qs.web.api import MAX_BODY_BYTES
from qs.web.quotas import RateLimit
from tests import world
from tests.world import CLERK

LONG_AGO = "2026-01-05T09:30:00+08:00"


class Client:
    """Sends single requests to the routes, as a server would hand them over."""

    def __init__(self) -> None:
        self.app = Starlette(routes=api.routes)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                return await client.request(method, path, **options)

        return asyncio.run(sent())

    def get(self, path: str) -> httpx.Response:
        return self.request("GET", path)


@dataclass
class Door:
    """The interface on a small office, and a key for one of its feeds."""

    client: Client
    store: Database
    key: str
    key_id: int
    feed_id: int

    def post(self, body: object, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        usual = {"authorization": f"Bearer {self.key}", "content-type": "application/json", "accept-language": "en"}
        return self.client.request("POST", "/api/v1/events", content=content, headers={**usual, **headers})

    def count(self) -> int:
        with self.store.reading() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(Event)) or 0


@pytest.fixture
def door(store, monkeypatch) -> Door:
    world.build_world(store)
    feed_id = world.add_feed(store, "pushed")
    key_id, key = issued(store, feed_id)
    monkeypatch.setattr(db, "database", lambda: store)
    monkeypatch.setattr(api, "limit", RateLimit())
    return Door(Client(), store, key, key_id, feed_id)


def issued(store: Database, feed_id: int | None, *, expires_at: datetime | None = None) -> tuple[int, str]:
    with store.writing() as session:
        made = issue_api_key(
            session, "hotline", feed_id=feed_id, expires_at=expires_at, actor=CLERK, now=datetime.now(UTC)
        )
    return made.key_id, made.clear


def event(**changes: object) -> dict[str, object]:
    usual = {
        "event_id": "e1",
        "happened_at": LONG_AGO,
        "service": "S1",
        "indicator": "on-time",
        "numerator": 3,
        "denominator": 4,
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not ...}


def batch(*events: object) -> dict[str, object]:
    return {"events": list(events)}


def faults(response) -> set[tuple[str, str]]:
    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert all(error["detail"] for error in response.json()["errors"])
    return {(error["pointer"], error["code"]) for error in response.json()["errors"]}


def test_a_new_batch_is_acknowledged_once_it_is_stored(door):
    response = door.post(batch(event(), event(event_id="e2", channel="phone", area="south")))
    assert response.status_code == 201
    assert response.json() == {"accepted": 2, "new": 2, "duplicates": 0, "differing": []}
    assert door.count() == 2


def test_the_same_batch_again_changes_nothing(door):
    door.post(batch(event()))
    response = door.post(batch(event()))
    assert (response.status_code, response.json()["duplicates"], door.count()) == (200, 1, 1)


def test_an_event_sent_again_with_other_values_is_named(door):
    door.post(batch(event()))
    assert door.post(batch(event(numerator=2))).json()["differing"] == ["e1"]


def test_a_correction_replaces_an_event(door):
    door.post(batch(event()))
    assert door.post(batch(event(event_id="e1b", numerator=2, corrects="e1"))).status_code == 201


def test_a_correction_of_nothing_is_refused_with_its_pointer(door):
    response = door.post(batch(event(), event(event_id="e2", corrects="nowhere")))
    assert faults(response) == {("/events/1/corrects", "corrects_unknown_event")}
    assert door.count() == 0


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"event_id": ...}, "event_id", "json_member_missing"),
        ({"event_id": 7}, "event_id", "json_needs_text"),
        ({"event_id": ""}, "event_id", "json_text_length"),
        ({"event_id": " e"}, "event_id", "json_text_length"),
        ({"event_id": "x" * 101}, "event_id", "json_text_length"),
        ({"event_id": "a\x00b"}, "event_id", "json_text_characters"),
        ({"event_id": "a\ud800"}, "event_id", "json_text_characters"),
        ({"event_id": "a\nb"}, "event_id", "json_text_characters"),
        ({"happened_at": "2026-01-05T09:30:00"}, "happened_at", "moment_without_zone"),
        ({"happened_at": "2026-01-05"}, "happened_at", "moment_without_zone"),
        ({"happened_at": "2999-01-05T09:30:00Z"}, "happened_at", "date_in_future"),
        ({"happened_at": "2026-02-30T09:30:00Z"}, "happened_at", "date_impossible"),
        ({"happened_at": 1767576600}, "happened_at", "json_needs_text"),
        ({"service": "S9"}, "service", "service_code_unknown"),
        ({"service": None}, "service", "json_needs_text"),
        ({"indicator": "speed"}, "indicator", "indicator_code_unknown"),
        ({"numerator": "3"}, "numerator", "json_needs_number"),
        ({"numerator": True}, "numerator", "json_needs_number"),
        ({"numerator": None}, "numerator", "json_needs_number"),
        ({"numerator": 1e16}, "numerator", "json_number_out_of_range"),
        ({"numerator": -1}, "numerator", "numerator_negative"),
        ({"numerator": 5}, "numerator", "numerator_above_denominator"),
        ({"denominator": -1}, "denominator", "denominator_negative"),
        ({"indicator": "waiting"}, "denominator", "denominator_not_one"),
        ({"indicator": "complaints-per-1000", "denominator": 0}, "denominator", "denominator_zero"),
        ({"area": "east"}, "area", "area_code_unknown"),
        ({"channel": "fax"}, "channel", "channel_unknown"),
        ({"unit": "km"}, "unit", "json_member_unknown"),
        ({"a/b~c": 1}, "a~1b~0c", "json_member_unknown"),
    ],
)
def test_a_bad_field_is_named_by_its_pointer_and_nothing_is_stored(door, changes, pointer, code):
    response = door.post(batch(event(event_id="good"), event(**changes)))
    assert (f"/events/1/{pointer}", code) in faults(response)
    assert door.count() == 0


def test_one_id_twice_in_a_batch_is_refused(door):
    assert faults(door.post(batch(event(), event(numerator=1)))) == {("/events/1/event_id", "event_repeated")}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ([], "", "json_needs_object"),
        ({}, "/events", "json_needs_events"),
        ({"events": []}, "/events", "json_needs_events"),
        ({"events": {}}, "/events", "json_needs_events"),
        ({"events": [3]}, "/events/0", "json_needs_object"),
        ({"events": [{}], "more": 1}, "/more", "json_member_unknown"),
        ({"events": [{}] * 10_001}, "/events", "json_too_many_events"),
    ],
)
def test_a_document_of_another_shape_is_refused(door, body, pointer, code):
    assert (pointer, code) in faults(door.post(body))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "json_broken"),
        (b"{", "json_broken"),
        (b'{"events": [1,]}', "json_broken"),
        (b"\xef\xbb\xbf{}", "json_not_utf8"),
        (b'{"a": "\xff"}', "json_not_utf8"),
        ('{"events": []}'.encode("utf-16"), "json_not_utf8"),
        (b'{"events": [], "events": []}', "json_member_doubled"),
        (b'{"a": NaN}', "json_not_a_number"),
        (b'{"a": -Infinity}', "json_not_a_number"),
        (b'{"a": ' + b"9" * 5000 + b"}", "json_number_too_long"),
        (b"[" * 100_000, "json_too_deep"),
        (b'{"a":' * 100_000, "json_too_deep"),
    ],
)
def test_what_is_not_strict_json_is_refused(door, body, code):
    response = door.post(body)
    assert (response.status_code, response.json()["code"]) == (400, code)


def test_an_overflowing_number_is_named(door):
    body = json.dumps(batch(event())).replace(": 3", ": 1e999").encode()
    assert faults(door.post(body)) == {("/events/0/numerator", "json_number_out_of_range")}


def test_a_thousand_faults_are_listed_and_all_counted(door):
    response = door.post(batch(*[event(event_id=f"e{n}", service="S9") for n in range(1500)]))
    assert (len(response.json()["errors"]), response.json()["error_count"]) == (1000, 1500)


def test_ten_thousand_events_fit_in_a_batch(door):
    response = door.post(batch(*[event(event_id=f"e{n}") for n in range(10_000)]))
    assert (response.status_code, response.json()["new"]) == (201, 10_000)


class TestKeys:
    @pytest.mark.parametrize(
        "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer nonsense", "Bearer qs_" + "x" * 43]
    )
    def test_without_a_key_that_counts_nothing_is_read(self, door, header):
        response = door.post(batch(event()), authorization=header)
        assert (response.status_code, door.count()) == (401, 0)
        assert response.headers["www-authenticate"].startswith("Bearer")

    def test_a_revoked_key_counts_no_more(self, door):
        with door.store.writing() as session:
            revoke_api_key(session, door.key_id, actor=CLERK, now=datetime.now(UTC))
        assert door.post(batch(event())).status_code == 401

    def test_a_key_that_has_run_out_counts_no_more(self, door):
        _, key = issued(door.store, door.feed_id, expires_at=datetime.now(UTC) - timedelta(seconds=1))
        assert door.post(batch(event()), authorization=f"Bearer {key}").status_code == 401

    def test_a_key_is_for_its_own_feed(self, door):
        world.add_feed(door.store, "other")
        response = door.post({"feed": "other", "events": [event()]})
        assert (response.status_code, response.json()["code"]) == (403, "key_of_another_feed")

    def test_a_key_for_all_feeds_names_one(self, door):
        _, key = issued(door.store, None)
        unnamed = door.post(batch(event()), authorization=f"Bearer {key}")
        assert faults(unnamed) == {("/feed", "feed_unknown")}
        named = door.post({"feed": "pushed", "events": [event()]}, authorization=f"Bearer {key}")
        assert named.status_code == 201

    def test_a_feed_out_of_use_takes_nothing(self, door):
        with door.store.writing() as session:
            change_feed(session, door.feed_id, name="n", is_active=False, actor=CLERK, now=datetime.now(UTC))
        assert door.post(batch(event())).status_code == 422

    def test_the_use_of_a_key_is_noted(self, door):
        door.post(batch(event()))
        with door.store.reading() as session:
            assert session.get(ApiKey, door.key_id).last_used_at is not None


class TestManners:
    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
    def test_only_post_is_understood(self, door, method):
        response = door.client.request(method, "/api/v1/events")
        assert (response.status_code, response.headers["allow"]) == (405, "POST")
        assert response.headers["content-type"] == "application/problem+json"

    def test_another_address_is_not_found(self, door):
        assert door.client.get("/api/v1/nothing").status_code == 404

    @pytest.mark.parametrize(
        "media_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", ""]
    )
    def test_only_json_is_read(self, door, media_type):
        assert door.post(batch(event()), **{"content-type": media_type}).status_code == 415

    def test_a_charset_of_utf_8_may_be_stated(self, door):
        assert door.post(batch(event()), **{"content-type": 'application/json; charset="UTF-8"'}).status_code == 201

    def test_compressed_bodies_are_refused(self, door):
        assert door.post(batch(event()), **{"content-encoding": "gzip"}).status_code == 415

    def test_a_body_over_the_limit_is_refused_also_when_its_length_is_not_stated(self, door):
        assert door.post(b" " * (MAX_BODY_BYTES + 1)).status_code == 413

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(5):
                yield b" " * 1_000_000

        headers = {"authorization": f"Bearer {door.key}", "content-type": "application/json"}
        assert door.client.request("POST", "/api/v1/events", content=pieces(), headers=headers).status_code == 413

    def test_a_stated_length_that_is_no_number_does_no_harm(self, door):
        assert door.post(batch(event()), **{"content-length": "9" * 5000}).status_code == 413

    def test_too_many_requests_with_one_key_must_wait(self, door, monkeypatch):
        monkeypatch.setattr(api, "limit", RateLimit(per_second=0.1, burst=2))
        statuses = [door.post(batch(event())).status_code for _ in range(3)]
        assert statuses == [201, 200, 429]
        assert int(door.post(batch(event())).headers["retry-after"]) >= 1

    def test_details_follow_the_language_asked_for(self, door):
        chinese = door.post(batch(event(service="S9")), **{"accept-language": "zh-CN"}).json()
        english = door.post(batch(event(service="S9")), **{"accept-language": "en"}).json()
        assert "没有服务项目" in chinese["errors"][0]["detail"]
        assert "no service" in english["errors"][0]["detail"]

    def test_a_busy_store_asks_to_come_again(self, door, monkeypatch):
        def busy(*arguments: object, **options: object) -> None:
            raise sa.exc.OperationalError("INSERT", {}, Exception("database is locked"))

        monkeypatch.setattr(api, "ingest", busy)
        response = door.post(batch(event()))
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")

    def test_tokens_come_back_with_time(self):
        bucket = RateLimit(per_second=1, burst=1)
        assert bucket.wait_seconds("a", 0.0) == 0
        assert math.isclose(bucket.wait_seconds("a", 0.5), 0.5)
        assert bucket.wait_seconds("b", 0.5) == 0
        assert bucket.wait_seconds("a", 1.6) == 0


class TestDescription:
    def test_it_is_openapi_and_needs_no_key(self, door):
        described = door.client.get("/api/v1/openapi.json").json()
        assert described["openapi"].startswith("3.1")
        assert "post" in described["paths"]["/api/v1/events"]

    def test_every_reference_leads_somewhere(self, door):
        text = door.client.get("/api/v1/openapi.json").text
        schemas = json.loads(text)["components"]["schemas"]
        wanted = {piece.split('"')[0] for piece in text.split("#/components/schemas/")[1:]}
        assert wanted <= set(schemas)

    def test_the_described_event_is_the_one_that_is_taken(self, door):
        described = door.client.get("/api/v1/openapi.json").json()["components"]["schemas"]["Event"]
        body = event(area="north", channel="online", corrects=...)
        assert set(body) | {"corrects"} == set(described["properties"])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8) | st.just("S1"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
FIELDS = ("event_id", "happened_at", "service", "indicator", "numerator", "denominator", "area", "channel", "corrects")
LOOSE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=9))
@LOOSE
def test_whatever_an_event_holds_the_answer_is_a_problem_document(door, changes):
    response = door.post(json.dumps(batch(event(**changes))).encode())
    assert response.status_code in (200, 201, 400, 422)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
@LOOSE
def test_whatever_the_body_the_answer_is_a_problem_document(door, body):
    response = door.post(body)
    assert response.status_code in (400, 422)
    assert response.json()["detail"]
