"""Templates of sheets: added as versions, changed until the first use, stored, and shipped as reviewed text."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from qs.actor import Actor, Permission
from qs.audit.actions import Fact, record
from qs.errors import Conflict, NotFound
from qs.evaluations import rules
from qs.evaluations.models import Criterion, Sheet, Template
from qs.evaluations.terms import CriterionContent, CriterionKind, Subject, TemplateContent
from qs.i18n import N_
from qs.settings import SHIPPED_DATA
from qs.standards.models import Clause, Indicator
from qs.texts import LONG, SHORT, checked

OPEN = Permission.EVALUATIONS_OPEN
SHIPPED_TEMPLATES = SHIPPED_DATA / "evaluations" / "templates.toml"


def add_template(session: Session, content: TemplateContent, *, actor: Actor, now: datetime) -> int:
    """Add a template as the next version for its subject; new cycles use it. Returns its id."""
    actor.check_everywhere(OPEN)
    rules.check_template(content)
    last = session.scalar(sa.select(sa.func.max(Template.number)).where(Template.subject == content.subject))
    template = Template(
        subject=content.subject,
        number=(last or 0) + 1,
        name=checked(content.name, field=N_("Name"), longest=SHORT, is_long=False),
        name_en=checked(content.name_en, field=N_("Name in English"), longest=SHORT, is_needed=False, is_long=False),
        created_at=now,
    )
    session.add(template)
    session.flush()
    add_criteria(session, template, content.criteria)
    facts: dict[str, Fact] = {"assessor": content.subject, "criterion_count": len(content.criteria)}
    subject = f"evaluation_template:{template.id}"
    record(session, "evaluations.added_template", subject, actor=actor, now=now, **facts)
    return template.id


def change_template(
    session: Session, template_id: int, content: TemplateContent, *, actor: Actor, now: datetime
) -> None:
    """Change the name and the criteria of a template by which no sheet is filled in yet. Raises Conflict after that."""
    actor.check_everywhere(OPEN)
    rules.check_template(content)
    template = template_to_change(session, template_id, content.subject)
    template.name = checked(content.name, field=N_("Name"), longest=SHORT, is_long=False)
    template.name_en = checked(
        content.name_en, field=N_("Name in English"), longest=SHORT, is_needed=False, is_long=False
    )
    template.criteria.clear()
    session.flush()
    add_criteria(session, template, content.criteria)
    facts: dict[str, Fact] = {"assessor": template.subject, "criterion_count": len(content.criteria)}
    subject = f"evaluation_template:{template_id}"
    record(session, "evaluations.changed_template", subject, actor=actor, now=now, **facts)


def add_criteria(session: Session, template: Template, criteria: Sequence[CriterionContent]) -> None:
    """Store the criteria of a template in their order. Raises NotFound for a clause or an indicator not known."""
    clauses = ids_of(session, Clause, {one.clause for one in criteria if one.clause}, "clause_unknown")
    indicators = ids_of(session, Indicator, {one.indicator for one in criteria if one.indicator}, "indicator_unknown")
    for position, one in enumerate(criteria, start=1):
        session.add(
            Criterion(
                template_id=template.id,
                position=position,
                code=checked(one.code, field=N_("Code"), longest=64, is_long=False),
                kind=one.kind,
                name=checked(one.name, field=N_("Name"), longest=SHORT, is_long=False),
                name_en=checked(
                    one.name_en, field=N_("Name in English"), longest=SHORT, is_needed=False, is_long=False
                ),
                guidance=checked(one.guidance, field=N_("Guidance"), longest=LONG),
                guidance_en=checked(one.guidance_en, field=N_("Guidance in English"), is_needed=False),
                weight=one.weight,
                clause_id=clauses[one.clause] if one.clause else None,
                indicator_id=indicators[one.indicator] if one.indicator else None,
            )
        )
    session.flush()


def ids_of(session: Session, model: type[Clause] | type[Indicator], codes: set[str], unknown: str) -> dict[str, int]:
    rows = session.execute(sa.select(model.code, model.id).where(model.code.in_(codes)))
    found = dict(iter(rows))
    for code in sorted(codes - found.keys()):
        raise NotFound(unknown, value=code)
    return found


def newest_templates(session: Session) -> dict[Subject, int]:
    """The template in use for each subject. Raises Conflict when one has none."""
    rows = session.execute(sa.select(Template.subject, Template.id).order_by(Template.number))
    found = dict(iter(rows))
    if set(found) != set(Subject):
        raise Conflict("template_missing")
    return found


def template_to_change(session: Session, template_id: int, subject: Subject) -> Template:
    """A template of this subject by which no sheet is filled in. Raises NotFound or Conflict."""
    statement = sa.select(Template).where(Template.id == template_id).options(selectinload(Template.criteria))
    template = session.scalar(statement.with_for_update())
    if template is None or template.subject is not subject:
        raise NotFound("template_unknown")
    if session.scalar(sa.select(Sheet.id).where(Sheet.template_id == template_id).limit(1)) is not None:
        raise Conflict("template_locked")
    return template


def shipped_templates() -> tuple[TemplateContent, ...]:
    """The templates every office begins with."""
    entries = tomllib.loads(SHIPPED_TEMPLATES.read_text(encoding="utf-8"))["template"]
    return tuple(
        TemplateContent(
            subject=Subject(entry["subject"]),
            name=entry["name"],
            name_en=entry["name_en"],
            criteria=tuple(
                CriterionContent(**{**one, "kind": CriterionKind(one["kind"])}) for one in entry["criterion"]
            ),
        )
        for entry in entries
    )
