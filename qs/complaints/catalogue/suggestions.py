"""Which service is to handle a matter: by the words of the dispatch catalogue and by how like requests were handled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import exp, log
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints.catalogue.entries import Line, lines
from qs.complaints.catalogue.matching import Memory, found_words, nearest, remembered, words_of
from qs.complaints.models import CatalogueEntry, Request, RequestStep
from qs.complaints.terms import Outcome, RequestKind, StepKind, Urgency
from qs.directory.models import Area, Provider, Service
from qs.directory.queries import visible_services
from qs.directory.rules import is_open
from qs.periods import local_day
from qs.settings import settings

P = Permission
MOST_REMEMBERED = 20_000  # requests, the last closed ones
NEIGHBOURS, LEAST_LIKENESS = 30, 0.12
LEAST_OF_BEST = 0.15  # of the best score; what is weaker is no suggestion
NAME_LENGTH = 3  # signs of a service's own name that a text may say without its area
WORDS_HALF = 2.5  # weight of found words at which the catalogue is about two thirds sure
WORDS_SHARE, PAST_SHARE, NAMED_SHARE, RETURNED_SHARE = 0.5, 0.5, 0.35, 0.4  # of the score; local rule, measured
STEMMED = "区县市"  # ends of the names of areas that people leave out
UNTRIED = (Outcome.WITHDRAWN, Outcome.DUPLICATE, Outcome.NOT_ACCEPTED)  # say nothing about who handles a matter


@dataclass(frozen=True)
class Why:
    """The grounds of a suggestion, for a sentence: words found, and how many of the like requests ended there."""

    words: tuple[str, ...] = ()
    like_count: int = 0  # earlier requests with similar words
    handled_count: int = 0  # of them, by this service or its sister in another area
    returned_count: int = 0  # dispatched there and returned
    is_named: bool = False  # chosen by the requester, or said in the text
    area_id: int | None = None  # of the service


@dataclass(frozen=True)
class Suggestion:
    """A service that may be the one, the line of the catalogue that says so (None: earlier requests do), 0 to 1."""

    entry: Line | None
    service_id: int
    score: float
    why: Why

    @property
    def urgency(self) -> Urgency:
        return self.entry.says.urgency if self.entry else Urgency.GENERAL


@dataclass(frozen=True)
class Place:
    """A service as suggestions see it. `sister`: the same for services that differ in their area only."""

    service_id: int
    area_id: int
    sector_id: int
    sister: tuple[int, str]
    name: str  # without its area
    whole_name: str

    def is_said_in(self, text: str, area_id: int | None) -> bool:
        """True when the text says its name, with the area or, where that is asked for, without."""
        return self.whole_name in text or (
            len(self.name) >= NAME_LENGTH and self.area_id == area_id and self.name in text
        )


@dataclass(frozen=True)
class Past:
    """One closed request: who handled it in the end, and who returned it before."""

    service_id: int
    returned_by: tuple[int, ...]


@dataclass(frozen=True)
class Index:
    """What is kept in memory between two questions, as long as `version` stays."""

    version: tuple[object, ...]
    lines: tuple[Line, ...]
    weight_of: Mapping[str, float]  # how telling a word of the catalogue is
    memory: Memory
    past: tuple[Past, ...]


INDEXES: WeakKeyDictionary[sa.Engine, Index] = WeakKeyDictionary()


def suggest(
    session: Session,
    text: str,
    area_id: int | None = None,
    kind: RequestKind | None = None,
    *,
    named_id: int | None = None,
    most: int = 3,
    actor: Actor,
    now: datetime,
) -> list[Suggestion]:
    """The services most likely to be the right ones for a text, the best first; none when nothing points anywhere.

    `named_id`: the service the requester chose, which is a ground among others. Only services over which the actor may
    dispatch or register are named. Raises NotAllowed.
    """
    permission = P.COMPLAINTS_DISPATCH if actor.has(P.COMPLAINTS_DISPATCH) else P.COMPLAINTS_REGISTER
    actor.check(permission)
    places, stems = known_places(session, permission, actor=actor, day=local_day(now, settings().zone))
    found = index(session)
    area = area_id if area_id is not None else named_area(text, stems)
    told = from_catalogue(found, places, text, area, kind)
    votes, like_count = from_past(found, places, text, area)
    suggestions = []
    named = {one for one, place in places.items() if one == named_id or place.is_said_in(text, area)}
    for service_id in {*told, *votes, *named}:
        said = told.get(service_id, Told())
        vote = votes.get(service_id, Vote())
        why = Why(said.words, like_count, vote.handled, vote.returned, service_id in named, places[service_id].area_id)
        score = WORDS_SHARE * said.sureness + PAST_SHARE * vote.share - RETURNED_SHARE * vote.returned_share
        score += NAMED_SHARE * why.is_named
        suggestions.append(Suggestion(said.line, service_id, min(score, 1.0), why))
    ranked = sorted(suggestions, key=lambda one: (-one.score, one.service_id))
    least = LEAST_OF_BEST * ranked[0].score if ranked else 0.0
    return [one for one in ranked if one.score > 0 and one.score >= least][:most]


def known_places(
    session: Session, permission: Permission, *, actor: Actor, day: date
) -> tuple[dict[int, Place], dict[str, int]]:
    """The services of that day the actor may name, by id, and the areas by the stems of their names."""
    stems = {
        stem: area_id
        for area_id, name in session.execute(sa.select(Area.id, Area.name))
        for stem in {name, name.rstrip(STEMMED)}
        if len(stem) > 1
    }
    statement = (
        sa.select(Service.id, Service.name, Service.sector_id, Service.area_id, Service.starts_on, Service.ends_on)
        .join(Provider, Provider.id == Service.provider_id)
        .where(Service.id.in_(visible_services(actor, permission)))
    )
    by_length = sorted(stems, key=len, reverse=True)
    places = {}
    for row in session.execute(statement):
        if is_open(row.starts_on, row.ends_on, day):
            own = next((row.name.removeprefix(stem) for stem in by_length if row.name.startswith(stem)), row.name)
            places[row.id] = Place(row.id, row.area_id, row.sector_id, (row.sector_id, own), own, row.name)
    return places, stems


def named_area(text: str, stems: Mapping[str, int]) -> int | None:
    """The area a text names, when it names exactly one."""
    named = {area_id for stem, area_id in stems.items() if stem in text}
    return named.pop() if len(named) == 1 else None


def index(session: Session) -> Index:
    """The catalogue and the closed requests, read again when the catalogue changed or another hour has closed some."""
    engine = session.get_bind()
    if isinstance(engine, sa.Connection):
        engine = engine.engine
    version = index_version(session)
    kept = INDEXES.get(engine)
    if kept is None or kept.version != version:
        kept = INDEXES[engine] = read_index(session, version)
    return kept


def index_version(session: Session) -> tuple[object, ...]:
    """Changes with every edit of the catalogue, and when requests are closed in a new hour."""
    edits = session.execute(sa.select(sa.func.count(CatalogueEntry.id), sa.func.sum(CatalogueEntry.version))).one()
    last = session.scalar(sa.select(sa.func.max(Request.closed_at)))
    return (*edits, None if last is None else last.replace(minute=0, second=0, microsecond=0))


def read_index(session: Session, version: tuple[object, ...]) -> Index:
    active = tuple(line for line in lines(session) if not line.is_retired)
    counted = Counter(word for line in active for word in set(line.words))
    weight_of = {word: log(1 + len(active) / count) for word, count in counted.items()}
    ended = (
        sa.select(Request.id, Request.service_id, Request.title, Request.text)
        .where(
            Request.closed_at.is_not(None),
            Request.service_id.is_not(None),
            Request.outcome.not_in(UNTRIED),
            ~Request.is_spam,
        )
        .order_by(Request.closed_at.desc())
        .limit(MOST_REMEMBERED)
    )
    rows = session.execute(ended).all()
    returned = returned_dispatches(session)
    past = tuple(Past(row.service_id, tuple(returned.get(row.id, ()))) for row in rows)
    return Index(version, active, weight_of, remembered([f"{row.title} {row.text}" for row in rows]), past)


def returned_dispatches(session: Session) -> dict[int, list[int]]:
    """Request -> the services it was dispatched to that returned it, as its steps tell."""
    statement = sa.select(RequestStep.request_id, RequestStep.code).where(
        RequestStep.kind == StepKind.RETURNED, RequestStep.code != ""
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for request_id, code in session.execute(statement):
        if code.isascii() and code.isdigit():
            found[request_id].append(int(code))
    return found


@dataclass(frozen=True)
class Told:
    """What the catalogue says about one service: the line, the words of it that were found, and how sure it is."""

    line: Line | None = None
    words: tuple[str, ...] = ()
    sureness: float = 0.0  # 0 to 1


def from_catalogue(
    found: Index, places: Mapping[int, Place], text: str, area_id: int | None, kind: RequestKind | None
) -> dict[int, Told]:
    """Service -> the line that points to it best."""
    best: dict[int, Told] = {}
    for line in found.lines:
        if line.says.area_id is not None and area_id is not None and line.says.area_id != area_id:
            continue
        words = found_words(line.words, text)
        if not words:
            continue
        weight = sum(found.weight_of[word] for word in words)
        weight *= 1.0 if line.says.kind is None or kind is None or line.says.kind is kind else 0.6
        service_id = service_of(line, places, area_id)
        sureness = 1 - exp(-weight / WORDS_HALF / 2)
        if service_id is not None and sureness > best.get(service_id, Told()).sureness:
            best[service_id] = Told(line, words, sureness)
    return best


def service_of(line: Line, places: Mapping[int, Place], area_id: int | None) -> int | None:
    """The service a line means: the one it names, or that of its sector in the area whose name fits its words best.

    An area that has none is served by one whose name no other area has, as city-wide services are. None when the area
    is unknown and there are several.
    """
    if line.says.service_id is not None:
        return line.says.service_id if line.says.service_id in places else None
    of_sector = [place for place in places.values() if place.sector_id == line.says.sector_id]
    known = f"{line.says.matter} {line.says.words}"
    for near in (
        [place for place in of_sector if place.area_id == area_id],
        [place for place in of_sector if is_only_one(place, of_sector)],
        of_sector,
    ):
        fitting = {place.service_id: fit(place.name, known) for place in near}
        if len(near) == 1 and near is not of_sector and near[0].area_id == area_id:
            return near[0].service_id
        top = max(fitting.values(), default=0.0)
        likest = [service_id for service_id, share in fitting.items() if share == top > 0]
        if len(likest) == 1:
            return likest[0]
    return None


def is_only_one(place: Place, others: Iterable[Place]) -> bool:
    return sum(one.sister == place.sister for one in others) == 1


def fit(name: str, known: str) -> float:
    """How much of a service's name stands in the words of a line, 0 to 1."""
    words = words_of(name)
    whole = sum(len(word) for word in words)
    return sum(len(word) for word in words if word in known) / whole if whole else 0.0


@dataclass(frozen=True)
class Vote:
    """What earlier requests say about one service."""

    share: float = 0.0  # of the likeness
    handled: int = 0
    returned: int = 0
    returned_share: float = 0.0


def from_past(found: Index, places: Mapping[int, Place], text: str, area_id: int | None) -> tuple[dict[int, Vote], int]:
    """Service -> how the like requests were handled in the end, and how many of them there are.

    One that a service of another area handled speaks for its sister in the asked area.
    """
    likes = nearest(found.memory, text, most=NEIGHBOURS, least=LEAST_LIKENESS)
    sisters: defaultdict[tuple[int, str], list[Place]] = defaultdict(list)
    for place in places.values():
        sisters[place.sister].append(place)
    votes: defaultdict[int, Vote] = defaultdict(Vote)
    total = sum(like.likeness for like in likes)
    for like in likes:
        past, share = found.past[like.row], like.likeness / total
        target = meant(past.service_id, places, sisters, area_id)
        if target is not None:
            vote = votes[target]
            votes[target] = replace(vote, share=vote.share + share, handled=vote.handled + 1)
        for returning in {meant(one, places, sisters, area_id) for one in past.returned_by} - {None, target}:
            assert returning is not None  # taken out above
            vote = votes[returning]
            votes[returning] = replace(vote, returned=vote.returned + 1, returned_share=vote.returned_share + share)
    return dict(votes), len(likes)


def meant(
    service_id: int,
    places: Mapping[int, Place],
    sisters: Mapping[tuple[int, str], Sequence[Place]],
    area_id: int | None,
) -> int | None:
    """The service itself, or its sister in the asked area; None when there is none there."""
    place = places.get(service_id)
    if place is None or area_id is None or place.area_id == area_id:
        return None if place is None else service_id
    own = sisters[place.sister]
    if len(own) == 1:
        return service_id
    return next((one.service_id for one in own if one.area_id == area_id), None)
