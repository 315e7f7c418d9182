"""How long requests took: working hours without pauses, answers in time, backlog by age, months within their limits."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from qs.complaints import actions, intake
from qs.complaints.figures.assessment import month_spans
from qs.complaints.figures.counting import SHARES
from qs.complaints.figures.expected import Step, stood
from qs.complaints.figures.tables import exclusion_counts, request_figures
from qs.complaints.figures.three_rates import interval, three_rates, weights_at
from qs.complaints.figures.times import BANDS, answers, backlog, handling_times
from qs.complaints.figures.trend import CHART_COLUMNS, month_boundaries, monthly_counts, process
from qs.complaints.figures.verify import verify_requests
from qs.complaints.handling import call_backs, pauses
from qs.complaints.models import Request, RequestReview
from qs.complaints.terms import (
    Ground,
    Outcome,
    PauseReason,
    RequestState,
    ReviewDecision,
    ReviewStage,
    StepKind,
    Supervision,
)
from qs.settings import settings
from tests.complaints.desk import DAY, HOUR, SATISFIED, at_stage, build_desk, file, file_publicly, version
from tests.world import AUDITOR

S = RequestState


@pytest.fixture
def desk(store):
    return build_desk(store)


def around(now):
    return now - 30 * DAY, now + 30 * DAY


def row(session, now, **asked):
    return request_figures(session, *around(now), actor=AUDITOR, now=asked.pop("at", now + DAY), by=None, **asked).iloc[
        0
    ]


def lived(session, desk, rng, at):
    """A request filed at a moment and taken as far as chance has it; some stay open, are late, spam, or reviewed."""
    stage = rng.choice([S.REGISTERED, S.DISPATCHED, S.IN_PROGRESS, S.CALLED_BACK, S.CLOSED, S.CLOSED, S.CLOSED])
    request = session.get_one(Request, at_stage(session, desk, S(stage), at))
    request.is_spam, request.is_excluded = bool(rng.random() < 0.2), bool(rng.random() < 0.2)
    if request.closed_at is None:
        return
    request.closed_at += int(rng.integers(0, 40)) * DAY
    request.overdue_at = request.due_at if request.closed_at > request.due_at else None
    request.rework_count, request.returned_count = int(rng.integers(0, 2)), int(rng.integers(0, 2))
    request.supervision, request.supervised_at = Supervision.LISTED, request.closed_at - DAY
    asked_at = request.closed_at + DAY
    decided_at = asked_at + int(rng.integers(0, 40)) * DAY
    session.add(
        RequestReview(
            request_id=request.id,
            stage=ReviewStage.FIRST,
            text="不服",
            asked_at=asked_at,
            decided_at=decided_at,
            decision=rng.choice(list(ReviewDecision)),
            reasons="已复核",
        )
    )


class TestHandlingTimes:
    def test_working_hours_leave_out_lunch_and_what_stood(self, store, desk, now):
        with store.writing() as session:
            request_id = at_stage(session, desk, S.IN_PROGRESS, now)  # filed at 10:00

            def told(actor, hours):
                return {"version": version(session, desk, request_id), "actor": actor, "now": now + hours * HOUR}

            reason = PauseReason.REQUESTER
            pauses.ask_pause(session, request_id, "等材料", reason=reason, **told(desk.leader, 3.5))
            pauses.decide_pause(session, request_id, is_approved=True, **told(desk.head, 4))  # at 14:00
            pauses.resume_request(session, request_id, **told(desk.leader, 5))
            actions.reply_request(session, request_id, "已办", outcome=Outcome.RESOLVED, **told(desk.leader, 6))
            call_backs.verify_reply(session, request_id, **told(desk.hotline, 7))
            call_backs.record_call_back(session, request_id, SATISFIED, **told(desk.hotline, 8))
            call_backs.close_request(session, request_id, outcome=Outcome.RESOLVED, **told(desk.hotline, 9))
            # 10:00 to 12:00, 13:30 to 14:00, 15:00 to 16:00
            assert handling_times(session, *around(now), actor=AUDITOR)["hours"].tolist() == [3.5]
            assert row(session, now)["paused"] == 1
            assert verify_requests(session, actor=AUDITOR).differences == ()

    def test_a_stretch_that_is_still_standing_ends_with_the_request(self, now):
        steps = [Step(StepKind.PAUSED, now, S.IN_PROGRESS, S.PAUSED, None)]
        assert list(stood(steps, now + HOUR)) == [(now, now + HOUR)]
        assert list(stood(steps, now)) == []

    def test_nothing_closed_is_no_time(self, store, desk, now):
        with store.writing() as session:
            at_stage(session, desk, S.IN_PROGRESS, now)
            assert handling_times(session, *around(now), actor=AUDITOR).empty
            assert pd.isna(row(session, now)["median_working_hours"])


class TestAnswers:
    def test_what_was_never_answered_stands_below_the_line_once_its_time_is_over(self, store, desk, now):
        with store.writing() as session:
            at_stage(session, desk, S.REPLIED, now)
            file(session, desk, now)
            early = answers(session, *around(now), actor=AUDITOR, now=now + DAY).iloc[0]
            late = answers(session, *around(now), actor=AUDITOR, now=now + 20 * DAY).iloc[0]
        assert (early["answered_soon"], early["answer_base"]) == (1, 1)
        assert (late["answered_soon"], late["answer_base"]) == (1, 2)


class TestBacklog:
    def test_open_requests_are_counted_by_age_at_each_moment(self, store, desk, now):
        with store.writing() as session:
            at_stage(session, desk, S.CLOSED, now)
            file(session, desk, now)
            moments = [now, now + HOUR, now + DAY, now + 20 * DAY, now + 100 * DAY]
            frame = backlog(session, moments, actor=AUDITOR)
        assert frame["open"].tolist() == [0, 2, 1, 1, 1]
        assert [next((band for band in BANDS if one[band]), None) for one in frame.to_dict("records")] == [
            None,
            "to_5",
            "to_5",
            "to_30",
            "over_90",
        ]

    def test_a_leader_counts_the_own_part_only(self, store, desk, now):
        with store.writing() as session:
            file(session, desk, now)
            assert backlog(session, [now + DAY], actor=desk.foreign_leader)["open"].tolist() == [0]


class TestShares:
    def test_every_share_has_counts_and_an_interval_and_is_empty_without_cases(self, store, desk, now):
        with store.writing() as session:
            file_publicly(session, desk, now)
            found = row(session, now)
        for share in SHARES:
            assert found[share.below] >= found[share.above] >= 0
            assert pd.isna(found[f"{share.name}_share"]) == (found[share.below] == 0)

    def test_a_return_is_no_late_signature_and_no_right_first_dispatch(self, store, desk, now):
        with store.writing() as session:
            at_stage(session, desk, S.IN_PROGRESS, now)
            request_id = at_stage(session, desk, S.DISPATCHED, now)
            seen = version(session, desk, request_id)
            back = {"version": seen, "actor": desk.leader, "now": now + 2 * HOUR}
            actions.return_request(session, request_id, "不归我们", **back)
            found = row(session, now)
        assert (found["signed_in_time"], found["sign_base"]) == (1, 1)
        assert (found["kept"], found["returned"], found["dispatched"]) == (1, 1, 2)
        assert found["first_dispatch_share"] == found["return_share"] == 0.5

    def test_an_unsigned_dispatch_counts_against_the_unit_once_its_limit_has_passed(self, store, desk, now):
        with store.writing() as session:
            at_stage(session, desk, S.DISPATCHED, now)
            early, late = row(session, now, at=now + DAY), row(session, now, at=now + 3 * DAY)
        assert (early["sign_base"], late["sign_base"], late["signed_in_time"]) == (0, 1, 0)

    def test_repeats_supervision_and_spam_are_counted(self, store, desk, now):
        with store.writing() as session:
            first, second = (at_stage(session, desk, S.IN_PROGRESS, now + hours * HOUR) for hours in (0, 1))
            request = session.get(Request, second)
            request.repeats_id, request.supervised_at, request.is_spam = first, now + DAY, True
            found, assessed = row(session, now), row(session, now, is_assessed=True)
        assert (found["repeated"], found["taken"], found["supervised"], found["spam"]) == (1, 2, 1, 1)
        assert (assessed["registered"], assessed["repeated"]) == (1, 0)

    def test_what_was_excluded_stays_in_the_counts_and_leaves_the_three_rates(self, store, desk, now):
        with store.writing() as session:
            request_id = at_stage(session, desk, S.CALLED_BACK, now)
            at_stage(session, desk, S.CALLED_BACK, now)
            session.get(Request, request_id).is_excluded = True
            found = row(session, now)
            assert (found["called"], found["excluded"], found["exclusion_share"]) == (2, 1, 0.5)
            assert three_rates(session, *around(now), actor=AUDITOR)["valid"].tolist() == [1]
            every = three_rates(session, *around(now), actor=AUDITOR, is_assessed=False)
            assert every["valid"].tolist() == [2]
            assert exclusion_counts(session, *around(now), actor=AUDITOR) == {}

    def test_months_come_in_their_order_as_far_as_they_have_begun(self, store, desk, now):
        with store.writing() as session:
            at_stage(session, desk, S.CLOSED, now)
            told = {"actor": AUDITOR, "now": now + DAY, "by": Ground.MONTH}
            frame = request_figures(session, now - 60 * DAY, now + 90 * DAY, **told)
        assert frame["ground"].tolist() == ["2026-09", "2026-10", "2026-11"]
        assert frame["closed"].tolist() == [0, 0, 1]

    @pytest.mark.parametrize("is_assessed", [False, True])
    def test_months_read_together_say_what_each_says_alone(self, store, desk, now, is_assessed):
        rng = np.random.default_rng(9)
        boundary, zone = weights_at(now).boundary, settings().zone
        with store.writing() as session:
            for days in rng.permutation(np.r_[0:40, 75:160])[:24].tolist():
                at = now - (days + 1) * DAY
                lived(session, desk, rng, at)
            session.flush()
            for actor in (AUDITOR, desk.leader, desk.foreign_leader):
                told = {"actor": actor, "now": now, "is_assessed": is_assessed}
                spans = month_spans(now - 200 * DAY, now, boundary, zone)
                frame = request_figures(session, now - 200 * DAY, now, by=Ground.MONTH, **told)
                alone = [
                    request_figures(session, one.starts_at, one.ends_at, by=None, **told).assign(ground=one.ground)
                    for one in spans
                ]
                assert len(spans) >= 6
                pd.testing.assert_frame_equal(frame, pd.concat(alone, ignore_index=True))
                assert actor is not AUDITOR or (frame["registered"] == 0).any()
                assert actor is not AUDITOR or (frame[["closed", "late", "reviews_decided"]].sum() > 0).all()

    def test_residents_of_the_area_make_a_rate_where_they_are_known(self, store, desk, now):
        with store.writing() as session:
            file(session, desk, now)
            told = {"actor": AUDITOR, "now": now + DAY}
            areas = request_figures(session, *around(now), by=Ground.AREA, **told).iloc[0]
            units = request_figures(session, *around(now), by=Ground.UNIT, **told).iloc[0]
        assert pd.isna(units["per_10000"])
        if not pd.isna(areas["residents"]):
            assert areas["per_10000"] == pytest.approx(10_000 / areas["residents"])

    def test_the_interval_of_no_cases_is_none(self):
        assert interval(0, 0) is None
        low, high = interval(177, 200)
        assert low < 0.885 < high


class TestTrend:
    def test_each_month_has_its_own_counts_and_the_running_one_makes_no_limits(self, store, desk, now):
        with store.writing() as session:
            for days in (0, 31, 62):
                at_stage(session, desk, S.CLOSED, now - days * DAY)
            boundaries = month_boundaries(now + DAY, count=4)
            counts = monthly_counts(session, boundaries, actor=AUDITOR, now=now + DAY)
        assert counts["closed"].tolist() == [0, 1, 1, 1]
        assert counts["valid"].tolist() == [0, 1, 1, 1]
        frame = process(counts, "on_time", now)
        assert tuple(frame.columns) == CHART_COLUMNS
        assert frame["is_running"].tolist() == [False, False, False, True]
        assert np.isnan(frame["share"].iloc[0])
        assert frame["share"].iloc[1:].tolist() == [1.0, 1.0, 1.0]

    def test_a_month_far_below_the_others_is_marked(self, now):
        starts = [datetime.fromisoformat("2025-01-01") + timedelta(days=31 * place) for place in range(14)]
        share = [0.95] * 12 + [0.6, 0.95]
        counts = pd.DataFrame({"starts_at": starts, "on_time_base": 200, "on_time": [200 * one for one in share]})
        assert process(counts, "on_time", now)["side"].iloc[12] == -1


def test_a_withdrawn_request_is_in_no_rate(store, desk, now):
    with store.writing() as session:
        filed = file_publicly(session, desk, now)
        intake.withdraw_request(session, filed.receipt_code, actor=desk.hotline, now=now + HOUR)
        found = row(session, now)
        assert (found["registered"], found["closed"], found["decided"]) == (1, 0, 0)
        assert session.get(Request, filed.request_id).outcome is Outcome.WITHDRAWN
