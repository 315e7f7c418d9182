"""What waits for a person in incentives: proposals by their duty, and drafts of rules to adopt."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from qs.actor import Actor, Permission
from qs.i18n import pick
from qs.incentives.models import IncentiveRule
from qs.incentives.queries import proposals
from qs.incentives.rulebook import state_of
from qs.incentives.terms import Consequence, VersionState
from qs.incentives.wording import LABELS
from qs.waiting import Waiting

EDIT, DECIDE, APPEAL = Permission.INCENTIVES_EDIT, Permission.INCENTIVES_DECIDE, Permission.INCENTIVES_APPEAL
LISTED = 8
DUTY_VIEWS = {  # where each is dealt with
    "incentive_to_decide": "proposals",
    "incentive_to_tell": "proposals",
    "incentive_objection": "decisions",
    "incentive_to_conclude": "decisions",
    "incentive_may_appeal": "decisions",
    "incentive_appeal_to_decide": "appeals",
}


def waiting(session: Session, *, actor: Actor, now: datetime) -> list[Waiting]:
    """What this person has to do here, the most pressing first."""
    if not any(actor.has(right) for right in (DECIDE, EDIT, APPEAL)):
        return []
    frame = proposals(session, actor=actor, now=now)
    found = [
        Waiting(
            row["duty"],
            "incentives",
            due_at=None if pd.isna(row["due_at"]) or row["duty"] == "incentive_to_conclude" else row["due_at"],
            facts={
                "service": pick(row["service"], row["service_en"]),
                "field": LABELS[Consequence][row["consequence"]],
                "period": row["period"],
            },
            query={"view": DUTY_VIEWS[row["duty"]], "proposal": str(row["proposal_id"])},
        )
        for row in frame[frame["duty"] != ""].to_dict("records")
    ]
    found += drafts_waiting(session, actor=actor)
    far = datetime.max.replace(tzinfo=now.tzinfo)
    return sorted(found, key=lambda line: line.due_at or far)[:LISTED]


def drafts_waiting(session: Session, *, actor: Actor) -> list[Waiting]:
    """The drafts of rules that somebody other than their author must adopt."""
    if not actor.has_everywhere(DECIDE) or actor.person_id is None:
        return []
    rules = session.scalars(
        sa.select(IncentiveRule)
        .where(IncentiveRule.retired_at.is_(None))
        .options(selectinload(IncentiveRule.versions))
        .order_by(IncentiveRule.id)
    )
    return [
        Waiting(
            "incentive_to_adopt",
            "incentives",
            facts={"rule": pick(rule.name, rule.name_en)},
            query={"view": "rules", "rule": str(rule.id)},
        )
        for rule in rules
        if state_of(rule, rule.versions[-1]) is VersionState.DRAFT and rule.versions[-1].author_id != actor.person_id
    ]
