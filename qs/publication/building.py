"""How the public document is made out of the counts: every table, from rows whose small cells are hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qs.i18n import gettext
from qs.publication import columns, wording
from qs.publication.counts import CALL_BACKS, CHECKS, CITY, ON_TIME, ROOM_RATES, hidden_of, units_of
from qs.publication.disclosure import (
    Key,
)
from qs.publication.document import Document, Named, Row, Source, Table, Text, both
from qs.publication.rows import city_name, district_rows, figures_of, group_rows, part_rows, service_rows
from qs.publication.terms import SMALLEST_COUNT
from qs.publication.wording import RATES, Figures


def build(source: Source, *, revision: int = 1, note: Text | None = None) -> Document:
    """The document of a release. The same counts give the same figures, on any day."""
    hidden = hidden_of(source)
    figures = figures_of(source, hidden)
    period: dict[str, str | int] = {"period": source.period, "most": SMALLEST_COUNT - 1}
    return Document(
        period=source.period,
        revision=revision,
        quarter=wording.quarter_words(source),
        starts_on=source.starts_on,
        ends_on=source.ends_on,
        office=Text(zh=source.office, en=source.office_en),
        period_sha256=source.period_sha256,
        smallest_count=SMALLEST_COUNT,
        note=note or Text(zh="", en=""),
        verdict=wording.verdict(figures),
        summary=wording.summary(figures),
        findings=wording.findings(figures),
        method=tuple(method_text(words, period) for words in wording.METHOD),
        tables=tables(source, figures, hidden),
    )


def method_text(words: str, facts: Mapping[str, str | int]) -> Text:
    return both(lambda: gettext(words).format_map(facts))


def tables(source: Source, figures: Figures, hidden: frozenset[Key]) -> tuple[Table, ...]:
    """Every published table, in the order of the report."""
    on_time, _ = units_of(source, ON_TIME)
    all_ratings = {**figures.headline["satisfaction"], **named_cells(city_name())}
    all_requests = {**figures.requests["on_time"], **named_cells(city_name())}
    levels = [(level_name(level), source.levels.get(level, 0)) for level in wording.LEVELS]
    return (
        table("headline", columns.RATE, list(figures.headline.values()), rate_definitions(figures.headline)),
        table("sectors", columns.RATE, [*figures.sectors, all_ratings]),
        table("districts", columns.DISTRICT, district_rows(source, figures.districts, all_ratings)),
        table("levels", columns.PART, part_rows("levels", levels, hidden)),
        table("requests", columns.RATE, list(figures.requests.values()), rate_definitions(figures.requests)),
        table(
            "requests_sectors", columns.RATE, [*group_rows(source, "on_time", "sector", on_time, hidden), all_requests]
        ),
        table(
            "requests_districts", columns.RATE, [*group_rows(source, "on_time", "area", on_time, hidden), all_requests]
        ),
        table("outcomes", columns.PART, part_rows("outcomes", source.outcomes, hidden)),
        table("activities", columns.ACTIVITY, list(figures.activities.values())),
        table("checks", columns.RATE, list(figures.checks.values()), rate_definitions(figures.checks)),
        table("evaluations", columns.EVALUATION, evaluation_rows(source)),
        table("services", columns.SERVICE, service_rows(source, hidden)),
        table("decisions", columns.DECISION, decision_rows(source)),
        table("stories", columns.STORY, story_rows(source)),
    )


def table(
    code: str, names: tuple[str, ...], rows: Sequence[Row], definitions: Sequence[tuple[str, Text]] = ()
) -> Table:
    title, note = wording.TABLES[code]
    ordered = tuple({name: row[name] for name in (*names, "hidden")} for row in rows)
    return Table(
        code=code,
        title=both(lambda: gettext(title)),
        note=both(lambda: gettext(note)),
        columns=columns.columns(names),
        rows=ordered,
        definitions=tuple(definitions),
    )


def rate_definitions(rows: Mapping[str, Row]) -> list[tuple[str, Text]]:
    return [(code, method_text(RATES[code][1], {})) for code in rows]


def named_cells(named: Named) -> Row:
    return {"code": named.code, "name": named.name, "name_en": named.name_en}


def level_name(level: str) -> Named:
    words = both(lambda: gettext(wording.LEVELS[level]))
    return Named(code=level, name=words.zh, name_en=words.en)


def evaluation_rows(source: Source) -> list[Row]:
    return [
        {
            "code": one.code,
            "name": one.subject.zh,
            "name_en": one.subject.en,
            "count": one.service_count,
            "mean": round(one.mean, 2),
            "hidden": "",
        }
        for one in source.evaluations
    ]


def service_cells(source: Source, code: str) -> Row:
    found = {service.code: service for service in source.services}.get(code)
    return {
        "service": code,
        "name": found.name if found else "",
        "name_en": found.name_en if found else "",
        "hidden": "",
    }


def decision_rows(source: Source) -> list[Row]:
    return [
        {
            **service_cells(source, one.service),
            "kind": one.kind.zh,
            "kind_en": one.kind.en,
            "title": one.title,
            "title_en": one.title_en,
            "reason": one.reason,
            "reason_en": one.reason_en,
            "decided_on": one.decided_on.isoformat() if one.decided_on else None,
            "is_role_model": "yes" if one.is_role_model else "no",
        }
        for one in source.decisions
    ]


def story_rows(source: Source) -> list[Row]:
    return [{**service_cells(source, one.service), **one.model_dump(exclude={"service"})} for one in source.stories]


def needed_rows(source: Source) -> dict[str, int]:
    """How many rows the tables must have: what the row count before a release is checked against."""
    return {
        "headline": 2 + len(ROOM_RATES),
        "sectors": len(source.sectors) + 1,
        "districts": len(source.areas) + 1,
        "services": len(source.services),
        "levels": len(wording.LEVELS) + 1,
        "requests": 1 + len(CALL_BACKS),
        "requests_sectors": len(source.sectors) + 1,
        "requests_districts": len(source.areas) + 1,
        "outcomes": len(source.outcomes) + 1,
        "activities": len(source.activities),
        "checks": len(CHECKS),
        "evaluations": len(source.evaluations),
        "decisions": len(source.decisions),
        "stories": len(source.stories),
    }


def shares(document: Document) -> tuple[dict[str, float], dict[str, float]]:
    """The published rates of a document, by place, with their n: what the next quarter is compared with."""
    found: dict[str, float] = {}
    counts: dict[str, float] = {}
    places = [
        ("headline", "{code}/city"),
        ("requests", "{code}/city"),
        ("checks", "{code}/city"),
        ("sectors", "satisfaction/sector:{code}"),
        ("districts", "satisfaction/area:{code}"),
        ("requests_sectors", "on_time/sector:{code}"),
        ("requests_districts", "on_time/area:{code}"),
    ]
    for name, pattern in places:
        for row in document.table(name).rows:
            share, n = row["share"], row["n"]
            if row["code"] != CITY and isinstance(share, int | float) and isinstance(n, int):
                place = pattern.format(code=row["code"])
                found[place], counts[place] = float(share), float(n)
    return found, counts
