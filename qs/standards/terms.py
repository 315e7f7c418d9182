"""The words of an indicator: which way is better, how counts become a value, how often it is collected."""

from __future__ import annotations

from enum import StrEnum

from qs.i18n import N_


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"
    BAND = "band"  # inside [target, target_high]


class Aggregation(StrEnum):
    """How numerators and denominators of a period become its value."""

    SHARE = "share"  # numerator / denominator, 0 to 1
    MEAN = "mean"  # sum of values / number of values
    RATE = "rate"  # per * numerator / denominator
    PERCENTILE = "percentile"  # of single values, from the histogram
    COUNT = "count"  # sum of numerators

    @property
    def is_measured(self) -> bool:
        """True when events carry single values (denominator 1) whose spread matters."""
        return self in (Aggregation.MEAN, Aggregation.PERCENTILE)


class Frequency(StrEnum):
    """How often the figure is collected (采集频次)."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Direction: {
        Direction.UP: N_("Higher is better"),
        Direction.DOWN: N_("Lower is better"),
        Direction.BAND: N_("Within the band is better"),
    },
    Aggregation: {
        Aggregation.SHARE: N_("Share"),
        Aggregation.MEAN: N_("Mean"),
        Aggregation.RATE: N_("Rate"),
        Aggregation.PERCENTILE: N_("Percentile"),
        Aggregation.COUNT: N_("Count"),
    },
    Frequency: {
        Frequency.HOUR: N_("Hourly"),
        Frequency.DAY: N_("Daily"),
        Frequency.WEEK: N_("Weekly"),
        Frequency.MONTH: N_("Monthly"),
        Frequency.QUARTER: N_("Quarterly"),
    },
}

ERRORS: dict[str, str] = {}
