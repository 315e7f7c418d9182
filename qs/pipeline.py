"""The daily run, read from top to bottom: what the office's machine does while nobody clicks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from qs.actor import SYSTEM
from qs.audit.checkpoints import append_checkpoint, checkpoint_line
from qs.audit.terms import Verdict
from qs.audit.verify import verify_trail
from qs.db import Database
from qs.observations.verify import RollupVerdict, verify_rollups
from qs.settings import Settings


@dataclass(frozen=True)
class DailyResult:
    """What the daily run found out about the figures and about the trail."""

    figures: RollupVerdict
    trail: Verdict

    @property
    def is_sound(self) -> bool:
        return self.figures.difference_count == 0 and self.trail.is_sound


def run_daily(database: Database, settings: Settings) -> DailyResult:
    """Prove the figures against the events, prove the trail, and sign its end outside the store. Safe to repeat."""
    with database.reading() as session:
        figures = verify_rollups(session, actor=SYSTEM, zone=settings.zone)
    with database.reading() as session:
        trail = verify_trail(session, settings.checkpoint_file, actor=SYSTEM)
    if trail.is_sound:
        with database.reading() as session:
            line = checkpoint_line(session, actor=SYSTEM, now=datetime.now(UTC))
        append_checkpoint(settings.checkpoint_file, line)
    return DailyResult(figures, trail)
