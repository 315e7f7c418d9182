"""The evaluations of the invented city: four quarters settled by three kinds of assessors, and the one that is open."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.demo.office import Office
from qs.evaluations import actions, appeals, cycles, details, queries
from qs.evaluations.terms import AppealOutcome, Method, Scored, SheetState, Subject
from qs.periods import local_day, quarter_name
from qs.settings import SHIPPED_DATA, settings

TEXTS = SHIPPED_DATA / "demo" / "evaluations.toml"
EVALUATORS = ("du.wen", "shen.lan", "qian.cheng")
OFFICE_AUTHORS = ("zhou.wei", "sun.li")
REVIEWER, APPROVER = "wu.hao", "chen.jing"
THIRD_PARTY_SERVICES = 30
RUNNING_DAYS = 20  # how long the present cycle has been open
DAYS_BEFORE_END, DAYS_AFTER_END = 5, 20  # of a quarter, between which its evaluation takes place
BASE_POINTS, SPREAD_POINTS = 76.0, 8.0
BIAS = {Subject.SELF: 6.0, Subject.OFFICE: 0.0, Subject.THIRD_PARTY: -2.0}  # people are kind to themselves
TRENDS = {  # points per quarter, from the oldest to the newest
    "xiwan-buses": (0.0, -1.0, -6.0, -13.0, -16.0),
    "hospital-1-ae": (2.0, 2.0, 1.0, -3.0, -9.0),
    "nanan-social-security-hall": (-14.0, -10.0, -3.0, 8.0, 11.0),
    "beiling-home-care": (-8.0, -8.0, -8.0, -9.0, -9.0),
    "beiling-buses": (-9.0, -9.0, -10.0, -11.0, -11.0),
}
LEFT_BEHIND = "taoyuan"
LEFT_BEHIND_POINTS = -7.0
APPEALED_UPHELD, APPEALED_REJECTED = "donghu-buses", "taoyuan-waste-collection"
APPEALED_NOW, CONTESTED_NOW = "hospital-2-ae", "qinghe-care-home"
MISSING_NOW = "fire-advice"


@dataclass(frozen=True)
class Cast:
    """Who fills in, reviews and approves one sheet."""

    author: Actor
    reviewer: Actor
    approver: Actor


def play(session: Session, office: Office) -> None:
    """Play the story through the actions that people use."""
    texts = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    stage = staged(session, office, texts)
    for place, starts_at in enumerate(office.quarters[:-1]):
        stage.play_quarter(place, starts_at, office.quarters[place + 1])
    stage.play_running(len(office.quarters) - 1, office.quarters[-1])


def staged(session: Session, office: Office, texts: dict[str, Any]) -> Stage:  # Any: texts and lists of them
    """Everything the story needs, looked up once."""
    rng = office.rng("evaluations")
    codes = [code for code in texts["services"] if code in office.services]
    reach = queries.evaluators(session, actor=office.people[APPROVER])
    return Stage(
        session=session,
        office=office,
        texts=texts,
        rng=rng,
        codes=codes,
        code_of={office.services[code]: code for code in codes},
        quality={code: float(rng.normal(0, SPREAD_POINTS)) for code in codes},
        evaluators={person_id: reached for person_id, _, _, reached in reach},
        evaluator_of={one: office.people[name] for _, name, _, reached in reach for one in reached},
        criteria_of={},
    )


@dataclass(frozen=True)
class Stage:
    """The people, the texts and the lots of the story."""

    session: Session
    office: Office
    texts: dict[str, Any]  # Any: texts and lists of them
    rng: np.random.Generator
    codes: list[str]
    code_of: dict[int, str]
    quality: dict[str, float]
    evaluators: dict[int, frozenset[int]]  # the services a third party may assess, by person
    evaluator_of: dict[int, Actor]
    criteria_of: dict[Subject, list[tuple[int, str]]]  # filled when first asked for

    @property
    def approver(self) -> Actor:
        return self.office.people[APPROVER]

    def moment(self, opened: datetime, ended: datetime, share: float) -> datetime:
        """A working hour at a share of the way from one moment to another."""
        at = opened + (ended - opened) * share
        hour = 9.0 + 7.5 * share  # later steps of one day come later in it
        start = datetime.combine(local_day(at, settings().zone), datetime.min.time(), settings().zone)
        return min(max(start + timedelta(hours=hour), opened), ended)

    def open_cycle(self, starts_at: datetime, opened: datetime, ended: datetime) -> int:
        due_on = local_day(opened + (ended - opened) * 0.5, settings().zone)
        name = quarter_name(local_day(starts_at, settings().zone))
        services = [self.office.services[code] for code in self.codes]
        cycle_id = cycles.open_cycle(
            self.session, name, service_ids=services, due_on=due_on, actor=self.approver, now=opened
        )
        self.assign(cycle_id, services, opened)
        return cycle_id

    def assign(self, cycle_id: int, services: list[int], now: datetime) -> None:
        """Give the first services of the list to those who may assess them."""
        assessed = set(services[:THIRD_PARTY_SERVICES])
        for person_id, reached in self.evaluators.items():
            if own := assessed & reached:
                cycles.assign_third_party(self.session, cycle_id, person_id, own, actor=self.approver, now=now)

    def play_quarter(self, place: int, starts_at: datetime, ends_at: datetime) -> None:
        """One settled quarter: everything submitted, reviewed and approved, appeals decided, the cycle closed."""
        opened = ends_at - timedelta(days=DAYS_BEFORE_END)
        ended = min(ends_at + timedelta(days=DAYS_AFTER_END), self.office.now)
        cycle_id = self.open_cycle(starts_at, opened, ended)
        for sheet_id, service_id, subject in self.sheets(cycle_id):
            cast = self.cast(cycle_id, service_id, subject)
            self.submit(sheet_id, service_id, subject, place, cast.author, self.moment(opened, ended, 0.3), version=1)
            self.review(sheet_id, cast.reviewer, self.moment(opened, ended, 0.5), version=2)
        self.settle_differences(cycle_id, self.moment(opened, ended, 0.6))
        for sheet_id, service_id, subject in self.sheets(cycle_id):
            cast = self.cast(cycle_id, service_id, subject)
            self.approve(sheet_id, cast.approver, self.moment(opened, ended, 0.7), version=3)
        if place == len(self.office.quarters) - 3:
            self.appeal(cycle_id, APPEALED_UPHELD, AppealOutcome.UPHELD, place, opened, ended)
        if place == len(self.office.quarters) - 2:
            self.appeal(cycle_id, APPEALED_REJECTED, AppealOutcome.REJECTED, place, opened, ended)
        cycles.close_cycle(self.session, cycle_id, actor=self.approver, now=ended)

    def play_running(self, place: int, starts_at: datetime) -> None:
        """The present quarter: sheets in every state, one appeal to decide, one difference to settle."""
        now = self.office.now
        opened = self.moment(max(now - timedelta(days=RUNNING_DAYS), starts_at + (now - starts_at) / 4), now, 0.0)
        name = quarter_name(local_day(starts_at, settings().zone))
        services = [self.office.services[code] for code in self.codes]
        cycle_id = cycles.open_cycle(
            self.session,
            name,
            service_ids=services,
            due_on=self.office.local(-12),
            actor=self.approver,
            now=opened,
        )
        self.assign(cycle_id, services, opened)
        for sheet_id, service_id, subject in self.sheets(cycle_id):
            self.play_sheet(cycle_id, sheet_id, service_id, subject, place, opened)

    def play_sheet(
        self,
        cycle_id: int,
        sheet_id: int,
        service_id: int,
        subject: Subject,
        place: int,
        opened: datetime,
    ) -> None:
        """One sheet of the present quarter, as far as it has come."""
        now, code = self.office.now, self.code_of[service_id]
        cast = self.cast(cycle_id, service_id, subject)
        reached = self.reached(code, subject)
        if code == MISSING_NOW and subject is Subject.SELF:
            said = self.texts["not_reported"]
            at = self.moment(opened, now, 0.8)
            actions.mark_not_reported(
                self.session, sheet_id, reason=said, version=self.version(sheet_id), actor=self.approver, now=at
            )
            return
        if reached == SheetState.DRAFT:
            return
        author = cast.author
        self.submit(sheet_id, service_id, subject, place, author, self.moment(opened, now, 0.4), version=1)
        if reached == SheetState.CHANGE_REQUESTED:
            said, at = self.texts["change_request"], self.moment(opened, now, 0.7)
            version = self.version(sheet_id)
            actions.request_change(self.session, sheet_id, note=said, version=version, actor=cast.reviewer, now=at)
        if reached in (SheetState.REVIEWED, SheetState.APPROVED):
            self.review(sheet_id, cast.reviewer, self.moment(opened, now, 0.65))
        if reached == SheetState.APPROVED:
            self.approve(sheet_id, cast.approver, self.moment(opened, now, 0.8))
            if code == APPEALED_NOW and subject is Subject.OFFICE:
                leader, at = self.office.leaders[service_id], self.moment(opened, now, 0.95)
                appeals.file_appeal(
                    self.session,
                    sheet_id,
                    grounds=self.texts["grounds"],
                    version=self.version(sheet_id),
                    actor=leader,
                    now=at,
                )

    def reached(self, code: str, subject: Subject) -> SheetState:
        """How far a sheet of the present quarter has come."""
        if code == APPEALED_NOW and subject is Subject.OFFICE:
            return SheetState.APPROVED
        if code == CONTESTED_NOW:
            return SheetState.REVIEWED
        states = list(SheetState)[:5]
        shares = {
            Subject.SELF: (0.30, 0.25, 0.10, 0.20, 0.15),
            Subject.OFFICE: (0.45, 0.25, 0.05, 0.15, 0.10),
            Subject.THIRD_PARTY: (0.55, 0.25, 0.0, 0.20, 0.0),
        }
        return states[int(self.rng.choice(len(states), p=shares[subject]))]

    def sheets(self, cycle_id: int) -> Iterator[tuple[int, int, Subject]]:
        frame = queries.sheets(self.session, actor=self.approver, cycle_id=cycle_id)
        for row in frame[["sheet_id", "service_id", "subject"]].itertuples(index=False):
            yield int(row[0]), int(row[1]), row[2]

    def cast(self, cycle_id: int, service_id: int, subject: Subject) -> Cast:
        """Everybody in a sheet is somebody else."""
        people = self.office.people
        if subject is Subject.SELF:
            author = self.office.leaders[service_id]
        elif subject is Subject.OFFICE:
            author = people[OFFICE_AUTHORS[service_id % len(OFFICE_AUTHORS)]]
        else:
            author = self.evaluator_of[service_id]
        return Cast(author, people[REVIEWER], self.approver)

    def points(self, code: str, subject: Subject, place: int) -> float:
        """What a subject would give a service in a quarter, before the lot of each criterion."""
        trend = TRENDS.get(code, (0.0,) * 5)[place]
        behind = LEFT_BEHIND_POINTS if code.startswith(LEFT_BEHIND) else 0.0
        return BASE_POINTS + self.quality[code] * (code not in TRENDS) + trend + behind + BIAS[subject]

    def submit(
        self,
        sheet_id: int,
        service_id: int,
        subject: Subject,
        place: int,
        author: Actor,
        at: datetime,
        *,
        version: int | None = None,
    ) -> None:
        """Fill in a sheet and hand it in; a new one has version 1."""
        shown, code = self.criteria(sheet_id, subject), self.code_of[service_id]
        middle, scores = self.points(code, subject, place), {}
        for criterion_id, name in shown:
            score = round(float(np.clip(middle + self.rng.normal(0, 4), 5, 98)))
            if code == CONTESTED_NOW and place == len(self.office.quarters) - 1 and name == "satisfaction":
                score = {Subject.SELF: 92, Subject.OFFICE: 78, Subject.THIRD_PARTY: 52}[subject]
            words = self.texts["notes"][name]
            scores[criterion_id] = Scored(score, words[0] if score >= 72 else words[-1])
        actions.submit_sheet(
            self.session,
            sheet_id,
            scores,
            method=self.method(at) if subject is Subject.THIRD_PARTY else None,
            version=version or self.version(sheet_id),
            actor=author,
            now=at,
        )

    def criteria(self, sheet_id: int, subject: Subject) -> Sequence[tuple[int, str]]:
        """Ids and codes of the criteria of a subject's sheets; all of them use one template."""
        if subject not in self.criteria_of:
            shown = details.sheet(self.session, sheet_id, actor=self.approver)
            self.criteria_of[subject] = [(one.criterion_id, one.code) for one in shown.criteria]
        return self.criteria_of[subject]

    def method(self, at: datetime) -> Method:
        asked = int(self.rng.integers(180, 420))
        answered = int(asked * self.rng.uniform(0.45, 0.75))
        last: date = local_day(at, settings().zone)
        return Method(
            **self.texts["method"],
            sample_size=asked,
            response_count=answered,
            began_on=last - timedelta(days=9),
            ended_on=last - timedelta(days=2),
            margin_points=round(98.0 / answered**0.5, 1),
            has_no_conflict=True,
        )

    def version(self, sheet_id: int) -> int:
        return queries.version_of(self.session, sheet_id, actor=self.approver)

    def review(self, sheet_id: int, reviewer: Actor, at: datetime, *, version: int | None = None) -> None:
        seen = version or self.version(sheet_id)
        actions.review_sheet(self.session, sheet_id, version=seen, actor=reviewer, now=at)

    def approve(self, sheet_id: int, approver: Actor, at: datetime, *, version: int | None = None) -> None:
        seen = version or self.version(sheet_id)
        actions.approve_sheet(self.session, sheet_id, version=seen, actor=approver, now=at)

    def settle_differences(self, cycle_id: int, at: datetime) -> None:
        apart = queries.differing_services(self.session, cycle_id, actor=self.approver)
        for service_id in apart["service_id"]:
            actions.note_consensus(
                self.session,
                cycle_id,
                int(service_id),
                note=self.texts["consensus"],
                actor=self.office.people[REVIEWER],
                now=at,
            )

    def appeal(
        self,
        cycle_id: int,
        code: str,
        outcome: AppealOutcome,
        place: int,
        opened: datetime,
        ended: datetime,
    ) -> None:
        """A leader appeals against the office's sheet; somebody who had no hand in it decides."""
        service_id = self.office.services[code]
        sheet_id = next(
            one for one, service, subject in self.sheets(cycle_id) if (service, subject) == (service_id, Subject.OFFICE)
        )
        cast = self.cast(cycle_id, service_id, Subject.OFFICE)
        others = [self.office.people[name] for name in OFFICE_AUTHORS]
        judge = next(one for one in others if one is not cast.author)
        appeal_id = appeals.file_appeal(
            self.session,
            sheet_id,
            grounds=self.texts["grounds"],
            version=self.version(sheet_id),
            actor=self.office.leaders[service_id],
            now=self.moment(opened, ended, 0.8),
        )
        answer = self.texts["answer_upheld" if outcome is AppealOutcome.UPHELD else "answer_rejected"]
        appeals.decide_appeal(
            self.session, appeal_id, outcome, answer=answer, actor=judge, now=self.moment(opened, ended, 0.86)
        )
        if outcome is AppealOutcome.UPHELD:
            at = self.moment(opened, ended, 0.9)
            self.submit(sheet_id, service_id, Subject.OFFICE, place, cast.author, at)
            self.review(sheet_id, cast.reviewer, self.moment(opened, ended, 0.94))
            self.approve(sheet_id, cast.approver, self.moment(opened, ended, 0.97))
