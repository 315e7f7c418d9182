"""What can be asked of incentives: the rules, what they may look at, proposals with their duties, veto items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from qs.actor import Actor, Permission
from qs.deadlines.queries import dues
from qs.deadlines.terms import Due
from qs.directory.models import Service
from qs.directory.queries import services, visible_services
from qs.frames import members
from qs.i18n import gettext as _
from qs.incentives import cases
from qs.incentives.access import sees_all, visible
from qs.incentives.details import RuleDetail, rule_detail
from qs.incentives.duties import desk_of, duty
from qs.incentives.models import IncentiveProposal, IncentiveRule, IncentiveRuleVersion, IncentiveVeto
from qs.incentives.names import RuleName, people_names, rule_names
from qs.incentives.rule_sentences import MeasureWords
from qs.incentives.rulebook import frozen_measure_codes
from qs.incentives.terms import APPROVALS, Consequence, Kind, Stage, Veto, Vote
from qs.rankings import queries as rankings
from qs.rankings.terms import EVALUATION
from qs.standards.queries import editions_on
from qs.standards.terms import Aggregation

Row = dict[str, Any]  # Any: values of a row
READ, EDIT = Permission.INCENTIVES_READ, Permission.INCENTIVES_EDIT
PROPOSAL_COLUMNS = (
    "proposal_id",
    "service_id",
    "service_code",
    "service",
    "service_en",
    "area",
    "area_en",
    "department",
    "department_en",
    "period",
    "kind",
    "consequence",
    "proposed",
    "stage",
    "rule",
    "rule_en",
    "proposer_id",
    "proposed_at",
    "approvals",
    "needed",
    "signed",
    "objections",
    "is_appealed",
    "due_at",
    "is_provisional",
    "concluded_at",
    "certificate",
    "version",
    "duty",
)
VETO_COLUMNS = (
    "veto_id",
    "service_id",
    "service",
    "service_en",
    "period",
    "kind",
    "grounds",
    "person_id",
    "recorded_at",
    "lifted_at",
)


def effective_from(session: Session, *, actor: Actor) -> date | None:
    """The day from which incentives take effect; None when none is set."""
    return cases.start_day(session)


def rules(session: Session, *, actor: Actor) -> list[RuleDetail]:
    """Every rule, those in force first; drafts only for those who may see everything."""
    actor.check(READ)
    stored = session.scalars(
        sa.select(IncentiveRule)
        .options(selectinload(IncentiveRule.versions).selectinload(IncentiveRuleVersion.conditions))
        .order_by(IncentiveRule.id)
    ).all()
    people = people_names(session)
    found = [rule_detail(rule, people, with_drafts=sees_all(actor)) for rule in stored]
    shown = [one for one in found if one.versions]
    return sorted(shown, key=lambda one: (one.retired_at is not None, one.in_force is None))


def measure_words(session: Session, day: date, *, actor: Actor) -> dict[str, MeasureWords]:
    """What the measures are called, by code: the indicators in force on the day, and approved evaluations."""
    found = {
        row["code"]: MeasureWords(
            row["name"],
            row["name_en"],
            row["unit"],
            row["unit_en"],
            is_share=row["aggregation"] is Aggregation.SHARE,
            places=int(row["places"]),
        )
        for row in editions_on(session, day, actor=actor).to_dict("records")
    }
    return found | {EVALUATION: MeasureWords(_("Approved evaluations"), unit=_("points"))}


def frozen_names(session: Session, *, actor: Actor) -> list[str]:
    """The names of the frozen quarters, the latest first; none for who may not read rankings."""
    actor.check(READ)
    if not actor.has(Permission.RANKINGS_READ):
        return []
    return list(rankings.frozen_periods(session, actor=actor)["name"])


def frozen_measures_known(session: Session, *, actor: Actor) -> tuple[str, ...]:
    """The codes of the measures a rule may look at; none for who writes no rules."""
    actor.check(READ)
    return tuple(sorted(frozen_measure_codes(session, actor=actor))) if actor.has(EDIT) else ()


def named_services(session: Session, *, actor: Actor) -> dict[int, Row]:
    """service id -> its row in the directory, in the actor's scope."""
    rows = services(session, actor=actor, permission=READ).to_dict("records")
    return {row["service_id"]: {str(name): value for name, value in row.items()} for row in rows}


def proposals(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per proposal the actor may see, the latest quarter first: PROPOSAL_COLUMNS.

    `signed`: ids of those who signed; `due_at`: the end of notice, of the time to appeal, or to decide an appeal, NaT
    where none runs, `is_provisional` until the calendar of its year is published; `approvals` of `needed` signatures
    are given; `objections`: how many are not answered.
    """
    actor.check(READ)
    stored = session.scalars(
        sa.select(IncentiveProposal)
        .where(visible(actor))
        .options(
            selectinload(IncentiveProposal.decisions),
            selectinload(IncentiveProposal.steps),
            selectinload(IncentiveProposal.objections),
            selectinload(IncentiveProposal.appeals),
        )
        .order_by(IncentiveProposal.period.desc(), IncentiveProposal.id)
    ).all()
    directory, rules_by_version = named_services(session, actor=actor), rule_names(session)
    due, desk = due_dates(session, stored, actor=actor), desk_of(session, actor=actor)
    rows = []
    for one in stored:
        row = proposal_row(one, directory[one.service_id], rules_by_version[one.rule_version_id])
        limit = due.get(one.id)
        due_at = None if limit is None else limit.due_at
        running = {"due_at": due_at, "is_provisional": limit is not None and limit.is_provisional}
        rows.append(row | running | {"duty": duty(one, desk, due_at=due_at, now=now)})
    return proposal_frame(rows)


def proposal_row(proposal: IncentiveProposal, service: Row, rule: RuleName) -> Row:
    """What a proposal says by itself: PROPOSAL_COLUMNS without the time limit and the duty, which hang on who asks."""
    return {
        "proposal_id": proposal.id,
        "service_id": proposal.service_id,
        "service_code": service["code"],
        "service": service["name"],
        "service_en": service["name_en"],
        "area": service["area"],
        "area_en": service["area_en"],
        "department": service["department"],
        "department_en": service["department_en"],
        "period": proposal.period,
        "kind": proposal.consequence.kind,
        "consequence": proposal.consequence,
        "proposed": proposal.proposed,
        "stage": proposal.stage,
        "rule": rule.name,
        "rule_en": rule.name_en or "",
        "proposer_id": proposal.proposer_id,
        "proposed_at": proposal.proposed_at,
        "approvals": sum(decision.vote is Vote.APPROVE for decision in proposal.decisions),
        "needed": APPROVALS[proposal.proposed],
        "signed": tuple(decision.person_id for decision in proposal.decisions),
        "objections": sum(objection.answered_at is None for objection in proposal.objections),
        "is_appealed": bool(proposal.appeals),
        "concluded_at": proposal.concluded_at,
        "certificate": proposal.certificate or "",
        "version": proposal.version,
    }


def proposal_frame(rows: Iterable[Row]) -> pd.DataFrame:
    """The rows as PROPOSAL_COLUMNS, each of its kind, also when there is none."""
    frame = pd.DataFrame(list(rows), columns=list(PROPOSAL_COLUMNS))
    kinds_of = {"kind": Kind, "consequence": Consequence, "proposed": Consequence, "stage": Stage}
    enums = {name: members(map(one, frame[name])) for name, one in kinds_of.items()}
    moments = {name: pd.to_datetime(frame[name], utc=True) for name in ("proposed_at", "due_at", "concluded_at")}
    kinds = {"proposal_id": "int64", "service_id": "int64", "proposer_id": "Int64", "version": "int64"}
    kinds |= {
        "is_appealed": "bool",
        "is_provisional": "bool",
        "needed": "int64",
        "approvals": "int64",
        "objections": "int64",
    }
    return frame.astype(kinds).assign(**enums, **moments)


def running_due(proposal: IncentiveProposal) -> int | None:
    """The time limit that runs at the stage a proposal is at."""
    if proposal.stage is Stage.NOTICE:
        return proposal.notice_due_id
    if proposal.stage is Stage.EFFECTIVE and not proposal.appeals:
        return proposal.appeal_due_id
    return proposal.appeals[-1].due_id if proposal.stage is Stage.APPEALED else None


def due_dates(session: Session, stored: Sequence[IncentiveProposal], *, actor: Actor) -> dict[int, Due]:
    """proposal id -> the time limit that is running."""
    ids = {one.id: due_id for one in stored if (due_id := running_due(one)) is not None}
    found = dues(session, list(ids.values()), actor=actor)
    return {proposal_id: found[due_id] for proposal_id, due_id in ids.items()}


def vetoes(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per veto item in the actor's scope, the latest first: VETO_COLUMNS."""
    actor.check(READ)
    statement = (
        sa.select(
            IncentiveVeto.id.label("veto_id"),
            IncentiveVeto.service_id,
            Service.name.label("service"),
            sa.func.coalesce(Service.name_en, "").label("service_en"),
            IncentiveVeto.period,
            IncentiveVeto.kind,
            IncentiveVeto.grounds,
            IncentiveVeto.person_id,
            IncentiveVeto.recorded_at,
            IncentiveVeto.lifted_at,
        )
        .join(Service, Service.id == IncentiveVeto.service_id)
        .where(IncentiveVeto.service_id.in_(visible_services(actor, READ)))
        .order_by(IncentiveVeto.id.desc())
    )
    frame = pd.DataFrame([tuple(row) for row in session.execute(statement)], columns=list(VETO_COLUMNS))
    moments = {name: pd.to_datetime(frame[name], utc=True) for name in ("recorded_at", "lifted_at")}
    return frame.astype({"veto_id": "int64", "service_id": "int64"}).assign(
        kind=members(map(Veto, frame["kind"])), **moments
    )
