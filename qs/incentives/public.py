"""What the public may see of incentives: rewards on public notice, and those published after it."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.actor import Actor, Permission
from qs.deadlines.queries import dues
from qs.directory.models import Area, Service
from qs.frames import members
from qs.incentives.models import IncentiveProposal
from qs.incentives.names import rule_names
from qs.incentives.terms import Consequence, Kind, Stage

READ = Permission.INCENTIVES_READ
PUBLISHED_COLUMNS = (
    "proposal_id",
    "service_id",
    "service",
    "service_en",
    "area",
    "area_en",
    "period",
    "consequence",
    "stage",
    "certificate",
    "grounds",
    "grounds_en",
    "rule",
    "rule_en",
    "notice_due_at",
    "concluded_at",
)


def published(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per reward that has been published after its public notice, the latest first: PUBLISHED_COLUMNS."""
    return shown_to_public(session, (Stage.PUBLISHED, Stage.GRANTED), actor=actor)


def public_notices(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per reward that is on public notice, the latest first: PUBLISHED_COLUMNS."""
    return shown_to_public(session, (Stage.NOTICE,), actor=actor)


def shown_to_public(session: Session, stages: tuple[Stage, ...], *, actor: Actor) -> pd.DataFrame:
    if not actor.has(Permission.PUBLIC_READ):
        actor.check(READ)
    area = aliased(Area)
    statement = (
        sa.select(
            IncentiveProposal,
            Service.name.label("service"),
            sa.func.coalesce(Service.name_en, "").label("service_en"),
            area.name.label("area"),
            sa.func.coalesce(area.name_en, "").label("area_en"),
        )
        .join(Service, Service.id == IncentiveProposal.service_id)
        .join(area, area.id == Service.area_id)
        .where(
            IncentiveProposal.stage.in_(stages),
            IncentiveProposal.consequence.in_([one for one in Consequence if one.kind is Kind.REWARD]),
        )
        .order_by(IncentiveProposal.concluded_at.desc(), IncentiveProposal.id.desc())
    )
    found, named_rules = session.execute(statement).all(), rule_names(session)
    wanted = [row.IncentiveProposal.notice_due_id for row in found]
    due = dues(session, [one for one in wanted if one is not None], actor=actor)
    rows = []
    for row in found:
        one: IncentiveProposal = row.IncentiveProposal
        rule = named_rules[one.rule_version_id]
        rows.append(
            (
                one.id,
                one.service_id,
                row.service,
                row.service_en,
                row.area,
                row.area_en,
                one.period,
                one.consequence,
                one.stage,
                one.certificate or "",
                one.grounds,
                one.grounds_en or "",
                rule.name,
                rule.name_en or "",
                due[one.notice_due_id].due_at if one.notice_due_id is not None else None,
                one.concluded_at,
            )
        )
    frame = pd.DataFrame(rows, columns=list(PUBLISHED_COLUMNS)).astype({"proposal_id": "int64", "service_id": "int64"})
    enums = {
        "consequence": members(map(Consequence, frame["consequence"])),
        "stage": members(map(Stage, frame["stage"])),
    }
    moments = {name: pd.to_datetime(frame[name], utc=True) for name in ("notice_due_at", "concluded_at")}
    return frame.assign(**enums, **moments)
