"""Run lengths: how many points pass on average before a drift chart gives an alarm, false or true."""

from __future__ import annotations

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.special import ndtr

from qs.stats.control_charts.drifts import CusumPlan, EwmaPlan
from qs.stats.control_charts.terms import FloatArray

MIN_NODES = 80  # of the quadrature; more change no printed digit of the published tables
NODES_PER_SIGMA = 6  # of one step of the chart, when its limits are very wide
LONGEST = 1e12  # points; longer runs are lost in rounding


def average_run_length(plan: CusumPlan | EwmaPlan, *, shift: float = 0.0) -> float:
    """Points until the first alarm, on average, of independent normal points whose mean lies `shift` sigmas off target.

    With shift 0 it is the distance between false alarms. Both charts watch both sides; EWMA limits are the asymptotic
    ones. Infinite beyond LONGEST. Raises ValueError for a shift that is not finite. Source: integral equations solved
    by Gauss-Legendre quadrature, Crowder (1987), Technometrics 29:401-407, for EWMA; Page (1954), Biometrika
    41:100-115, and Kemp (1961), JRSS B 23:149-153, for CUSUM.
    """
    if not np.isfinite(shift):
        raise ValueError(f"shift must be finite, not {shift}")
    if isinstance(plan, EwmaPlan):
        return _ewma_length(plan, shift)
    alarms_per_point = 1 / _cusum_length(plan, shift) + 1 / _cusum_length(plan, -shift)
    return 1 / alarms_per_point if alarms_per_point > 0 else np.inf


def _cusum_length(plan: CusumPlan, shift: float) -> float:
    """Of one side, from zero: L(u) = 1 + L(0) F(k - u - d) + integral over 0 to h of L(y) f(y + k - u - d)."""
    nodes, weights = _quadrature(0.0, plan.h, step=1.0)
    states = np.concatenate([[0.0], nodes])
    to_zero = ndtr(plan.k - states - shift)
    onwards = weights * _density(nodes[None, :] + plan.k - states[:, None] - shift)
    return _expected_steps(np.column_stack([to_zero, onwards]), start=0)


def _ewma_length(plan: EwmaPlan, shift: float) -> float:
    """From the target: L(u) = 1 + 1/w times the integral between the limits of L(y) f((y - (1 - w) u) / w - d)."""
    limit = plan.limit_sigmas * np.sqrt(plan.weight / (2 - plan.weight))
    nodes, weights = _quadrature(-limit, limit, step=plan.weight)
    states = np.concatenate([[0.0], nodes])
    steps = (nodes[None, :] - (1 - plan.weight) * states[:, None]) / plan.weight - shift
    onwards = weights / plan.weight * _density(steps)
    return _expected_steps(np.column_stack([np.zeros(len(states)), onwards]), start=0)


def _quadrature(lower: float, upper: float, *, step: float) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights between two states, close enough together for steps of so wide a spread."""
    nodes, weights = leggauss(max(MIN_NODES, int(NODES_PER_SIGMA * (upper - lower) / step)))
    half = (upper - lower) / 2
    return half * nodes + (upper + lower) / 2, half * weights


def _density(z: FloatArray) -> FloatArray:
    density: FloatArray = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return density


def _expected_steps(moves: FloatArray, *, start: int) -> float:
    """Steps until the states are left, from one of them; `moves` are the chances from each state to each."""
    steps = float(np.linalg.solve(np.eye(len(moves)) - moves, np.ones(len(moves)))[start])
    return steps if 0 < steps < LONGEST else np.inf
