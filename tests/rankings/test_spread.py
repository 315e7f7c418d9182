"""How far units lie apart: who differs beyond chance and beyond what is usual, Theil's parts, and the gap by month."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from qs.rankings.pooling import Way, figures_of_sums, pooled
from qs.rankings.spread import (
    CHANCE,
    ENOUGH_CASES,
    USUAL,
    Gap,
    between_groups,
    changed,
    curves,
    gap_over,
    inequality,
    judged,
    limits,
)
from qs.rankings.terms import Apart
from qs.standards.terms import Aggregation
from qs.stats.control_charts import Variation
from qs.stats.funnels import proportion_funnel
from qs.stats.inequality import theil_parts
from qs.stats.overdispersion import deviates

SHARE, MEAN = Way(Aggregation.SHARE), Way(Aggregation.MEAN)
RATE = Way(Aggregation.RATE, per=1000.0)
MONTHS = [f"2025-{month:02d}" for month in range(1, 13)] + [f"2026-{month:02d}" for month in range(1, 13)]


def units(*counts, way=SHARE):
    """One unit per (numerator, denominator), in the order given; a denominator of 0 is a unit without a figure."""
    rows = [("2026Q3", key, 5, top, bottom, 0.0) for key, (top, bottom) in enumerate(counts)]
    frame = pd.DataFrame(rows, columns=["period", "service_id", "n", "numerator", "denominator", "square"])
    names = {key: f"u{key:02d}" for key in range(len(counts))}
    found = pooled(figures_of_sums(frame, way), names, way)
    return found.set_index("unit").reindex(list(names.values())).reset_index()


def measured(*rows):
    """One unit per (value, cases, deviation of single cases)."""
    value, cases, deviation = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    error = deviation / np.sqrt(cases)
    return pd.DataFrame({"numerator": value * cases, "cases": cases, "value": value, "error": error})


def test_equal_units_do_not_differ():
    found = judged(units(*[(90, 100)] * 6), SHARE).verdict
    assert found.centre == pytest.approx(0.9)
    assert set(found.apart) == {Apart.INSIDE}
    assert (found.beyond_chance, found.outside, found.judged) == (0, 0, 6)
    assert found.by_chance == pytest.approx(0.3)
    assert not found.is_overdispersed


def test_one_that_differs_among_many_alike_is_beyond_what_is_usual():
    found = judged(units(*[(900, 1000)] * 19, (700, 1000)), SHARE).verdict
    assert found.apart[-1] in (Apart.BEYOND_CHANCE, Apart.BEYOND_USUAL)
    assert found.side[-1] == -1
    assert found.beyond_chance == 1


def test_where_all_differ_beyond_chance_none_differs_more_than_is_usual():
    shares = [800, 850, 900, 950, 820, 870, 920, 970]
    found = judged(units(*[(10 * hits, 10_000) for hits in shares]), SHARE).verdict
    assert found.is_overdispersed
    assert found.phi > 10
    assert found.beyond_chance >= 6
    assert found.beyond_usual == 0


def test_a_unit_of_too_few_cases_is_shown_but_neither_judged_nor_counted():
    found = judged(units((900, 1000), (900, 1000), (0, ENOUGH_CASES - 1)), SHARE).verdict
    assert found.apart[-1] is Apart.TOO_FEW
    assert found.judged == 2
    at_the_edge = judged(units((900, 1000), (900, 1000), (0, ENOUGH_CASES)), SHARE).verdict
    assert at_the_edge.apart[-1] in (Apart.BEYOND_CHANCE, Apart.BEYOND_USUAL)


def test_a_missing_figure_is_missing_and_not_zero():
    found = judged(units((90, 100), (0, 0), (90, 100)), SHARE).verdict
    assert found.apart == (Apart.INSIDE, Apart.MISSING, Apart.INSIDE)
    assert found.centre == pytest.approx(0.9)


@pytest.mark.parametrize("way", [SHARE, RATE, MEAN])
def test_nothing_at_all_judges_nobody(way):
    made = judged(units((0, 0), (0, 0), way=way), way)
    assert set(made.verdict.apart) == {Apart.MISSING}
    assert made.verdict.judged == 0
    assert curves(made, way).empty


def test_of_many_alike_hardly_anybody_is_called_different():
    draws = np.random.default_rng(7)
    wrong = 0
    for _ in range(20):
        hits = draws.binomial(200, 0.85, size=100)
        wrong += judged(units(*[(int(one), 200) for one in hits]), SHARE).verdict.beyond_chance
    assert wrong <= 3  # outside 95 % limits alone it would be about 100


def test_rates_are_judged_by_exact_poisson_tails():
    found = judged(units(*[(20, 10_000)] * 9, (60, 10_000), way=RATE), RATE)
    assert found.verdict.centre == pytest.approx(2.4)
    assert found.verdict.side[-1] == 1
    assert set(found.verdict.apart[:-1]) == {Apart.INSIDE}


def test_means_are_judged_by_how_single_cases_scatter_everywhere():
    made = judged(measured(*[(20.0, 100, 5.0)] * 8, (23.0, 100, 5.0)), MEAN)
    assert made.deviation == pytest.approx(5.0)
    z = (23.0 - made.verdict.centre) / (5.0 / 10)
    assert made.funnel.chance.z[-1] == pytest.approx(z)
    assert made.verdict.side[-1] == 1


@pytest.mark.parametrize("way", [SHARE, RATE])
def test_a_unit_lies_outside_the_drawn_limits_exactly_when_it_is_flagged(way):
    counts = [(hits, cases) for cases in (40, 90, 400) for hits in range(cases // 2, cases + 1, 3)]
    made = judged(units(*counts, way=way), way)
    cases = np.array([bottom for _, bottom in counts], dtype=float)
    values = np.array([top / bottom for top, bottom in counts]) * way.per
    for tau2, flags in ((0.0, made.funnel.chance.flags), (made.funnel.tau2, made.funnel.usual.flags)):
        for level, away in enumerate(deviates((0.95, 0.998)), start=1):
            lower, upper = limits(cases, made.verdict.centre, float(away), tau2, np.nan, way)
            outside = (values < lower - 1e-9) | (values > upper + 1e-9)
            assert (outside == (np.abs(flags) >= level)).all()


def test_the_wider_limits_are_drawn_only_where_units_differ_by_more_than_chance():
    assert set(curves(judged(units(*[(90, 100)] * 5), SHARE), SHARE)["kind"]) == {CHANCE}
    wide = curves(judged(units((700, 1000), (800, 1000), (900, 1000), (950, 1000)), SHARE), SHARE)
    assert set(wide["kind"]) == {CHANCE, USUAL}
    widths = (wide["upper"] - wide["lower"]).groupby([wide["kind"], wide["level"]]).mean()
    assert widths[USUAL, 0.95] > widths[CHANCE, 0.95]


def test_the_verdict_follows_the_funnel_of_the_statistics():
    counts = [(870, 1000), (900, 1000), (910, 1000), (790, 900)]
    made = judged(units(*counts), SHARE)
    hits, cases = zip(*counts, strict=True)
    known = proportion_funnel(hits, cases)
    np.testing.assert_allclose(made.funnel.chance.z, known.chance.z)
    assert made.verdict.phi == pytest.approx(known.phi)


def test_a_change_has_the_interval_of_both_figures_and_stands_only_beyond_chance():
    found = changed(units((900, 1000), (90, 100), (5, 20)), units((800, 1000), (88, 100), (15, 20)))
    assert found.by[0] == pytest.approx(0.1)
    assert found.around.lower[0] == pytest.approx(0.069, abs=0.002)  # 0.1 -+ 1.96 sqrt(.09/1000 + .16/1000)
    assert found.around.upper[0] == pytest.approx(0.131, abs=0.002)
    assert found.stands.tolist() == [True, False, False]
    assert np.isnan(found.by[2])  # too few cases


def service_figures(values, *, cases=1000.0, error=0.0, period="2026Q3"):
    return pd.DataFrame(
        {
            "period": period,
            "service_id": range(len(values)),
            "cases": cases,
            "value": values,
            "error": error,
            "numerator": 0.0,
            "denominator": 0.0,
        }
    )


def test_theil_between_and_within_as_reckoned_by_hand():
    found = inequality(service_figures([1.0, 1.0, 3.0, 3.0]), pd.Series(["a", "a", "b", "b"]), ["2026Q3"], seed=1)
    by_hand = (0.5 * np.log(0.5) + 1.5 * np.log(1.5)) / 2  # values 0.5 and 1.5 of the mean, two of each
    assert found.loc[0, "between"] == pytest.approx(by_hand)
    assert found.loc[0, "within"] == 0.0
    mixed = inequality(service_figures([1.0, 3.0, 1.0, 3.0]), pd.Series(["a", "a", "b", "b"]), ["2026Q3"], seed=1)
    assert mixed.loc[0, "between"] == pytest.approx(0.0, abs=1e-12)
    assert mixed.loc[0, "within"] == pytest.approx(by_hand)


@given(
    some.lists(some.tuples(some.floats(0.1, 50), some.floats(1, 500), some.sampled_from("abc")), min_size=2, max_size=9)
)
def test_the_part_between_groups_is_the_one_of_the_statistics(services):
    values, cases, groups = (np.array(column) for column in zip(*services, strict=True))
    names, codes = np.unique(groups, return_inverse=True)
    member = (codes[:, None] == np.arange(len(names))).astype(float)
    known = theil_parts(values, groups, cases)
    assert between_groups(values, cases, member) == pytest.approx(float(known.between), abs=1e-9)


def test_what_sampling_makes_is_taken_out():
    draws = np.random.default_rng(3)
    noisy = np.maximum(10 + draws.normal(0, 2.0, size=60), 0.1)
    groups = pd.Series([f"g{place % 6}" for place in range(60)])
    found = inequality(service_figures(noisy, error=2.0), groups, ["2026Q3"], seed=1)
    known = theil_parts(noisy, groups.to_numpy())
    assert found.loc[0, "between"] + found.loc[0, "within"] < 0.35 * float(known.total)
    assert found.loc[0, "between_lower"] == 0.0
    assert found.loc[0, "between_upper"] > found.loc[0, "between"]


def test_services_with_few_cases_are_left_out_and_counted():
    figures = service_figures([1.0, 1.0, 9.0]).assign(cases=[100.0, 100.0, 9.0])
    found = inequality(figures, pd.Series(["a", "b", "b"]), ["2026Q2", "2026Q3"], seed=1)
    assert np.isnan(found.loc[0, "between"])  # no figure at all in the quarter before
    assert found.loc[1, ["service_count", "left_out"]].tolist() == [2, 1]
    assert found.loc[1, "between"] == pytest.approx(0.0, abs=1e-12)


def test_values_below_zero_have_no_such_inequality():
    assert inequality(service_figures([1.0, -1.0]), pd.Series(["a", "b"]), ["2026Q3"], seed=1) is None
    below = measured((1.0, 100, 1.0), (-1.0, 100, 1.0)).assign(period="2026-01", unit=["a", "b"])
    assert gap_over(below, ["2026-01"], [1]) is None


def monthly_units(distance, count, *, error=0.2, seed=5):
    """Four units around 100 in `count` months; `distance` gives how far apart the outer two lie in each."""
    draws = np.random.default_rng(seed)
    rows = [
        (MONTHS[month], f"u{place}", 100 + side * distance(month) + draws.normal(0, error), 500.0, error)
        for month in range(count)
        for place, side in enumerate((-1, -1, 1, 1))
    ]
    return pd.DataFrame(rows, columns=["period", "unit", "value", "cases", "error"])


def followed(distance, count, **more):
    return gap_over(monthly_units(distance, count, **more), MONTHS[:count], [1 + m % 12 for m in range(count)])


def test_the_gap_is_the_coefficient_of_variation_without_noise():
    found = followed(lambda month: 10.0, 14)
    assert Gap.shown(found.squares) == pytest.approx(np.full(14, 0.1), abs=0.005)
    assert found.unit_count.tolist() == [4] * 14


def test_a_steady_gap_has_not_changed():
    found = followed(lambda month: 10.0, 18)
    assert found.chart.variation is Variation.COMMON_CAUSE
    assert not found.is_chance
    assert not found.chart.trial_limits


def test_a_gap_that_closes_is_an_improvement_and_one_that_opens_a_concern():
    assert followed(lambda month: 10.0 if month < 10 else 6.0, 18).chart.variation is Variation.IMPROVEMENT_LOW
    assert followed(lambda month: 6.0 if month < 10 else 10.0, 18).chart.variation is Variation.CONCERN_HIGH


def test_units_that_are_alike_show_a_gap_around_zero():
    found = followed(lambda month: 0.0, 24, error=2.0)
    assert np.abs(found.squares.mean()) < 2e-4  # noise alone would make 4e-4 of it
    assert (Gap.shown(found.squares) == 0).any()


def test_few_months_have_trial_limits_and_very_few_none():
    assert followed(lambda month: 10.0, 11).chart.trial_limits
    assert followed(lambda month: 10.0, 6).chart.variation is Variation.UNKNOWN


def test_a_month_with_a_single_unit_is_missing():
    few = monthly_units(lambda month: 10.0, 8)
    few.loc[(few["period"] == MONTHS[3]) & (few["unit"] != "u0"), "cases"] = 9.0
    found = gap_over(few, MONTHS[:8], list(range(1, 9)))
    assert np.isnan(found.squares[3])
    assert found.unit_count[3] == 1
    assert gap_over(few, [], []) is None
