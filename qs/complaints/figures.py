"""What requests say in figures: the three rates of call-backs, completion in time, returns, extensions and rework."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.complaints import rules
from qs.complaints.models import CallBack, Request
from qs.complaints.steps import reached
from qs.complaints.terms import Ground, Outcome, Satisfaction
from qs.deadlines.queries import calendar
from qs.deadlines.rules import working_days_between
from qs.directory.models import Area, Provider, Service
from qs.directory.queries import visible_services
from qs.periods import local_day
from qs.settings import settings
from qs.stats.comparison import wilson

READ = Permission.COMPLAINTS_READ
LEVELS = tuple(Satisfaction)
RATE_COUNTS = ("valid", "contacted", "solved", *(level.value for level in LEVELS))
RATE_VALUES = ("response", "resolution", "satisfaction", "unweighted_satisfaction", "composite")
RATE_COLUMNS = ("service_id", "service", "service_en", "unit_id", "unit", "unit_en", *RATE_COUNTS, *RATE_VALUES)
FIGURE_COUNTS = (
    "registered",
    "closed",
    "on_time",
    "late",
    "open_overdue",
    "dispatched",
    "returned",
    "extended",
    "reworked",
)
FIGURE_VALUES = (
    "on_time_share",
    "on_time_lower",
    "on_time_upper",
    "return_share",
    "extension_share",
    "rework_share",
    "median_working_days",
    "p90_working_days",
)
FIGURE_COLUMNS = ("ground", "name", "name_en", *FIGURE_COUNTS, *FIGURE_VALUES)
LONG = 0.9


def three_rates(session: Session, starts_at: datetime, ends_at: datetime, *, actor: Actor) -> pd.DataFrame:
    """One row per service with valid call-backs in [starts_at, ends_at), by id: RATE_COLUMNS.

    `valid`: call-backs that reached somebody; `contacted`, `solved` and one column per level of satisfaction are
    counts of them. Rates are shares (0 to 1), `composite` 0 to 100; see `rules.rates`.
    """
    actor.check(READ)
    counts = [
        sa.func.count(CallBack.id).label("valid"),
        counted(CallBack.was_contacted).label("contacted"),
        counted(CallBack.is_solved).label("solved"),
        *(counted(CallBack.satisfaction == level).label(level.value) for level in LEVELS),
    ]
    statement = (
        sa.select(
            CallBack.service_id,
            Service.name.label("service"),
            sa.func.coalesce(Service.name_en, "").label("service_en"),
            Provider.id.label("unit_id"),
            Provider.name.label("unit"),
            sa.func.coalesce(Provider.name_en, "").label("unit_en"),
            *counts,
        )
        .join(Service, Service.id == CallBack.service_id)
        .join(Provider, Provider.id == Service.provider_id)
        .where(CallBack.is_reached, CallBack.at >= starts_at, CallBack.at < ends_at)
        .group_by(CallBack.service_id, Service.name, Service.name_en, Provider.id, Provider.name, Provider.name_en)
        .order_by(CallBack.service_id)
    )
    if not actor.has_everywhere(READ):
        statement = statement.where(CallBack.service_id.in_(visible_services(actor, READ)))
    rows = [tuple(row) for row in session.execute(statement)]
    frame = pd.DataFrame(rows, columns=list(RATE_COLUMNS[: -len(RATE_VALUES)]))
    return with_rates(frame.astype({name: "int64" for name in ("service_id", "unit_id", *RATE_COUNTS)}))


def counted(condition: sa.SQLColumnExpression[Any]) -> sa.ColumnElement[int]:  # Any: true, false or empty
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def with_rates(frame: pd.DataFrame) -> pd.DataFrame:
    """The counts with the rates they make; NaN where there was no valid call-back."""
    rows: list[Any] = list(frame.itertuples(index=False))  # Any: a row of counts
    found = [
        rules.rates(row.valid, row.contacted, row.solved, row.very_satisfied + row.satisfied, row.basically_satisfied)
        for row in rows
    ]
    values = {name: pd.Series([getattr(one, name) for one in found], dtype="float64") for name in RATE_VALUES}
    return frame.assign(**values)[[*frame.columns, *RATE_VALUES]]


def all_together(frame: pd.DataFrame) -> rules.Rates:
    """The three rates over all rows of `three_rates`."""
    sums = {name: int(frame[name].sum()) for name in RATE_COUNTS}
    satisfied = sums["very_satisfied"] + sums["satisfied"]
    return rules.rates(sums["valid"], sums["contacted"], sums["solved"], satisfied, sums["basically_satisfied"])


def request_figures(
    session: Session,
    starts_at: datetime,
    ends_at: datetime,
    *,
    actor: Actor,
    now: datetime,
    by: Ground = Ground.SERVICE,
) -> pd.DataFrame:
    """One row per service, unit, type, channel or area with requests in [starts_at, ends_at): FIGURE_COLUMNS.

    `ground`: id or code as text, `name` its words (codes have none). `closed`: handled and closed in the period, not
    counting those not accepted, withdrawn or duplicate; `open_overdue`: still open at the end and past their limit.
    on_time_share = on_time / (closed + open_overdue), with its 95 % Wilson interval; return_share of those dispatched
    in the period; extension and rework of `closed`. Working days from registration to the last reply, of `closed`.
    Shares 0 to 1, NaN where the denominator is 0. Largest base first.
    """
    actor.check(READ)
    facts = request_facts(session, starts_at, ends_at, actor=actor, now=now, by=by)
    grouped = facts.groupby(["ground", "name", "name_en"], as_index=False, sort=True)
    counts = grouped[list(FIGURE_COUNTS)].sum()
    days = grouped["working_days"].agg(median_working_days="median", p90_working_days=lambda one: one.quantile(LONG))
    frame = counts.merge(days, on=["ground", "name", "name_en"])
    base = frame["closed"] + frame["open_overdue"]
    interval = wilson(frame["on_time"].to_numpy(), base.to_numpy())
    return (
        frame.assign(
            on_time_share=shares(frame["on_time"], base),
            on_time_lower=interval.lower,
            on_time_upper=interval.upper,
            return_share=shares(frame["returned"], frame["dispatched"]),
            extension_share=shares(frame["extended"], frame["closed"]),
            rework_share=shares(frame["reworked"], frame["closed"]),
            base=base,
        )
        .sort_values(["base", "name"], ascending=[False, True], kind="stable")
        .reset_index(drop=True)[list(FIGURE_COLUMNS)]
    )


def shares(numerator: pd.Series[Any], denominator: pd.Series[Any]) -> pd.Series[Any]:  # Any: counts and shares
    return (numerator / denominator.where(denominator > 0)).astype("float64")


def request_facts(
    session: Session, starts_at: datetime, ends_at: datetime, *, actor: Actor, now: datetime, by: Ground
) -> pd.DataFrame:
    """One row per request that lived in the period: ground, name, name_en, FIGURE_COUNTS as 0 or 1, working_days."""
    ground, name, name_en = grounds(by)
    statement: sa.Select[*tuple[Any, ...]] = (  # Any: a request and three words
        sa.select(Request, ground.label("ground"), name.label("name"), name_en.label("name_en"))
        .outerjoin(Service, Service.id == Request.service_id)
        .outerjoin(Provider, Provider.id == sa.func.coalesce(Request.unit_id, Service.provider_id))
        .outerjoin(Area, Area.id == Request.area_id)
        .where(
            reached(actor, READ),
            Request.registered_at < ends_at,
            sa.or_(Request.closed_at.is_(None), Request.closed_at >= starts_at),
        )
    )
    known = calendar(session, actor=actor)
    rows = []
    for request, *words in session.execute(statement):
        counts = counts_of(request, starts_at, ends_at, now)
        days: float | None = None
        if counts["closed"]:
            ended_at = request.replied_at or request.closed_at
            first, last = (local_day(one, settings().zone) for one in (request.registered_at, ended_at))
            days = working_days_between(known, first, last)
        rows.append((*(str(word or "") for word in words), *counts.values(), days))
    frame = pd.DataFrame(rows, columns=["ground", "name", "name_en", *FIGURE_COUNTS, "working_days"])
    kinds = {name: "int64" for name in FIGURE_COUNTS} | {"working_days": "float64"}
    return frame.astype(kinds | {"ground": "str", "name": "str", "name_en": "str"})


def grounds(by: Ground) -> tuple[sa.SQLColumnExpression[Any], ...]:  # Any: ids, codes and texts
    """Key, name and English name of what the figures are taken apart by."""
    nothing = sa.literal("")
    return {
        Ground.SERVICE: (Service.id, Service.name, Service.name_en),
        Ground.UNIT: (Provider.id, Provider.name, Provider.name_en),
        Ground.AREA: (Area.id, Area.name, Area.name_en),
        Ground.KIND: (sa.cast(Request.kind, sa.String), nothing, nothing),
        Ground.CHANNEL: (sa.cast(Request.channel, sa.String), nothing, nothing),
    }[by]


def counts_of(request: Request, starts_at: datetime, ends_at: datetime, now: datetime) -> dict[str, int]:
    """What one request counts in a period, in the order of FIGURE_COUNTS."""

    def inside(moment: datetime | None) -> bool:
        return moment is not None and starts_at <= moment < ends_at

    is_counted = inside(request.closed_at) and request.outcome is not None and request.outcome.is_handled
    return {
        "registered": int(inside(request.registered_at)),
        "closed": int(is_counted),
        "on_time": int(is_counted and request.overdue_at is None),
        "late": int(is_counted and request.overdue_at is not None),
        "open_overdue": int(is_open_overdue(request, ends_at, now)),
        "dispatched": int(inside(request.dispatched_at)),
        "returned": int(inside(request.dispatched_at) and request.returned_count > 0),
        "extended": int(is_counted and request.is_extended),
        "reworked": int(is_counted and request.rework_count > 0),
    }


def is_open_overdue(request: Request, ends_at: datetime, now: datetime) -> bool:
    """True when the request was open and past its limit at the end of the period, or now while the period runs."""
    moment = min(ends_at, now)
    if request.closed_at is not None and request.closed_at < ends_at:
        return False
    if request.overdue_at is not None:
        return request.overdue_at < moment
    return rules.is_overdue(request.state, request.due_at, moment)


def outcome_counts(session: Session, starts_at: datetime, ends_at: datetime, *, actor: Actor) -> dict[Outcome, int]:
    """How the requests closed in the period ended."""
    actor.check(READ)
    statement = (
        sa.select(Request.outcome, sa.func.count(Request.id))
        .where(reached(actor, READ), Request.closed_at >= starts_at, Request.closed_at < ends_at)
        .group_by(Request.outcome)
    )
    return {outcome: count for outcome, count in session.execute(statement) if outcome is not None}
