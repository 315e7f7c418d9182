"""What evaluations need in an empty store: a template of score sheets for every subject."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.evaluations.models import Template
from qs.evaluations.templates import add_template, shipped_templates


def prepare_templates(session: Session, *, actor: Actor, now: datetime) -> None:
    """Enter the templates that come with the program for subjects that have none; calling it again changes nothing."""
    held = set(session.scalars(sa.select(Template.subject).distinct()))
    for content in shipped_templates():
        if content.subject not in held:
            add_template(session, content, actor=actor, now=now)
