"""What a rule would have done: its proposals in every frozen quarter, and how many chance alone would make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.frames import members
from qs.incentives.frozen import frozen_quarters, judgement, services_in
from qs.incentives.queries import named_services
from qs.incentives.terms import Outcome, RuleContent

READ = Permission.INCENTIVES_READ
SIMULATION_COLUMNS = (
    "service_id",
    "service",
    "service_en",
    "area",
    "area_en",
    "period",
    "outcome",
    "chance",
    "n",
    "checked",
)


@dataclass(frozen=True)
class Simulation:
    """What a rule would have proposed. `frame`: one row per service and frozen quarter, SIMULATION_COLUMNS."""

    frame: pd.DataFrame
    periods: tuple[str, ...]  # oldest first

    @property
    def proposed_count(self) -> int:
        return int((self.frame["outcome"] == Outcome.MET).sum())

    @property
    def service_count(self) -> int:
        return int(self.frame.loc[self.frame["outcome"] == Outcome.MET, "service_id"].nunique())

    @property
    def by_chance(self) -> float:
        """How many proposals chance alone would make if all services were equal."""
        return float(self.frame["chance"].sum())

    @property
    def missing_share(self) -> float:
        return float((self.frame["outcome"] == Outcome.MISSING).mean()) if len(self.frame) else 0.0


def simulation(session: Session, content: RuleContent, *, actor: Actor, now: datetime) -> Simulation:
    """What a rule would have proposed in every frozen quarter; nothing is stored, veto items are left aside."""
    actor.check_everywhere(READ)
    quarters = frozen_quarters(session, actor=actor, now=now)
    directory = named_services(session, actor=actor)
    rows = []
    for period, quarter in quarters.items():
        for service_id in services_in(quarter):
            found = judgement(content, service_id, period, quarters)
            smallest = min((one.figure.n for one in found.checked if one.figure.n is not None), default=None)
            named = directory[service_id]
            rows.append(
                (
                    service_id,
                    named["name"],
                    named["name_en"],
                    named["area"],
                    named["area_en"],
                    period,
                    found.outcome,
                    found.chance,
                    smallest,
                    found.checked,
                )
            )
    frame = pd.DataFrame(rows, columns=list(SIMULATION_COLUMNS))
    kinds = {"service_id": "int64", "chance": "float64", "n": "float64"}
    return Simulation(frame.astype(kinds).assign(outcome=members(map(Outcome, frame["outcome"]))), tuple(quarters))
