"""False alarms to expect: how many of so many stable series are flagged all the same, to print beside the icons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from qs.stats.control_charts.arguments import check_word
from qs.stats.control_charts.terms import MIN_CHART_POINTS, FloatArray

RuleSet = Literal["four rules", "four rules, shift of 8", "four rules, guarded", "outside limits"]

# Shares of 100,000 simulated series of so many independent normal points each (seed 20260101), limits of all points,
# screened: a rule at the latest point, a rule at any point. Standard error at most 0.0016. A series whose points
# follow each other or are skewed is flagged more often: `python -m qs bench false-alarms`.
_POINTS = (7, 8, 10, 12, 15, 18, 24, 30, 36, 48, 60, 84, 120)
_LATEST: dict[RuleSet, tuple[float, ...]] = {
    "four rules": (
        0.0124,
        0.0130,
        0.0140,
        0.0148,
        0.0141,
        0.0148,
        0.0161,
        0.0166,
        0.0173,
        0.0182,
        0.0180,
        0.0183,
        0.0196,
    ),
    "four rules, shift of 8": (
        0.0124,
        0.0130,
        0.0131,
        0.0126,
        0.0113,
        0.0113,
        0.0112,
        0.0115,
        0.0118,
        0.0120,
        0.0119,
        0.0112,
        0.0123,
    ),
    "four rules, guarded": (
        0.0124,
        0.0130,
        0.0100,
        0.0106,
        0.0109,
        0.0117,
        0.0133,
        0.0137,
        0.0145,
        0.0155,
        0.0156,
        0.0157,
        0.0168,
    ),
    "outside limits": (
        0.0108,
        0.0107,
        0.0106,
        0.0095,
        0.0083,
        0.0073,
        0.0064,
        0.0059,
        0.0056,
        0.0049,
        0.0045,
        0.0039,
        0.0038,
    ),
}
_ANY: dict[RuleSet, tuple[float, ...]] = {
    "four rules": (
        0.0254,
        0.0340,
        0.0544,
        0.0730,
        0.1001,
        0.1278,
        0.1852,
        0.2426,
        0.2926,
        0.3900,
        0.4688,
        0.6040,
        0.7406,
    ),
    "four rules, shift of 8": (
        0.0254,
        0.0340,
        0.0528,
        0.0670,
        0.0851,
        0.1040,
        0.1440,
        0.1863,
        0.2228,
        0.2976,
        0.3604,
        0.4742,
        0.6079,
    ),
    "four rules, guarded": (
        0.0254,
        0.0340,
        0.0402,
        0.0540,
        0.0769,
        0.1001,
        0.1507,
        0.2017,
        0.2496,
        0.3407,
        0.4164,
        0.5468,
        0.6845,
    ),
    "outside limits": (
        0.0230,
        0.0292,
        0.0438,
        0.0540,
        0.0652,
        0.0734,
        0.0943,
        0.1145,
        0.1305,
        0.1653,
        0.1962,
        0.2562,
        0.3365,
    ),
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
    latest = np.interp(place, places, _LATEST[rules])
    spared = np.interp(place, places, np.log1p(-np.array(_ANY[rules])))  # logarithm of the chance of no alarm
    spared = spared * np.maximum(counts / _POINTS[-1], 1.0)
    return FalseAlarms(np.where(charted, latest, 0.0), np.where(charted, -np.expm1(spared), 0.0))
