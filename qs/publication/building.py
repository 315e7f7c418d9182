"""How the public document is made out of the counts: disclosure control over all tables together, then every table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, reduce

from qs.i18n import N_, gettext
from qs.publication import columns, wording
from qs.publication.disclosure import (
    Cell,
    Key,
    RateCounts,
    Relation,
    Tables,
    hidden_cells,
    is_rate_hidden,
    joined,
    rate_tables,
)
from qs.publication.document import Document, Named, Rate, Row, Source, Table, Text, both, rounded
from qs.publication.rules import change, share_interval
from qs.publication.terms import SMALLEST_COUNT, Change
from qs.publication.wording import RATES, Figures

CITY, ALL = "city", N_("Whole city")
RATING, ON_TIME = "rating-satisfaction", "request-on-time"
CALL_BACKS = {  # rate -> measure of the frozen quarter
    "response": "request-response",
    "resolution": "request-resolution",
    "request_satisfaction": "request-satisfaction",
}
CHECKS = {"conformity": "inspection-conformity", "rectified_on_time": "rectification-on-time"}  # the office's own acts
ROOM_RATES = ("negatives_rectified", "participation")
PERSONAL = {  # activities that count what people did: small numbers are hidden
    "suggestions",
    "suggestions_answered",
    "opinions",
    "hearing_registrations",
    "ratings_excluded",
    "requests",
}
PARTS_OF = {"suggestions_answered": "suggestions"}  # a count that is part of another one
TOTAL = "total"
RESULTS_KEPT = 16  # of the search for cells to hide, which takes a second
NOTHING = Rate(numerator=0, denominator=0)
Units = dict[str, Rate]


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


# --- Units: services, sectors, districts and the city -----------------------------------------------------------------


def units_of(source: Source, measure: str) -> tuple[Units, list[tuple[str, list[str]]]]:
    """The counts of a measure for every service, sector, district and the city, and which unit is whose sum."""
    counts = source.measures.get(measure, {})
    rates: Units = {f"service:{service.code}": counts.get(service.code, NOTHING) for service in source.services}
    groups: list[tuple[str, list[str]]] = []
    for kind, all_of_it in (("sector", source.sectors), ("area", source.areas)):
        for one in all_of_it:
            parts = [f"service:{service.code}" for service in source.services if getattr(service, kind) == one.code]
            rates[f"{kind}:{one.code}"] = summed(rates[part] for part in parts)
            groups.append((f"{kind}:{one.code}", parts))
        groups.append((CITY, [f"{kind}:{one.code}" for one in all_of_it]))
    rates[CITY] = summed(counts.get(service.code, NOTHING) for service in source.services)
    return rates, groups


def summed(rates: Iterable[Rate]) -> Rate:
    found = list(rates)
    return Rate(numerator=sum(one.numerator for one in found), denominator=sum(one.denominator for one in found))


def whole(rate: Rate) -> RateCounts:
    """The counts as whole numbers: disclosure control counts cases. Weighted numerators are rounded up."""
    return RateCounts(min(-int(-rate.numerator // 1), int(rate.denominator)), int(rate.denominator))


# --- Disclosure control over everything -------------------------------------------------------------------------------


def all_tables(source: Source) -> Tables:
    """The cells of every table of the release that counts people's cases, with the sums between them."""
    ratings, rating_groups = units_of(source, RATING)
    on_time, _ = units_of(source, ON_TIME)
    printed = {unit: whole(rate) for unit, rate in on_time.items() if not unit.startswith("service:")}
    city_sums = [
        (CITY, [f"sector:{one.code}" for one in source.sectors]),
        (CITY, [f"area:{one.code}" for one in source.areas]),
    ]
    parts = [
        rate_tables("satisfaction", {unit: whole(rate) for unit, rate in ratings.items()}, rating_groups),
        rate_tables("on_time", printed, city_sums, complement_k=0),
        *(city_tables(code, source.rates.get(code, NOTHING)) for code in ROOM_RATES),
        *(city_tables(code, city_rate(source, name)) for code, name in CALL_BACKS.items()),
        level_tables(source, whole(ratings[CITY])),
        part_tables("outcomes", [(named.code, count) for named, count in source.outcomes]),
        activity_tables(source),
    ]
    return reduce(joined, parts)


def city_tables(code: str, rate: Rate) -> Tables:
    return rate_tables(code, {CITY: whole(rate)}, (), complement_k=0)


def city_rate(source: Source, measure: str) -> Rate:
    return summed(source.measures.get(measure, {}).values())


def level_tables(source: Source, city: RateCounts) -> Tables:
    """The five levels; tied to the satisfaction of the city when they count the same ratings."""
    cells: dict[Key, Cell] = {("levels", level): Cell(count) for level, count in source.levels.items()}
    satisfied = sum(count for level, count in source.levels.items() if level in "345")
    total = sum(source.levels.values())
    cells["levels", TOTAL] = Cell(total)
    relations = [Relation(("levels", TOTAL), tuple(("levels", level) for level in source.levels))]
    if (satisfied, total) == (city.numerator, city.denominator):
        for side, levels in (("yes", "543"), ("no", "21")):
            key = ("satisfaction", side, CITY)
            value = city.numerator if side == "yes" else city.denominator - city.numerator
            cells[key] = Cell(value, k=0, is_printed=False)
            relations.append(Relation(key, tuple(("levels", level) for level in levels)))
        cells["satisfaction", "n", CITY] = Cell(city.denominator, k=0, is_printed=False)
        relations.append(Relation(("satisfaction", "n", CITY), (("levels", TOTAL),)))
    return Tables(cells, tuple(relations))


def part_tables(name: str, parts: Sequence[tuple[str, int]]) -> Tables:
    """Parts of a whole, with their sum."""
    cells: dict[Key, Cell] = {(name, code): Cell(count) for code, count in parts}
    cells[name, TOTAL] = Cell(sum(count for _, count in parts))
    return Tables(cells, (Relation((name, TOTAL), tuple((name, code) for code, _ in parts)),))


def activity_tables(source: Source) -> Tables:
    counts = {named.code: count for named, count in source.activities if named.code in PERSONAL}
    cells: dict[Key, Cell] = {("activities", code): Cell(count) for code, count in counts.items()}
    relations = []
    for part, of in PARTS_OF.items():
        if part in counts and of in counts:
            rest = ("activities", f"{of} without {part}")
            cells[rest] = Cell(counts[of] - counts[part], is_printed=False)
            relations.append(Relation(("activities", of), (("activities", part), rest)))
    return Tables(cells, tuple(relations))


def hidden_of(source: Source) -> frozenset[Key]:
    """The cells that must not be shown; looked for once for the same counts, whatever the texts beside them."""
    beside: dict[str, object] = {
        "stories": (),
        "decisions": (),
        "evaluations": (),
        "scores": (),
        "previous": {},
        "previous_n": {},
    }
    counts = source.model_copy(update={**beside, "counted_at": source.ends_at})
    return hidden_in(counts.model_dump_json())


@lru_cache(maxsize=RESULTS_KEPT)
def hidden_in(counts: str) -> frozenset[Key]:
    source = Source.model_validate_json(counts)
    return hidden_cells(all_tables(source), already_hidden=[key_of(name) for name in source.already_hidden])


def name_of(key: Key) -> str:
    """A cell's key as text, for the source of the next edition."""
    return "/".join(key) if isinstance(key, tuple) else str(key)


def key_of(name: str) -> Key:
    return tuple(name.split("/"))


# --- Rows -------------------------------------------------------------------------------------------------------------


def figures_of(source: Source, hidden: frozenset[Key]) -> Figures:
    """The rows the sentences speak of."""
    ratings, _ = units_of(source, RATING)
    city = Named(code="satisfaction", name="", name_en="")
    headline = {
        "satisfaction": rate_row(source, "satisfaction", CITY, ratings[CITY], rate_name(city.code), hidden),
        "on_time": on_time_row(source, hidden),
        **{code: room_row(source, code, hidden) for code in ROOM_RATES},
    }
    requests = {
        "on_time": headline["on_time"],
        **{
            code: rate_row(source, code, CITY, city_rate(source, measure), rate_name(code), hidden)
            for code, measure in CALL_BACKS.items()
        },
    }
    checks = {
        code: rate_row(source, code, CITY, city_rate(source, measure), rate_name(code), frozenset())
        for code, measure in CHECKS.items()
    }
    activities: dict[str, Row] = {
        named.code: count_row(named, count, ("activities", named.code), hidden) for named, count in source.activities
    }
    sectors = group_rows(source, "satisfaction", "sector", ratings, hidden)
    districts = group_rows(source, "satisfaction", "area", ratings, hidden)
    return Figures(source, headline, tuple(sectors), tuple(districts), requests, activities, checks)


def rate_name(code: str) -> Named:
    words = both(lambda: gettext(RATES[code][0]))
    return Named(code=code, name=words.zh, name_en=words.en)


def city_name() -> Named:
    words = both(lambda: gettext(ALL))
    return Named(code=CITY, name=words.zh, name_en=words.en)


def on_time_row(source: Source, hidden: frozenset[Key]) -> Row:
    return rate_row(source, "on_time", CITY, city_rate(source, ON_TIME), rate_name("on_time"), hidden)


def room_row(source: Source, code: str, hidden: frozenset[Key]) -> Row:
    return rate_row(source, code, CITY, source.rates.get(code, NOTHING), rate_name(code), hidden)


def rate_row(source: Source, table: str, unit: str, rate: Rate, named: Named, hidden: frozenset[Key]) -> Row:
    """One rate with n, interval and comparison; hidden parts are empty and named in `hidden`."""
    counts = whole(rate)
    is_hidden = is_rate_hidden(table, unit, hidden)
    found = None if is_hidden else share_interval(rate.numerator, rate.denominator)
    place = f"{table}/{unit}"
    before, before_n = source.previous.get(place), source.previous_n.get(place)
    marks = [name for name, side in (("numerator", "yes"), ("n", "n")) if (table, side, unit) in hidden]
    moved = Change.UNKNOWN if found is None else change(found.share, rate.denominator, before, before_n)
    return {
        "code": named.code,
        "name": named.name,
        "name_en": named.name_en,
        "numerator": None if "numerator" in marks else plain_number(rate.numerator, counts.numerator),
        "n": None if "n" in marks else counts.denominator,
        "share": rounded(found.share) if found else None,
        "lower": rounded(found.lower) if found else None,
        "upper": rounded(found.upper) if found else None,
        "previous": before,
        "change": moved.value,
        "hidden": " ".join([*marks, *(("share", "lower", "upper") if is_hidden else ())]),
    }


def plain_number(exact: float, counted: int) -> int | float:
    """The numerator as it is: whole for counts, with its fraction where cases are weighted."""
    return counted if float(exact).is_integer() else rounded(exact)


def group_rows(source: Source, table: str, kind: str, rates: Units, hidden: frozenset[Key]) -> list[Row]:
    """One row for each sector or area, in the order of the directory."""
    names = source.sectors if kind == "sector" else source.areas
    return [rate_row(source, table, f"{kind}:{one.code}", rates[f"{kind}:{one.code}"], one, hidden) for one in names]


def count_row(named: Named, count: int, key: Key, hidden: frozenset[Key]) -> Row:
    is_hidden = key in hidden
    return {
        "code": named.code,
        "name": named.name,
        "name_en": named.name_en,
        "count": None if is_hidden else count,
        "hidden": "count" if is_hidden else "",
    }


def part_rows(table: str, parts: Sequence[tuple[Named, int]], hidden: frozenset[Key]) -> list[Row]:
    """Parts with their share of the sum; the last row is the sum. A share goes with its count and with the sum."""
    total = sum(count for _, count in parts)
    words = both(lambda: gettext(N_("Total")))
    sum_name = Named(code=TOTAL, name=words.zh, name_en=words.en)
    rows = []
    for named, count in [*parts, (sum_name, total)]:
        row = count_row(named, count, (table, named.code), hidden)
        is_hidden = bool(row["hidden"]) or (table, TOTAL) in hidden
        row["whole_share"] = None if is_hidden or not total else rounded(count / total)
        row["hidden"] = "count whole_share" if row["hidden"] else ("whole_share" if is_hidden else "")
        rows.append(row)
    return rows


def score_cells(source: Source, code: str) -> Row:
    """The frozen score of a service or an area; empty when it is not ranked."""
    found = {score.code: score for score in source.scores}.get(code)
    if found is None or not found.is_ranked or found.score is None:
        return {"score": None, "score_lower": None, "score_upper": None, "tier": "", "is_ranked": "no"}
    return {
        "score": round(found.score, 2),
        "score_lower": None if found.lower is None else round(found.lower, 2),
        "score_upper": None if found.upper is None else round(found.upper, 2),
        "tier": found.tier,
        "is_ranked": "yes",
    }


def district_rows(source: Source, rows: Sequence[Row], city: Row) -> list[Row]:
    wanted = ("score", "score_lower", "score_upper")
    scored = [(row, score_cells(source, f"area:{row['code']}")) for row in rows]
    return [
        *({**row, **{name: cells[name] for name in wanted}} for row, cells in scored),
        {**city, **dict.fromkeys(wanted)},
    ]


def service_rows(source: Source, hidden: frozenset[Key]) -> list[Row]:
    ratings, _ = units_of(source, RATING)
    rows = []
    for service in source.services:
        row = rate_row(
            source, "satisfaction", f"service:{service.code}", ratings[f"service:{service.code}"], service, hidden
        )
        kept = {name: value for name, value in row.items() if name not in ("previous", "change")}
        rows.append(
            {**kept, "sector": service.sector, "area": service.area, **score_cells(source, f"service:{service.code}")}
        )
    return rows


# --- Tables -----------------------------------------------------------------------------------------------------------


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
