"""Requests of before, or of elsewhere, that came through a feed: the same figures, as far as the feed has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.complaints.figures.grounds import READ
from qs.complaints.terms import Ground
from qs.observations.histories import History, Part, histories, history_sums, names_of
from qs.periods import from_microseconds, local_day
from qs.settings import settings
from qs.stats.comparison import wilson

PARTS = {
    Ground.SERVICE: Part.SERVICE,
    Ground.UNIT: Part.UNIT,
    Ground.AREA: Part.AREA,
    Ground.MONTH: Part.MONTH,
}
HISTORY_COLUMNS = (
    "ground",
    "name",
    "name_en",
    "registered",
    "closed",
    "open",
    "on_time",
    "on_time_base",
    "on_time_share",
    "on_time_lower",
    "on_time_upper",
    "median_days",
    "p90_days",
)


def request_histories(session: Session, *, actor: Actor) -> list[History]:
    """The feeds that brought requests the actor may see."""
    return histories(session, permission=READ, actor=actor)


def history_figures(
    session: Session, history: History, starts_at: datetime, ends_at: datetime, *, by: Ground, actor: Actor
) -> pd.DataFrame:
    """One row per service, unit, area or month of requests registered in [starts_at, ends_at): HISTORY_COLUMNS.

    Both ends are starts of local months. `closed`: of those registered, whenever that was; `open`: the others.
    `on_time` of `on_time_base`: within the limit that the feed measures; what is still open past it is not on time.
    `median_days`, `p90_days`: calendar days to closing. Largest base first; months in their order, as 2026-03.
    """
    part = PARTS[by]
    sums = history_sums(session, history, starts_at, ends_at, by=part, permission=READ, actor=actor)
    known = names_of(session, part)
    words = [known.get(key, ("", "")) for key in sums["key"].tolist()]
    zone = settings().zone
    months = [f"{local_day(from_microseconds(key), zone):%Y-%m}" for key in sums["key"].tolist() if part is Part.MONTH]
    frame = sums.assign(
        ground=months if part is Part.MONTH else sums["key"].astype("str"),
        name=[name for name, _ in words],
        name_en=[name for _, name in words],
        registered=sums["opened"],
        open=sums["opened"] - sums["closed"],
    )
    frame = with_interval(frame)
    if part is not Part.MONTH:
        frame = frame.sort_values(["on_time_base", "name"], ascending=[False, True], kind="stable", ignore_index=True)
    return frame[list(HISTORY_COLUMNS)]


def with_interval(frame: pd.DataFrame) -> pd.DataFrame:
    """The on-time share with its 95 % Wilson interval; NaN where there is nothing to count."""
    above, below = frame["on_time"], frame["on_time_base"]
    found = wilson(above.to_numpy(), below.to_numpy())
    return frame.assign(
        on_time_share=(above / below.where(below > 0)).astype("float64"),
        on_time_lower=found.lower,
        on_time_upper=found.upper,
    )


def together(frame: pd.DataFrame) -> dict[str, Any]:  # Any: counts and shares
    """The counts of all rows, and the on-time share they make."""
    names = ["registered", "closed", "open", "on_time", "on_time_base"]
    sums = pd.DataFrame([frame[names].sum()]).astype("int64")
    row = with_interval(sums).iloc[0].to_dict()
    return {str(name): None if isinstance(value, float) and np.isnan(value) else value for name, value in row.items()}
