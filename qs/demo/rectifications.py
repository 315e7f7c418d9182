"""The rectifications of the invented city: about sixty orders raised by signals, in every state, in order of time."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from io import BytesIO
from itertools import count
from typing import Any

import numpy as np
import sqlalchemy as sa
from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor
from qs.attachments.terms import Upload
from qs.deadlines import queries as deadlines
from qs.deadlines.hours import closing, day_type
from qs.deadlines.rules import due_at
from qs.deadlines.terms import Calendar, Limit, LimitKind
from qs.demo.office import Office
from qs.observations.models import Stream
from qs.periods import local_day
from qs.rectifications import actions, extensions
from qs.rectifications.models import Rectification
from qs.rectifications.rechecks import recheck_closed
from qs.rectifications.terms import NewPlan, Source, Status, Verdict
from qs.settings import SHIPPED_DATA
from qs.standards.models import Indicator

TEXTS = SHIPPED_DATA / "demo" / "rectifications.toml"
ORDER_COUNT = 54
OLDEST_DAYS, NEWEST_DAYS = 455, 2
RECENT_SHARE, RECENT_DAYS = 0.45, 48  # orders of the last weeks, so that every step is on the board
SUPERVISORS = ("chen.jing", "zhou.wei", "sun.li", "wu.hao")
PLAN_DAYS, PROOF_DAYS, VERIFY_DAYS, REWORK_DAYS = (1, 3), (6, 14), (2, 7), (2, 4)  # working days, from and to
LATE_DAYS = (17, 45)
LATE_SHARE, SENT_BACK_SHARE, REOPENED_SHARE, ASKED_SHARE = 0.25, 0.16, 0.08, 0.15
CAME_BACK_DAYS = (10, 17)  # working days
LOOKED_AT_DAYS = (24, 30)  # working days after closing, when the figures have been looked at again
NIGHT = timedelta(hours=9)  # from the close of business to the daily run
WORK_HOURS = 7.5
PICTURE_SIZE = (480, 270)
Text = Mapping[str, Any]  # Any: what TOML holds
Life = Iterator[datetime]  # yields the moment of its next act


@dataclass(frozen=True)
class Play:
    """What every life needs: the store, the city, its calendar, its dice, and what people say again and again."""

    session: Session
    office: Office
    calendar: Calendar
    rng: np.random.Generator
    words: Text

    def at_work(self, day: date) -> datetime:
        """A moment of the first working day from `day` on, in working hours."""
        while not day_type(self.calendar, day).is_worked:
            day += timedelta(days=1)
        return closing(self.calendar, day) - timedelta(hours=WORK_HOURS * self.rng.uniform(0.05, 0.95))

    def later(self, at: datetime, span: tuple[int, int]) -> datetime:
        """Some working days later, in working hours."""
        days = int(self.rng.integers(span[0], span[1] + 1))
        reached = due_at(self.calendar, at, Limit(LimitKind.WORKING_DAYS, days))
        return self.at_work(reached.days[-1].day)

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def supervisor(self, but: Actor | None = None) -> Actor:
        names = [name for name in SUPERVISORS if but is None or name != but.username]
        return self.office.people[str(self.rng.choice(names))]

    def status(self, order_id: int) -> Status:
        return self.session.scalars(sa.select(Rectification.status).where(Rectification.id == order_id)).one()

    def version(self, order_id: int) -> int:
        return self.session.scalars(sa.select(Rectification.version).where(Rectification.id == order_id)).one()


def play(session: Session, office: Office) -> None:
    """Order, plan, prove and verify, everything at its moment; each night the overdue ones are noted."""
    texts = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    known = deadlines.calendar(session, actor=SYSTEM)
    stage = Play(session, office, known, office.rng("rectifications"), texts["words"])
    lives = [told_life(stage, story) for story in texts["story"]]
    lives += [
        usual_life(stage, *dealt) for dealt in deal(stage, texts["matter"], [story["code"] for story in texts["story"]])
    ]
    run_in_time([*lives, nights(stage)], until=office.now)


def run_in_time(lives: list[Life], *, until: datetime) -> None:
    """Let every life act at the moment it names, the earliest first, and none after `until`."""
    order = count()
    queue: list[tuple[datetime, int, Life]] = []
    for life in lives:
        push(queue, life, order)
    while queue and queue[0][0] <= until:
        _, _, life = heappop(queue)
        push(queue, life, order)


def push(queue: list[tuple[datetime, int, Life]], life: Life, order: Iterator[int]) -> None:
    at = next(life, None)
    if at is not None:
        heappush(queue, (at, next(order), life))


def nights(stage: Play) -> Life:
    """The daily run, as far as rectifications are concerned."""
    day = stage.office.local(OLDEST_DAYS)
    while True:
        at = closing(stage.calendar, day) + NIGHT
        yield at
        actions.note_overdue(stage.session, actor=SYSTEM, now=at)
        recheck_closed(stage.session, actor=SYSTEM, now=at)
        day += timedelta(days=1)


def deal(stage: Play, matters: list[Text], stories: list[str]) -> list[tuple[Text, int, int, datetime]]:
    """Which matter at which service is ordered when: matter, service id, indicator id, moment."""
    by_code = {matter["code"]: matter for matter in matters}
    statement = (
        sa.select(Indicator.code, Stream.service_id, Indicator.id)
        .join(Indicator, Indicator.id == Stream.indicator_id)
        .where(Indicator.code.in_(by_code))
        .order_by(Indicator.code, Stream.service_id)
    )
    told = {stage.office.services[code] for code in stories}
    pairs = [row for row in stage.session.execute(statement) if row.service_id not in told]
    weight = np.array([1.0 / sum(other.code == row.code for other in pairs) ** 0.5 for row in pairs])
    chosen = stage.rng.choice(len(pairs), size=min(ORDER_COUNT, len(pairs)), replace=False, p=weight / weight.sum())
    dealt = []
    for place in chosen:
        row = pairs[int(place)]
        recent = stage.chance(RECENT_SHARE)
        days = stage.rng.uniform(NEWEST_DAYS, RECENT_DAYS if recent else OLDEST_DAYS - 20)
        at = stage.at_work(stage.office.local(float(days)))
        dealt.append((by_code[row.code], row.service_id, row.id, at))
    return dealt


def usual_life(stage: Play, matter: Text, service_id: int, indicator_id: int, at: datetime) -> Life:
    """One order from its signal to its closing, with the delays that happen."""
    orderer, leader = stage.supervisor(), stage.office.leaders[service_id]
    yield at
    order_id = ordered(stage, matter, service_id, indicator_id, orderer, at)
    planned_at = stage.later(at, PLAN_DAYS)
    yield planned_at
    is_late = stage.chance(LATE_SHARE)
    proved_at = stage.later(at, LATE_DAYS if is_late else PROOF_DAYS)
    file_plan(stage, order_id, matter, leader, planned_at)
    if not is_late and stage.chance(ASKED_SHARE):
        asked_at = stage.later(planned_at, (1, 2))
        yield asked_at
        ask_extension(stage, order_id, stage.words["extension_reason"], leader, asked_at)
        decided_at = stage.later(asked_at, (1, 1))
        yield decided_at
        approver = stage.supervisor(but=orderer)
        decide_extension(
            stage, order_id, stage.words["extension_note"], approver, decided_at, is_granted=stage.chance(0.7)
        )
        proved_at = max(proved_at, stage.later(decided_at, (1, 3)))
    yield proved_at
    file_proof(stage, order_id, matter["proof"], leader, proved_at)
    if stage.chance(SENT_BACK_SHARE):
        back_at = stage.later(proved_at, VERIFY_DAYS)
        yield back_at
        verify(stage, order_id, Verdict.SENT_BACK, matter["sent_back"], orderer, back_at)
        proved_at = stage.later(back_at, REWORK_DAYS)
        yield proved_at
        file_proof(stage, order_id, stage.words["again"] + matter["proof"], leader, proved_at)
    closed_at = stage.later(proved_at, VERIFY_DAYS)
    yield closed_at
    verify(stage, order_id, Verdict.CLOSED, matter["verified"], orderer, closed_at)
    came_back = stage.chance(REOPENED_SHARE)
    while True:
        again_at = stage.later(closed_at, CAME_BACK_DAYS if came_back else LOOKED_AT_DAYS)
        yield again_at
        if came_back:
            version = stage.version(order_id)
            actions.reopen_rectification(
                stage.session, order_id, stage.words["reopened"], version=version, actor=orderer, now=again_at
            )
            came_back = False
        if stage.status(order_id) is not Status.REOPENED:  # by somebody, or by the figures some weeks after closing
            return
        proved_at = stage.later(again_at, PROOF_DAYS)
        yield proved_at
        file_proof(stage, order_id, matter["proof"], leader, proved_at)
        closed_at = stage.later(proved_at, VERIFY_DAYS)
        yield closed_at
        verify(stage, order_id, Verdict.CLOSED, matter["verified"], orderer, closed_at)


def told_life(stage: Play, story: Text) -> Life:
    """An order whose course the city's story fixes, in days before today."""
    people, service_id = stage.office.people, stage.office.services[story["code"]]
    leader = stage.office.leaders[service_id]
    indicator_id = stage.session.scalars(sa.select(Indicator.id).where(Indicator.code == story["indicator"])).one()

    def on(key: str) -> datetime:
        return stage.at_work(stage.office.local(story[key]))

    at = on("ordered")
    yield at
    order_id = ordered(stage, story, service_id, indicator_id, people[story["orderer"]], at)
    if "planned" in story:
        at = on("planned")
        yield at
        file_plan(stage, order_id, story, leader, at)
    if "extension_asked" in story:
        at = on("extension_asked")
        yield at
        ask_extension(stage, order_id, story["extension_reason"], leader, at)
    if "extension_decided" in story:
        at = max(on("extension_decided"), stage.later(at, (1, 1)))
        yield at
        approver = people[story["approver"]]
        decide_extension(stage, order_id, story["extension_note"], approver, at, is_granted=True)
    if "proved" in story:
        at = on("proved")
        yield at
        file_proof(stage, order_id, story["proof"], leader, at)
        at = on("verified")
        yield at
        verify(stage, order_id, Verdict(story["verdict"]), story["note"], people[story["verifier"]], at)


def ordered(stage: Play, text: Text, service_id: int, indicator_id: int, orderer: Actor, at: datetime) -> int:
    day = local_day(at, stage.calendar.zone)
    return actions.order_rectification(
        stage.session,
        service_id=service_id,
        source=Source.SIGNAL,
        source_ref=f"{service_id}:{indicator_id}:{(day - timedelta(days=day.weekday())).isoformat()}",
        title=text["title"],
        title_en=text["title_en"],
        demand=text["demand"],
        demand_en=text["demand_en"],
        indicator_id=indicator_id,
        actor=orderer,
        now=at,
    )


def file_plan(stage: Play, order_id: int, text: Text, leader: Actor, at: datetime) -> None:
    finish_on = local_day(at, stage.calendar.zone) + timedelta(days=10)
    plan = NewPlan(text["cause"], text["measures"], finish_on)
    actions.file_plan(stage.session, order_id, plan, version=stage.version(order_id), actor=leader, now=at)


def ask_extension(stage: Play, order_id: int, reason: str, leader: Actor, at: datetime) -> None:
    extensions.ask_extension(stage.session, order_id, reason, version=stage.version(order_id), actor=leader, now=at)


def decide_extension(
    stage: Play, order_id: int, words: str, approver: Actor, at: datetime, *, is_granted: bool
) -> None:
    extensions.decide_extension(
        stage.session,
        order_id,
        words,
        is_granted=is_granted,
        version=stage.version(order_id),
        actor=approver,
        now=at,
    )


def file_proof(stage: Play, order_id: int, summary: str, leader: Actor, at: datetime) -> None:
    files = [picture(stage.rng, stage.words["picture"])]
    version = stage.version(order_id)
    actions.file_proof(stage.session, order_id, summary, files, version=version, actor=leader, now=at)


def verify(stage: Play, order_id: int, verdict: Verdict, words: str, verifier: Actor, at: datetime) -> None:
    version = stage.version(order_id)
    actions.verify_rectification(stage.session, order_id, verdict, words, version=version, actor=verifier, now=at)


def picture(rng: np.random.Generator, file_name: str) -> Upload:
    """A small drawn picture in place of a photo: bars before and after."""
    image = Image.new("RGB", PICTURE_SIZE, "#f4f6f9")
    draw = ImageDraw.Draw(image)
    width, height = PICTURE_SIZE
    for place in range(8):
        tall = float(rng.uniform(0.5, 0.9) if place < 4 else rng.uniform(0.2, 0.45)) * height
        left = 24 + place * 54 + (24 if place >= 4 else 0)
        draw.rectangle([left, height - 20 - tall, left + 36, height - 20], fill="#8b96a2" if place < 4 else "#0095d9")
    draw.line([16, height - 20, width - 16, height - 20], fill="#1b2733", width=2)
    kept = BytesIO()
    image.save(kept, format="PNG")
    return Upload(file_name, kept.getvalue())
