"""Data feeds: who sees them, a file checked and loaded, a key shown once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from qs.access.models import ApiKey
from qs.actor import SYSTEM, Role
from qs.observations.actions import load_feeds
from qs.observations.models import Event, Feed
from qs.tabular.terms import Encoding
from tests import world
from tests.world import MADE_AT, enroll

HEADER = b"record_id,happened_at,service,indicator,numerator,denominator\n"
GOOD = HEADER + b"r1,2026-01-20,S1,on-time,3,4\n"
MIXED = GOOD + b"r2,2026-01-21,S1,on-time,many,4\n"


@pytest.fixture
def office(store):
    world.build_world(store)
    enroll(store, "clerk", Role.INFORMATION_TECHNOLOGY)
    enroll(store, "supervisor", Role.SUPERVISOR)
    enroll(store, "auditor", Role.AUDITOR)
    enroll(store, "hotline", Role.HOTLINE_OPERATOR)
    with store.writing() as session:
        load_feeds(session, actor=SYSTEM, now=MADE_AT)
    return store


def words(screen):
    return " ".join(element.value for element in [*screen.markdown, *screen.text, *screen.error])


def click(screen, label):
    next(button for button in screen.button if button.label == label).click().run()
    assert not screen.exception
    return screen


def loading(visit, data, *, name="figures.csv"):
    screen = visit("feeds", "supervisor", view="load", into="general")
    screen.file_uploader[0].set_value((name, data, "text/csv")).run()
    assert not screen.exception
    return screen


def count(store):
    with store.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Event))


def test_somebody_without_the_right_is_turned_away(office, visit):
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        visit("feeds", "hotline")


def test_without_feeds_the_page_says_how_to_begin(store, visit):
    enroll(store, "clerk", Role.INFORMATION_TECHNOLOGY)
    click(visit("feeds", "clerk"), "Add the feeds that come with the system")
    with store.reading() as session:
        assert session.scalar(sa.select(sa.func.count(Feed.id))) == 5


def test_an_auditor_reads_feeds_and_can_neither_load_nor_change(office, visit):
    screen = visit("feeds", "auditor")
    assert len(screen.dataframe[0].value) == 5
    assert not screen.text_input(key="feeds_q").value
    assert "Save" not in [button.label for button in screen.button]
    assert not visit("feeds", "auditor", view="load").file_uploader


def test_a_sound_file_is_shown_loaded_and_receipted(office, visit):
    screen = loading(visit, GOOD)
    assert "The file is sound" in words(screen)
    click(screen, "Load 1 event")
    assert count(office) == 1
    assert {metric.label: metric.value for metric in screen.metric}["New"] == "1"


def test_a_file_with_errors_names_row_and_column_and_loads_nothing(office, visit):
    screen = loading(visit, MIXED)
    assert "Row 3 · numerator" in words(screen)
    assert "is not a number" in words(screen)
    assert count(office) == 0


def test_the_good_rows_are_loaded_on_an_explicit_word(office, visit):
    click(loading(visit, MIXED), "Load the good rows now")
    assert count(office) == 1


def test_a_chinese_file_is_loaded_once_its_encoding_is_chosen(office, visit):
    screen = loading(visit, GOOD.replace(b"r1", "记录".encode("gb18030")))
    assert any("记录" in block.value for block in screen.code)
    screen.radio[0].set_value(Encoding.GB18030).run()
    assert "The file is sound" in words(screen)


def test_a_file_of_another_kind_is_refused_with_the_missing_columns(office, visit):
    screen = loading(visit, b"a,b\n1,2\n")
    assert "does not fit the feed" in words(screen)


def test_a_key_is_shown_once(office, store, visit):
    screen = visit("feeds", "clerk", view="keys")
    screen.text_input[0].set_value("Hotline")
    click(screen, "Issue the key")
    assert screen.code[0].value.startswith("qs_")
    screen.run()
    assert not any(block.value.startswith("qs_") for block in screen.code)
    with store.reading() as session:
        assert session.scalars(sa.select(ApiKey.name)).all() == ["Hotline"]


def test_loaded_files_are_listed(office, visit):
    assert "No file was loaded yet" in words(visit("feeds", "auditor", view="history"))
    click(loading(visit, GOOD), "Load 1 event")
    listed = visit("feeds", "auditor", view="history").dataframe[0].value
    assert listed["file_name"].tolist() == ["figures.csv"]
