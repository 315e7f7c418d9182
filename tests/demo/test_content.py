"""The invented city is complete, consistent, and named in both languages."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from qs.actor import Role, ScopeKind
from qs.demo.content import read_city, truth_streams
from qs.demo.terms import Expected, Shape, TruthKind
from qs.demo.text import ContentError
from qs.settings import SHIPPED_DATA
from qs.standards.library import read_library, shipped_library
from qs.standards.terms import Aggregation, Direction

CHINESE = re.compile(r"[\u3400-\u9fff]")
STANDARD_FILES = ("lanping", "england-ae", "nyc-council", "sncf-tgv", "hcahps-states")
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def city():
    return read_city()


@pytest.fixture
def copied(tmp_path):
    """A copy of the data to spoil."""
    for folder in ("demo", "directory", "standards"):
        shutil.copytree(SHIPPED_DATA / folder, tmp_path / folder)
    return tmp_path


def spoil(data: Path, file: str, old: str, new: str) -> None:
    path = data / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_city_has_eight_districts_twelve_sectors_and_about_120_services(city):
    assert len(city.districts) == 8
    assert len(city.sectors) == 12
    assert 115 <= len(city.services) <= 130
    assert {service.sector for service in city.services} == {sector.code for sector in city.sectors}


def test_every_sector_is_served_in_every_district(city):
    served = {(service.sector, service.area) for service in city.services}
    expected = {(sector.code, area.code) for sector in city.sectors for area in city.districts}
    assert expected - served == set()


def test_every_role_is_held_and_some_people_hold_two(city):
    held = Counter(role.role for person in city.people for role in person.roles)
    assert set(held) == set(Role)
    assert 30 <= len(city.people) <= 40
    assert any(len({role.role for role in person.roles}) == 2 for person in city.people)


def test_the_administrator_holds_no_other_role(city):
    holders = [person for person in city.people if any(role.role is Role.ADMINISTRATOR for role in person.roles)]
    assert all(len(person.roles) == 1 for person in holders)


def test_every_kind_of_scope_is_held(city):
    assert {role.scope for person in city.people for role in person.roles} == set(ScopeKind)


def test_a_service_leader_holds_exactly_the_services_led(city):
    for person in city.people:
        led = {service.code for service in city.services if service.leader == person.username}
        held = {code for role in person.roles if role.role is Role.SERVICE_LEADER for code in role.codes}
        assert held == led


def test_every_group_is_led_by_one_of_its_members_who_is_a_supervisor(city):
    supervisors = {
        person.username for person in city.people if any(role.role is Role.SUPERVISOR for role in person.roles)
    }
    for group in city.groups:
        assert group.leader in supervisors
        assert group.leader in group.members


def test_names_are_chinese_and_english_everywhere(city):
    named = [city.name, *city.sectors, *city.areas, *city.departments, *city.providers, *city.feeds, *city.groups]
    named += [*city.services, *city.people]
    for entry in named:
        assert CHINESE.search(entry.name), entry
        assert entry.name_en, entry
        assert not CHINESE.search(entry.name_en), entry


def test_no_two_services_share_a_name_in_either_language(city):
    for names in ([s.name for s in city.services], [s.name_en for s in city.services]):
        assert len(set(names)) == len(names)


def test_the_file_says_that_everything_is_invented():
    text = (SHIPPED_DATA / "demo" / "city.toml").read_text(encoding="utf-8")
    assert text.startswith("# Lanping (澜平市) is INVENTED")
    assert "\ninvented = true\n" in text


@pytest.mark.parametrize("name", STANDARD_FILES)
def test_every_text_of_a_standard_has_its_english_equal(name):
    library = read_library([SHIPPED_DATA / "standards" / f"{name}.toml"])
    for definition in (*library.clauses, *library.indicators):
        fields = vars(definition.content)
        for key in [key for key in fields if key.endswith("_en")]:
            assert fields[key], (definition.code, key)
            assert not CHINESE.search(fields[key]), (definition.code, key)
            assert fields[key.removesuffix("_en")], (definition.code, key)


def test_indicators_of_all_libraries_have_codes_of_their_own():
    library = shipped_library()
    files = {definition.code: set() for definition in library.indicators}
    for definition in library.indicators:
        files[definition.code].add(definition.file)
    assert all(len(found) == 1 for found in files.values())


def test_the_targets_of_two_indicators_were_tightened_in_2026(city):
    editions = {}
    for definition in city.library.indicators:
        editions.setdefault(definition.code, []).append((definition.effective_on, definition.content.target))
    twice = {code: sorted(found) for code, found in editions.items() if len(found) == 2}
    assert twice == {
        "satisfaction": [(date(2025, 1, 1), 0.88), (date(2026, 1, 1), 0.90)],
        "on-time-completion": [(date(2025, 1, 1), 0.92), (date(2026, 1, 1), 0.95)],
    }


def test_every_way_of_counting_and_every_direction_occurs(city):
    assert {stream.measure.counting.aggregation for stream in city.streams} == set(Aggregation)
    assert {stream.measure.direction for stream in city.streams} == set(Direction)
    assert {stream.model.shape for stream in city.streams} == set(Shape)


def test_every_indicator_of_the_city_is_measured_somewhere(city):
    measured = {stream.measure.code for stream in city.streams}
    assert measured == {definition.code for definition in city.library.indicators}


def test_an_indicator_of_a_sector_is_measured_in_that_sector_only(city):
    sectors = {definition.code: definition.sector for definition in city.library.indicators}
    for stream in city.streams:
        assert sectors[stream.measure.code] in (None, stream.service.sector), stream.key


def test_every_kind_of_truth_is_planted_and_explained_in_both_languages(city):
    assert {truth.kind for truth in city.truths} == set(TruthKind)
    assert {truth.expected for truth in city.truths} == set(Expected)
    for truth in city.truths:
        assert CHINESE.search(truth.explanation)
        assert not CHINESE.search(truth.explanation_en)


def test_the_district_left_behind_is_left_behind_in_all_its_services(city):
    streams = truth_streams(city, "taoyuan-left-behind")
    assert {stream.service.code for stream in streams} == {s.code for s in city.services if s.area == "taoyuan"}


def test_a_truth_that_nobody_planted_is_refused(city):
    with pytest.raises(ContentError, match="no truth 'unheard-of'"):
        truth_streams(city, "unheard-of")


def test_the_silent_feed_is_one_of_its_own(city):
    (silent,) = truth_streams(city, "beiling-arrivals-silent")
    assert [stream.key for stream in city.streams if stream.feed == silent.feed] == [silent.key]


def test_a_service_opens_on_its_day_or_so_many_days_before_today(city):
    services = {service.code: service for service in city.services}
    assert services["hotline-12345"].starts_on(TODAY) == date(2015, 3, 15)
    assert services["shiqiao-care-home"].starts_on(TODAY) == TODAY - timedelta(days=400)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("demo/city.toml", 'leader = "fang.min"', 'leader = "fang.mim"', "no person 'fang.mim'"),
        ("demo/city.toml", 'provider = "city-library"', 'provider = "library"', "no provider 'library'"),
        ("demo/city.toml", 'volume = 5 }, { code = "sat', 'volum = 5 }, { code = "sat', "unknown field volum"),
        ("demo/city.toml", 'name_en = "Education Bureau"', "", "department.*education-bureau.*name_en is missing"),
        ("demo/city.toml", 'scope = "all"', 'scope = "everything"', "scope must be one of all, department"),
        ("demo/city.toml", 'sector = "sport"', 'sector = "sports"', "no sector 'sports'"),
        ("demo/city.toml", 'code = "job-match-30d"', 'code = "job-match"', "no indicator 'job-match'"),
        ("demo/city.toml", 'feed = "lp-bus-arrivals-beiling"', 'feed = "lp-none"', "no feed 'lp-none'"),
        ("demo/city.toml", "population = 982000", "population = 0.5", "must be a whole number"),
        ("demo/city.toml", 'code = "lp-halls"', 'code = "lp-cases"', "feed lp-cases comes twice"),
        ("demo/city.toml", "starts_on = 2021-09-01", 'starts_on = "2021"', "must be a day"),
        ("demo/city.toml", "batch = [1, 1]", "batch = [2, 1]", "batch must be"),
        ("demo/city.toml", "invented = true", "invented =", "city.toml: "),
        ("demo/truths.toml", 'kind = "silent"', 'kind = "quiet"', "kind must be one of step_worse"),
        ("demo/truths.toml", 'service = "xiwan-buses"', 'service = "xiwan-bus"', "xiwan-bus-drift"),
        ("demo/truths.toml", "size = 26", 'size = "26"', "size must be a number"),
        ("demo/models.toml", 'profile = "school"', 'profile = "schools"', "no profile 'schools'"),
        ("demo/models.toml", "hours = [0, 0,", "hours = [0,", "24 weights"),
        ("demo/models.toml", 'indicator = "ae-wait"', 'indicator = "ae-waits"', "no model of 'ae-wait'"),
    ],
)
def test_a_mistake_in_the_text_is_named_with_its_place(copied, file, old, new, said):
    spoil(copied, file, old, new)
    with pytest.raises(ContentError, match=said):
        read_city(copied)
