"""What every office begins with: the indicators of its own records, and what each room must find in an empty store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from qs.actor import Actor
from qs.deadlines.actions import load_calendars, load_packs
from qs.deadlines.library import shipped_packs, shipped_years
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
