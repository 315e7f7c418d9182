"""How fast control charts are: 10,000 series of 60 points at once, against statprocon and against pandas by groups."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.measuring import Spread, detail, headline, rounds, spread
from benchmarks.stores import folder
from qs.stats.control_charts import Direction, Rule, Variation, xmr

SERIES, POINTS = 10_000, 60
SEED = 60
PEER = "statprocon==2.0"
PEER_SERIES = 200  # of each round, and as many by groups: both are slow, and the time of a series is the same
ROUNDS, RUNS = 5, 3
AIM_SECONDS, AIM_TIMES_PEER, AIM_TIMES_GROUPS = 0.15, 19, 100
LIMIT_RANGES, SCREEN_RANGES, RUN_POINTS = 2.66, 3.267, 7

Values = NDArray[np.float64]


def main() -> None:
    values = made_up_series()
    taken = rounds({"ours": lambda: xmr(values, direction=Direction.UP, target=1.0)}, count=ROUNDS, runs=RUNS)["ours"]
    ours = spread(taken)
    headline(
        "control charts",
        f"limits, rules and icons of {SERIES:,} series of {POINTS} points in {ours.told(' s')}",
        f"at most {AIM_SECONDS} s",
    )
    few = values[:PEER_SERIES]
    with folder() as place:
        peer_python = installed_peer(place)
        check_same(few, place, peer_python)
        ways = {
            "ours": lambda: xmr(values, direction=Direction.UP, target=1.0),
            "groups": lambda: by_groups(few),
        }
        side_by_side = rounds(ways, count=ROUNDS, runs=1)
        theirs = [peer_seconds(few, place, peer_python) for _ in range(ROUNDS)]
    whole = SERIES / PEER_SERIES
    told("statprocon 2.0, limits and its three rules", times(theirs, side_by_side["ours"], whole), AIM_TIMES_PEER)
    told("pandas groupby-apply", times(side_by_side["groups"], side_by_side["ours"], whole), AIM_TIMES_GROUPS)
    detail(f"the slower ways draw {PEER_SERIES} series in each round, reckoned up to {SERIES:,}")


def made_up_series() -> Values:
    """Stable series and, in every fifth, a step in the last eight points."""
    values = np.random.default_rng(SEED).normal(size=(SERIES, POINTS))
    values[::5, -8:] += 2.0
    return values


def times(theirs: list[float], ours: list[float], whole: float) -> Spread:
    return spread([slow * whole / quick for slow, quick in zip(theirs, ours, strict=True)])


def told(name: str, ratio: Spread, aim: int) -> None:
    headline(f"control charts, {name}", f"takes {ratio.told()} times as long", f"at least {aim} times")


def by_groups(values: Values) -> pd.Series[str]:
    """The same limits, rules and icons as people write them: a long frame, and a function for each group."""
    series = np.repeat(np.arange(len(values)), values.shape[1])
    long = pd.DataFrame({"series": series, "value": values.ravel()})
    return long.groupby("series")["value"].apply(icon_of_group)


def icon_of_group(value: pd.Series[float]) -> str:
    moves = value.diff().abs()
    mean_move = moves[moves < SCREEN_RANGES * moves.mean()].mean()
    mean, reach = value.mean(), LIMIT_RANGES * mean_move
    high, low = value > mean, value < mean
    rises = value.diff() > 0
    falls = value.diff() < 0
    near = (value - mean).abs().between(reach * 2 / 3, reach)
    side = pd.Series(0, index=value.index)
    for sign, beyond, on_side, steps in (
        (1, value > mean + reach, high, rises),
        (-1, value < mean - reach, low, falls),
    ):
        shifted = spread_back(on_side.rolling(RUN_POINTS).sum() == RUN_POINTS, RUN_POINTS)
        trend = spread_back(steps.rolling(RUN_POINTS - 1).sum() == RUN_POINTS - 1, RUN_POINTS)
        window = (on_side.rolling(3).sum() == 3) & ((near & on_side).rolling(3).sum() >= 2)
        side[beyond | trend | shifted | (near & on_side & spread_back(window, 3))] = sign
    return {0: "common_cause", 1: "improvement_high", -1: "concern_low"}[int(side.iloc[-1])]


def spread_back(ends: pd.Series[bool], points: int) -> pd.Series[bool]:
    """All points of the windows that end where True stands."""
    return ends[::-1].rolling(points, min_periods=1).max()[::-1].astype(bool)


def installed_peer(place: Path) -> Path:
    """A Python of its own with the peer in it: it is measured here, never used."""
    subprocess.run([sys.executable, "-m", "venv", str(place / "peer")], check=True)
    python = place / "peer" / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PEER], check=True)
    return python


# What the peer's Python runs: limits and rules of every series of a file; prints the seconds and the upper limits.
PEER_PROGRAM = """
import json, sys, time
from statprocon import XmR
series = json.load(open(sys.argv[1]))
begin = time.perf_counter()
uppers = []
for values in series:
    chart = XmR(values)
    chart.to_dict()
    chart.rule_1_x_indices_beyond_limits()
    chart.rule_2_runs_about_central_line()
    chart.rule_3_runs_near_limits()
    uppers.append(float(chart.upper_natural_process_limit()[0]))
print(json.dumps({"seconds": time.perf_counter() - begin, "uppers": uppers}))
"""


def peer_run(values: Values, place: Path, python: Path) -> dict[str, object]:
    file = place / "series.json"
    file.write_text(json.dumps(np.round(values, 6).tolist()), encoding="utf-8")
    done = subprocess.run([str(python), "-c", PEER_PROGRAM, str(file)], check=True, capture_output=True, text=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


def peer_seconds(values: Values, place: Path, python: Path) -> float:
    return float(str(peer_run(values, place, python)["seconds"]))


def check_same(values: Values, place: Path, python: Path) -> None:
    """What is compared must be the same: icons as by groups, and limits as the peer's, which rounds to 3 decimals."""
    ours = xmr(values, direction=Direction.UP)
    if ours.variation.tolist() != [Variation(icon) for icon in by_groups(values)]:
        raise RuntimeError("the icons by groups are not ours")
    unscreened = xmr(values, direction=Direction.UP, screen=False)
    uppers = np.array(peer_run(values, place, python)["uppers"])
    if not np.allclose(unscreened.upper[:, 0], uppers, atol=0.003) or not (ours.rule != Rule.NONE).any():
        raise RuntimeError("the limits of statprocon are not ours")
