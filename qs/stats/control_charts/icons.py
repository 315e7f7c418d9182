"""What a signal means: the type of each point, and the icons of variation and assurance of each series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qs.stats.control_charts.terms import (
    Assurance,
    BoolArray,
    CodeArray,
    FloatArray,
    IconArray,
    IntArray,
    Limits,
    PointType,
    Ties,
    Variation,
)

# Row: point type. Column: side plus one, so low, no side, high.
_VARIATIONS = np.array(
    [
        [Variation.UNKNOWN, Variation.UNKNOWN, Variation.UNKNOWN],
        [Variation.COMMON_CAUSE, Variation.COMMON_CAUSE, Variation.COMMON_CAUSE],
        [Variation.IMPROVEMENT_LOW, Variation.UNKNOWN, Variation.IMPROVEMENT_HIGH],
        [Variation.CONCERN_LOW, Variation.UNKNOWN, Variation.CONCERN_HIGH],
        [Variation.NEUTRAL_LOW, Variation.UNKNOWN, Variation.NEUTRAL_HIGH],
    ],
    dtype=object,
)
_ASSURANCES = np.array([Assurance.FAILS, Assurance.INCONSISTENT, Assurance.PASSES, Assurance.NONE], dtype=object)


@dataclass(frozen=True, eq=False)
class Icons:
    """`point_type`: (series, periods), values of PointType; `variation` and `assurance`: (series,)."""

    point_type: CodeArray
    variation: IconArray
    assurance: IconArray


def icons(
    charted: FloatArray,
    side: CodeArray,
    limits: Limits,
    *,
    latest: tuple[IntArray, IntArray],
    signs: FloatArray,
    target: FloatArray,
    tolerance: FloatArray,
    ties: Ties,
) -> Icons:
    """What the sides of the signals mean where the better direction is `signs`, and what the latest limits promise.

    `charted` and `side`: (series, periods), the values with NaN where unknown, and the side of each signal that counts.
    `latest`: rows and columns of each series' last present point. `signs`, `target`: (series,). `tolerance`:
    (series, 1).
    """
    point_type = _point_types(charted, side, signs)
    return Icons(
        point_type=point_type,
        variation=_VARIATIONS[point_type[latest], side[latest] + 1],
        assurance=_assurances(limits.lower[latest], limits.upper[latest], target, signs, tolerance[:, 0], ties),
    )


def last_present(present: BoolArray) -> tuple[IntArray, IntArray]:
    """Row and column of the latest present point of each series; the last column where there is none."""
    columns: IntArray = present.shape[1] - 1 - np.argmax(present[:, ::-1], axis=1)
    return np.arange(len(present)), columns


def _point_types(charted: FloatArray, side: CodeArray, signs: FloatArray) -> CodeArray:
    """A signal towards the good side is an improvement, away from it a concern, without one neutral."""
    better = side * signs[:, None].astype(np.int8)
    types = np.full(side.shape, PointType.NEUTRAL, dtype=np.int8)
    types[better > 0] = PointType.IMPROVEMENT
    types[better < 0] = PointType.CONCERN
    types[side == 0] = PointType.COMMON_CAUSE
    types[np.isnan(charted)] = PointType.UNKNOWN
    return types


def _assurances(
    lower: FloatArray, upper: FloatArray, target: FloatArray, signs: FloatArray, tolerance: FloatArray, ties: Ties
) -> IconArray:
    """Passes or fails where the target lies beyond the limits, or on one if ties count; all (series,).

    Source: NHS England, Making Data Count. With `inclusive` ties a target on both limits is met by every value.
    """
    below, above = target < lower - tolerance, target > upper + tolerance
    if ties == "inclusive":
        below, above = target <= lower + tolerance, target >= upper - tolerance
    beyond = below.astype(np.int8) - above
    outcome = np.where(below & above, 1, beyond * signs.astype(np.int8)) + 1
    promised = (signs != 0) & ~np.isnan(target) & ~np.isnan(lower)
    return _ASSURANCES[np.where(promised, outcome, len(_ASSURANCES) - 1)]
