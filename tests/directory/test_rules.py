"""Codes, names, populations and days: what the directory takes and what it refuses."""

from __future__ import annotations

from datetime import date

import pytest

from qs.directory import rules
from qs.errors import InvalidInput


def codes(problems):
    return [problem.code for problem in problems]


@pytest.mark.parametrize("code", ["S1", "RF4", "PARIS EST-LYON", "a.b_c/d", "O'Hare (2) & B", "甲1", "x" * 64])
def test_a_code_of_letters_digits_and_plain_signs_is_taken(code):
    assert codes(rules.code_problems(code)) == []


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("", "code_empty"),
        ("x" * 65, "code_too_long"),
        ("=1+1", "code_characters"),
        ("-1", "code_characters"),
        ("_a", "code_characters"),
        ("a\tb", "code_characters"),
        ("a  b", "code_characters"),
        ("a;b", "code_characters"),
    ],
)
def test_a_code_that_a_list_or_a_spreadsheet_could_misread_is_refused(code, problem):
    assert codes(rules.code_problems(code)) == [problem]


def test_names_are_composed_and_trimmed():
    assert rules.clean("  Cafe\u0301 ") == "Caf\u00e9"
    assert rules.clean(None) == ""


@pytest.mark.parametrize(
    ("name", "name_en", "problems"),
    [
        ("外科", "", []),
        ("x" * 200, "y" * 200, []),
        ("", "", ["name_empty"]),
        ("x" * 201, "", ["name_too_long"]),
        ("外科", "y" * 201, ["name_too_long"]),
        ("外\n科", "", ["name_characters"]),
        ("外科", "a\u202eb", ["name_characters"]),
    ],
)
def test_a_name_has_1_to_200_characters_that_can_be_seen(name, name_en, problems):
    assert codes(rules.name_problems(name, name_en)) == problems


@pytest.mark.parametrize(
    ("population", "is_fine"), [(None, True), (1, True), (2_000_000_000, True), (0, False), (2_000_000_001, False)]
)
def test_a_population_is_unknown_or_at_least_one(population, is_fine):
    assert (codes(rules.population_problems(population)) == []) is is_fine


def test_a_service_may_run_for_a_single_day_but_not_end_before_it_starts():
    monday, sunday = date(2026, 11, 23), date(2026, 11, 22)
    assert codes(rules.period_problems(monday, monday)) == []
    assert codes(rules.period_problems(monday, None)) == []
    assert codes(rules.period_problems(monday, sunday)) == ["ends_before_start"]
    assert codes(rules.period_problems(date(1899, 12, 31), None)) == ["day_out_of_range"]


def test_a_service_is_open_from_its_first_to_its_last_day():
    first, last = date(2026, 1, 1), date(2026, 6, 30)
    assert not rules.is_open(first, last, date(2025, 12, 31))
    assert rules.is_open(first, last, first)
    assert rules.is_open(first, last, last)
    assert not rules.is_open(first, last, date(2026, 7, 1))
    assert rules.is_open(first, None, date(2099, 1, 1))


def test_a_refusal_lists_every_problem():
    with pytest.raises(InvalidInput) as refusal:
        rules.refuse(rules.name_problems("", "a\tb"))
    assert codes(refusal.value.problems) == ["name_empty", "name_characters"]
