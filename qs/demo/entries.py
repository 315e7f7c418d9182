"""Reading single entries of the invented city: a person, a service, a truth, the model of an indicator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qs.actor import Role, ScopeKind
from qs.demo.terms import (
    Area,
    EventModel,
    Expected,
    Feed,
    Group,
    Measure,
    Named,
    Person,
    Profile,
    Provider,
    RoleOver,
    Service,
    Shape,
    Truth,
    TruthKind,
)
from qs.demo.text import ContentError, Table, by_code, check_known
from qs.observations.terms import Channel
from qs.standards.terms import Library

NO_BATCH = (1, 1)
HOURS_OF_DAY = 24


def read_named(row: Table, *more_fields: str) -> Named:
    row.check_fields("code", "name", "name_en", *more_fields)
    return Named(row.text("code"), row.text("name"), row.text("name_en"))


def read_area(row: Table) -> Area:
    row.check_fields("code", "name", "name_en", "short", "short_en", "population")
    return Area(
        row.text("code"),
        row.text("name"),
        row.text("name_en"),
        short=row.text("short"),
        short_en=row.text("short_en"),
        population=row.optional_whole("population"),
    )


def read_provider(row: Table) -> Provider:
    row.check_fields("code", "name", "name_en", "department")
    return Provider(row.text("code"), row.text("name"), row.text("name_en"), department=row.text("department"))


def read_feed(row: Table) -> Feed:
    row.check_fields("code", "name", "name_en", "silent_after_hours")
    hours = row.number("silent_after_hours")
    return Feed(row.text("code"), row.text("name"), row.text("name_en"), silent_after_hours=hours)


def read_group(row: Table) -> Group:
    row.check_fields("code", "name", "name_en", "leader", "members")
    return Group(
        row.text("code"),
        row.text("name"),
        row.text("name_en"),
        leader=row.text("leader"),
        members=row.texts("members"),
    )


def read_person(row: Table, services: Sequence[Service]) -> Person:
    row.check_fields("username", "name", "name_en", "roles")
    username = row.text("username")
    roles = tuple(read_role(role, username, services) for role in row.tables("roles"))
    if not roles:
        raise row.fail("roles must name at least one role")
    return Person(username, row.text("name"), row.text("name_en"), roles)


def read_role(row: Table, username: str, services: Sequence[Service]) -> RoleOver:
    """One role with its scope; `of = ["led"]` and `sectors` become the codes of those services."""
    row.check_fields("role", "scope", "of", "sectors")
    scope = row.one_of("scope", ScopeKind)
    if scope is ScopeKind.ALL:
        codes: tuple[str, ...] = ()
    elif row.has("sectors"):
        codes = tuple(service.code for service in services if service.sector in row.texts("sectors"))
    elif row.texts("of") == ("led",):
        codes = tuple(service.code for service in services if service.leader == username)
    else:
        codes = row.texts("of")
    if scope is not ScopeKind.ALL and not codes:
        raise row.fail(f"{username} would have a role over nothing")
    return RoleOver(row.one_of("role", Role), scope, codes)


def read_service(row: Table) -> Service:
    row.check_fields(
        *("code", "name", "name_en", "provider", "sector", "area", "leader", "group"),
        *("starts_on", "opened_days_ago", "indicators"),
    )
    if row.has("starts_on") == row.has("opened_days_ago"):
        raise row.fail("give either starts_on or opened_days_ago")
    return Service(
        row.text("code"),
        row.text("name"),
        row.text("name_en"),
        provider=row.text("provider"),
        sector=row.text("sector"),
        area=row.text("area"),
        leader=row.text("leader"),
        group=row.text("group"),
        fixed_start=row.optional_day("starts_on"),
        opened_days_ago=row.optional_whole("opened_days_ago"),
    )


def measures_of(library: Library) -> tuple[Measure, ...]:
    """Each indicator of the library once; raises ContentError when an edition turns its direction round."""
    found: dict[str, Measure] = {}
    for definition in library.indicators:
        measure = Measure(definition.code, definition.counting, definition.content.direction)
        if found.setdefault(measure.code, measure) != measure:
            raise ContentError(f"{definition.file}: {measure.code} may not change its direction")
    return tuple(found.values())


def read_models(text: Table) -> dict[str, EventModel]:
    profiles = by_code((read_profile(row) for row in text.tables("profile")), lambda profile: profile.code, "profile")
    models = (read_model(row, profiles) for row in text.tables("model"))
    return by_code(models, lambda model: model.indicator, "model of")


def read_profile(row: Table) -> Profile:
    row.check_fields("code", "hours", "weekend")
    hours = row.numbers("hours")
    if len(hours) != HOURS_OF_DAY or min(hours) < 0 or sum(hours) <= 0:
        raise row.fail("hours must be 24 weights, none negative and not all zero")
    return Profile(row.text("code"), hours, row.number("weekend"))


def read_model(row: Table, profiles: Mapping[str, Profile]) -> EventModel:
    row.check_fields(
        *("indicator", "shape", "level", "spread", "between", "wobble"), *("batch", "profile", "feed", "channels")
    )
    check_known([row.text("profile")], profiles, "profile", row.place)
    return EventModel(
        indicator=row.text("indicator"),
        shape=row.one_of("shape", Shape),
        level=row.number("level"),
        spread=row.number("spread", 0.0),
        between=row.number("between"),
        wobble=row.number("wobble"),
        batch=read_batch(row) or NO_BATCH,
        profile=profiles[row.text("profile")],
        feed=row.text("feed"),
        channels=read_channels(row),
    )


def read_channels(row: Table) -> dict[Channel, float]:
    if not row.has("channels"):
        return {Channel.UNKNOWN: 1.0}
    weights = row.table("channels")
    weights.check_fields(*Channel)
    return {Channel(code): weights.number(code) for code in weights.fields}


def read_truth(row: Table) -> Truth:
    row.check_fields(
        *("code", "service", "indicator", "area", "kind", "begins", "size"),
        *("expected", "explanation", "explanation_en"),
    )
    truth = Truth(
        code=row.text("code"),
        kind=row.one_of("kind", TruthKind),
        service=row.optional_text("service"),
        indicator=row.optional_text("indicator"),
        area=row.optional_text("area"),
        begins_days=row.number("begins"),
        size=row.number("size"),
        expected=row.one_of("expected", Expected),
        explanation=row.text("explanation"),
        explanation_en=row.text("explanation_en"),
    )
    if (truth.kind is TruthKind.LEFT_BEHIND) != (truth.area is not None):
        raise row.fail("an area goes with left_behind, and only with it")
    return truth


def read_batch(row: Table) -> tuple[int, int] | None:
    if not row.has("batch"):
        return None
    bounds = row.numbers("batch")
    if len(bounds) != 2 or not 1 <= bounds[0] <= bounds[1]:
        raise row.fail(f"batch must be [smallest, largest], not {bounds}")
    return int(bounds[0]), int(bounds[1])
