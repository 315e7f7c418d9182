"""A release goes from hand to hand, a second person approves it, and what is published stays as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from qs.actor import PUBLIC, SYSTEM, Role
from qs.audit.models import AuditEntry
from qs.deadlines import actions as deadlines
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.office import prepare_office
from qs.publication import actions, queries
from qs.publication.models import DisclosureItem, Release, ReleaseStep
from qs.publication.rules import item_state
from qs.publication.terms import ItemKind, ItemState, ReleaseState, ReportDue, Story
from qs.publication.verify import verify_releases
from qs.publication.waiting import waiting
from qs.rankings.actions import freeze_period
from tests.deadlines.test_actions import year_2027
from tests.rankings.city import QUARTER, full_quarter
from tests.world import CLERK, MADE_AT, enroll, person

STORY = Story(None, "等候太久", "Waits are long", "增开窗口", "More desks")
DAY = timedelta(days=1)


@pytest.fixture
def office(store, now):
    """A frozen quarter, a writer and two supervisors who exist."""
    with store.writing() as session:
        prepare_office(session, actor=SYSTEM, now=MADE_AT)
    full_quarter(store)
    with store.writing() as session:
        freeze_period(session, QUARTER, actor=SYSTEM, now=now)
    ids = {name: enroll(store, name, role) for name, role in PEOPLE.items()}
    return {name: person(role, username=name, person_id=ids[name]) for name, role in PEOPLE.items()}


PEOPLE = {"writer": Role.PUBLIC_RELATIONS, "boss": Role.SUPERVISOR, "reader": Role.AUDITOR}


def prepared(store, office, now, **others):
    with store.writing() as session:
        return actions.prepare_release(session, QUARTER, actor=office["writer"], now=now, **others)


def published(store, office, now):
    release_id = prepared(store, office, now)
    with store.writing() as session:
        actions.submit_release(session, release_id, version=1, actor=office["writer"], now=now)
    with store.writing() as session:
        actions.approve_release(session, release_id, version=2, actor=office["boss"], now=now)
    with store.writing() as session:
        actions.publish_release(session, release_id, version=3, actor=office["writer"], now=now)
    return release_id


def states(store):
    with store.reading() as session:
        return list(session.scalars(sa.select(ReleaseStep.to_state).order_by(ReleaseStep.id)))


def test_a_report_goes_to_the_public_through_two_hands(store, office, now):
    published(store, office, now)
    with store.reading() as session:
        figures = queries.published_figures(session, actor=PUBLIC)
        item = session.scalars(sa.select(DisclosureItem)).one()
        entries = list(session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.seq)))
    assert figures.release.slug == QUARTER
    assert figures.verdict
    assert (item.subject, item.done_on) == (QUARTER, date(2026, 11, 23))
    assert states(store) == [
        ReleaseState.DRAFT,
        ReleaseState.SUBMITTED,
        ReleaseState.APPROVED,
        ReleaseState.PUBLISHED,
    ]
    assert entries[-4:] == [
        "publication.prepared_release",
        "publication.submitted_release",
        "publication.approved_release",
        "publication.published_release",
    ]


def test_before_the_first_release_the_public_is_told_so(store, office):
    with store.reading() as session:
        figures = queries.published_figures(session, actor=PUBLIC)
    assert figures.release is None
    assert figures.verdict_en == "No report has been published yet."
    assert figures.city is None


def test_who_prepared_it_does_not_approve_it(store, office, now):
    both = person(Role.SUPERVISOR, username="writer", person_id=office["writer"].person_id)
    release_id = prepared(store, office, now)
    with store.writing() as session:
        actions.submit_release(session, release_id, version=1, actor=office["writer"], now=now)
    with pytest.raises(NotAllowed) as refusal, store.writing() as session:
        actions.approve_release(session, release_id, version=2, actor=both, now=now)
    assert refusal.value.reason == "own_release"
    assert states(store)[-1] is ReleaseState.SUBMITTED


def test_a_draft_cannot_be_published_nor_a_published_one_changed(store, office, now):
    release_id = prepared(store, office, now)
    with pytest.raises(Conflict), store.writing() as session:
        actions.publish_release(session, release_id, version=1, actor=office["writer"], now=now)
    with store.writing() as session:
        actions.submit_release(session, release_id, version=1, actor=office["writer"], now=now)
    with pytest.raises(Conflict), store.writing() as session:
        actions.write_stories(session, release_id, [STORY], version=2, actor=office["writer"], now=now)
    with pytest.raises(Conflict), store.writing() as session:
        actions.rebuild_release(session, release_id, version=2, actor=office["writer"], now=now)


def test_what_is_sent_back_with_a_reason_can_be_mended(store, office, now):
    release_id = prepared(store, office, now)
    with store.writing() as session:
        actions.submit_release(session, release_id, version=1, actor=office["writer"], now=now)
    with pytest.raises(InvalidInput), store.writing() as session:
        actions.send_back_release(session, release_id, reason=" ", version=2, actor=office["boss"], now=now)
    with store.writing() as session:
        actions.send_back_release(session, release_id, reason="请补充", version=2, actor=office["boss"], now=now)
    with store.writing() as session:
        actions.write_stories(session, release_id, [STORY], version=3, actor=office["writer"], now=now)
        actions.submit_release(session, release_id, version=4, actor=office["writer"], now=now)
    with store.reading() as session:
        detail = queries.release_detail(session, release_id, actor=office["reader"])
    assert detail.stories == (STORY,)
    assert detail.document.table("stories").rows[0]["said_en"] == "Waits are long"
    assert [step.note for step in detail.steps] == ["", "", "请补充", ""]


def test_somebody_who_was_slower_is_told_so(store, office, now):
    release_id = prepared(store, office, now)
    with store.writing() as session:
        actions.rebuild_release(session, release_id, version=1, actor=office["writer"], now=now)
    with pytest.raises(Conflict) as refusal, store.writing() as session:
        actions.submit_release(session, release_id, version=1, actor=office["writer"], now=now)
    assert refusal.value.reason == "release_changed"


def test_a_story_needs_both_languages(store, office, now):
    release_id = prepared(store, office, now)
    half = Story(None, "等候太久", "", "增开窗口", "More desks")
    with pytest.raises(InvalidInput) as refusal, store.writing() as session:
        actions.write_stories(session, release_id, [half], version=1, actor=office["writer"], now=now)
    assert refusal.value.reason == "story_incomplete"


def test_a_quarter_that_is_not_frozen_has_no_report(store, office, now):
    with pytest.raises(NotFound), store.writing() as session:
        actions.prepare_release(session, "2026Q2", actor=office["writer"], now=now)


def test_one_release_at_a_time_and_a_revision_only_with_a_reason(store, office, now):
    first = prepared(store, office, now)
    with pytest.raises(Conflict) as refusal:
        prepared(store, office, now)
    assert refusal.value.reason == "release_open"
    with store.writing() as session:
        session.execute(sa.delete(ReleaseStep))
        session.execute(sa.delete(Release).where(Release.id == first))
    published(store, office, now)
    with pytest.raises(InvalidInput) as refusal:
        prepared(store, office, now)
    assert refusal.value.reason == "revision_without_reason"


def test_a_revision_follows_and_the_first_edition_stays(store, office, now):
    published(store, office, now)
    revision = prepared(store, office, now + DAY, note="补充", note_en="Added")
    with store.writing() as session:
        actions.submit_release(session, revision, version=1, actor=office["writer"], now=now + DAY)
        actions.approve_release(session, revision, version=2, actor=office["boss"], now=now + DAY)
        actions.publish_release(session, revision, version=3, actor=office["writer"], now=now + DAY)
    with store.reading() as session:
        figures = queries.published_figures(session, actor=PUBLIC)
        first = queries.published_document(session, QUARTER, actor=PUBLIC)
    assert [info.slug for info in figures.releases] == [f"{QUARTER}-r2", QUARTER]
    assert figures.releases[0].note_en == "Added"
    assert first.revision == 1


def test_a_draft_is_not_public(store, office, now):
    prepared(store, office, now)
    with store.reading() as session, pytest.raises(NotFound):
        queries.published_content(session, QUARTER, actor=PUBLIC)


def test_published_figures_follow_again_from_the_frozen_quarter(store, office, now):
    published(store, office, now)
    with store.reading() as session:
        verdict = verify_releases(session, actor=office["reader"])
    assert verdict.is_sound
    assert (verdict.release_count, verdict.table_count) == (1, 14)


@pytest.mark.parametrize(
    ("column", "fault"),
    [("content", "document_altered"), ("source", "counts_altered"), ("period_sha256", "period_unknown")],
)
def test_whoever_alters_a_published_release_is_found_out(store, office, now, column, fault):
    release_id = published(store, office, now)
    with store.writing() as session:
        before = session.scalar(sa.select(getattr(Release, column)))
        altered = before.replace("a", "b") if column == "period_sha256" else before.replace("0", "1", 1)
        session.execute(sa.update(Release).where(Release.id == release_id).values({column: altered}))
    with store.reading() as session:
        verdict = verify_releases(session, actor=office["reader"])
    assert fault in {one.fault for one in verdict.faults}


def test_the_calendar_enters_what_falls_due_once(store, office, now):
    with store.writing() as session:
        new_count = actions.refresh_calendar(session, actor=office["writer"], now=now)
        assert actions.refresh_calendar(session, actor=office["writer"], now=now + DAY) == 0
    with store.reading() as session:
        items = queries.disclosure_items(session, actor=office["reader"], now=now).set_index("subject")
    assert new_count == len(items) == 7
    assert items.loc[QUARTER, "due_on"] == date(2026, 11, 3)  # 20 working days after 30 September; 10 October made up
    assert items.loc[QUARTER, "state"] is ItemState.LATE
    assert items.loc["2026-10", "due_on"] == date(2026, 11, 10)


def test_a_day_counted_into_a_year_without_a_calendar_is_provisional_and_moves_with_it(store, office, now):
    with store.writing() as session:
        actions.refresh_calendar(session, actor=office["writer"], now=now)
    before = item(store, office, "2026Q4", now)
    with store.writing() as session:
        deadlines.import_calendar(session, with_monday_off(year_2027()), actor=CLERK, now=now)
        deadlines.recompute_provisional(session, reason="新日历", actor=CLERK, now=now)
    after = item(store, office, "2026Q4", now)
    assert (before["due_on"], before["is_provisional"]) == (date(2027, 1, 29), True)
    assert (after["due_on"], after["is_provisional"]) == (date(2027, 2, 1), False)  # 29 January is a Friday


def with_monday_off(year):
    """The same year with New Year's holiday up to Monday, 4 January."""
    new_year, *others = year.holidays
    return replace(year, holidays=(replace(new_year, last_on=date(2027, 1, 4)), *others))


def item(store, office, subject, now):
    with store.reading() as session:
        return queries.disclosure_items(session, actor=office["reader"], now=now).set_index("subject").loc[subject]


def test_the_public_is_told_by_when_the_next_report_comes_and_that_it_may_move(store, office, now):
    with store.writing() as session:
        actions.refresh_calendar(session, actor=office["writer"], now=now)
    with store.reading() as session:
        assert queries.published_figures(session, actor=PUBLIC).next_due == ReportDue(date(2026, 11, 3), False)
    published(store, office, now)
    with store.reading() as session:
        assert queries.published_figures(session, actor=PUBLIC).next_due == ReportDue(date(2027, 1, 29), True)


def test_an_item_is_entered_and_marked_once(store, office, now):
    with store.writing() as session:
        item_id = actions.add_item(
            session,
            kind=ItemKind.WORK_PROGRESS,
            title="进展",
            title_en="Progress",
            due_on=date(2026, 11, 20),
            actor=office["writer"],
            now=now,
        )
    wanted = {"place": "网站", "version": 1, "actor": office["writer"], "now": now}
    with pytest.raises(InvalidInput), store.writing() as session:
        actions.complete_item(session, item_id, done_on=date(2026, 11, 24), **wanted)
    with store.writing() as session:
        actions.complete_item(session, item_id, done_on=date(2026, 11, 21), **wanted)
    with pytest.raises(Conflict), store.writing() as session:
        actions.complete_item(session, item_id, done_on=date(2026, 11, 21), **wanted)
    with store.reading() as session:
        items = queries.disclosure_items(session, actor=office["reader"], now=now)
    assert list(items["state"]) == [ItemState.DONE_LATE]


def test_a_quarterly_report_is_not_ticked_off_by_hand(store, office, now):
    with store.writing() as session:
        actions.refresh_calendar(session, actor=office["writer"], now=now)
        item_id = session.scalar(sa.select(DisclosureItem.id).where(DisclosureItem.subject == QUARTER))
        with pytest.raises(InvalidInput):
            actions.complete_item(
                session, item_id, done_on=date(2026, 11, 1), version=1, actor=office["writer"], now=now
            )


@pytest.mark.parametrize(
    ("today", "done_on", "state"),
    [
        (date(2026, 11, 20), None, ItemState.DUE_SOON),
        (date(2026, 11, 10), None, ItemState.DUE_SOON),
        (date(2026, 11, 9), None, ItemState.TO_COME),
        (date(2026, 11, 21), None, ItemState.LATE),
        (date(2026, 12, 1), date(2026, 11, 20), ItemState.DONE),
        (date(2026, 12, 1), date(2026, 11, 21), ItemState.DONE_LATE),
    ],
)
def test_an_item_is_late_from_the_day_after_its_day(today, done_on, state):
    assert item_state(date(2026, 11, 20), done_on, today) is state


def test_each_is_told_what_waits(store, office, now):
    with store.reading() as session:
        assert [one.code for one in waiting(session, actor=office["writer"], now=now)] == ["publication.prepare"]
        assert waiting(session, actor=office["reader"], now=now) == []
    release_id = prepared(store, office, now)
    with store.writing() as session:
        actions.submit_release(session, release_id, version=1, actor=office["writer"], now=now)
    with store.reading() as session:
        assert [one.code for one in waiting(session, actor=office["boss"], now=now)] == ["publication.approve"]
