"""What makes an edition acceptable, how editions differ, and how a value stands against its target."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from qs.standards import rules
from qs.standards.terms import Aggregation, Counting, Difference, Direction, Status
from tests.world import edition, on_time_edition, wording

SHARE = Counting(Aggregation.SHARE)
MEAN = Counting(Aggregation.MEAN)
TODAY = date(2026, 1, 1)
PLAIN = edition("等候", "Waiting", unit="分钟", target=20.0)


def problems(content, counting=MEAN, effective_on=TODAY):
    return [problem.code for problem in rules.edition_problems(counting, effective_on, content)]


def aim(direction, target, target_high=None, tolerance=0.0):
    return SimpleNamespace(direction=direction, target=target, target_high=target_high, tolerance=tolerance)


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (0.95, Status.MET),
        (0.9, Status.MET),
        (0.89, Status.WITHIN_TOLERANCE),
        (0.85, Status.WITHIN_TOLERANCE),
        (0.8499, Status.MISSED),
    ],
)
def test_higher_is_better_up_to_the_edges_of_target_and_tolerance(value, status):
    assert rules.status_against_target(value, aim(Direction.UP, 0.9, tolerance=0.05)) is status


@pytest.mark.parametrize(
    ("value", "status"), [(0.7, Status.MET), (0.8, Status.WITHIN_TOLERANCE), (0.8001, Status.MISSED)]
)
def test_an_edge_is_the_decimal_number_that_was_meant(value, status):
    assert 0.7 + 0.1 != 0.8  # to the machine
    assert rules.status_against_target(value, aim(Direction.DOWN, 0.7, tolerance=0.1)) is status


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (18.0, Status.MET),
        (24.0, Status.MET),
        (17.0, Status.WITHIN_TOLERANCE),
        (25.0, Status.WITHIN_TOLERANCE),
        (16.9, Status.MISSED),
        (25.1, Status.MISSED),
    ],
)
def test_a_band_is_missed_on_both_sides(value, status):
    assert rules.status_against_target(value, aim(Direction.BAND, 18.0, 24.0, tolerance=1.0)) is status


def test_without_tolerance_a_miss_is_a_miss():
    assert rules.status_against_target(0.8999, aim(Direction.UP, 0.9)) is Status.MISSED


@pytest.mark.parametrize("target", [None, float("nan")])
def test_without_a_target_there_is_nothing_to_miss(target):
    assert rules.status_against_target(3.0, aim(Direction.UP, target)) is Status.NO_TARGET


def test_what_is_missing_has_no_status():
    with pytest.raises(ValueError, match="no status"):
        rules.status_against_target(float("nan"), aim(Direction.UP, 0.9))


def test_a_sound_edition_has_no_problems():
    assert problems(PLAIN) == []
    assert problems(on_time_edition(), SHARE) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": ""}, "standard_text_empty"),
        ({"owner": ""}, "standard_text_empty"),
        ({"name_en": "x" * 201}, "standard_text_too_long"),
        ({"definition": "x" * 2001}, "standard_text_too_long"),
        ({"name": "等\n候"}, "standard_text_characters"),
        ({"review_on": TODAY}, "review_before_effect"),
        ({"places": 7}, "places_out_of_range"),
        ({"places": -1}, "places_out_of_range"),
        ({"target": float("nan")}, "number_not_finite"),
        ({"tolerance": float("inf")}, "number_not_finite"),
        ({"tolerance": -0.1}, "tolerance_negative"),
        ({"weight": 1.01}, "weight_out_of_range"),
        ({"weight": -0.01}, "weight_out_of_range"),
        ({"target_high": 30.0}, "upper_target_without_band"),
        ({"direction": Direction.BAND}, "band_needs_two_targets"),
        ({"direction": Direction.BAND, "target": None, "target_high": 3.0}, "band_needs_two_targets"),
        ({"direction": Direction.BAND, "target_high": 19.9}, "band_upside_down"),
    ],
)
def test_an_edition_with_one_thing_wrong_names_it(change, code):
    assert problems(replace(PLAIN, **change)) == [code]


@pytest.mark.parametrize(
    "change",
    [
        {"definition": "两行\n文字"},
        {"name_en": None},
        {"review_on": date(2026, 1, 2)},
        {"places": 0},
        {"places": 6},
        {"weight": 0.0},
        {"weight": 1.0},
        {"target": None},
        {"target": -5.0},
        {"direction": Direction.BAND, "target_high": 20.0},
    ],
)
def test_an_edition_at_the_edge_is_taken(change):
    assert problems(replace(PLAIN, **change)) == []


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"target": 1.0}, []),
        ({"target": 0.0}, []),
        ({"target": 95.0}, ["share_target_out_of_range"]),
        ({"target": -0.1}, ["share_target_out_of_range"]),
        ({"tolerance": 1.1}, ["tolerance_of_share_too_wide"]),
    ],
)
def test_targets_of_a_share_are_shares(change, codes):
    assert problems(replace(on_time_edition(), **change), SHARE) == codes


@pytest.mark.parametrize(
    ("counting", "codes"),
    [
        (Counting(Aggregation.PERCENTILE, 0.9), []),
        (Counting(Aggregation.PERCENTILE), ["percentile_missing"]),
        (Counting(Aggregation.PERCENTILE, 0.0), ["percentile_missing"]),
        (Counting(Aggregation.PERCENTILE, 1.0), ["percentile_missing"]),
        (Counting(Aggregation.MEAN, 0.5), ["percentile_without_need"]),
        (Counting(Aggregation.RATE, per=1000.0), []),
        (Counting(Aggregation.RATE, per=0.0), ["per_not_positive"]),
        (Counting(Aggregation.SHARE, per=100.0), ["per_without_need"]),
    ],
)
def test_the_way_of_counting_takes_only_what_it_needs(counting, codes):
    assert [problem.code for problem in rules.counting_problems(counting)] == codes


@pytest.mark.parametrize(
    ("code", "is_fine"),
    [("lp-1.1", True), ("甲/1", True), ("", False), ("a b", False), ("-a", False), ("x" * 65, False)],
)
def test_a_code_is_one_word_of_plain_signs(code, is_fine):
    assert (list(rules.code_problems(code)) == []) is is_fine


def test_texts_are_composed_trimmed_and_empty_translations_dropped():
    content = rules.cleaned(replace(PLAIN, name=" 等候 ", name_en="  ", definition="a\r\nb", owner="  "))
    assert (content.name, content.name_en, content.definition, content.owner) == ("等候", None, "a\nb", "")
    assert content.direction is Direction.DOWN


def test_two_editions_differ_in_the_fields_that_changed():
    after = replace(PLAIN, target=15.0, name_en="Wait")
    assert rules.differences(PLAIN, after) == (
        Difference("name_en", "Waiting", "Wait"),
        Difference("target", 20.0, 15.0),
    )
    assert rules.differences(wording(), wording()) == ()


def test_a_review_is_overdue_from_its_day_on():
    assert not rules.is_review_overdue(TODAY, date(2025, 12, 31))
    assert rules.is_review_overdue(TODAY, TODAY)
