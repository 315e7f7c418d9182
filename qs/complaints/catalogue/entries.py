"""The dispatch catalogue (派单目录): who handles what, kept by the office line by line; nothing is ever deleted."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.complaints.models import CatalogueEntry
from qs.complaints.terms import DEFAULT_PACK, REMEDY_LENGTH, TITLE_LENGTH, RequestKind, Urgency
from qs.directory.models import Area, Sector, Service
from qs.errors import Conflict, InvalidInput, NotFound, Problem
from qs.frames import members
from qs.i18n import N_
from qs.texts import composed, text_problems

P = Permission
EDIT, READ = P.COMPLAINTS_APPROVE, P.COMPLAINTS_READ
MATTER, MATTER_EN, WORDS, PACK = N_("Matter"), N_("Matter in English"), N_("Words"), N_("Pack of limits")
CATALOGUE_COLUMNS = (
    "entry_id",
    "version",
    "matter",
    "matter_en",
    "words",
    "kind",
    "urgency",
    "pack",
    "sector_id",
    "sector",
    "sector_en",
    "area_id",
    "area",
    "area_en",
    "service_id",
    "service",
    "service_en",
    "co_service_id",
    "co_service",
    "co_service_en",
    "is_retired",
    "edited_at",
)
IDS = ("sector_id", "area_id", "service_id", "co_service_id")


class EntryChanged(Conflict):
    """Somebody has changed the line of the catalogue since it was shown."""

    code = "catalogue_changed"


class MatterTwice(Conflict):
    """Another line in use has the same matter and area."""

    code = "catalogue_matter_twice"


@dataclass(frozen=True)
class NewLine:
    """What a line of the catalogue says. Without a service it is the one of the sector nearest to the requester."""

    matter: str
    words: str  # separated by blanks
    matter_en: str = ""
    kind: RequestKind | None = None  # None: every type
    urgency: Urgency = Urgency.GENERAL
    pack: str = DEFAULT_PACK
    sector_id: int | None = None
    area_id: int | None = None  # None: every area
    service_id: int | None = None
    co_service_id: int | None = None


@dataclass(frozen=True)
class Line:
    """A line as it is kept."""

    entry_id: int
    version: int
    is_retired: bool
    says: NewLine

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.says.words.casefold().split())


SAID = tuple(field.name for field in fields(NewLine))


def catalogue(session: Session, *, actor: Actor, with_retired: bool = False) -> pd.DataFrame:
    """One row per line, by sector, matter and area: CATALOGUE_COLUMNS; missing names are "", missing ids empty.

    `kind` (None: every type) and `urgency` are members.
    """
    actor.check(READ)
    co_service = aliased(Service)
    named: dict[str, Any] = {"sector": Sector, "area": Area, "service": Service, "co_service": co_service}
    columns = [
        sa.func.coalesce(getattr(named[name.removesuffix("_en")], "name_en" if name.endswith("_en") else "name"), "")
        if name.removesuffix("_en") in named
        else CatalogueEntry.id
        if name == "entry_id"
        else getattr(CatalogueEntry, name)
        for name in CATALOGUE_COLUMNS
    ]
    statement = (
        sa.select(*(column.label(name) for column, name in zip(columns, CATALOGUE_COLUMNS, strict=True)))
        .outerjoin(Sector, Sector.id == CatalogueEntry.sector_id)
        .outerjoin(Area, Area.id == CatalogueEntry.area_id)
        .outerjoin(Service, Service.id == CatalogueEntry.service_id)
        .outerjoin(co_service, co_service.id == CatalogueEntry.co_service_id)
        .where(sa.true() if with_retired else ~CatalogueEntry.is_retired)
        .order_by(sa.func.coalesce(Sector.code, ""), CatalogueEntry.id)
    )
    found = session.execute(statement).all()
    values = {name: [getattr(row, name) for row in found] for name in CATALOGUE_COLUMNS}
    frame = pd.DataFrame({name: pd.Series(values[name], dtype=kind_of(name)) for name in CATALOGUE_COLUMNS})
    return frame.assign(kind=members(values["kind"]), urgency=members(values["urgency"]))


def kind_of(name: str) -> str:
    if name in IDS:
        return "Int64"
    if name in ("entry_id", "version"):
        return "int64"
    if name in ("kind", "urgency"):
        return "object"
    return {"is_retired": "bool", "edited_at": "datetime64[us, UTC]"}.get(name, "str")


def lines(session: Session) -> list[Line]:
    """Every line, retired ones among them, by id."""
    kept = session.scalars(sa.select(CatalogueEntry).order_by(CatalogueEntry.id))
    return [line_of(one) for one in kept]


def line_of(one: CatalogueEntry) -> Line:
    return Line(one.id, one.version, one.is_retired, NewLine(**{name: getattr(one, name) for name in SAID}))


def catalogue_line(session: Session, entry_id: int, *, actor: Actor) -> Line:
    """One line. Raises NotFound."""
    actor.check(READ)
    found = session.get(CatalogueEntry, entry_id)
    if found is None:
        raise NotFound("catalogue_line_unknown")
    return line_of(found)


def add_line(session: Session, wanted: NewLine, *, actor: Actor, now: datetime) -> int:
    """Add a line to the catalogue. Returns its id. Raises InvalidInput, or Conflict when matter and area are there."""
    actor.check_everywhere(EDIT)
    entry_id = insert_line(session, wanted, actor=actor, now=now)
    record(session, "complaints.added_catalogue_line", f"dispatch_catalogue:{entry_id}", actor=actor, now=now)
    return entry_id


def change_line(session: Session, entry_id: int, wanted: NewLine, *, version: int, actor: Actor, now: datetime) -> None:
    """Change a line that nobody has changed since it was shown."""
    actor.check_everywhere(EDIT)
    kept = taken_line(session, entry_id, version)
    update_line(session, kept, wanted, actor=actor, now=now)
    record(session, "complaints.changed_catalogue_line", f"dispatch_catalogue:{entry_id}", actor=actor, now=now)


def retire_line(
    session: Session, entry_id: int, *, is_retired: bool = True, version: int, actor: Actor, now: datetime
) -> None:
    """Take a line out of use, or back into it."""
    actor.check_everywhere(EDIT)
    kept = taken_line(session, entry_id, version)
    if not is_retired:
        check_line(session, line_of(kept).says, but=entry_id)
    kept.is_retired, kept.edited_at, kept.edited_by_id = is_retired, now, actor.person_id
    action = "complaints.retired_catalogue_line" if is_retired else "complaints.restored_catalogue_line"
    record(session, action, f"dispatch_catalogue:{entry_id}", actor=actor, now=now)


def taken_line(session: Session, entry_id: int, version: int) -> CatalogueEntry:
    """The line, locked for a change, its version raised. Raises NotFound or EntryChanged."""
    kept = session.get(CatalogueEntry, entry_id, with_for_update=True)
    if kept is None:
        raise NotFound("catalogue_line_unknown")
    if kept.version != version:
        raise EntryChanged
    kept.version += 1
    return kept


def insert_line(session: Session, wanted: NewLine, *, actor: Actor, now: datetime) -> int:
    said = composed_line(wanted)
    check_line(session, said, but=None)
    kept = CatalogueEntry(
        **{name: getattr(said, name) for name in SAID}, version=1, edited_at=now, edited_by_id=actor.person_id
    )
    session.add(kept)
    session.flush()
    return kept.id


def update_line(session: Session, kept: CatalogueEntry, wanted: NewLine, *, actor: Actor, now: datetime) -> None:
    said = composed_line(wanted)
    check_line(session, said, but=kept.id)
    for name in SAID:
        setattr(kept, name, getattr(said, name))
    kept.edited_at, kept.edited_by_id = now, actor.person_id


def composed_line(wanted: NewLine) -> NewLine:
    """The line with its texts as they are kept: words once each, in their order."""
    words = " ".join(dict.fromkeys(composed(wanted.words).replace("、", " ").replace("，", " ").split()))
    return replace(wanted, matter=composed(wanted.matter), matter_en=composed(wanted.matter_en), words=words)


def check_line(session: Session, said: NewLine, *, but: int | None, may_be_there: bool = False) -> None:
    """Raise InvalidInput naming every fault of a line, or MatterTwice when another line has its matter and area."""
    problems = line_problems(said)
    if said.service_id is None and said.sector_id is None:
        problems.append(Problem("catalogue_without_service"))
    if said.service_id is not None and said.service_id == said.co_service_id:
        problems.append(Problem("catalogue_helps_itself"))
    for name, model in (("sector_id", Sector), ("area_id", Area), ("service_id", Service), ("co_service_id", Service)):
        wanted_id = getattr(said, name)
        if wanted_id is not None and session.get(model, wanted_id) is None:
            problems.append(Problem("catalogue_names_unknown"))
    if problems:
        raise InvalidInput(problems=problems)
    if may_be_there:
        return
    same = sa.select(CatalogueEntry.id).where(
        CatalogueEntry.matter == said.matter,
        sa.func.coalesce(CatalogueEntry.area_id, 0) == (said.area_id or 0),
        CatalogueEntry.id != (but or 0),
        ~CatalogueEntry.is_retired,
    )
    if session.scalar(same) is not None:
        raise MatterTwice


def line_problems(said: NewLine) -> list[Problem]:
    """What is wrong with the texts of a composed line."""
    short = {"is_long": False}
    return [
        *text_problems(said.matter, field=MATTER, longest=TITLE_LENGTH, **short),
        *text_problems(said.matter_en, field=MATTER_EN, longest=TITLE_LENGTH, is_needed=False, **short),
        *text_problems(said.words, field=WORDS, longest=REMEDY_LENGTH, **short),
    ]
