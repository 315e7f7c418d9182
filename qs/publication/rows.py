"""The rows of the public tables: rates with their counts and intervals, counts and parts, hidden cells left empty."""

from __future__ import annotations

from collections.abc import Sequence

from qs.i18n import N_, gettext
from qs.publication.counts import (
    ALL,
    CALL_BACKS,
    CHECKS,
    CITY,
    NOTHING,
    ON_TIME,
    RATING,
    ROOM_RATES,
    TOTAL,
    Units,
    city_rate,
    units_of,
    whole,
)
from qs.publication.disclosure import (
    Key,
    is_rate_hidden,
)
from qs.publication.document import Named, Rate, Row, Source, both, rounded
from qs.publication.rules import change, share_interval
from qs.publication.terms import Change
from qs.publication.wording import RATES, Figures


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
