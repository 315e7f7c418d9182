"""How well the loop closes, month by month: the office's own indicators, read from the rollups like any other."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.directory.queries import visible_services
from qs.observations.models import Rollup, RollupBucket
from qs.observations.recording import Measure
from qs.observations.spans import percentile_within
from qs.periods import Grain, previous_starts
from qs.rectifications.figures import edition_on
from qs.settings import settings
from qs.standards.models import Indicator
from qs.stats.comparison import wilson

MONTHS = 18
COLUMNS = ("starts_at", "n", "numerator", "denominator", "value", "lower", "upper", "target")
MEASURES = (Measure.RECTIFICATION_CLOSED, Measure.RECTIFICATION_ON_TIME, Measure.RECTIFICATION_DAYS)


def loop_by_month(session: Session, *, actor: Actor, now: datetime) -> dict[Measure, pd.DataFrame]:
    """By measure one row per month, the running one last, over all services in the actor's scope: COLUMNS.

    Shares 0 to 1 with Wilson's interval; days as the median of the rectifications closed, without one. `value` is
    missing where nothing was counted.
    """
    actor.check(Permission.RECTIFICATIONS_READ)
    starts = previous_starts(now, Grain.MONTH, settings().zone, count=MONTHS)
    known = {row.code: row for row in session.scalars(sa.select(Indicator).where(Indicator.code.in_(list(MEASURES))))}
    found = {}
    for wanted in MEASURES:
        if wanted in known:
            sums = month_sums(session, known[wanted].id, starts[0], actor)
            values = None
            if known[wanted].percentile is not None:
                values = month_medians(session, known[wanted], starts[0], actor)
            target = edition_on(session, known[wanted].id, now).target
            found[wanted] = month_frame(starts, sums, values, target)
    return found


def month_sums(
    session: Session, indicator_id: int, since: datetime, actor: Actor
) -> dict[datetime, tuple[int, float, float]]:
    total = sa.func.sum
    statement = (
        sa.select(Rollup.starts_at, total(Rollup.n), total(Rollup.numerator), total(Rollup.denominator))
        .where(
            Rollup.grain == Grain.MONTH.value,
            Rollup.indicator_id == indicator_id,
            Rollup.starts_at >= since,
            Rollup.service_id.in_(visible_services(actor, Permission.RECTIFICATIONS_READ)),
        )
        .group_by(Rollup.starts_at)
    )
    return {row[0]: (int(row[1]), float(row[2]), float(row[3])) for row in session.execute(statement)}


def month_medians(
    session: Session, indicator: Indicator, since: datetime, actor: Actor
) -> dict[datetime, float | None]:
    statement = (
        sa.select(RollupBucket.starts_at, RollupBucket.bucket, sa.func.sum(RollupBucket.n))
        .where(
            RollupBucket.grain == Grain.MONTH.value,
            RollupBucket.indicator_id == indicator.id,
            RollupBucket.starts_at >= since,
            RollupBucket.service_id.in_(visible_services(actor, Permission.RECTIFICATIONS_READ)),
        )
        .group_by(RollupBucket.starts_at, RollupBucket.bucket)
    )
    counts: dict[datetime, dict[int, int]] = {}
    for starts_at, bucket, n in session.execute(statement):
        counts.setdefault(starts_at, {})[int(bucket)] = int(n)
    return {starts_at: percentile_within(held, indicator.percentile or 0.5) for starts_at, held in counts.items()}


def month_frame(
    starts: list[datetime],
    sums: dict[datetime, tuple[int, float, float]],
    values: dict[datetime, float | None] | None,
    target: float | None,
) -> pd.DataFrame:
    """COLUMNS. `values`: the figures themselves where they are no shares."""
    rows = [sums.get(start, (0, 0.0, 0.0)) for start in starts]
    n, numerator, denominator = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    if values is None:
        reach = wilson(numerator, denominator)
        lower, upper = reach.lower, reach.upper
        value = np.divide(numerator, denominator, out=np.full(len(rows), np.nan), where=denominator > 0)
    else:
        value = np.array([values.get(start) or np.nan for start in starts], dtype=np.float64)
        lower = upper = np.full(len(rows), np.nan)
    return pd.DataFrame(
        {
            "starts_at": starts,
            "n": n.astype(np.int64),
            "numerator": numerator,
            "denominator": denominator,
            "value": value,
            "lower": lower,
            "upper": upper,
            "target": np.nan if target is None else target,
        },
        columns=list(COLUMNS),
    )
