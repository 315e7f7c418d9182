"""Many tests at once: which of them stand when it is known how many were made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FALSE_DISCOVERY_SHARE = 0.05  # of all that is called a discovery, at most so much may be chance

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Discoveries:
    """What stands of many tests, in the shape of the p values.

    `adjusted`: the least share of false discoveries at which the test would stand, NaN where no test was made.
    `threshold`: the largest p value that stands, 0 when none does. `tests`: how many were made.
    """

    stands: BoolArray
    adjusted: FloatArray
    threshold: float
    tests: int

    @property
    def expected_false(self) -> float:
        """How many of all tests would fall under the threshold by chance if nothing at all were there."""
        return self.threshold * self.tests


def benjamini_hochberg(p_values: ArrayLike, *, q: float = FALSE_DISCOVERY_SHARE) -> Discoveries:
    """Tests that stand when at most the share `q` of them may be false; any shape.

    A missing p value (NaN) is no test: it neither stands nor counts. Raises ValueError for values outside 0 to 1.
    Source: Benjamini & Hochberg (1995), JRSS B 57:289-300.
    """
    p = _checked(p_values, q)
    return _discoveries(p, _stepped_up(p), q)


def two_stage(p_values: ArrayLike, *, q: float = FALSE_DISCOVERY_SHARE) -> Discoveries:
    """The same, sharper where many tests stand: the first pass says how many are true chance.

    Source: Benjamini, Krieger & Yekutieli (2006), Biometrika 93:491-507, definition 6.
    """
    p = _checked(p_values, q)
    tests = int(np.isfinite(p).sum())
    adjusted = _stepped_up(p)
    chance = tests - int((adjusted <= q / (1 + q)).sum())
    if chance < tests:
        adjusted = np.minimum(adjusted * (1 + q) * chance / tests, 1.0)
    else:
        adjusted = np.minimum(adjusted * (1 + q), 1.0)
    return _discoveries(p, adjusted, q)


def bonferroni(p_values: ArrayLike, *, alpha: float = 0.05) -> Discoveries:
    """Tests that stand when there shall not be a single false one but with probability `alpha`."""
    p = _checked(p_values, alpha)
    return _discoveries(p, np.minimum(p * np.isfinite(p).sum(), 1.0), alpha)


def _checked(p_values: ArrayLike, q: float) -> FloatArray:
    p = np.asarray(p_values, dtype=np.float64)
    if not 0 < q < 1:
        raise ValueError("q lies between 0 and 1")
    if ((p < 0) | (p > 1)).any():
        raise ValueError("p_values lie between 0 and 1")
    return p


def _stepped_up(p: FloatArray) -> FloatArray:
    """Each p value times the tests over its place, none larger than a later one's; NaN stays."""
    flat = p.ravel()
    order = np.argsort(flat, kind="stable")  # NaN last
    tests = int(np.isfinite(flat).sum())
    order = order[:tests]
    stepped = flat[order] * tests / np.arange(1, tests + 1)
    found = np.full(flat.shape, np.nan)
    found[order] = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
    return found.reshape(p.shape)


def _discoveries(p: FloatArray, adjusted: FloatArray, q: float) -> Discoveries:
    # An ulp of room, so that 3 of 15 at 0.05 is not lost to how 0.05 is stored.
    stands = adjusted <= q * (1 + 4 * np.finfo(np.float64).eps)
    return Discoveries(stands, adjusted, float(p[stands].max(initial=0.0)), int(np.isfinite(p).sum()))
