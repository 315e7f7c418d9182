"""Adapters of the golden cases of control charts: which function of `qs.stats` answers each published figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from qs.stats.control_charts import (
    Assurance,
    AttributeCharts,
    CusumPlan,
    Direction,
    EwmaPlan,
    PointType,
    Rule,
    XmrChart,
    anhoej_runs,
    c_chart,
    cusum,
    ewma,
    laney_p,
    p_chart,
    u_chart,
    xmr,
)
from tests.golden.cases import Case, Facts, differences

DIRECTIONS = {"increase": Direction.UP, "decrease": Direction.DOWN, "neutral": Direction.NEUTRAL}
ASSURANCES = {
    "consistent_pass": Assurance.PASSES,
    "pass": Assurance.PASSES,
    "consistent_fail": Assurance.FAILS,
    "fail": Assurance.FAILS,
    "inconsistent": Assurance.INCONSISTENT,
}
POINT_TYPES = {
    PointType.UNKNOWN: "unknown",
    PointType.COMMON_CAUSE: "common_cause",
    PointType.IMPROVEMENT: "special_cause_improvement",
    PointType.CONCERN: "special_cause_concern",
    PointType.NEUTRAL: "special_cause_neutral",
}
RULES = (  # part of the published words, the rule and its side
    ("above ucl", Rule.OUTSIDE_LIMITS, 1),
    ("below lcl", Rule.OUTSIDE_LIMITS, -1),
    ("increasing", Rule.TREND, 1),
    ("decreasing", Rule.TREND, -1),
    ("2 in 3 above", Rule.TWO_OF_THREE, 1),
    ("2 in 3 below", Rule.TWO_OF_THREE, -1),
    ("7 points above", Rule.SHIFT, 1),
    ("7 points below", Rule.SHIFT, -1),
    ("common cause", Rule.NONE, 0),
)
# Twelve points of mean 0 and limits -/+53.2, then a gap: what follows is read against them and joins no run of theirs.
STEADY_THEN_GAP = [10.0, -10.0] * 6 + [float("nan")]
SHEWHART_OUTSIDE = 1  # the code of such points in the published list of violations


def xmr_case(case: Case) -> list[str]:
    rel, within = case.tolerance.get("rel", 0.0), case.tolerance.get("abs", 0.0)
    found: list[str] = []
    for name, part in case.parts():
        chart, expected = drawn(part["input"]), part["expected"]
        for ours, theirs in (("mean", "mean"), ("lower", "lpl"), ("upper", "upl")):
            found += differences(f"{name} {theirs}", getattr(chart, ours), expected[theirs], within=within, rel=rel)
        published = [rule_of(words) for words in expected["special_cause_type"]]
        found += differences(f"{name} rules", chart.rule, [rule for rule, _ in published])
        found += differences(f"{name} sides", chart.side, [side for _, side in published])
        types = [POINT_TYPES[PointType(kind)] for kind in chart.point_type.tolist()]
        theirs = [kind.removesuffix("_high").removesuffix("_low") for kind in expected["point_type"]]
        found += differences(f"{name} point types", types, theirs)
        icons = {icon["type"]: icon["icon"] for icon in expected["icons"]}
        found += differences(f"{name} variation", chart.variation.value, icons["variation"])
        promised = ASSURANCES.get(icons.get("assurance", ""), Assurance.NONE)
        found += differences(f"{name} assurance", chart.assurance.value, promised.value)
        found += differences(f"{name} trial limits", chart.trial_limits, expected["short_group_warning"][-1])
    return found


def rule_of(words: str) -> tuple[int, int]:
    return next((int(rule), side) for part, rule, side in RULES if part in words.lower())


def drawn(given: Facts) -> XmrChart:
    rebased = given["rebase_dates"] or []
    rebased = [rebased] if isinstance(rebased, str) else rebased
    return xmr(
        [missing_as_nan(given["value"])],
        direction=DIRECTIONS[given["improvement_direction"]],
        target=given["target"],
        baseline_periods=given["fix_after_n_points"],
        segment_starts=np.array([[day in rebased for day in given["date"]]]),
        screen=given["screen_outliers"],
    ).chart(0)


def missing_as_nan(values: list[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def xmr_rules_case(case: Case) -> list[str]:
    return [
        sentence
        for name, part in case.parts()
        for sentence in differences(f"{name} {part['rule']}", RULE_CASES[part["rule"]](part), part["expected"])
    ]


def marked(values: list[float], rule: Rule) -> list[int]:
    """The side of every point that breaks the rule, 0 elsewhere."""
    chart = xmr([STEADY_THEN_GAP + values], direction=Direction.UP, baseline_periods=12, gap="break").chart(0)
    side = np.where(chart.rule == rule, chart.side, 0)
    return [int(one) for one in side[len(STEADY_THEN_GAP) :]]


def window_ends(values: list[float], rule: Rule) -> list[int]:
    """The published test marks the last point of each whole window of seven, ours all points of the window."""
    whole = marked(values, rule)
    windows = [whole[max(end - 6, 0) : end + 1] for end in range(len(whole))]
    return [window[-1] if len(window) == 7 and all(one == window[0] for one in window) else 0 for window in windows]


def near_window(part: Facts) -> list[int]:
    """Published: every point of a window that holds two close ones; ours are the close ones among them."""
    ours = marked(close_points(part), Rule.TWO_OF_THREE)
    ends = [end for end in range(2, len(ours)) if sum(bool(one) for one in ours[end - 2 : end + 1]) >= 2]
    return [int(any(end - 2 <= place <= end for end in ends)) for place in range(len(ours))]


def assured(part: Facts) -> list[str]:
    given = part["input"]
    lower, upper = np.array(given["lpl"], dtype=float), np.array(given["upl"], dtype=float)
    half_range = (upper - lower) / 2 / 2.66 / 2  # of a series going up and down between two values
    values = (lower + upper)[:, None] / 2 + half_range[:, None] * np.array([1, -1] * 6)
    found = xmr(values, direction=DIRECTIONS[given["improvement_direction"]], target=given["target"])
    words = {Assurance.FAILS: "consistent_fail", Assurance.PASSES: "consistent_pass"}
    return [words.get(one, one.value) for one in found.assurance]


RULE_CASES: dict[str, Callable[[Facts], list[Any]]] = {  # Any: numbers of the rules, words of the assurance
    "seven_point_one_side": lambda part: [abs(one) for one in window_ends(part["input"], Rule.SHIFT)],
    "seven_point_trend": lambda part: window_ends(part["input"], Rule.TREND),
    "two_in_three_window": near_window,
    "two_in_three_point": lambda part: [abs(one) for one in marked(close_points(part), Rule.TWO_OF_THREE)],
    "assurance": assured,
}


def close_points(part: Facts) -> list[float]:
    close, sides = part["input"]["close"], part["input"]["side"]
    return [40.0 * side if near else side for near, side in zip(close, sides, strict=True)]


def exact_case(case: Case) -> list[str]:
    """The NIST handbook's own example: no screening, and 3 / d2 not rounded."""
    values, expected, within = case.facts["input"]["value"], case.facts["expected"], case.tolerance["abs"]
    chart = xmr([values], direction=Direction.UP, screen=False, exact=True).chart(0)
    ranges = np.abs(np.diff(values))
    return [
        *differences("mean", chart.mean[0], expected["mean"], within=within),
        *differences("upper", chart.upper[0], expected["ucl"], within=within),
        *differences("lower", chart.lower[0], expected["lcl"], within=within),
        *differences("moving ranges", ranges, expected["moving_ranges"], within=0.05),  # printed with one decimal
        *differences("mean range", chart.range_limit[0] / 3.267, expected["mr_bar"], within=within),
        *differences("outside", bool((chart.rule == Rule.OUTSIDE_LIMITS).any()), expected["any_point_outside"]),
    ]


def p_case(case: Case) -> list[str]:
    found: list[str] = []
    for name, part in case.parts():
        given, expected = part["input"], part["expected"]
        if "newdata" in given:
            events, cases = given["D"] + given["newdata"], given["size"] + given["newsizes"]
            chart = p_chart([events], [cases], baseline_periods=len(given["D"]))
        else:
            chart = p_chart([given.get("D", given.get("count"))], [given["size"]])
        found += against_chart(name, chart, expected, case)
        book = case.facts.get("book", {}).get("revised" if "newdata" in given else name)
        found += against_book(name, chart, book, case)
    return found


def against_chart(name: str, chart: AttributeCharts, expected: Facts, case: Case) -> list[str]:
    """Centre, limits, points outside, and runs, whichever of them the case states."""
    within = case.tolerance["abs"]
    outside = chart.rule[0] == Rule.OUTSIDE_LIMITS
    pairs = [("center", chart.mean), ("cl", chart.mean), ("lcl", chart.lower), ("ucl", chart.upper), ("y", chart.value)]
    found: list[str] = []
    for word, ours in pairs:
        if word in expected:
            value = ours[0, 0] if np.ndim(expected[word]) == 0 else ours[0]
            found += differences(f"{name} {word}", value, expected[word], within=within)
    if "violations" in expected:
        theirs = [code == SHEWHART_OUTSIDE for code in expected["violations"]]
        found += differences(f"{name} points outside", outside, theirs)
    if "sigma.signal" in expected:
        found += differences(f"{name} points outside", outside, expected["sigma.signal"])
        found += against_runs(name, chart, expected)
    return found


def against_runs(name: str, chart: AttributeCharts, expected: Facts) -> list[str]:
    included = np.where(expected["include"], chart.value[0], np.nan)
    runs = anhoej_runs([included], chart.mean[0, 0])
    pairs = [
        ("n.useful", runs.useful_points),
        ("longest.run", runs.longest_run),
        ("longest.run.max", runs.longest_allowed),
        ("n.crossings", runs.crossings),
        ("n.crossings.min", runs.crossings_needed),
        ("runs.signal", runs.is_signal),
    ]
    return [sentence for word, ours in pairs for sentence in differences(f"{name} {word}", ours[0], expected[word][-1])]


def against_book(name: str, chart: AttributeCharts, book: Facts | None, case: Case) -> list[str]:
    within = case.tolerance.get("book_abs", 0.0)
    lines = {"p_bar": chart.mean, "lcl": chart.lower, "ucl": chart.upper}
    found: list[str] = []
    for word, expected in (book or {}).items():
        if word == "out_of_control_samples":
            outside = np.flatnonzero(chart.rule[0] == Rule.OUTSIDE_LIMITS) + 1
            found += differences(f"{name} book: samples outside", outside.tolist(), expected)
        else:
            found += differences(f"{name} book: {word}", lines[word][0, 0], expected, within=within)
    return found


def u_case(case: Case) -> list[str]:
    given, book = case.facts["input"], case.facts.get("book", {})
    chart = u_chart([given["x"]], [given["size"]])
    lines = {"u_bar": chart.mean, "ucl_roll1": chart.upper, "lcl_roll1": chart.lower}
    found = against_chart(case.name, chart, case.facts["expected"], case)
    for word, expected in book.items():
        found += differences(f"book: {word}", lines[word][0, 0], expected, within=case.tolerance["book_abs"])
    return found


def c_case(case: Case) -> list[str]:
    given, arguments = case.facts["input"], case.facts.get("args", {})
    numbers = np.arange(1, len(given["count"]) + 1)
    excluded = np.isin(numbers, arguments.get("exclude", []))
    chart = c_chart([given["count"]], exclude=excluded[None, :], baseline_periods=arguments.get("freeze"))
    return against_chart(case.name, chart, case.facts["expected"], case)


def laney_case(case: Case) -> list[str]:
    found: list[str] = []
    for name, part in case.parts():
        given, plain = part["input"], not name.startswith("pp")
        draw = p_chart if plain else laney_p
        chart = draw([given["r"]], [given["n"]], screen="unscreened" not in name)
        found += against_chart(name, chart, part["expected"], case)
        found += differences(
            f"{name} lower, two sigmas", chart.near_lower[0], part["expected"]["lcl.95"], within=case.tolerance["abs"]
        )
    return found


def ewma_case(case: Case) -> list[str]:
    given, expected = case.facts["input"], case.facts["expected"]
    plan = EwmaPlan(weight=given["lambda"], limit_sigmas=given["L"])
    limits = given["limits"]
    chart = ewma([given["value"]], target=given["target"], sigma=given["sigma"], plan=plan, limits=limits)
    within = case.tolerance["limit_abs"]
    return [
        *differences("weighted means", chart.mean[0], expected["ewma"], within=case.tolerance["ewma_abs"]),
        *differences("upper", chart.upper[0, -1], expected["ucl"], within=within),
        *differences("lower", chart.lower[0, -1], expected["lcl"], within=within),
        *differences("signals", (np.flatnonzero(chart.side[0]) + 1).tolist(), expected["signals"]),
    ]


def cusum_case(case: Case) -> list[str]:
    given, expected, book = case.facts["input"], case.facts["expected"], case.facts.get("book", {})
    plan = CusumPlan(k=given["k"], h=given["h"])
    chart = cusum([given["x"]], target=given["target"], sigma=given["sigma"], plan=plan)
    within, book_within = case.tolerance["abs"], case.tolerance.get("book_abs", 0.0)
    found = [
        *differences("high", chart.high[0], expected["pos"], within=within),
        *differences("low", chart.low[0], expected["neg"], within=within),
        *differences("signals above", (np.flatnonzero(chart.side[0] > 0) + 1).tolist(), expected["upper"]),
        *differences("signals below", (np.flatnonzero(chart.side[0] < 0) + 1).tolist(), expected["lower"]),
    ]
    if book:
        first = int(np.flatnonzero(chart.side[0])[0])
        found += differences("book: first signal", first + 1, book["first_signal_period"])
        found += differences("book: sum", chart.high[0, first], book["C29_plus"], within=book_within)
        found += differences("book: points since onset", first - chart.onset[0, first] + 1, book["N_plus_at_29"])
    return found


METHODS: dict[str, Callable[[Case], list[str]]] = {
    "xmr": xmr_case,
    "xmr_rules": xmr_rules_case,
    "xmr_unscreened_d2": exact_case,
    "p_chart": p_case,
    "u_chart": u_case,
    "c_chart": c_case,
    "laney_p": laney_case,
    "ewma": ewma_case,
    "cusum": cusum_case,
}
