"""What rooms keep beside the key of a due date follows a new count, wherever it is kept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

import qs.models  # noqa: F401 - every table of the store
from qs.actor import PUBLIC, SYSTEM
from qs.deadlines import actions, copies
from qs.deadlines.library import shipped_packs, shipped_years
from qs.participation.models import Suggestion
from qs.participation.papers import status_by_receipt
from qs.participation.suggestions import suggest
from tests.deadlines.test_actions import year_2027
from tests.world import CLERK, MADE_AT

DAY = timedelta(days=1)


def test_a_suggestion_is_due_when_its_due_date_says_so_after_a_new_count(store, now):
    late = now + 32 * DAY  # 25 December
    with store.writing() as session:
        actions.load_calendars(session, shipped_years(), actor=SYSTEM, now=MADE_AT)
        actions.load_packs(session, shipped_packs(), actor=SYSTEM, now=MADE_AT)
        kept = suggest(session, title="加一班车", text="早上七点半的车总是坐满，请加一班。", actor=PUBLIC, now=late)
        before = session.scalars(sa.select(Suggestion.due_at)).one()
    assert kept.is_provisional
    assert told(store, kept).is_provisional
    with store.writing() as session:
        actions.import_calendar(session, year_2027(), actor=CLERK, now=late)
        assert actions.recompute_provisional(session, reason="新日历", actor=CLERK, now=late) == 1
    with store.reading() as session:
        after = session.scalars(sa.select(Suggestion.due_at)).one()
    assert (before.date(), after.date()) == (date(2027, 1, 8), date(2027, 1, 11))  # 1 January 2027 is a Friday
    assert not told(store, kept).is_provisional


def told(store, kept):
    """What the receipt code shows."""
    with store.reading() as session:
        return status_by_receipt(session, kept.receipt_code, actor=PUBLIC, now=MADE_AT)


@pytest.mark.parametrize(
    ("table", "key", "copy"),
    [
        ("hearing", "answer_due_id", copies.MOMENT),
        ("negative_rating", "contact_due_id", copies.MOMENT),
        ("disclosure_item", "due_id", copies.DAY),
    ],
)
def test_every_pair_of_key_and_moment_or_day_is_known(table, key, copy):
    assert (table, key) in {(one.table.name, one.name) for one, _ in copies.pairs(copy)}


def test_history_and_tables_that_look_after_themselves_are_left_alone():
    assert not {"request", "request_step", "due_change"} & {one.table.name for one, _ in copies.pairs(copies.MOMENT)}
