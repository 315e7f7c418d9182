"""Segments: the stretches of series that have limits of their own, and what is added up and averaged in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qs.stats.control_charts.arguments import marks
from qs.stats.control_charts.terms import SCREEN_MEAN_RANGES, BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class Segments:
    """The stretches of each series that have limits of their own."""

    number: IntArray  # (series, periods), 0 for the first segment of a series
    most: int  # in one series

    def total(self, amounts: FloatArray | BoolArray) -> FloatArray:
        """Sums of (series, periods) by segment: (series, most)."""
        if self.most == 1:
            whole: FloatArray = amounts.sum(axis=1, dtype=np.float64, keepdims=True)
            return whole
        inside = (np.where(self.number == segment, amounts, 0.0) for segment in range(self.most))
        return np.stack([part.sum(axis=1) for part in inside], axis=1)

    def average(self, amounts: FloatArray, counted: BoolArray) -> FloatArray:
        """Means of the counted amounts by segment: (series, most), NaN where nothing is counted."""
        counts = self.total(counted)
        sums = self.total(np.where(counted, amounts, 0.0))
        return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)

    def median(self, amounts: FloatArray) -> FloatArray:
        """Medians of the amounts that are not NaN by segment: (series, most), NaN where there is none."""
        found = np.full((len(self.number), self.most), np.nan)
        rows = np.arange(len(found))
        for segment in range(self.most):
            ordered = np.sort(np.where(self.number == segment, amounts, np.nan), axis=1)  # NaN comes last
            count = np.count_nonzero(~np.isnan(ordered), axis=1)
            middle = np.maximum(count - 1, 0)
            found[:, segment] = (ordered[rows, middle // 2] + ordered[rows, middle - middle // 2]) / 2
        return found

    def spread(self, per_segment: FloatArray) -> FloatArray:
        """Give each period the number of its segment: (series, most) to (series, periods)."""
        if self.most == 1:
            return np.broadcast_to(per_segment, self.number.shape)
        return np.take_along_axis(per_segment, self.number, axis=1)


def segmented(shape: tuple[int, ...], segment_starts: BoolArray | None) -> Segments:
    """The segments of (series, periods): one for each series, and another from every True of `segment_starts`."""
    number = np.zeros(shape, dtype=np.int64)
    if segment_starts is not None:
        np.cumsum(marks(segment_starts, shape, "segment_starts")[:, 1:], axis=1, out=number[:, 1:])
    most = int(number.max(initial=0)) + 1
    return Segments(number=number, most=most)


def base_points(present: BoolArray, segments: Segments, baseline_periods: int | None) -> BoolArray:
    """The points that make the limits: all present ones, or the first so many of each segment."""
    if baseline_periods is None:
        return present
    counts = segments.total(present)
    before_segment = np.cumsum(counts, axis=1) - counts
    rank = np.cumsum(present, axis=1) - segments.spread(before_segment)
    return present & (rank <= baseline_periods)


def moving_ranges(values: FloatArray, base: BoolArray, segments: Segments) -> FloatArray:
    """Distance of each point from the period before, (series, periods); NaN unless both are base of one segment."""
    ranges = np.full(values.shape, np.nan)
    step = np.abs(np.diff(values, axis=1))
    neighbours = base[:, 1:] & base[:, :-1] & (segments.number[:, 1:] == segments.number[:, :-1])
    ranges[:, 1:] = np.where(neighbours, step, np.nan)
    return ranges


def mean_moving_range(ranges: FloatArray, segments: Segments, *, screen: bool) -> FloatArray:
    """By segment, (series, most), NaN without a range; screened once at the upper limit of the ranges themselves.

    Source: Provost & Murray, The Health Care Data Guide (2011).
    """
    usable = ~np.isnan(ranges)
    mean_range = segments.average(ranges, usable)
    if not screen:
        return mean_range
    kept = usable & (ranges < segments.spread(SCREEN_MEAN_RANGES * mean_range))
    screened = segments.average(ranges, kept)
    # A series that never moves, or hardly ever, would lose every range that is not zero: then nothing is screened.
    return np.where(screened > 0, screened, mean_range)
