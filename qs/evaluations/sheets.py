"""The steps of a sheet: versions, scores entered, the method of a third party, and a row for every change of state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.attachments.actions import keep_files
from qs.attachments.models import Attachment
from qs.directory.queries import visible_services
from qs.errors import Conflict, InvalidInput, NotAllowed
from qs.evaluations import rules
from qs.evaluations.access import answers_for, fillable_by, open_sheet
from qs.evaluations.models import Consensus, Criterion, Cycle, MethodStatement, Score, Sheet, SheetStep
from qs.evaluations.terms import Method, Scored, SheetState, Subject
from qs.i18n import N_
from qs.texts import checked


class SheetChanged(Conflict):
    """Somebody has changed the sheet since it was shown."""

    code = "sheet_changed"


def check_open(cycle: Cycle) -> None:
    if cycle.closed_at is not None:
        raise Conflict("cycle_closed", name=cycle.name)


def use_version(sheet: Sheet, version: int) -> None:
    if sheet.version != version:
        raise SheetChanged
    sheet.version += 1


def sheet_to_fill(session: Session, sheet_id: int, version: int, *, actor: Actor) -> Sheet:
    """A sheet the actor fills in, open for changes."""
    actor.check(Permission.EVALUATIONS_SCORE)
    sheet, cycle = open_sheet(session, sheet_id, fillable_by(actor))
    check_open(cycle)
    rules.check_editable(sheet.state)
    use_version(sheet, version)
    return sheet


def sheet_to_judge(session: Session, sheet_id: int, version: int, *, permission: Permission, actor: Actor) -> Sheet:
    """A sheet in scope of the permission, for somebody who does not answer for the service."""
    actor.check(permission)
    sheet, cycle = open_sheet(session, sheet_id, Sheet.service_id.in_(visible_services(actor, permission)))
    check_open(cycle)
    if answers_for(session, actor, sheet.service_id):
        raise NotAllowed("sheet_for_others")
    use_version(sheet, version)
    return sheet


def move(
    session: Session,
    sheet: Sheet,
    wanted: SheetState,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    is_new: bool = False,
) -> None:
    """Take the sheet to another state and keep the step. Raises SheetStepForbidden."""
    if not is_new:
        rules.check_step(sheet.state, wanted)
    step = SheetStep(
        sheet_id=sheet.id,
        at=now,
        person_id=actor.person_id,
        from_state=None if is_new else sheet.state,
        to_state=wanted,
        note=note,
    )
    session.add(step)
    sheet.state = wanted


def keep_scores(
    session: Session, sheet: Sheet, scores: Mapping[int, Scored], *, actor: Actor, now: datetime
) -> dict[int, Score]:
    """Store what was entered, by criterion id; criteria left out stay as they are. Returns all scores of the sheet."""
    ids = criterion_ids(session, sheet.template_id)
    rules.check_scores(scores, ids)
    kept = {score.criterion_id: score for score in session.scalars(sa.select(Score).where(Score.sheet_id == sheet.id))}
    fresh = []
    for criterion_id, scored in scores.items():
        note = checked(scored.note, field=N_("Evidence"), is_needed=False)
        held = kept.get(criterion_id)
        if held is None:
            held = Score(sheet_id=sheet.id, criterion_id=criterion_id)
            kept[criterion_id] = held
            fresh.append(held)
        elif (held.score, held.note) == (scored.score, note) and not scored.files:
            continue
        held.score, held.note = scored.score, note
        held.person_id, held.scored_at = actor.person_id, now
    session.add_all(fresh)
    session.flush()
    for criterion_id, scored in scores.items():
        if scored.files:
            owner = f"evaluation_score:{kept[criterion_id].id}"
            keep_files(session, owner, scored.files, actor=actor, now=now)
    return kept


def criterion_ids(session: Session, template_id: int) -> list[int]:
    known: dict[int, list[int]] = session.info.setdefault("evaluation_criteria", {})
    if template_id not in known:
        statement = sa.select(Criterion.id).where(Criterion.template_id == template_id).order_by(Criterion.position)
        known[template_id] = list(session.scalars(statement))
    return known[template_id]


def check_complete(session: Session, sheet: Sheet, kept: Mapping[int, Score]) -> None:
    """Raise InvalidInput unless every criterion has a score that rests on words or a file."""
    ids = criterion_ids(session, sheet.template_id)
    missing = sum(criterion_id not in kept or kept[criterion_id].score is None for criterion_id in ids)
    if missing:
        raise InvalidInput("sheet_scores_missing", count=missing)
    silent = [f"evaluation_score:{score.id}" for score in kept.values() if not score.note]
    if silent:
        found = set(session.scalars(sa.select(Attachment.owner).where(Attachment.owner.in_(silent))))
        if bare := len(set(silent) - found):
            raise InvalidInput("sheet_evidence_missing", count=bare)


def keep_method(session: Session, sheet: Sheet, method: Method | None) -> None:
    """Store the method statement of a third party; nobody else has one."""
    if method is None:
        return
    if sheet.subject is not Subject.THIRD_PARTY:
        raise InvalidInput("method_of_third_party_only")
    rules.check_method(method)
    stored = session.get(MethodStatement, sheet.id) or MethodStatement(sheet_id=sheet.id)
    stored.population = checked(method.population, field=N_("Survey population"))
    stored.sampling = checked(method.sampling, field=N_("Sampling"))
    stored.method = checked(method.method, field=N_("Method"))
    stored.sample_size, stored.response_count = method.sample_size, method.response_count
    stored.began_on, stored.ended_on = method.began_on, method.ended_on
    stored.margin_points, stored.has_no_conflict = method.margin_points, method.has_no_conflict
    session.add(stored)
    session.flush()


def check_declared(session: Session, sheet: Sheet) -> None:
    if sheet.subject is not Subject.THIRD_PARTY:
        return
    stored = session.get(MethodStatement, sheet.id)
    if stored is None or not stored.has_no_conflict:
        raise InvalidInput("method_missing")


def authors_of(session: Session, sheet: Sheet) -> set[int]:
    """Everybody who entered something on the sheet or submitted it."""
    entered = session.scalars(sa.select(Score.person_id).where(Score.sheet_id == sheet.id).distinct())
    return {person_id for person_id in (*entered, sheet.author_id) if person_id is not None}


def spread_points(session: Session, cycle_id: int, service_id: int) -> float:
    """How far the assessors of a service lie apart in a cycle, in points; sheets in draft do not count."""
    rows = session.execute(
        sa.select(Sheet.id, Criterion.code, Criterion.weight, Score.score)
        .join(Score, Score.sheet_id == Sheet.id)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(
            Sheet.cycle_id == cycle_id,
            Sheet.service_id == service_id,
            Sheet.state.in_(rules.HANDED_IN),
            Score.score.is_not(None),
        )
    )
    return points_apart((sheet_id, code, weight, float(score or 0)) for sheet_id, code, weight, score in rows)


def points_apart(rows: Iterable[tuple[int, str, float, float]]) -> float:
    """The widest spread among sheets, from (sheet, criterion's code, weight, score) rows."""
    by_sheet: dict[int, dict[str, float]] = {}
    weighted: dict[int, list[tuple[float, float]]] = {}
    for sheet_id, code, weight, score in rows:
        by_sheet.setdefault(sheet_id, {})[code] = score
        weighted.setdefault(sheet_id, []).append((weight, score))
    totals = [total for pairs in weighted.values() if (total := rules.sheet_score(pairs)) is not None]
    return rules.widest_spread(list(by_sheet.values()), totals)


def check_consensus(session: Session, sheet: Sheet) -> None:
    """Raise Conflict while assessors differ too much and nobody has noted what they agreed on."""
    if not rules.needs_consensus(spread_points(session, sheet.cycle_id, sheet.service_id)):
        return
    if session.get(Consensus, (sheet.cycle_id, sheet.service_id)) is None:
        raise Conflict("consensus_missing", points=rules.CONSENSUS_POINTS)
