"""What units of one kind have in common: a prior made from all of them, so that small samples are not taken at face
value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

MIN_PEERS = 10  # with fewer there is no telling how much units differ, and none is pulled towards the others (own)
PRIOR_VALUES = 4.0  # how many values the common variance counts for beside a unit's own (own default)

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
