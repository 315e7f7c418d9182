"""The three rates of call-backs (三率) and their composite, by weights that are data with a date; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from qs.complaints.terms import Satisfaction

WHOLE_TOLERANCE = 1e-9
SATISFIED = (Satisfaction.VERY_SATISFIED, Satisfaction.SATISFIED)


@dataclass(frozen=True)
class Boundary:
    """Where an assessment month begins: on which day of the month before, and at what time a day begins.

    Day 1 and midnight make the calendar month. Day 19 and noon: from the 19th of the month before, 12:00, to the 19th.
    """

    day: int = 1
    at: time = time()


@dataclass(frozen=True)
class Edition:
    """From one day on: what basically satisfied counts, what each rate weighs, and where months begin."""

    code: str
    effective_on: date
    basic_points: float = 0.9
    response: float = 0.1
    resolution: float = 0.5
    satisfaction: float = 0.4
    boundary: Boundary = Boundary()
    source: str = ""
    source_en: str = ""

    def points(self, level: Satisfaction | None) -> float:
        """What a level counts in the satisfaction rate."""
        if level in SATISFIED:
            return 1.0
        return self.basic_points if level is Satisfaction.BASICALLY_SATISFIED else 0.0

    @property
    def is_whole(self) -> bool:
        """True when the weights of the composite make 1."""
        return abs(self.response + self.resolution + self.satisfaction - 1) <= WHOLE_TOLERANCE


@dataclass(frozen=True)
class Rates:
    """The three rates of some call-backs as shares, and their composite; None where there was no valid call-back."""

    valid: int
    response: float | None
    resolution: float | None
    satisfaction: float | None
    unweighted_satisfaction: float | None
    composite: float | None  # 0 to 100


def edition_on(editions: Sequence[Edition], day: date) -> Edition:
    """The edition in force on a day: the newest that had begun; before the first one, the first."""
    begun = [one for one in editions if one.effective_on <= day]
    if begun:
        return max(begun, key=lambda one: one.effective_on)
    return min(editions, key=lambda one: one.effective_on)


def rates(valid: int, contacted: int, solved: int, satisfied: int, basically: int, edition: Edition) -> Rates:
    """The three rates of `valid` call-backs: how many said they were contacted, solved, satisfied, basically so.

    Response = C/V, resolution = S/V, satisfaction = (Q4 + 0.9 Q3)/V, composite = 100 (0.1 response + 0.5 resolution
    + 0.4 satisfaction). Source: the public implementation of a Beijing district; a configurable local rule.
    """
    if not 0 <= max(contacted, solved, satisfied + basically) <= valid:
        raise ValueError("more answers than call-backs")
    if valid == 0:
        return Rates(0, None, None, None, None, None)
    response, resolution = contacted / valid, solved / valid
    satisfaction = (satisfied + edition.basic_points * basically) / valid
    composite = edition.response * response + edition.resolution * resolution + edition.satisfaction * satisfaction
    return Rates(valid, response, resolution, satisfaction, (satisfied + basically) / valid, 100 * composite)


def on_time_share(on_time: int, late: int, open_overdue: int) -> float | None:
    """Closed on time / (closed + still open and overdue): 90, 10 and 20 make 0.75. None when there is nothing."""
    counted = on_time + late + open_overdue
    return on_time / counted if counted else None
