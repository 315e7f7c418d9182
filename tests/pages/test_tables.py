"""Lists: words found, order kept, one page at a time, and one row chosen."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def screen():
    """A list of 45 rows, in the way pages use it."""
    import pandas as pd
    import streamlit as st

    from pages._ui.tables import table
    from qs.i18n import Language, use_language

    use_language(Language.EN)
    frame = pd.DataFrame(
        {"n": range(45), "name": [f"Row {n}" for n in range(45)], "place": ["north", None, "=south"] * 15}
    )
    frame = frame.head(int(st.query_params.get("rows", 45)))
    table(frame, {"n": "No.", "name": "Name"}, key="t", search=["name", "place"], sort=["n", "name"])


def shown(**query):
    test = AppTest.from_function(screen, default_timeout=30)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return list(test.dataframe[0].value["n"])


def test_the_first_page_is_shown_first():
    assert shown() == list(range(20))


def test_the_page_stands_in_the_address():
    assert shown(t_page="3") == list(range(40, 45))


@pytest.mark.parametrize("page", ["99", "-1", "x", "0"])
def test_a_page_that_is_not_there_is_no_error(page):
    assert shown(t_page=page)


@pytest.mark.parametrize(
    ("typed", "rows"),
    [("row 4", [4, *range(14, 45, 10), *range(40, 45)]), ("NORTH 30", [30]), (".*", []), ("=south 44", [44])],
)
def test_every_word_typed_must_stand_in_the_row(typed, rows):
    assert sorted(set(shown(t_q=typed))) == sorted(set(rows))


def test_the_order_stands_in_the_address():
    assert shown(t_sort="n-down")[:3] == [44, 43, 42]
    assert shown(t_sort="name-up")[:3] == [0, 1, 10]
    assert shown(t_sort="nonsense-up")[:3] == [0, 1, 2]


def test_an_empty_list_is_still_a_list():
    assert shown(rows="0") == []
