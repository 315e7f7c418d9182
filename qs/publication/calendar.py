"""The disclosure calendar: what falls due by rule, entered once, with the day counted by the deadline rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor
from qs.deadlines.dues import set_due
from qs.i18n import N_, gettext, month
from qs.participation import public
from qs.participation import queries as participation
from qs.periods import Grain, local_day, next_start, period_start
from qs.publication import rules
from qs.publication.document import Text, both
from qs.publication.models import DisclosureItem
from qs.publication.terms import ItemKind
from qs.rankings import queries as rankings
from qs.settings import settings

RELEASE_RULE = "publication.release"  # 20 working days from the end of the quarter, when the information is formed
BULLETIN_DAY = 10  # of the month that follows (local rule)
PLAN_MONTH, PLAN_DAY = 1, 31  # the yearly plan is out by 31 January (local rule)
TITLES = {
    ItemKind.QUARTERLY_REPORT: N_("Quality report {period}"),
    ItemKind.COMPLAINT_BULLETIN: N_("Bulletin of requests, {month}"),
    ItemKind.ANNUAL_PLAN: N_("Plan of supervision {year}"),
    ItemKind.CONSULTATION_SUMMARY: N_("Summary: {title}"),
    ItemKind.HEARING_FEEDBACK: N_("Feedback: {title}"),
}


@dataclass(frozen=True)
class Wanted:
    """One item that has to stand in the calendar."""

    kind: ItemKind
    subject: str
    title: Text
    due_on: date | None = None  # None: counted by RELEASE_RULE from `starts_at`
    due_id: int | None = None  # of the due date that this is the day of, where another room has set one
    starts_at: datetime | None = None
    done_on: date | None = None


def add_missing(session: Session, *, actor: Actor, now: datetime) -> int:
    """Enter what is not there yet, and mark what other rooms have answered meanwhile. Returns the number of new items.

    Part of `refresh_calendar`, which checks the right and leaves the trace.
    """
    known = {(item.kind, item.subject): item for item in session.scalars(sa.select(DisclosureItem))}
    new_count = 0
    for wanted in wanted_items(session, now):
        item = known.get((wanted.kind, wanted.subject))
        if item is None:
            item = enter(session, wanted, actor, now)
            new_count += 1
        if item.due_id is None and wanted.due_id is not None and wanted.due_on is not None:  # entered without it once
            item.due_id, item.due_on = wanted.due_id, wanted.due_on
        if wanted.done_on is not None and item.done_on is None:
            item.done_on, item.done_recorded_at = wanted.done_on, now
    session.flush()
    return new_count


def enter(session: Session, wanted: Wanted, actor: Actor, now: datetime) -> DisclosureItem:
    zone = settings().zone
    due = None
    if wanted.starts_at is not None:
        subject = f"disclosure:{wanted.kind.value}:{wanted.subject}"
        due = set_due(session, subject, RELEASE_RULE, starts_at=wanted.starts_at, actor=actor, now=now)
    due_on = wanted.due_on or (local_day(due.due_at, zone) if due else None)
    if due_on is None:
        raise ValueError("an item needs a day or the moment its limit runs from")
    item = new_item(wanted.kind, wanted.subject, wanted.title.zh, wanted.title.en, due_on, is_by_rule=True, now=now)
    item.due_id = due.due_id if due else wanted.due_id
    session.add(item)
    session.flush()
    return item


def new_item(
    kind: ItemKind, subject: str, title: str, title_en: str, due_on: date, *, is_by_rule: bool, now: datetime
) -> DisclosureItem:
    return DisclosureItem(
        kind=kind,
        subject=subject,
        title=title,
        title_en=title_en,
        due_on=due_on,
        is_by_rule=is_by_rule,
        entered_at=now,
        place="",
        version=1,
    )


def report_item(session: Session, period: str, *, actor: Actor, now: datetime) -> DisclosureItem:
    """The item of a quarter's report, entered now when the calendar was never brought up to date."""
    item = session.scalars(
        sa.select(DisclosureItem).where(
            DisclosureItem.kind == ItemKind.QUARTERLY_REPORT, DisclosureItem.subject == period
        )
    ).one_or_none()
    if item is not None:
        return item
    frame = rankings.frozen_periods(session, actor=SYSTEM)
    ends_at = frame.loc[frame["name"] == period, "ends_at"].iloc[0].to_pydatetime()
    return enter(session, report_of(period, ends_at), actor, now)


def wanted_items(session: Session, now: datetime) -> Iterator[Wanted]:
    """Everything that falls due by rule, from the first frozen quarter to the one running now."""
    frame = rankings.frozen_periods(session, actor=SYSTEM)
    if not frame.empty:
        first = frame["starts_at"].min().to_pydatetime()
        yield from quarters(first, now)
        yield from bulletins(first, now)
        yield from plans(first, now)
    yield from consultations(session)
    yield from hearings(session)


def quarters(first: datetime, now: datetime) -> Iterator[Wanted]:
    """The report of every quarter, the running one included: its day is known in advance."""
    zone = settings().zone
    starts_at = period_start(first, Grain.QUARTER, zone)
    while starts_at <= now:
        ends_at = next_start(starts_at, Grain.QUARTER, zone)
        yield report_of(quarter_name(local_day(starts_at, zone)), ends_at)
        starts_at = ends_at


def quarter_name(first_day: date) -> str:
    """2026Q3, as frozen periods are called."""
    return f"{first_day.year}Q{(first_day.month + 2) // 3}"


def report_of(period: str, ends_at: datetime) -> Wanted:
    title = both(lambda: gettext(TITLES[ItemKind.QUARTERLY_REPORT]).format(period=period))
    return Wanted(ItemKind.QUARTERLY_REPORT, period, title, starts_at=ends_at)


def bulletins(first: datetime, now: datetime) -> Iterator[Wanted]:
    zone = settings().zone
    for month_start in rules.months_between(local_day(first, zone), local_day(now, zone)):
        after = rules.next_month(month_start)
        yield Wanted(
            ItemKind.COMPLAINT_BULLETIN,
            f"{month_start:%Y-%m}",
            bulletin_title(month_start),
            due_on=after.replace(day=BULLETIN_DAY),
        )


def bulletin_title(month_start: date) -> Text:
    return both(lambda: gettext(TITLES[ItemKind.COMPLAINT_BULLETIN]).format(month=month(month_start)))


def plan_title(year: int) -> Text:
    return both(lambda: gettext(TITLES[ItemKind.ANNUAL_PLAN]).format(year=year))


def plans(first: datetime, now: datetime) -> Iterator[Wanted]:
    zone = settings().zone
    for year in range(local_day(first, zone).year + 1, local_day(now, zone).year + 2):
        yield Wanted(
            ItemKind.ANNUAL_PLAN,
            str(year),
            plan_title(year),
            due_on=date(year, PLAN_MONTH, PLAN_DAY),
        )


def consultations(session: Session) -> Iterator[Wanted]:
    frame = participation.consultations(session, actor=SYSTEM)
    for row in frame.to_dict("records"):
        subject = f"consultation:{row['consultation_id']}"
        words = str(row["title"]), str(row["title_en"] or row["title"])
        due = row["summary_due_at"], row["summary_due_id"]
        yield from answer(ItemKind.CONSULTATION_SUMMARY, subject, words, due, done_at=row["summarised_at"])


def hearings(session: Session) -> Iterator[Wanted]:
    published = public.finished_now(session, actor=SYSTEM)
    published = published[published["kind"] == "hearing"]
    done_at = dict(zip(published["id"], published["published_at"], strict=True))
    frame = participation.hearings(session, actor=SYSTEM)
    for row in frame.to_dict("records"):
        subject = f"hearing:{row['hearing_id']}"
        words = str(row["title"]), str(row["title_en"] or row["title"])
        due = row["answer_due_at"], row["answer_due_id"]
        yield from answer(ItemKind.HEARING_FEEDBACK, subject, words, due, done_at=done_at.get(row["hearing_id"]))


def answer(
    kind: ItemKind,
    subject: str,
    title: tuple[str, str],
    due: tuple[object, Any],
    *,
    done_at: object,  # Any: of a frame
) -> Iterator[Wanted]:
    """What a consultation or a hearing has promised, once its time runs. `due`: its moment and the due date's id."""
    due_at, due_id = due
    if not isinstance(due_at, datetime) or pd.isna(due_at):
        return
    zone = settings().zone
    pattern = both(lambda: gettext(TITLES[kind]))
    yield Wanted(
        kind,
        subject,
        Text(zh=pattern.zh.format(title=title[0]), en=pattern.en.format(title=title[1])),
        due_on=local_day(due_at, zone),
        due_id=None if pd.isna(due_id) else int(due_id),
        done_on=local_day(done_at, zone) if isinstance(done_at, datetime) and not pd.isna(done_at) else None,
    )
