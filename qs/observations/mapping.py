"""From a table of text to events: a feed's mapping applied to every row at once, with every fault by row and column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qs.errors import Problem
from qs.observations.feeds import Empty, FeedMapping, Measure, Repeats, TimeColumn, measure_columns, used_columns
from qs.observations.measuring import Counts, counted, days_between, within_days
from qs.observations.services import KnownService, ServiceDraft, service_drafts
from qs.observations.templates import filled, template_columns
from qs.observations.terms import EVENT_ID_LENGTH, Channel
from qs.standards.terms import Aggregation, IndicatorKey
from qs.tabular.cells import Parsed, days, moments, numbers
from qs.tabular.terms import ProblemList, Table

Mask = NDArray[np.bool_]
Column = Sequence[object] | NDArray[Any]  # Any: numbers or texts
NEVER_NEGATIVE = (Aggregation.SHARE, Aggregation.COUNT, Aggregation.RATE, Aggregation.PERCENTILE)


@dataclass(frozen=True)
class Known:
    """What an importer must know of the directory and the standards, all by code."""

    services: Mapping[str, KnownService]
    indicators: Mapping[str, IndicatorKey]
    areas: Mapping[str, int]
    units: Mapping[str, frozenset[str]]  # indicator -> the names of its unit
    now: datetime
    zone: ZoneInfo


@dataclass(frozen=True)
class Events:
    """Events in columns, in codes: the directory may not know the services yet. `area` "" is the service's own."""

    row: NDArray[np.int64]  # spreadsheet row
    happened_at: NDArray[np.int64]
    event_id: NDArray[np.object_]
    service: NDArray[np.object_]
    indicator: NDArray[np.object_]
    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]
    area: NDArray[np.object_]
    channel: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True)
class Mapped:
    """The sound events of a file, the services it would begin, and everything wrong with the other rows."""

    events: Events
    new_services: tuple[ServiceDraft, ...]
    problems: tuple[Problem, ...]
    problem_count: int
    faulty_rows: frozenset[int]
    merged_row_count: int  # rows that repeat another one word for word


@dataclass(frozen=True)
class Work:
    """One file being mapped: its columns with blanks filled in, and what was found out so far."""

    table: Table
    columns: Mapping[str, Sequence[str]]
    mapping: FeedMapping
    known: Known
    problems: ProblemList
    rows: NDArray[np.int64]
    parsed: dict[tuple[str, str], Parsed] = field(default_factory=dict)
    told: set[tuple[str, int]] = field(default_factory=set)

    def report(self, mask: Mask, code: str, column: str | None, facts: Mapping[str, Column]) -> None:
        """One problem for each marked position, with the facts of that position."""
        for position in np.flatnonzero(mask).tolist():
            own = {name: told(values[position]) for name, values in facts.items()}
            self.problems.add(code, row=int(self.rows[position]), column=column, **own)

    def need(self, mask: Mask, column: str) -> None:
        """Report each marked position as an empty cell."""
        for position in np.flatnonzero(mask).tolist():
            self.report_cell(Problem("cell_empty"), column, position)

    def report_cell(self, fault: Problem, column: str, position: int) -> None:
        """Report a fault of one cell, unless the cell was reported before."""
        if (column, position) not in self.told:
            self.told.add((column, position))
            self.problems.add(fault.code, row=int(self.rows[position]), column=column, **fault.facts)

    def kept(self, column: str, kind: str, found: Parsed) -> Parsed:
        """Remember a parsed column and report its faults."""
        self.parsed[column, kind] = found
        for position, fault in found.faults.items():
            self.report_cell(fault, column, position)
        return found

    def numbers(self, column: str) -> Parsed:
        return self.parsed.get((column, "number")) or self.kept(column, "number", numbers(self.columns[column]))

    def days(self, column: str) -> Parsed:
        return self.parsed.get((column, "day")) or self.kept(
            column, "day", days(self.columns[column], now=self.known.now, zone=self.known.zone)
        )

    def moments(self, time: TimeColumn) -> Parsed:
        kind = f"moment {time.layout or ''}"
        return self.parsed.get((time.column, kind)) or self.kept(
            time.column,
            kind,
            moments(self.columns[time.column], now=self.known.now, zone=self.known.zone, layout=time.layout),
        )


def told(value: object) -> str:
    """A fact as a person would write it: 3 and not 3.0."""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def first_column(template: str) -> str | None:
    return next(iter(template_columns(template)), None)


def objects(texts: Sequence[str]) -> NDArray[np.object_]:
    column = np.empty(len(texts), dtype=object)
    column[:] = texts
    return column


def map_table(table: Table, mapping: FeedMapping, known: Known) -> Mapped:
    """Apply a mapping. Raises InvalidInput when the header lacks a column; every other fault is returned."""
    check_header(table, mapping)
    work = Work(
        table, with_blanks(table, mapping), mapping, known, ProblemList(), np.array(table.row_numbers, np.int64)
    )
    kept = first_of_each_key(work)
    keys = texts(work, mapping.key)
    services = texts(work, mapping.service.names.code)
    drafts = service_drafts(work.columns, mapping, known.services, services, work.rows, work.problems)
    areas = checked_areas(work)
    channels = checked_channels(work)
    work.moments(mapping.time)
    parts = [measured(work, measure, kept, keys) for measure in mapping.measures]
    events = joined(work, parts, services, areas, channels)
    return Mapped(
        events=events,
        new_services=tuple(draft for draft in drafts if draft.row not in work.problems.rows),
        problems=tuple(sorted(work.problems.listed, key=lambda problem: (problem.row or 0, problem.column or ""))),
        problem_count=work.problems.count,
        faulty_rows=frozenset(work.problems.rows),
        merged_row_count=int((~kept).sum()) if mapping.repeats is Repeats.MERGE else 0,
    )


def check_header(table: Table, mapping: FeedMapping) -> None:
    problems = ProblemList()
    for name in mapping.header:
        if name not in table.columns:
            problems.add("header_missing", name=name)
    problems.check("header_does_not_fit", feed=mapping.code)


def with_blanks(table: Table, mapping: FeedMapping) -> dict[str, Sequence[str]]:
    columns: dict[str, Sequence[str]] = {name: table.columns[name] for name in mapping.header}
    for name, text in mapping.blanks.items():
        columns[name] = [cell if cell and not cell.isspace() else text for cell in columns[name]]
    return columns


def texts(work: Work, template: str) -> NDArray[np.object_]:
    """The filled template for each row; an empty cell in it is a fault."""
    for column in template_columns(template):
        empty = np.fromiter((not cell or cell.isspace() for cell in work.columns[column]), bool, len(work.table))
        work.need(empty, column)
    return objects(filled(template, work.columns, len(work.table)))


def first_of_each_key(work: Work) -> Mask:
    """True for the first row of each key. Later ones are faults, unless repeats that say the same may be merged."""
    keys = filled(work.mapping.key, work.columns, len(work.table))
    codes, _ = pd.factorize(objects(keys))
    _, firsts = np.unique(codes, return_index=True)
    original = firsts[codes] if len(codes) else codes
    is_first: Mask = original == np.arange(len(codes))
    used = sorted({column for _, column in used_columns(work.mapping) if column})
    for position in np.flatnonzero(~is_first).tolist():
        first = int(original[position])
        differs = [name for name in used if work.columns[name][position] != work.columns[name][first]]
        if work.mapping.repeats is Repeats.REFUSE or differs:
            code = "row_repeated_differently" if differs else "row_repeated"
            column = first_column(work.mapping.key)
            facts = {"first_row": str(work.rows[first]), "value": keys[position][:EVENT_ID_LENGTH]}
            work.problems.add(code, row=int(work.rows[position]), column=column, **facts)
            if differs:  # which of the two is right, nobody can say
                work.problems.rows.add(int(work.rows[first]))
    return is_first


def checked_areas(work: Work) -> NDArray[np.object_]:
    if work.mapping.area is None:
        return np.full(len(work.table), "", dtype=object)
    codes = texts(work, work.mapping.area)
    unknown = ~np.isin(codes.astype(str), list(work.known.areas))
    work.report(unknown, "area_code_unknown", first_column(work.mapping.area), {"value": codes})
    return codes


def checked_channels(work: Work) -> NDArray[np.object_]:
    if work.mapping.channel is None:
        return np.full(len(work.table), Channel.UNKNOWN.value, dtype=object)
    words = filled(work.mapping.channel, work.columns, len(work.table))
    channels = objects([word or Channel.UNKNOWN.value for word in words])
    unknown = ~np.isin(channels.astype(str), [channel.value for channel in Channel])
    work.report(unknown, "channel_unknown", first_column(work.mapping.channel), {"value": channels})
    return channels


@dataclass(frozen=True)
class Part:
    """The events of one measure: row positions, and their columns."""

    positions: NDArray[np.int64]
    happened_at: NDArray[np.int64]
    event_id: NDArray[np.object_]
    indicator: NDArray[np.object_]
    numerator: NDArray[np.float64]
    denominator: NDArray[np.float64]


def measured(work: Work, measure: Measure, kept: Mask, keys: NDArray[np.object_]) -> Part:
    """The events one measure makes of the rows, its faults reported."""
    active = kept & wanted_rows(work, measure)
    counts = counts_of(work, measure, active)
    time = work.moments(measure.time or work.mapping.time)
    if measure.time is None or measure.empty is Empty.REFUSE:
        work.need(active & time.empty, (measure.time or work.mapping.time).column)
    present = active & counts.present & time.sound
    indicators = indicator_codes(work, measure, present)
    check_counts(work, measure, counts, present, indicators)
    prefix = f"{work.mapping.code}:"
    positions = np.flatnonzero(present)
    chosen = indicators[positions]
    names = objects([f"{prefix}{keys[at]}:{code}" for at, code in zip(positions, chosen, strict=True)])
    check_lengths(work, names, positions)
    return Part(
        positions,
        time.values[positions],
        names,
        chosen,
        counts.numerator[positions],
        counts.denominator[positions],
    )


def wanted_rows(work: Work, measure: Measure) -> Mask:
    wanted = np.ones(len(work.table), dtype=bool)
    for column, values in (measure.when or {}).items():
        wanted &= np.fromiter((cell.strip() in values for cell in work.columns[column]), bool, len(work.table))
    return wanted


def counts_of(work: Work, measure: Measure, active: Mask) -> Counts:
    """What stands above and below the line in each row, and in which rows anything does."""
    if measure.days_between is not None:
        begin, end = measure.days_between
        counts = days_between(work.days(begin), work.days(end))
        needed: tuple[str, ...] = (begin, end)
    elif measure.within is not None:
        begin, end = measure.within.begin, measure.within.end
        counts = within_days(work.days(begin), work.days(end), measure.within.days)
        needed = (begin,)
    else:
        above, below = measure.numerator, measure.denominator
        counts = counted(
            above,
            below,
            {column: work.numbers(column) for column in (*above.columns(), *below.columns())},
            len(work.table),
        )
        needed = (*above.columns(), *below.columns())
    if measure.days_between is not None or measure.within is not None:
        work.report(active & counts.reversed, "ends_before_begins", end, {"begin": work.columns[begin]})
    if measure.empty is Empty.REFUSE:
        for column in needed:
            work.need(active & empties(work, column), column)
    return counts


def empties(work: Work, column: str) -> Mask:
    for kind in ("number", "day"):
        if (column, kind) in work.parsed:
            return work.parsed[column, kind].empty
    raise ValueError(f"{column} was not read")


def indicator_codes(work: Work, measure: Measure, present: Mask) -> NDArray[np.object_]:
    """The indicator of each row; one that the standards do not know is a fault."""
    codes = objects(filled(measure.indicator, work.columns, len(work.table)))
    columns = template_columns(measure.indicator)
    if not columns:
        if measure.indicator not in work.known.indicators:
            work.problems.add("indicator_code_unknown", value=measure.indicator)
            present[:] = False
        return codes
    unknown = present & ~np.isin(codes.astype(str), list(work.known.indicators))
    work.report(unknown, "indicator_code_unknown", columns[0], {"value": codes})
    present &= ~unknown
    return codes


def check_counts(work: Work, measure: Measure, counts: Counts, present: Mask, indicators: NDArray[np.object_]) -> None:
    """Counts that cannot be: below zero, more above the line than below, something out of nothing."""
    kinds = {code: work.known.indicators[code].counting.aggregation for code in set(indicators[present].tolist())}
    above = next(iter(measure.numerator.columns() or measure_columns(measure)), None)
    below = next(iter(measure.denominator.columns()), above)
    facts = {"numerator": counts.numerator, "denominator": counts.denominator}
    for code, kind in kinds.items():
        mine = present & (indicators == code)
        negative = mine & (counts.numerator < 0) & (kind in NEVER_NEGATIVE)
        work.report(negative, "numerator_negative", above, facts)
        work.report(mine & (counts.denominator < 0), "denominator_negative", below, facts)
        if kind.is_measured:
            work.report(mine & (counts.denominator != 1), "denominator_not_one", below, facts)
        too_many = mine & ~negative & (counts.denominator >= 0) & (kind is Aggregation.SHARE)
        work.report(too_many & (counts.numerator > counts.denominator), "numerator_above_denominator", above, facts)
        nothing = mine & (counts.denominator == 0) & (counts.numerator > 0) & (kind is Aggregation.RATE)
        work.report(nothing, "denominator_zero", below, facts)
        if measure.unit is not None:
            check_units(work, measure.unit, code, mine)


def check_units(work: Work, column: str, indicator: str, rows: Mask) -> None:
    units = work.known.units.get(indicator, frozenset())
    cells = work.columns[column]
    wrong = rows & ~np.fromiter((cell.strip() in units for cell in cells), bool, len(cells))
    expected = " / ".join(sorted(units))
    work.report(wrong, "unit_unknown", column, {"value": cells, "unit": [expected] * len(cells)})


def check_lengths(work: Work, names: NDArray[np.object_], positions: NDArray[np.int64]) -> None:
    column = first_column(work.mapping.key)
    for name, position in zip(names, positions, strict=True):
        if len(name) > EVENT_ID_LENGTH:
            work.problems.add("event_id_too_long", row=int(work.rows[position]), column=column, limit=EVENT_ID_LENGTH)


def joined(
    work: Work,
    parts: Sequence[Part],
    services: NDArray[np.object_],
    areas: NDArray[np.object_],
    channels: NDArray[np.object_],
) -> Events:
    """The events of all measures in file order, without those of faulty rows."""
    positions = np.concatenate([part.positions for part in parts])
    order = np.argsort(positions, kind="stable")
    faulty = np.isin(work.rows[positions[order]], list(work.problems.rows))
    order = order[~faulty]
    at = positions[order]
    own = {
        one.name: np.concatenate([getattr(part, one.name) for part in parts])[order]
        for one in fields(Part)
        if one.name != "positions"
    }
    return Events(row=work.rows[at], service=services[at], area=areas[at], channel=channels[at], **own)
