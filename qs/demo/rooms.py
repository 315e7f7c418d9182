"""The story of the invented city in every room: what its people did, played through the actions that people use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from qs.demo import (
    complaints,
    evaluations,
    feeds,
    incentives,
    inspections,
    participation,
    programme,
    publication,
    rankings,
    rectifications,
    signals,
    topics,
    training,
)
from qs.demo.office import Office, office_of
from qs.observations.recording import gathered_measures

Play = Callable[[Session, Office], None]
# Rooms whose records become events come first; those that read the figures follow once all events are in.
RECORDING_ROOMS: tuple[Play, ...] = (
    rectifications.play,
    complaints.play,
    participation.play,
    topics.play,
    inspections.play,
    evaluations.play,
)
READING_ROOMS: tuple[Play, ...] = (
    feeds.play,
    signals.play,
    rankings.play,
    programme.play,
    incentives.play,
    training.play,
    publication.play,
)


def play_rooms(session: Session, *, now: datetime, progress: Callable[[float], None] = lambda share: None) -> None:
    """Play the story of every room, upstream to downstream. `progress` hears the share done, from 0 to 1."""
    office = office_of(session, now=now)
    count = len(RECORDING_ROOMS) + len(READING_ROOMS)
    with gathered_measures(session, now=now):
        for done, play in enumerate(RECORDING_ROOMS):
            progress(done / count)
            play(session, office)
    for done, play in enumerate(READING_ROOMS, len(RECORDING_ROOMS)):
        progress(done / count)
        play(session, office)
    progress(1.0)
