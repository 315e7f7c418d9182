"""The words of deadlines: working-day calendars, time limits and due dates with their trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

DEFAULT_PACK = "cn-12345-5wd"  # in use until another is chosen; what another pack lacks is taken from it


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
    HOURS = "hours"  # day and night
    OFFICE_HOURS = "office_hours"  # only while the office is open

    @property
    def is_in_hours(self) -> bool:
        return self in (LimitKind.HOURS, LimitKind.OFFICE_HOURS)


class Extension(StrEnum):
    """How a pack lets a request be extended."""

    ONCE = "once"  # by the pack's limit
    BY_LAW = "by_law"  # only as far as a law says, which is named
    NONE = "none"


class Reading(StrEnum):
    """What the word “day” (日) means in a rule."""

    PLAIN = "plain"
    RECONSIDERATION_2023 = "reconsideration_2023"  # 3, 5, 7 and 10 days are working days


class Aim(StrEnum):
    """Which side of a service level is the good one."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"


class TargetUnit(StrEnum):
    """What a service level is measured in."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    SHARE = "share"  # 0 to 1


class ChangeKind(StrEnum):
    """What moved a due date after it was set."""

    EXTENDED = "extended"
    PAUSED = "paused"
    RESUMED = "resumed"
    RECOMPUTED = "recomputed"


@dataclass(frozen=True)
class Limit:
    """A time limit: so many working days, calendar days, or hours.

    `rolls_forward`: calendar days whose last one is not worked end on the next day that is.
    """

    kind: LimitKind
    amount: int
    rolls_forward: bool = True


@dataclass(frozen=True, order=True)
class Window:
    """A stretch of a working day in which the office is open, in local time."""

    opens: time
    closes: time

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


USUAL_WINDOWS = (Window(time(9), time(12)), Window(time(13, 30), time(17, 30)))  # local rule; can be changed on screen


@dataclass(frozen=True)
class Calendar:
    """Which days are worked, and when the office is open on them.

    `special` names the days off and the make-up days, every other day goes by its weekday. `years` are the loaded ones
    with their version; outside them only weekends are known. `windows` do not overlap and are in order.
    """

    zone: ZoneInfo
    years: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    special: Mapping[date, DayType] = field(default_factory=lambda: MappingProxyType({}))
    windows: tuple[Window, ...] = USUAL_WINDOWS

    @property
    def closes_at(self) -> time:
        """The end of business, local time."""
        return self.windows[-1].closes

    @property
    def day_length(self) -> timedelta:
        """How long the office is open on a working day."""
        zero = datetime.combine(date.min, time())
        spans = ((datetime.combine(zero, one.opens), datetime.combine(zero, one.closes)) for one in self.windows)
        return sum((ends - begins for begins, ends in spans), timedelta())


@dataclass(frozen=True)
class CountedDay:
    """One day of a count; `number` is its running number, None when it is not counted.

    `seconds`: how much of the day was counted by a limit in hours; None for limits in days.
    """

    day: date
    type: DayType
    number: int | None
    seconds: int | None = None


@dataclass(frozen=True)
class LedgerDay:
    """One day of a whole story: the first count, the pauses and the extension.

    `number` belongs to the first count or, when `is_extension`, to the extension; `paused` is the working time for
    which the clock stood, `is_added` marks a day on which paused time was made up for.
    """

    day: date
    type: DayType
    number: int | None
    counted: timedelta | None
    paused: timedelta
    is_added: bool = False
    is_extension: bool = False


@dataclass(frozen=True)
class Ledger:
    """A due date from the beginning to the end: as first counted, after the pauses, after the extension."""

    first: Counted
    paused_to: datetime
    due_at: datetime
    paused: timedelta
    is_provisional: bool
    days: tuple[LedgerDay, ...]


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
    kind: LimitKind = LimitKind.WORKING_DAYS
    pack: str = DEFAULT_PACK  # asked for; the rule may come from the default pack
    urgency: str = ""


@dataclass(frozen=True)
class Rule:
    """One time limit of a pack, with its words and its source. `times`: how often it may extend one due date."""

    rule_id: int
    code: str
    limit: Limit
    name: str
    name_en: str
    source: str
    source_en: str
    pack: str = DEFAULT_PACK
    article: str = ""
    is_local: bool = False  # the office's own rule, not a law's
    times: int | None = None
    note: str = ""
    note_en: str = ""


@dataclass(frozen=True)
class ByLaw:
    """An extension that a law allows, with its article."""

    limit: Limit
    law: str


@dataclass(frozen=True)
class Change:
    """One move of a stored due date. `paused_at` of a resumption: when the clock had been stopped."""

    kind: ChangeKind
    changed_at: datetime
    due_before: datetime
    due_after: datetime
    reason: str
    rule: str = ""
    law: str = ""
    paused_at: datetime | None = None


@dataclass(frozen=True)
class Chosen:
    """Which pack the office counts by, since when; version 0 while nobody has chosen."""

    pack: str
    version: int
    chosen_at: datetime | None
    reason: str


@dataclass(frozen=True)
class Opening:
    """When the office is open on working days; version 0 while nobody has changed it; `pack` empty for the office."""

    windows: tuple[Window, ...]
    version: int
    pack: str
    changed_at: datetime | None
    reason: str


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
    windows: tuple[Window, ...] = USUAL_WINDOWS


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
    article: str = ""
    is_local: bool = False
    times: int | None = None
    note: str = ""
    note_en: str = ""


@dataclass(frozen=True)
class TargetDefinition:
    """A service level as a pack file defines it: what is documented and aimed at, not counted as a due date."""

    code: str
    aim: Aim
    amount: float
    unit: TargetUnit
    name: str
    name_en: str
    source: str
    source_en: str


@dataclass(frozen=True)
class PackDefinition:
    """A pack of time limits as its file defines it. `without`: limits it has none of, which no other pack fills in."""

    code: str
    version: int
    title: str
    title_en: str
    source: str
    source_en: str
    rules: tuple[RuleDefinition, ...]
    region: str = ""  # where it applies
    region_en: str = ""
    approver: str = ""  # who approves an extension
    approver_en: str = ""
    extension: Extension = Extension.ONCE
    without: tuple[str, ...] = ()
    targets: tuple[TargetDefinition, ...] = ()


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
