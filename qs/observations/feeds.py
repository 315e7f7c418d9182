"""A feed as data: how the columns of a file become events, read from TOML and checked before it is used."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from qs.errors import InvalidInput
from qs.observations.fields import Fields
from qs.observations.templates import template_columns
from qs.settings import SHIPPED_DATA
from qs.tabular.terms import ProblemList

FEED_FILES = SHIPPED_DATA / "feeds"
LONGEST_FILE_BYTES = 256 * 1024

Raw = Mapping[str, Any]  # Any: what TOML or JSON holds


class Repeats(StrEnum):
    """What to do with two rows of one key: refuse them, or take one when they say the same."""

    REFUSE = "refuse"
    MERGE = "merge"


class Empty(StrEnum):
    """What an empty cell means for a measure: a fault, or nothing measured."""

    REFUSE = "refuse"
    SKIP = "skip"


@dataclass(frozen=True)
class TimeColumn:
    """The column that says when; `layout` is a date format such as %m_%Y, empty for ISO days and moments."""

    column: str
    layout: str | None = None


@dataclass(frozen=True)
class Named:
    """An entry of the directory as templates over the columns."""

    code: str
    name: str
    name_en: str | None = None

    def templates(self) -> tuple[str, ...]:
        return (self.code, self.name, self.name_en or "")


@dataclass(frozen=True)
class ServiceRule:
    """Which service a row speaks of, and, when services may be created, everything a new one needs."""

    names: Named
    create: bool = False
    sector: str = ""
    area: Named | None = None
    department: Named | None = None
    provider: Named | None = None


@dataclass(frozen=True)
class Amount:
    """A quantity: a column, less another one, times a scale; or a fixed number."""

    column: str | None = None
    minus: str | None = None
    scale: float = 1.0
    fixed: float = 1.0

    def columns(self) -> tuple[str, ...]:
        return tuple(name for name in (self.column, self.minus) if name is not None)


ONE = Amount()


@dataclass(frozen=True)
class WithinDays:
    """Whether the working days (Monday to Friday) after `begin` up to `end` are at most `days`."""

    begin: str
    end: str
    days: int


@dataclass(frozen=True)
class Measure:
    """One event made of each row: for which indicator, when, and what is above and below the line."""

    indicator: str
    numerator: Amount = ONE
    denominator: Amount = ONE
    days_between: tuple[str, str] | None = None
    within: WithinDays | None = None
    when: Mapping[str, tuple[str, ...]] | None = None
    empty: Empty = Empty.REFUSE
    time: TimeColumn | None = None
    unit: str | None = None  # the column that names the unit, to be compared with the indicator's


@dataclass(frozen=True)
class RequestHistory:
    """Which measures of a feed are a history of requests: cases opened, completed in time, and days to completion."""

    opened: str
    on_time: str
    handling_days: str


@dataclass(frozen=True)
class FeedMapping:
    """A file layout. `raw` is the same as plain data, as it is stored."""

    code: str
    name: str
    name_en: str | None
    header: tuple[str, ...]
    key: str
    time: TimeColumn
    service: ServiceRule
    measures: tuple[Measure, ...]
    library: str | None
    silent_after_hours: float | None
    repeats: Repeats
    blanks: Mapping[str, str]  # column -> what stands for an empty cell
    area: str | None
    channel: str | None
    requests: RequestHistory | None
    raw: Raw


def shipped_mappings(folder: Path = FEED_FILES) -> dict[str, FeedMapping]:
    """The feeds that come with the system, by code."""
    found = (mapping_from_toml(path.read_bytes()) for path in sorted(folder.glob("*.toml")))
    return {mapping.code: mapping for mapping in found}


def mapping_from_toml(text: bytes) -> FeedMapping:
    """Read a mapping from TOML. Raises InvalidInput naming each faulty field."""
    if len(text) > LONGEST_FILE_BYTES:
        raise InvalidInput("mapping_too_long", limit=LONGEST_FILE_BYTES)
    try:
        raw = tomllib.loads(text.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidInput("mapping_not_toml", reason=str(error)) from error
    return read_mapping(raw)


def read_mapping(raw: Raw) -> FeedMapping:
    """Check a mapping given as plain data. Raises InvalidInput naming each faulty field."""
    problems = ProblemList()
    fields = Fields(raw, problems)
    header = fields.texts("header")
    mapping = FeedMapping(
        code=fields.text("code"),
        name=fields.text("name"),
        name_en=fields.optional_text("name_en"),
        header=header,
        key=fields.text("key"),
        time=read_time(fields.table("time")) or TimeColumn(""),
        service=read_service(fields.table("service")),
        measures=tuple(read_measure(measure) for measure in fields.tables("measure")),
        library=fields.optional_text("library"),
        silent_after_hours=fields.optional_number("silent_after_hours"),
        repeats=fields.choice("repeats", Repeats, Repeats.REFUSE),
        blanks=fields.text_map("blanks"),
        area=fields.optional_text("area"),
        channel=fields.optional_text("channel"),
        requests=read_requests(fields.table("requests", needed=False)),
        raw=raw,
    )
    fields.optional_text("source")
    fields.optional_text("source_en")
    fields.close()
    check_columns(mapping, problems)
    problems.check("mapping_faulty")
    return mapping


def read_time(fields: Fields | None) -> TimeColumn | None:
    if fields is None:
        return None
    time = TimeColumn(fields.text("column"), fields.layout("format"))
    fields.close()
    return time


def read_service(fields: Fields | None) -> ServiceRule:
    if fields is None:
        return ServiceRule(Named("", ""))
    create = fields.flag("create")
    rule = ServiceRule(
        names=Named(
            fields.text("code"),
            fields.text("name") if create else fields.optional_text("name") or "",
            fields.optional_text("name_en"),
        ),
        create=create,
        sector=fields.text("sector") if create else fields.optional_text("sector") or "",
        area=read_named(fields.table("area", needed=create)),
        department=read_named(fields.table("department", needed=create)),
        provider=read_named(fields.table("provider", needed=create)),
    )
    fields.close()
    return rule


def read_named(fields: Fields | None) -> Named | None:
    if fields is None:
        return None
    named = Named(fields.text("code"), fields.text("name"), fields.optional_text("name_en"))
    fields.close()
    return named


def read_measure(fields: Fields) -> Measure:
    within = fields.table("within_working_days", needed=False)
    between = fields.texts("days_between", needed=False)
    if between and len(between) != 2:
        fields.fault("days_between", "mapping_two_columns")
    is_derived = bool(between) or within is not None
    if is_derived == fields.has("numerator"):
        fields.fault("numerator", "mapping_one_way_to_count")
    measure = Measure(
        indicator=fields.text("indicator"),
        numerator=read_amount(fields, "numerator"),
        denominator=read_amount(fields, "denominator"),
        days_between=(between[0], between[1]) if len(between) == 2 else None,
        within=read_within(within),
        when=fields.choices_map("when"),
        empty=fields.choice("empty", Empty, Empty.REFUSE),
        time=read_time(fields.table("time", needed=False)),
        unit=fields.optional_text("unit"),
    )
    fields.close()
    return measure


def read_requests(fields: Fields | None) -> RequestHistory | None:
    if fields is None:
        return None
    history = RequestHistory(fields.text("opened"), fields.text("on_time"), fields.text("handling_days"))
    fields.close()
    return history


def read_amount(fields: Fields, name: str) -> Amount:
    """A number, a column's name, or a table of column, minus and scale."""
    value = fields.anything(name)
    if value is None:
        return ONE
    if isinstance(value, str):
        return Amount(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Amount(fixed=float(value))
    inner = fields.inside(name, value)
    scale = inner.optional_number("scale")
    amount = Amount(inner.text("column"), inner.optional_text("minus"), 1.0 if scale is None else scale)
    inner.close()
    return amount


def read_within(fields: Fields | None) -> WithinDays | None:
    if fields is None:
        return None
    within = WithinDays(fields.text("from"), fields.text("to"), fields.whole_number("days"))
    fields.close()
    return within


def check_columns(mapping: FeedMapping, problems: ProblemList) -> None:
    """Every column spoken of must stand in the header; no two measures may make events of one id."""
    for place, column in used_columns(mapping):
        if column and column not in mapping.header:
            problems.add("mapping_column_unknown", column=place, name=column)
    names = [measure.indicator for measure in mapping.measures]
    for place, name in vars(mapping.requests).items() if mapping.requests else ():
        if name and name not in names:
            problems.add("mapping_measure_unknown", column=f"requests.{place}", name=name)
    for position, name in enumerate(names):
        if name in names[:position]:
            problems.add("mapping_indicator_repeated", column=f"measure {position + 1}", name=name)


def used_columns(mapping: FeedMapping) -> Iterable[tuple[str, str]]:
    """(where in the mapping, column) for every column a mapping speaks of."""
    rule = mapping.service
    yield "time", mapping.time.column
    for place, template in (
        ("key", mapping.key),
        ("area", mapping.area or ""),
        ("channel", mapping.channel or ""),
        ("service.sector", rule.sector),
        *(
            (f"service.{part}", text)
            for part, named in (
                ("code", rule.names),
                ("area", rule.area),
                ("department", rule.department),
                ("provider", rule.provider),
            )
            for text in (named.templates() if named else ())
        ),
    ):
        yield from ((place, column) for column in template_columns(template))
    yield from (("blanks", column) for column in mapping.blanks)
    for position, measure in enumerate(mapping.measures, start=1):
        yield from ((f"measure {position}", column) for column in measure_columns(measure))


def measure_columns(measure: Measure) -> Iterable[str]:
    yield from template_columns(measure.indicator)
    yield from (*measure.numerator.columns(), *measure.denominator.columns(), *(measure.when or ()))
    yield from measure.days_between or ()
    if measure.within is not None:
        yield from (measure.within.begin, measure.within.end)
    if measure.time is not None:
        yield measure.time.column
    if measure.unit is not None:
        yield measure.unit
