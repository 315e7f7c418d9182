"""Training in the invented city: staff of forty providers, courses, needs, and two talent programmes."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.demo.office import Office
from qs.demo.text import Table, read_table
from qs.directory.models import Provider
from qs.frames import named_rows
from qs.periods import local_day
from qs.settings import SHIPPED_DATA, settings
from qs.standards.queries import indicators_by_code
from qs.training import actions, queries, talent
from qs.training.models import Nomination
from qs.training.terms import CourseKind, NewCourse, NewTalentProgramme, Outcome, PartnerKind

PROVIDER_COUNT = 40
STAFF_EACH = (3, 6)
SESSIONS_EACH = 6
DAYS_OF_HISTORY = 510
SEATS = (18, 34)
CAME_SHARE = 0.93
NEEDS_TAKEN = 5
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = ("文博", "晓燕", "志强", "丽娟", "建平", "思远", "雨桐", "海涛", "淑芬", "俊杰", "静怡", "国栋")
POSTS = ("窗口岗", "护理岗", "调度岗", "维修岗", "社工岗", "监督员")
PLACES = ("市民服务中心三楼培训室", "澜平大学明德楼 204", "省培训中心二号教室")
GROUNDS = "符合条件第一、二、三项；所在项目本年度满意率高于目标，学时已达标。"


def play(session: Session, office: Office) -> None:
    """Everything human resources did, and what supervisors decided."""
    text = read_table(SHIPPED_DATA / "demo" / "training.toml")
    keeper, rng = office.people["yan.fang"], office.rng("training")
    courses = add_courses(session, office, text, keeper)
    staff = add_staff(session, office, keeper, rng)
    for number, course_id in enumerate(courses.values()):
        give(session, office, course_id, staff, keeper, rng, offset=number * 9)
    take_needs(session, office, courses, keeper)
    for row in text.tables("talent"):
        run_talent(session, office, row, staff, keeper, rng)


def add_courses(session: Session, office: Office, text: Table, keeper: Actor) -> dict[str, int]:
    founded = office.day(DAYS_OF_HISTORY + 10)
    partners = {
        row.text("code"): actions.add_partner(
            session,
            name=row.text("name"),
            name_en=row.text("name_en"),
            kind=PartnerKind(row.text("kind")),
            actor=keeper,
            now=founded,
        )
        for row in text.tables("partner")
    }
    indicators = indicators_by_code(session)
    courses = {}
    for row in text.tables("course"):
        tagged = row.optional_text("indicator")
        wanted = NewCourse(
            code=row.text("code"),
            title=row.text("title"),
            title_en=row.text("title_en"),
            kind=CourseKind(row.text("kind")),
            partner_id=partners[row.text("partner")],
            hours=float(row.number("hours")),
            goal=row.text("goal"),
            indicator_id=indicators[tagged].indicator_id if tagged else None,
        )
        courses[wanted.code] = actions.add_course(session, wanted, actor=keeper, now=founded)
    return courses


def add_staff(session: Session, office: Office, keeper: Actor, rng: np.random.Generator) -> list[int]:
    founded = office.day(DAYS_OF_HISTORY + 5)
    providers = session.scalars(sa.select(Provider.id).order_by(Provider.code)).all()[:PROVIDER_COUNT]
    staff: list[int] = []
    for provider_id in providers:
        for _ in range(int(rng.integers(*STAFF_EACH))):
            number = len(staff) + 1
            staff.append(
                actions.add_trainee(
                    session,
                    number=f"LP{number:04d}",
                    name=str(rng.choice(list(SURNAMES))) + str(rng.choice(GIVEN)),
                    provider_id=provider_id,
                    post=str(rng.choice(POSTS)),
                    joined_on=office.local(DAYS_OF_HISTORY + int(rng.integers(200, 4000))),
                    actor=keeper,
                    now=founded,
                )
            )
    return staff


def give(
    session: Session,
    office: Office,
    course_id: int,
    staff: list[int],
    keeper: Actor,
    rng: np.random.Generator,
    *,
    offset: int,
) -> None:
    """Several sessions of a course, the last one still to come, the one before perhaps not entered yet."""
    for number in range(SESSIONS_EACH + 1):
        days_before = DAYS_OF_HISTORY - offset - number * DAYS_OF_HISTORY / SESSIONS_EACH
        starts_at = at_nine(office.day(days_before))
        planned_at = min(starts_at - timedelta(days=21), office.day(1))
        session_id = actions.plan_session(
            session,
            course_id,
            starts_at=max(starts_at, planned_at),
            place=str(rng.choice(PLACES)),
            capacity=SEATS[1],
            actor=keeper,
            now=planned_at,
        )
        chosen = sorted(int(one) for one in rng.choice(staff, size=int(rng.integers(*SEATS)), replace=False))
        actions.register(session, session_id, chosen, actor=keeper, now=planned_at)
        ended_at = starts_at + timedelta(hours=8)
        if ended_at < office.day(3):
            came = {trainee_id: bool(rng.random() < CAME_SHARE) for trainee_id in chosen}
            actions.hold_session(session, session_id, came, actor=keeper, now=ended_at)


def at_nine(moment: datetime) -> datetime:
    return datetime.combine(local_day(moment, settings().zone), time(9), settings().zone)


def take_needs(session: Session, office: Office, courses: dict[str, int], keeper: Actor) -> None:
    """The weakest indicators of the newest frozen quarter: some answered by a course, one dismissed, one open."""
    period = queries.latest_period(session, actor=keeper)
    if period is None:
        return
    suggested = queries.suggested_needs(session, period, actor=keeper).head(NEEDS_TAKEN)
    tagged = {row.indicator_code: row.course_id for row in named_rows(queries.courses(session, actor=keeper))}
    for place, row in enumerate(named_rows(suggested)):
        taken_at = office.day(24 - place)
        need_id = actions.take_up_need(
            session, int(row.service_id), str(row.measure), period, actor=keeper, now=taken_at
        )
        answered_at = taken_at + timedelta(days=2)
        if row.measure in tagged:
            actions.answer_need(session, need_id, int(tagged[row.measure]), actor=keeper, now=answered_at)
        elif place == 1:
            reason = "原因在设备老化，已转整改，不靠培训解决。"
            actions.dismiss_need(session, need_id, reason=reason, actor=keeper, now=answered_at)
        elif place != NEEDS_TAKEN - 1:
            actions.answer_need(session, need_id, courses["data-reading"], actor=keeper, now=answered_at)


def run_talent(
    session: Session, office: Office, row: Table, staff: list[int], keeper: Actor, rng: np.random.Generator
) -> None:
    opened = office.day(row.number("opened_days_ago"))
    closes = opened + timedelta(days=30)
    talent_id = talent.open_talent(
        session,
        NewTalentProgramme(
            name=row.text("name"),
            name_en=row.text("name_en"),
            criteria=row.text("criteria"),
            quota=int(row.number("quota")),
            grant_minor=round(row.number("grant_yuan") * 100),
            obligation_months=int(row.number("obligation_months")),
            closes_on=local_day(closes, settings().zone),
        ),
        actor=keeper,
        now=opened,
    )
    for trainee_id in rng.choice(staff, size=int(row.number("nominations")), replace=False):
        nominated_at = opened + timedelta(days=int(rng.integers(3, 25)))
        talent.nominate(session, talent_id, int(trainee_id), grounds=GROUNDS, actor=keeper, now=nominated_at)
    if row.has("is_granted"):
        grant_and_follow(session, office, talent_id, int(row.number("quota")), closes, keeper)


def grant_and_follow(
    session: Session, office: Office, talent_id: int, quota: int, closes: datetime, keeper: Actor
) -> None:
    """Two supervisors choose and grant; later one of those supported leaves early."""
    ids = session.scalars(sa.select(Nomination.id).where(Nomination.talent_id == talent_id)).all()[:quota]
    talent.choose(session, talent_id, ids, actor=office.people["zhou.wei"], now=closes + timedelta(days=5))
    talent.grant(session, talent_id, actor=office.people["sun.li"], now=closes + timedelta(days=20))
    left_at = min(closes + timedelta(days=150), office.day(2))
    talent.enter_outcome(session, ids[0], Outcome.LEFT_EARLY, actor=keeper, now=left_at)
