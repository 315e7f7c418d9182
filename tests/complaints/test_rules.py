"""The rules of requests: steps, codes, and limits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.complaints import rules
from qs.complaints.ladder import rungs
from qs.complaints.terms import (
    CallBackAnswer,
    Clock,
    NewContact,
    NewRequest,
    Outcome,
    RequestKind,
    RequestState,
    Running,
    Satisfaction,
    StepKind,
    Supervision,
)
from qs.deadlines.terms import Calendar
from qs.errors import Conflict, InvalidInput

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "step", "after"),
    [
        (RequestState.REGISTERED, StepKind.DISPATCHED, RequestState.DISPATCHED),
        (RequestState.DISPATCHED, StepKind.SIGNED, RequestState.IN_PROGRESS),
        (RequestState.DISPATCHED, StepKind.RETURNED, RequestState.RETURNED),
        (RequestState.RETURNED, StepKind.RULED, RequestState.DISPATCHED),
        (RequestState.IN_PROGRESS, StepKind.REPLIED, RequestState.REPLIED),
        (RequestState.REPLIED, StepKind.VERIFIED, RequestState.VERIFIED),
        (RequestState.VERIFIED, StepKind.CALLED_BACK, RequestState.CALLED_BACK),
        (RequestState.CALLED_BACK, StepKind.SENT_BACK, RequestState.IN_PROGRESS),
        (RequestState.CALLED_BACK, StepKind.CLOSED, RequestState.CLOSED),
        (RequestState.IN_PROGRESS, StepKind.NOTED, RequestState.IN_PROGRESS),
    ],
)
def test_a_step_leads_where_the_life_of_a_request_goes(state, step, after):
    assert rules.state_after(state, step) is after


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (RequestState.REGISTERED, StepKind.SIGNED),
        (RequestState.REGISTERED, StepKind.REPLIED),
        (RequestState.IN_PROGRESS, StepKind.DISPATCHED),
        (RequestState.IN_PROGRESS, StepKind.CLOSED),
        (RequestState.REPLIED, StepKind.CALLED_BACK),
    ],
)
def test_a_step_out_of_turn_is_refused(state, step):
    with pytest.raises(rules.IllegalStep) as refused:
        rules.state_after(state, step)
    assert refused.value.reason == "request_step_forbidden"


STAYS_OPEN_TO = {  # what may still happen to a closed request
    *(StepKind.NOTED, StepKind.RECTIFICATION, StepKind.RECUSED),
    *(StepKind.EXCLUSION_ASKED, StepKind.EXCLUDED, StepKind.EXCLUSION_REFUSED),
    *(StepKind.SPAM_MARKED, StepKind.SPAM_CLEARED, StepKind.REVIEW_ASKED, StepKind.REVIEW_DECIDED),
}


@pytest.mark.parametrize("step", sorted(set(rules.STEPS) - STAYS_OPEN_TO - {StepKind.REOPENED}))
def test_a_closed_request_is_not_worked_on(step):
    with pytest.raises(rules.IllegalStep) as refused:
        rules.state_after(RequestState.CLOSED, step)
    assert refused.value.reason == "request_closed"


@pytest.mark.parametrize("step", sorted(STAYS_OPEN_TO))
def test_notes_judgements_and_reviews_leave_a_closed_request_closed(step):
    assert rules.state_after(RequestState.CLOSED, step) is RequestState.CLOSED


def test_only_a_review_opens_a_closed_request():
    opened = {step for step, (begins, after) in rules.STEPS.items() if RequestState.CLOSED in begins and after}
    assert opened == {StepKind.REOPENED}


@given(st.binary(min_size=rules.CODE_BYTES, max_size=rules.CODE_BYTES))
def test_a_code_is_read_however_it_is_typed(random_bytes):
    code = rules.code_of(random_bytes)
    shown = rules.shown_code(code)
    assert len(code) == 13
    for typed in (shown, shown.lower(), shown.replace("-", " "), code.replace("O", "0").replace("I", "1"), f" {code} "):
        assert rules.typed_code(typed) == code


@pytest.mark.parametrize("text", ["", "ABC", "AAAA-AAAA-AAAA9", "AAAA-AAAA-AAAAAA", "一二三四五六七八九十甲乙丙"])
def test_what_cannot_be_a_code_is_none(text):
    assert rules.typed_code(text) is None


def test_a_limit_is_passed_after_it_not_at_it():
    assert not rules.is_overdue(RequestState.IN_PROGRESS, AT, AT)
    assert rules.is_overdue(RequestState.IN_PROGRESS, AT, AT + timedelta(microseconds=1))
    assert not rules.is_overdue(RequestState.REPLIED, AT, AT + HOUR)
    assert not rules.is_overdue(RequestState.IN_PROGRESS, None, AT)


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ((1000, 0, 0, 0), "filings_of_all_too_many"),
        ((0, 10, 0, 0), "filings_too_many"),
        ((0, 0, 5, 0), "filings_too_many"),
        ((0, 0, 0, 2), "filings_too_many"),
    ],
)
def test_the_public_is_told_when_it_files_too_often(counts, reason):
    with pytest.raises(Conflict) as refused:
        rules.check_filings(*counts)
    assert refused.value.reason == reason


def test_filings_just_below_every_limit_are_taken():
    rules.check_filings(999, 9, 4, 1)


@pytest.mark.parametrize(
    "answer",
    [
        CallBackAnswer(True),
        CallBackAnswer(True, True, True),
        CallBackAnswer(True, None, True, Satisfaction.SATISFIED),
        CallBackAnswer(False, True),
        CallBackAnswer(False, None, None, Satisfaction.SATISFIED),
    ],
)
def test_a_call_back_is_answered_whole_or_not_at_all(answer):
    with pytest.raises(InvalidInput):
        rules.check_call_back(answer)


def test_a_call_back_falls_away_without_contact_without_wish_and_after_three_calls():
    assert rules.is_call_back_due(has_contact=True, wants_reply=True, failed_calls=2)
    assert not rules.is_call_back_due(has_contact=True, wants_reply=True, failed_calls=3)
    assert not rules.is_call_back_due(has_contact=False, wants_reply=True, failed_calls=0)
    assert not rules.is_call_back_due(has_contact=True, wants_reply=False, failed_calls=0)


def test_texts_are_limited_and_free_of_hidden_signs():
    problems = list(rules.content_problems("一" * 81, "", "a\x00b", NewContact(phone="1" * 41)))
    assert [one.code for one in problems] == ["text_too_long", "text_empty", "text_characters", "text_too_long"]


def test_reports_and_confidential_requests_are_withheld_from_the_unit():
    assert rules.is_withheld(RequestKind.REPORT, is_confidential=False)
    assert rules.is_withheld(RequestKind.HELP, is_confidential=True)
    assert not rules.is_withheld(RequestKind.HELP, is_confidential=False)


def test_a_reply_cannot_end_as_withdrawn():
    with pytest.raises(InvalidInput):
        rules.check_reply_outcome(Outcome.WITHDRAWN)


def test_the_clocks_of_a_request_begin_and_stop_with_its_steps():
    steps = [
        (StepKind.REGISTERED, AT, AT + 24 * HOUR),
        (StepKind.DISPATCHED, AT + HOUR, AT + 25 * HOUR),
        (StepKind.SIGNED, AT + 2 * HOUR, None),
        (StepKind.REPLIED, AT + 9 * HOUR, AT + 50 * HOUR),
        (StepKind.VERIFIED, AT + 10 * HOUR, AT + 80 * HOUR),
    ]
    found = {one.clock: one for one in rules.clocks(steps, AT + 100 * HOUR)}
    assert found[Clock.DISPATCH].ended_at == AT + HOUR
    assert found[Clock.SIGN].ended_at == AT + 2 * HOUR
    assert found[Clock.HANDLE].ended_at == AT + 9 * HOUR
    assert found[Clock.VERIFY].ended_at == AT + 10 * HOUR
    assert found[Clock.CALL_BACK].ended_at is None
    assert Clock.RULE not in found


def test_a_wish_for_a_recusal_has_a_clock_until_it_is_answered_or_the_request_ends():
    asked = [(StepKind.REGISTERED, AT, AT + 24 * HOUR), (StepKind.RECUSAL_ASKED, AT + HOUR, AT + 48 * HOUR)]
    for ending in (StepKind.RECUSED, StepKind.RECUSAL_REFUSED, StepKind.WITHDRAWN, StepKind.CLOSED):
        clock = rules.clocks([*asked, (ending, AT + 3 * HOUR, None)], None)[-1]
        assert clock == Running(Clock.RECUSAL, AT + HOUR, AT + 48 * HOUR, AT + 3 * HOUR)
    assert rules.clocks(asked, None)[-1].ended_at is None


def test_rework_starts_the_handling_clock_anew():
    steps = [
        (StepKind.REGISTERED, AT, AT + 24 * HOUR),
        (StepKind.REPLIED, AT + 9 * HOUR, AT + 80 * HOUR),
        (StepKind.SENT_BACK, AT + 30 * HOUR, AT + 150 * HOUR),
    ]
    handling = next(one for one in rules.clocks(steps, AT + 150 * HOUR) if one.clock is Clock.HANDLE)
    assert (handling.starts_at, handling.ended_at) == (AT + 30 * HOUR, None)


def test_a_paused_clock_says_since_when_it_stands_and_runs_on_afterwards():
    steps = [(StepKind.REGISTERED, AT, AT + 24 * HOUR), (StepKind.PAUSED, AT + 30 * HOUR, None)]
    assert rules.clocks(steps, AT + 150 * HOUR)[-1].paused_at == AT + 30 * HOUR
    steps.append((StepKind.RESUMED, AT + 40 * HOUR, None))
    assert rules.clocks(steps, AT + 160 * HOUR)[-1].paused_at is None


def test_a_new_class_moves_the_clock_of_the_present_step():
    steps = [(StepKind.REGISTERED, AT, AT + 24 * HOUR), (StepKind.CLASSIFIED, AT + HOUR, AT + 2 * HOUR)]
    found = {one.clock: one for one in rules.clocks(steps, AT + 24 * HOUR)}
    assert (found[Clock.DISPATCH].starts_at, found[Clock.DISPATCH].due_at) == (AT, AT + 2 * HOUR)


CALENDAR = Calendar(ZoneInfo("Asia/Shanghai"))  # weekends only


@pytest.mark.parametrize(
    ("hours", "level"),
    [
        (23, None),
        (24, Supervision.DAILY),  # one working day over, at close of business
        (71, Supervision.DAILY),
        (72, Supervision.LISTED),  # three
        (24 * 7 - 1, Supervision.LISTED),  # a weekend between
        (24 * 7, Supervision.INTERVIEW),  # five
    ],
)
def test_supervision_rises_with_the_working_days_over(hours, level):
    monday_close = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # 17:30 in Shanghai
    assert rungs.level_of(rungs.read_ladder(), CALENDAR, monday_close, monday_close + hours * HOUR) is level


@pytest.mark.parametrize(
    ("others", "codes"),
    [
        ({}, []),
        ({"happened_on": date(2026, 11, 23)}, []),
        ({"happened_on": date(2026, 11, 24)}, ["happened_implausible"]),
        ({"happened_on": date(1900, 1, 1)}, ["happened_implausible"]),
        ({"latitude": 36.1}, ["place_half"]),
        ({"latitude": 36.1, "longitude": 103.8}, []),
        ({"latitude": 0.0, "longitude": 180.0}, []),
        ({"latitude": 90.1, "longitude": 0.0}, ["place_impossible"]),
        ({"latitude": float("nan"), "longitude": 0.0}, ["place_impossible"]),
        ({"latitude": 0.0, "longitude": float("inf")}, ["place_impossible"]),
        ({"remedy": "一" * 301, "external_id": "x" * 101}, ["text_too_long", "text_too_long"]),
        ({"asks_recusal": "a\x00"}, ["text_characters"]),
    ],
)
def test_day_place_remedy_and_foreign_number_are_checked(others, codes):
    said = NewRequest(RequestKind.HELP, "标题", "正文", **others)
    assert [one.code for one in rules.location_problems(said, date(2026, 11, 23))] == codes


def test_a_request_does_not_come_in_after_now():
    rules.check_registered(AT, AT)
    with pytest.raises(InvalidInput):
        rules.check_registered(AT + timedelta(seconds=1), AT)


def test_the_share_of_time_used_stays_between_nothing_and_all():
    assert rules.used_share(AT, AT + 10 * HOUR, AT + 5 * HOUR) == 0.5
    assert rules.used_share(AT, AT + HOUR, AT + 5 * HOUR) == 1.0
    assert rules.used_share(AT, AT, AT) == 1.0
