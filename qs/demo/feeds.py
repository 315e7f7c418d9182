"""What people did about feeds in the invented city: the one that fell silent is chased, and nobody has answered yet."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.demo.office import Office
from qs.observations.models import Feed
from qs.observations.reminders import remind_feed

SILENT_FEED, SILENT_SERVICE = "lp-bus-arrivals-beiling", "beiling-buses"
ASKED_BEFORE = timedelta(minutes=40)  # the city's last day


def play(session: Session, office: Office) -> None:
    """The supervisor who watches transport reminds those who run the feed."""
    feed_id = session.scalars(sa.select(Feed.id).where(Feed.code == SILENT_FEED)).one()
    service_id, asker = office.services[SILENT_SERVICE], office.people["chen.jing"]
    remind_feed(session, feed_id, service_id, actor=asker, now=office.now - ASKED_BEFORE)
