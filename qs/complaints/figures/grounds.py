"""By what the figures of requests are taken apart: the words of each ground, and whose requests are in sight."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from qs.actor import Actor, Permission
from qs.complaints.figures.assessment import Span
from qs.complaints.models import CallBack, Request
from qs.complaints.reach import reached
from qs.complaints.terms import Ground
from qs.db import UtcDateTime
from qs.directory.models import Area, Provider, Service
from qs.directory.queries import visible_services

READ = Permission.COMPLAINTS_READ
Columns = tuple[sa.SQLColumnExpression[Any], ...]  # Any: ids, codes and texts
Chosen = sa.Select[*tuple[Any, ...]]  # Any: counts and words
WORDS = ("ground", "name", "name_en")
SPAN = "span"  # how the month of a row is called in the store, to be grouped by


def words_of(by: Ground | None) -> Columns:
    """Key, name and English name of what the figures are taken apart by; codes have no name, all together nothing."""
    nothing: sa.SQLColumnExpression[Any] = sa.literal("")
    if by is None:
        return (nothing, nothing, nothing)
    found: Columns = {
        Ground.SERVICE: (Service.id, Service.name, Service.name_en),
        Ground.UNIT: (Provider.id, Provider.name, Provider.name_en),
        Ground.AREA: (Area.id, Area.name, Area.name_en),
        Ground.KIND: (Request.kind, nothing, nothing),
        Ground.CHANNEL: (Request.channel, nothing, nothing),
        Ground.URGENCY: (Request.urgency, nothing, nothing),
    }[by]
    ground, *names = found
    nothing = sa.literal_column("''")  # a bound value would make each place another expression to PostgreSQL
    return (sa.func.coalesce(sa.cast(ground, sa.String), nothing), *(sa.func.coalesce(one, nothing) for one in names))


def span_of(moment: sa.SQLColumnExpression[Any], spans: Sequence[Span]) -> Columns:  # Any: a moment, or empty
    """The words of the month a moment lies in, of months that follow one another; the moment lies in one of them."""
    nothing: sa.SQLColumnExpression[Any] = sa.literal("")
    return (sa.case(*((moment < span.ends_at, span.ground) for span in spans)).label(SPAN), nothing, nothing)


def periods_of(spans: Sequence[Span], now: datetime) -> sa.Subquery:
    """The months as rows of the store: ground, starts_at, ends_at, and `until`, which is now in the one that runs."""
    return sa.union_all(
        *(
            sa.select(
                sa.literal(span.ground).label("ground"),
                sa.literal(span.starts_at, UtcDateTime()).label("starts_at"),
                sa.literal(span.ends_at, UtcDateTime()).label("ends_at"),
                sa.literal(min(span.ends_at, now), UtcDateTime()).label("until"),
            )
            for span in spans
        )
    ).subquery("periods")


def taken_apart(chosen: Chosen, by: Ground | None) -> Chosen:
    return chosen if by is None else chosen.group_by(*words_of(by))


def of_requests(chosen: Chosen, *, actor: Actor, is_assessed: bool) -> Chosen:
    """The requests in sight with the words of every ground. `is_assessed`: without excluded ones and spam."""
    found = (
        chosen.select_from(Request)
        .outerjoin(Service, Service.id == Request.service_id)
        .outerjoin(Provider, Provider.id == sa.func.coalesce(Request.unit_id, Service.provider_id))
        .outerjoin(Area, Area.id == Request.area_id)
        .where(reached(actor, READ))
    )
    return found.where(~Request.is_excluded, ~Request.is_spam) if is_assessed else found


def of_calls(chosen: Chosen, *, actor: Actor, is_assessed: bool) -> Chosen:
    """The call-backs in sight, by the service whose work was judged, with the words of every ground."""
    found = (
        chosen.select_from(CallBack)
        .join(Request, Request.id == CallBack.request_id)
        .join(Service, Service.id == CallBack.service_id)
        .join(Provider, Provider.id == CallBack.unit_id)
        .outerjoin(Area, Area.id == Request.area_id)
    )
    if not actor.has_everywhere(READ):
        found = found.where(CallBack.service_id.in_(visible_services(actor, READ)))
    return found.where(~Request.is_excluded, ~Request.is_spam) if is_assessed else found
