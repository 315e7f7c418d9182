"""Loading a file: looked at first, then loaded whole or in its good rows, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from qs.actor import Actor, Permission
from qs.audit.actions import record
from qs.db import Database
from qs.directory.queries import area_ids_by_code
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound, Problem
from qs.observations.actions import load_feeds
from qs.observations.beginnings import begin_services, load_definitions
from qs.observations.feeds import FeedMapping, read_mapping, shipped_mappings
from qs.observations.ingest import ingest
from qs.observations.mapping import Events, Mapped, map_table, objects
from qs.observations.models import Feed, ImportRun
from qs.observations.reference import known_now, known_services, shipped_library
from qs.observations.services import KnownService
from qs.observations.terms import Batch, Receipt
from qs.standards.queries import indicators_by_code
from qs.tabular import scan_table
from qs.tabular.terms import MAX_LISTED_PROBLEMS, Encoding, Reading

FILE_NAME_LENGTH = 255
HASHED_BYTES = 1 << 20
Progress = Callable[[int, int], None]  # events done, events in all


@dataclass(frozen=True)
class Preview:
    """What a file would become: its events, and everything that is wrong with it, in file order."""

    mapping: FeedMapping
    reading: Reading
    mapped: Mapped
    problems: tuple[Problem, ...]
    problem_count: int
    refused_rows: frozenset[int]

    @property
    def row_count(self) -> int:
        return len(self.reading.table) + len(self.reading.refused)

    @property
    def is_sound(self) -> bool:
        return self.problem_count == 0

    @property
    def has_good_rows(self) -> bool:
        """Whether the sound rows can be loaded without the others."""
        return len(self.mapped.events) > 0 and self.reading.is_complete and not self.concerns_the_whole

    @property
    def concerns_the_whole(self) -> bool:
        return any(problem.row is None for problem in self.problems)


@dataclass(frozen=True)
class ImportOutcome:
    """What became of a file."""

    import_run_id: int
    row_count: int
    refused_row_count: int
    merged_row_count: int
    new_service_count: int
    receipt: Receipt


def feed_mapping(session: Session, feed_code: str, *, actor: Actor) -> FeedMapping:
    """The file layout of a feed. Raises NotFound, or Conflict when the feed takes no files."""
    actor.check(Permission.EVENTS_ADD)
    feed = session.scalar(sa.select(Feed).where(Feed.code == feed_code, Feed.is_active))
    if feed is None:
        raise NotFound("feed_unknown")
    if feed.mapping is None:
        raise Conflict("feed_without_mapping")
    return read_mapping(feed.mapping)


def preview_import(session: Session, reading: Reading, mapping: FeedMapping, *, actor: Actor, now: datetime) -> Preview:
    """Look at a file without loading it. Raises InvalidInput when its header does not fit the feed."""
    actor.check(Permission.EVENTS_ADD)
    known = known_now(session, library=shipped_library(mapping.library), actor=actor, now=now)
    mapped = map_table(reading.table, mapping, known)
    listed = sorted((*reading.problems, *mapped.problems), key=lambda problem: problem.row or 0)
    return Preview(
        mapping=mapping,
        reading=reading,
        mapped=mapped,
        problems=tuple(listed[:MAX_LISTED_PROBLEMS]),
        problem_count=reading.problem_count + mapped.problem_count,
        refused_rows=frozenset(reading.refused) | mapped.faulty_rows,
    )


def run_import(
    session: Session,
    preview: Preview,
    *,
    good_rows_only: bool = False,
    file_sha256: str,
    actor: Actor,
    now: datetime,
    progress: Progress | None = None,
) -> ImportOutcome:
    """Load a file that was looked at: all of it, or explicitly its good rows.

    Begins services and loads indicator definitions where the feed says so and the actor may. Raises InvalidInput
    with every problem when the file is not sound.
    """
    actor.check(Permission.EVENTS_ADD)
    check_loadable(preview, good_rows_only=good_rows_only)
    feed = session.scalar(sa.select(Feed).where(Feed.code == preview.mapping.code, Feed.is_active))
    if feed is None:
        raise NotFound("feed_unknown")
    load_definitions(session, preview.mapping, actor=actor, now=now)
    begun = begin_services(session, preview.mapped, feed_code=feed.code, actor=actor, now=now)
    batch = batch_of(session, preview.mapped.events, known_services(session, actor=actor))
    total = len(batch)
    report = None if progress is None else lambda done: progress(done, total)
    receipt = ingest(session, batch, feed_id=feed.id, actor=actor, now=now, progress=report)
    run = ImportRun(
        feed_id=feed.id,
        file_name=preview.reading.table.file_name[-FILE_NAME_LENGTH:],
        file_sha256=file_sha256,
        person_id=actor.person_id,
        imported_at=now,
        row_count=preview.row_count,
        refused_row_count=len(preview.refused_rows),
        event_count=receipt.event_count,
        new_count=receipt.new_count,
        differing_ids=list(receipt.differing_ids),
    )
    session.add(run)
    session.flush()
    record(
        session,
        "imports.loaded_file",
        f"import_run:{run.id}",
        actor=actor,
        now=now,
        feed=feed.code,
        sha256=file_sha256,
        rows=run.row_count,
        refused=run.refused_row_count,
    )
    return ImportOutcome(run.id, run.row_count, run.refused_row_count, preview.mapped.merged_row_count, begun, receipt)


def check_loadable(preview: Preview, *, good_rows_only: bool) -> None:
    if preview.is_sound:
        if not len(preview.mapped.events):
            raise InvalidInput("file_without_good_rows")
        return
    if not good_rows_only:
        raise refusal("file_faulty", preview)
    if preview.concerns_the_whole or not preview.reading.is_complete:
        raise refusal("file_not_whole", preview)
    if not preview.has_good_rows:
        raise refusal("file_without_good_rows", preview)


def refusal(code: str, preview: Preview) -> InvalidInput:
    count = preview.problem_count
    return InvalidInput(code, problems=preview.problems, problem_count=count, count=count)


def batch_of(session: Session, events: Events, services: Mapping[str, KnownService]) -> Batch:
    """The events with ids instead of codes."""
    indicators = indicators_by_code(session)
    areas = area_ids_by_code(session)
    lost = set(events.service.tolist()) - set(services)
    if lost:
        raise NotAllowed("service_outside_scope")
    service_id = np.array([services[code].service_id for code in events.service], dtype=np.int64)
    area_id = [
        areas[area] if area else services[code].area_id for area, code in zip(events.area, events.service, strict=True)
    ]
    return Batch(
        happened_at=events.happened_at,
        event_id=events.event_id,
        service_id=service_id,
        indicator_id=np.array([indicators[code].indicator_id for code in events.indicator], dtype=np.int64),
        numerator=events.numerator,
        denominator=events.denominator,
        area_id=np.array(area_id, dtype=np.int64),
        channel=events.channel,
        corrects=objects([""] * len(events)),
    )


def refused_rows(preview: Preview, reasons: Mapping[int, str]) -> pd.DataFrame:
    """One row per refused row of the file: its spreadsheet row, why (from `reasons`), and its cells as text."""
    table = preview.reading.table
    positions = {row: position for position, row in enumerate(table.row_numbers) if row in preview.refused_rows}
    rows = []
    for row in sorted(preview.refused_rows):
        cells = preview.reading.refused.get(row)
        cells = table.row(positions[row]) if cells is None else cells
        rows.append([row, reasons.get(row, ""), *padded(cells, len(table.header))])
    return pd.DataFrame(rows, columns=["row", "reason", *table.header])


def padded(cells: list[str], width: int) -> list[str]:
    """Exactly `width` cells; superfluous ones are kept together in the last."""
    if len(cells) <= width:
        return [*cells, *[""] * (width - len(cells))]
    return [*cells[: width - 1], " | ".join(cells[width - 1 :])]


def first_events(preview: Preview, count: int) -> pd.DataFrame:
    """The first events a file would become: one row per event, columns as in Events, happened_at as UTC moments."""
    columns = {one.name: getattr(preview.mapped.events, one.name)[:count] for one in fields(Events)}
    frame = pd.DataFrame(columns)
    return frame.assign(happened_at=pd.to_datetime(frame["happened_at"], unit="us", utc=True))


def file_sha256(source: bytes | Path) -> str:
    """The fingerprint of a file as it was handed over."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def import_file(
    database: Database,
    path: Path,
    feed_code: str,
    *,
    actor: Actor,
    now: datetime,
    good_rows_only: bool = False,
    encoding: Encoding | None = None,
    progress: Progress | None = None,
) -> ImportOutcome:
    """Load one file from the command line: read and checked first, then one transaction.

    A shipped feed that the store does not have yet is added. Raises InvalidInput with every problem,
    EncodingUnknown when the encoding must be named.
    """
    if feed_code in shipped_mappings():
        with database.writing() as session:
            load_feeds(session, [shipped_mappings()[feed_code]], actor=actor, now=now)
    with database.reading() as session:
        mapping = feed_mapping(session, feed_code, actor=actor)
    reading = scan_table(path, file_name=path.name, encoding=encoding)
    with database.reading() as session:
        preview = preview_import(session, reading, mapping, actor=actor, now=now)
    with database.writing() as session:
        return run_import(
            session,
            preview,
            good_rows_only=good_rows_only,
            file_sha256=file_sha256(path),
            actor=actor,
            now=now,
            progress=progress,
        )
