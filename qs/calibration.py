"""Calibration you can see: how often stable services are flagged, changes found, and equal units punished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qs.stats.control_charts import Direction, Variation, without_season, xmr
from qs.stats.penalty_trial import PenaltyTrial, RuleRecord, penalty_trial

MONTHS = 36
STABLE_TIMES = 5
LOOKS = 8  # the last months, each judged when it was the newest
STEP_SIGMAS = (0.0, 1.0, 2.0, 3.0)  # planted, for the worse, in sigmas of the service; 0 shows what is found of nothing
SEASON_SIGMAS = 2.0  # half the difference between the best and the worst month
BURN_IN_MONTHS = 100  # until a correlated series has forgotten where it began
UNITS = 200  # that rules of penalty are tried on
BAD_UNITS = 10
BAD_GAP = 0.08  # how much lower the share of a bad unit is than the usual 85 %
CONCERNS = (Variation.CONCERN_LOW, Variation.CONCERN_HIGH)

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IconArray = NDArray[np.object_]  # of Variation
Rng = np.random.Generator
Judge = Callable[[FloatArray], BoolArray]  # series so far -> whether the newest month is flagged as worse


@dataclass(frozen=True)
class StableShare:
    """How one way of judging treats one kind of service that never changes."""

    service: str
    judge: str
    flagged_share: float  # whose newest month is flagged, for the better or the worse alike where the way knows both


@dataclass(frozen=True)
class FoundShare:
    """How one way of judging finds one planted change for the worse."""

    service: str
    judge: str
    step_sigmas: float
    found_share: float  # flagged as worse in at least one of LOOKS months after the change
    delay_months: float  # until then, in the middle of those found; 1 is the first month; NaN where none is found


@dataclass(frozen=True)
class Calibration:
    """Everything one run found."""

    series_count: int
    stable: list[StableShare]
    found: list[FoundShare]


def independent(rng: Rng, count: int) -> FloatArray:
    return rng.normal(size=(count, MONTHS))


def following(correlation: float) -> Callable[[Rng, int], FloatArray]:
    """Series whose months follow each other, AR(1), with a spread of 1."""

    def draw(rng: Rng, count: int) -> FloatArray:
        noise = rng.normal(scale=np.sqrt(1 - correlation**2), size=(BURN_IN_MONTHS + MONTHS, count))
        level = np.zeros((BURN_IN_MONTHS + MONTHS, count))
        for month in range(1, len(level)):
            level[month] = correlation * level[month - 1] + noise[month]
        return np.ascontiguousarray(level[BURN_IN_MONTHS:].T)

    return draw


def skewed(rng: Rng, count: int) -> FloatArray:
    """Waiting times: gamma with shape 2, turned so that low is bad, with a spread of 1."""
    drawn: FloatArray = (2.0 - rng.gamma(2.0, size=(count, MONTHS))) / np.sqrt(2.0)
    return drawn


def seasonal(rng: Rng, count: int) -> FloatArray:
    return independent(rng, count) + SEASON_SIGMAS * np.sin(2 * np.pi * np.arange(MONTHS) / 12)


SERVICES: dict[str, Callable[[Rng, int], FloatArray]] = {
    "independent months": independent,
    "months that follow each other, 0.3": following(0.3),
    "months that follow each other, 0.6": following(0.6),
    "skewed waiting times": skewed,
    "seasonal": seasonal,
}


def our_icons(series: FloatArray) -> IconArray:
    adjusted = without_season(series, np.arange(series.shape[1]) % 12).adjusted
    return xmr(adjusted, direction=Direction.UP, guard=True).variation


def plain_icons(series: FloatArray) -> IconArray:
    return xmr(series, direction=Direction.UP).variation


def is_red(series: FloatArray) -> BoolArray:
    """Red, amber, green against last year's mean level, which the services were told to hold: red is more than one
    sigma below, amber anything below, green the rest.
    """
    red: BoolArray = series[:, -1] < -1.0
    return red


def by_icon(icons: Callable[[FloatArray], IconArray], *, worse_only: bool) -> Judge:
    def judge(series: FloatArray) -> BoolArray:
        found = icons(series)
        flagged: BoolArray = np.isin(found, CONCERNS) if worse_only else found != Variation.COMMON_CAUSE
        return flagged

    return judge


OURS, PLAIN, TRAFFIC_LIGHTS = "our rules", "plain four rules", "red, amber, green"
# For each way of judging: whether a stable service is flagged at all, and whether a month is flagged as worse.
JUDGES: dict[str, tuple[Judge, Judge]] = {
    OURS: (by_icon(our_icons, worse_only=False), by_icon(our_icons, worse_only=True)),
    PLAIN: (by_icon(plain_icons, worse_only=False), by_icon(plain_icons, worse_only=True)),
    TRAFFIC_LIGHTS: (is_red, is_red),
}


def calibrate(rng: Rng, *, series_count: int) -> Calibration:
    """Simulate services of every kind and judge them in every way: so many with each planted step, and stable ones,
    which are looked at only once, STABLE_TIMES as many.
    """
    if series_count < 1:
        raise ValueError(f"series_count must be at least 1, not {series_count}")
    stable, found = [], []
    for service, draw in SERVICES.items():
        steady = draw(rng, STABLE_TIMES * series_count)
        stable += [StableShare(service, name, float(flagged(steady).mean())) for name, (flagged, _) in JUDGES.items()]
        for sigmas in STEP_SIGMAS:
            changed = draw(rng, series_count)
            changed[:, -LOOKS:] -= sigmas
            found += [found_share(service, name, sigmas, changed, worse) for name, (_, worse) in JUDGES.items()]
    return Calibration(series_count, stable, found)


def found_share(service: str, name: str, sigmas: float, changed: FloatArray, worse: Judge) -> FoundShare:
    """Look every month, as the office does: with what was known by then."""
    looks = np.array([worse(changed[:, : MONTHS - LOOKS + month]) for month in range(1, LOOKS + 1)])
    is_found = looks.any(axis=0)
    first = np.argmax(looks, axis=0)[is_found] + 1
    delay = float(np.median(first)) if len(first) else float("nan")
    return FoundShare(service, name, sigmas, float(is_found.mean()), delay)


@dataclass(frozen=True)
class Penalties:
    """What rules of penalty did, on average over so many trials: once all units are equal, once some are bad."""

    trials: int
    equal: PenaltyTrial
    some_bad: PenaltyTrial


RULES: dict[str, Callable[[PenaltyTrial], RuleRecord]] = {
    "the bottom tenth": lambda trial: trial.bottom_tenth,
    "below a plain 95 % funnel": lambda trial: trial.plain_funnel,
    "below a funnel with tau squared, 10 % FDR": lambda trial: trial.usual_funnel,
    'our "act"': lambda trial: trial.act,
}


def penalise(rng: Rng, *, trials: int) -> Penalties:
    """Try rules of penalty on units whose truth is known; see `qs.stats.penalty_trial`."""
    if trials < 1:
        raise ValueError(f"trials must be at least 1, not {trials}")
    equal = penalty_trial(rng, units=UNITS, trials=trials)
    some_bad = penalty_trial(rng, units=UNITS, bad=BAD_UNITS, bad_gap=BAD_GAP, trials=trials)
    return Penalties(trials, equal, some_bad)


def penalty_lines(result: Penalties) -> list[str]:
    """The result as a table to print, one line per rule."""
    told = [
        f"Units marked by rules of penalty, on average over {result.trials} trials: of {UNITS} equal ones, each a "
        f"mistake, and of {UNITS} among which {BAD_UNITS} lie {100 * BAD_GAP:.0f} points below the usual 85 %.",
        'Each unit has 20 to 2,000 cases a period; our "act" asks for two periods that follow each other.',
        row("", ["wrong, all equal", "wrong, some bad", "bad ones found"]),
    ]
    for name, record in RULES.items():
        equal, some_bad = record(result.equal), record(result.some_bad)
        cells = [f"{equal.wrong:.1f}", f"{some_bad.wrong:.1f}", f"{some_bad.found * BAD_UNITS:.1f} of {BAD_UNITS}"]
        told.append(row(name, cells))
    return told


def lines(result: Calibration) -> list[str]:
    """The result as a table to print, one line per kind of service."""
    told = [
        f"Simulated services of each kind, {MONTHS} months: {STABLE_TIMES * result.series_count:,} stable ones, "
        f"{result.series_count:,} with each planted change. The same figures every time.",
        "Traffic lights: green at last year's mean or above, amber up to one sigma below, red beyond; red is a flag.",
        "",
        "Stable services flagged in the newest month (all of them false alarms)",
        header(),
    ]
    for service in SERVICES:
        shares = {one.judge: one.flagged_share for one in result.stable if one.service == service}
        told.append(row(service, [f"{shares[name]:.1%}" for name in JUDGES]))
    told += ["", f"Planted changes for the worse found within {LOOKS} months, and after how many (median)", header()]
    for service in SERVICES:
        for sigmas in STEP_SIGMAS:
            found = {
                one.judge: cell(one) for one in result.found if one.service == service and one.step_sigmas == sigmas
            }
            planted = f"{sigmas:g} sigma" if sigmas else "nothing"
            told.append(row(f"{service}, {planted}", [found[name] for name in JUDGES]))
    return told


def cell(found: FoundShare) -> str:
    return f"{found.found_share:.1%} in {found.delay_months:.0f}" if found.found_share else "none"


def header() -> str:
    return row("", list(JUDGES))


def row(label: str, cells: list[str]) -> str:
    return f"{label:44}" + "".join(f"{cell:>20}" for cell in cells)
