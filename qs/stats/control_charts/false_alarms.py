"""False alarms to expect: how many of so many stable series are flagged all the same, to print beside the icons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from qs.stats.control_charts.arguments import check_word
from qs.stats.control_charts.terms import MIN_CHART_POINTS, FloatArray

RuleSet = Literal["four rules", "four rules, shift of 8", "four rules, guarded", "outside limits"]

# Percentages of 100,000 simulated series of so many independent normal points each (seed 20260101), with limits of all
# points, screened: a rule at the latest point, and a rule at any point. Standard error at most 0.16. Series whose
# points follow each other or are skewed are flagged more often: `python -m qs bench false-alarms`.
_POINTS = (7, 8, 10, 12, 15, 18, 24, 30, 36, 48, 60, 84, 120)
_LATEST: dict[RuleSet, tuple[float, ...]] = {
    "four rules": (1.24, 1.30, 1.40, 1.48, 1.41, 1.48, 1.61, 1.66, 1.73, 1.82, 1.80, 1.83, 1.96),
    "four rules, shift of 8": (1.24, 1.30, 1.31, 1.26, 1.13, 1.13, 1.12, 1.15, 1.18, 1.20, 1.19, 1.12, 1.23),
    "four rules, guarded": (1.24, 1.30, 1.00, 1.06, 1.09, 1.17, 1.33, 1.37, 1.45, 1.55, 1.56, 1.57, 1.68),
    "outside limits": (1.08, 1.07, 1.06, 0.95, 0.83, 0.73, 0.64, 0.59, 0.56, 0.49, 0.45, 0.39, 0.38),
}
_ANY: dict[RuleSet, tuple[float, ...]] = {
    "four rules": (2.54, 3.40, 5.44, 7.30, 10.01, 12.78, 18.52, 24.26, 29.26, 39.00, 46.88, 60.40, 74.06),
    "four rules, shift of 8": (2.54, 3.40, 5.28, 6.70, 8.51, 10.40, 14.40, 18.63, 22.28, 29.76, 36.04, 47.42, 60.79),
    "four rules, guarded": (2.54, 3.40, 4.02, 5.40, 7.69, 10.01, 15.07, 20.17, 24.96, 34.07, 41.64, 54.68, 68.45),
    "outside limits": (2.30, 2.92, 4.38, 5.40, 6.52, 7.34, 9.43, 11.45, 13.05, 16.53, 19.62, 25.62, 33.65),
}


@dataclass(frozen=True, eq=False)
class FalseAlarms:
    """Chances of each series, (series,), if none of them has changed, and their sums."""

    latest_share: FloatArray  # that its latest point is flagged
    any_share: FloatArray  # that any of its points is

    @property
    def latest_count(self) -> float:
        """Icons that are false on average, even if nothing has changed anywhere."""
        return float(self.latest_share.sum())

    @property
    def any_count(self) -> float:
        """Series with a flagged point on average, even if nothing has changed anywhere."""
        return float(self.any_share.sum())


def expected_false_alarms(points: ArrayLike, *, rules: RuleSet = "four rules") -> FalseAlarms:
    """The false alarms to expect of series with so many points each.

    `points`: (series,), present points of each latest segment; under MIN_CHART_POINTS no alarm is given. Between the
    lengths of the table it is interpolated in their logarithm; beyond 120 points the latest point is flagged as at
    120, and any point more often by the same rate per point. Raises ValueError for counts that are not.
    """
    counts = np.asarray(points, dtype=np.float64)
    if counts.ndim != 1 or not (counts >= 0).all():
        raise ValueError("points must be (series,) counts, not below zero")
    check_word(rules, get_args(RuleSet), "rules")
    charted = counts >= MIN_CHART_POINTS
    place, places = np.log(np.maximum(counts, MIN_CHART_POINTS)), np.log(_POINTS)
    latest = np.interp(place, places, _LATEST[rules]) / 100
    spared = np.interp(place, places, np.log1p(-np.array(_ANY[rules]) / 100))  # logarithm of the chance of no alarm
    spared = spared * np.maximum(counts / _POINTS[-1], 1.0)
    return FalseAlarms(np.where(charted, latest, 0.0), np.where(charted, -np.expm1(spared), 0.0))
