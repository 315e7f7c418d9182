"""What the people of the invented city ask for: what comes in everywhere, what the story needs, and in whose words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from qs.complaints.terms import NewContact, NewRequest, RequestChannel, RequestKind, Urgency
from qs.demo.complaints_city import Case, City, Place
from qs.settings import settings

DAYS, USUAL, RECENT = 540, 1250, 34  # how far back, how many in all that time, how many more in the last days
RECENT_DAYS = 7.0
QUESTIONS, ADVERTISERS = 4450, 24
MASSES = (  # service, days ago, how many more people
    ("taoyuan-water-repairs", 3.4, 9),
    ("street-lighting", 31.0, 14),
    ("nanan-water-repairs", 92.0, 22),
    ("lingang-water-repairs", 178.0, 11),
    ("jiangcheng-buses", 260.0, 8),
    ("beiling-home-care", 330.0, 6),
)
UTILITIES = ("water-repairs", "gas-service")
CENTRE = (30.28, 114.62)  # of the invented city; no such place
WEIGHTS = {"buses": 3.0, "ae": 4.0, "water-repairs": 2.5, "social-security-hall": 2.0, "civic-centre": 2.0}
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日", "昨天", "前天")
HOURS = ("早上七点半", "上午九点", "上午十点多", "中午", "下午三点", "傍晚", "晚上八点")
CHANNELS = (RequestChannel.PHONE, RequestChannel.WEB, RequestChannel.APP, RequestChannel.COUNTER, RequestChannel.LETTER)
CHANNEL_SHARES = (0.5, 0.24, 0.15, 0.09, 0.02)
RETURN_REASON = "该事项不在本单位职责范围，建议转由属地主管单位办理。"


def usual(city: City, rng: np.random.Generator) -> Iterator[Case]:
    """What comes in everywhere: spread over the time, a little more of late."""
    codes = list(city.places)
    weights = np.array([WEIGHTS.get(city.places[code].group, 1.0) for code in codes])
    days = [*rng.uniform(2, DAYS, USUAL), *rng.uniform(0.05, RECENT_DAYS, RECENT)]
    drawn = rng.choice(len(codes), len(days), p=weights / weights.sum())
    for before, index in zip(days, drawn, strict=True):
        yield case_about(city, city.places[codes[int(index)]], float(before), rng)


def asked_by_phone(city: City, rng: np.random.Generator) -> Iterator[Case]:
    """What a hotline mostly does: questions answered while the caller is on the line."""
    codes = [code for code, place in city.places.items() if fitting(city, place, "consultation")]
    weights = np.array([WEIGHTS.get(city.places[code].group, 1.0) for code in codes])
    drawn = rng.choice(len(codes), QUESTIONS, p=weights / weights.sum())
    for before, index in zip(rng.uniform(0.02, DAYS, QUESTIONS), drawn, strict=True):
        case = case_about(city, city.places[codes[int(index)]], float(before), rng, kind="consultation")
        is_known = rng.random() < 0.2
        channel = RequestChannel.PHONE if rng.random() < 0.85 else RequestChannel.COUNTER
        case.wanted = replace(case.wanted, channel=channel, contact=case.wanted.contact if is_known else None)
        case.plan = {"spot": True}
        yield case


def alike(city: City, rng: np.random.Generator) -> Iterator[Case]:
    """What many people report within hours: one of them leads, the others are merged; and a little advertising."""
    for code, before, number in MASSES:
        place = city.places[code]
        first = case_about(city, place, before, rng, kind="help")
        first.plan = {"mass": True}
        first.wanted = replace(first.wanted, contact=contact(city, rng), service_id=place.service_id)
        yield first
        for minutes in np.sort(rng.uniform(20, 900, number)):
            at = first.at + timedelta(minutes=float(minutes))
            wanted = replace(first.wanted, contact=contact(city, rng), title=first.wanted.title)
            yield replace(first, at=at, wanted=wanted, plan={"joins": first})
    codes = list(city.places)
    for before in rng.uniform(3, DAYS, ADVERTISERS):
        case = case_about(city, city.places[codes[int(rng.integers(len(codes)))]], float(before), rng, kind="help")
        said = city.texts["advertising"][int(rng.integers(len(city.texts["advertising"])))]
        wanted = replace(case.wanted, title=said[:14], text=said, channel=RequestChannel.WEB, contact=None)
        yield replace(case, wanted=wanted, plan={"spam": True})


def fitting(city: City, place: Place, kind: str | None) -> list[dict[str, Any]]:  # Any: as the file defines it
    found = [one for one in city.texts["matter"] if place.group in one["groups"]]
    return [one for one in found if kind is None or one["kind"] == kind]


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
        ("environment-complaints", 3.6, {"stands": True}),
        ("nanan-job-centre", 5.1, {"stands": True}),
    ]
    for code, before, plan in waits:
        case = case_about(city, city.places[code], before, rng, kind="complaint")
        case.plan, case.returned = plan, ""
        if "waits" in plan:
            case.at = city.office.day(before)
        if "unsolved" in plan:
            case.wanted = replace(case.wanted, contact=contact(city, rng), wants_reply=True)
        yield case


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
    matters = fitting(city, place, kind) or city.texts["matter"]
    weights = np.array([one.get("weight", 1.0) for one in matters])
    matter = matters[int(rng.choice(len(matters), p=weights / weights.sum()))]
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
            **circumstances(city, place, matter["kind"], before, slots, rng),
        ),
        answer=filled(matter["answers"][int(rng.integers(len(matter["answers"])))], slots),
        brief=matter["briefs"][chosen % len(matter["briefs"])].format(**slots) if is_report else "",
        rng=rng,
        quality=quality if quality is not None else 0.88,
        returned=RETURN_REASON if rng.random() < 0.03 else "",
    )


def circumstances(
    city: City, place: Place, kind: str, before: float, slots: dict[str, str], rng: np.random.Generator
) -> dict[str, Any]:  # Any: fields of a request
    """What should be done, when and where it was, and how urgent it is, as far as people say so."""
    remedies = [text for one in city.texts["remedy"] if one["kind"] == kind for text in one["texts"]]
    is_placed = kind in ("help", "complaint", "report") and rng.random() < 0.3
    is_urgent = kind == "help" and place.group in UTILITIES and rng.random() < 0.6
    has_remedy, has_day = bool(remedies) and rng.random() < 0.6, kind == "complaint" and rng.random() < 0.5
    return {
        "remedy": filled(remedies[int(rng.integers(len(remedies)))], slots) if has_remedy else "",
        "happened_on": city.office.local(before + float(rng.integers(1, 3))) if has_day else None,
        "latitude": round(CENTRE[0] + float(rng.normal(0, 0.06)), 5) if is_placed else None,
        "longitude": round(CENTRE[1] + float(rng.normal(0, 0.08)), 5) if is_placed else None,
        "urgency": Urgency.UTILITIES if is_urgent else Urgency.GENERAL,
    }


def slots_of(city: City, place: Place, rng: np.random.Generator) -> dict[str, str]:
    def one_of(values: list[str] | tuple[str, ...]) -> str:
        return values[int(rng.integers(len(values)))]

    return {
        "service": place.name,
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
