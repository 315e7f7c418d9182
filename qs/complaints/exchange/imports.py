"""Requests from paper or another hotline, from a file: all of its rows, or every fault by row and column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.complaints import rules
from qs.complaints.intake import composed_request, file_request
from qs.complaints.models import Request
from qs.complaints.terms import NewContact, NewRequest, RequestChannel, RequestKind, Urgency
from qs.complaints.wording import LABELS
from qs.directory.queries import ids_by_code, services
from qs.directory.terms import Table as Entries
from qs.errors import InvalidInput, Problem
from qs.frames import named_rows
from qs.i18n import Language, catalogue
from qs.periods import EPOCH, from_microseconds, local_day
from qs.settings import settings
from qs.tabular import Table
from qs.tabular.cells import Parsed, days, moments, numbers
from qs.tabular.terms import ProblemList

REGISTER = Permission.COMPLAINTS_REGISTER
MOST_ROWS = 2_000
CHUNK = 500  # ids in one question to the store
NEEDED = ("external_id", "registered_at", "kind", "channel", "title", "text")
COLUMNS = (
    *NEEDED,
    *("service", "area", "place", "latitude", "longitude", "happened_on", "remedy", "urgency"),
    *("wants_reply", "is_confidential", "name", "phone", "email", "address"),
)
CHANNELS = tuple(channel for channel in RequestChannel if channel is not RequestChannel.OPEN311)
YES, NO = frozenset({"yes", "true", "1", "是"}), frozenset({"no", "false", "0", "否"})
KEYS_PREFIX = "key:"  # ids of systems that file by their key begin so
COLUMN_OF = {
    rules.TITLE: "title",
    rules.TEXT: "text",
    rules.PLACE: "place",
    rules.REMEDY: "remedy",
    rules.EXTERNAL_ID: "external_id",
    **{label: name for name, label in rules.CONTACT_LABELS.items()},
    "happened_implausible": "happened_on",
    "place_half": "latitude",
    "place_impossible": "latitude",
}


@dataclass(frozen=True)
class PlannedRequest:
    """One row that will become a request; `row` is its spreadsheet row."""

    row: int
    registered_at: datetime
    wanted: NewRequest
    service_code: str


@dataclass(frozen=True)
class ImportPlan:
    """What a file would do: requests to register, and how many of its rows are there already."""

    file_name: str
    rows: tuple[PlannedRequest, ...]
    known_count: int


@dataclass(frozen=True)
class Imported:
    """What a file has done."""

    new_count: int
    known_count: int


@dataclass(frozen=True)
class Grounds:
    """What the cells of a row are held against."""

    services: Mapping[str, int]  # that run today and lie in the actor's scope
    areas: Mapping[str, int]
    registered: Parsed
    happened: Parsed
    latitude: Parsed
    longitude: Parsed
    today: date


def words_of(kind: type[StrEnum], members: Sequence[StrEnum]) -> dict[str, StrEnum]:
    """Every way to write a member: its code, its English label, its Chinese one; in small letters."""
    chinese = catalogue(Language.ZH)
    found: dict[str, StrEnum] = {}
    for member in members:
        label = LABELS[kind][member]
        found |= {one.casefold(): member for one in (member.value, label, *chinese.get(label, ()))}
    return found


def plan_requests(session: Session, table: Table, *, actor: Actor, now: datetime) -> ImportPlan:
    """What the rows would become. Raises NotAllowed, or InvalidInput with every fault by row and column."""
    actor.check(REGISTER)
    problems = ProblemList()
    check_header(table)
    if len(table) > MOST_ROWS:
        raise InvalidInput("too_many_rows", limit=MOST_ROWS)
    grounds = grounds_of(session, table, actor=actor, now=now)
    check_ids(table, problems)
    planned = [planned_row(table, position, grounds, problems, actor=actor) for position in range(len(table))]
    problems.check()
    known = known_ids(session, cells(table, "external_id"))
    new = tuple(row for row in planned if row is not None and row.wanted.external_id not in known)
    return ImportPlan(table.file_name, new, len(planned) - len(new))


def import_requests(session: Session, plan: ImportPlan, *, actor: Actor, now: datetime) -> Imported:
    """Register every planned request with the moment it came in; what is there by now is left as it is."""
    actor.check(REGISTER)
    filed = [
        file_request(session, row.wanted, registered_at=min(row.registered_at, now), actor=actor, now=now)
        for row in plan.rows
    ]
    new_count = sum(1 for one in filed if one.receipt_code)
    done = Imported(new_count, plan.known_count + len(filed) - new_count)
    told = {"file": plan.file_name}
    record(session, "complaints.imported_requests", "requests:import", actor=actor, now=now, rows=new_count, **told)
    return done


def check_header(table: Table) -> None:
    """Raise InvalidInput naming every column that is missing or that nobody knows."""
    problems = ProblemList()
    for name in NEEDED:
        if name not in table.header:
            problems.add("header_missing", row=1, name=name)
    for name in table.header:
        if name not in COLUMNS:
            problems.add("column_not_known", row=1, column=name)
    problems.check()


def grounds_of(session: Session, table: Table, *, actor: Actor, now: datetime) -> Grounds:
    today = local_day(now, settings().zone)
    reachable = services(session, actor=actor, permission=REGISTER, day=today)
    clock: dict[str, Any] = {"now": now, "zone": settings().zone}  # Any: goes to two readers of cells
    return Grounds(
        {row.code: int(row.service_id) for row in named_rows(reachable) if row.is_open},
        ids_by_code(session, Entries.AREA),
        moments(cells(table, "registered_at"), **clock),
        days(cells(table, "happened_on"), **clock),
        numbers(cells(table, "latitude")),
        numbers(cells(table, "longitude")),
        today,
    )


def cells(table: Table, name: str) -> list[str]:
    """The cells of a column without the apostrophe of an exported text; empty ones where there is no such column."""
    return [cell.strip().removeprefix("'") for cell in table.columns.get(name, [""] * len(table))]


def check_ids(table: Table, problems: ProblemList) -> None:
    """Every row has an id of its own, which no key of another system could have given."""
    seen: set[str] = set()
    for row, cell in zip(table.row_numbers, cells(table, "external_id"), strict=True):
        if not cell:
            problems.add("cell_empty", row=row, column="external_id")
        elif cell in seen or cell.startswith(KEYS_PREFIX):
            problems.add("external_id_repeated", row=row, column="external_id", value=cell[:40])
        seen.add(cell)


def planned_row(
    table: Table, position: int, grounds: Grounds, problems: ProblemList, *, actor: Actor
) -> PlannedRequest | None:
    """One row as a request; None when something is wrong with it, which is then among the problems."""
    row, count = table.row_numbers[position], problems.count

    def fault(code: str, column: str, **facts: str) -> None:
        problems.add(code, row=row, column=column, **facts)

    def cell(name: str) -> str:
        return cells_at(table, name, position)

    registered_at = moment_at(grounds.registered, position, "registered_at", row, problems)
    happened = number_at(grounds.happened, position, "happened_on", row, problems)
    wanted = NewRequest(
        kind=RequestKind(chosen(cell("kind"), "kind", KINDS, "", fault) or RequestKind.COMPLAINT),
        title=cell("title"),
        text=cell("text"),
        channel=RequestChannel(chosen(cell("channel"), "channel", CHANNEL_WORDS, "", fault) or RequestChannel.LETTER),
        service_id=coded(cell("service"), "service", grounds.services, fault),
        area_id=coded(cell("area"), "area", grounds.areas, fault),
        place=cell("place"),
        contact=NewContact(cell("name"), cell("phone"), cell("email"), cell("address")),
        wants_reply=yes_or_no(cell("wants_reply"), "wants_reply", fault, default=True),
        is_confidential=yes_or_no(cell("is_confidential"), "is_confidential", fault, default=False),
        remedy=cell("remedy"),
        happened_on=None if happened is None else EPOCH.date() + timedelta(days=int(happened)),
        urgency=Urgency(chosen(cell("urgency"), "urgency", URGENCIES, Urgency.GENERAL.value, fault) or Urgency.GENERAL),
        latitude=number_at(grounds.latitude, position, "latitude", row, problems),
        longitude=number_at(grounds.longitude, position, "longitude", row, problems),
        external_id=cell("external_id"),
    )
    if wanted.service_id is None and not cell("service") and not actor.has_everywhere(REGISTER):
        fault("request_service_missing", "service")
    for problem in faults_of(wanted, grounds.today):
        problems.put(replace(problem, row=row))
    if problems.count > count or registered_at is None:
        return None
    return PlannedRequest(row, registered_at, wanted, cell("service"))


def faults_of(wanted: NewRequest, today: date) -> Iterator[Problem]:
    """What intake would refuse, with the column it stands in."""
    try:
        composed_request(wanted, today)
    except InvalidInput as error:
        for problem in error.problems:
            named = COLUMN_OF.get(str(problem.facts.get("field", ""))) or COLUMN_OF.get(problem.code)
            yield replace(problem, column=named)


Fault = Callable[..., None]


def cells_at(table: Table, name: str, position: int) -> str:
    column = table.columns.get(name)
    return "" if column is None else column[position].strip().removeprefix("'")


def chosen(text: str, column: str, words: Mapping[str, StrEnum], default: str, fault: Fault) -> StrEnum | None:
    """The member a cell names, by its code or by its label in either language."""
    found = words.get((text or default).casefold())
    if found is None:
        fault("cell_empty" if not text else "word_unknown", column, value=text[:40])
    return found


def coded(text: str, column: str, ids: Mapping[str, int], fault: Fault) -> int | None:
    if text and text not in ids:
        fault("import_code_unknown", column, value=text[:40])
    return ids.get(text)


def yes_or_no(text: str, column: str, fault: Fault, *, default: bool) -> bool:
    if text and text.casefold() not in YES | NO:
        fault("word_unknown", column, value=text[:40])
    return text.casefold() in YES if text else default


def number_at(parsed: Parsed, position: int, column: str, row: int, problems: ProblemList) -> float | None:
    """A number of a column; None where the cell is empty or faulty, and then the fault is among the problems."""
    if fault := parsed.faults.get(position):
        problems.put(replace(fault, row=row, column=column))
        return None
    return None if parsed.empty[position] else float(parsed.values[position])


def moment_at(parsed: Parsed, position: int, column: str, row: int, problems: ProblemList) -> datetime | None:
    """The moment a request came in, which every row must say."""
    if fault := parsed.faults.get(position):
        problems.put(replace(fault, row=row, column=column))
        return None
    if parsed.empty[position]:
        problems.add("cell_empty", row=row, column=column)
        return None
    return from_microseconds(int(parsed.values[position]))


def known_ids(session: Session, ids: Sequence[str]) -> frozenset[str]:
    """Those of the ids whose requests are there already."""
    found: set[str | None] = set()
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        found |= set(session.scalars(sa.select(Request.external_id).where(Request.external_id.in_(part))))
    return frozenset(one for one in found if one)


KINDS = words_of(RequestKind, tuple(RequestKind))
CHANNEL_WORDS = words_of(RequestChannel, CHANNELS)
URGENCIES = words_of(Urgency, tuple(Urgency))
