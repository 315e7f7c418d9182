"""Coverage: which service is looked at by which instrument, how long ago, and where nobody looks (blind spots)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd
from sqlalchemy.orm import Session

from qs.actor import SYSTEM, Actor, Permission
from qs.directory.queries import services
from qs.evaluations.queries import approved_scores
from qs.evaluations.terms import Subject as Assessor
from qs.frames import members, named_rows
from qs.monitoring.terms import Instrument, Sight
from qs.observations.figures import streams
from qs.observations.recording import OFFICE_FEED, Measure
from qs.observations.rhythms import rhythms
from qs.periods import Grain, from_microseconds, local_day, next_start, period_start, previous_starts
from qs.publication.queries import releases
from qs.rankings.queries import frozen_scores
from qs.settings import settings
from qs.standards.queries import indicators_by_code
from qs.stats.silences import Rhythm, silence_chance

QUARTERS_ASKED = 5  # the last complete quarters whose evaluations are looked at
DUE_SOON_SHARE = 0.8  # of the expected gap: from there on a look is due
SILENT_CHANCE = 0.01  # under which a silence is too unlikely to be chance (local rule)
QUIET_CHANCE = 0.05  # under which it is worth a look
BLIND_DAYS = 365  # whatever was usual: nobody knows anything of a service unheard of for so long


EXPECTED_DAYS = {  # how long an instrument may be silent about a service whose rhythm is not known (local rules)
    Instrument.EVENTS: 2,
    Instrument.RATINGS: 365,  # with too few to know a rhythm, a month without one says nothing
    Instrument.REQUESTS: 365,
    Instrument.INSPECTION: 365,
    Instrument.EVALUATION: 150,
    Instrument.THIRD_PARTY: 365,
    Instrument.PUBLICATION: 150,
}
INSTRUMENT_OF = {
    Measure.RATING_SATISFACTION: Instrument.RATINGS,
    Measure.REQUEST_ON_TIME: Instrument.REQUESTS,
    Measure.INSPECTION_CONFORMITY: Instrument.INSPECTION,
}
BY_RHYTHM = (Instrument.EVENTS, Instrument.RATINGS, Instrument.REQUESTS)  # what comes by itself, as often as it comes
CELL_COLUMNS = (
    "service_id",
    "instrument",
    "last_at",
    "days",
    "sight",
    "silent_days",
    "expected_count",
    "chance",
    "quiet_feeds",
)
EXPORT_COLUMNS = (
    "service_code",
    "service",
    "service_en",
    "instrument",
    "last_on",
    "days",
    "sight",
    "silent_days",
    "expected_count",
    "chance",
    "quiet_feeds",
)
LAST_COLUMNS = ("service_id", "instrument", "last_at")


@dataclass(frozen=True)
class Coverage:
    """Services × instruments. `services`: as the directory has them, blind spots first, with `blind_count`.

    `cells`: one row per service and instrument, CELL_COLUMNS: `last_at` and `days` are missing where it never was seen.
    Where the service's own rhythm is known, `silent_days` are the whole days since then without anything,
    `expected_count` what they used to bring, and `chance` how often a silence as long is just chance; else missing.
    `quiet_feeds`: feeds of the service that say nothing for longer than their own limit; they make fresh data due.
    """

    services: pd.DataFrame
    cells: pd.DataFrame

    def share_seen(self, instrument: Instrument) -> float | None:
        """The share of services that one instrument has seen within its expected gap; None without services."""
        cells = self.cells[self.cells["instrument"] == instrument]
        return float(cells["sight"].isin([Sight.FRESH, Sight.DUE]).mean()) if len(cells) else None

    @property
    def judged_count(self) -> int:
        """How many cells are judged by the rhythm of their own service."""
        return int(self.cells["chance"].notna().sum())

    @property
    def false_count(self) -> float:
        """How many of those are called silent by chance alone, at most."""
        return SILENT_CHANCE * self.judged_count


def sight(gap: timedelta | None, expected_days: int) -> Sight:
    """How a service stands with an instrument that last saw it so long ago; None: never."""
    if gap is None:
        return Sight.NEVER
    share = gap / timedelta(days=expected_days)
    if share > 1:
        return Sight.OVERDUE
    return Sight.DUE if share > DUE_SOON_SHARE else Sight.FRESH


def sight_of_silence(chance: float, silent_days: int) -> Sight:
    """How a service stands with an instrument that is silent in a way that chance explains so often."""
    if chance < SILENT_CHANCE or silent_days > BLIND_DAYS:
        return Sight.OVERDUE
    return Sight.DUE if chance < QUIET_CHANCE else Sight.FRESH


def coverage(session: Session, *, actor: Actor, now: datetime) -> Coverage:
    """How every running service in the actor's scope is covered, those with most blind spots first."""
    actor.check(Permission.COVERAGE_READ)
    known = services(session, actor=actor, permission=Permission.COVERAGE_READ, day=local_day(now, settings().zone))
    known = known[known["is_open"]]
    last = pd.concat(
        [
            last_measured(session, actor=actor),
            last_evaluated(session, now=now),
            last_published(session),
        ]
    )
    latest: dict[tuple[int, Instrument], datetime] = {}
    for row in named_rows(last):
        key = (int(row.service_id), row.instrument)
        latest[key] = max(latest.get(key, row.last_at), row.last_at)
    usual = known_rhythms(session, actor=actor, now=now)
    cells = cell_frame(known["service_id"].tolist(), latest, usual, quiet_feeds(session, actor=actor, now=now), now)
    blind = cells["sight"].isin([Sight.OVERDUE, Sight.NEVER]).groupby(cells["service_id"]).sum()
    counted = known.assign(blind_count=known["service_id"].map(blind).fillna(0).astype("int64"))
    ordered = counted.sort_values(["blind_count", "code"], ascending=[False, True], kind="stable")
    return Coverage(ordered.reset_index(drop=True), cells)


def known_rhythms(session: Session, *, actor: Actor, now: datetime) -> dict[tuple[int, str], Rhythm]:
    """By service and instrument, how often something used to come, for what comes by itself."""
    codes = {code: key.indicator_id for code, key in indicators_by_code(session).items()}
    own = {codes[one]: instrument for one, instrument in INSTRUMENT_OF.items() if one in codes}
    of_office = {codes[one] for one in Measure if one in codes}
    groups: dict[str, list[int]] = {
        Instrument.EVENTS: sorted(set(codes.values()) - of_office),
        Instrument.RATINGS: [key for key, instrument in own.items() if instrument is Instrument.RATINGS],
        Instrument.REQUESTS: [key for key, instrument in own.items() if instrument is Instrument.REQUESTS],
    }
    return rhythms(session, groups, actor=actor, now=now)


def quiet_feeds(session: Session, *, actor: Actor, now: datetime) -> dict[int, int]:
    """By service, how many of its feeds say nothing of it for longer than their own limit."""
    found: dict[tuple[int, int], bool] = {}
    for row in named_rows(streams(session, actor=actor)):
        if not pd.isna(row.silent_after_hours):
            gap = now - from_microseconds(int(row.last_happened_at))
            key = (int(row.service_id), int(row.feed_id))
            found[key] = found.get(key, True) and gap > timedelta(hours=row.silent_after_hours)
    counts: dict[int, int] = {}
    for (service_id, _feed_id), is_quiet in found.items():
        counts[service_id] = counts.get(service_id, 0) + is_quiet
    return counts


def cell_frame(
    service_ids: list[int],
    latest: dict[tuple[int, Instrument], datetime],
    usual: dict[tuple[int, str], Rhythm],
    quiet: dict[int, int],
    now: datetime,
) -> pd.DataFrame:
    """CELL_COLUMNS, for every service and instrument."""
    rows = [
        (
            service_id,
            instrument,
            *cell(latest.get((service_id, instrument)), usual.get((service_id, instrument)), instrument, now),
        )
        for service_id in service_ids
        for instrument in Instrument
    ]
    feeds = [quiet.get(row[0], 0) if row[1] is Instrument.EVENTS else 0 for row in rows]
    sights = [Sight.DUE if count and row[4] is Sight.FRESH else row[4] for row, count in zip(rows, feeds, strict=True)]
    frame = pd.DataFrame(rows, columns=list(CELL_COLUMNS[:-1])).assign(quiet_feeds=feeds)
    return frame.assign(instrument=members(row[1] for row in rows), sight=members(sights)).astype(
        {"days": "Int64", "silent_days": "Int64", "expected_count": "float64", "chance": "float64"}
    )


def cell(
    last_at: datetime | None, usual: Rhythm | None, instrument: Instrument, now: datetime
) -> tuple[datetime | None, int | None, Sight, int | None, float | None, float | None]:
    """The columns of one cell from `last_at` on. A known rhythm decides, else how long the instrument may be silent."""
    gap = None if last_at is None else max(now - last_at, timedelta())
    days = None if gap is None else gap.days
    if last_at is None or usual is None or not usual.is_known:
        return last_at, days, sight(gap, EXPECTED_DAYS[instrument]), None, None, None
    silent_days = silent_between(last_at, now)
    chance = silence_chance(usual, silent_days)
    return last_at, days, sight_of_silence(chance, silent_days), silent_days, usual.expected(silent_days), chance


def silent_between(last_at: datetime, now: datetime) -> int:
    """The whole local days since something came; today, which is not over, does not count."""
    zone = settings().zone
    return max((local_day(now, zone) - local_day(last_at, zone)).days - 1, 0)


def exported(found: Coverage) -> pd.DataFrame:
    """The map as a table, blind spots first: EXPORT_COLUMNS, instruments and states by their codes."""
    named = found.services[["service_id", "code", "name", "name_en"]].rename(
        columns={"code": "service_code", "name": "service", "name_en": "service_en"}
    )
    zone = settings().zone
    joined = named.merge(found.cells, on="service_id", how="left", sort=False)
    on = ["" if pd.isna(at) else local_day(at, zone).isoformat() for at in joined["last_at"]]
    return joined.assign(last_on=on)[list(EXPORT_COLUMNS)]


def last_frame(rows: list[tuple[int, Instrument, datetime]]) -> pd.DataFrame:
    """LAST_COLUMNS; moments as objects, so that the columns of all instruments are alike."""
    frame = pd.DataFrame(rows, columns=list(LAST_COLUMNS)).astype({"last_at": object})
    return frame.assign(instrument=members(row[1] for row in rows))


def last_measured(session: Session, *, actor: Actor) -> pd.DataFrame:
    """What feeds and the office's own records last said of each service: LAST_COLUMNS."""
    codes = {key.indicator_id: code for code, key in indicators_by_code(session).items()}
    rows = []
    for row in named_rows(streams(session, actor=actor)):
        if row.feed_code != OFFICE_FEED:
            instrument: Instrument | None = Instrument.EVENTS
        else:
            instrument = INSTRUMENT_OF.get(Measure(codes[row.indicator_id]))
        if instrument is not None:
            rows.append((int(row.service_id), instrument, from_microseconds(int(row.last_happened_at))))
    return last_frame(rows)


def last_evaluated(session: Session, *, now: datetime) -> pd.DataFrame:
    """The end of the last quarter in which each service was evaluated and approved: LAST_COLUMNS.

    Asked by the system: that a service was looked at is no secret to who reads coverage; the scores stay out.
    """
    zone = settings().zone
    running = period_start(now, Grain.QUARTER, zone)
    rows = []
    for start in previous_starts(running, Grain.QUARTER, zone, count=QUARTERS_ASKED + 1)[:-1]:
        end = next_start(start, Grain.QUARTER, zone)
        for row in named_rows(approved_scores(session, start, actor=SYSTEM)):
            if row.subject == Assessor.OFFICE:
                rows.append((int(row.service_id), Instrument.EVALUATION, end))
            elif row.subject == Assessor.THIRD_PARTY:
                rows.append((int(row.service_id), Instrument.THIRD_PARTY, end))
    return last_frame(rows)


def last_published(session: Session) -> pd.DataFrame:
    """When figures of each service were last published: LAST_COLUMNS."""
    rows = []
    for release in named_rows(releases(session, actor=SYSTEM)):
        if not pd.isna(release.published_at):
            for row in named_rows(frozen_scores(session, release.name, actor=SYSTEM)):
                rows.append((int(row.subject_id), Instrument.PUBLICATION, release.published_at))
    return last_frame(rows)
