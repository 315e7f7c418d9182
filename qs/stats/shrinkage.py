"""What units of one kind have in common: a prior made from all of them, so that small samples are not taken at face
value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

MIN_PEERS = 10  # with fewer there is no telling how much units differ, and none is pulled towards the others (own)
PRIOR_VALUES = 4.0  # how many values the common variance counts for beside a unit's own (own default)
ROUNDS = 100  # of the search for the variance between units; it usually takes five
CLOSE = 1e-12  # a step of it that is this small, beside the variance itself, is the last

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class BetaPrior:
    """What is believed of a share before its counts are seen: Beta(successes, failures)."""

    successes: float
    failures: float


JEFFREYS = BetaPrior(0.5, 0.5)  # knows nothing: Jeffreys (1946)


def beta_prior(successes: ArrayLike, n: ArrayLike) -> BetaPrior:
    """The beta distribution of the true shares of many units, by marginal maximum likelihood of the beta-binomial.

    It counts for no more than the typical unit's own cases (their median), so that a unit with usual evidence is
    never ruled by its peers. Jeffreys' prior for fewer than MIN_PEERS units with cases.
    Source: Efron & Morris (1975), JASA 70:311-319; Griffiths (1973), Biometrics 29:637-648.
    """
    hits, cases = np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)
    hits, cases = hits[cases > 0], cases[cases > 0]
    if len(cases) < MIN_PEERS:
        return JEFFREYS
    common = (hits.sum() + 0.5) / (cases.sum() + 1.0)
    strongest = max(float(np.median(cases)), 2.0)

    def unlikely(place: FloatArray) -> tuple[float, FloatArray]:
        """Minus the log likelihood at (logit of the mean, log of the strength), and its gradient."""
        mean, strength = special.expit(place[0]), np.exp(place[1])
        a, b = mean * strength, (1 - mean) * strength
        fit = special.betaln(a + hits, b + cases - hits) - special.betaln(a, b)
        both = special.digamma(cases + strength) - special.digamma(strength)
        by_a = special.digamma(hits + a) - special.digamma(a) - both
        by_b = special.digamma(cases - hits + b) - special.digamma(b) - both
        by_mean = strength * mean * (1 - mean) * (by_a - by_b)
        return -float(fit.sum()), -np.array([by_mean.sum(), (a * by_a + b * by_b).sum()])

    start = np.array([special.logit(common), np.log(strongest) / 2])
    bounds = [(start[0] - 5, start[0] + 5), (np.log(0.5), np.log(strongest))]
    found = optimize.minimize(unlikely, start, jac=True, method="L-BFGS-B", bounds=bounds)
    mean, strength = float(special.expit(found.x[0])), float(np.exp(found.x[1]))
    return BetaPrior(mean * strength, (1 - mean) * strength)


@dataclass(frozen=True, eq=False)
class NormalPosterior:
    """What is believed of each unit's true mean: a normal distribution; the standard errors are not negative."""

    mean: FloatArray
    standard_error: FloatArray


def steadied_variances(n: ArrayLike, variances: ArrayLike) -> FloatArray:
    """Each unit's variance between its values, steadied by that of all units: PRIOR_VALUES values of the common one.

    A unit with one value, or with values that happen to be equal, is so not taken for exact. NaN variances (one value)
    count for nothing. Source: the posterior of a variance under a conjugate prior, Gelman et al., Bayesian Data
    Analysis (3rd ed.), 2.6; its weight is an own default.
    """
    cases = np.asarray(n, dtype=np.float64)
    own = np.nan_to_num(np.asarray(variances, dtype=np.float64))
    freedom = np.maximum(cases - 1, 0.0)
    known = float(freedom.sum())
    if known == 0:
        return np.full(cases.shape, np.nan)
    common = float((freedom * own).sum()) / known
    return np.asarray((freedom * own + PRIOR_VALUES * common) / (freedom + PRIOR_VALUES))


def normal_posterior(estimates: ArrayLike, standard_errors: ArrayLike) -> NormalPosterior:
    """Estimates with their standard errors, drawn towards the common mean as far as chance explains the differences.

    The variance between units is DerSimonian & Laird's (1986), set to zero when negative; as it is not known exactly,
    the pull is limited to a half. Fewer than MIN_PEERS units stay as they are.
    Source: Efron & Morris (1977), Scientific American 236:119-127; Goldstein & Spiegelhalter (1996), JRSS A 159.
    """
    seen, errors = np.asarray(estimates, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    if len(seen) < MIN_PEERS or not (errors > 0).all():
        return NormalPosterior(seen, errors)
    weight = errors**-2.0
    centre = float((weight * seen).sum() / weight.sum())
    excess = float((weight * (seen - centre) ** 2).sum()) - (len(seen) - 1)
    between = max(excess / float(weight.sum() - (weight**2).sum() / weight.sum()), 0.0)
    middle = float((seen / (errors**2 + between)).sum() / (1 / (errors**2 + between)).sum())
    pull = np.minimum(errors**2 / (errors**2 + between), 0.5)
    return NormalPosterior(pull * middle + (1 - pull) * seen, np.sqrt(1 - pull) * errors)


@dataclass(frozen=True, eq=False)
class SharePosterior:
    """What is believed of each unit's true share after its cases: Beta(successes, failures), one pair per unit."""

    successes: FloatArray
    failures: FloatArray

    @property
    def mean(self) -> FloatArray:
        return self.successes / (self.successes + self.failures)

    @property
    def standard_error(self) -> FloatArray:
        total = self.successes + self.failures
        return np.asarray(np.sqrt(self.successes * self.failures / (total + 1)) / total)


def share_posterior(successes: ArrayLike, n: ArrayLike, prior: BetaPrior) -> SharePosterior:
    """Each unit's cases added to what is believed beforehand; a unit without cases is as the prior says.

    Raises ValueError for counts below zero or more successes than cases.
    """
    hits, cases = np.asarray(successes, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if (hits < 0).any() or (hits > cases).any():
        raise ValueError("successes lie between 0 and n")
    return SharePosterior(prior.successes + hits, prior.failures + cases - hits)


def dersimonian_laird(estimates: ArrayLike, standard_errors: ArrayLike) -> float:
    """How much true means differ between units (a variance), by moments: what exceeds the sampling errors, or zero.

    Standard errors above zero. Source: DerSimonian & Laird (1986), Controlled Clinical Trials 7:177-188.
    """
    seen, weight = weighed(estimates, standard_errors, 0.0)
    if len(seen) < 2:
        return 0.0
    centre = float((weight * seen).sum() / weight.sum())
    excess = float((weight * (seen - centre) ** 2).sum()) - (len(seen) - 1)
    return max(excess / float(weight.sum() - (weight**2).sum() / weight.sum()), 0.0)


def paule_mandel(estimates: ArrayLike, standard_errors: ArrayLike) -> float:
    """How much true means differ between units (a variance), such that the spread seen is exactly the one expected.

    Solves sum (y - centre)^2 / (s^2 + tau2) = units - 1, from DerSimonian and Laird's answer on; zero when even
    without differences the spread is no larger. Less biased than theirs when standard errors are unequal.
    Source: Paule & Mandel (1982), Journal of Research of the NBS 87:377-385.
    """
    tau2 = dersimonian_laird(estimates, standard_errors)

    def excess(between: float) -> tuple[float, float]:
        """How far the spread exceeds the expected one, and how steeply that falls."""
        seen, weight = weighed(estimates, standard_errors, between)
        gap = (seen - (weight * seen).sum() / weight.sum()) ** 2
        return float((weight * gap).sum()) - (len(seen) - 1), float((weight**2 * gap).sum())

    if len(np.asarray(estimates)) < 2 or excess(0.0)[0] <= 0:
        return 0.0
    for _ in range(ROUNDS):  # Newton's steps: the excess is convex and falling, so that they do not overshoot for long
        over, slope = excess(tau2)
        step = over / slope if slope > 0 else 0.0
        tau2 = max(tau2 + step, 0.0)
        if abs(step) <= CLOSE * tau2:
            break
    return tau2


def weighed(estimates: ArrayLike, standard_errors: ArrayLike, between: float) -> tuple[FloatArray, FloatArray]:
    """The estimates and the inverse of their variances, the one between units included."""
    seen, errors = np.asarray(estimates, dtype=np.float64), np.asarray(standard_errors, dtype=np.float64)
    if seen.shape != errors.shape or not np.isfinite(seen).all() or not (errors > 0).all():
        raise ValueError("each estimate must be finite and have a standard error above zero")
    return seen, 1 / (errors**2 + between)


@dataclass(frozen=True, eq=False)
class Shrunken:
    """Estimates drawn towards a common `centre`. `factor`: how much of a unit's distance from it stays, 0 to 1."""

    mean: FloatArray
    standard_error: FloatArray
    factor: FloatArray
    centre: float
    between: float  # the variance of the true means


def shrunken(estimates: ArrayLike, standard_errors: ArrayLike, *, between: float | None = None) -> Shrunken:
    """The posterior of normal means, given how much units differ (`between`, a variance; Paule and Mandel's if not).

    mean = B centre + (1 - B) y with B = s^2 / (s^2 + between); its variance is (1 - B) s^2. Unlike `normal_posterior`
    it follows the textbook without a limit to the pull. Raises ValueError unless standard errors are above zero.
    Source: Efron & Morris (1975), JASA 70:311-319; Goldstein & Spiegelhalter (1996), JRSS A 159.
    """
    tau2 = paule_mandel(estimates, standard_errors) if between is None else between
    if tau2 < 0:
        raise ValueError("the variance between units is not negative")
    seen, weight = weighed(estimates, standard_errors, tau2)
    centre = float((weight * seen).sum() / weight.sum()) if len(seen) else 0.0
    factor = tau2 * weight
    errors = np.asarray(standard_errors, dtype=np.float64)
    return Shrunken(centre + factor * (seen - centre), np.sqrt(factor) * errors, factor, centre, tau2)


def james_stein(estimates: ArrayLike, variance: float) -> Shrunken:
    """Estimates of equal sampling `variance` drawn towards their mean by 1 - (units - 3) variance / sum of squares.

    For four units or more in sum nearer to the truth than the estimates themselves, whatever the truth is; the factor
    is not allowed below zero (the positive part). Fewer than four units stay as they are.
    Source: Efron & Morris (1977), Scientific American 236:119-127.
    """
    seen = np.asarray(estimates, dtype=np.float64)
    if not np.isfinite(seen).all() or not variance >= 0:
        raise ValueError("estimates must be finite and their variance not below zero")
    units = len(seen)
    centre = float(seen.mean()) if units else 0.0
    squares = float(((seen - centre) ** 2).sum())
    factor = 1.0
    if units > 3 and variance > 0:
        factor = max(1 - (units - 3) * variance / squares, 0.0) if squares > 0 else 0.0
    between = max(squares / max(units - 1, 1) - variance, 0.0)
    stays = np.full(units, factor)
    return Shrunken(centre + factor * (seen - centre), np.sqrt(stays * variance), stays, centre, between)
