"""One inspection as a person may see it: the people drawn, the checklist with its findings, the steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.attachments.queries import file_content, files_by_owner, files_of
from qs.attachments.terms import KeptFile
from qs.deadlines.queries import dues
from qs.directory.models import Provider, Service
from qs.directory.queries import english
from qs.errors import NotFound
from qs.inspections import rules
from qs.inspections.models import Inspection, InspectionStep, Item, Recusal
from qs.inspections.queries import Seat, holds, is_insider, known_to, open_rectification_count, seats_by_inspection
from qs.inspections.terms import Grade, InspectionState, InspectionType, Judgement, Verdict
from qs.standards.models import Clause, ClauseEdition

READ = Permission.INSPECTIONS_READ


@dataclass(frozen=True)
class ItemDetail:
    """One item of a checklist as this person may see it."""

    item_id: int
    position: int
    clause_id: int
    code: str
    title: str
    title_en: str
    text: str
    text_en: str
    weight: float
    is_safety: bool
    judgement: Judgement | None
    note: str
    judged_at: datetime | None
    judge: str
    judge_en: str
    defence: str | None
    verdict: Verdict | None
    answer: str
    demand: str
    version: int
    photos: tuple[KeptFile, ...]
    proofs: tuple[KeptFile, ...]  # handed in with the defence


@dataclass(frozen=True)
class Step:
    """One change of state."""

    at: datetime
    name: str
    name_en: str
    from_state: InspectionState | None
    to_state: InspectionState
    note: str


@dataclass(frozen=True)
class InspectionDetail:
    """One inspection with everything the person may see of it."""

    inspection_id: int
    number: str
    service_id: int
    service: str
    service_en: str
    provider: str
    provider_en: str
    leader: str
    leader_en: str
    type: InspectionType
    state: InspectionState
    period: str
    reason: str
    opens_on: date
    ends_on: date
    seed: str
    pool: tuple[str, ...]
    inspectors: tuple[Seat, ...]
    recusals: tuple[Seat, ...]
    due_id: int | None
    due_at: datetime | None
    begun_at: datetime | None
    findings_sent_at: datetime | None
    defended_at: datetime | None
    concluded_at: datetime | None
    letter_year: int | None
    letter_number: int | None
    opinion: str
    opinion_en: str
    grade: Grade | None
    is_capped: bool
    score: float | None
    item_count: int | None
    conform_count: int | None
    published_at: datetime | None
    summary: str
    summary_en: str
    version: int
    items: tuple[ItemDetail, ...]
    steps: tuple[Step, ...]
    open_rectification_count: int
    rights: frozenset[Permission]  # over this service, for buttons: the actions check again

    @property
    def findings(self) -> tuple[ItemDetail, ...]:
        return tuple(item for item in self.items if item.judgement is not None and item.judgement.is_finding)

    @property
    def is_defence_late(self) -> bool:
        return self.defended_at is not None and self.due_at is not None and self.defended_at > self.due_at


def inspection(session: Session, inspection_id: int, *, actor: Actor) -> InspectionDetail:
    """One inspection. Raises NotFound when there is none the actor may know of."""
    actor.check(READ)
    kept = session.scalar(sa.select(Inspection).where(Inspection.id == inspection_id, known_to(actor)))
    if kept is None:
        raise NotFound("inspection_unknown")
    leader = aliased(Person)
    names = session.execute(
        sa.select(
            Service.name.label("service"),
            english(Service.name_en).label("service_en"),
            Provider.name.label("provider"),
            english(Provider.name_en).label("provider_en"),
            sa.func.coalesce(leader.name, "").label("leader"),
            english(leader.name_en).label("leader_en"),
        )
        .join(Provider, Provider.id == Service.provider_id)
        .outerjoin(leader, leader.id == Service.leader_id)
        .where(Service.id == kept.service_id)
    ).one()
    is_told = kept.state in rules.SAID_TO_UNIT or is_insider(session, actor, kept.service_id)
    due = None if kept.due_id is None else dues(session, [kept.due_id], actor=actor)[kept.due_id].due_at
    same = InspectionDetail.__dataclass_fields__.keys() & Inspection.__mapper__.columns.keys()
    return InspectionDetail(
        **{name: getattr(kept, name) for name in same - {"pool"}},
        **names._asdict(),
        inspection_id=kept.id,
        number=rules.inspection_number(kept.period, kept.id),
        pool=tuple(kept.pool),
        inspectors=tuple(seats_by_inspection(session, [kept.id]).get(kept.id, ())),
        recusals=recused(session, kept.id),
        due_at=due,
        items=checklist(session, kept.id, is_told=is_told, actor=actor),
        steps=steps(session, kept.id),
        open_rectification_count=open_rectification_count(session, kept.id, actor=actor),
        rights=rights_over(session, actor, kept.service_id),
    )


def rights_over(session: Session, actor: Actor, service_id: int) -> frozenset[Permission]:
    """What the actor may do with inspections of this service."""
    own = [one for one in Permission if one.value.startswith("inspections.")]
    return frozenset(one for one in own if holds(session, actor, one, service_id))


def recused(session: Session, inspection_id: int) -> tuple[Seat, ...]:
    statement = (
        sa.select(Person.id, Person.username, Person.name, english(Person.name_en), Recusal.reason, Recusal.note)
        .join(Person, Person.id == Recusal.person_id)
        .where(Recusal.inspection_id == inspection_id)
        .order_by(Recusal.id)
    )
    return tuple(Seat(*row) for row in session.execute(statement))


def checklist(session: Session, inspection_id: int, *, is_told: bool, actor: Actor) -> tuple[ItemDetail, ...]:
    """The items with the wording of their clause editions; without judgements for those who are not told yet."""
    judge = aliased(Person)
    statement = (
        sa.select(Item, Clause.id, Clause.code, ClauseEdition, judge.name, judge.name_en)
        .join(ClauseEdition, ClauseEdition.id == Item.clause_edition_id)
        .join(Clause, Clause.id == ClauseEdition.clause_id)
        .outerjoin(judge, judge.id == Item.judge_id)
        .where(Item.inspection_id == inspection_id)
        .order_by(Item.position)
    )
    rows = session.execute(statement).all()
    findings = [row[0].id for row in rows if row[0].judgement is not None and row[0].judgement.is_finding]
    owners = [f"{kind}:{item_id}" for item_id in findings for kind in ("inspection_item", "finding")]
    files = files_by_owner(session, owners, actor=actor)
    return tuple(
        ItemDetail(
            item_id=item.id,
            position=item.position,
            clause_id=clause_id,
            code=code,
            title=edition.title,
            title_en=edition.title_en or "",
            text=edition.text,
            text_en=edition.text_en or "",
            weight=item.weight,
            is_safety=item.is_safety,
            judgement=item.judgement if is_told else None,
            note=item.note if is_told else "",
            judged_at=item.judged_at if is_told else None,
            judge=(name or "") if is_told else "",
            judge_en=(name_en or "") if is_told else "",
            defence=item.defence,
            verdict=item.verdict,
            answer=item.answer,
            demand=item.demand,
            version=item.version,
            photos=files.get(f"inspection_item:{item.id}", ()) if is_told else (),
            proofs=files.get(f"finding:{item.id}", ()) if item.defence else (),
        )
        for item, clause_id, code, edition, name, name_en in rows
    )


def steps(session: Session, inspection_id: int) -> tuple[Step, ...]:
    statement = (
        sa.select(
            InspectionStep.at,
            sa.func.coalesce(Person.name, ""),
            english(Person.name_en),
            InspectionStep.from_state,
            InspectionStep.to_state,
            InspectionStep.note,
        )
        .outerjoin(Person, Person.id == InspectionStep.person_id)
        .where(InspectionStep.inspection_id == inspection_id)
        .order_by(InspectionStep.id)
    )
    return tuple(Step(*row) for row in session.execute(statement))


def item_file(session: Session, item_id: int, file_id: int, *, actor: Actor) -> bytes:
    """The content of a photo or a proof of an item. Raises NotFound unless the actor may see the inspection."""
    actor.check(READ)
    held = session.execute(
        sa.select(Inspection.state, Inspection.service_id)
        .join(Item, Item.inspection_id == Inspection.id)
        .where(Item.id == item_id, known_to(actor))
    ).one_or_none()
    if held is None or not (held.state in rules.SAID_TO_UNIT or is_insider(session, actor, held.service_id)):
        raise NotFound("inspection_item_unknown")
    photos = {file.file_id for file in files_of(session, f"inspection_item:{item_id}", actor=actor)}
    owner = f"inspection_item:{item_id}" if file_id in photos else f"finding:{item_id}"
    return file_content(session, owner, file_id, actor=actor)
