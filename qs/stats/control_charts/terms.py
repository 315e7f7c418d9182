"""The words of control charts: directions, rules, what a point means, and the two icons of a series."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
CodeArray = NDArray[np.int8]
IconArray = NDArray[np.object_]

Gap = Literal["skip", "break"]  # a run goes on after a missing point, or ends there
Ranges = Literal["mean", "median"]  # what of the moving ranges makes the limits
Ties = Literal["strict", "inclusive"]  # whether a target on a limit is inconsistent, or kept or missed for good

MIN_CHART_POINTS = 7  # with fewer a segment gets no limits and a series no icon; also the shortest trend
MIN_FIRM_POINTS = 12  # limits made from fewer are trial limits: Making Data Count
NO_DIFFERENCE_SHARE = 1e-12  # of a series' largest absolute value; smaller differences are rounding
D2_FOR_PAIRS = 1.128  # mean range of two normal draws, in sigmas, as the NIST/SEMATECH e-Handbook 6.3.2.2 prints it
ROUNDING = 1e-9  # two numbers that differ by less than this share of themselves differ by rounding alone
SCREEN_MEAN_RANGES = 3.267  # upper limit of moving ranges, D4 for pairs: Provost & Murray, The Health Care Data Guide


class Direction(StrEnum):
    """The way an indicator goes when the service gets better."""

    UP = "up"
    DOWN = "down"
    NEUTRAL = "neutral"


class PointType(IntEnum):
    """What a point means; unknown when it is missing or its segment is too short for limits."""

    UNKNOWN = 0
    COMMON_CAUSE = 1
    IMPROVEMENT = 2
    CONCERN = 3
    NEUTRAL = 4


class Variation(StrEnum):
    """The variation icon of Making Data Count: the type and side of the latest point."""

    COMMON_CAUSE = "common_cause"
    IMPROVEMENT_HIGH = "improvement_high"
    IMPROVEMENT_LOW = "improvement_low"
    CONCERN_HIGH = "concern_high"
    CONCERN_LOW = "concern_low"
    NEUTRAL_HIGH = "neutral_high"
    NEUTRAL_LOW = "neutral_low"
    UNKNOWN = "unknown"


class Assurance(StrEnum):
    """The assurance icon of Making Data Count: what the latest limits promise about the target."""

    PASSES = "passes"
    FAILS = "fails"
    INCONSISTENT = "inconsistent"
    NONE = "none"


class Rule(IntEnum):
    """Why a point is a signal; of several rules the lowest number is kept."""

    NONE = 0
    OUTSIDE_LIMITS = 1
    TREND = 2
    TWO_OF_THREE = 3
    SHIFT = 4


@dataclass(frozen=True, eq=False)
class Limits:
    """The five lines of a chart: (series, periods), in the unit of the values, NaN where there are none."""

    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    near_lower: FloatArray
    near_upper: FloatArray
