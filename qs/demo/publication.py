"""The story of publication: four reports, each approved by a second person, a revision, and one disclosure late."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.demo.office import Office
from qs.i18n import Language, use_language
from qs.periods import local_day, start_of
from qs.publication import actions, queries
from qs.publication.terms import ItemKind, Story
from qs.rankings.queries import frozen_periods
from qs.settings import SHIPPED_DATA, settings

TEXTS = SHIPPED_DATA / "demo" / "publication.toml"
PREPARED_DAYS, SUBMITTED_DAYS, APPROVED_DAYS, PUBLISHED_DAYS = 18, 19, 22, 24  # after the end of the quarter
RETURNED = 2  # which report goes back once
REVISED_DAYS = 6


def play(session: Session, office: Office) -> None:
    """Publish what the frozen quarters allow, then keep the calendar."""
    texts = tomllib.loads(TEXTS.read_text(encoding="utf-8"))
    writer, second = office.people["zhang.lin"], office.people["zhou.wei"]
    use_language(Language.ZH)
    periods = frozen_periods(session, actor=second).sort_values("starts_at")
    for count, row in enumerate(periods.to_dict("records")):
        stories = [story_of(office, one) for one in texts["story"] if one["quarter"] == count]
        publish(session, office, row, stories, writer, second, reason=texts["sent_back"] if count == RETURNED else "")
    if len(periods):
        revise(session, office, periods["name"].iloc[-1], texts, writer, second)
    keep_calendar(session, office, texts, writer)


def publish(
    session: Session,
    office: Office,
    row: dict[Any, Any],
    stories: list[Story],
    writer: Actor,
    second: Actor,
    *,
    reason: str,
) -> None:
    """One report on its way; with a `reason` it goes back once before it is approved."""
    end: datetime = row["ends_at"].to_pydatetime()
    frozen_at: datetime = row["frozen_at"].to_pydatetime()
    first = max(local_day(end, settings().zone) + timedelta(days=PREPARED_DAYS), local_day(frozen_at, settings().zone))

    def at(days: int, hour: int) -> datetime:
        wanted = working_moment(first + timedelta(days=days - PREPARED_DAYS), hour)
        return min(max(wanted, frozen_at + timedelta(hours=days - PREPARED_DAYS + 1)), office.now)

    release_id = actions.prepare_release(session, row["name"], stories=stories, actor=writer, now=at(PREPARED_DAYS, 10))
    actions.submit_release(session, release_id, version=1, actor=writer, now=at(SUBMITTED_DAYS, 9))
    version = 2
    if reason:
        actions.send_back_release(
            session, release_id, reason=reason, version=version, actor=second, now=at(SUBMITTED_DAYS, 15)
        )
        actions.write_stories(session, release_id, stories, version=3, actor=writer, now=at(SUBMITTED_DAYS, 16))
        actions.submit_release(session, release_id, version=4, actor=writer, now=at(SUBMITTED_DAYS, 17))
        version = 5
    actions.approve_release(session, release_id, version=version, actor=second, now=at(APPROVED_DAYS, 11))
    actions.publish_release(session, release_id, version=version + 1, actor=writer, now=at(PUBLISHED_DAYS, 9))


def revise(session: Session, office: Office, period: str, texts: dict[str, Any], writer: Actor, second: Actor) -> None:
    """The newest report once more: what was decided after it came out is added, and the revision says so."""
    release_id = int(queries.releases(session, actor=writer)["release_id"].iloc[0])
    stories = queries.release_detail(session, release_id, actor=writer).stories
    note, note_en = texts["revision"], texts["revision_en"]
    published_at = queries.published(session)[0].published_at
    start = max(published_at + timedelta(hours=3), working_moment(office.local(REVISED_DAYS), 10))
    revision = actions.prepare_release(
        session, period, note=note, note_en=note_en, stories=stories, actor=writer, now=min(start, office.now)
    )
    moments = [min(start + timedelta(hours=hours), office.now) for hours in (1, 4, 5)]
    actions.submit_release(session, revision, version=1, actor=writer, now=moments[0])
    actions.approve_release(session, revision, version=2, actor=second, now=moments[1])
    actions.publish_release(session, revision, version=3, actor=writer, now=moments[2])


def working_moment(day: date, hour: int) -> datetime:
    """The hour of that day, or of the Monday after a weekend."""
    day += timedelta(days=max(7 - day.weekday(), 0) if day.weekday() > 4 else 0)
    return start_of(day, settings().zone) + timedelta(hours=hour)


def story_of(office: Office, text: dict[str, str]) -> Story:
    return Story(
        service_id=office.services.get(text["service"]),
        **{name: text[name] for name in ("said", "said_en", "did", "did_en", "result", "result_en")},
    )


def keep_calendar(session: Session, office: Office, texts: dict[str, Any], writer: Actor) -> None:
    """What fell due by rule, done in time but for the newest bulletin and one report on work in progress."""
    actions.refresh_calendar(session, actor=writer, now=office.day(40))
    for text in texts["item"]:
        actions.add_item(
            session,
            kind=ItemKind(text["kind"]),
            title=text["title"],
            title_en=text["title_en"],
            due_on=office.local(text["due_days_ago"]),
            actor=writer,
            now=office.day(max(text["due_days_ago"], 0) + 30),
        )
    actions.refresh_calendar(session, actor=writer, now=office.day(2))
    items = queries.disclosure_items(session, actor=writer, now=office.now)
    kept = [text["title"] for text in texts["item"] if text.get("stays_late")]
    hand_made = items["kind"].map(
        lambda kind: kind in (ItemKind.COMPLAINT_BULLETIN, ItemKind.ANNUAL_PLAN, ItemKind.WORK_PROGRESS)
    )
    due = items[hand_made & items["done_on"].isna() & (items["due_on"] < office.local(0))]
    for row in due.to_dict("records"):
        if row["title"] not in kept:
            day = row["due_on"] - timedelta(days=1)
            actions.complete_item(
                session,
                row["item_id"],
                done_on=day,
                place=texts["website"],
                version=row["version"],
                actor=writer,
                now=office.day(1.2),
            )
