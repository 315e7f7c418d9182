"""The words of deadlines: working-day calendars, time limits and due dates with their trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from qs.i18n import N_

PACK = "cn-12345-5wd"  # the pack in use
CLOSES_AT = time(17, 30)  # end of business, local time


class DayType(StrEnum):
    """What a day is in the calendar; work is done on `work` and `makeup_work`."""

    WORK = "work"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP_WORK = "makeup_work"  # a Saturday or Sunday worked in exchange for a day off (调休补班)

    @property
    def is_worked(self) -> bool:
        return self in (DayType.WORK, DayType.MAKEUP_WORK)


class LimitKind(StrEnum):
    """How a time limit is counted."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    HOURS = "hours"


class ChangeKind(StrEnum):
    """What moved a due date after it was set."""

    EXTENDED = "extended"
    PAUSED = "paused"
    RESUMED = "resumed"
    RECOMPUTED = "recomputed"


@dataclass(frozen=True)
class Limit:
    """A time limit: so many working days, calendar days, or hours."""

    kind: LimitKind
    amount: int


@dataclass(frozen=True)
class Calendar:
    """Which days are worked. `special` names the days off and the make-up days, every other day goes by its weekday.

    `years` are the loaded ones with their version; outside them only weekends are known.
    """

    zone: ZoneInfo
    years: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    special: Mapping[date, DayType] = field(default_factory=lambda: MappingProxyType({}))
    closes_at: time = CLOSES_AT


@dataclass(frozen=True)
class CountedDay:
    """One day of a count; `number` is its running number, None when it is not counted."""

    day: date
    type: DayType
    number: int | None


@dataclass(frozen=True)
class Counted:
    """A due moment and how it was found: the days passed, the first of them the day of the event.

    `is_provisional`: some day lies in a year that is not loaded, so that only weekends could be left out.
    """

    due_at: datetime
    is_provisional: bool
    days: tuple[CountedDay, ...]


@dataclass(frozen=True)
class Due:
    """A stored due date. `rule` is the code it was set by; `paused_at` is set while the clock stands."""

    due_id: int
    due_at: datetime
    is_provisional: bool
    rule: str = ""
    starts_at: datetime | None = None
    paused_at: datetime | None = None


@dataclass(frozen=True)
class Rule:
    """One time limit of a pack, with its words and its source."""

    rule_id: int
    code: str
    limit: Limit
    name: str
    name_en: str
    source: str
    source_en: str


@dataclass(frozen=True)
class Change:
    """One move of a stored due date."""

    kind: ChangeKind
    changed_at: datetime
    due_before: datetime
    due_after: datetime
    reason: str
    rule: str = ""


@dataclass(frozen=True)
class Trace:
    """How a stored due date came about: rule, calendar, the days counted, and every later change."""

    due: Due
    rule: Rule
    pack: str
    calendar_version: str
    computed_at: datetime
    days: tuple[CountedDay, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class HolidayDefinition:
    """One festival of a year file: its days off, and the weekend days worked in exchange."""

    code: str
    name: str
    name_en: str
    first_on: date
    last_on: date
    makeup_work: tuple[date, ...]


@dataclass(frozen=True)
class YearDefinition:
    """A calendar year as its file defines it."""

    year: int
    version: int
    title: str
    title_en: str
    notice: str
    published_on: date
    source: str
    holidays: tuple[HolidayDefinition, ...]


@dataclass(frozen=True)
class RuleDefinition:
    """One time limit as a pack file defines it."""

    code: str
    limit: Limit
    name: str
    name_en: str
    source: str
    source_en: str


@dataclass(frozen=True)
class PackDefinition:
    """A pack of time limits as its file defines it."""

    code: str
    version: int
    title: str
    title_en: str
    source: str
    source_en: str
    rules: tuple[RuleDefinition, ...]


@dataclass(frozen=True)
class DayChange:
    """A day that a new year file would change: what it is now, and what it would be."""

    day: date
    before: DayType
    after: DayType
    name: str
    name_en: str


# Every public holiday of the country; a year file names each of them, alone or with a neighbour, and nothing else.
FESTIVALS: dict[str, tuple[str, ...]] = {
    "new-year": ("new-year",),
    "spring": ("spring",),
    "qingming": ("qingming",),
    "labour": ("labour",),
    "dragon-boat": ("dragon-boat",),
    "mid-autumn": ("mid-autumn",),
    "national": ("national",),
    "national-mid-autumn": ("national", "mid-autumn"),
}

LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    DayType: {
        DayType.WORK: N_("Working day"),
        DayType.WEEKEND: N_("Weekend"),
        DayType.HOLIDAY: N_("Day off"),
        DayType.MAKEUP_WORK: N_("Make-up working day"),
    },
    LimitKind: {
        LimitKind.WORKING_DAYS: N_("Working days"),
        LimitKind.CALENDAR_DAYS: N_("Calendar days"),
        LimitKind.HOURS: N_("Hours"),
    },
    ChangeKind: {
        ChangeKind.EXTENDED: N_("Extended"),
        ChangeKind.PAUSED: N_("Paused"),
        ChangeKind.RESUMED: N_("Resumed"),
        ChangeKind.RECOMPUTED: N_("Counted again"),
    },
}
ERRORS: dict[str, str] = {
    "rule_unknown": N_("There is no time limit “{rule}” in the pack. Choose one of the list."),
    "due_unknown": N_("There is no such due date."),
    "due_paused": N_("The clock stands already. Let it run on first."),
    "due_not_paused": N_("The clock is not standing, so it cannot run on."),
    "calendar_file_without_year": N_("The file has no [[calendar]], or more than one. It must describe one year."),
    "calendar_year_implausible": N_("{year} is not a year this calendar can hold."),
    "calendar_day_outside_year": N_("{day} does not lie in {year}. Correct the date."),
    "calendar_day_twice": N_("{day} is named twice. A day is either off or worked."),
    "calendar_days_reversed": N_("The last day off lies before the first."),
    "calendar_makeup_on_weekday": N_("{day} is a working day anyway. Only a Saturday or Sunday can be a make-up day."),
    "calendar_festival_unknown": N_(
        "“{value}” is no public holiday. Observances are not days off: leave it out, or use one of {known}."
    ),
    "calendar_festival_missing": N_("The public holiday “{value}” is missing. Add its days as the notice gives them."),
    "calendar_days_too_many": N_("{value} lasts {days} days; a public holiday has at most {most}. Check the dates."),
    "calendar_year_known": N_("The calendar of {year} is loaded in this version already. Nothing was changed."),
    "calendar_version_too_low": N_("Version {version} of {year} is not newer than the loaded one, {loaded}."),
    "pack_without_head": N_("The file has no [[pack]], or more than one."),
    "limit_amount_implausible": N_("A time limit of {amount} is not plausible."),
    "pack_differs": N_(
        "The pack “{value}” is loaded in this version with other limits. Give the new one a new version."
    ),
    "recompute_nothing": N_("No due date is provisional, so there is nothing to count again."),
}
ACTIONS: dict[str, str] = {  # what an entry of the trail says was done
    "deadlines.loaded_calendars": N_("Loaded working-day calendars"),
    "deadlines.imported_calendar": N_("Imported a calendar year"),
    "deadlines.loaded_packs": N_("Loaded time limits"),
    "deadlines.recomputed": N_("Counted provisional due dates again"),
}
OBJECTS: dict[str, str] = {  # what an entry of the trail is about: the word before the colon
    "calendar": N_("Calendar"),
    "deadline_pack": N_("Pack of time limits"),
    "deadlines": N_("Due dates"),
}
FACTS: dict[str, str] = {  # what the facts of its entries are called
    "years": N_("years"),
    "version": N_("version"),
    "days_off": N_("days off"),
    "makeup_days": N_("make-up working days"),
    "moved": N_("moved"),
}
WAITING: dict[str, tuple[str, str]] = {  # what waits for somebody: the line, and why
    "calendar_missing": (
        N_("Import the working-day calendar of {year_text}"),
        N_("{count} due dates are provisional: they were counted by weekends only"),
    ),
    "calendar_soon": (
        N_("Import the working-day calendar of {year_text} once the notice is out"),
        N_("Until then, due dates in that year are provisional"),
    ),
}
