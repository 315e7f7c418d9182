"""The figures of requests: open overdue ones count, empty rates are empty, and everybody sees the own part only."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from qs.complaints import intake, queries
from qs.complaints.figures import tables
from qs.complaints.figures.tables import FIGURE_COLUMNS
from qs.complaints.figures.three_rates import RATE_COLUMNS, all_together, three_rates, weights_at
from qs.complaints.handling import call_backs, extensions
from qs.complaints.terms import Ground, Outcome, RequestState
from qs.complaints.waiting import waiting
from tests.complaints.desk import DAY, UNSOLVED, at_stage, build_desk, file_publicly
from tests.world import AUDITOR

LATE = timedelta(days=9)


@pytest.fixture
def desk(store):
    return build_desk(store)


def span(now):
    return now - 30 * DAY, now + 30 * DAY


def test_closed_late_and_open_overdue_requests_stand_below_the_line(store, desk, now):
    with store.writing() as session:
        for _ in range(3):
            at_stage(session, desk, RequestState.CLOSED, now)
        at_stage(session, desk, RequestState.IN_PROGRESS, now)
        frame = tables.request_figures(session, *span(now), actor=AUDITOR, now=now + LATE)
    row = frame.iloc[0]
    assert (row["closed"], row["on_time"], row["late"], row["open_overdue"]) == (3, 3, 0, 1)
    assert row["on_time_share"] == 0.75
    assert row["on_time_lower"] < 0.75 < row["on_time_upper"]
    assert row["median_working_days"] == 0.0


def test_an_open_request_is_not_overdue_before_its_limit(store, desk, now):
    with store.writing() as session:
        at_stage(session, desk, RequestState.IN_PROGRESS, now)
        row = tables.request_figures(session, *span(now), actor=AUDITOR, now=now + DAY).iloc[0]
    assert (row["registered"], row["open_overdue"]) == (1, 0)
    assert pd.isna(row["on_time_share"])


def test_what_was_withdrawn_or_never_accepted_does_not_count(store, desk, now):
    with store.writing() as session:
        filed = file_publicly(session, desk, now)
        intake.withdraw_request(session, filed.receipt_code, actor=desk.hotline, now=now + DAY)
        row = tables.request_figures(session, *span(now), actor=AUDITOR, now=now + DAY).iloc[0]
        outcomes = tables.outcome_counts(session, *span(now), actor=AUDITOR)
    assert (row["registered"], row["closed"]) == (1, 0)
    assert outcomes == {Outcome.WITHDRAWN: 1}


@pytest.mark.parametrize(
    ("by", "ground"), [(Ground.KIND, "complaint"), (Ground.CHANNEL, "phone"), (Ground.AREA, None), (Ground.UNIT, None)]
)
def test_figures_are_taken_apart_by(store, desk, now, by, ground):
    with store.writing() as session:
        at_stage(session, desk, RequestState.CLOSED, now)
        frame = tables.request_figures(session, *span(now), actor=AUDITOR, now=now + DAY, by=by)
    assert len(frame) == 1
    assert ground is None or frame.iloc[0]["ground"] == ground


def test_three_rates_count_valid_call_backs_per_service(store, desk, now):
    with store.writing() as session:
        at_stage(session, desk, RequestState.CALLED_BACK, now)
        request_id = at_stage(session, desk, RequestState.VERIFIED, now)
        call_backs.record_call_back(session, request_id, UNSOLVED, version=5, actor=desk.hotline, now=now + DAY)
        frame = three_rates(session, *span(now), actor=AUDITOR)
        mine = three_rates(session, *span(now), actor=desk.leader)
        foreign = three_rates(session, *span(now), actor=desk.foreign_leader)
    row = frame.iloc[0]
    assert (row["valid"], row["contacted"], row["solved"], row["satisfied"], row["dissatisfied"]) == (2, 2, 1, 1, 1)
    assert (row["response"], row["resolution"], row["satisfaction"]) == (1.0, 0.5, 0.5)
    assert row["composite"] == pytest.approx(55.0)
    assert len(mine) == 1
    assert foreign.empty
    assert all_together(frame, weights_at(now)).valid == 2
    assert all_together(foreign, weights_at(now)).composite is None


def test_empty_figures_have_the_same_columns(store, desk, now):
    with store.reading() as session:
        assert tuple(three_rates(session, *span(now), actor=AUDITOR).columns) == RATE_COLUMNS
        frame = tables.request_figures(session, *span(now), actor=AUDITOR, now=now)
        assert tuple(frame.columns) == FIGURE_COLUMNS
        empty = queries.open_requests(session, actor=AUDITOR, now=now)
    assert empty.empty
    assert set(queries.REQUEST_COLUMNS) | set(queries.WORKED_OUT) == set(empty.columns)


def test_everybody_is_told_what_waits_for_them(store, desk, now):
    with store.writing() as session:
        at_stage(session, desk, RequestState.REGISTERED, now)
        at_stage(session, desk, RequestState.DISPATCHED, now)
        asked = at_stage(session, desk, RequestState.IN_PROGRESS, now)
        extensions.ask_extension(session, asked, "需要配件", version=3, actor=desk.leader, now=now + DAY)
        at_stage(session, desk, RequestState.REPLIED, now)

        def codes(actor, at=now):
            return {one.code for one in waiting(session, actor=actor, now=at)}

        assert codes(desk.hotline) == {"requests_to_dispatch", "requests_to_verify"}
        assert codes(desk.leader) == {"requests_to_sign", "request_to_reply"}
        assert codes(desk.head) == {"extension_to_decide"}
        assert codes(AUDITOR) == set()
        assert codes(desk.foreign_leader) == set()
        assert "requests_overdue" in codes(desk.hotline, now + LATE)
