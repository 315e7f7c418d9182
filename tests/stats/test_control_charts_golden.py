"""Control charts agree with the published cases kept in tests/golden, each within the tolerance it states."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qs.stats.control_charts import Assurance, Direction, PointType, Rule, XmrChart, xmr

GOLDEN = Path(__file__).parents[1] / "golden"
DIRECTIONS = {"increase": Direction.UP, "decrease": Direction.DOWN, "neutral": Direction.NEUTRAL}
ASSURANCES = {
    "consistent_pass": Assurance.PASSES,
    "pass": Assurance.PASSES,
    "consistent_fail": Assurance.FAILS,
    "fail": Assurance.FAILS,
    "inconsistent": Assurance.INCONSISTENT,
}
POINT_TYPES = {
    "common_cause": PointType.COMMON_CAUSE,
    "special_cause_improvement": PointType.IMPROVEMENT,
    "special_cause_concern": PointType.CONCERN,
}
RULES = {
    "Common Cause": (Rule.NONE, 0),
    "Above UCL": (Rule.OUTSIDE_LIMITS, 1),
    "Below LCL": (Rule.OUTSIDE_LIMITS, -1),
    "2 in 3 Above CL": (Rule.TWO_OF_THREE, 1),
    "2 in 3 Below CL": (Rule.TWO_OF_THREE, -1),
    "7 Points Above CL": (Rule.SHIFT, 1),
    "7 Points Below CL": (Rule.SHIFT, -1),
}
# Twelve points of mean 0 and limits -/+53.2, then a gap: what follows is read against them and joins no run of theirs.
STEADY_THEN_GAP = [10.0, -10.0] * 6 + [float("nan")]


def golden(name: str) -> dict[str, Any]:  # Any: the files have many shapes
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def plotted_cases() -> list[Any]:  # Any: the parameter sets of pytest
    names = ["xmr_01_ptd_rnorm20", "xmr_02_ptd_deviations_vignette", "xmr_04_readme_rrk_breaches"]
    names.append("xmr_06_england_type1_4hour_target95")
    files = [golden(name) for name in names]
    return [pytest.param(case, file["tolerance"], id=name) for file in files for name, case in file["cases"].items()]


def rule_cases(*rules: str) -> list[Any]:  # Any: the parameter sets of pytest
    return [case for case in golden("xmr_03_ptd_rule_unit_tests")["cases"] if case["rule"] in rules]


def drawn(given: dict[str, Any]) -> XmrChart:  # Any: the input of a golden case
    starts = np.array([[day == given["rebase_dates"] for day in given["date"]]])
    return xmr(
        [given["value"]],
        direction=DIRECTIONS[given["improvement_direction"]],
        target=given["target"],
        baseline_periods=given["fix_after_n_points"],
        segment_starts=starts,
        screen=given["screen_outliers"],
    ).chart(0)


def after_steady(values: list[float]) -> XmrChart:
    whole = xmr([STEADY_THEN_GAP + values], direction=Direction.UP, baseline_periods=12, gap="break")
    return whole.chart(0)


def whole_runs(window_ends: list[int]) -> list[int]:
    """The published windows of seven are marked at their last point; spread each over its seven points."""
    padded = [*window_ends, *[0] * 6]
    return [int(any(padded[i : i + 7])) for i in range(len(window_ends))]


@pytest.mark.parametrize(("case", "tolerance"), plotted_cases())
def test_limits_agree_with_the_published_chart(case, tolerance):
    found, expected = drawn(case["input"]), case["expected"]
    assert found.mean == pytest.approx(expected["mean"], **tolerance)
    assert found.lower == pytest.approx(expected["lpl"], **tolerance)
    assert found.upper == pytest.approx(expected["upl"], **tolerance)


@pytest.mark.parametrize(("case", "tolerance"), plotted_cases())
def test_signals_agree_with_the_published_chart(case, tolerance):
    found, expected = drawn(case["input"]), case["expected"]
    rules = list(zip(found.rule.tolist(), found.side.tolist(), strict=True))
    assert rules == [RULES[words] for words in expected["special_cause_type"]]
    assert found.point_type.tolist() == [POINT_TYPES[words] for words in expected["point_type"]]


@pytest.mark.parametrize(("case", "tolerance"), plotted_cases())
def test_icons_agree_with_the_published_chart(case, tolerance):
    found, expected = drawn(case["input"]), case["expected"]
    icons = {icon["type"]: icon["icon"] for icon in expected["icons"]}
    assert found.variation == icons["variation"]
    assert found.assurance is ASSURANCES.get(icons.get("assurance"), Assurance.NONE)
    assert found.trial_limits == expected["short_group_warning"][-1]


@pytest.mark.parametrize("case", rule_cases("seven_point_one_side"))
def test_shifts_agree_with_the_published_rule(case):
    found = after_steady(case["input"]).rule[len(STEADY_THEN_GAP) :]
    assert (found == Rule.SHIFT).astype(int).tolist() == whole_runs(case["expected"])


@pytest.mark.parametrize("case", rule_cases("seven_point_trend"))
def test_trends_agree_with_the_published_rule(case):
    found = after_steady(case["input"])
    trend, side = found.rule[len(STEADY_THEN_GAP) :] == Rule.TREND, found.side[len(STEADY_THEN_GAP) :]
    assert trend.astype(int).tolist() == whole_runs(case["expected"])
    assert set(side[trend]) == set(case["expected"]) - {0}


@pytest.mark.parametrize("case", rule_cases("two_in_three_window", "two_in_three_point"))
def test_two_of_three_agree_with_the_published_rule(case):
    close, sides = case["input"]["close"], case["input"]["side"]
    found = after_steady([side * (40 if near else 1) for near, side in zip(close, sides, strict=True)])
    marked = [near and window for near, window in zip(close, case["expected"], strict=True)]
    assert (found.rule[len(STEADY_THEN_GAP) :] == Rule.TWO_OF_THREE).astype(int).tolist() == marked


@pytest.mark.parametrize("case", rule_cases("assurance"))
def test_assurance_agrees_with_the_published_rule(case):
    given = case["input"]
    lower, upper = np.array(given["lpl"]), np.array(given["upl"])
    half_range = (upper - lower) / 2 / 2.66 / 2  # of a series going up and down between two values
    values = (lower + upper)[:, None] / 2 + half_range[:, None] * np.array([1, -1] * 6)
    found = xmr(values, direction=DIRECTIONS[given["improvement_direction"]], target=given["target"])
    assert found.upper[:, 0] == pytest.approx(given["upl"])
    assert found.assurance.tolist() == [ASSURANCES[word] for word in case["expected"]]


def test_exact_limits_agree_with_the_nist_handbook():
    case = golden("xmr_05_nist_individuals")
    expected, within = case["expected"], case["tolerance"]["abs"]
    found = xmr([case["input"]["value"]], direction=Direction.UP, screen=False, exact=True).chart(0)
    assert found.mean[0] == pytest.approx(expected["mean"])
    assert found.upper[0] == pytest.approx(expected["ucl"], abs=within)
    assert found.lower[0] == pytest.approx(expected["lcl"], abs=within)
    assert not found.rule.any()
