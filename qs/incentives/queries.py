"""What can be asked of incentives: rules, what a rule would have done, proposals with their reasons, what is public."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, selectinload

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.attachments.queries import file_content, files_of
from qs.deadlines.queries import dues
from qs.directory.models import Area, Service
from qs.directory.queries import service_detail, services, visible_services
from qs.errors import NotFound
from qs.frames import members
from qs.i18n import gettext as _
from qs.i18n import pick
from qs.incentives import cases
from qs.incentives.details import (
    AppealDetail,
    InputDetail,
    Name,
    ObjectionDetail,
    ProposalDetail,
    RuleDetail,
    SignatureDetail,
    Simulation,
    VersionDetail,
)
from qs.incentives.duties import DUTY_VIEWS, desk_of, drafts_waiting, duty
from qs.incentives.frozen import Quarters, frozen_quarters, judgement, services_in
from qs.incentives.models import (
    IncentiveAppeal,
    IncentiveProposal,
    IncentiveRule,
    IncentiveRuleVersion,
    IncentiveVeto,
)
from qs.incentives.rulebook import content_of, frozen_measure_codes, state_of
from qs.incentives.terms import (
    APPROVALS,
    LABELS,
    TOLD,
    Consequence,
    Figure,
    Kind,
    Outcome,
    RuleContent,
    Stage,
    Step,
    Veto,
    Vote,
)
from qs.incentives.wording import MeasureWords
from qs.periods import local_day
from qs.rankings import queries as rankings
from qs.rankings.terms import EVALUATION
from qs.settings import settings
from qs.standards.queries import editions_on
from qs.standards.terms import Aggregation
from qs.waiting import Waiting

READ, EDIT, DECIDE = Permission.INCENTIVES_READ, Permission.INCENTIVES_EDIT, Permission.INCENTIVES_DECIDE
APPEAL = Permission.INCENTIVES_APPEAL
MOST_WAITING = 8
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
    "concluded_at",
    "certificate",
    "version",
    "duty",
)
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
SIMULATION_COLUMNS = (
    "service_id",
    "service",
    "service_en",
    "area",
    "area_en",
    "period",
    "outcome",
    "chance",
    "n",
    "checked",
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


# Rules


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
    people = names(session)
    found = [rule_detail(rule, people, with_drafts=sees_all(actor)) for rule in stored]
    shown = [one for one in found if one.versions]
    return sorted(shown, key=lambda one: (one.retired_at is not None, one.in_force is None))


def rule_detail(rule: IncentiveRule, people: Mapping[int | None, Name], *, with_drafts: bool) -> RuleDetail:
    versions = tuple(
        VersionDetail(
            version_id=one.id,
            number=one.number,
            state=state_of(rule, one),
            content=content_of(one),
            reason=one.reason,
            author=people[one.author_id],
            written_at=one.written_at,
            adopter=people[one.adopter_id],
            adopted_at=one.adopted_at,
        )
        for one in reversed(rule.versions)
        if with_drafts or one.adopted_at is not None
    )
    return RuleDetail(rule.id, rule.name, rule.name_en, rule.version, rule.retired_at, versions)


def names(session: Session) -> dict[int | None, Name]:
    """Everybody by id; None stands for a programme."""
    rows = session.execute(sa.select(Person.id, Person.name, Person.name_en))
    found: dict[int | None, Name] = {row.id: Name(row.id, row.name, row.name_en or "") for row in rows}
    return found | {None: Name(None, "", "")}


def sees_all(actor: Actor) -> bool:
    """True for the office and the auditor: they also see drafts and what is only being considered."""
    return actor.has_everywhere(READ)


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


# What a rule would have done


def simulation(session: Session, content: RuleContent, *, actor: Actor, now: datetime) -> Simulation:
    """What a rule would have proposed in every frozen quarter; nothing is stored, veto items are left aside."""
    actor.check_everywhere(READ)
    return simulated(session, content, frozen_quarters(session, actor=actor, now=now), actor=actor)


def simulated(session: Session, content: RuleContent, quarters: Quarters, *, actor: Actor) -> Simulation:
    directory = named_services(session, actor=actor)
    rows = []
    for period, quarter in quarters.items():
        for service_id in services_in(quarter):
            found = judgement(content, service_id, period, quarters)
            smallest = min((one.figure.n for one in found.checked if one.figure.n is not None), default=None)
            named = directory[service_id]
            rows.append(
                (
                    service_id,
                    named["name"],
                    named["name_en"],
                    named["area"],
                    named["area_en"],
                    period,
                    found.outcome,
                    found.chance,
                    smallest,
                    found.checked,
                )
            )
    frame = pd.DataFrame(rows, columns=list(SIMULATION_COLUMNS))
    kinds = {"service_id": "int64", "chance": "float64", "n": "float64"}
    return Simulation(frame.astype(kinds).assign(outcome=members(map(Outcome, frame["outcome"]))), tuple(quarters))


def named_services(session: Session, *, actor: Actor) -> dict[int, dict[str, Any]]:  # Any: a row of the directory
    """service id -> its row in the directory, in the actor's scope."""
    rows = services(session, actor=actor, permission=READ).to_dict("records")
    return {row["service_id"]: {str(name): value for name, value in row.items()} for row in rows}


# Proposals


def visible(actor: Actor) -> sa.ColumnElement[bool]:
    """The proposals the actor may know of: in scope, and told, unless the actor decides or sees everything."""
    in_scope = IncentiveProposal.service_id.in_(visible_services(actor, READ))
    if sees_all(actor):
        return in_scope
    decides = IncentiveProposal.service_id.in_(visible_services(actor, DECIDE))
    return sa.and_(in_scope, sa.or_(IncentiveProposal.stage.in_(TOLD), decides))


def proposals(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per proposal the actor may see, the latest quarter first: PROPOSAL_COLUMNS.

    `signed`: ids of those who signed; `due_at`: the end of notice, of the time to appeal, or to decide an appeal, NaT
    where none runs; `approvals` of `needed` signatures are given; `objections`: how many are not answered.
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
    directory = named_services(session, actor=actor)
    rule_names = names_of_rules(session)
    due = due_dates(session, stored, actor=actor)
    desk = desk_of(session, actor=actor)
    rows = []
    for one in stored:
        named, rule = directory[one.service_id], rule_names.get(one.rule_version_id, ("", None, 0))
        rows.append(
            (
                one.id,
                one.service_id,
                named["code"],
                named["name"],
                named["name_en"],
                named["area"],
                named["area_en"],
                named["department"],
                named["department_en"],
                one.period,
                one.consequence.kind,
                one.consequence,
                one.proposed,
                one.stage,
                rule[0],
                rule[1] or "",
                one.proposer_id,
                one.proposed_at,
                sum(decision.vote is Vote.APPROVE for decision in one.decisions),
                APPROVALS[one.proposed],
                tuple(decision.person_id for decision in one.decisions),
                sum(objection.answered_at is None for objection in one.objections),
                bool(one.appeals),
                due.get(one.id),
                one.concluded_at,
                one.certificate or "",
                one.version,
                duty(one, desk, due_at=due.get(one.id), now=now),
            )
        )
    frame = pd.DataFrame(rows, columns=list(PROPOSAL_COLUMNS))
    kinds_of = {"kind": Kind, "consequence": Consequence, "proposed": Consequence, "stage": Stage}
    enums = {name: members(map(one, frame[name])) for name, one in kinds_of.items()}
    moments = {name: pd.to_datetime(frame[name], utc=True) for name in ("proposed_at", "due_at", "concluded_at")}
    kinds = {"proposal_id": "int64", "service_id": "int64", "proposer_id": "Int64", "version": "int64"}
    kinds |= {"is_appealed": "bool", "needed": "int64", "approvals": "int64", "objections": "int64"}
    return frame.astype(kinds).assign(**enums, **moments)


def names_of_rules(session: Session) -> dict[int | None, tuple[str, str | None, int]]:
    """version id -> name and English name of its rule, and the number of the version."""
    statement = sa.select(
        IncentiveRuleVersion.id, IncentiveRule.name, IncentiveRule.name_en, IncentiveRuleVersion.number
    ).join(IncentiveRule, IncentiveRule.id == IncentiveRuleVersion.rule_id)
    return {row.id: (row.name, row.name_en, row.number) for row in session.execute(statement)}


def running_due(proposal: IncentiveProposal) -> int | None:
    """The time limit that runs at the stage a proposal is at."""
    if proposal.stage is Stage.NOTICE:
        return proposal.notice_due_id
    if proposal.stage is Stage.EFFECTIVE and not proposal.appeals:
        return proposal.appeal_due_id
    return proposal.appeals[-1].due_id if proposal.stage is Stage.APPEALED else None


def due_dates(session: Session, stored: Sequence[IncentiveProposal], *, actor: Actor) -> dict[int, datetime]:
    """proposal id -> the end of the time limit that is running."""
    ids = {one.id: due_id for one in stored if (due_id := running_due(one)) is not None}
    found = dues(session, list(ids.values()), actor=actor)
    return {proposal_id: found[due_id].due_at for proposal_id, due_id in ids.items()}


def proposal(session: Session, proposal_id: int, *, actor: Actor) -> ProposalDetail:
    """One proposal with its reasons and its course. Raises NotFound when the actor may not know of it."""
    actor.check(READ)
    one = session.scalars(
        sa.select(IncentiveProposal)
        .where(IncentiveProposal.id == proposal_id, visible(actor))
        .options(
            selectinload(IncentiveProposal.inputs),
            selectinload(IncentiveProposal.decisions),
            selectinload(IncentiveProposal.steps),
            selectinload(IncentiveProposal.objections),
            selectinload(IncentiveProposal.appeals),
        )
    ).one_or_none()
    if one is None:
        raise NotFound("proposal_unknown")
    day = local_day(one.proposed_at, settings().zone)
    named = service_detail(session, one.service_id, actor=actor, day=day, permission=READ)
    people, rule = names(session), names_of_rules(session).get(one.rule_version_id, ("", None, None))
    content = content_of_version(session, one.rule_version_id)
    wanted = [one.notice_due_id, one.appeal_due_id, *(appeal.due_id for appeal in one.appeals)]
    due = {due_id: found.due_at for due_id, found in dues(session, [w for w in wanted if w], actor=actor).items()}
    return ProposalDetail(
        proposal_id=one.id,
        version=one.version,
        service_id=one.service_id,
        service=named.name,
        service_en=named.name_en,
        department=named.department,
        department_en=named.department_en,
        period=one.period,
        period_sha256=one.period_sha256,
        proposed=one.proposed,
        consequence=one.consequence,
        stage=one.stage,
        grounds=one.grounds,
        grounds_en=one.grounds_en,
        rule=rule[0],
        rule_en=rule[1],
        content=content,
        rule_version=rule[2],
        proposer=people[one.proposer_id],
        proposed_at=one.proposed_at,
        inputs=input_details(one, content),
        signatures=tuple(
            SignatureDetail(people[made.person_id], made.vote, made.reason, made.decided_at) for made in one.decisions
        ),
        steps=tuple(
            Step(
                step.at,
                people[step.person_id].name,
                people[step.person_id].name_en,
                step.from_stage,
                step.to_stage,
                step.note,
            )
            for step in one.steps
        ),
        objections=tuple(
            ObjectionDetail(said.id, said.text, said.recorded_by, said.recorded_at, said.is_upheld, said.answer)
            for said in one.objections
        ),
        appeal=appeal_detail(session, one, people, due, actor=actor),
        notice_due_at=due.get(one.notice_due_id or 0),
        appeal_due_at=due.get(one.appeal_due_id or 0),
        concluded_at=one.concluded_at,
        certificate=one.certificate,
        approval_number=one.approval_number,
        vetoes=standing_vetoes(session, one.service_id, one.period),
        involved=cases.involved(one),
        is_party=one.service_id in cases.own_services(session, actor=actor),
    )


def content_of_version(session: Session, version_id: int | None) -> RuleContent | None:
    if version_id is None:
        return None
    statement = sa.select(IncentiveRuleVersion).where(IncentiveRuleVersion.id == version_id)
    version = session.scalars(statement.options(selectinload(IncentiveRuleVersion.conditions))).one()
    return content_of(version)


def input_details(proposal: IncentiveProposal, content: RuleContent | None) -> tuple[InputDetail, ...]:
    if content is None:
        return ()
    return tuple(
        InputDetail(
            one.period,
            content.conditions[one.position],
            Figure(one.value, one.lower, one.upper, one.n),
            one.outcome,
        )
        for one in proposal.inputs
    )


def appeal_detail(
    session: Session,
    proposal: IncentiveProposal,
    people: Mapping[int | None, Name],
    due: Mapping[int, datetime],
    *,
    actor: Actor,
) -> AppealDetail | None:
    if not proposal.appeals:
        return None
    filed: IncentiveAppeal = proposal.appeals[-1]
    return AppealDetail(
        grounds=filed.grounds,
        filed_by=people[filed.filed_by],
        filed_at=filed.filed_at,
        due_at=due[filed.due_id],
        outcome=filed.outcome,
        lighter=filed.lighter,
        reason=filed.reason,
        decided_by=people[filed.decided_by],
        decided_at=filed.decided_at,
        files=tuple(files_of(session, f"incentive:{proposal.id}", actor=actor)),
    )


def appeal_file(session: Session, proposal_id: int, file_id: int, *, actor: Actor) -> bytes:
    """The content of a file handed in with an appeal. Raises NotFound when the actor may not know of the proposal."""
    actor.check(READ)
    statement = sa.select(IncentiveProposal.id).where(IncentiveProposal.id == proposal_id, visible(actor))
    if session.scalar(statement) is None:
        raise NotFound("proposal_unknown")
    return file_content(session, f"incentive:{proposal_id}", file_id, actor=actor)


def standing_vetoes(session: Session, service_id: int, period: str) -> tuple[Veto, ...]:
    statement = sa.select(IncentiveVeto.kind).where(
        IncentiveVeto.service_id == service_id, IncentiveVeto.period == period, IncentiveVeto.lifted_at.is_(None)
    )
    return tuple(session.scalars(statement))


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


# What the public may see


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
    found, rule_names = session.execute(statement).all(), names_of_rules(session)
    wanted = [row.IncentiveProposal.notice_due_id for row in found]
    due = dues(session, [one for one in wanted if one is not None], actor=actor)
    rows = []
    for row in found:
        one: IncentiveProposal = row.IncentiveProposal
        rule = rule_names.get(one.rule_version_id, ("", None, 0))
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
                rule[0],
                rule[1] or "",
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


# What waits for somebody


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
    return sorted(found, key=lambda line: line.due_at or far)[:MOST_WAITING]
