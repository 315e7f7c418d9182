"""Measuring side by side: the same work done two ways in turn, and how many times longer one takes than the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Spread:
    """Least, middle and greatest of what was measured."""

    least: float
    middle: float
    greatest: float

    def told(self, unit: str = "") -> str:
        return f"{self.middle:.2f}{unit} (least {self.least:.2f}, greatest {self.greatest:.2f})"


def spread(values: Sequence[float]) -> Spread:
    return Spread(min(values), median(values), max(values))


def ratios(ours: Sequence[float], limit: Sequence[float]) -> Spread:
    """How many times longer ours took, repetition by repetition: both had the same neighbours at the time."""
    return spread([mine / theirs for mine, theirs in zip(ours, limit, strict=True)])


def seconds(work: Callable[[], object]) -> float:
    """How long the work takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def rounds(ways: Mapping[str, Callable[[], object]], *, count: int, runs: int) -> dict[str, list[float]]:
    """Seconds that each way took in each round: the middle of so many runs. The ways take turns within a round."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(count + 1):
        for name, work in ways.items():
            middle = spread([seconds(work) for _ in range(runs)]).middle
            if number:  # the first round warms up
                taken[name].append(middle)
    return taken


def percentile_95(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(int(0.95 * len(ordered)), len(ordered) - 1)]


def headline(name: str, figure: str, aim: str) -> None:
    """The one line to remember of a benchmark."""
    print(f"{name}: {figure}; aim: {aim}", flush=True)


def detail(text: str) -> None:
    print(f"  {text}", flush=True)
