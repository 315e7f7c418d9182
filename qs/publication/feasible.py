"""What the sums of tables leave possible for cells that are not known: how low and how high each may lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

TOLERANCE = 1e-6
FOUND_AT_ONCE = 6  # counts that fall short looked for before the rest is left to the next time
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Sums:
    """What readers know of the unknown cells: the sums, and that none lies below `lowest`.

    `enough`: how far a small count must be able to rise, k-1; whether it can rise further does not matter. `floor`: how
    far it must be able to sink: as far as the shown zeros let it, which is 1 for a single cell.
    """

    matrix: csr_matrix
    right: Numbers
    lowest: Numbers
    enough: Numbers
    floor: Numbers

    def extremes(self, wanted: Sequence[int], sign: float) -> Numbers:
        """Feasible values of all cells that make the sum of the wanted ones least (`sign` 1) or greatest (-1)."""
        aim = np.zeros(len(self.lowest))
        aim[list(wanted)] = sign
        highest = np.full(len(self.lowest), np.inf)
        highest[list(wanted)] = np.maximum(self.enough[list(wanted)], self.lowest[list(wanted)])
        bounds = np.column_stack([self.lowest, highest])
        result = linprog(aim, A_eq=self.matrix, b_eq=self.right, bounds=bounds, method="highs")
        if result.status != 0:  # the true counts satisfy every sum
            raise ValueError(f"the sums cannot hold: {result.message}")
        found: Numbers = result.x
        return found

    def judged(self, small: Sequence[int], sign: float) -> tuple[set[int], set[int]]:
        """Small counts that cannot come up to k-1 (`sign` -1) or down to their floor (1), a few of them; and that can.

        One solution vouches for every count that is at its end in it; those left over are tried one by one, until some
        are found that cannot.
        """
        left = list(small)
        while left:
            values = self.extremes(left, sign)
            still = [index for index in left if not self.is_at_end(values, index, sign)]
            if len(still) == len(left):
                break
            left = still
        short: set[int] = set()
        able = set(small) - set(left)
        for index in left:
            if len(short) == FOUND_AT_ONCE:
                break
            (able if self.is_at_end(self.extremes([index], sign), index, sign) else short).add(index)
        return short, able

    def is_at_end(self, values: Numbers, index: int, sign: float) -> bool:
        if sign < 0:
            return bool(values[index] >= self.enough[index] - TOLERANCE)
        return bool(values[index] <= self.floor[index] + TOLERANCE)
