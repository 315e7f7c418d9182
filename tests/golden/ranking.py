"""Golden cases of ranks, shrinkage and composites."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from qs.stats.composites import (
    Group,
    Mean,
    Nested,
    Part,
    ahp,
    entropy_weights,
    goalposts,
    min_max,
    nested,
    percentile_ranks,
    star_bands,
    z_scores,
)
from qs.stats.composites.normalising import POINTS
from qs.stats.rank_sets import rank_confidence_sets
from qs.stats.ranks import joint_rank_region, joint_reach, rank_region
from qs.stats.shrinkage import james_stein
from tests.golden.cases import Case, Facts, differences

STANDARD_ERRORS_IN_90 = 1.6448536269514722  # a margin of error for 90 % is so many standard errors
SEED = 20260101  # of the draws behind critical values; any other will do within the tolerance of the case


def check_composite(case: Case) -> list[str]:
    """An index of groups on several levels; `meta` says which indicator or group belongs to which."""
    given, expected, within = case.facts["input"], case.facts["expected"], case.tolerance["abs"]
    meta = given["meta"]
    ways = dict(zip(meta["iCode"], meta["Direction"], strict=True))
    methods = {
        "minmax": partial(min_max, scale=tuple(given.get("l_u") or POINTS)),
        "prank": partial(percentile_ranks, scale=tuple(given.get("l_u") or POINTS)),
        "zscore": z_scores,
    }
    method = methods[given["normalise"]]
    figures = {
        name: method(np.array(values, dtype=float), directions=ways[name]).values
        for name, values in given["data"].items()
        if name in ways
    }
    found = nested(tree(meta, set(figures), Mean(given["aggregate"])), figures, missing_limit=1.0)
    told = [
        sentence
        for what, ours in (("normalised", figures), ("scores", found.scores))
        for name, theirs in expected.get(what, {}).items()
        for sentence in differences(f"{what} {name}", ours[name], theirs, within=within)
    ]
    whole = list(found.scores.values())[-1]
    rank = [int((whole > score).sum()) + 1 for score in whole]
    return told + (differences("rank", rank, expected["rank"]) if "rank" in expected else [])


def tree(meta: Facts, indicators: set[str], mean: Mean) -> Group:
    """The groups of an index, from the columns name, parent, weight and level."""
    rows = list(zip(meta["iCode"], meta["Parent"], meta["Weight"], meta["Level"], strict=True))

    def group(name: str, weight: float) -> Group:
        below = [(code, own, level) for code, parent, own, level in rows if parent == name]
        leaves = [Part(code, own) for code, own, _ in below if code in indicators]
        return Group(name, (*leaves, *(group(code, own) for code, own, level in below if level > 1)), weight, mean)

    return group(max(rows, key=lambda row: row[3] or 0)[0], 1.0)


def check_hdi(case: Case) -> list[str]:
    given = case.facts["input"]
    unit = (0.0, 1.0)
    figures = {
        "health": goalposts(given["life_expectancy"], 20, 85, scale=unit),
        "expected years": goalposts(given["expected_years_schooling"], 0, 18, scale=unit),
        "mean years": goalposts(given["mean_years_schooling"], 0, 15, scale=unit),
        "income": goalposts(np.log(given["gni_pc"]), np.log(100), np.log(75_000), scale=unit),
    }
    education = Group("education", (Part("expected years"), Part("mean years")))
    hdi = Group("hdi", (Part("health"), education, Part("income")), mean=Mean.GEOMETRIC)
    found = nested(hdi, figures, missing_limit=0.0).scores["hdi"]
    return differences("hdi", found, case.facts["expected"]["hdi"], within=case.tolerance["abs"])


def check_ahp(case: Case) -> list[str]:
    given, expected, within = case.facts["input"], case.facts["expected"], case.tolerance
    found = ahp(given["matrix"])
    weights = dict(zip(given["items"], found.weights.tolist(), strict=True))
    told = differences(
        "consistency ratio", found.consistency_ratio, expected["consistency_ratio"], within=within["cr_abs"]
    )
    for what in ("weights", "weights4"):
        for item, weight in expected.get(what, {}).items():
            told += differences(f"{what} {item}", weights[item], weight, within=within[f"{what}_abs"])
    return told


def check_entropy(case: Case) -> list[str]:
    return [
        sentence
        for name, part in case.parts()
        for sentence in differences(name, entropy_weights(part["matrix"]), part["expected"], within=part["abs"])
    ]


def check_stars(case: Case) -> list[str]:
    """The hospital stars of CMS: every hospital, with the scores behind it."""
    found, expected = HospitalStars(case), case.facts["expected"]
    within = case.tolerance
    told = differences("rows", len(found.ids), expected["rows"])
    for where, official in (("", table(case.data_file(expected["output_file"]))), ("sample ", expected["sample"])):
        places = [found.ids.index(one) for one in official["PROVIDER_ID"]]
        for group, column in GROUP_COLUMNS.items():
            ours = found.made.scores[group][places]
            told += differences(where + column, ours, numbers(official[column]), within=within["group_abs"])
        ours = found.made.scores["summary"][places]
        told += differences(f"{where}summary", ours, numbers(official["summary_score"]), within=within["summary_abs"])
        ours = np.where(found.stars > 0, found.stars, np.nan)[places]
        told += differences(f"{where}star", ours, numbers(official["star"]))
    counts = {star: int((found.stars == int(star)).sum()) for star in expected["star_counts"]}
    return told + differences("star counts", list(counts.values()), list(expected["star_counts"].values()))


GROUP_COLUMNS = {
    "Mortality": "Std_Outcomes_Mortality_score",
    "Safety": "Std_Outcomes_Safety_score",
    "Readmission": "Std_Outcomes_Readmission_score",
    "Patient Experience": "Std_PatientExp_score",
    "Process": "Std_Process_score",
}
FEWEST_HOSPITALS = 100  # a measure of so many or fewer is left out
FEWEST_MEASURES, FEWEST_GROUPS = 3, 3  # a hospital has stars with so many measures in so many groups
OUTCOMES = ("Mortality", "Safety")  # at least one of them among these groups


class HospitalStars:
    """CMS's method, from 2021 on: z scores, group means, z again, weighted mean, k-means among hospitals alike."""

    def __init__(self, case: Case) -> None:
        given = case.facts["input"]
        columns = table(case.data_file(given["input_file"]))
        self.ids = list(columns["PROVIDER_ID"])
        measures = given["measures"]
        figures, members = {}, {group: [] for group in given["group_weights"]}
        for name, group, way in zip(measures["measure_id"], measures["group_name"], measures["flip_sign"], strict=True):
            values = numbers(columns.get(name, []))
            if (~np.isnan(values)).sum() > FEWEST_HOSPITALS:
                figures[name] = z_scores(values, directions=way).values
                members[group].append(Part(name))
        groups = [
            Group(group, tuple(members[group]), weight, is_standardised=True)
            for group, weight in given["group_weights"].items()
        ]
        self.made: Nested = nested(Group("summary", tuple(groups)), figures, missing_limit=1.0)
        is_full = {
            group.name: sum((~np.isnan(figures[part.name])).astype(int) for part in group.leaves()) >= FEWEST_MEASURES
            for group in groups
        }
        count = sum(full.astype(int) for full in is_full.values())
        is_reported = (count >= FEWEST_GROUPS) & np.any([is_full[group] for group in OUTCOMES], axis=0)
        self.stars = np.zeros(len(self.ids), dtype=np.int64)
        for groups_full in np.unique(count[is_reported]):
            peers = is_reported & (count == groups_full)
            self.stars[peers] = star_bands(self.made.scores["summary"][peers], reach=1.0).stars


def table(path: Path) -> dict[str, list[str]]:
    """The columns of a compressed table, as text."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows: Iterator[list[str]] = csv.reader(lines)
        names = next(rows)
        return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))


def numbers(column: list[str]) -> np.ndarray:
    """Text as numbers; empty is missing."""
    return np.array([float("nan") if value in ("", None) else float(value) for value in column])


def check_joint_region(case: Case) -> list[str]:
    """Rank 1 is the smallest there, so the estimates are turned round; one part goes by intervals as printed."""
    told = []
    for name, part in case.parts():
        given, expected = part["input"], part["expected"]
        seen = np.array(given["estimate"])
        errors = np.array(given["se"]) if "se" in given else np.array(given["moe90"]) / STANDARD_ERRORS_IN_90
        reach = joint_reach(len(seen), confidence=1 - given["alpha"])
        told += differences(f"{name} z", reach, expected["z_joint"], within=case.tolerance["z_abs"])
        region = joint_rank_region(-seen, errors, confidence=1 - given["alpha"])
        if "round_decimals" in given:
            low, high = (np.round(seen + way * reach * errors, given["round_decimals"]) for way in (-1, 1))
            told += differences(f"{name} lower ends", low, expected["ci_lo"], within=case.tolerance["z_abs"])
            told += differences(f"{name} upper ends", high, expected["ci_hi"], within=case.tolerance["z_abs"])
            region = rank_region(-high, -low)
        told += differences(f"{name} best rank", region.lower, expected["rank_lo"])
        told += differences(f"{name} worst rank", region.upper, expected["rank_hi"])
    return told


def check_james_stein(case: Case) -> list[str]:
    """Efron and Morris; and that the estimates are nearer to the truth by the factor the case asks for."""
    given, expected, within = case.facts["input"], case.facts["expected"], case.tolerance["abs"]
    hits, n = np.array(given["success"]), np.array(given["trials"])
    raw = hits / n
    common = raw.mean()
    found = james_stein(raw, float(common * (1 - common) / n[0]))
    told = differences("grand mean", found.centre, expected["grand_mean"], within=within)
    told += differences("shrink factor", found.factor, [expected["shrink_factor"]] * len(raw), within=within)
    season = np.array(expected["season_average"])
    ours, theirs = ((found.mean - season) ** 2).sum(), ((raw - season) ** 2).sum()
    return told if ours < theirs / 3 else [*told, f"squared error {ours:.4f}, not below a third of {theirs:.4f}"]


def check_rank_sets(case: Case) -> list[str]:
    """Critical values are drawn there and here, so that some ends may be one rank off."""
    told, within = [], case.tolerance
    for name, part in case.parts():
        given = part["input"]
        turned = 1 if given.get("direction", "").startswith("highest") else -1
        seen = turned * np.array(given["estimate"])
        for kind, expected in part["expected"].items():
            found = rank_confidence_sets(
                seen,
                given["se"],
                rng=np.random.default_rng(SEED),
                confidence=given["coverage"],
                simultaneous=kind == "simultaneous",
            )
            rank = [int((seen > one).sum()) + 1 for one in seen]
            told += differences(f"{name} {kind} rank", rank, expected["rank"])
            off = np.abs(np.concatenate([found.lower - expected["L"], found.upper - expected["U"]]))
            if off.max() > within["bound_rank"] or (off > 0).mean() > within["bound_mismatch_share_max"]:
                told.append(f"{name} {kind}: {(off > 0).sum()} of {len(off)} ends differ, by up to {off.max()}")
    return told


METHODS = {
    "ahp": check_ahp,
    "composite": check_composite,
    "composite_grouped_zscore+stars": check_stars,
    "composite_target_goalposts_geometric": check_hdi,
    "entropy_weights": check_entropy,
    "joint_rank_region_normal": check_joint_region,
    "rank_confidence_sets": check_rank_sets,
    "shrinkage_james_stein": check_james_stein,
}
