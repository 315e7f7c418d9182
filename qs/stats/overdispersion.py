"""Units of one kind differ by more than chance: how much more, and limits that allow for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

LEVELS = (0.95, 0.998)  # the two limits of a funnel: Spiegelhalter (2005), Statistics in Medicine 24:1185-1202
TRIMMED_SHARE = 0.1  # of the units at either end, which shall not decide what is usual: the same, 4.2
ANSCOMBE = 3 / 8  # Anscombe (1948), Biometrika 35:246-254

FloatArray = NDArray[np.float64]
FlagArray = NDArray[np.int8]


class Trim(StrEnum):
    """What becomes of the z values at either end: drawn in to the quantile, or left out."""

    WINSORISED = "winsorised"
    TRUNCATED = "truncated"


class Scale(StrEnum):
    """On which scale a figure is nearly normal, with the same spread whatever it is."""

    LOG = "log"  # ln(O/E), as the SHMI of English hospitals
    ROOT = "root"  # sqrt(O/E) - 1, as the Care Quality Commission
    ARCSINE = "arcsine"  # of a share, with Anscombe's correction
    LOG_RATIO = "log ratio"  # of two counts


@dataclass(frozen=True, eq=False)
class Judgement:
    """How far each unit lies from the target, what that is worth, and the limits to draw.

    `z`: standard deviations; `p`: two-sided; NaN where there is nothing to go by. `lower`, `upper`: shape
    (levels, units), in the unit of the figure. `flags`: 0 inside, 1 above the first level, 2 above the second, and
    below zero in the same way; a unit is flagged exactly when it lies outside the limits drawn.
    """

    z: FloatArray
    p: FloatArray
    lower: FloatArray
    upper: FloatArray
    flags: FlagArray


@dataclass(frozen=True, eq=False)
class Overdispersion:
    """`phi`: the variance of z after trimming, 1 when all is chance, NaN without units; `tau2`: the variance between
    units on the scale of the standard errors; `units`: how many counted; `kept`: z after trimming, NaN where left out.
    """

    phi: float
    tau2: float
    units: int
    kept: FloatArray


@dataclass(frozen=True, eq=False)
class Scaled:
    """Figures on a scale on which they are nearly normal, less their target; `n` is what the spread follows from."""

    scale: Scale
    values: FloatArray
    standard_errors: FloatArray
    n: FloatArray
    target: float

    @property
    def z(self) -> FloatArray:
        return self.values / self.standard_errors


def overdispersion(
    z: ArrayLike,
    standard_errors: ArrayLike,
    *,
    trimmed: float = TRIMMED_SHARE,
    how: Trim = Trim.WINSORISED,
    corrected: bool = False,
) -> Overdispersion:
    """How much more units differ than chance explains, `trimmed` of them at either end not deciding.

    As published, trimming also makes ordinary spread look smaller (by a third at a tenth); `corrected` makes up for it,
    so that phi is 1 when all is chance. Missing units (NaN) do not count. Raises ValueError for a share of one half
    or more.
    Source: Spiegelhalter (2005), Statistics in Medicine 24:1185-1202, 4; the truncation is that of the SHMI
    (NHS Digital, SHMI methodology). The variance between units is DerSimonian & Laird's (1986).
    """
    if not 0 <= trimmed < 0.5:
        raise ValueError("trimmed lies between 0 and one half")
    found, errors = np.broadcast_arrays(np.asarray(z, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64))
    known = np.isfinite(found) & (errors > 0)
    if not known.any():
        return Overdispersion(np.nan, 0.0, 0, np.full(found.shape, np.nan))
    if how is Trim.WINSORISED:
        low, high = np.quantile(found[known], (trimmed, 1 - trimmed))  # type 7 of Hyndman & Fan, as R has it
        kept = np.where(known, np.clip(found, low, high), np.nan)
    else:
        kept = np.where(_is_truncated(found, known, trimmed), np.nan, found)
    used = np.isfinite(kept)
    units = int(used.sum())
    phi = float((kept[used] ** 2).mean()) / (kept_variance(trimmed, how) if corrected else 1.0) if units else np.nan
    weight = errors[used] ** -2.0
    room = float(weight.sum() - (weight**2).sum() / weight.sum()) if units > 1 else 0.0
    tau2 = max((units * phi - (units - 1)) / room, 0.0) if room > 0 else 0.0
    return Overdispersion(phi, tau2, units, kept)


def kept_variance(trimmed: float, how: Trim) -> float:
    """The variance that trimming leaves of standard normal values: 0.679 when a tenth is winsorised at either end."""
    if not trimmed:
        return 1.0
    end = float(special.ndtri(1 - trimmed))
    inside = 1 - 2 * trimmed - 2 * end * float(np.exp(-(end**2) / 2) / np.sqrt(2 * np.pi))
    return inside + 2 * trimmed * end**2 if how is Trim.WINSORISED else inside / (1 - 2 * trimmed)


def _is_truncated(z: FloatArray, known: NDArray[np.bool_], trimmed: float) -> NDArray[np.bool_]:
    """The first and the last of 1 / trimmed parts by rank; and what is missing."""
    parts = 1 / trimmed if trimmed else np.inf
    rank = np.full(z.shape, np.nan)
    rank[known] = stats.rankdata(z[known])
    place = np.floor(rank * parts / (known.sum() + 1)) if trimmed else np.where(known, 1.0, np.nan)
    return np.asarray(~known | (place == 0) | (place == np.round(parts) - 1))


def ratio_scaled(observed: ArrayLike, expected: ArrayLike, *, scale: Scale = Scale.ROOT) -> Scaled:
    """Observed over expected counts around 1, on the root or the log scale; NaN where nothing is expected.

    On the log scale half a case stands for none. Source: Spiegelhalter (2005) A.2; Spiegelhalter et al. (2012),
    JRSS A 175:1-47; NHS Digital, SHMI methodology.
    """
    if scale not in (Scale.ROOT, Scale.LOG):
        raise ValueError("scale of a ratio is the root or the log one")
    found, mean = _counts(observed, expected)
    mean = np.where(mean > 0, mean, np.nan)
    if scale is Scale.LOG:
        return Scaled(scale, np.log(np.where(found > 0, found, 0.5) / mean), mean**-0.5, mean, 1.0)
    return Scaled(scale, np.sqrt(found / mean) - 1, 0.5 * mean**-0.5, mean, 1.0)


def share_scaled(successes: ArrayLike, n: ArrayLike, *, target: float) -> Scaled:
    """Shares around a target on the arcsine scale, corrected so that few cases or rare ones are not misjudged.

    Source: Anscombe (1948), Biometrika 35:246-254; without his correction a share of 0 of 30 lies far below 0.01.
    """
    hits, cases = _counts(successes, n)
    cases = np.where(cases > 0, cases, np.nan)
    values = np.arcsin(np.sqrt((hits + ANSCOMBE) / (cases + 2 * ANSCOMBE))) - np.arcsin(np.sqrt(target))
    return Scaled(Scale.ARCSINE, values, share_errors(cases), cases, target)


def share_errors(n: FloatArray) -> FloatArray:
    """The standard error of a share on the arcsine scale."""
    return np.asarray(0.5 * (n + 0.5) ** -0.5)


def count_ratio_scaled(counts: ArrayLike, others: ArrayLike, *, target: float) -> Scaled:
    """Ratios of two counts around a target on the log scale, half a case added to each; NaN where both are zero.

    Source: Spiegelhalter (2005), Statistics in Medicine 24:1185-1202, A.2.
    """
    one, other = _counts(counts, others)
    variance = one / (one + 0.5) ** 2 + other / (other + 0.5) ** 2
    errors = np.sqrt(np.where(variance > 0, variance, np.nan))
    values = np.where(variance > 0, np.log((one + 0.5) / (other + 0.5)), np.nan) - np.log(target)
    return Scaled(Scale.LOG_RATIO, values, errors, one + other, target)


def judged(scaled: Scaled, *, tau2: float = 0.0, levels: Sequence[float] = LEVELS) -> Judgement:
    """Units against normal limits on their scale, widened by what units of this kind differ; drawn limits are taken
    back to the unit of the figure, and the same standard error serves both.
    """
    spread = np.sqrt(scaled.standard_errors**2 + tau2)
    z = scaled.values / spread
    reach = scale_limits(scaled, tau2=tau2, levels=levels)
    p = 2 * special.ndtr(-np.abs(z))
    return Judgement(z, p, _back(scaled, -reach), _back(scaled, reach), flags(z, p, levels))


def scale_limits(scaled: Scaled, *, tau2: float = 0.0, levels: Sequence[float] = LEVELS) -> FloatArray:
    """How far the limits lie from the target on the scale itself, on either side; shape (levels, units)."""
    return np.multiply.outer(deviates(levels), np.sqrt(scaled.standard_errors**2 + tau2))


def deviates(levels: Sequence[float]) -> FloatArray:
    """The standard deviations between which so much lies. Raises ValueError unless the levels rise within 0 to 1."""
    wanted = np.asarray(levels, dtype=np.float64)
    if not len(wanted) or (wanted <= 0).any() or (wanted >= 1).any() or (np.diff(wanted) <= 0).any():
        raise ValueError("levels lie between 0 and 1 and rise")
    return np.asarray(special.ndtri((1 + wanted) / 2))


def flags(z: FloatArray, p: FloatArray, levels: Sequence[float]) -> FlagArray:
    """How many levels each unit lies beyond, below zero for below the target."""
    beyond = (p[None] < 1 - np.asarray(levels, dtype=np.float64)[:, None]).sum(axis=0)
    return np.asarray(np.sign(np.nan_to_num(z)) * beyond, dtype=np.int8)


def _back(scaled: Scaled, reach: FloatArray) -> FloatArray:
    match scaled.scale:
        case Scale.LOG | Scale.LOG_RATIO:
            return np.asarray(scaled.target * np.exp(reach))
        case Scale.ROOT:
            return np.asarray(np.maximum(1 + reach, 0.0) ** 2)
        case Scale.ARCSINE:
            angle = np.clip(np.arcsin(np.sqrt(scaled.target)) + reach, 0.0, np.pi / 2)
            share = (np.sin(angle) ** 2 * (scaled.n + 2 * ANSCOMBE) - ANSCOMBE) / scaled.n
            return np.asarray(np.clip(share, 0.0, 1.0))


def _counts(first: ArrayLike, second: ArrayLike) -> tuple[FloatArray, FloatArray]:
    one, other = np.broadcast_arrays(np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64))
    if (one < 0).any() or (other < 0).any():
        raise ValueError("counts are not negative")
    return one, other
