"""Files for spreadsheets: nothing in them is computed, nothing in them is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.errors import InvalidInput
from qs.sheets import inert, safe_csv, xlsx

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "\tx",
    "\rx",
    "\nx",
    "\0x",
    "  =1",
    "\ufeff=1",
    "\u200b=1",
]


def cells(content: bytes, sheet: int = 0) -> list[list[object]]:
    book = openpyxl.load_workbook(BytesIO(content))
    return [[cell.value for cell in row] for row in book.worksheets[sheet].iter_rows()]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(text):
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "ok", "1=1", "a-b", " plain", "王芳", "'=1"])
def test_other_texts_stay_as_they_are(text):
    assert inert(text) == text


def test_csv_has_a_mark_for_spreadsheets_and_inert_names_and_cells():
    content = safe_csv(pd.DataFrame({"=name": ["=1+1", "王芳"]}))
    assert content == "\ufeff'=name\r\n'=1+1\r\n王芳\r\n".encode()


def test_numbers_stay_numbers_also_below_zero():
    content = safe_csv(pd.DataFrame({"n": [-1.5, 2.0]}))
    assert content.decode("utf-8-sig") == "n\r\n-1.5\r\n2.0\r\n"


def test_missing_and_infinite_values_are_empty_cells():
    frame = pd.DataFrame({"n": [1.0, None, float("inf")], "t": ["a", None, "b"]})
    assert safe_csv(frame).decode("utf-8-sig") == "n,t\r\n1.0,a\r\n,\r\n,b\r\n"


def test_moments_appear_on_the_offices_clock():
    frame = pd.DataFrame({"at": pd.to_datetime(["2026-11-23T02:00:00Z"])})
    assert safe_csv(frame).decode("utf-8-sig") == "at\r\n2026-11-23 10:00:00\r\n"


def test_a_frame_without_rows_keeps_its_header():
    assert safe_csv(pd.DataFrame(columns=["a", "b"])).decode("utf-8-sig") == "a,b\r\n"


def test_a_workbook_holds_texts_numbers_and_dates_as_such():
    frame = pd.DataFrame({"t": ["=1+1"], "n": [-2.5], "d": [date(2026, 1, 2)], "b": [True]})
    assert cells(xlsx(frame))[1] == ["'=1+1", -2.5, pd.Timestamp("2026-01-02"), True]


def test_no_cell_of_a_workbook_is_a_formula():
    book = openpyxl.load_workbook(BytesIO(xlsx(pd.DataFrame({"t": FORMULAS[:8]}))))
    assert {cell.data_type for row in book.active.iter_rows() for cell in row} == {"s"}


def test_a_moment_in_a_workbook_is_on_the_offices_clock():
    frame = pd.DataFrame({"at": [datetime(2026, 11, 23, 2, 0, tzinfo=UTC)]})
    assert cells(xlsx(frame))[1] == [pd.Timestamp("2026-11-23 10:00")]


def test_whole_numbers_too_long_for_a_spreadsheet_become_text():
    assert cells(xlsx(pd.DataFrame({"id": [123456789012345678, 5]})))[1:] == [["123456789012345678"], [5]]


def test_each_frame_gets_a_sheet_of_its_own_under_a_legal_name():
    content = xlsx(
        {"a/b": pd.DataFrame({"x": [1]}), "A b": pd.DataFrame({"x": [2]}), "n" * 40: pd.DataFrame({"x": [3]})}
    )
    assert openpyxl.load_workbook(BytesIO(content)).sheetnames == ["a b", "A b 2", "n" * 31]


def test_a_text_too_long_for_a_cell_is_refused_with_its_place():
    with pytest.raises(InvalidInput) as refused:
        xlsx(pd.DataFrame({"t": ["x", "y" * 40_000]}))
    assert refused.value.facts == {"row": 3, "column": "t"}


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20), max_size=5))
def test_no_text_makes_a_csv_cell_that_begins_like_a_formula(texts):
    frame = pd.DataFrame({"t": pd.Series(texts, dtype=object)})
    written = pd.read_csv(BytesIO(safe_csv(frame)), dtype=str, keep_default_na=False, skip_blank_lines=False)
    assert all(not str(text).strip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for text in written["t"])
