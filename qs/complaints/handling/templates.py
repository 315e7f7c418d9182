"""Prepared words for replies, messages, refusals and calls: written once, filled in for each case, never sent alone."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.complaints.models import ReplyTemplate, Request
from qs.complaints.reach import reached
from qs.complaints.terms import TEXT_LENGTH, TITLE_LENGTH, Outcome, RequestKind, TemplatePurpose
from qs.complaints.wording import LABELS
from qs.definitions import Entry, read_entries, read_tables
from qs.directory.models import Provider, Sector, Service
from qs.errors import Conflict, InvalidInput, NotFound, Problem
from qs.i18n import N_, gettext
from qs.periods import local_day
from qs.settings import SHIPPED_DATA, settings
from qs.texts import composed, text_problems

P = Permission
SHIPPED = SHIPPED_DATA / "complaints" / "templates.toml"
TITLE, TEXT = N_("Title"), N_("Text")
PLACES = {  # what can be filled in; who the requester is stands in the vault and never in prepared words
    "number": N_("Number"),
    "service": N_("Service"),
    "unit": N_("Handling unit"),
    "due": N_("Limit"),
    "outcome": N_("Outcome"),
    "today": N_("Today"),
}


class TemplateChanged(Conflict):
    """Somebody has changed the words since they were shown."""

    code = "reply_template_changed"


@dataclass(frozen=True)
class Words:
    """Prepared words and what they are for; empty `kind`, `outcome`, `sector_id` mean every one."""

    purpose: TemplatePurpose
    title: str
    text: str
    kind: RequestKind | None = None
    outcome: Outcome | None = None
    sector_id: int | None = None


class TemplateEntry(Entry):
    """A [[template]] of the file that comes with the program."""

    purpose: str
    kind: str = ""
    outcome: str = ""
    title: str
    text: str


def create_template(session: Session, words: Words, *, actor: Actor, now: datetime) -> int:
    """Add prepared words; returns the id. Raises InvalidInput, also for a place that cannot be filled in."""
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    template = ReplyTemplate(version=1, is_retired=False)
    write(session, template, words, actor=actor, now=now)
    session.add(template)
    session.flush()
    trace(session, "complaints.created_template", template, actor=actor, now=now)
    return template.id


def edit_template(
    session: Session, template_id: int, words: Words, *, version: int, actor: Actor, now: datetime
) -> None:
    """Change prepared words; what was sent with them stays as it was. Raises TemplateChanged, NotFound."""
    template = template_taken(session, template_id, version, actor=actor)
    write(session, template, words, actor=actor, now=now)
    trace(session, "complaints.edited_template", template, actor=actor, now=now)


def retire_template(session: Session, template_id: int, *, version: int, actor: Actor, now: datetime) -> None:
    """Take prepared words out of use. Raises TemplateChanged, NotFound, Conflict when they are."""
    template = template_taken(session, template_id, version, actor=actor)
    if template.is_retired:
        raise Conflict("reply_template_retired")
    template.is_retired = True
    template.edited_at, template.edited_by_id = now, actor.person_id
    trace(session, "complaints.retired_template", template, actor=actor, now=now)


def prepare_reply_templates(session: Session, *, actor: Actor, now: datetime) -> None:
    """Enter the words that come with the program into an office that has none; calling it again changes nothing."""
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    if session.scalar(sa.select(ReplyTemplate.id).limit(1)) is not None:
        return
    shipped = shipped_templates()
    for words in shipped:
        template = ReplyTemplate(version=1, is_retired=False)
        write(session, template, words, actor=actor, now=now)
        session.add(template)
    subject = "reply_template:all"
    record(session, "complaints.loaded_templates", subject, actor=actor, now=now, count=len(shipped))


def shipped_templates() -> list[Words]:
    """The words that come with the program. Raises InvalidInput naming everything wrong with the file."""
    problems: list[Problem] = []
    tables = read_tables(SHIPPED, {"template"}, problems)
    entries = [one.entry for one in read_entries(SHIPPED, tables, "template", TemplateEntry, problems)]
    if problems:
        raise InvalidInput(problems=tuple(problems))
    return [
        Words(
            TemplatePurpose(one.purpose),
            one.title,
            one.text,
            RequestKind(one.kind) if one.kind else None,
            Outcome(one.outcome) if one.outcome else None,
        )
        for one in entries
    ]


def template_taken(session: Session, template_id: int, version: int, *, actor: Actor) -> ReplyTemplate:
    actor.check_everywhere(P.COMPLAINTS_APPROVE)
    template = session.get(ReplyTemplate, template_id, with_for_update=True, populate_existing=True)
    if template is None:
        raise NotFound("reply_template_unknown")
    if template.version != version:
        raise TemplateChanged
    template.version += 1
    return template


def write(session: Session, template: ReplyTemplate, words: Words, *, actor: Actor, now: datetime) -> None:
    title, text = composed(words.title), composed(words.text)
    problems = [
        *text_problems(title, field=TITLE, longest=TITLE_LENGTH, is_long=False),
        *text_problems(text, field=TEXT, longest=TEXT_LENGTH),
        *place_problems(text),
    ]
    if words.sector_id is not None and session.get(Sector, words.sector_id) is None:
        problems.append(Problem("sector_unknown"))
    if problems:
        raise InvalidInput(problems=problems)
    template.purpose, template.kind, template.outcome = words.purpose, words.kind, words.outcome
    template.sector_id, template.title, template.text = words.sector_id, title, text
    template.edited_at, template.edited_by_id = now, actor.person_id


def place_problems(text: str) -> Iterator[Problem]:
    """Places that nothing can fill in, and braces that belong to none."""
    try:
        parsed = [one for one in string.Formatter().parse(text) if one[1] is not None]
    except ValueError:
        yield Problem("template_braces")
        return
    for _, name, width, conversion in parsed:
        if name not in PLACES or width or conversion:
            yield Problem("template_place_unknown", facts={"place": name, "places": ", ".join(PLACES)})


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The words with their places filled in. Raises InvalidInput naming the places for which there is nothing yet."""
    names = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    missing = [name for name in PLACES if name in names and not facts.get(name)]
    if missing:
        labels = gettext(", ").join(gettext(PLACES[name]) for name in missing)
        raise InvalidInput("template_place_empty", places=labels)
    return text.format_map(facts)


def templates_for(
    session: Session,
    purpose: TemplatePurpose,
    *,
    kind: RequestKind | None = None,
    outcome: Outcome | None = None,
    sector_id: int | None = None,
    actor: Actor,
) -> list[ReplyTemplate]:
    """The words in use for a purpose that fit a case, the closest first; what is not said of the case fits all."""
    actor.check(P.COMPLAINTS_READ)
    statement = sa.select(ReplyTemplate).where(ReplyTemplate.purpose == purpose, ~ReplyTemplate.is_retired)
    found = []
    for one in session.scalars(statement.order_by(ReplyTemplate.title, ReplyTemplate.id)):
        wanted = ((one.kind, kind), (one.outcome, outcome), (one.sector_id, sector_id))
        if all(own is None or asked is None or own == asked for own, asked in wanted):
            found.append((-sum(own is not None and own == asked for own, asked in wanted), one))
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def filled_template(session: Session, template_id: int, request_id: int, *, actor: Actor, now: datetime) -> str:
    """Prepared words filled in for a request in the actor's scope. Raises NotFound, InvalidInput for what is missing.

    The outcome is told in the reader's language, as everything else that is fixed.
    """
    actor.check(P.COMPLAINTS_READ)
    template = session.get(ReplyTemplate, template_id)
    if template is None:
        raise NotFound("reply_template_unknown")
    statement = (
        sa.select(Request, Service.name, Provider.name)
        .outerjoin(Service, Service.id == Request.service_id)
        .outerjoin(Provider, Provider.id == Request.unit_id)
        .where(Request.id == request_id, reached(actor, P.COMPLAINTS_READ))
    )
    found = session.execute(statement).one_or_none()
    if found is None:
        raise NotFound("request_unknown")
    request, service, unit = found
    zone = settings().zone
    outcome = request.outcome or template.outcome
    facts = {
        "number": request.number,
        "service": service or "",
        "unit": unit or "",
        "due": local_day(request.due_at, zone).isoformat() if request.due_at else "",
        "outcome": gettext(LABELS[Outcome][outcome]) if outcome else "",
        "today": local_day(now, zone).isoformat(),
    }
    return filled(template.text, facts)


def all_templates(session: Session, *, actor: Actor) -> list[ReplyTemplate]:
    """Every template, those in use first, by purpose and title: for those who keep them."""
    actor.check(P.COMPLAINTS_READ)
    order = (ReplyTemplate.is_retired, ReplyTemplate.purpose, ReplyTemplate.title, ReplyTemplate.id)
    return list(session.scalars(sa.select(ReplyTemplate).order_by(*order)))


def trace(session: Session, action: str, template: ReplyTemplate, *, actor: Actor, now: datetime) -> None:
    subject = f"reply_template:{template.id}"
    record(session, action, subject, actor=actor, now=now, purpose=template.purpose.value)
