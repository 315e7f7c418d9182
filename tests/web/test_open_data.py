"""Everybody may read what is published, with a checksum, and nothing else."""

from __future__ import annotations

import asyncio
import hashlib
from xml.etree import ElementTree

import httpx
import pytest
from starlette.applications import Starlette

from qs import db
from qs.actor import SYSTEM, Role
from qs.office import prepare_office
from qs.publication import actions
from qs.rankings.actions import freeze_period
from qs.web import open_data
from tests.conftest import MONDAY
from tests.rankings.city import QUARTER, full_quarter
from tests.world import MADE_AT, enroll, person


@pytest.fixture(scope="module")
def published(shared_store):
    """A store with one published report and one draft revision; the tests only read it."""
    with shared_store.writing() as session:
        prepare_office(session, actor=SYSTEM, now=MADE_AT)
    full_quarter(shared_store)
    boss = person(Role.SUPERVISOR, username="boss", person_id=enroll(shared_store, "boss", Role.SUPERVISOR))
    with shared_store.writing() as session:
        freeze_period(session, QUARTER, actor=SYSTEM, now=MONDAY)
        release_id = actions.prepare_release(session, QUARTER, actor=SYSTEM, now=MONDAY)
        actions.submit_release(session, release_id, version=1, actor=SYSTEM, now=MONDAY)
        actions.approve_release(session, release_id, version=2, actor=boss, now=MONDAY)
        actions.publish_release(session, release_id, version=3, actor=SYSTEM, now=MONDAY)
        actions.prepare_release(session, QUARTER, note="补充", note_en="Added", actor=SYSTEM, now=MONDAY)
    return shared_store


@pytest.fixture
def fetch(published, monkeypatch):
    """A client of the open data."""
    monkeypatch.setattr(db, "database", lambda: published)
    app = Starlette(routes=open_data.routes)

    def fetching(path: str, **headers: str) -> httpx.Response:
        async def sent() -> httpx.Response:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(sent())

    return fetching


def test_the_index_leads_to_every_file(fetch):
    release = fetch("/open/index.json").json()["releases"][0]
    for path in [release["dictionary"], release["document"], *release["reports"], *release["tables"]]:
        answer = fetch(path)
        assert answer.status_code == 200, path
        assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
        assert "script" not in answer.headers["content-security-policy"]
        assert "sandbox" in answer.headers["content-security-policy"]


def test_the_document_has_the_published_checksum_and_the_tables_theirs(fetch):
    release = fetch("/open/index.json").json()["releases"][0]
    assert hashlib.sha256(fetch(release["document"]).content).hexdigest() == release["sha256"]
    for entry in fetch(release["dictionary"]).json()["tables"]:
        assert hashlib.sha256(fetch(entry["path"]).content).hexdigest() == entry["sha256"]


def test_who_has_a_file_already_is_not_sent_it_again(fetch):
    first = fetch(f"/open/{QUARTER}/sectors.csv")
    again = fetch(f"/open/{QUARTER}/sectors.csv", **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        f"/open/{QUARTER}-r2/sectors.csv",
        f"/open/{QUARTER}-r2/document.json",
        f"/reports/{QUARTER}-r2.zh.html",
        f"/open/{QUARTER}/nothing.csv",
        "/open/2020Q1/sectors.csv",
        f"/reports/{QUARTER}.fr.html",
        f"/reports/{QUARTER}.zh.exe",
    ],
)
def test_drafts_and_what_does_not_exist_are_not_found(fetch, path):
    assert fetch(path).status_code == 404


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Quality reports on public services"), ("zh", "公共服务质量报告")]
)
def test_the_feed_speaks_the_language_asked_for(fetch, language, title):
    answer = fetch(f"/open/feed.atom?lang={language}")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    assert root.findtext("{http://www.w3.org/2005/Atom}title") == title
