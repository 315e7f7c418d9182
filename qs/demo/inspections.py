"""The inspections of the invented city: eighteen months of visits, findings heard and decided, and those to come."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.attachments.terms import Upload
from qs.demo.office import Office
from qs.i18n import gettext
from qs.inspections import actions, checklists, details, plans
from qs.inspections.details import InspectionDetail, ItemDetail
from qs.inspections.terms import LABELS, Defence, Grade, InspectionPlan, InspectionType, Judgement, Ruling, Verdict
from qs.periods import local_day
from qs.rectifications import actions as rectifications
from qs.rectifications.queries import rectification_of
from qs.rectifications.terms import NewPlan, Source
from qs.rectifications.terms import Verdict as Verification
from qs.settings import SHIPPED_DATA, settings
from qs.standards.queries import clause_ids_by_code

TEXTS = SHIPPED_DATA / "demo" / "inspections.toml"
VISITS = 64  # drawn by lot; the story's own come on top
FIRST_DAYS_BEFORE, LAST_DAYS_BEFORE = 535, 24
MAJOR_SHARE, MINOR_SHARE = 0.02, 0.10
ANNOUNCED = 2  # of those to come
T = InspectionType


@dataclass(frozen=True)
class Visit:
    """One inspection to play: whose, when, of which type, and what is found on which clause."""

    service: str
    days_before: float
    type: InspectionType = T.ROUTINE
    findings: Mapping[str, Judgement] = field(default_factory=dict)
    last_step: str = "closed"


STORY = (
    Visit(
        "xiwan-buses",
        47,
        T.UNANNOUNCED,
        {"lp-8.1": Judgement.MAJOR, "lp-1.2": Judgement.MINOR, "ow-3": Judgement.MINOR},
        "rework",
    ),
    Visit("hospital-1-ae", 30, T.EVENT, {"lp-4.1": Judgement.MAJOR, "lp-1.1": Judgement.MINOR}, "ordered"),
    Visit("beiling-home-care", 9, T.ROUTINE, {"lp-12.1": Judgement.MINOR, "ow-1": Judgement.MINOR}, "defended"),
    Visit("taoyuan-water-repairs", 4, T.SPECIAL, {"lp-6.1": Judgement.MAJOR, "lp-1.2": Judgement.MINOR}, "sent"),
    Visit("donghu-sports-hall", 2, T.ROUTINE, {"lp-11.1": Judgement.MAJOR}, "on_site"),
)
TO_COME = (
    ("taoyuan-civic-centre", 3, 12, T.ROUTINE),
    ("nanan-buses", 8, 15, T.COMPREHENSIVE),
    ("qinghe-care-home", 9, 16, T.UNANNOUNCED),
    ("jiangcheng-school-bus", 12, 21, T.SPECIAL),
    ("shiqiao-care-home", 15, 23, T.ROUTINE),
    ("xiwan-library", 18, 27, T.FOLLOW_UP),
)


def play(session: Session, office: Office) -> None:
    """Play the story through the actions that people use."""
    texts = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    stage = Stage(session, office, texts, office.rng("inspections"))
    stage.mark_clauses()
    for visit in sorted((*by_lot(stage.rng, office), *STORY), key=lambda one: -one.days_before):
        stage.play_visit(visit)
    for place, (service, first, last, kind) in enumerate(TO_COME):
        planned = stage.plan(service, office.day(3), kind, first_in=first, last_in=last)
        if place < ANNOUNCED and kind is not T.UNANNOUNCED:
            plans.announce_inspection(
                session,
                planned.inspection_id,
                version=planned.version,
                actor=office.people["chen.jing"],
                now=office.day(1),
            )


def by_lot(rng: np.random.Generator, office: Office) -> Iterator[Visit]:
    """Visits drawn by lot over eighteen months, each service at most twice, no two in one quarter."""
    named = {visit.service for visit in STORY} | {entry[0] for entry in TO_COME}
    codes = [code for code in sorted(office.services) if code not in named]
    order = rng.permutation(codes)
    kinds = rng.choice(list(T), size=VISITS, p=[0.62, 0.08, 0.05, 0.15, 0.06, 0.04])
    days = np.sort(rng.uniform(LAST_DAYS_BEFORE, FIRST_DAYS_BEFORE, size=VISITS))[::-1]
    for place in range(VISITS):
        yield Visit(str(order[place % len(order)]), float(days[place]), T(kinds[place]))


@dataclass(frozen=True)
class Stage:
    """The people and texts of the story, and the steps they take."""

    session: Session
    office: Office
    texts: dict[str, Any]  # Any: texts and lists of them
    rng: np.random.Generator

    @property
    def supervisors(self) -> list[Actor]:
        return [self.office.people[name] for name in ("chen.jing", "zhou.wei", "sun.li", "wu.hao")]

    def mark_clauses(self) -> None:
        ids = clause_ids_by_code(self.session)
        for mark in self.texts["mark"]:
            checklists.mark_clause(
                self.session,
                ids[mark["clause"]],
                weight=mark["weight"],
                is_safety=mark["is_safety"],
                actor=self.office.people["chen.jing"],
                now=self.office.day(560),
            )

    def at(self, day: date, hour: float) -> datetime:
        """A moment in working hours of a local day, never after today's now."""
        start = datetime.combine(day, datetime.min.time(), settings().zone)
        return min(start + timedelta(hours=hour), self.office.now)

    def plan(
        self, service: str, now: datetime, kind: InspectionType, *, first_in: int, last_in: int
    ) -> InspectionDetail:
        day = local_day(now, settings().zone)
        supervisor = self.supervisors[int(self.rng.integers(len(self.supervisors)))]
        count = 3 if kind in (T.SPECIAL, T.COMPREHENSIVE) else 2
        inspection_id = plans.plan_inspection(
            self.session,
            InspectionPlan(
                self.office.services[service],
                kind,
                self.texts["reasons"][int(self.rng.integers(len(self.texts["reasons"])))],
                day + timedelta(days=first_in),
                day + timedelta(days=last_in),
                count,
            ),
            seed=self.rng.bytes(8).hex(),
            actor=supervisor,
            now=now,
        )
        return self.shown(inspection_id)

    def shown(self, inspection_id: int) -> InspectionDetail:
        return details.inspection(self.session, inspection_id, actor=self.office.people["chen.jing"])

    def play_visit(self, visit: Visit) -> None:
        """One inspection from the plan to the step where the story leaves it."""
        day = working_day_before(self.office.local(visit.days_before))
        planned = self.plan(visit.service, self.at(day - timedelta(days=12), 10), visit.type, first_in=12, last_in=18)
        inspection_id, version = planned.inspection_id, planned.version
        supervisor = self.supervisors[0]
        if visit.type is not T.UNANNOUNCED:
            announced_at = self.at(working_day(day - timedelta(days=7)), 11)
            plans.announce_inspection(self.session, inspection_id, version=version, actor=supervisor, now=announced_at)
            version += 1
        team = [self.office.people[seat.username] for seat in planned.inspectors]
        actions.begin_inspection(self.session, inspection_id, version=version, actor=team[0], now=self.at(day, 9.25))
        self.judge(visit, self.shown(inspection_id), team, day)
        if visit.last_step == "on_site":
            return
        actions.send_findings(self.session, inspection_id, version=version + 1, actor=team[0], now=self.at(day, 16.75))
        if visit.last_step != "sent":
            self.hear_and_conclude(visit, self.shown(inspection_id), team, day)

    def judge(self, visit: Visit, shown: InspectionDetail, team: list[Actor], day: date) -> None:
        """Judge every item; on site still going on, leave the last ones open."""
        items = shown.items[:-4] if visit.last_step == "on_site" else shown.items
        for place, item in enumerate(items):
            found = visit.findings.get(item.code) if visit.findings else self.lot(item)
            found = found or Judgement.CONFORM
            note = self.note(item, found) if found.is_finding else ""
            photos = [sample_photo(item.code, self.texts)] if found.is_finding else []
            actions.judge_item(
                self.session,
                item.item_id,
                found,
                note=note,
                photos=photos,
                version=item.version,
                actor=team[place % len(team)],
                now=self.at(day, 9.5 + place * 0.5),
            )

    def lot(self, item: ItemDetail) -> Judgement | None:
        drawn = self.rng.random()
        if item.code not in self.texts["notes"]:
            return None
        if drawn < MAJOR_SHARE:
            return Judgement.MAJOR
        return Judgement.MINOR if drawn < MAJOR_SHARE + MINOR_SHARE else None

    def note(self, item: ItemDetail, found: Judgement) -> str:
        notes = self.texts["notes"][item.code]
        return str(notes[0] if found is Judgement.MAJOR else notes[-1])

    def hear_and_conclude(self, visit: Visit, shown: InspectionDetail, team: list[Actor], day: date) -> None:
        leader = self.office.leaders[shown.service_id]
        version, findings = shown.version, shown.findings
        if findings:
            version = self.answer(visit, shown, leader, day)
            if visit.last_step == "defended":
                return
        concluded_day = working_day(day + timedelta(days=10))
        judges = [one for one in self.supervisors if one not in team]
        judge = judges[int(self.rng.integers(len(judges)))]
        concluded_at = self.at(concluded_day, 15.5)
        name = "opinion" if findings else "opinion_clean"
        actions.conclude_inspection(
            self.session,
            shown.inspection_id,
            {item.item_id: self.ruling(item) for item in self.shown(shown.inspection_id).findings},
            opinion=self.texts[name],
            opinion_en=self.texts[f"{name}_en"],
            version=version,
            actor=judge,
            now=concluded_at,
        )
        self.put_right(visit, self.shown(shown.inspection_id), leader, judge, team[0], concluded_day)

    def answer(self, visit: Visit, shown: InspectionDetail, leader: Actor, day: date) -> int:
        """The unit's defence: against some of the findings, or against none."""
        is_story = bool(visit.findings)
        said = {
            item.item_id: Defence(
                self.texts["defences"][place % 3] if (is_story and place < 2) or self.rng.random() < 0.3 else ""
            )
            for place, item in enumerate(shown.findings)
        }
        answered_at = self.at(working_day(day + timedelta(days=4)), 14.25)
        actions.answer_findings(
            self.session, shown.inspection_id, said, version=shown.version, actor=leader, now=answered_at
        )
        return shown.version + 1

    def ruling(self, item: ItemDetail) -> Ruling:
        if item.defence and item.judgement is Judgement.MINOR and self.rng.random() < 0.45:
            return Ruling(Verdict.WITHDRAWN, self.texts["answers_withdrawn"])
        answer = self.texts["answers_upheld"][item.item_id % 2] if item.defence else ""
        return Ruling(Verdict.UPHELD, answer, self.texts["demands"])

    def put_right(
        self, visit: Visit, shown: InspectionDetail, leader: Actor, judge: Actor, inspector: Actor, day: date
    ) -> None:
        """Play the rectifications the letter ordered, then close and publish what is done."""
        upheld = [item for item in shown.findings if item.verdict is Verdict.UPHELD]
        is_done = visit.last_step == "closed" and self.office.local(0) > day + timedelta(days=20)
        for item in upheld:
            self.rectify(visit, item, leader, inspector, day, is_done=is_done)
        version = shown.version
        if is_done and upheld:
            closed_at = self.at(working_day(day + timedelta(days=19)), 16)
            actions.close_inspection(self.session, shown.inspection_id, version=version, actor=judge, now=closed_at)
            version += 1
        if is_done and self.rng.random() < 0.85:
            self.publish(shown, version, judge, day)

    def publish(self, shown: InspectionDetail, version: int, judge: Actor, day: date) -> None:
        grade = shown.grade or Grade.GOOD
        facts = {"conform": shown.conform_count, "items": shown.item_count}
        actions.publish_inspection(
            self.session,
            shown.inspection_id,
            summary=self.texts["summary"].format(grade=gettext(LABELS[Grade][grade]), **facts),
            summary_en=self.texts["summary_en"].format(grade=LABELS[Grade][grade], **facts),
            version=version,
            actor=judge,
            now=self.at(working_day(day + timedelta(days=20)), 10),
        )

    def rectify(
        self, visit: Visit, item: ItemDetail, leader: Actor, inspector: Actor, day: date, *, is_done: bool
    ) -> None:
        if visit.last_step == "ordered":
            return
        planned_day = working_day(day + timedelta(days=2))
        proved_day = working_day(day + timedelta(days=11))
        verified_at = self.at(working_day(day + timedelta(days=15)), 10.5)
        plan = NewPlan(self.texts["plan_cause"], self.texts["plan_measures"], proved_day)
        by = {"actor": leader}
        rectification_id, version = self.order_of(item)
        rectifications.file_plan(
            self.session, rectification_id, plan, version=version, now=self.at(planned_day, 11), **by
        )
        if self.at(proved_day, 15) >= self.office.now:
            return
        rectification_id, version = self.order_of(item)
        rectifications.file_proof(
            self.session,
            rectification_id,
            self.texts["proof"],
            [sample_photo(item.code, self.texts)],
            version=version,
            now=self.at(proved_day, 15),
            **by,
        )
        is_sent_back = visit.last_step == "rework" and item.judgement is Judgement.MAJOR
        if not (is_done or visit.last_step == "rework"):
            return
        rectification_id, version = self.order_of(item)
        verdict = Verification.SENT_BACK if is_sent_back else Verification.CLOSED
        note = "抽查仍有班次未按时刻发车，预报误差未消除，退回重办。" if is_sent_back else self.texts["verified"]
        rectifications.verify_rectification(
            self.session, rectification_id, verdict, note, version=version, actor=inspector, now=verified_at
        )

    def order_of(self, item: ItemDetail) -> tuple[int, int]:
        """The rectification that a finding raised, and its version."""
        found = rectification_of(
            self.session, Source.FINDING, f"finding:{item.item_id}", actor=self.office.people["chen.jing"]
        )
        if found is None:
            raise LookupError(f"finding {item.item_id} has raised no rectification")
        return found.id, found.version


def working_day_before(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= 5 else day


PHOTOS: dict[str, Upload] = {}  # drawn once for each clause


def sample_photo(code: str, texts: dict[str, Any]) -> Upload:  # Any: texts and lists of them
    """A small drawn picture that says of itself that it is a sample."""
    if code not in PHOTOS:
        picture = Image.new("RGB", (320, 200), "#e8edf2")
        pen = ImageDraw.Draw(picture)
        hue = sum(code.encode()) % 5
        pen.rectangle((24, 60, 200, 170), fill=("#c3d2e0", "#d6cfc0", "#cdd9cd", "#d9d0dd", "#cfd6d9")[hue])
        pen.rectangle((60, 90, 110, 170), fill="#8b96a2")
        pen.rectangle((220, 110, 290, 170), fill="#b5bfca")
        pen.ellipse((232, 70, 276, 114), outline="#e46c0a", width=4)
        for row, line in enumerate(texts["mark_dots"]):
            for column, dot in enumerate(line):
                if dot == "#":
                    pen.point((20 + column, 14 + row), fill="#17466f")
        pen.text((92, 20), f"SAMPLE {code}", fill="#17466f")
        held = BytesIO()
        picture.save(held, format="PNG")
        PHOTOS[code] = Upload(f"sample-{code}.png", held.getvalue())
    return PHOTOS[code]
