"""What is counted for a release, and which of its cells are hidden: disclosure control over all tables together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce

from qs.i18n import N_
from qs.publication.disclosure import (
    Cell,
    Key,
    RateCounts,
    Relation,
    Tables,
    hidden_cells,
    joined,
    rate_tables,
)
from qs.publication.document import Rate, Source

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
