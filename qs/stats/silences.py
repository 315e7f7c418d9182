"""How unlikely a silence is: from the gaps between the days on which something came, as they used to be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln

LEAST_GAPS = 3  # under which nothing is said of a rhythm (own default)
LEAST_DAYS = 28  # over which the gaps must reach before anything is said (own default)
PRIOR = 0.5  # of both kinds of day: Jeffreys' prior of a share


@dataclass(frozen=True)
class Rhythm:
    """How often something used to come. `gap_days`: from one day with something to the next; 1 for every day."""

    gap_days: NDArray[np.int64]
    gap_counts: NDArray[np.int64]
    event_count: int

    @property
    def gap_count(self) -> int:
        return int(self.gap_counts.sum())

    @property
    def day_count(self) -> int:
        """How many days the gaps cover together."""
        return int((self.gap_days * self.gap_counts).sum())

    @property
    def is_known(self) -> bool:
        """True when there is enough to say how long a silence is usual."""
        return self.gap_count >= LEAST_GAPS and self.day_count >= LEAST_DAYS

    def expected(self, days: float) -> float:
        """How many events so many days used to bring."""
        return self.event_count * days / self.day_count


def rhythm(gap_days: ArrayLike, gap_counts: ArrayLike, event_count: int) -> Rhythm:
    """A rhythm from a table of gaps. Raises ValueError for gaps under a day or negative counts."""
    gaps, counts = (np.asarray(one, dtype=np.int64) for one in (gap_days, gap_counts))
    if (gaps < 1).any() or (counts < 0).any() or event_count < 0:
        raise ValueError("gaps last a day or more, and counts are not negative")
    return Rhythm(gaps, counts, event_count)


def silence_chance(known: Rhythm, silent_days: int) -> float:
    """The chance that on some day nothing has come for so many whole days, if everything is as it was: 0 to 1.

    The larger, that is the more cautious, of two answers. By rate: days with something as draws with one chance, of
    which Jeffreys' prior admits that it is estimated (beta-binomial: Gelman et al., Bayesian Data Analysis, 2013, 2.4;
    with few events a day it is the Poisson answer). By experience: on which share of the days so far the silence was as
    long, counted with the present one (Davison and Hinkley, Bootstrap Methods, 1997, 4.2); this knows weekends,
    holidays and seasons. Raises ValueError when the rhythm is not known.
    """
    if not known.is_known:
        raise ValueError("the rhythm is not known")
    if silent_days <= 0:
        return 1.0
    days, gaps = known.day_count, known.gap_count
    quiet = days - gaps + PRIOR
    by_rate = float(np.exp(betaln(gaps + PRIOR, quiet + silent_days) - betaln(gaps + PRIOR, quiet)))
    as_long = int((np.maximum(known.gap_days - silent_days, 0) * known.gap_counts).sum())
    return min(max(by_rate, (as_long + 1) / (days + 1)), 1.0)
