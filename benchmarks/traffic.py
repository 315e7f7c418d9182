"""Made-up events at a given density, and a small directory they belong to."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
from sqlalchemy.orm import Session

from qs.actor import SYSTEM
from qs.directory.models import Area, Department, Provider, Sector, Service
from qs.observations.models import Feed
from qs.observations.terms import Batch, Channel
from qs.periods import MICROSECONDS, to_microseconds
from qs.standards.models import Indicator
from qs.standards.terms import Aggregation

SERVICES, SECTORS, AREAS, INDICATORS = 500, 8, 12, 5
MEASURED = 1  # the indicator of single values; the others count
YEAR_SECONDS = 365 * 24 * 3600
BEGINNING = to_microseconds(datetime(2026, 1, 5, tzinfo=UTC))
MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
ZIPF = 0.9  # how unequal services are: the busiest has some hundred times the events of the quietest
FEED = 1


def add_office(session: Session) -> None:
    """500 services in 8 sectors and 12 areas, and 5 indicators of which one is measured."""
    session.add_all(Sector(id=n, code=f"s{n}", name=f"s{n}") for n in range(1, SECTORS + 1))
    session.add_all(Area(id=n, code=f"a{n}", name=f"a{n}") for n in range(1, AREAS + 1))
    session.add(Department(id=1, code="d", name="d"))
    session.flush()
    session.add(Provider(id=1, code="p", name="p", department_id=1))
    session.flush()
    for n in range(1, SERVICES + 1):
        placed = {"provider_id": 1, "sector_id": n % SECTORS + 1, "area_id": n % AREAS + 1}
        session.add(Service(id=n, code=f"v{n}", name=f"v{n}", starts_on=date(2025, 1, 1), **placed))
    for n in range(1, INDICATORS + 1):
        aggregation = Aggregation.PERCENTILE if n == MEASURED else Aggregation.SHARE
        session.add(
            Indicator(id=n, code=f"i{n}", aggregation=aggregation, percentile=0.9 if n == MEASURED else None, per=1.0)
        )
    session.add(Feed(id=FEED, code="bench", name=SYSTEM.name, created_at=MADE_AT))


def events(number: int, *, count: int, per_year: float) -> Batch:
    """Batch `number` of an even flow of so many events a year: always the same, one after another in time."""
    chance = np.random.default_rng([20261123, number])
    step = YEAR_SECONDS * MICROSECONDS / per_year
    places = np.arange(number * count, (number + 1) * count)
    moments = BEGINNING + np.sort(((places + chance.random(count)) * step).astype(np.int64))
    weights = np.arange(1, SERVICES + 1) ** -ZIPF
    service = chance.choice(SERVICES, count, p=weights / weights.sum()) + 1
    indicator = chance.integers(1, INDICATORS + 1, count)
    is_measured = indicator == MEASURED
    channels = np.array([channel.value for channel in Channel], dtype=object)
    return Batch(
        happened_at=moments,
        event_id=np.array([f"hall-{place:010d}" for place in places], dtype=object),
        service_id=service,
        indicator_id=indicator,
        numerator=np.where(is_measured, chance.lognormal(3, 0.5, count).round(1), chance.integers(0, 21, count)),
        denominator=np.where(is_measured, 1.0, 20.0),
        area_id=service % AREAS + 1,
        channel=channels[chance.integers(0, len(channels), count)],
        corrects=np.full(count, "", dtype=object),
    )
