"""The requests of the invented city: a year and a half of matters, played in the order in which they happened."""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterator
from datetime import datetime, timedelta
from itertools import count

from sqlalchemy.orm import Session

from qs.actor import PUBLIC, Actor
from qs.complaints import actions, intake
from qs.complaints.catalogue.files import load_catalogue, plan_catalogue, shipped_lines
from qs.complaints.handling import call_backs, extensions
from qs.complaints.handling.supervision import raise_supervision
from qs.complaints.models import Request
from qs.complaints.protection import reports
from qs.complaints.terms import (
    CallBackAnswer,
    Outcome,
    Refusal,
    RequestChannel,
    RequestKind,
    RequestState,
    Satisfaction,
)
from qs.deadlines.hours import is_worked
from qs.deadlines.queries import calendar
from qs.demo.complaints_city import Case, City, places, texts
from qs.demo.complaints_matters import alike, asked_by_phone, named, pending, stories, usual
from qs.demo.complaints_turns import (
    aftermath,
    done,
    has_passed,
    joined,
    on_the_way,
    request_of,
    stopped,
    thrown_out,
)
from qs.demo.office import Office
from qs.periods import local_day
from qs.settings import settings

ANSWERED_WHOLE = (RequestKind.CONSULTATION, RequestKind.PRAISE)
CATALOGUE_DAYS = 560  # ago
EXTENSION_REASON = "需要采购配件并协调施工单位，预计五个工作日内完成，已先采取临时措施。"
RULING_REASON = "按派单目录和首接负责，由首接单位牵头办理。"
REWORK_REASON = "诉求人反映问题没有解决，请再次到现场核实，按承诺时间办结。"
REFUSAL_TEXT = "该事项已在诉讼程序中，请向受理法院咨询；判决后如仍需公共服务协助，可再次来电。"
TAKEN_NOTE = "由监督办公室直接核查，不转被举报单位，夜间到现场取证。"
REPORT_ANSWER = "经夜间蹲守核查，反映的情况已取证并依法移交执法部门处理，举报人信息全程保密。"
HANDLER_NOTE = "已与诉求人电话联系，约定现场查看时间。"


def play(session: Session, office: Office) -> None:
    """Let every request live from its registration up to now; what has not happened yet stays open."""
    keep_catalogue(session, office)
    city = City(session, office, texts(), places(session, office), calendar(session, actor=PUBLIC))
    rng = office.rng("complaints")
    kinds = (usual, stories, pending, named, asked_by_phone, alike)
    drawn = [case for kind in kinds for case in kind(city, rng)]
    cases = sorted((case for case in drawn if has_begun(case)), key=lambda case: case.at)
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
    raise_supervision(session, actor=office.people["chen.jing"], now=office.now)


def keep_catalogue(session: Session, office: Office) -> None:
    """The dispatch catalogue as the office has kept it from the beginning."""
    supervisor = office.people["chen.jing"]
    plan = plan_catalogue(session, shipped_lines(), actor=supervisor)
    load_catalogue(session, plan, actor=supervisor, now=office.day(CATALOGUE_DAYS))


def has_begun(case: Case) -> bool:
    """Nobody asks about a service before it has opened."""
    return local_day(case.at, settings().zone) >= case.place.starts_on


def lived(city: City, case: Case) -> Iterator[datetime]:
    """The life of one case; yields the moment of each step before it is taken."""
    yield case.at
    rng, session, wanted = case.rng, city.session, case.wanted
    is_public = wanted.channel in (RequestChannel.WEB, RequestChannel.APP)
    operator = city.operator(rng)
    filed = intake.file_request(session, wanted, actor=PUBLIC if is_public else operator, now=case.at)
    if "waits" in case.plan:
        return
    if "spot" in case.plan:
        yield from answered_at_once(city, case, filed.request_id, operator)
        return
    case.request, case.code = session.get_one(Request, filed.request_id), filed.receipt_code
    if joins := case.plan.get("joins"):
        merged = yield from joined(city, case, joins)
        if merged:
            return
    if "spam" in case.plan:
        yield from thrown_out(city, case)
        return
    now = case.at + timedelta(minutes=float(rng.integers(4, 20)))
    if wanted.kind is RequestKind.CONSULTATION and not is_public and not case.plan and case.chance(0.85):
        yield now
        spot = {"outcome": Outcome.RESOLVED, "actor": operator, "now": now}
        done(city, case, actions.answer_on_the_spot, case.answer, **spot)
        return
    now = case.at + timedelta(hours=float(rng.gamma(2.0, 1.6 if is_public else 0.3)))
    if wanted.kind is RequestKind.COMPLAINT and not case.plan and case.chance(0.025):
        now = city.at_work(now, rng)
        yield now
        refusal = {"reason": Refusal.LEGAL_PROCEDURE, "actor": city.supervisor(rng), "now": now}
        done(city, case, actions.refuse_request, REFUSAL_TEXT, **refusal)
        return
    if wanted.kind is RequestKind.REPORT:
        yield from looked_into(city, case, now)
        return
    yield now
    sent = {"service_id": case.place.service_id, "brief": case.brief, "actor": operator, "now": now}
    done(city, case, actions.dispatch_request, **sent)
    if case.returned:
        yield from returned(city, case, now)
        return
    yield from handled(city, case, now)


def looked_into(city: City, case: Case, since: datetime) -> Iterator[datetime]:
    """A report of wrongdoing: the office looks into it itself, and the unit it is about never hears of it."""
    rng = case.rng
    now, supervisor = city.at_work(since, rng), city.supervisor(rng)
    yield now
    done(city, case, reports.take_report, TAKEN_NOTE, actor=supervisor, now=now)
    now = city.at_work(later(city, now, float(rng.gamma(3.0, 0.8)) + 0.5), rng)
    yield now
    outcome = outcome_of(case)
    done(city, case, reports.answer_report, REPORT_ANSWER, outcome=outcome, actor=supervisor, now=now)
    now = yield from verified(city, case, now)
    now = city.at_work(now + timedelta(hours=float(rng.uniform(2, 20))), rng)
    yield now
    done(city, case, call_backs.close_request, outcome=outcome, actor=city.operator(rng), now=now)


def answered_at_once(city: City, case: Case, request_id: int, operator: Actor) -> Iterator[datetime]:
    """A question that the operator answers while the caller is on the line: nobody has touched it in between."""
    now = case.at + timedelta(minutes=float(case.rng.integers(2, 9)))
    yield now
    actions.answer_on_the_spot(
        city.session, request_id, case.answer, outcome=Outcome.RESOLVED, version=1, actor=operator, now=now
    )


def is_open(city: City, case: Case) -> bool:
    return request_of(case).state is not RequestState.CLOSED


def returned(city: City, case: Case, since: datetime) -> Iterator[datetime]:
    """The unit sends it back, and a supervisor rules; the case of the story still waits for that."""
    now = since + timedelta(hours=float(case.rng.uniform(2, 20)))
    yield now
    done(city, case, actions.return_request, case.returned, actor=case.place.leader, now=now)
    if "returned" in case.plan:
        now = city.office.now - timedelta(hours=5)
        operator = city.operator(case.rng)
        yield now
        done(city, case, actions.dispatch_request, service_id=case.place.service_id, actor=operator, now=now)
        yield now + timedelta(hours=2)
        done(
            city,
            case,
            actions.return_request,
            case.returned,
            actor=case.place.leader,
            now=now + timedelta(hours=2),
        )
        return
    now = city.at_work(now + timedelta(hours=float(case.rng.uniform(1, 8))), case.rng)
    yield now
    ruling = {"service_id": case.place.service_id, "actor": city.supervisor(case.rng), "now": now}
    done(city, case, actions.rule_request, RULING_REASON, **ruling)
    yield from handled(city, case, now)


def handled(city: City, case: Case, since: datetime) -> Iterator[datetime]:
    """Signed for, perhaps extended, replied to, called back, perhaps sent back, and closed."""
    rng, leader = case.rng, case.place.leader
    now = since + timedelta(hours=float(rng.uniform(0.5, 16)))
    yield now
    done(city, case, actions.sign_request, actor=leader, now=now)
    if "asks" in case.plan:
        yield from asked(city, case, now)
    if "stands" in case.plan:
        yield from stopped(city, case, now)
    if {"asks", "stuck", "stands"} & case.plan.keys():
        return
    if not case.plan:
        now = yield from on_the_way(city, case, now)
        if not is_open(city, case):
            return
    if case.chance(0.07):
        yield now + timedelta(minutes=40)
        told = {"is_told": True, "actor": leader, "now": now + timedelta(minutes=40)}
        done(city, case, actions.write_message, HANDLER_NOTE, **told)
    yield from answered(city, case, now, (yield from working_days(city, case, now)))


def working_days(city: City, case: Case, since: datetime) -> Generator[datetime, None, float]:
    """How many working days the matter takes before a reply; a few get more time with approval."""
    days = float(case.rng.gamma(3.0, 0.75)) + 0.2
    if case.wanted.kind is RequestKind.PRAISE:
        days, case.quality = min(days, 1.5), 1.0
    is_slow = case.quality < 1 and case.chance(0.05 + 0.25 * max(0.88 - case.quality, 0.0))
    if case.chance(0.06) and not is_slow and not has_passed(city, case, since + timedelta(hours=60)):
        return days + (yield from extended(city, case, since))
    return days + 7.0 if is_slow else days


def answered(city: City, case: Case, since: datetime, days: float) -> Iterator[datetime]:
    """Replied to, verified and called back, until it is closed or with supervision."""
    rng, leader = case.rng, case.place.leader
    now, reworks = since, 0
    while True:
        now = city.at_work(later(city, now, days), rng)
        yield now
        outcome = outcome_of(case)
        done(city, case, actions.reply_request, case.answer or HANDLER_NOTE, outcome=outcome, actor=leader, now=now)
        now = yield from verified(city, case, now)
        now, is_solved = yield from called(city, case, now)
        if "unsolved" in case.plan and reworks == 2:
            return
        if is_solved or reworks == 2 or not ("unsolved" in case.plan or case.chance(0.55)):
            yield now + timedelta(minutes=6)
            closing = {"outcome": outcome, "actor": city.operator(rng), "now": now + timedelta(minutes=6)}
            done(city, case, call_backs.close_request, **closing)
            if not case.plan:
                yield from aftermath(city, case, now, is_solved=is_solved)
            return
        now += timedelta(minutes=9)
        yield now
        done(city, case, call_backs.send_back_request, REWORK_REASON, actor=city.operator(rng), now=now)
        reworks, days, case.quality = reworks + 1, float(rng.uniform(0.5, 4.0)), min(case.quality + 0.2, 0.95)


def asked(city: City, case: Case, since: datetime) -> Iterator[datetime]:
    """Ask for more time, which nobody has decided yet."""
    now = city.at_work(since + timedelta(hours=float(case.rng.uniform(2, 30))), case.rng)
    yield now
    asking = {"actor": case.place.leader, "now": now}
    done(city, case, extensions.ask_extension, EXTENSION_REASON, **asking)


def extended(city: City, case: Case, since: datetime) -> Generator[datetime, None, float]:
    """Ask for more time; somebody else approves. Gives the days it takes longer."""
    yield from asked(city, case, since)
    now = city.at_work(since + timedelta(hours=float(case.rng.uniform(34, 50))), case.rng)
    yield now
    judge = case.place.head or city.supervisor(case.rng)
    done(city, case, extensions.decide_extension, is_approved=True, actor=judge, now=now)
    return 3.5


def later(city: City, moment: datetime, working_days: float) -> datetime:
    """The moment so many working days on, counted in whole days and the rest of one."""
    at, left = moment, working_days
    while left >= 1:
        at += timedelta(days=1)
        left -= is_worked(city.known, local_day(at, settings().zone))
    return at + timedelta(hours=left * 8)


def outcome_of(case: Case) -> Outcome:
    """What an answer comes to. A question is answered and praise passed on: neither is left half done."""
    if "outcome" in case.plan:
        return Outcome(case.plan["outcome"])
    kinds = [Outcome.RESOLVED, Outcome.PARTLY_RESOLVED, Outcome.EXPLAINED, Outcome.PLANNED]
    shares = [0.72, 0.08, 0.13, 0.07]
    drawn = kinds[int(case.rng.choice(len(kinds), p=shares))]
    return Outcome.RESOLVED if case.wanted.kind in ANSWERED_WHOLE else drawn


def verified(city: City, case: Case, since: datetime) -> Generator[datetime, None, datetime]:
    """The office looks at the reply before anybody calls. Gives when."""
    now = city.at_work(since + timedelta(hours=float(case.rng.uniform(0.3, 5))), case.rng)
    yield now
    done(city, case, call_backs.verify_reply, actor=city.operator(case.rng), now=now)
    return now


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
        done(city, case, call_backs.record_call_back, answer, actor=operator, now=now)
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
