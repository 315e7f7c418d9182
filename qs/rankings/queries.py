"""What can be asked of rankings: frozen quarters with scores, ranks and counts; why a score is what it is; its past.

The official ranking is open to everybody who may read rankings, whatever their scope: it was made to be compared. The
counts behind a score, and the running quarter, which is a working figure, stay within the scope.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor, Permission
from qs.directory.queries import areas, departments, services, visible_services
from qs.errors import NotFound
from qs.frames import members
from qs.observations.sums import first_event_at
from qs.periods import Grain, local_day, period_start, quarter_name
from qs.rankings import rules
from qs.rankings.freezing import measure_values, score_values
from qs.rankings.models import FrozenMeasure, FrozenPeriod, FrozenScore, ScoreScheme
from qs.rankings.reading import StoredScheme, as_stored, gathered
from qs.rankings.terms import DRAW_COUNT, Group, Level, WhyNot
from qs.settings import settings
from qs.standards.queries import editions_on

READ = Permission.RANKINGS_READ
PERIOD_COLUMNS = (
    "period_id",
    "name",
    "revision",
    "starts_at",
    "ends_at",
    "frozen_at",
    "person_id",
    "reason",
    "scheme_id",
    "sha256",
)
MEASURE_COLUMNS = (
    "service_id",
    "measure",
    "kind",
    "part",
    "indicator_id",
    "edition_id",
    "event_count",
    "numerator",
    "denominator",
    "n",
    "value",
    "lower",
    "upper",
    "score",
    "score_lower",
    "score_upper",
    "weight",
)
SCORE_COLUMNS = (
    "subject_id",
    "score",
    "lower",
    "upper",
    "n",
    "service_count",
    "missing_weight",
    "rank",
    "rank_mean",
    "rank_lower",
    "rank_upper",
    "joint_lower",
    "joint_upper",
    "p_top",
    "p_bottom",
    "tier",
    "is_ranked",
    "why_not",
)
WHOLE = ("rank", "rank_lower", "rank_upper", "joint_lower", "joint_upper", "tier")
REAL = ("score", "lower", "upper", "rank_mean", "p_top", "p_bottom")
NAMES = ("code", "name", "name_en", "sector_code", "sector", "sector_en", "area_code", "area", "area_en")


class PeriodNotFrozen(NotFound):
    """There is no frozen quarter of this name."""

    code = "period_not_frozen"


class ServiceUnknown(NotFound):
    """There is no such service in the period, or it lies outside the scope."""

    code = "ranked_service_unknown"


@dataclass(frozen=True, eq=False)
class Working:
    """The running or an unfrozen quarter as it stands: provisional, not official. Frames as for a frozen one.

    `ranked_counts`: how many are ranked on each level, those out of sight included.
    """

    name: str
    measures: pd.DataFrame
    scores: Mapping[Level, pd.DataFrame]
    ranked_counts: Mapping[Level, int]


def frozen_periods(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per frozen quarter in its newest revision, newest quarter first: PERIOD_COLUMNS."""
    actor.check(READ)
    newest = sa.select(FrozenPeriod.name, sa.func.max(FrozenPeriod.revision).label("revision"))
    newest_of = newest.group_by(FrozenPeriod.name).subquery()
    statement = period_rows().join(
        newest_of, sa.and_(newest_of.c.name == FrozenPeriod.name, newest_of.c.revision == FrozenPeriod.revision)
    )
    return period_frame(session, statement.order_by(FrozenPeriod.name.desc()))


def revisions(session: Session, name: str, *, actor: Actor) -> pd.DataFrame:
    """One row per revision of a quarter, newest first: PERIOD_COLUMNS."""
    actor.check(READ)
    own = period_rows().where(FrozenPeriod.name == name)
    return period_frame(session, own.order_by(FrozenPeriod.revision.desc()))


def period_rows() -> sa.Select[*tuple[Any, ...]]:  # Any: as many columns as PERIOD_COLUMNS
    table = FrozenPeriod.__table__.c
    apart: dict[str, sa.ColumnElement[Any]] = {"period_id": table.id, "reason": sa.func.coalesce(table.reason, "")}
    return sa.select(*((apart[name] if name in apart else table[name]).label(name) for name in PERIOD_COLUMNS))


def period_frame(session: Session, statement: sa.Select[*tuple[Any, ...]]) -> pd.DataFrame:  # Any: see above
    frame = pd.DataFrame([tuple(row) for row in session.execute(statement)], columns=list(PERIOD_COLUMNS))
    moments = {name: pd.to_datetime(frame[name], utc=True) for name in ("starts_at", "ends_at", "frozen_at")}
    kinds = {"period_id": "int64", "revision": "int64", "scheme_id": "int64", "person_id": "Int64"}
    return frame.assign(**moments).astype(kinds)


def frozen_period_id(session: Session, name: str, revision: int | None = None) -> int:
    """The newest revision of a quarter, or the one asked for. Raises PeriodNotFrozen."""
    newest = sa.select(FrozenPeriod.id).where(FrozenPeriod.name == name).order_by(FrozenPeriod.revision.desc())
    if revision is not None:
        newest = newest.where(FrozenPeriod.revision == revision)
    found = session.scalar(newest.limit(1))
    if found is None:
        raise PeriodNotFrozen(name=name[:20])
    return found


def frozen_measures(session: Session, period: str, *, revision: int | None = None, actor: Actor) -> pd.DataFrame:
    """One row per service in the actor's scope and measure, as frozen (newest revision, or that one): MEASURE_COLUMNS.

    `value`, `lower`, `upper` in the indicator's unit (shares 0 to 1, evaluations 0 to 100), NaN where there was no
    figure; `score` in points; `weight` is the share of the service's score, 0 where it is not scored. Raises NotFound.
    """
    actor.check(READ)
    statement = (
        sa.select(*(getattr(FrozenMeasure, name) for name in MEASURE_COLUMNS))
        .where(
            FrozenMeasure.period_id == frozen_period_id(session, period, revision),
            FrozenMeasure.service_id.in_(visible_services(actor, READ)),
        )
        .order_by(FrozenMeasure.service_id, FrozenMeasure.measure)
    )
    return measure_frame(tuple(row) for row in session.execute(statement))


def measure_frame(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:  # Any: see MEASURE_COLUMNS
    frame = pd.DataFrame(list(rows), columns=list(MEASURE_COLUMNS))
    real = dict.fromkeys(("value", "lower", "upper", "score", "score_lower", "score_upper", "weight"), "float64")
    ids = {"service_id": "int64", "indicator_id": "Int64", "edition_id": "Int64", "n": "int64", "event_count": "int64"}
    return frame.astype({**real, **ids}).assign(part=members(Group(value) for value in frame["part"]))


def frozen_scores(
    session: Session, period: str, *, level: Level | str = Level.SERVICE, revision: int | None = None, actor: Actor
) -> pd.DataFrame:
    """One row per service, department or area as frozen, best rank first, then those without a rank: SCORE_COLUMNS
    and `standing`.

    `score`, `lower`, `upper` in points (80: on target); ranks are empty where `is_ranked` is false, and `why_not` then
    says why (a WhyNot, else None). Everybody who may read rankings sees all of them. Raises NotFound.
    """
    actor.check(READ)
    statement = (
        sa.select(*(getattr(FrozenScore, name) for name in SCORE_COLUMNS))
        .where(FrozenScore.period_id == frozen_period_id(session, period, revision), FrozenScore.level == Level(level))
        .order_by(FrozenScore.rank.is_(None), FrozenScore.rank, FrozenScore.subject_id)
    )
    return score_frame(tuple(row) for row in session.execute(statement))


def score_frame(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:  # Any: see SCORE_COLUMNS
    frame = pd.DataFrame(list(rows), columns=list(SCORE_COLUMNS))
    reasons = [None if pd.isna(value) else WhyNot(value) for value in frame["why_not"]]
    frame = frame.astype(
        {**dict.fromkeys(WHOLE, "Int64"), **dict.fromkeys(REAL, "float64"), "subject_id": "int64", "n": "int64"}
    ).astype({"is_ranked": bool, "missing_weight": "float64", "service_count": "int64"})
    return with_standing(frame.assign(why_not=pd.Series(reasons, index=frame.index, dtype=object)))


def with_standing(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores with `standing`: surely above or below the middle, all compared at once."""
    ranked_count = int(scores["is_ranked"].sum())
    found = [
        rules.standing(
            None if pd.isna(low) else int(low), None if pd.isna(high) else int(high), ranked_count=ranked_count
        )
        for low, high in zip(scores["joint_lower"], scores["joint_upper"], strict=True)
    ]
    return scores.assign(standing=pd.Series(found, index=scores.index, dtype=object))


def working_figures(session: Session, name: str, *, actor: Actor) -> Working:
    """A quarter that is not frozen, computed now: provisional. Ranks are among all services; rows only in scope.

    Departments and areas are shown to those who see everything. Raises PeriodUnknown, SchemeMissing.
    """
    actor.check(READ)
    result = gathered(session, name).result(seed=rules.seed_of(name), draw_count=DRAW_COUNT)
    sees_all = actor.has_everywhere(READ)
    visible = set(session.scalars(visible_services(actor, READ)))
    stored = [measure_values(one) for one in result.measures]
    measures = measure_frame(
        tuple(row[column] for column in MEASURE_COLUMNS) for row in stored if row["service_id"] in visible
    )
    scores: dict[Level, pd.DataFrame] = {}
    for level in Level:
        found = [score_values(one) for one in result.scores if one.level is level]
        frame = score_frame(tuple(row[column] for column in SCORE_COLUMNS) for row in found)
        frame = frame.sort_values(["rank", "subject_id"], na_position="last", kind="stable")
        if not sees_all:
            own = frame["subject_id"].isin(visible) if level is Level.SERVICE else pd.Series(False, index=frame.index)
            frame = frame[own]
        scores[level] = frame.reset_index(drop=True)
    ranked_counts = {level: sum(one.is_ranked for one in result.scores if one.level is level) for level in Level}
    return Working(name, measures, scores, ranked_counts)


def named(session: Session, scores: pd.DataFrame, *, level: Level | str = Level.SERVICE, actor: Actor) -> pd.DataFrame:
    """The scores with the names of what they belong to: code, name(_en); for services sector, area, department too.

    `is_own`: whether it lies in the actor's scope (for departments and areas: whether the actor sees everything).
    """
    actor.check(READ)
    if Level(level) is Level.SERVICE:
        known = services(session, actor=SYSTEM, permission=READ).rename(columns={"service_id": "subject_id"})
        kept = ["subject_id", *NAMES, "department_code", "department", "department_en"]
        found = scores.merge(known[kept], on="subject_id", how="left")
        own = set(session.scalars(visible_services(actor, READ)))
        return found.assign(is_own=found["subject_id"].isin(own))
    units = departments(session, actor=SYSTEM) if Level(level) is Level.DEPARTMENT else areas(session, actor=SYSTEM)
    found = scores.merge(units[["id", "code", "name", "name_en"]].rename(columns={"id": "subject_id"}), on="subject_id")
    return found.assign(is_own=actor.has_everywhere(READ))


def components(session: Session, measures: pd.DataFrame, service_id: int, *, period: str, actor: Actor) -> pd.DataFrame:
    """Why one service's score is what it is, heaviest part first; `measures` as `frozen_measures` gives them.

    MEASURE_COLUMNS and: `contribution` (points it adds to the score), `peer_score` (median of all services in sight
    with the same measure), `peer_count`, and of the edition: name(_en), definition(_en), numerator_words(_en),
    denominator_words(_en), unit(_en), source(_en), direction, aggregation, target, target_high, tolerance, places.
    Raises ServiceUnknown outside the scope.
    """
    visible = set(session.scalars(visible_services(actor, READ)))
    own = measures[measures["service_id"] == service_id]
    if service_id not in visible:
        raise ServiceUnknown
    with_score = measures[measures["score"].notna()]
    peers = with_score.groupby("measure")["score"].agg(peer_score="median", peer_count="size").reset_index()
    _, ends_at = rules.quarter_bounds(period, settings().zone)
    last = local_day(ends_at - timedelta(hours=1), settings().zone)
    editions = editions_on(session, last, actor=SYSTEM).rename(
        columns={
            f"{name}{tail}": f"{name}_words{tail}" for name in ("numerator", "denominator") for tail in ("", "_en")
        }
    )
    words = ["name", "definition", "numerator_words", "denominator_words", "unit", "source"]
    texts = [f"{word}{tail}" for word in words for tail in ("", "_en")]
    facts = ["direction", "aggregation", "target", "target_high", "tolerance", "places"]
    found = own.merge(peers, on="measure", how="left").merge(
        editions[["code", *texts, *facts]].rename(columns={"code": "measure"}), on="measure", how="left"
    )
    found = found.assign(contribution=found["weight"] * found["score"], **{t: found[t].fillna("") for t in texts})
    return found.sort_values(["weight", "measure"], ascending=[False, True], kind="stable").reset_index(drop=True)


def history(session: Session, subject_id: int, *, level: Level | str = Level.SERVICE, actor: Actor) -> pd.DataFrame:
    """One row per frozen quarter in its newest revision, oldest first: name, starts_at, and SCORE_COLUMNS."""
    actor.check(READ)
    newest = sa.select(sa.func.max(FrozenPeriod.id)).group_by(FrozenPeriod.name)
    statement = (
        sa.select(FrozenPeriod.name, FrozenPeriod.starts_at, *(getattr(FrozenScore, name) for name in SCORE_COLUMNS))
        .join(FrozenScore, FrozenScore.period_id == FrozenPeriod.id)
        .where(FrozenPeriod.id.in_(newest), FrozenScore.level == Level(level), FrozenScore.subject_id == subject_id)
        .order_by(FrozenPeriod.name)
    )
    rows = [tuple(row) for row in session.execute(statement)]
    frame = pd.DataFrame(rows, columns=["name", "starts_at", *SCORE_COLUMNS])
    kinds = {**dict.fromkeys(WHOLE, "Int64"), **dict.fromkeys(REAL, "float64")}
    return frame.assign(starts_at=pd.to_datetime(frame["starts_at"], utc=True)).astype(kinds)


def schemes(session: Session, *, actor: Actor) -> list[StoredScheme]:
    """Every score scheme, newest first, those still to come included."""
    actor.check(READ)
    return [as_stored(one) for one in session.scalars(sa.select(ScoreScheme).order_by(ScoreScheme.effective_on.desc()))]


def unfrozen_quarters(session: Session, *, actor: Actor, now: datetime) -> list[str]:
    """Complete quarters with events in them that nobody has frozen yet, oldest first."""
    actor.check(READ)
    first = first_event_at(session, actor=actor)
    if first is None:
        return []
    zone = settings().zone
    begun = local_day(period_start(first, Grain.QUARTER, zone), zone)
    frozen = set(session.scalars(sa.select(FrozenPeriod.name)))
    return [name for name in rules.complete_quarters(begun, local_day(now, zone)) if name not in frozen]


def running_quarter(now: datetime) -> str:
    return quarter_name(local_day(now, settings().zone))
