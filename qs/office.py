"""What every office begins with: the indicators of its own records, and what each room must find in an empty store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.complaints.handling.templates import prepare_reply_templates
from qs.deadlines.actions import load_calendars, load_packs
from qs.deadlines.library import shipped_packs, shipped_years
from qs.deadlines.loading import lock_packs
from qs.evaluations.beginnings import prepare_templates
from qs.observations.recording import prepare_recording
from qs.rankings.schemes import prepare_scheme


def prepare_office(session: Session, *, actor: Actor, now: datetime) -> None:
    """Enter what the program brings with it; calling it again changes nothing."""
    load_calendars(session, shipped_years(), actor=actor, now=now)
    load_packs(session, shipped_packs(), actor=actor, now=now)
    prepare_recording(session, actor=actor, now=now)
    prepare_scheme(session, actor=actor, now=now)
    prepare_templates(session, actor=actor, now=now)
    prepare_reply_templates(session, actor=actor, now=now)


def renew_office(session: Session, *, actor: Actor, now: datetime) -> None:
    """Enter newer calendars and packs after an upgrade; nothing where no office has begun. Choices and due dates stay.

    Safe from several processes at once: the packs that are there are locked first.
    """
    if lock_packs(session):
        load_calendars(session, shipped_years(), actor=actor, now=now)
        load_packs(session, shipped_packs(), actor=actor, now=now)
        prepare_reply_templates(session, actor=actor, now=now)
