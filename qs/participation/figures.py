"""The figures of ratings and suggestions: levels, shares with counts and intervals, and what was answered in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.models import Area, Service
from qs.directory.queries import visible_services
from qs.participation.models import NegativeRating, Rating, RatingExclusion, RatingReceipt, Suggestion
from qs.participation.queries import seen_suggestions
from qs.participation.terms import Level, NegativeStatus
from qs.periods import local_day
from qs.settings import settings
from qs.stats.comparison import wilson

READ = Permission.PARTICIPATION_READ
LEVEL_COLUMNS = {level: f"n{level.stars}" for level in Level}  # n5 … n1
COUNT_COLUMNS = (
    *LEVEL_COLUMNS.values(),
    "excluded",
    "unverified",
    "unverified_satisfied",
    "issued",
    "used",
    "due",
    "settled",
    "named_closed",
    "named_called",
)
NAME_COLUMNS = ("service_id", "code", "service", "service_en", "area", "area_en")
EFFECT_COLUMNS = (
    "service_id",
    "n",
    "satisfied",
    "marked",
    "marked_satisfied",
    "share",
    "lower",
    "upper",
    "share_without",
    "lower_without",
    "upper_without",
)
RATE_COLUMNS = (
    "n",
    "satisfaction",
    "lower",
    "upper",
    "strict",
    "points",
    "negative",
    "participation",
    "rectification",
    "call_back",
)


@dataclass(frozen=True)
class AnsweredInTime:
    """How many of those that fell due were answered by then; the share, 0 to 1, is NaN where none fell due."""

    in_time: int
    due: int
    share: float
    lower: float
    upper: float


def suggestions_answered(session: Session, starts_at: datetime, ends_at: datetime, *, actor: Actor) -> AnsweredInTime:
    """Suggestions in scope whose limit ended in the period: what is unanswered by then counts as not in time."""
    actor.check(READ)
    by_then = Suggestion.answered_at <= Suggestion.due_at
    due, in_time = session.execute(
        sa.select(sa.func.count(Suggestion.id), number(by_then, "in_time")).where(
            seen_suggestions(actor), Suggestion.due_at >= starts_at, Suggestion.due_at < ends_at
        )
    ).one()
    interval = wilson(in_time, due)
    share = in_time / due if due else np.nan
    return AnsweredInTime(in_time, due, share, float(interval.lower), float(interval.upper))


def rating_figures(session: Session, starts_at: datetime, ends_at: datetime, *, actor: Actor) -> pd.DataFrame:
    """One row per service in scope that had a rating or a receipt in the period, by code: NAME_COLUMNS, COUNT_COLUMNS.

    `n5` … `n1`: valid ratings with a receipt by level; `excluded`: ratings with a receipt taken out by two people;
    `unverified`: ratings from a public code alone, in no figure; `issued`, `used`: counter receipts of matters finished
    in the period, and those of them rated. Of negative ratings: `due`: answers due in the period, `settled`: of these
    put right or explained in time; `named_closed`, `named_called`: closed in the period with a name, and called back.
    """
    actor.check(READ)
    seen = visible_services(actor, READ)
    parts = [
        counted(session, level_counts(starts_at, ends_at)),
        counted(session, receipt_counts(starts_at, ends_at)),
        counted(session, due_counts(starts_at, ends_at)),
        counted(session, closed_counts(starts_at, ends_at)),
    ]
    names = session.execute(
        sa.select(
            Service.id,
            Service.code,
            Service.name,
            sa.func.coalesce(Service.name_en, ""),
            Area.name,
            sa.func.coalesce(Area.name_en, ""),
        )
        .join(Area, Area.id == Service.area_id)
        .where(Service.id.in_(seen))
        .order_by(Service.code)
    )
    frame = pd.DataFrame([tuple(row) for row in names], columns=list(NAME_COLUMNS)).set_index("service_id")
    counts = (
        pd.concat(parts, axis=1).reindex(frame.index).reindex(columns=list(COUNT_COLUMNS)).fillna(0).astype("int64")
    )
    whole = frame.join(counts)
    return whole[whole[list(COUNT_COLUMNS)].sum(axis=1) > 0].reset_index()[[*NAME_COLUMNS, *COUNT_COLUMNS]]


def with_and_without(session: Session, starts_at: datetime, ends_at: datetime, *, actor: Actor) -> pd.DataFrame:
    """What marked ratings do to the share satisfied: one row per service in scope with any, EFFECT_COLUMNS.

    Of ratings with a receipt that count; `marked`: those that look made and count until two people decide. Each share
    (0 to 1, NaN without ratings) with its 95 % interval, with all ratings and without the marked ones.
    """
    actor.check(READ)
    is_happy = Rating.level.in_([level for level in Level if not level.is_negative])
    is_marked = (Rating.signals != "") & RatingExclusion.decided_at.is_(None)
    found = session.execute(
        sa.select(
            Rating.service_id,
            sa.func.count(Rating.id),
            number(is_happy, "satisfied"),
            number(is_marked, "marked"),
            number(is_marked & is_happy, "marked_satisfied"),
        )
        .outerjoin(RatingExclusion, RatingExclusion.id == Rating.exclusion_id)
        .where(Rating.rated_at >= starts_at, Rating.rated_at < ends_at)
        .where(Rating.receipt_id.is_not(None), ~Rating.is_excluded)
        .where(Rating.service_id.in_(visible_services(actor, READ)))
        .group_by(Rating.service_id)
        .order_by(Rating.service_id)
    )
    counts = pd.DataFrame([tuple(row) for row in found], columns=list(EFFECT_COLUMNS[:5])).astype("int64")
    return with_effect(counts[counts["marked"] > 0].reset_index(drop=True))


def with_effect(counts: pd.DataFrame) -> pd.DataFrame:
    """The shares of counts as `with_and_without` has them, also of their sums."""
    kept_n, kept = counts["n"] - counts["marked"], counts["satisfied"] - counts["marked_satisfied"]
    parts: dict[str, NDArray[np.float64]] = {}
    for ending, hits, n in (("", counts["satisfied"], counts["n"]), ("_without", kept, kept_n)):
        around = wilson(hits.to_numpy(), n.to_numpy())
        parts |= {
            f"share{ending}": (hits / n.where(n > 0)).to_numpy(),
            f"lower{ending}": around.lower,
            f"upper{ending}": around.upper,
        }
    return counts.assign(**parts)[list(EFFECT_COLUMNS)]


def counted(session: Session, statement: sa.Select[*tuple[int, ...]]) -> pd.DataFrame:
    """Counts by service; the first column is its id."""
    found = session.execute(statement)
    columns = list(found.keys())
    return pd.DataFrame([tuple(row) for row in found], columns=columns).set_index(columns[0])


def number(condition: sa.ColumnElement[bool], name: str) -> sa.Label[int]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0).label(name)


def level_counts(starts_at: datetime, ends_at: datetime) -> sa.Select[*tuple[int, ...]]:
    is_verified = Rating.receipt_id.is_not(None)
    is_valid = is_verified & ~Rating.is_excluded
    loose = ~is_verified & ~Rating.is_excluded
    happy = Rating.level.in_([level for level in Level if not level.is_negative])
    return (
        sa.select(
            Rating.service_id,
            *(number(is_valid & (Rating.level == level), name) for level, name in LEVEL_COLUMNS.items()),
            number(is_verified & Rating.is_excluded, "excluded"),
            number(loose, "unverified"),
            number(loose & happy, "unverified_satisfied"),
        )
        .where(Rating.rated_at >= starts_at, Rating.rated_at < ends_at)
        .group_by(Rating.service_id)
    )


def receipt_counts(starts_at: datetime, ends_at: datetime) -> sa.Select[*tuple[int, ...]]:
    zone = settings().zone
    return (
        sa.select(
            RatingReceipt.service_id,
            sa.func.count(RatingReceipt.id).label("issued"),
            sa.func.count(Rating.id).label("used"),
        )
        .outerjoin(Rating, Rating.receipt_id == RatingReceipt.id)
        .where(
            ~RatingReceipt.is_request,
            RatingReceipt.finished_on >= local_day(starts_at, zone),
            RatingReceipt.finished_on < local_day(ends_at, zone),
        )
        .group_by(RatingReceipt.service_id)
    )


def confirmed() -> sa.ColumnElement[bool]:
    """Negative ratings that still are: not changed by their raters, not excluded."""
    return Rating.level.in_([level for level in Level if level.is_negative]) & ~Rating.is_excluded


def due_counts(starts_at: datetime, ends_at: datetime) -> sa.Select[*tuple[int, ...]]:
    in_time = NegativeRating.answered_at <= NegativeRating.answer_due_at
    return (
        sa.select(NegativeRating.service_id, sa.func.count().label("due"), number(in_time, "settled"))
        .join(Rating, Rating.id == NegativeRating.rating_id)
        .where(confirmed(), NegativeRating.answer_due_at >= starts_at, NegativeRating.answer_due_at < ends_at)
        .group_by(NegativeRating.service_id)
    )


def closed_counts(starts_at: datetime, ends_at: datetime) -> sa.Select[*tuple[int, ...]]:
    return (
        sa.select(
            NegativeRating.service_id,
            sa.func.count().label("named_closed"),
            number(NegativeRating.called_back_at.is_not(None), "named_called"),
        )
        .join(Rating, Rating.id == NegativeRating.rating_id)
        .where(confirmed(), NegativeRating.is_named, NegativeRating.status == NegativeStatus.CLOSED)
        .where(NegativeRating.closed_at >= starts_at, NegativeRating.closed_at < ends_at)
        .group_by(NegativeRating.service_id)
    )


def with_rates(figures: pd.DataFrame) -> pd.DataFrame:
    """The frame with RATE_COLUMNS: shares 0 to 1, empty where nothing stands below the line.

    `satisfaction` (N5+N4+N3)/N with its 95 % Wilson interval `lower`, `upper`; `strict` (N5+N4)/N; `points` the mean of
    100, 80, 60, 40, 20; `negative` (N2+N1)/N; `participation` rated of issued receipts; `rectification` settled in time
    of those due; `call_back` called of those closed with a name. GB/T 39734-2020 as far as published; local rule else.
    """
    levels = {level: figures[name].to_numpy(dtype=np.float64) for level, name in LEVEL_COLUMNS.items()}
    n = sum(levels.values(), np.zeros(len(figures)))
    satisfied = sum((counts for level, counts in levels.items() if not level.is_negative), np.zeros(len(figures)))
    interval = wilson(satisfied, n)
    points = sum((level.points * counts for level, counts in levels.items()), np.zeros(len(figures)))
    return figures.assign(
        n=n.astype("int64"),
        satisfaction=share(satisfied, n),
        lower=interval.lower,
        upper=interval.upper,
        strict=share(levels[Level.VERY_SATISFIED] + levels[Level.SATISFIED], n),
        points=share(points, n),
        negative=share(n - satisfied, n),
        participation=share(figures["used"].to_numpy(), figures["issued"].to_numpy()),
        rectification=share(figures["settled"].to_numpy(), figures["due"].to_numpy()),
        call_back=share(figures["named_called"].to_numpy(), figures["named_closed"].to_numpy()),
    )


def share(above: np.typing.NDArray[np.float64], below: np.typing.NDArray[np.float64]) -> np.typing.NDArray[np.float64]:
    """above / below; empty, never zero, where nothing stands below."""
    result: np.typing.NDArray[np.float64] = np.divide(
        above, below, out=np.full(len(below), np.nan), where=np.asarray(below) > 0
    )
    return result


def summed(figures: pd.DataFrame) -> pd.DataFrame:
    """All services together, in one row of COUNT_COLUMNS and RATE_COLUMNS."""
    return with_rates(figures[list(COUNT_COLUMNS)].sum().to_frame().T.astype("int64"))
