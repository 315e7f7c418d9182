"""Proof of the releases: no stored document was altered, and its figures follow again from the frozen quarter."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from qs.actor import Actor, Permission
from qs.directory import queries as directory
from qs.publication import rules
from qs.publication.building import build
from qs.publication.document import Document, Source, Text, sha256
from qs.publication.gathering import frozen_measures
from qs.publication.models import Release
from qs.publication.terms import ReleaseState
from qs.rankings import queries as rankings


@dataclass(frozen=True)
class ReleaseFault:
    """One thing that is not as it should be. `place` names the table and row where there is one."""

    release: str
    fault: str  # document_altered | counts_altered | period_unknown | counts_differ | figures_differ
    place: str = ""


@dataclass(frozen=True)
class ReleaseVerdict:
    """What the proof found."""

    release_count: int
    table_count: int
    faults: tuple[ReleaseFault, ...]

    @property
    def is_sound(self) -> bool:
        return not self.faults


def verify_releases(session: Session, *, actor: Actor) -> ReleaseVerdict:
    """Check every published release: the hash of its document, the hash of its counts, the frozen quarter they rest
    on, and every figure, built again from the counts of the frozen quarter."""
    actor.check(Permission.PUBLICATION_READ)
    releases = session.scalars(
        sa.select(Release)
        .where(Release.state == ReleaseState.PUBLISHED)
        .options(undefer(Release.content), undefer(Release.source))
        .order_by(Release.starts_at, Release.revision)
    ).all()
    faults: list[ReleaseFault] = []
    table_count = 0
    for release in releases:
        slug = rules.slug(release.name, release.revision)
        altered = altered_parts(release)
        faults += [ReleaseFault(slug, fault) for fault in altered]
        if not altered:
            table_count += len(Document.model_validate_json(release.content).tables)
            faults += differences(session, release, slug, actor)
    return ReleaseVerdict(len(releases), table_count, tuple(faults))


def altered_parts(release: Release) -> list[str]:
    found = []
    if sha256(release.content) != release.sha256:
        found.append("document_altered")
    if sha256(release.source) != release.source_sha256:
        found.append("counts_altered")
    return found


def differences(session: Session, release: Release, slug: str, actor: Actor) -> list[ReleaseFault]:
    """Where the frozen quarter or the figures built from it say something else than the document."""
    document, source = Document.model_validate_json(release.content), Source.model_validate_json(release.source)
    revisions = rankings.revisions(session, release.name, actor=actor)
    fitting = revisions[revisions["sha256"] == release.period_sha256]
    if fitting.empty or document.period_sha256 != release.period_sha256:
        return [ReleaseFault(slug, "period_unknown")]
    services = directory.services(session, actor=actor)
    counts = frozen_measures(session, release.name, services, revision=int(fitting["revision"].iloc[0]), actor=actor)
    faults = [
        ReleaseFault(slug, "counts_differ", measure)
        for measure in sorted(counts.keys() | source.measures.keys())
        if counts.get(measure) != source.measures.get(measure)
    ]
    again = build(
        source.model_copy(update={"measures": counts}),
        revision=release.revision,
        note=Text(zh=release.note, en=release.note_en),
    )
    return [*faults, *(ReleaseFault(slug, "figures_differ", place) for place in differing_rows(document, again))]


def differing_rows(stored: Document, again: Document) -> list[str]:
    """The rows whose figures differ; texts may have been translated better since."""
    rows = {table.code: table.rows for table in again.tables}
    found = []
    for table in stored.tables:
        figures = [column.code for column in table.columns if column.kind.value in ("count", "share", "score")]
        others = rows.get(table.code, ())
        if len(others) != len(table.rows):
            found.append(table.code)
            continue
        for one, other in zip(table.rows, others, strict=True):
            if any(one[name] != other.get(name) for name in (*figures, "hidden")):
                found.append(f"{table.code}/{one.get('code', one.get('service', ''))}")
    return found
