"""Which indicators ask for training, what a certificate is called, and how far somebody is from the target."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qs.errors import InvalidInput
from qs.training import rules
from qs.training.terms import NewTalentProgramme

TODAY = date(2026, 11, 23)


def measures(*rows):
    return pd.DataFrame(rows, columns=["service_id", "measure", "value", "n", "score", "score_upper"])


def test_an_indicator_is_weak_only_when_even_its_upper_end_is_below_sixty():
    found = rules.weak_measures(
        measures((1, "a", 0.4, 30, 50.0, 59.9), (2, "a", 0.4, 30, 50.0, 60.0), (3, "a", 0.3, 30, 40.0, 45.0))
    )
    assert found["service_id"].tolist() == [3, 1]


def test_too_few_cases_and_missing_scores_ask_for_nothing():
    found = rules.weak_measures(measures((1, "a", 0.4, 29, 50.0, 55.0), (2, "a", None, 100, None, None)))
    assert found.empty


@given(st.floats(0, 1000), st.floats(1, 200))
def test_the_share_of_the_target_lies_between_nothing_and_all(hours, target):
    share = rules.share_of_target(hours, target)
    assert 0 <= share <= 1
    assert (share == 1) == (hours >= target)


def test_a_certificate_number_names_year_session_and_place():
    assert rules.certificate_number("flow", 2026, 7, 3) == "2026-flow-00007-003"


@pytest.mark.parametrize(
    ("quota", "grant", "months", "reason"),
    [
        (0, 100, 12, "talent_numbers_faulty"),
        (1, -1, 12, "talent_numbers_faulty"),
        (1, 0, 0, "talent_numbers_faulty"),
        (1, 0, 121, "talent_numbers_faulty"),
    ],
)
def test_a_talent_programme_has_sensible_numbers(quota, grant, months, reason):
    with pytest.raises(InvalidInput, match=reason):
        rules.check_talent(NewTalentProgramme("名", "条件", quota, grant, months, TODAY), TODAY)


def test_nominations_close_today_or_later():
    with pytest.raises(InvalidInput, match="closing_in_past"):
        rules.check_talent(NewTalentProgramme("名", "条件", 1, 0, 12, date(2026, 11, 22)), TODAY)
    rules.check_talent(NewTalentProgramme("名", "条件", 1, 0, 12, TODAY), TODAY)


def test_the_quota_is_the_most_that_can_be_chosen():
    rules.check_choice({1, 2}, 2)
    with pytest.raises(InvalidInput, match="quota_exceeded"):
        rules.check_choice({1, 2, 3}, 2)
    with pytest.raises(InvalidInput, match="nobody_chosen"):
        rules.check_choice(set(), 2)
