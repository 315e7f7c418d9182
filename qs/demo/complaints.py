"""The requests of the invented city: a year and a half of matters, played in the order in which they happened."""

from __future__ import annotations

import heapq
import tomllib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import PUBLIC, Actor, Role
from qs.complaints import actions
from qs.complaints.terms import (
    CallBackAnswer,
    NewContact,
    NewRequest,
    Outcome,
    Refusal,
    RequestChannel,
    RequestKind,
    Satisfaction,
)
from qs.deadlines.queries import calendar
from qs.deadlines.rules import is_worked
from qs.deadlines.terms import Calendar
from qs.demo.office import Office
from qs.directory.models import Area, Provider, Service
from qs.periods import local_day
from qs.settings import SHIPPED_DATA, settings

TEXTS = SHIPPED_DATA / "demo" / "complaints.toml"
DAYS, USUAL, RECENT = 540, 770, 34  # how far back, how many in all that time, how many more in the last days
RECENT_DAYS = 7.0
OPERATORS = ("ren.jia", "su.ting")
SUPERVISORS = ("chen.jing", "zhou.wei", "sun.li")
GROUPS = {  # services that belong to no family, and families known by the end of their code
    "hospital-1-ae": "ae",
    "hospital-2-ae": "ae",
    "hospital-1-clinics": "clinics",
    "tcm-hospital-clinics": "clinics",
    "city-library": "library",
    "youth-palace": "culture-centre",
    "sports-park": "sports-hall",
    "qinghe-care-home": "care-home",
    "donghu-care-centre": "care-home",
    "welfare-institute": "care-home",
    "shiqiao-care-home": "care-home",
}
WEIGHTS = {"buses": 3.0, "ae": 4.0, "water-repairs": 2.5, "social-security-hall": 2.0, "civic-centre": 2.0}
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日", "昨天", "前天")
HOURS = ("早上七点半", "上午九点", "上午十点多", "中午", "下午三点", "傍晚", "晚上八点")
CHANNELS = (RequestChannel.PHONE, RequestChannel.WEB, RequestChannel.APP, RequestChannel.COUNTER, RequestChannel.LETTER)
CHANNEL_SHARES = (0.5, 0.24, 0.15, 0.09, 0.02)
EXTENSION_REASON = "需要采购配件并协调施工单位，预计五个工作日内完成，已先采取临时措施。"
RETURN_REASON = "该事项不在本单位职责范围，建议转由属地主管单位办理。"
RULING_REASON = "按派单目录和首接负责，由首接单位牵头办理。"
REWORK_REASON = "诉求人反映问题没有解决，请再次到现场核实，按承诺时间办结。"
REFUSAL_TEXT = "该事项已在诉讼程序中，请向受理法院咨询；判决后如仍需公共服务协助，可再次来电。"
HANDLER_NOTE = "已与诉求人电话联系，约定现场查看时间。"


@dataclass(frozen=True)
class Place:
    """A service with what its requests need to know of it."""

    service_id: int
    code: str
    group: str
    area: str
    leader: Actor
    head: Actor | None


@dataclass
class Case:
    """One request to be played: what is said, and what will come of it."""

    place: Place
    at: datetime
    wanted: NewRequest
    answer: str
    brief: str
    rng: np.random.Generator
    quality: float = 0.86  # how likely it is solved and in time
    returned: str = ""  # the reason a unit gives
    plan: dict[str, Any] = field(default_factory=dict)  # Any: what a story fixes
    request_id: int = 0
    version: int = 0

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)


@dataclass(frozen=True)
class City:
    """Everything the cases are drawn from."""

    session: Session
    office: Office
    texts: dict[str, Any]  # Any: as the file defines it
    places: dict[str, Place]
    known: Calendar

    def operator(self, rng: np.random.Generator) -> Actor:
        return self.office.people[OPERATORS[int(rng.integers(len(OPERATORS)))]]

    def supervisor(self, rng: np.random.Generator) -> Actor:
        return self.office.people[SUPERVISORS[int(rng.integers(len(SUPERVISORS)))]]

    def at_work(self, moment: datetime, rng: np.random.Generator) -> datetime:
        """The same moment, or the next one at which an office is open."""
        local = moment.astimezone(settings().zone)
        opens = local.replace(hour=8, minute=int(rng.integers(31, 60)))
        if is_worked(self.known, local.date()) and opens.hour <= local.hour < 17:
            return moment
        if local.hour >= opens.hour or not is_worked(self.known, local.date()):
            opens += timedelta(days=1)
        while not is_worked(self.known, opens.date()):
            opens += timedelta(days=1)
        return opens.astimezone(moment.tzinfo) + timedelta(minutes=float(rng.integers(5, 300)))


@cache
def texts() -> dict[str, Any]:  # Any: as the file defines it
    return tomllib.loads(TEXTS.read_text(encoding="utf-8"))


def play(session: Session, office: Office) -> None:
    """Let every request live from its registration up to now; what has not happened yet stays open."""
    city = City(session, office, texts(), places(session, office), calendar(session, actor=PUBLIC))
    rng = office.rng("complaints")
    cases = sorted(
        [*usual(city, rng), *stories(city, rng), *pending(city, rng), *named(city, rng)], key=lambda case: case.at
    )
    order = count()
    line: list[tuple[datetime, int, Iterator[datetime]]] = []
    for case in cases:
        life = lived(city, case)
        heapq.heappush(line, (next(life), next(order), life))
    while line:
        at, _, life = heapq.heappop(line)
        if at >= office.now:
            continue
        following = next(life, None)
        if following is not None:
            heapq.heappush(line, (max(following, at), next(order), life))
    actions.note_overdue(session, actor=office.people["chen.jing"], now=office.now)


def places(session: Session, office: Office) -> dict[str, Place]:
    """The services that have a leader, by code."""
    statement = (
        sa.select(Service.id, Service.code, Area.code.label("area"), Provider.department_id)
        .join(Provider, Provider.id == Service.provider_id)
        .join(Area, Area.id == Service.area_id)
        .order_by(Service.code)
    )
    found = {}
    for row in session.execute(statement):
        leader = office.leaders.get(row.id)
        if leader is None:
            continue
        group = GROUPS.get(row.code) or row.code.removeprefix(f"{row.area}-")
        found[row.code] = Place(row.id, row.code, group, row.area, leader, head_of(office, row.department_id))
    return found


def head_of(office: Office, department_id: int) -> Actor | None:
    for actor in office.people.values():
        for grant in actor.grants:
            if grant.role is Role.DEPARTMENT_HEAD and department_id in grant.scope.ids:
                return actor
    return None


def usual(city: City, rng: np.random.Generator) -> Iterator[Case]:
    """What comes in everywhere: spread over the time, a little more of late."""
    codes = list(city.places)
    weights = np.array([WEIGHTS.get(city.places[code].group, 1.0) for code in codes])
    days = [*rng.uniform(2, DAYS, USUAL), *rng.uniform(0.05, RECENT_DAYS, RECENT)]
    drawn = rng.choice(len(codes), len(days), p=weights / weights.sum())
    for before, index in zip(days, drawn, strict=True):
        yield case_about(city, city.places[codes[int(index)]], float(before), rng)


def stories(city: City, rng: np.random.Generator) -> Iterator[Case]:
    """What the story of the city needs more of: where things went wrong, and where they got better."""
    swells: list[tuple[str, float, float, int, float]] = [
        ("hospital-1-ae", 51, 1, 26, 0.55),  # since the night triage desk closed
        ("nanan-social-security-hall", 420, 300, 22, 0.5),  # before the assisted applications
        ("nanan-social-security-hall", 64, 3, 9, 0.97),  # since then
        ("xiwan-buses", 126, 63, 10, 0.6),  # punctuality slips, and more people say so
        ("xiwan-buses", 63, 1, 20, 0.5),
        ("beiling-buses", 150, 2, 9, 0.6),
        ("beiling-home-care", 150, 2, 8, 0.6),
        ("taoyuan-water-repairs", 200, 5, 8, 0.65),
    ]
    for code, first, last, number, quality in swells:
        place = city.places.get(code)
        if place is None:
            continue
        for before in rng.uniform(last, first, number):
            yield case_about(city, place, float(before), rng, kind="complaint", quality=quality)


def pending(city: City, rng: np.random.Generator) -> Iterator[Case]:
    """Cases that wait for somebody today: stuck with a unit, for an extension, for dispatch, and with supervision."""
    waits: list[tuple[str, float, dict[str, Any]]] = [  # Any: what a story fixes
        ("xiwan-buses", 11.2, {"stuck": True}),
        ("jiangcheng-waste-collection", 9.4, {"stuck": True}),
        ("beiling-home-care", 8.3, {"stuck": True}),
        ("medical-settlement", 8.1, {"stuck": True}),
        ("donghu-civic-centre", 7.3, {"stuck": True}),
        ("street-lighting", 7.15, {"stuck": True}),
        ("lingang-water-repairs", 7.05, {"stuck": True}),
        ("street-lighting", 5.3, {"asks": True}),
        ("taoyuan-water-repairs", 4.9, {"asks": True}),
        ("land-registration", 4.2, {"asks": True}),
        ("jiangcheng-buses", 0.32, {"waits": True}),
        ("nanan-water-repairs", 0.21, {"waits": True}),
        ("yunxi-community-clinic", 0.09, {"waits": True}),
        ("hospital-2-ae", 0.04, {"waits": True}),
        ("taoyuan-water-repairs", 46, {"unsolved": True}),
    ]
    for code, before, plan in waits:
        case = case_about(city, city.places[code], before, rng, kind="complaint")
        case.plan, case.returned = plan, ""
        if "waits" in plan:
            case.at = city.office.day(before)
        if "unsolved" in plan:
            case.wanted = replace(case.wanted, contact=contact(city, rng), wants_reply=True)
        yield case


def case_about(
    city: City,
    place: Place,
    before: float,
    rng: np.random.Generator,
    *,
    kind: str | None = None,
    quality: float | None = None,
) -> Case:
    """A case made of one of the sentences that fit the service."""
    fitting = [one for one in city.texts["matter"] if place.group in one["groups"]]
    fitting = [one for one in fitting if kind is None or one["kind"] == kind] or city.texts["matter"]
    weights = np.array([one.get("weight", 1.0) for one in fitting])
    matter = fitting[int(rng.choice(len(fitting), p=weights / weights.sum()))]
    slots = slots_of(city, place, rng)
    chosen = int(rng.integers(len(matter["texts"])))
    title = matter["titles"][chosen % len(matter["titles"])]
    is_report = matter["kind"] == "report"
    return Case(
        place=place,
        at=waking(city.office.day(before), rng),
        wanted=NewRequest(
            kind=RequestKind(matter["kind"]),
            title=filled(title, slots),
            text=filled(matter["texts"][chosen], slots),
            channel=CHANNELS[int(rng.choice(len(CHANNELS), p=CHANNEL_SHARES))],
            service_id=place.service_id if rng.random() < 0.85 else None,
            place=slots["place"] + slots["near"] if rng.random() < 0.6 else "",
            contact=contact(city, rng) if rng.random() < (0.5 if is_report else 0.93) else None,
            wants_reply=matter["kind"] != "praise" and bool(rng.random() < 0.96),
            is_confidential=is_report,
        ),
        answer=filled(matter["answers"][int(rng.integers(len(matter["answers"])))], slots),
        brief=matter["briefs"][chosen % len(matter["briefs"])].format(**slots) if is_report else "",
        rng=rng,
        quality=quality if quality is not None else 0.88,
        returned=RETURN_REASON if rng.random() < 0.03 else "",
    )


def named(city: City, rng: np.random.Generator) -> Iterator[Case]:
    """The cases that the story begins with, word for word."""
    for one in city.texts["story"]:
        place = city.places[one["service"]]
        yield Case(
            place=place,
            at=city.office.day(one["days"]),
            wanted=NewRequest(
                kind=RequestKind(one["kind"]),
                title=one["title"],
                text=one["text"],
                channel=RequestChannel(one["channel"]),
                service_id=place.service_id,
                place=one["place"],
                contact=NewContact(name=one["person"], phone=phone(rng)),
                is_confidential=one.get("is_confidential", False),
            ),
            answer=one.get("answer", ""),
            brief=one.get("brief", ""),
            rng=rng,
            returned=one.get("returned", ""),
            plan=one,
        )


def slots_of(city: City, place: Place, rng: np.random.Generator) -> dict[str, str]:
    def one_of(values: list[str] | tuple[str, ...]) -> str:
        return values[int(rng.integers(len(values)))]

    return {
        "place": one_of(city.texts["places"].get(place.area, city.texts["places"]["lanping"])),
        "near": one_of(city.texts["near"]),
        "n": str(int(rng.integers(2, 8))),
        "day": one_of(WEEKDAYS),
        "hour": one_of(HOURS),
        "line": str(int(rng.integers(2, 58))),
        "person": one_of(city.texts["persons"]),
    }


def filled(text: str, slots: dict[str, str]) -> str:
    return text.format(**slots)


def contact(city: City, rng: np.random.Generator) -> NewContact:
    names, given = city.texts["surnames"], city.texts["given"]
    name = names[int(rng.integers(len(names)))] + given[int(rng.integers(len(given)))]
    return NewContact(name=name, phone=phone(rng))


def phone(rng: np.random.Generator) -> str:
    """A number of a range that is never given out."""
    return f"1700000{int(rng.integers(10000)):04d}"


def waking(moment: datetime, rng: np.random.Generator) -> datetime:
    """The same day at an hour when people file requests."""
    local = moment.astimezone(settings().zone)
    if 8 <= local.hour < 22:
        return moment
    shifted = local.replace(hour=int(rng.integers(8, 21)), minute=int(rng.integers(60)))
    return shifted - timedelta(days=1) if shifted > local else shifted


def lived(city: City, case: Case) -> Iterator[datetime]:
    """The life of one case; yields the moment of each step before it is taken."""
    yield case.at
    rng, session, wanted = case.rng, city.session, case.wanted
    is_public = wanted.channel in (RequestChannel.WEB, RequestChannel.APP)
    operator = city.operator(rng)
    filed = actions.file_request(session, wanted, actor=PUBLIC if is_public else operator, now=case.at)
    case.request_id, case.version = filed.request_id, 1
    if "waits" in case.plan:
        return
    now = case.at + timedelta(minutes=float(rng.integers(4, 20)))
    if wanted.kind is RequestKind.CONSULTATION and not is_public and not case.plan and case.chance(0.85):
        yield now
        spot = {"outcome": Outcome.EXPLAINED, "actor": operator, "now": now}
        done(case, actions.answer_on_the_spot, session, case.answer, **spot)
        return
    now = case.at + timedelta(hours=float(rng.gamma(2.0, 1.6 if is_public else 0.3)))
    if wanted.kind is RequestKind.COMPLAINT and not case.plan and case.chance(0.025):
        now = city.at_work(now, rng)
        yield now
        refusal = {"reason": Refusal.LEGAL_PROCEDURE, "actor": city.supervisor(rng), "now": now}
        done(case, actions.refuse_request, session, REFUSAL_TEXT, **refusal)
        return
    yield now
    sent = {"service_id": case.place.service_id, "brief": case.brief, "actor": operator, "now": now}
    done(case, actions.dispatch_request, session, **sent)
    if case.returned:
        yield from returned(city, case, now)
        return
    yield from handled(city, case, now)


def done(
    case: Case, action: Callable[..., object], session: Session, *texts_of_it: object, **circumstances: object
) -> None:
    """Take a step of this case as it stands now."""
    action(session, case.request_id, *texts_of_it, version=case.version, **circumstances)
    case.version += 1


def returned(city: City, case: Case, since: datetime) -> Iterator[datetime]:
    """The unit sends it back, and a supervisor rules; the case of the story still waits for that."""
    now = since + timedelta(hours=float(case.rng.uniform(2, 20)))
    yield now
    done(case, actions.return_request, city.session, case.returned, actor=case.place.leader, now=now)
    if case.plan:
        now = city.office.now - timedelta(hours=5) if "returned" in case.plan else now
        operator = city.operator(case.rng)
        yield now
        done(case, actions.dispatch_request, city.session, service_id=case.place.service_id, actor=operator, now=now)
        yield now + timedelta(hours=2)
        done(
            case,
            actions.return_request,
            city.session,
            case.returned,
            actor=case.place.leader,
            now=now + timedelta(hours=2),
        )
        return
    now = city.at_work(now + timedelta(hours=float(case.rng.uniform(1, 8))), case.rng)
    yield now
    ruling = {"service_id": case.place.service_id, "actor": city.supervisor(case.rng), "now": now}
    done(case, actions.rule_request, city.session, RULING_REASON, **ruling)
    yield from handled(city, case, now)


def handled(city: City, case: Case, since: datetime) -> Iterator[datetime]:
    """Signed for, perhaps extended, replied to, called back, perhaps sent back, and closed."""
    rng, session, leader = case.rng, city.session, case.place.leader
    now = since + timedelta(hours=float(rng.uniform(0.5, 16)))
    yield now
    done(case, actions.sign_request, session, actor=leader, now=now)
    if "asks" in case.plan:
        yield from asked(city, case, now)
    if "asks" in case.plan or "stuck" in case.plan:
        return
    if case.chance(0.07):
        yield now + timedelta(minutes=40)
        told = {"is_told": True, "actor": leader, "now": now + timedelta(minutes=40)}
        done(case, actions.write_message, session, HANDLER_NOTE, **told)
    days = float(rng.gamma(3.0, 0.75)) + 0.2  # of work, before a reply
    if case.wanted.kind is RequestKind.PRAISE:
        days, case.quality = min(days, 1.5), 1.0
    is_slow = case.quality < 1 and case.chance(0.05 + 0.25 * max(0.88 - case.quality, 0.0))
    if case.chance(0.06) and not is_slow:
        days += yield from extended(city, case, now)
    elif is_slow:
        days += 7.0
    reworks = 0
    while True:
        now = city.at_work(later(city, now, days), rng)
        yield now
        outcome = outcome_of(case)
        done(case, actions.reply_request, session, case.answer or HANDLER_NOTE, outcome=outcome, actor=leader, now=now)
        now, is_solved = yield from called(city, case, now)
        if "unsolved" in case.plan and reworks == 2:
            return
        if is_solved or reworks == 2 or not ("unsolved" in case.plan or case.chance(0.55)):
            yield now + timedelta(minutes=6)
            closing = {"outcome": outcome, "actor": city.operator(rng), "now": now + timedelta(minutes=6)}
            done(case, actions.close_request, session, **closing)
            return
        now += timedelta(minutes=9)
        yield now
        done(case, actions.send_back_request, session, REWORK_REASON, actor=city.operator(rng), now=now)
        reworks, days, case.quality = reworks + 1, float(rng.uniform(0.5, 4.0)), min(case.quality + 0.2, 0.95)


def asked(city: City, case: Case, since: datetime) -> Iterator[datetime]:
    """Ask for more time, which nobody has decided yet."""
    now = city.at_work(since + timedelta(hours=float(case.rng.uniform(2, 30))), case.rng)
    yield now
    asking = {"actor": case.place.leader, "now": now}
    done(case, actions.ask_extension, city.session, EXTENSION_REASON, **asking)


def extended(city: City, case: Case, since: datetime) -> Generator[datetime, None, float]:
    """Ask for more time; somebody else approves. Gives the days it takes longer."""
    yield from asked(city, case, since)
    now = city.at_work(since + timedelta(hours=float(case.rng.uniform(34, 50))), case.rng)
    yield now
    judge = case.place.head or city.supervisor(case.rng)
    done(case, actions.decide_extension, city.session, is_approved=True, actor=judge, now=now)
    return 3.5


def later(city: City, moment: datetime, working_days: float) -> datetime:
    """The moment so many working days on, counted in whole days and the rest of one."""
    at, left = moment, working_days
    while left >= 1:
        at += timedelta(days=1)
        left -= is_worked(city.known, local_day(at, settings().zone))
    return at + timedelta(hours=left * 8)


def outcome_of(case: Case) -> Outcome:
    if "outcome" in case.plan:
        return Outcome(case.plan["outcome"])
    kinds = [Outcome.RESOLVED, Outcome.PARTLY_RESOLVED, Outcome.EXPLAINED, Outcome.PLANNED]
    shares = [0.72, 0.08, 0.13, 0.07]
    return kinds[int(case.rng.choice(len(kinds), p=shares))]


def called(city: City, case: Case, since: datetime) -> Generator[datetime, None, tuple[datetime, bool]]:
    """Call the requester; some are reached at the second or third time only. Gives when, and whether it is solved."""
    rng, wanted, now = case.rng, case.wanted, since
    if wanted.contact is None or not wanted.wants_reply:
        return city.at_work(now + timedelta(hours=float(rng.uniform(2, 26))), rng), True
    for attempt in range(3):
        now = city.at_work(now + timedelta(hours=float(rng.uniform(3, 26))), rng)
        yield now
        operator = city.operator(rng)
        is_reached = bool(case.plan) or case.chance(0.82)
        answer = said(case) if is_reached else CallBackAnswer(False)
        done(case, actions.record_call_back, city.session, answer, actor=operator, now=now)
        if is_reached:
            return now, bool(answer.is_solved)
        if attempt == 2:
            break
    return now, True


def said(case: Case) -> CallBackAnswer:
    """What a requester says, by how well the matter was handled."""
    if "satisfaction" in case.plan:
        level = Satisfaction(case.plan["satisfaction"])
        return CallBackAnswer(True, True, bool(case.plan["solved"]), level, "")
    is_solved = "unsolved" not in case.plan and case.chance(case.quality)
    shares = [0.36, 0.42, 0.15, 0.05, 0.02] if is_solved else [0.02, 0.08, 0.22, 0.42, 0.26]
    level = tuple(Satisfaction)[int(case.rng.choice(5, p=shares))]
    return CallBackAnswer(True, case.chance(0.96 if is_solved else 0.85), is_solved, level)
