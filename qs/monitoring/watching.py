"""What a scan looks at: every series with its figures, judged as of the newest complete period and the one before."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.frames import named_rows
from qs.monitoring.evidence import Evidence, Flags, evidence, without_latest
from qs.monitoring.queries import judged, known_series, segment_starts
from qs.monitoring.rules import better, least_gap
from qs.monitoring.terms import Filters, Side, SignalFigures, SignalKind
from qs.monitoring.windows import Figures, Matrix, filled, found_cells, last_present, valued, windows_of
from qs.observations.figures import SERVICES, Window
from qs.periods import Grain, from_microseconds, period_start, previous_starts, to_microseconds
from qs.settings import settings
from qs.standards.terms import Direction
from qs.stats.control_charts import Rule, without_season
from qs.versions import Subject, data_versions

FRESH_PERIODS = 3  # an older newest figure says nothing of today, so nothing is judged
SEASON_MONTHS = 24  # complete ones, before a season can be told from a change
CHANGE, TARGET, SEASON = "change", "target", "season"  # the tests that a series is put to
EVERYTHING = Filters()
Record = dict[str, Any]  # Any: numbers and words, as JSON keeps them


@dataclass(frozen=True)
class Judged:
    """What one series shows, ready to be kept. `p_values`: by test, and by test with `_before` for a period earlier.

    `findings`: one for each test and side that shows something now or showed it a period ago; see `finding`.
    """

    p_values: dict[str, float]
    findings: list[Record]


NOTHING_JUDGED = Judged({}, [])


def series_to_watch(session: Session, *, actor: Actor, now: datetime) -> tuple[pd.DataFrame, list[Window]]:
    """Every series of a running service, with `seen_as`: a short text that changes when it must be judged anew.

    That is so when events arrived, a period ended, or what people decide about it changed.
    """
    known = known_series(session, EVERYTHING, actor=actor, now=now)
    known = known[known["is_open"]].reset_index(drop=True)
    windows = windows_of(known, now)
    until = {(window.grain, one): to_microseconds(window.until) for window in windows for one in window.indicator_ids}
    decided = data_versions(session)[list(Subject).index(Subject.STANDARDS)]
    month = to_microseconds(period_start(now, Grain.MONTH, settings().zone)) // 1_000_000
    terms = known[["direction", "target", "tolerance", "grain", "aggregation", "per", "percentile"]]
    seen = [
        f"{count}:{received}:{until[grain, indicator] // 1_000_000}:{month}:{decided}:{crc32(repr(words).encode())}"
        for count, received, grain, indicator, words in zip(
            known["event_count"],
            known["last_received_at"],
            known["grain"],
            known["indicator_id"],
            terms.itertuples(index=False, name=None),
            strict=True,
        )
    ]
    return known.assign(seen_as=pd.Series(seen, dtype=str)), windows


def judge(
    session: Session, series: pd.DataFrame, windows: list[Window], *, actor: Actor, now: datetime
) -> list[Judged]:
    """Judge the given series, some or all of those to watch, over the windows of them all."""
    if series.empty:
        return []
    series = series.reset_index(drop=True)
    figures, values = laid_out(session, series, windows, actor)
    fresh = is_fresh(series, figures, values, now)
    marks = segment_starts(session, series, figures.starts)
    seasons = seasonal(session, series, fresh, actor=actor, now=now)
    effect = seasons.effects_at(series, figures.starts)
    adjusted = values[:, :-1] - effect[:, :-1]
    directions = [better(Direction(one)) for one in series["direction"]]
    one_sided = (series["direction"] != Direction.BAND).to_numpy()
    target = np.where(one_sided, series["target"].astype("float64"), np.nan)
    newest = evidence(adjusted, direction=directions, target=target, segment_starts=marks)
    earlier = evidence(without_latest(adjusted), direction=directions, target=target, segment_starts=marks)
    judged_rows = fresh & newest.is_judged
    two_years_ago = first_season_start(now)
    made = []
    for row, one in enumerate(named_rows(series)):
        if not judged_rows[row]:
            made.append(NOTHING_JUDGED)
            continue
        context = Row(
            one, row, figures, effect, target[row], knows_seasons=bool(one.first_happened_at <= two_years_ago)
        )
        p_values, findings = tested(context, newest, earlier, has_season=bool(seasons.has_season[row]))
        seasonal_p, seasonal_findings = seasons.tested(context, row)
        known_sides = {found["side"] for found in findings if found["test"] == CHANGE}
        findings += [found for found in seasonal_findings if found["side"] not in known_sides]
        made.append(Judged(p_values | seasonal_p, findings))
    return made


def laid_out(session: Session, series: pd.DataFrame, windows: list[Window], actor: Actor) -> tuple[Figures, Matrix]:
    """The figures of the series over the windows that concern them, and the values that may be judged."""
    keys = set(zip(series["grain"], series["indicator_id"], strict=True))
    asked = [
        Window(one.grain, one.since, one.until, tuple(i for i in one.indicator_ids if (one.grain, i) in keys))
        for one in windows
    ]
    asked = [one for one in asked if one.indicator_ids]
    filters = EVERYTHING
    if series["service_id"].nunique() == 1:
        filters = Filters(service_id=int(series["service_id"].iloc[0]))
    figures = filled(series, asked, SERVICES, found_cells(session, asked, SERVICES, filters, actor))
    values = valued(session, series, asked, SERVICES, figures, filters, actor)
    return figures, judged(series, figures, values)


def is_fresh(series: pd.DataFrame, figures: Figures, values: Matrix, now: datetime) -> Flags:
    """True where the newest judged period is one of the last few complete ones."""
    newest = figures.starts[np.arange(len(series)), last_present(values[:, :-1])]
    zone = settings().zone
    oldest = {
        grain: to_microseconds(previous_starts(now, grain, zone, count=FRESH_PERIODS + 1)[0])
        for grain in {Grain(one) for one in series["grain"]}
    }
    return newest >= np.array([oldest[Grain(one)] for one in series["grain"]], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Row:
    """One series among those judged together: its words, its place in the matrices, and its figures there."""

    series: Any  # Any: a named tuple with the columns of the frame
    place: int
    figures: Figures
    effect: Matrix  # of the season in each period
    target: float
    knows_seasons: bool  # the figures reach back far enough to tell a season from a change

    @property
    def sign(self) -> int:
        return {Direction.UP: 1, Direction.DOWN: -1}.get(Direction(self.series.direction), 0)


def tested(
    context: Row, newest: Evidence, earlier: Evidence, *, has_season: bool
) -> tuple[dict[str, float], list[Record]]:
    """The p values and findings of a series on its change and on its target."""
    row = context.place
    p_values = {
        CHANGE: newest.p_change[row],
        f"{CHANGE}_before": earlier.p_change[row],
        TARGET: newest.p_target[row],
        f"{TARGET}_before": earlier.p_target[row],
    }
    found: dict[tuple[str, Side], Record] = {}
    for name, one in (("before", earlier), ("now", newest)):
        if one.is_judged[row] and one.side[row]:
            made = change_finding(context, one, has_season=has_season)
            merge(found, CHANGE, made, name)
        if one.is_judged[row] and one.misses[row]:
            merge(found, TARGET, target_finding(context, one), name)
    return {name: float(p) for name, p in p_values.items() if not math.isnan(p)}, list(found.values())


def merge(found: dict[tuple[str, Side], Record], test: str, made: Record, name: str) -> None:
    """Keep what a period shows; called for the period before first, so that the newest one has the last word."""
    size = 2 if made.pop("matters") else 1
    key = (test, made["side"])
    found[key] = {"test": test, "now": 0, "before": found.get(key, {}).get("before", 0)} | made | {name: size}


def change_finding(context: Row, shown: Evidence, *, has_season: bool) -> Record:
    """What a change of level is: its kind and side, since when, from where to where, and whether that matters."""
    row, one = context.place, context.series
    column, onset = int(shown.column[row]), int(shown.onset[row])
    side = {1: Side.IMPROVEMENT, -1: Side.CONCERN}.get(int(shown.side[row]) * context.sign, Side.NEUTRAL)
    is_latest_only = shown.rule[row] == Rule.OUTSIDE_LIMITS and onset == column
    kind = SignalKind.DRIFT if shown.is_gradual[row] else SignalKind.SPECIAL_CAUSE
    if has_season and one.grain == Grain.MONTH and is_latest_only:
        kind = SignalKind.SEASON_BROKEN
    gap = float(shown.after[row] - shown.before[row])
    least = least_gap(one.tolerance, float(shown.sigma[row]))
    effect = float(context.effect[row, column])
    kept = SignalFigures(
        **usual_figures(context, shown),
        before=float(shown.before[row]) + effect,
        after=float(shown.after[row]) + effect,
        gap=gap,
        least_gap=least,
        p=float(shown.p_change[row]),
        rule=int(shown.rule[row]),
        direction=int(shown.side[row]),
    )
    made = finding(context, kind, side, column, onset, kept)
    return made | {"matters": abs(gap) >= least, "is_certain": context.knows_seasons}


def target_finding(context: Row, shown: Evidence) -> Record:
    """That the process as it is cannot reach its target."""
    row, one = context.place, context.series
    gap = float(shown.mean[row] - context.target)
    least = least_gap(one.tolerance, float(shown.sigma[row]))
    kept = SignalFigures(
        **usual_figures(context, shown),
        target=context.target,
        gap=gap,
        least_gap=least,
        p=float(shown.p_target[row]),
        direction=1 if gap > 0 else -1,
    )
    made = finding(context, SignalKind.TARGET_MISSED, Side.CONCERN, int(shown.column[row]), None, kept)
    return made | {"matters": abs(gap) >= least, "is_certain": True}


def usual_figures(context: Row, shown: Evidence) -> dict[str, Any]:  # Any: numbers, some of them missing
    """The figures of the latest period, with its limits."""
    row, figures = context.place, context.figures
    column = int(shown.column[row])
    effect = float(context.effect[row, column])
    return {
        "value": float(shown.value[row]) + effect,
        "n": number_at(figures.n, row, column),
        "numerator": number_at(figures.numerator, row, column),
        "denominator": number_at(figures.denominator, row, column),
        "mean": float(shown.mean[row]) + effect,
        "lower": float(shown.lower[row]) + effect,
        "upper": float(shown.upper[row]) + effect,
        "sigma": float(shown.sigma[row]),
        "correlation": float(shown.correlation[row]),
    }


def number_at(matrix: Matrix, row: int, column: int) -> float | None:
    found = float(matrix[row, column])
    return None if math.isnan(found) else found


def finding(
    context: Row, kind: SignalKind, side: Side, column: int, onset: int | None, figures: SignalFigures
) -> Record:
    """One finding as it is kept: which kind on which side, of which period, since when, with its numbers.

    Besides, `now` and `before` say whether the newest period and the one before show it: 0 no, 1 yes, 2 by so much that
    it matters; `is_certain` is false for a change that, if it is small, may be the season of a young series.
    """
    starts = context.figures.starts[context.place]
    return {
        "kind": kind.value,
        "side": side,
        "grain": Grain(context.series.grain).value,
        "period": int(starts[column]),
        "onset": None if onset is None else int(starts[onset]),
        "figures": {name: value for name, value in asdict(figures).items() if value is not None},
    }


@dataclass(frozen=True, eq=False)
class SeasonalSeries:
    """What the time of year does to the series that are old enough; without effect for all others."""

    has_season: Flags
    effects: Matrix  # (series, 12), in the unit of the values
    newest: Evidence | None  # of the months, less their season; rows as in `rows`
    earlier: Evidence | None
    figures: Figures | None
    month_effects: Matrix | None
    rows: dict[int, int]  # place among all series -> place among the old ones with a season

    def effects_at(self, series: pd.DataFrame, starts: NDArray[np.int64]) -> Matrix:
        """The effect of the season in every period: (series, periods)."""
        effect = np.zeros(starts.shape)
        for row in np.flatnonzero(self.has_season):
            effect[row] = self.effects[row][months_of(starts[row])]
        return effect

    def tested(self, context: Row, row: int) -> tuple[dict[str, float], list[Record]]:
        """Whether the latest month is unlike the same month of other years; for series charted by week or day."""
        if row not in self.rows or self.newest is None or self.earlier is None or self.figures is None:
            return {}, []
        if context.series.grain == Grain.MONTH or self.month_effects is None:
            return {}, []
        place = self.rows[row]
        months = Row(
            context.series._replace(grain=Grain.MONTH), place, self.figures, self.month_effects, context.target, True
        )
        p_values = {SEASON: self.newest.p_change[place], f"{SEASON}_before": self.earlier.p_change[place]}
        found: dict[tuple[str, Side], Record] = {}
        for name, one in (("before", self.earlier), ("now", self.newest)):
            if one.is_judged[place] and one.rule[place] == Rule.OUTSIDE_LIMITS:
                made = change_finding(months, one, has_season=True) | {"kind": SignalKind.SEASON_BROKEN.value}
                merge(found, SEASON, made, name)
        return {name: float(p) for name, p in p_values.items() if not math.isnan(p)}, list(found.values())


def seasonal(session: Session, series: pd.DataFrame, fresh: Flags, *, actor: Actor, now: datetime) -> SeasonalSeries:
    """Look for seasons in the months of every series with at least two years of them."""
    count = len(series)
    old = np.flatnonzero(fresh & (series["first_happened_at"].to_numpy() <= first_season_start(now)))
    nothing = SeasonalSeries(np.zeros(count, dtype=bool), np.zeros((count, 12)), None, None, None, None, {})
    if not len(old):
        return nothing
    months = series.iloc[old].assign(grain=Grain.MONTH).reset_index(drop=True)
    windows = windows_of(months.assign(silent_after_hours=0.0), now)  # all of them up to now
    figures, values = laid_out(session, months, windows, actor)
    charted = figures.starts[0, :-1] > 0
    calendar = months_of(figures.starts[0, :-1][charted])
    seasons = without_season(values[:, :-1][:, charted], calendar)
    if not seasons.has_season.any():
        return nothing
    chosen = np.flatnonzero(seasons.has_season)
    has_season, effects = nothing.has_season, nothing.effects
    has_season[old[chosen]] = True
    effects[old[chosen]] = seasons.effects[chosen]
    month_effects = np.zeros((len(months), figures.starts.shape[1]))
    month_effects[:, :-1][:, charted] = seasons.effects[:, calendar]
    adjusted = values[:, :-1] - month_effects[:, :-1]
    directions = [better(Direction(one)) for one in months["direction"]]
    no_target = np.full(len(months), np.nan)
    return SeasonalSeries(
        has_season,
        effects,
        evidence(adjusted, direction=directions, target=no_target, segment_starts=None),
        evidence(without_latest(adjusted), direction=directions, target=no_target, segment_starts=None),
        figures,
        month_effects,
        {int(old[place]): int(place) for place in chosen},
    )


def first_season_start(now: datetime) -> int:
    """Figures that reach back to here have whole months enough to know a season; UTC microseconds."""
    return to_microseconds(previous_starts(now, Grain.MONTH, settings().zone, count=SEASON_MONTHS + 1)[0])


def months_of(starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The month of each period's first local day, 0 to 11; a week belongs to the month it begins in."""
    zone = settings().zone
    return np.array([from_microseconds(int(one)).astimezone(zone).month - 1 for one in starts], dtype=np.int64)
