"""The programme of the invented city: adopted eighteen months ago, mostly done, one task late, one at risk."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.demo.office import Office
from qs.periods import local_day
from qs.programme import actions
from qs.programme.models import PlanTask
from qs.programme.terms import Party, Period
from qs.settings import settings

MONTHS_OLD = 17
RESPONSIBLE = {
    Party.SUPERVISION_GROUP: "chen.jing",
    Party.INFORMATION_TECHNOLOGY: "cheng.yuan",
    Party.HUMAN_RESOURCES: "yan.fang",
    Party.PUBLIC_RELATIONS: "zhang.lin",
    Party.SERVICE_LEADERS: "fang.min",
}
DAYS_LATE = {"system-build": 9, "participation-platform": 4, "evaluation-2": 6}  # finished after their last day
LAGGING = {"participation-promotion": 0.7}  # never finished
HALF_WAY = "各区进展不一，正在逐个督促。"
PROOFS = {
    "plan-group": "监督小组名单已公布，各项目均有负责人。",
    "plan-measures": "实施方案已审定并在网站公布。",
    "system-build": "各单位数据接入完毕，每日核对无差异。",
    "system-standards": "十二个领域的标准和指标均已登记。",
    "system-training": "培训签到和考核记录已归档。",
    "system-live": "验收报告已归档，系统上线。",
    "participation-platform": "意见平台、评价码和热线开通。",
    "incentives": "奖惩规则经两人审定后生效。",
}
REPORT_PROOF = "季度评价报告已公布。"


def play(session: Session, office: Office) -> None:
    """Name the people, write and adopt the plan, and live through it up to now."""
    author, second = office.people["chen.jing"], office.people["zhou.wei"]
    first = first_of_month(local_day(office.now, settings().zone), MONTHS_OLD)
    for party, username in RESPONSIBLE.items():
        person_id = office.people[username].person_id
        if person_id is not None:
            actions.name_responsible(session, party, person_id, actor=author, now=at_noon(first, office))
    plan_id = actions.begin_plan(
        session,
        name="澜平市公共服务质量监督实施方案",
        name_en="Lanping programme of public-service quality supervision",
        starts_on=first,
        actor=author,
        now=at_noon(first, office),
    )
    actions.adopt_plan(session, plan_id, actor=second, now=at_noon(first + timedelta(days=3), office))
    for task in session.scalars(sa.select(PlanTask).where(PlanTask.plan_id == plan_id).order_by(PlanTask.due_on)):
        live_through(session, office, task, owner=owner_of(office, task))
    ask_for_time(session, office, plan_id)


def first_of_month(today: date, months_before: int) -> date:
    year, month = divmod(today.year * 12 + today.month - 1 - months_before, 12)
    return date(year, month + 1, 1)


def at_noon(day: date, office: Office) -> datetime:
    """Noon of that day, never later than now."""
    return min(datetime.combine(day, time(12), settings().zone), office.now)


def owner_of(office: Office, task: PlanTask) -> Actor:
    return next(person for person in office.people.values() if person.person_id == task.owner_id)


def live_through(session: Session, office: Office, task: PlanTask, *, owner: Actor) -> None:
    """Report half way, finish at the end, as far as the calendar has come."""
    today = local_day(office.now, settings().zone)
    half = task.starts_on + (task.due_on - task.starts_on) / 2
    ends = task.due_on - timedelta(days=1) + timedelta(days=DAYS_LATE.get(task.code, 0))
    if half < today:
        share = LAGGING.get(task.code, 0.5)
        actions.report_progress(
            session,
            task.id,
            progress_share=share,
            note=HALF_WAY,
            version=task.version,
            actor=owner,
            now=at_noon(half, office),
        )
    if ends < today and task.code not in LAGGING:
        actions.finish_task(
            session,
            task.id,
            proof=PROOFS.get(task.code, REPORT_PROOF),
            version=task.version,
            actor=owner,
            now=at_noon(ends, office),
        )


def ask_for_time(session: Session, office: Office, plan_id: int) -> None:
    """The hearings take longer than planned: other dates are asked for, and nobody has decided yet."""
    task = session.scalars(sa.select(PlanTask).where(PlanTask.plan_id == plan_id, PlanTask.code == "hearings")).one()
    actions.ask_change(
        session,
        task.id,
        Period(task.starts_on, task.due_on + timedelta(days=61)),
        reason="桃源县听证会场地要到下季度才能使用。",
        version=task.version,
        actor=owner_of(office, task),
        now=office.day(6),
    )
