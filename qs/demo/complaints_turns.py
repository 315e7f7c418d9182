"""What else happens to requests of the invented city: pauses, helping units, duplicates, reviews, exclusions, spam."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from qs.actor import PUBLIC, Actor
from qs.complaints import actions, intake
from qs.complaints.aftermath import exclusions, merges, reviews, spam
from qs.complaints.handling import co_units, pauses
from qs.complaints.models import Request
from qs.complaints.protection import recusals
from qs.complaints.terms import (
    ExclusionReason,
    Outcome,
    PauseReason,
    Refusal,
    RequestKind,
    RequestState,
    ReviewDecision,
)
from qs.demo.complaints_city import SUPERVISORS, Case, City
from qs.periods import local_day
from qs.settings import settings

T = TypeVar("T")
PAUSES = {
    PauseReason.REQUESTER: "需诉求人补充购票凭证，已电话告知，收到后继续办理。",
    PauseReason.EXPERT: "已委托第三方检测水质，出具报告后继续办理。",
    PauseReason.PROCEDURE: "需等待劳动仲裁结果，裁决后继续办理。",
    PauseReason.FORCE_MAJEURE: "连续暴雨，现场无法施工，雨停后立即恢复。",
}
RESUMED, HELP_TASK, HELP_REPORT = (
    "材料已齐，恢复办理。",
    "请配合核实现场情况并反馈处理意见。",
    "已到现场核实，情况属实，已配合整改。",
)
ADDED = ("补充一下：今天早上又发生了一次。", "补充照片说明：问题还在，位置在路口东侧。", "对方已经联系我，还没有解决。")
REVIEW_TEXTS = ("答复说已处理，但现场没有任何变化，请重新核实。", "没有人联系过我，答复内容与事实不符。")
UPHELD = "经复核，原办理程序合规、事实清楚，维持原办理结果；后续进展将继续告知。"
CHANGED = "经复核，问题只解决了一部分，原结果更正为部分解决，承办单位已作出书面说明。"
EXCLUSIONS = {
    ExclusionReason.NO_LEGAL_BASIS: "诉求人要求的补偿没有政策依据，已当面解释。",
    ExclusionReason.BEYOND_POWER: "涉及跨市线路审批，不属本单位权限，已报上级协调。",
    ExclusionReason.FORCE_MAJEURE: "台风期间停运，属不可抗力，事后已恢复。",
    ExclusionReason.MALICIOUS: "同一号码反复拨打辱骂，内容不实，已留存录音。",
}
GRANTED, REFUSED = "经核对录音和政策依据，同意不计入考核，案件照常公开统计。", "现有材料不足以说明理由，照常计入考核。"
SPAM_NOTE, SPAM_ANSWER = (
    "内容为广告，与公共服务无关。",
    "您发送的内容与公共服务无关，不予受理；如需帮助请拨打 12345 说明。",
)
RECUSAL_WISH, RECUSAL_ANSWER = (
    "希望不要由当天与我发生争执的窗口人员处理。",
    "已核实该人员不参与本件办理，无需另行回避。",
)


def on_the_way(city: City, case: Case, since: datetime) -> Generator[datetime, None, datetime]:
    """Between signing and replying: most go straight on; a few are withdrawn, added to, paused or helped with."""
    drawn = float(case.rng.random())
    if drawn < 0.015:
        now = since + timedelta(hours=float(case.rng.uniform(1, 20)))
        yield now
        intake.withdraw_request(city.session, case.code, actor=PUBLIC, now=now)
        return now
    if drawn < 0.055:
        now = since + timedelta(hours=float(case.rng.uniform(1, 20)))
        yield now
        intake.add_to_request(city.session, case.code, pick(case, ADDED), actor=PUBLIC, now=now)
        return now
    if drawn < 0.095:
        return (yield from stood_still(city, case, since))
    if drawn < 0.125:
        return (yield from helped(city, case, since))
    if drawn < 0.132 and case.wanted.contact is not None:
        return (yield from kept_out(city, case, since))
    return since


def stood_still(city: City, case: Case, since: datetime) -> Generator[datetime, None, datetime]:
    """The clock stands for some days, with somebody's approval."""
    now = yield from stopped(city, case, since)
    if request_of(case).state is RequestState.PAUSED:
        now = city.at_work(now + timedelta(days=float(case.rng.uniform(0.5, 5))), case.rng)
        yield now
        done(city, case, pauses.resume_request, RESUMED, actor=case.place.leader, now=now)
    return now


def stopped(city: City, case: Case, since: datetime) -> Generator[datetime, None, datetime]:
    """The unit asks that the clock stands; in most cases it does, from when somebody has approved."""
    reason = pick(case, tuple(PAUSES))
    now = city.at_work(since + timedelta(hours=float(case.rng.uniform(1, 8))), case.rng)
    yield now
    done(city, case, pauses.ask_pause, PAUSES[reason], reason=reason, actor=case.place.leader, now=now)
    now = city.at_work(now + timedelta(hours=float(case.rng.uniform(0.5, 4))), case.rng)
    yield now
    if not has_passed(city, case, now):
        is_approved = bool(case.plan) or case.chance(0.9)
        judge = case.place.head or city.supervisor(case.rng)
        done(city, case, pauses.decide_pause, is_approved=is_approved, actor=judge, now=now)
    return now


def has_passed(city: City, case: Case, now: datetime) -> bool:
    due_at = request_of(case).due_at
    return due_at is not None and due_at < now


def helped(city: City, case: Case, since: datetime) -> Generator[datetime, None, datetime]:
    """Another service is asked to help, and reports."""
    near = [one for one in city.places.values() if one.area == case.place.area and one.code != case.place.code]
    others = [one for one in near if one.starts_on <= local_day(since, settings().zone)]
    if not others or request_of(case).is_confidential:
        return since
    other = pick(case, tuple(others))
    now = since + timedelta(minutes=float(case.rng.uniform(20, 200)))
    yield now
    asking = {"service_id": other.service_id, "task": HELP_TASK, "actor": case.place.leader, "now": now}
    done(city, case, co_units.ask_co_unit, **asking)
    now = city.at_work(now + timedelta(hours=float(case.rng.uniform(4, 30))), case.rng)
    yield now
    told = {"service_id": other.service_id, "text": HELP_REPORT, "is_finished": True, "actor": other.leader, "now": now}
    done(city, case, co_units.report_co_unit, **told)
    return now


def kept_out(city: City, case: Case, since: datetime) -> Generator[datetime, None, datetime]:
    """The requester wants somebody to keep out of it; the office looks into the wish."""
    now = since + timedelta(hours=float(case.rng.uniform(1, 5)))
    yield now
    recusals.ask_recusal(city.session, case.code, RECUSAL_WISH, actor=PUBLIC, now=now)
    now = city.at_work(now + timedelta(hours=float(case.rng.uniform(1, 6))), case.rng)
    yield now
    answering = {"person_id": None, "actor": city.supervisor(case.rng), "now": now}
    done(city, case, recusals.decide_recusal, RECUSAL_ANSWER, **answering)
    return now


def joined(city: City, case: Case, first: Case) -> Generator[datetime, None, bool]:
    """Somebody reports what another has reported already: merged while that one is open. True when it was."""
    now = case.at + timedelta(minutes=float(case.rng.integers(5, 40)))
    yield now
    if first.request is None or first.request.state is RequestState.CLOSED:
        return False
    done(city, case, merges.merge_request, first.request.id, actor=city.operator(case.rng), now=now)
    return True


def thrown_out(city: City, case: Case) -> Iterator[datetime]:
    """Advertising: marked, counted, and not accepted, with the reason told."""
    now = city.at_work(case.at + timedelta(hours=1), case.rng)
    yield now
    done(city, case, spam.mark_spam, SPAM_NOTE, actor=city.operator(case.rng), now=now)
    yield now + timedelta(minutes=3)
    refusing = {"reason": Refusal.BEYOND_REMIT, "actor": city.supervisor(case.rng), "now": now + timedelta(minutes=3)}
    done(city, case, actions.refuse_request, SPAM_ANSWER, **refusing)


def aftermath(city: City, case: Case, since: datetime, *, is_solved: bool) -> Iterator[datetime]:
    """After closing: who is not content asks for a review; the unit asks to leave out what it could not help."""
    if is_solved or case.wanted.kind is RequestKind.PRAISE:
        return
    drawn = float(case.rng.random())
    if drawn < 0.3:
        yield from looked_at_again(city, case, since)
    elif drawn < 0.55:
        yield from left_out(city, case, since)


def looked_at_again(city: City, case: Case, since: datetime) -> Iterator[datetime]:
    now = since + timedelta(days=float(case.rng.uniform(1, 20)))
    yield now
    reviews.ask_review(city.session, case.code, pick(case, REVIEW_TEXTS), actor=PUBLIC, now=now)
    now = city.at_work(now + timedelta(days=float(case.rng.uniform(3, 18))), case.rng)
    yield now
    is_upheld = case.chance(0.65) or request_of(case).outcome is Outcome.PARTLY_RESOLVED
    decision, reasons = (ReviewDecision.UPHELD, UPHELD) if is_upheld else (ReviewDecision.CHANGED, CHANGED)
    judging = {"outcome": None if is_upheld else Outcome.PARTLY_RESOLVED, "actor": stranger(city, case), "now": now}
    done(city, case, reviews.decide_review, decision, reasons, **judging)


def left_out(city: City, case: Case, since: datetime) -> Iterator[datetime]:
    now = city.at_work(since + timedelta(days=float(case.rng.uniform(0.5, 3))), case.rng)
    yield now
    reason = pick(case, tuple(EXCLUSIONS))
    done(city, case, exclusions.ask_exclusion, reason, EXCLUSIONS[reason], actor=case.place.leader, now=now)
    now = city.at_work(now + timedelta(days=float(case.rng.uniform(0.5, 4))), case.rng)
    yield now
    is_granted = case.chance(0.5)
    deciding = {"is_granted": is_granted, "actor": stranger(city, case), "now": now}
    done(city, case, exclusions.decide_exclusion, GRANTED if is_granted else REFUSED, **deciding)


def stranger(city: City, case: Case) -> Actor:
    """A supervisor without a part in the case."""
    part = recusals.had_part(city.session, request_of(case))
    people = [city.office.people[name] for name in SUPERVISORS]
    return next(one for one in people if one.person_id not in part)


def request_of(case: Case) -> Request:
    """The request of a case that was filed."""
    if case.request is None:
        raise ValueError("not filed yet")
    return case.request


def done(city: City, case: Case, action: Callable[..., object], *words: object, **circumstances: object) -> None:
    """Take a step of this case as it stands now, whoever moved it last."""
    request = request_of(case)
    action(city.session, request.id, *words, version=request.version, **circumstances)


def pick(case: Case, values: tuple[T, ...]) -> T:
    return values[int(case.rng.integers(len(values)))]
