"""Reading the invented city from data/demo and data/standards: families expanded over districts, every code checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from qs.actor import ScopeKind
from qs.demo.entries import (
    measures_of,
    read_area,
    read_feed,
    read_group,
    read_models,
    read_named,
    read_person,
    read_provider,
    read_service,
    read_truth,
)
from qs.demo.families import StreamText, family_providers, family_services, family_streams, read_streams, with_overrides
from qs.demo.terms import City, EventModel, Measure, Service, StreamPlan, Truth
from qs.demo.text import ContentError, by_code, check_known, read_table
from qs.directory.library import read_sectors
from qs.settings import SHIPPED_DATA
from qs.standards.library import read_library

CITY_STANDARDS = "lanping"


def read_city(data: Path = SHIPPED_DATA) -> City:
    """The whole city, expanded and checked.

    Raises ContentError, which names file, table and field, or InvalidInput for its sectors and standards.
    """
    text = read_table(data / "demo" / "city.toml")
    models = read_models(read_table(data / "demo" / "models.toml"))
    library = read_library([data / "standards" / f"{CITY_STANDARDS}.toml"])
    truths = tuple(read_truth(row) for row in read_table(data / "demo" / "truths.toml").tables("truth"))
    areas = tuple(read_area(row) for row in text.tables("area"))
    families = text.tables("family")
    singles = text.tables("service")
    services = [service for row in families for service in family_services(row, areas)]
    services += [read_service(row) for row in singles]
    stated = [stream for row in families for stream in family_streams(row, areas)]
    stated += [stream for row in singles for stream in read_streams(row, row.text("code"), scale=1.0)]
    stated = with_overrides(stated, text.tables("override"))
    city = City(
        name=read_named(text.table("city"), "time_zone"),
        zone=ZoneInfo(text.table("city").text("time_zone")),
        sectors=read_sectors(data / "directory" / "sectors.toml"),
        areas=areas,
        departments=tuple(read_named(row) for row in text.tables("department")),
        providers=tuple([read_provider(row) for row in text.tables("provider")] + family_providers(families, areas)),
        feeds=tuple(read_feed(row) for row in text.tables("feed")),
        people=tuple(read_person(row, services) for row in text.tables("person")),
        groups=tuple(read_group(row) for row in text.tables("group")),
        services=tuple(services),
        library=library,
        truths=truths,
        streams=plan_streams(stated, services, measures_of(library), models, truths),
    )
    check_city(city)
    return city


def plan_streams(
    stated: Sequence[StreamText],
    services: Sequence[Service],
    measures: Sequence[Measure],
    models: Mapping[str, EventModel],
    truths: Sequence[Truth],
) -> tuple[StreamPlan, ...]:
    """Join what is said about a stream, its indicator's model, and the truths that concern it."""
    known_services = by_code(services, lambda service: service.code, "service")
    known_measures = by_code(measures, lambda measure: measure.code, "indicator")
    check_known(known_measures, models, "model of", "models.toml")
    numbers = {code: number for number, code in enumerate(known_services, 1)}
    positions = {code: number for number, code in enumerate(known_measures, 1)}
    plans = []
    for stream in stated:
        check_known([stream.indicator], known_measures, "indicator", stream.service)
        service, model = known_services[stream.service], models[stream.indicator]
        plans.append(
            StreamPlan(
                prefix=f"{numbers[service.code]:03d}.{positions[stream.indicator]:02d}.",
                service=service,
                measure=known_measures[stream.indicator],
                model=model,
                volume=stream.volume,
                level=stream.level,
                batch=stream.batch or model.batch,
                feed=stream.feed or model.feed,
                truths=tuple(truth for truth in truths if concerns(truth, service, stream.indicator)),
            )
        )
    return tuple(plans)


def concerns(truth: Truth, service: Service, indicator: str) -> bool:
    if truth.area is not None:
        return truth.area == service.area
    return (truth.service, truth.indicator) == (service.code, indicator)


def check_city(city: City) -> None:
    """Raise ContentError unless every code that is named exists and none comes twice."""
    sectors = by_code(city.sectors, lambda sector: sector.code, "sector")
    areas = by_code(city.areas, lambda area: area.code, "area")
    departments = by_code(city.departments, lambda department: department.code, "department")
    providers = by_code(city.providers, lambda provider: provider.code, "provider")
    feeds = by_code(city.feeds, lambda feed: feed.code, "feed")
    people = by_code(city.people, lambda person: person.username, "person")
    groups = by_code(city.groups, lambda group: group.code, "group")
    services = by_code(city.services, lambda service: service.code, "service")
    for provider in city.providers:
        check_known([provider.department], departments, "department", f"provider {provider.code}")
    for group in city.groups:
        check_known([group.leader, *group.members], people, "person", f"group {group.code}")
    for service in city.services:
        place = f"service {service.code}"
        check_known([service.provider], providers, "provider", place)
        check_known([service.sector], sectors, "sector", place)
        check_known([service.area], areas, "area", place)
        check_known([service.leader], people, "person", place)
        check_known([service.group], groups, "group", place)
    for stream in city.streams:
        check_known([stream.feed], feeds, "feed", stream.key)
    scopes: dict[ScopeKind, Iterable[str]] = {
        ScopeKind.DEPARTMENT: departments,
        ScopeKind.PROVIDER: providers,
        ScopeKind.SERVICES: services,
    }
    for person in city.people:
        for role in person.roles:
            check_known(role.codes, scopes.get(role.scope, ()), role.scope, f"person {person.username}")
    planted = {truth.code for stream in city.streams for truth in stream.truths}
    check_known([truth.code for truth in city.truths], planted, "stream for truth", "truths.toml")
    check_known([service.code for service in city.services], streamed(city), "indicator of", "city.toml")


def streamed(city: City) -> set[str]:
    return {stream.service.code for stream in city.streams}


def truth_streams(city: City, code: str) -> tuple[StreamPlan, ...]:
    """The streams a planted truth concerns."""
    found = tuple(stream for stream in city.streams if any(truth.code == code for truth in stream.truths))
    if not found:
        raise ContentError(f"there is no truth {code!r}")
    return found
