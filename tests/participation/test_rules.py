"""The rules of participation: dates at their edges, sides of a hearing, reasons, and what looks made."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.errors import Conflict, InvalidInput
from qs.observations.terms import Channel
from qs.participation import rules
from qs.participation.terms import (
    ConsultationStatus,
    HearingStatus,
    Level,
    NegativeClass,
    NegativeStatus,
    Reason,
    Side,
)

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
FOR, AGAINST = Side.SUPPORTING, Side.OPPOSING


def days(count: int) -> date:
    return DAY + timedelta(days=count)


def test_the_five_levels_have_even_points_and_two_are_negative():
    assert [level.points for level in Level] == [100, 80, 60, 40, 20]
    assert [level for level in Level if level.is_negative] == [Level.DISSATISFIED, Level.VERY_DISSATISFIED]


@pytest.mark.parametrize("channel", list(Channel))
def test_every_level_offers_reasons_at_every_channel(channel):
    offered = rules.reasons_for(rules.questionnaire_on(DAY), channel)
    assert set(offered) == set(Level)
    assert all(offered.values())
    assert Reason.WAITED_LONG not in offered[Level.VERY_SATISFIED]


def test_the_first_questionnaire_never_changes():
    first = rules.QUESTIONNAIRES[0]
    text = repr([(channel, first.positive[channel], first.negative[channel]) for channel in Channel])
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "ee45bb9a51eb1311"


def test_a_reason_that_was_not_offered_is_refused():
    with pytest.raises(InvalidInput, match="reason_not_offered"):
        rules.check_reasons([Reason.QUICK], [Reason.UNKIND])
    assert rules.check_reasons([Reason.QUICK, Reason.QUICK], [Reason.QUICK]) == (Reason.QUICK,)


def test_a_code_is_read_as_people_type_it():
    assert rules.plain_code("abcd-efgh ijk0l") == "ABCDEFGHIJKOL"
    assert rules.code_hash("abcd-efgh-ijklm") == rules.code_hash("ABCDEFGHIJKLM")
    assert rules.shown_code("ABCDEFGHIJKLM") == "ABCD-EFGH-IJKLM"


def test_thirteen_signs_carry_at_least_64_bits():
    assert len(rules.CODE_SIGNS) ** rules.RECEIPT_LENGTH >= 2**64


def test_a_receipt_is_valid_through_the_thirtieth_day():
    end = rules.expires_at(DAY, ZONE)
    assert end.astimezone(ZONE).date() == days(31)
    assert rules.last_day(end, ZONE) == days(30).isoformat()


def test_a_device_is_another_one_tomorrow():
    today = rules.device_hash(b"key", "phone", DAY)
    assert today == rules.device_hash(b"key", "phone", DAY)
    assert today != rules.device_hash(b"key", "phone", days(1))
    assert rules.device_hash(b"key", "", DAY) == ""


def test_a_consultation_of_thirty_days_needs_no_reason_and_of_29_does():
    rules.check_consultation_days(DAY, days(30), short_reason="")
    with pytest.raises(InvalidInput, match="consultation_too_short"):
        rules.check_consultation_days(DAY, days(29), short_reason=" ")
    rules.check_consultation_days(DAY, days(29), short_reason="汛期将至")
    with pytest.raises(InvalidInput, match="consultation_ends_first"):
        rules.check_consultation_days(DAY, days(-1), short_reason="急")


@pytest.mark.parametrize(("offset", "is_open"), [(-1, False), (0, True), (30, True), (31, False)])
def test_opinions_are_taken_from_the_first_to_the_last_day(offset, is_open):
    assert rules.takes_opinions(ConsultationStatus.PUBLISHED, DAY, days(30), days(offset)) is is_open
    assert not rules.takes_opinions(ConsultationStatus.DRAFT, DAY, days(30), days(offset))


def latest(notice: int, listing: int, *, holds: int) -> rules.LatestDays:
    """The last days of a hearing so many days from the first, notice and list counted back from it."""
    return rules.LatestDays(days(holds - notice), notice, days(holds - listing), listing)


@pytest.mark.parametrize(("least", "listing"), [(20, 10), (7, 3)])
def test_notice_of_a_hearing_is_given_in_time(least, listing):
    closes_on = days(3)
    in_time, too_late = latest(least, listing, holds=least), latest(least, listing, holds=least - 1)
    rules.check_hearing_days(in_time, notice_on=DAY, registration_closes_on=closes_on)
    with pytest.raises(InvalidInput, match="hearing_notice_too_late"):
        rules.check_hearing_days(too_late, notice_on=DAY, registration_closes_on=closes_on)


def test_registration_is_open_three_days_and_leaves_time_for_the_list():
    hearing = latest(20, 10, holds=30)
    with pytest.raises(InvalidInput, match="registration_too_short"):
        rules.check_hearing_days(hearing, notice_on=DAY, registration_closes_on=days(2))
    rules.check_hearing_days(hearing, notice_on=DAY, registration_closes_on=days(19))
    with pytest.raises(InvalidInput, match="registration_closes_late"):
        rules.check_hearing_days(hearing, notice_on=DAY, registration_closes_on=days(20))


@pytest.mark.parametrize("least", [10, 3])
def test_the_list_is_published_in_time(least):
    rules.check_list_day(latest(20, least, holds=least), today=DAY)
    with pytest.raises(Conflict, match="list_too_late"):
        rules.check_list_day(latest(20, least, holds=least - 1), today=DAY)


def test_registration_ends_with_its_last_day():
    assert rules.takes_registrations(HearingStatus.NOTICED, DAY, DAY)
    assert not rules.takes_registrations(HearingStatus.NOTICED, DAY, days(1))
    assert not rules.takes_registrations(HearingStatus.LISTED, DAY, DAY)


def test_the_sides_of_a_hearing_are_roughly_equal_while_both_have_applicants():
    applied = [FOR] * 5 + [AGAINST] * 3
    rules.check_sides([FOR, FOR, AGAINST], applied, seats=8)
    with pytest.raises(InvalidInput, match="participants_unbalanced"):
        rules.check_sides([FOR, FOR, FOR, AGAINST], applied, seats=8)
    rules.check_sides([FOR] * 5 + [AGAINST] * 3, applied, seats=8)


def test_seats_are_kept_and_nobody_is_not_enough():
    with pytest.raises(InvalidInput, match="participants_too_many"):
        rules.check_sides([FOR, AGAINST], [FOR, AGAINST], seats=1)
    with pytest.raises(InvalidInput, match="participants_none"):
        rules.check_sides([], [FOR], seats=1)


@given(st.integers(0, 12), st.integers(0, 12), st.integers(1, 24))
def test_alternating_between_the_sides_is_always_allowed(supporting, opposing, seats):
    applied = [FOR] * supporting + [AGAINST] * opposing
    turns = [side for pair in zip([FOR] * 12, [AGAINST] * 12, strict=True) for side in pair]
    left = {FOR: supporting, AGAINST: opposing}
    chosen = []
    for side in turns:
        if left[side] and len(chosen) < seats:
            left[side] -= 1
            chosen.append(side)
    if chosen:
        rules.check_sides(chosen, applied, seats=seats)


def test_a_named_rating_is_contacted_first_and_called_back_before_it_closes():
    steps = rules.next_steps
    assert NegativeStatus.CLASSIFIED not in steps(NegativeStatus.RECEIVED, is_named=True)
    assert NegativeStatus.CLOSED not in steps(NegativeStatus.RECTIFIED, is_named=True)
    assert NegativeStatus.CONTACTED not in steps(NegativeStatus.RECEIVED, is_named=False)
    assert NegativeStatus.CLOSED in steps(NegativeStatus.EXPLAINED, is_named=False)


@given(st.sampled_from(NegativeStatus), st.booleans())
def test_an_open_negative_rating_can_always_go_on_and_a_settled_one_never(status, is_named):
    assert bool(rules.next_steps(status, is_named=is_named)) is not status.is_over or (
        status is NegativeStatus.CALLED_BACK and not is_named
    )


def test_still_dissatisfied_opens_again_once():
    assert rules.after_call_back(is_satisfied=False, reopen_count=0) is NegativeStatus.CLASSIFIED
    assert rules.after_call_back(is_satisfied=False, reopen_count=1) is NegativeStatus.CALLED_BACK
    assert rules.after_call_back(is_satisfied=True, reopen_count=0) is NegativeStatus.CALLED_BACK


def test_only_what_has_no_basis_is_explained():
    assert rules.answered_as(NegativeClass.NO_BASIS) is NegativeStatus.EXPLAINED
    assert rules.answered_as(NegativeClass.BY_PLAN) is NegativeStatus.RECTIFIED


def test_late_is_after_the_due_moment_only():
    assert not rules.is_late(NOON, NOON)
    assert rules.is_late(NOON, NOON + timedelta(seconds=1))
    assert not rules.is_late(NOON, NOON + timedelta(days=9), NOON)
    assert not rules.is_late(None, NOON)
