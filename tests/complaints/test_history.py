"""Requests that came through a feed stand in the same figures, counted from the rollups, and quickly."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from qs.actor import SYSTEM, Role, Scope, ScopeKind
from qs.complaints.figures.history import HISTORY_COLUMNS, history_figures, request_histories, together
from qs.complaints.terms import Ground
from qs.errors import InvalidInput, NotAllowed
from qs.observations.feeds import read_mapping, shipped_mappings
from qs.observations.imports import import_file
from qs.periods import start_of
from qs.settings import ROOT, settings
from tests.complaints.desk import build_desk
from tests.world import STRANGER, person

EXCERPT = Path(__file__).parent.parent / "golden" / "feeds" / "nyc-council.csv"
WHOLE = ROOT.parent / "shared" / "data" / "nyc_council_cases_2015_2017.csv.gz"
WORKING_DAYS = 5


def span():
    zone = settings().zone
    return start_of(date(2015, 1, 1), zone), start_of(date(2018, 1, 1), zone)


def plainly(path, by):
    """Opened, closed and on time, counted from the file by other means."""
    cases = pd.read_csv(path, dtype="str").drop_duplicates(["unique_key"])
    opened = pd.to_datetime(cases["open_date"]).to_numpy().astype("datetime64[D]")
    closed = pd.to_datetime(cases["close_date"]).to_numpy().astype("datetime64[D]")
    is_closed = ~np.isnat(closed)
    newest = max(opened.max(), closed[is_closed].max())
    taken = np.busday_count(opened + 1, np.where(is_closed, closed, newest) + 1)
    cases = cases.assign(
        month=[str(day)[:7] for day in opened],
        closed=is_closed,
        on_time=is_closed & (taken <= WORKING_DAYS),
        on_time_base=is_closed | (taken > WORKING_DAYS),
    )
    sums = cases.groupby(by)[["closed", "on_time", "on_time_base"]].sum()
    return sums.assign(registered=cases.groupby(by).size())


@pytest.fixture
def excerpt(store, now):
    import_file(store, EXCERPT, "nyc-council", actor=SYSTEM, now=now)
    return store


def test_a_feed_that_says_so_is_a_history_of_requests(excerpt, now):
    with excerpt.reading() as session:
        known = request_histories(session, actor=SYSTEM)
        assert [one.code for one in known] == ["nyc-council"]
        assert known[0].first_at < known[0].last_at < datetime(2018, 1, 1, tzinfo=UTC)


def test_without_such_a_feed_there_is_no_history(store, now):
    build_desk(store)
    with store.reading() as session:
        assert request_histories(session, actor=SYSTEM) == []


@pytest.mark.parametrize("by", [Ground.AREA, Ground.MONTH, Ground.UNIT, Ground.SERVICE])
def test_every_ground_adds_up_to_what_the_file_says(excerpt, by):
    whole = plainly(EXCERPT, "month")
    with excerpt.reading() as session:
        history = request_histories(session, actor=SYSTEM)[0]
        frame = history_figures(session, history, *span(), by=by, actor=SYSTEM)
    assert tuple(frame.columns) == HISTORY_COLUMNS
    for name in ("registered", "closed", "on_time", "on_time_base"):
        assert frame[name].sum() == whole[name].sum()
    assert (frame["open"] == frame["registered"] - frame["closed"]).all()
    inside = frame[frame["on_time_base"] > 0]
    assert (inside["on_time_lower"] <= inside["on_time_share"]).all()
    assert (inside["on_time_share"] <= inside["on_time_upper"]).all()


def test_months_are_those_of_the_file(excerpt):
    whole = plainly(EXCERPT, "month")
    with excerpt.reading() as session:
        history = request_histories(session, actor=SYSTEM)[0]
        frame = history_figures(session, history, *span(), by=Ground.MONTH, actor=SYSTEM).set_index("ground")
    assert list(frame.index) == sorted(whole.index)
    for name in ("registered", "closed", "on_time", "on_time_base"):
        assert frame[name].to_dict() == whole[name].to_dict()


def test_a_stretch_without_cases_has_the_same_columns_and_no_share(excerpt):
    zone = settings().zone
    empty = start_of(date(2020, 1, 1), zone), start_of(date(2020, 4, 1), zone)
    with excerpt.reading() as session:
        history = request_histories(session, actor=SYSTEM)[0]
        frame = history_figures(session, history, *empty, by=Ground.UNIT, actor=SYSTEM)
    assert tuple(frame.columns) == HISTORY_COLUMNS
    assert together(frame)["on_time_share"] is None


def test_who_sees_none_of_the_services_sees_no_history(excerpt, now):
    elsewhere = person(Role.SERVICE_LEADER, Scope(ScopeKind.SERVICES, frozenset({999_999})))
    with excerpt.reading() as session:
        assert request_histories(session, actor=elsewhere) == []
        with pytest.raises(NotAllowed):
            request_histories(session, actor=STRANGER)


def test_a_layout_that_names_a_measure_it_has_not_is_refused():
    raw = dict(shipped_mappings()["nyc-council"].raw)
    raw["requests"] = {**raw["requests"], "on_time": "nyc-unknown"}
    with pytest.raises(InvalidInput) as refused:
        read_mapping(raw)
    found = [(one.code, one.column) for one in refused.value.problems]
    assert found == [("mapping_measure_unknown", "requests.on_time")]


@pytest.mark.skipif(not WHOLE.exists(), reason="the whole real file is not beside this checkout")
def test_all_of_new_yorks_cases_are_in_the_figures(store, now):
    import_file(store, WHOLE, "nyc-council", actor=SYSTEM, now=now)
    whole = plainly(WHOLE, "office_district")
    with store.reading() as session:
        history = request_histories(session, actor=SYSTEM)[0]
        frame = history_figures(session, history, *span(), by=Ground.AREA, actor=SYSTEM)
        months = history_figures(session, history, *span(), by=Ground.MONTH, actor=SYSTEM)
    assert together(frame)["registered"] == 149_663  # 149,733 rows, 70 of them listed twice
    assert together(months)["on_time"] == whole["on_time"].sum()
    assert len(months) == 36
