"""The invented city is built through actions, all of it or nothing, and the Live page finds its truths."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from pages._ui.registry import FRONT, PUBLIC_SCREENS, SCREENS
from qs.access.models import Person
from qs.access.queries import actor_of, invented_people
from qs.actor import SYSTEM, Role
from qs.audit.models import AuditEntry
from qs.audit.verify import verify_trail
from qs.db import Database
from qs.demo.build import Built, build_city, is_built, somebody
from qs.demo.content import read_city, truth_streams
from qs.demo.simulate import play
from qs.demo.terms import City, TruthKind
from qs.directory import queries as directory
from qs.errors import Conflict, NotFound
from qs.monitoring.queries import board
from qs.monitoring.terms import Filters, Standing
from qs.observations.queries import feeds
from qs.observations.recording import OFFICE_FEED
from qs.observations.verify import verify_rollups
from qs.periods import local_day
from qs.proofs import Proof, prove
from qs.settings import Settings, settings
from qs.standards.queries import editions_on
from tests.browser.rounds import PEOPLE, USUAL_PERSON, VIEWS
from tests.conftest import IS_POSTGRES, visits_to

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CALM = 20  # streams without a truth that are built beside those with one
STANDINGS = {
    "concern": Standing.CONCERN,
    "improvement": Standing.IMPROVEMENT,
    "common_cause": Standing.STEADY,
    "silent": Standing.SILENT,
    "too_few": Standing.TOO_SHORT,
}


def smaller(city: City, *keys: str) -> City:
    """The whole office, but events of these streams only."""
    return replace(city, streams=tuple(stream for stream in city.streams if stream.key in keys))


@pytest.fixture(scope="module")
def planted():
    """The streams with a truth of their own, and some calm ones."""
    city = read_city()
    told = [s.key for s in city.streams if any(truth.kind is not TruthKind.LEFT_BEHIND for truth in s.truths)]
    calm = [s.key for s in city.streams if not s.truths and s.volume < 6]
    return smaller(city, *told, *calm[:CALM])


@pytest.fixture(scope="module")
def built(shared_store, planted):
    """A store in which the city stands with those streams and with the stories of all rooms."""
    build_city(shared_store, now=NOW, password_hash="not a hash", city=planted)
    return shared_store


@pytest.fixture(scope="module")
def supervisor(built, planted):
    with built.reading() as session:
        people = directory.people(session, actor=SYSTEM)
    ids = dict(zip(people["code"], people["id"].tolist(), strict=True))
    return somebody(planted, ids, Role.SUPERVISOR)


def test_the_live_page_says_of_every_truth_what_it_must(built, planted, supervisor):
    with built.reading() as session:
        series = board(session, Filters(), actor=supervisor, now=NOW).series
    found = {(row.code, row.indicator_code): row.standing for row in series.itertuples()}
    for truth in planted.truths:
        if truth.kind is not TruthKind.LEFT_BEHIND:
            assert found[truth.service, truth.indicator] is STANDINGS[truth.expected], truth.code


def test_the_live_page_finds_nothing_else(built, planted, supervisor):
    with built.reading() as session:
        series = board(session, Filters(), actor=supervisor, now=NOW).series
    told = {(truth.service, truth.indicator) for truth in planted.truths}
    calm = [
        row.standing
        for row in series.itertuples()
        if (row.code, row.indicator_code) not in told and row.feed_code != OFFICE_FEED
    ]
    assert calm == [Standing.STEADY] * CALM


def test_the_records_of_the_office_are_never_called_silent(built, supervisor):
    with built.reading() as session:
        series = board(session, Filters(), actor=supervisor, now=NOW).series
    own = series[series["feed_code"] == OFFICE_FEED]
    assert len(own)
    assert Standing.SILENT not in set(own["standing"])


def test_the_emergency_department_comes_first(built, supervisor):
    with built.reading() as session:
        series = board(session, Filters(), actor=supervisor, now=NOW).series
    assert (series["code"].iloc[0], series["indicator_code"].iloc[0]) == ("hospital-1-ae", "ae-wait")


@pytest.mark.parametrize("proof", list(Proof))
def test_every_proof_of_the_city_holds(built, tmp_path, proof):
    found = prove(proof, built, Settings(data_dir=tmp_path))
    assert found.differences == ()
    assert found.is_sound


def test_the_trail_of_the_city_is_sound_and_tells_of_nothing_to_come(built, tmp_path):
    with built.reading() as session:
        assert verify_trail(session, tmp_path / "none.jsonl", actor=SYSTEM).is_sound
        latest = session.scalar(sa.select(sa.func.max(AuditEntry.at)))
    assert latest <= NOW


def test_people_have_the_rights_of_their_roles_and_are_marked_as_invented(built, planted):
    with built.reading() as session:
        found = invented_people(session)
    assert set(found["username"]) == {person.username for person in planted.people}


def test_a_service_leader_sees_the_own_services_only(built, planted):
    leader = next(p for p in planted.people if p.username == "pan.yun")
    with built.reading() as session:
        statement = sa.select(Person).where(Person.username == leader.username)
        person = session.scalars(statement.options(selectinload(Person.grants))).one()
        seen = directory.service_ids_by_code(session, actor=actor_of(person))
    assert set(seen) == {service.code for service in planted.services if service.leader == "pan.yun"}


@pytest.mark.skipif(not IS_POSTGRES, reason="on SQLite the browser opens them: tests/browser/test_every_page.py")
@pytest.mark.parametrize("screen", [screen.name for screen in SCREENS if screen.name != FRONT])
def test_every_page_opens_on_the_second_engine_with_all_its_parts(built, monkeypatch, screen):
    visiting = visits_to(built, monkeypatch)
    for part in ("", *VIEWS.get(screen, ())):
        shown = visiting(screen, PEOPLE.get(screen, USUAL_PERSON), **dict(parse_qsl(part)))
        assert not shown.exception, part
        assert [text.value for text in shown.markdown if text.value.startswith("# ")], part


@pytest.mark.skipif(not IS_POSTGRES, reason="on SQLite the browser opens them: tests/browser/test_every_page.py")
@pytest.mark.parametrize("screen", PUBLIC_SCREENS, ids=lambda screen: screen.name)
def test_every_public_page_opens_on_the_second_engine(built, monkeypatch, screen):
    shown = visits_to(built, monkeypatch)("/".join(part for part in (screen.folder, screen.name) if part))
    assert not shown.exception
    assert shown.markdown


def test_the_directory_is_whole(built, planted):
    with built.reading() as session:
        assert len(directory.services(session, actor=SYSTEM)) == len(planted.services)
        assert set(directory.area_ids_by_code(session)) == {area.code for area in planted.areas}
        assert set(directory.group_ids_by_code(session)) == {group.code for group in planted.groups}


def test_the_tightened_target_is_in_force(built):
    with built.reading() as session:
        editions = editions_on(session, local_day(NOW, settings().zone), actor=SYSTEM).set_index("code")
    assert editions.loc["satisfaction", "target"] == 0.90


def test_the_silent_feed_was_last_heard_of_26_hours_ago(built, planted):
    (plan,) = truth_streams(planted, "beiling-arrivals-silent")
    with built.reading() as session:
        known = feeds(session, actor=SYSTEM, now=NOW).set_index("code")
    assert NOW - known.loc[plan.feed, "last_received_at"] == timedelta(hours=26)
    assert known["is_silent"].sum() == 1
    assert known.loc[plan.feed, "is_silent"]


def test_a_city_that_stands_is_known_and_not_built_twice(built, planted):
    assert is_built(built)
    with pytest.raises(Conflict):
        build_city(built, now=NOW, password_hash="not a hash", city=planted)


def test_building_tells_how_far_it_is(store, planted):
    shares: list[float] = []
    city = smaller(planted, "gas-service/repeat-repairs", "shiqiao-care-home/care-family-satisfaction")
    result = build_city(
        store, now=NOW, password_hash="not a hash", city=city, has_stories=False, progress=shares.append
    )
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert result == Built(len(city.services), len(city.people), result.event_count)
    assert result.event_count > 14


def test_a_building_that_fails_leaves_nothing_behind(store, planted):
    spoilt = replace(planted, feeds=planted.feeds[1:])
    with pytest.raises(KeyError):
        build_city(store, now=NOW, password_hash="not a hash", city=spoilt)
    assert not is_built(store)
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0


class Outside:
    """A time that passes only while somebody waits, and a person who may press Ctrl-C."""

    def __init__(self, *, patience: int = 1000) -> None:
        self.moment, self.patience = NOW, patience

    def now(self) -> datetime:
        return self.moment

    def wait(self, seconds: float) -> None:
        if self.patience == 0:
            raise KeyboardInterrupt
        self.patience -= 1
        self.moment += timedelta(seconds=seconds)


def last_moments(store: Database) -> dict[str, datetime]:
    with store.reading() as session:
        known = feeds(session, actor=SYSTEM, now=NOW)
    known = known.dropna(subset="last_happened_at")
    return dict(zip(known["code"], known["last_happened_at"], strict=True))


def test_playing_on_sends_so_many_events_a_second(built, planted):
    before, outside = last_moments(built), Outside()
    count = play(built, events_per_second=40, seconds=10, city=planted, clock=outside.now, wait=outside.wait)
    after = last_moments(built)
    assert count == 400
    assert after["lp-hospitals"] > before["lp-hospitals"]
    assert after["lp-bus-arrivals-beiling"] == before["lp-bus-arrivals-beiling"]
    assert max(after.values()) <= outside.moment
    with built.reading() as session:
        assert verify_rollups(session, actor=SYSTEM, zone=settings().zone).difference_count == 0


def test_playing_stops_when_somebody_has_seen_enough(built, planted):
    outside = Outside(patience=4)
    assert play(built, events_per_second=0.5, city=planted, clock=outside.now, wait=outside.wait) == 2


def test_a_store_without_the_city_cannot_be_played_on(store):
    outside = Outside()
    with pytest.raises(NotFound):
        play(store, events_per_second=1, seconds=1, clock=outside.now, wait=outside.wait)
