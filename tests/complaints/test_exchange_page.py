"""The view that gives the list of requests away as a file and takes letters in."""

from __future__ import annotations

import pandas as pd
import pytest
import sqlalchemy as sa

from qs.audit.models import AuditEntry
from qs.complaints.exchange.imports import COLUMNS
from qs.complaints.models import Request
from qs.sheets import safe_csv
from tests.complaints.desk import build_desk, file
from tests.complaints.test_exchange import LETTER


@pytest.fixture
def desk(store, now):
    found = build_desk(store)
    with store.writing() as session:
        file(session, found, now)
    return found


def letters(*rows: dict[str, str]) -> bytes:
    empty = dict.fromkeys(COLUMNS, "")
    return safe_csv(pd.DataFrame([{**empty, **LETTER, **row} for row in rows]))


def text_of(screen) -> str:
    return "\n".join(str(element.value) for element in (*screen.markdown, *screen.text, *screen.error))


def uploaded(screen, content: bytes):
    screen.file_uploader[0].set_value(("letters.csv", content, "text/csv"))
    return screen.run()


def registered(store) -> int:
    with store.reading() as session:
        return session.scalar(sa.select(sa.func.count(Request.id))) or 0


def test_the_list_is_taken_away_and_the_trail_says_so(visit, store, desk):
    screen = visit("complaints", "boss", view="exchange")
    next(button for button in screen.button if button.label == "Take away as XLSX").click().run()
    assert not screen.exception
    assert "1 row was taken away" in text_of(screen)
    with store.reading() as session:
        actions = session.scalars(sa.select(AuditEntry.action)).all()
    assert "complaints.exported_requests" in actions


def test_who_registers_no_requests_sees_the_way_out_alone(visit, desk):
    screen = visit("complaints", "leader", view="exchange")
    assert not screen.exception
    assert not screen.file_uploader


def test_letters_are_looked_at_before_they_are_registered(visit, store, desk):
    screen = uploaded(visit("complaints", "hotline", view="exchange"), letters({}, {"external_id": "2"}))
    assert not screen.exception
    assert registered(store) == 1
    screen.button(key="import_requests_now").click().run()
    assert not screen.exception
    assert registered(store) == 3


def test_a_faulty_letter_is_named_and_nothing_can_be_pressed(visit, store, desk):
    screen = uploaded(visit("complaints", "hotline", view="exchange"), letters({"kind": "shout"}))
    assert "Row 2, column “kind”" in text_of(screen)
    assert "import_requests_now" not in {button.key for button in screen.button}
    assert registered(store) == 1
