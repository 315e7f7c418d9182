"""Requests as files to take away: the desk's list for a spreadsheet, in words, with what it shows written at its head.

No free text, no contact and no place leaves by this way; titles are withheld as on the desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.complaints.models import Request
from qs.complaints.queries import CLOSED, request_frame, request_rows
from qs.complaints.terms import RequestKind
from qs.complaints.wording import LABELS
from qs.errors import InvalidInput
from qs.frames import named_rows
from qs.i18n import N_, day, gettext, moment, number, pick
from qs.i18n import gettext as _
from qs.periods import start_of
from qs.settings import settings
from qs.sheets import safe_csv, xlsx

MOST_EXPORTED = 50_000
DAY = timedelta(days=1)


class Part(StrEnum):
    """Which requests a file holds."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


PARTS = {Part.OPEN: N_("Open requests"), Part.CLOSED: N_("Closed requests"), Part.ALL: N_("Open and closed requests")}


@dataclass(frozen=True)
class ExportFilter:
    """What is wanted in the file; days are those of registration, both ends included."""

    part: Part = Part.OPEN
    kind: RequestKind | None = None
    first_on: date | None = None
    last_on: date | None = None

    def words(self) -> str:
        """The filter as the head of the file names it."""
        parts = [gettext(PARTS[self.part])]
        if self.kind is not None:
            parts.append(gettext(LABELS[RequestKind][self.kind]))
        if self.first_on is not None:
            parts.append(_("registered from {day}").format(day=day(self.first_on)))
        if self.last_on is not None:
            parts.append(_("registered until {day}").format(day=day(self.last_on)))
        return " · ".join(parts)


@dataclass(frozen=True)
class Export:
    """The rows of a file in words, and its head: one pair of what and which for each line."""

    rows: pd.DataFrame
    head: pd.DataFrame

    def xlsx(self) -> bytes:
        return xlsx({_("Requests"): self.rows, _("About this file"): self.head})

    def csv(self) -> bytes:
        """The head, an empty line, and the rows; UTF-8 with a byte order mark, as spreadsheets want it."""
        mark = b"\xef\xbb\xbf"
        return safe_csv(self.head) + b"\r\n" + safe_csv(self.rows).removeprefix(mark)


def export_requests(session: Session, wanted: ExportFilter, *, actor: Actor, now: datetime) -> Export:
    """The requests of a filter in the actor's scope, newest first, for a file; that it was made is kept.

    Raises NotAllowed, or InvalidInput when there are more than MOST_EXPORTED.
    """
    actor.check(Permission.COMPLAINTS_READ)
    zone = settings().zone
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.part is not Part.ALL:
        conditions.append(Request.state == CLOSED if wanted.part is Part.CLOSED else Request.state != CLOSED)
    if wanted.kind is not None:
        conditions.append(Request.kind == wanted.kind)
    if wanted.first_on is not None:
        conditions.append(Request.registered_at >= start_of(wanted.first_on, zone))
    if wanted.last_on is not None:
        conditions.append(Request.registered_at < start_of(wanted.last_on + DAY, zone))
    newest = Request.registered_at.desc(), Request.id.desc()
    statement = request_rows(actor).where(*conditions).order_by(*newest).limit(MOST_EXPORTED + 1)
    found = request_frame(session, statement, actor=actor, now=now)
    if len(found) > MOST_EXPORTED:
        raise InvalidInput("export_too_long", limit=MOST_EXPORTED)
    kind = None if wanted.kind is None else wanted.kind.value
    facts = {"part": wanted.part.value, "kind": kind}
    record(session, "complaints.exported_requests", "requests:export", actor=actor, now=now, rows=len(found), **facts)
    return Export(in_words(found), head_of(wanted, len(found), actor=actor, now=now))


def head_of(wanted: ExportFilter, count: int, *, actor: Actor, now: datetime) -> pd.DataFrame:
    lines = [
        (_("Which requests"), wanted.words()),
        (_("Taken at"), moment(now)),
        (_("Taken by"), f"{actor.name} ({actor.username})"),
        (_("Rows"), number(count)),
        (_("Not in this file"), _("Texts, places and who the requesters are; titles of matters you may not read")),
        (_("Cells"), _("An apostrophe stands before text that a spreadsheet would compute")),
    ]
    office = pick(settings().office_name, settings().office_name_en)
    return pd.DataFrame(lines, columns=[_("Export of requests"), office])


def in_words(found: pd.DataFrame) -> pd.DataFrame:
    """The frame of the desk with headings and values as people read them; moments stay moments."""
    rows = named_rows(found)
    return pd.DataFrame(
        {
            _("Number"): found["number"],
            _("Type"): [word(row.kind) for row in rows],
            _("Channel"): [word(row.channel) for row in rows],
            _("Title"): found["title"],
            _("State"): [word(row.state) for row in rows],
            _("Outcome"): [word(row.outcome) for row in rows],
            _("Urgency"): [word(row.urgency) for row in rows],
            _("Service"): [pick(row.service, row.service_en) for row in rows],
            _("Unit"): [pick(row.unit, row.unit_en) for row in rows],
            _("Area"): [pick(row.area, row.area_en) for row in rows],
            _("Registered"): [local(row.registered_at) for row in rows],
            _("Due"): [local(row.due_at) for row in rows],
            _("Closed"): [local(row.closed_at) for row in rows],
            _("Overdue"): [yes_no(row.is_overdue or not pd.isna(row.overdue_at)) for row in rows],
            _("Extended"): [yes_no(row.is_extended) for row in rows],
            _("Returned"): found["returned_count"],
            _("Reworks"): found["rework_count"],
        }
    )


def word(member: StrEnum | None) -> str:
    return "" if member is None else gettext(LABELS[type(member)][member])


def yes_no(value: object) -> str:
    return _("Yes") if value else _("No")


def local(at: pd.Timestamp) -> datetime | None:
    return None if pd.isna(at) else at.to_pydatetime()
