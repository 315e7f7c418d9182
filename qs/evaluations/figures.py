"""The figures beside a criterion: what the rollups say of its indicator in the quarter, with the counts behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.observations.figures import SERVICES, Window, cells
from qs.periods import Grain, start_of
from qs.settings import settings
from qs.standards.queries import editions_on
from qs.standards.terms import Aggregation


@dataclass(frozen=True)
class CriterionFigure:
    """One indicator of one service over a quarter. `value` in its unit, shares 0 to 1; empty without any case."""

    indicator: str
    indicator_en: str
    unit: str
    unit_en: str
    aggregation: Aggregation
    places: int
    target: float | None
    value: float | None
    numerator: float
    denominator: float
    n: int


def quarter_figures(
    session: Session, service_id: int, indicator_ids: Sequence[int], starts_on: date, ends_on: date, *, actor: Actor
) -> dict[int, CriterionFigure]:
    """The figures of the indicators by id; none for somebody who may not see figures, and no percentiles.

    Counts are added over the months of the quarter, so a share is that of the quarter and not a mean of months.
    """
    if not actor.has(Permission.LIVE_READ) or not indicator_ids:
        return {}
    zone = settings().zone
    window = Window(Grain.MONTH, start_of(starts_on, zone), start_of(ends_on, zone), tuple(indicator_ids))
    found = cells(session, [window], subjects=SERVICES, actor=actor, service_id=service_id)
    totals = found.groupby("indicator_id")[["n", "numerator", "denominator"]].sum()
    sums: dict[int, list[float]] = dict(zip(totals.index.tolist(), totals.to_numpy().tolist(), strict=True))
    editions: list[dict[Any, Any]] = editions_on(session, starts_on, actor=actor).to_dict("records")
    figures = {}
    for edition in editions:
        indicator_id = edition["indicator_id"]
        if indicator_id not in indicator_ids or edition["aggregation"] is Aggregation.PERCENTILE:
            continue
        n, numerator, denominator = sums.get(indicator_id, [0, 0.0, 0.0])
        figures[indicator_id] = CriterionFigure(
            indicator=edition["name"],
            indicator_en=edition["name_en"],
            unit=edition["unit"],
            unit_en=edition["unit_en"],
            aggregation=edition["aggregation"],
            places=int(edition["places"]),
            target=None if edition["target"] != edition["target"] else float(edition["target"]),
            value=value_of(edition["aggregation"], edition["per"], numerator, denominator),
            numerator=numerator,
            denominator=denominator,
            n=int(n),
        )
    return figures


def value_of(aggregation: Aggregation, per: float, numerator: float, denominator: float) -> float | None:
    """The value of summed counts; empty without a base."""
    if aggregation is Aggregation.COUNT:
        return numerator
    return per * numerator / denominator if denominator else None
