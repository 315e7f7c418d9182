"""The words of the invented city: its people and services as read from text, and how the events of each come about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from qs.actor import Role, ScopeKind
from qs.directory.terms import SectorDefinition
from qs.observations.terms import Channel
from qs.standards.terms import Counting, Direction, Library


@dataclass(frozen=True)
class Named:
    """Something with a code and a name in both languages."""

    code: str
    name: str
    name_en: str


@dataclass(frozen=True)
class Area(Named):
    """A district, or the city level (which has no population of its own)."""

    short: str
    short_en: str
    population: int | None


@dataclass(frozen=True)
class Provider(Named):
    department: str


@dataclass(frozen=True)
class Feed(Named):
    silent_after_hours: float


@dataclass(frozen=True)
class RoleOver:
    """One role over one scope; `codes` are departments, providers or services, empty for everything."""

    role: Role
    scope: ScopeKind
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    name_en: str
    roles: tuple[RoleOver, ...]


@dataclass(frozen=True)
class Group(Named):
    """A supervision group; leader and members by username."""

    leader: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Service(Named):
    """One service, with the usernames of its leader and the codes of all it belongs to.

    It starts on a fixed day, or so many days before the day the city is built.
    """

    provider: str
    sector: str
    area: str
    leader: str
    group: str
    fixed_start: date | None
    opened_days_ago: int | None

    def starts_on(self, today: date) -> date:
        if self.fixed_start is not None:
            return self.fixed_start
        return today - timedelta(days=self.opened_days_ago or 0)


@dataclass(frozen=True)
class Measure:
    """What the builder must know of an indicator: how it is counted, and which way is better."""

    code: str
    counting: Counting
    direction: Direction


class Shape(StrEnum):
    """What kind of number an event of the indicator carries."""

    DURATION = "duration"
    SHARE = "share"
    RATIO = "ratio"
    TALLY = "tally"
    GAUGE = "gauge"

    @property
    def is_relative(self) -> bool:
        """True where noise is in parts of the level, false where it is in the unit itself."""
        return self in (Shape.DURATION, Shape.RATIO, Shape.TALLY)


@dataclass(frozen=True)
class Profile:
    """When events happen: a weight for each local hour, and the volume of a weekend day relative to another day."""

    code: str
    hours: tuple[float, ...]
    weekend: float


@dataclass(frozen=True)
class EventModel:
    """How the events of an indicator come about; the terms are explained in data/demo/models.toml."""

    indicator: str
    shape: Shape
    level: float
    spread: float
    between: float
    wobble: float
    batch: tuple[int, int]
    profile: Profile
    feed: str
    channels: Mapping[Channel, float]


class TruthKind(StrEnum):
    """A way in which something hidden shows in the data."""

    STEP_WORSE = "step_worse"
    STEP_BETTER = "step_better"
    DRIFT_WORSE = "drift_worse"
    SEASONAL = "seasonal"
    SILENT = "silent"
    LUCKY_SMALL = "lucky_small"
    LEFT_BEHIND = "left_behind"


class Expected(StrEnum):
    """What the Live page must make of it."""

    CONCERN = "concern"
    IMPROVEMENT = "improvement"
    COMMON_CAUSE = "common_cause"
    TOO_FEW = "too_few"  # too few cases to say anything
    SILENT = "silent"


@dataclass(frozen=True)
class Truth:
    """Something planted that the screens must find, or must not mistake for a signal.

    It concerns one service and indicator, or everything in one area. `begins_days` is counted back from the moment
    the city is built; the meaning of `size` depends on the kind (data/demo/truths.toml).
    """

    code: str
    kind: TruthKind
    service: str | None
    indicator: str | None
    area: str | None
    begins_days: float
    size: float
    expected: Expected
    explanation: str
    explanation_en: str


@dataclass(frozen=True)
class StreamPlan:
    """All that decides the events of one service on one indicator.

    `prefix` begins its event ids; `volume`: events a day on average; `level`: set for this stream, or None for the
    indicator's usual one, varied a little from service to service.
    """

    prefix: str
    service: Service
    measure: Measure
    model: EventModel
    volume: float
    level: float | None
    batch: tuple[int, int]
    feed: str
    truths: tuple[Truth, ...]

    @property
    def key(self) -> str:
        return f"{self.service.code}/{self.measure.code}"

    @property
    def is_silent(self) -> bool:
        return any(truth.kind is TruthKind.SILENT for truth in self.truths)


@dataclass(frozen=True)
class City:
    """The whole invented city, checked: every code that is named exists."""

    name: Named
    zone: ZoneInfo
    sectors: tuple[SectorDefinition, ...]
    areas: tuple[Area, ...]
    departments: tuple[Named, ...]
    providers: tuple[Provider, ...]
    feeds: tuple[Feed, ...]
    people: tuple[Person, ...]
    groups: tuple[Group, ...]
    services: tuple[Service, ...]
    library: Library
    truths: tuple[Truth, ...]
    streams: tuple[StreamPlan, ...] = field(repr=False)

    @property
    def districts(self) -> tuple[Area, ...]:
        """The areas with people of their own: all but the city level."""
        return tuple(area for area in self.areas if area.population is not None)
