"""What can be asked of the programme: the plan, how its tasks stand, who answers for what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from qs.access.models import Person
from qs.actor import Actor, Permission
from qs.directory.queries import services
from qs.frames import members, named_rows
from qs.periods import local_day
from qs.programme.models import Plan, PlanChange, PlanStep, PlanTask, Responsibility
from qs.programme.rules import status, weighted_progress
from qs.programme.template import read_template
from qs.programme.terms import Party, Period
from qs.settings import settings

TASK_COLUMNS = (
    "task_id",
    "code",
    "phase",
    "party",
    "title",
    "title_en",
    "measure",
    "measure_en",
    "owner_id",
    "owner",
    "owner_en",
    "weight",
    "is_milestone",
    "starts_on",
    "due_on",
    "baseline_starts_on",
    "baseline_due_on",
    "progress_share",
    "done_on",
    "version",
)
STEP_COLUMNS = ("at", "step", "person", "person_en", "progress_share", "note")
CHANGE_COLUMNS = (
    "change_id",
    "task_id",
    "title",
    "title_en",
    "present_starts_on",
    "present_due_on",
    "starts_on",
    "due_on",
    "reason",
    "asked_by",
    "person",
    "person_en",
    "asked_at",
)
PARTY_COLUMNS = ("party", "duty", "duty_en", "person_id", "person", "person_en", "since")


@dataclass(frozen=True)
class PlanDetail:
    """The plan as it stands; `progress_share` weighs its tasks."""

    plan_id: int
    name: str
    name_en: str
    starts_on: date
    written_by: int | None
    adopted_at: datetime | None
    progress_share: float | None


def plan(session: Session, *, actor: Actor) -> PlanDetail | None:
    """The plan of the office, or None before one was written."""
    actor.check(Permission.PROGRAMME_READ)
    found = session.scalars(sa.select(Plan).order_by(Plan.id.desc()).limit(1)).one_or_none()
    if found is None:
        return None
    pairs = session.execute(sa.select(PlanTask.weight, PlanTask.progress_share).where(PlanTask.plan_id == found.id))
    return PlanDetail(
        found.id,
        found.name,
        found.name_en or "",
        found.starts_on,
        found.written_by,
        found.adopted_at,
        weighted_progress((float(weight), share) for weight, share in pairs),
    )


def tasks(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """One row per task in the order of the plan: TASK_COLUMNS and `status` (a Status), as of today."""
    actor.check(Permission.PROGRAMME_READ)
    return task_frame(session, now)


def task_frame(session: Session, now: datetime) -> pd.DataFrame:
    owner = aliased(Person)
    statement = (
        sa.select(
            PlanTask.id.label("task_id"),
            *(getattr(PlanTask, name) for name in TASK_COLUMNS[1:6]),
            PlanTask.measure,
            PlanTask.measure_en,
            PlanTask.owner_id,
            sa.func.coalesce(owner.name, "").label("owner"),
            sa.func.coalesce(owner.name_en, "").label("owner_en"),
            *(getattr(PlanTask, name) for name in TASK_COLUMNS[11:]),
        )
        .outerjoin(owner, owner.id == PlanTask.owner_id)
        .order_by(PlanTask.starts_on, PlanTask.due_on, PlanTask.id)
    )
    rows = [row._asdict() for row in session.execute(statement)]
    frame = pd.DataFrame(rows, columns=list(TASK_COLUMNS))
    today = local_day(now, settings().zone)
    stand = [
        status(
            Period(row.starts_on, row.due_on),
            progress_share=row.progress_share,
            done_on=None if pd.isna(row.done_on) else row.done_on,
            today=today,
        )
        for row in named_rows(frame)
    ]
    kept = {name: members(row[name] for row in rows) for name in ("phase", "party")}
    return frame.assign(status=members(stand), **kept).astype({"owner_id": "Int64"})


def milestones(session: Session, *, actor: Actor, now: datetime) -> pd.DataFrame:
    """The milestones the public may see, as `tasks` has them, without names of people."""
    actor.check(Permission.PUBLIC_READ)
    frame = task_frame(session, now)
    return frame[frame["is_milestone"].astype(bool)].drop(columns=["owner_id", "owner", "owner_en", "version"])


def steps(session: Session, task_id: int, *, actor: Actor) -> pd.DataFrame:
    """What was done to a task, newest first: STEP_COLUMNS."""
    actor.check(Permission.PROGRAMME_READ)
    statement = (
        sa.select(
            PlanStep.at,
            PlanStep.step,
            sa.func.coalesce(Person.name, "").label("person"),
            sa.func.coalesce(Person.name_en, "").label("person_en"),
            PlanStep.progress_share,
            PlanStep.note,
        )
        .outerjoin(Person, Person.id == PlanStep.person_id)
        .where(PlanStep.task_id == task_id)
        .order_by(PlanStep.id.desc())
    )
    rows = [row._asdict() for row in session.execute(statement)]
    return pd.DataFrame(rows, columns=list(STEP_COLUMNS)).assign(step=members(row["step"] for row in rows))


def open_changes(session: Session, *, actor: Actor) -> pd.DataFrame:
    """The wishes for other dates that nobody has decided, oldest first: CHANGE_COLUMNS."""
    actor.check(Permission.PROGRAMME_READ)
    statement = (
        sa.select(
            PlanChange.id.label("change_id"),
            PlanTask.id.label("task_id"),
            PlanTask.title,
            PlanTask.title_en,
            PlanTask.starts_on.label("present_starts_on"),
            PlanTask.due_on.label("present_due_on"),
            PlanChange.starts_on,
            PlanChange.due_on,
            PlanChange.reason,
            PlanChange.asked_by,
            sa.func.coalesce(Person.name, "").label("person"),
            sa.func.coalesce(Person.name_en, "").label("person_en"),
            PlanChange.asked_at,
        )
        .join(PlanTask, PlanTask.id == PlanChange.task_id)
        .outerjoin(Person, Person.id == PlanChange.asked_by)
        .where(PlanChange.decided_at.is_(None))
        .order_by(PlanChange.id)
    )
    return pd.DataFrame([row._asdict() for row in session.execute(statement)], columns=list(CHANGE_COLUMNS))


def responsibilities(session: Session, *, actor: Actor) -> pd.DataFrame:
    """One row per party in their order: PARTY_COLUMNS; without a person where nobody is named yet."""
    actor.check(Permission.PROGRAMME_READ)
    named = {
        row.party: row
        for row in session.execute(
            sa.select(Responsibility.party, Responsibility.since, Person.id, Person.name, Person.name_en)
            .join(Person, Person.id == Responsibility.person_id)
            .order_by(Responsibility.since, Responsibility.id)
        )
    }
    duties = {duty.party: duty for duty in read_template().duties}
    rows = []
    for party in Party:
        row = named.get(party)
        person = (row.id, row.name, row.name_en or "", row.since) if row else (None, "", "", None)
        rows.append((party, duties[party].text, duties[party].text_en, *person))
    frame = pd.DataFrame(rows, columns=list(PARTY_COLUMNS)).assign(party=members(row[0] for row in rows))
    return frame.astype({"person_id": "Int64"})


def leaders(session: Session, *, actor: Actor, today: date) -> pd.DataFrame:
    """Every running service with its leader and group, those without a leader first, as the directory has them."""
    actor.check(Permission.PROGRAMME_READ)
    found = services(session, actor=actor, day=today)
    found = found[found["is_open"]].assign(is_led=found["leader_id"].notna())
    return found.sort_values(["is_led", "code"], kind="stable").reset_index(drop=True)


def people(session: Session, *, actor: Actor) -> pd.DataFrame:
    """Active people who may be put in charge, by user name: person_id, username, name, name_en."""
    actor.check(Permission.PROGRAMME_EDIT)
    columns = (Person.id.label("person_id"), Person.username, Person.name, Person.name_en)
    statement = sa.select(*columns).where(Person.is_active).order_by(Person.username)
    rows = [row._asdict() for row in session.execute(statement)]
    return pd.DataFrame(rows, columns=["person_id", "username", "name", "name_en"])
