"""The story of incentives: rules by two people, proposals from frozen quarters, signatures, notices, appeals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.demo.office import FROZEN_QUARTERS, Office
from qs.demo.text import Table, read_table
from qs.incentives import actions, details, queries, rulebook, vetoes
from qs.incentives.appeals import answer_objection, appeal, decide_appeal, record_objection
from qs.incentives.details import ProposalDetail
from qs.incentives.models import IncentiveProposal
from qs.incentives.terms import (
    AppealOutcome,
    Comparison,
    Condition,
    Consequence,
    Kind,
    RuleContent,
    Stage,
    Subject,
    Veto,
    Vote,
)
from qs.periods import local_day, quarter_name
from qs.rankings.queries import frozen_periods
from qs.settings import SHIPPED_DATA, settings

AUTHOR, ADOPTER = "zhou.wei", "sun.li"
FIRST_SIGNER, SECOND_SIGNER = "zhou.wei", "sun.li"
DRAFTED_DAYS_BEFORE = 9
PLAYED_QUARTERS = 2  # the last frozen ones
WAITING_REWARDS = 2  # of the last quarter, not signed yet
APPEAL_OPEN_DAYS = 3  # before now, at the latest


@dataclass(frozen=True)
class Cast:
    """Who does what in one quarter, so that somebody who took no part is left for an appeal."""

    proposer: Actor
    first: Actor
    second: Actor
    judge: Actor  # of appeals


@dataclass
class Play:
    """One transaction's view of the story: texts, the office, and a counter that varies the words."""

    session: Session
    office: Office
    words: Table
    said: int = 0

    def shown(self, proposal_id: int) -> ProposalDetail:
        return details.proposal(self.session, proposal_id, actor=self.office.people["wei.min"])

    def word(self, kind: Kind) -> str:
        self.said += 1
        texts = self.words.texts(kind.value)
        return texts[self.said % len(texts)]

    def is_past(self, moment: datetime) -> bool:
        return moment <= self.office.now


def play(session: Session, office: Office) -> None:
    """Rules, then the two last frozen quarters, as far as the calendar has come."""
    text = read_table(SHIPPED_DATA / "demo" / "incentives.toml")
    told = Play(session, office, text.table("words"))
    periods = frozen_periods(session, actor=office.people["chen.jing"]).sort_values("name")
    frozen = {row["name"]: row["frozen_at"].to_pydatetime() for row in periods.to_dict("records")}
    if not frozen:
        return
    begin(told, text, first_frozen_at=min(frozen.values()))
    names = [quarter_name(local_day(one, settings().zone)) for one in office.quarters[:FROZEN_QUARTERS]]
    played = [name for name in names if name in frozen][-PLAYED_QUARTERS:]
    for name in played:
        is_last = name == played[-1]
        if is_last:
            record_veto(told, text.table("veto"), name, frozen[name])
        proposed(told, text, name, working(frozen[name], 1, 15), is_last=is_last)


def working(start: datetime, days: float, hour: int) -> datetime:
    """So many days later at this hour of a weekday."""
    local = (start + timedelta(days=days)).astimezone(settings().zone)
    while local.weekday() >= 5:
        local += timedelta(days=1)
    return datetime.combine(local.date(), time(hour, 10), settings().zone)


def begin(told: Play, text: Table, *, first_frozen_at: datetime) -> None:
    """The day of effect, and the rules: written by one, adopted by another; one draft waits."""
    people = told.office.people
    author, adopter = people[AUTHOR], people[ADOPTER]
    if queries.effective_from(told.session, actor=author) is None:
        day = local_day(first_frozen_at, settings().zone)
        actions.set_effective_from(told.session, day, actor=author, now=first_frozen_at)
    for number, row in enumerate(text.tables("rule")):
        is_draft = row.fields.get("is_draft") is True
        written_at = working(
            told.office.day(DRAFTED_DAYS_BEFORE) if is_draft else first_frozen_at, 0 if is_draft else 3 + number, 10
        )
        if not told.is_past(written_at):
            continue
        rule_id = rulebook.write_rule(
            told.session,
            content_of(row),
            name=row.text("name"),
            name_en=row.text("name_en"),
            reason=row.text("reason"),
            actor=author,
            now=written_at,
        )
        adopted_at = working(written_at, 4, 16)
        if not is_draft and told.is_past(adopted_at):
            rulebook.adopt_version(told.session, rule_id, version=1, actor=adopter, now=adopted_at)


def content_of(row: Table) -> RuleContent:
    conditions = tuple(
        Condition(
            one.one_of("subject", Subject),
            one.one_of("comparison", Comparison),
            one.number("threshold"),
            one.optional_text("measure") or "",
            at_bound=one.fields.get("at_bound") is True,
            quarters=int(one.number("quarters", 1)),
            min_n=int(one.number("min_n", 0)),
        )
        for one in row.tables("conditions")
    )
    return RuleContent(row.one_of("consequence", Consequence), conditions)


def record_veto(told: Play, row: Table, period: str, frozen_at: datetime) -> None:
    at = min(frozen_at, told.office.now)
    vetoes.record_veto(
        told.session,
        told.office.services[row.text("service")],
        row.one_of("kind", Veto),
        period=period,
        grounds=row.text("grounds"),
        actor=told.office.people["wu.hao"],
        now=at,
    )


def proposed(told: Play, text: Table, period: str, at: datetime, *, is_last: bool) -> None:
    """Let the rules propose, and take every proposal as far as people took it."""
    if not told.is_past(at):
        return
    people = told.office.people
    cast = Cast(
        people["wu.hao" if is_last else "chen.jing"],
        people[FIRST_SIGNER],
        people[SECOND_SIGNER],
        people["chen.jing" if is_last else "wu.hao"],
    )
    made = actions.propose(told.session, period, actor=cast.proposer, now=at)
    stored = told.session.scalars(sa.select(IncentiveProposal).where(IncentiveProposal.id.in_(made))).all()
    rewards = [one.id for one in stored if one.consequence.kind is Kind.REWARD]
    for number, proposal_id in enumerate(rewards):
        is_waiting = is_last and number >= len(rewards) - WAITING_REWARDS
        reward(told, proposal_id, cast, working(at, 2 + number % 3, 11), is_waiting=is_waiting)
    earlier = set(
        told.session.execute(
            sa.select(IncentiveProposal.service_id, IncentiveProposal.rule_version_id).where(
                IncentiveProposal.period < period
            )
        )
    )
    circulars = [one for one in stored if one.consequence is Consequence.CIRCULAR]
    for one in circulars:
        is_new = is_last and (one.service_id, one.rule_version_id) not in earlier
        penalty(told, one.id, cast, working(at, 3, 9), appeals="first_appeal" if is_new else "")
    interviews(told, [one.id for one in stored if one.consequence is Consequence.INTERVIEW], cast, at, is_last=is_last)
    if is_last:
        role_model(told, text.table("nomination"), period, cast, working(at, 1, 14))


def interviews(told: Play, ids: Sequence[int], cast: Cast, at: datetime, *, is_last: bool) -> None:
    """Those with the fewest cases appeal: one is right, one is not, one gets off more lightly; one is declined."""
    by_cases = sorted(ids, key=lambda one: min(seen.figure.n or 0 for seen in told.shown(one).inputs))
    if is_last:
        for number, proposal_id in enumerate(by_cases):
            signed = working(at, 4 + number % 2, 10)
            if number % 3 == 0:
                sign(told, proposal_id, cast.first, signed)
            else:
                penalty(told, proposal_id, cast, signed)
        return
    courses = ["upheld", "rejected", "lighter"]
    for number, proposal_id in enumerate(by_cases):
        signed = working(at, 3 + number % 3, 10)
        if number == len(by_cases) - 1 and number >= len(courses):
            sign(told, proposal_id, cast.first, signed)
            decline(told, proposal_id, cast.second, working(signed, 1, 15))
        else:
            penalty(told, proposal_id, cast, signed, appeals=courses[number] if number < len(courses) else "")


def sign(told: Play, proposal_id: int, actor: Actor, at: datetime) -> None:
    """One approval, unless it would lie in the future."""
    shown = told.shown(proposal_id)
    if told.is_past(at) and shown.stage is Stage.PROPOSED:
        actions.decide(
            told.session,
            proposal_id,
            Vote.APPROVE,
            reason=told.word(shown.consequence.kind),
            version=shown.version,
            actor=actor,
            now=at,
        )


def decline(told: Play, proposal_id: int, actor: Actor, at: datetime) -> None:
    version = told.shown(proposal_id).version
    if told.is_past(at):
        reason = told.words.text("decline")
        actions.decide(told.session, proposal_id, Vote.DECLINE, reason=reason, version=version, actor=actor, now=at)


def reward(told: Play, proposal_id: int, cast: Cast, at: datetime, *, is_waiting: bool = False) -> None:
    """Signatures, notice, publication or forwarding; a recommendation is answered when time allows."""
    if is_waiting:
        return
    sign(told, proposal_id, cast.first, at)
    sign(told, proposal_id, cast.second, working(at, 1, 15))
    conclude(told, proposal_id, cast.proposer)
    shown = told.shown(proposal_id)
    answered = working(shown.concluded_at, 12, 10) if shown.concluded_at is not None else told.office.now
    if shown.stage is Stage.FORWARDED and answered < told.office.now - timedelta(days=2):
        actions.record_answer(
            told.session,
            proposal_id,
            is_granted=True,
            approval_number=f"{told.words.text('granted')} {answered.year}-{proposal_id:03d}",
            version=shown.version,
            actor=cast.first,
            now=answered,
        )


def conclude(told: Play, proposal_id: int, actor: Actor) -> None:
    """The day after notice or the time to appeal has run out, or two days after the appeal was decided."""
    shown = told.shown(proposal_id)
    due = shown.notice_due if shown.stage is Stage.NOTICE else shown.appeal_due
    due_at = None if due is None else due.due_at
    if shown.appeal is not None:
        due_at = shown.appeal.decided_at
    if shown.stage not in (Stage.NOTICE, Stage.EFFECTIVE) or due_at is None:
        return
    at = working(due_at, 1, 9)
    if told.is_past(at):
        actions.conclude(told.session, proposal_id, version=shown.version, actor=actor, now=at)


def penalty(told: Play, proposal_id: int, cast: Cast, at: datetime, *, appeals: str = "") -> None:
    """Two signatures, the service is told; it may appeal; then it is concluded."""
    second_at = working(at, 1, 16)
    told_at = working(second_at, 1, 10)
    sign(told, proposal_id, cast.first, at)
    sign(told, proposal_id, cast.second, second_at)
    shown = told.shown(proposal_id)
    if shown.stage is not Stage.DECIDED or not told.is_past(told_at):
        return
    actions.tell_leader(told.session, proposal_id, version=shown.version, actor=cast.proposer, now=told_at)
    if appeals:
        appealed(told, proposal_id, cast, told_at, appeals)
    conclude(told, proposal_id, cast.proposer)


def appealed(told: Play, proposal_id: int, cast: Cast, told_at: datetime, course: str) -> None:
    """The leader appeals; the newest one is still open, the others are decided a week later by somebody else."""
    shown = told.shown(proposal_id)
    leader = told.office.leaders.get(shown.service_id)
    is_open = course == "first_appeal"
    until = None if shown.appeal_due is None else shown.appeal_due.due_at
    last = min(until or told_at, told.office.day(APPEAL_OPEN_DAYS)) - timedelta(days=1)
    at = max(working(told_at, 1, 11), last) if is_open else working(told_at, 6, 11)
    if leader is None or not told.is_past(at) or until is None or at > until:
        return
    grounds = told.words.text(course)
    appeal(told.session, proposal_id, grounds=grounds, version=shown.version, actor=leader, now=at)
    decided_at = working(at, 8, 15)
    if is_open or not told.is_past(decided_at):
        return
    outcome = AppealOutcome(course)
    decide_appeal(
        told.session,
        proposal_id,
        outcome,
        reason=told.words.text(f"{course}_answer"),
        lighter=Consequence.REMINDER if outcome is AppealOutcome.LIGHTER else None,
        version=told.shown(proposal_id).version,
        actor=cast.judge,
        now=decided_at,
    )


def role_model(told: Play, row: Table, period: str, cast: Cast, at: datetime) -> None:
    """One service is nominated by hand, objected to, and published as a role model."""
    if not told.is_past(at):
        return
    proposal_id = actions.nominate(
        told.session,
        told.office.services[row.text("service")],
        row.one_of("consequence", Consequence),
        period=period,
        grounds=row.text("grounds"),
        grounds_en=row.text("grounds_en"),
        actor=cast.proposer,
        now=at,
    )
    sign(told, proposal_id, cast.first, working(at, 2, 10))
    sign(told, proposal_id, cast.second, working(at, 3, 15))
    objected_at, answered_at = working(at, 5, 10), working(at, 7, 10)
    shown = told.shown(proposal_id)
    if shown.stage is Stage.NOTICE and told.is_past(answered_at):
        objection_id = record_objection(
            told.session,
            proposal_id,
            text=row.text("objection"),
            version=shown.version,
            actor=cast.proposer,
            now=objected_at,
        )
        answer_objection(
            told.session,
            proposal_id,
            objection_id,
            is_upheld=False,
            answer=row.text("answer"),
            version=told.shown(proposal_id).version,
            actor=cast.second,
            now=answered_at,
        )
    conclude(told, proposal_id, cast.proposer)
