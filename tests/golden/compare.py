"""Golden cases of fair comparison: funnels, false discoveries, inequality."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from qs.stats import comparison, inequality
from qs.stats.funnels import Method, proportion_funnel
from qs.stats.multiplicity import benjamini_hochberg, bonferroni
from qs.stats.overdispersion import LEVELS, Scale, Scaled, Trim, judged, overdispersion, ratio_scaled, scale_limits
from tests.golden.cases import Case, Facts, differences

ROUNDED_LEVELS = 2 * special.ndtr([1.959964, 3.090232]) - 1  # the deviates that the case names
SIGNIFICANCE = {-2: "Low (0.001)", -1: "Low (0.025)", 0: "Not significant", 1: "High (0.025)", 2: "High (0.001)"}


def interval_limits(case: Case) -> list[str]:
    """Limits that are an exact interval round what is expected: `comparison.poisson`, divided by it."""
    expected_count = np.asarray(case.facts["input"]["expected_count"], dtype=np.float64)
    found = []
    for level, name in zip(LEVELS, ("95", "998"), strict=True):
        around = comparison.poisson(expected_count, confidence=level)
        for what, ours in ((f"ll{name}", around.lower), (f"ul{name}", around.upper)):
            theirs = case.facts["expected"][what]
            found += differences(what, ours / expected_count, theirs, within=case.tolerance["abs"])
    return found


def overdispersed(case: Case) -> list[str]:
    found = []
    for name, part in case.parts():
        given, expected = part["input"], part["expected"]
        scale = Scale.ROOT if given.get("sr_method") == "CQC" else Scale.LOG
        scaled = ratio_scaled(given["num"], given["denom"], scale=scale)
        trim = Trim.WINSORISED if scale is Scale.ROOT else Trim.TRUNCATED
        spread = overdispersion(scaled.z, scaled.standard_errors, trimmed=given.get("trim_by", 0.1), how=trim)
        adjusted = given.get("draw_adjusted", True)
        tau2 = spread.tau2 if adjusted else 0.0
        table = expected["aggregated"]
        figures = {
            "rr": np.divide(given["num"], given["denom"]),
            "Y": scaled.values + (1.0 if scale is Scale.ROOT else 0.0),
            "Uzscore": scaled.z,
            "Wuzscore": spread.kept,
            "s": scaled.standard_errors,
        }
        for what, ours in figures.items():
            found += differences(f"{name} {what}", ours, table[what], within=case.tolerance["abs"])
        found += differences(f"{name} phi", spread.phi if adjusted else 0.0, expected["phi"], within=1e-9)
        found += differences(f"{name} tau2", tau2, expected["tau2"], within=1e-9)
        found += drawn_limits(name, given, table, scaled, tau2, case.tolerance["abs"])
    return found


def drawn_limits(name: str, given: Facts, table: Facts, scaled: Scaled, tau2: float, within: float) -> list[str]:
    """The limits drawn, and who lies outside them.

    On the root scale the case leaves its limits there, though it compares ratios with them; so does this.
    """
    times, expected_count = given.get("multiplier", 1), np.asarray(given["denom"], dtype=np.float64)
    reach = scale_limits(scaled, tau2=tau2, levels=ROUNDED_LEVELS)
    ours = judged(scaled, tau2=tau2, levels=ROUNDED_LEVELS)
    ends = (ours.lower, ours.upper) if scaled.scale is Scale.LOG else (1 - reach, 1 + reach)
    limits: dict[str, np.ndarray] = {}
    for place, name_of_level in enumerate(("95", "99")):
        chance = comparison.poisson(given["denom"], confidence=LEVELS[place])
        limits |= {f"OD{name_of_level}{end}": ends[side][place] for side, end in enumerate(("LCL", "UCL"))}
        limits |= {f"LCL{name_of_level}": chance.lower / expected_count}
        limits |= {f"UCL{name_of_level}": chance.upper / expected_count}
    found = []
    for what, one in limits.items():
        found += differences(f"{name} {what}", one * times, table[what], within=within * times)
    adjusted, level = given.get("draw_adjusted", True), given["limit"]
    low, high = (limits[f"OD{level}{end}" if adjusted else f"{end}{level}"] for end in ("LCL", "UCL"))
    ratio = np.divide(given["num"], given["denom"])
    return found + differences(f"{name} outlier", ((ratio < low) | (ratio > high)).astype(int), table["outlier"])


def score_proportions(case: Case) -> list[str]:
    given, expected = case.facts["input"], case.facts["expected"]
    funnel = proportion_funnel(given["numerator"], given["denominator"], method=Method.SCORE)
    words = [SIGNIFICANCE[int(flag)] for flag in funnel.chance.flags]
    found = differences("significance", words, expected["significance"])
    table, within = expected["limit_table"], case.tolerance["limit_abs"]
    sizes = np.asarray(table["Population"], dtype=np.float64)
    drawn = proportion_funnel(sizes * 0, sizes, target=funnel.target, method=Method.SCORE).chance
    found += differences("Baseline", np.full(len(sizes), funnel.target * 100), table["Baseline"], within=within)
    for place, level in enumerate(("2s0025", "3s0001")):
        found += differences(f"Lower{level}", drawn.lower[place] * 100, table[f"Lower{level}limit"], within=within)
        found += differences(f"Upper{level}", drawn.upper[place] * 100, table[f"Upper{level}limit"], within=within)
    return found


def false_discoveries(case: Case) -> list[str]:
    given, expected = case.facts["input"], case.facts["expected"]
    ours = benjamini_hochberg(given["p"], q=given["q"])
    found = differences("rejected", ours.stands.tolist(), expected["rejected"])
    found += differences("threshold", ours.threshold, expected["threshold"])
    strict = bonferroni(given["p"], alpha=given["q"])
    return found + differences("bonferroni_rejected", int(strict.stands.sum()), expected["bonferroni_rejected"])


def theil_and_gini(case: Case) -> list[str]:
    measures: dict[str, Callable[..., np.ndarray]] = {"theil_T": inequality.theil, "gini": inequality.gini}
    found = []
    for name, measure in measures.items():
        for column, theirs in case.facts["expected"].get(name, {}).items():
            ours = measure(case.facts["input"][column])
            found += differences(f"{name} {column}", ours, theirs, within=case.tolerance["abs"])
    return found


def atkinson(case: Case) -> list[str]:
    """Fields eps... are the index, ede_eps... the value that, had by all, would be as good."""
    values = case.facts["input"]["y"]
    found = []
    for what, theirs in case.facts["expected"].items():
        index = inequality.atkinson(values, aversion=float(what.rsplit("eps", 1)[1]))
        ours = np.mean(values) * (1 - index) if what.startswith("ede") else index
        found += differences(what, ours, theirs, within=case.tolerance["abs"])
    return found


METHODS: dict[str, Callable[[Case], list[str]]] = {
    "funnel_sr_limits_ci_style": interval_limits,
    "funnel_overdispersion": overdispersed,
    "funnel_proportion_score": score_proportions,
    "fdr_bh": false_discoveries,
    "theil,gini": theil_and_gini,
    "atkinson": atkinson,
}
