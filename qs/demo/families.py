"""Expanding kinds of service over the districts, and joining what the text says about each stream of events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from qs.demo.entries import read_batch
from qs.demo.terms import Area, Provider, Service
from qs.demo.text import Table, by_code, check_known


@dataclass(frozen=True)
class StreamText:
    """What the text says about one service and indicator, before the indicator's model fills the gaps."""

    service: str
    indicator: str
    volume: float
    level: float | None = None
    batch: tuple[int, int] | None = None
    feed: str | None = None


def family_areas(family: Table, areas: Sequence[Area]) -> list[Area]:
    """The districts a family stands in: those it names, or all."""
    districts = [area for area in areas if area.population is not None]
    if not family.has("areas"):
        return districts
    known = {area.code: area for area in districts}
    check_known(family.texts("areas"), known, "district", family.place)
    return [known[code] for code in family.texts("areas")]


def family_services(family: Table, areas: Sequence[Area]) -> list[Service]:
    """One service for each district of the family."""
    family.check_fields(
        *("code", "name", "name_en", "sector", "leader", "group", "starts_on"),
        *("areas", "provider", "providers", "indicators"),
    )
    if family.has("provider") == family.has("providers"):
        raise family.fail("give either provider (a new one for each district) or providers (existing ones)")
    return [
        Service(
            family_code(family, area),
            filled(family.text("name"), area),
            filled(family.text("name_en"), area, english=True),
            provider=family_provider(family, area),
            sector=family.text("sector"),
            area=area.code,
            leader=family.text("leader"),
            group=family.text("group"),
            fixed_start=family.optional_day("starts_on"),
            opened_days_ago=None,
        )
        for area in family_areas(family, areas)
    ]


def family_code(family: Table, area: Area) -> str:
    return f"{area.code}-{family.text('code')}"


def family_provider(family: Table, area: Area) -> str:
    if family.has("providers"):
        return family.table("providers").text(area.code)
    return filled(family.table("provider").text("code"), area)


def family_providers(families: Sequence[Table], areas: Sequence[Area]) -> list[Provider]:
    """The providers that come with their families, one for each district."""
    return [
        Provider(
            filled(row.text("code"), area),
            filled(row.text("name"), area),
            filled(row.text("name_en"), area, english=True),
            department=row.text("department"),
        )
        for family in families
        if family.has("provider")
        for row in [family.table("provider")]
        for area in family_areas(family, areas)
    ]


def filled(pattern: str, area: Area, *, english: bool = False) -> str:
    short, full = (area.short_en, area.name_en) if english else (area.short, area.name)
    return pattern.format(area=area.code, short=short, full=full)


def family_streams(family: Table, areas: Sequence[Area]) -> list[StreamText]:
    """The streams of all services of a family, with volumes in proportion to the people of each district."""
    middling = fmean(area.population for area in areas if area.population is not None)
    return [
        stream
        for area in family_areas(family, areas)
        for stream in read_streams(family, family_code(family, area), scale=(area.population or 0) / middling)
    ]


def read_streams(row: Table, service: str, *, scale: float) -> list[StreamText]:
    streams = []
    entries = by_code(row.tables("indicators"), lambda entry: entry.text("code"), f"{service}: indicator")
    for entry in entries.values():
        entry.check_fields("code", "volume", "level", "batch")
        # A small district reports a little more often than its people alone would make it: no stream runs dry.
        volume = entry.number("volume") * (0.35 + 0.65 * scale)
        streams.append(
            StreamText(service, entry.text("code"), volume, entry.optional_number("level"), read_batch(entry))
        )
    return streams


def with_overrides(stated: Sequence[StreamText], rows: Sequence[Table]) -> list[StreamText]:
    """The streams with what single ones have of their own."""
    streams = {(stream.service, stream.indicator): stream for stream in stated}
    for row in rows:
        row.check_fields("service", "indicator", "volume", "level", "feed")
        key = row.text("service"), row.text("indicator")
        if key not in streams:
            raise row.fail(f"{key[0]} has no indicator {key[1]}")
        usual = streams[key]
        streams[key] = StreamText(
            *key,
            volume=row.number("volume", usual.volume),
            level=row.optional_number("level") if row.has("level") else usual.level,
            batch=usual.batch,
            feed=row.optional_text("feed") or usual.feed,
        )
    return list(streams.values())
