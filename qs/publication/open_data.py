"""The files for everybody, all made from the stored document: tables, their dictionary, the index and the feed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC
from xml.etree import ElementTree

import pandas as pd

from qs.i18n import N_, Language, gettext
from qs.i18n import gettext as _
from qs.publication.document import Document, Table, both
from qs.publication.terms import CellKind, Format, ReleaseInfo
from qs.sheets import safe_csv

ATOM = "http://www.w3.org/2005/Atom"
FEED_ID = "urn:qs:publication"
LICENCE = "CC-BY-4.0"
HIDDEN = "hidden"
HIDDEN_WORDS = (
    N_("Hidden columns"),
    N_("Columns not shown in this row because numbers are small or would give small ones away, separated by blanks."),
)
TYPES = {
    CellKind.CODE: "string",
    CellKind.TEXT: "string",
    CellKind.COUNT: "number",
    CellKind.SHARE: "number",
    CellKind.SCORE: "number",
    CellKind.DAY: "date",
}


def table_csv(table: Table) -> bytes:
    """One table: header names as in the dictionary, hidden cells empty and named in the column `hidden`."""
    names = [*(column.code for column in table.columns), HIDDEN]
    kinds = {column.code: column.kind for column in table.columns}
    columns = {
        name: pd.Series([row[name] for row in table.rows], dtype=pandas_kind(table, name, kinds.get(name)))
        for name in names
    }
    return safe_csv(pd.DataFrame(columns))


def pandas_kind(table: Table, name: str, kind: CellKind | None) -> str:
    if kind in (CellKind.SHARE, CellKind.SCORE):
        return "float64"
    if kind is CellKind.COUNT:
        is_whole = all(row[name] is None or isinstance(row[name], int) for row in table.rows)
        return "Int64" if is_whole else "float64"
    return "object"


def checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def dictionary(document: Document, info: ReleaseInfo) -> dict[str, object]:
    """What every file and column of a release means: period, licence, checksums, the rule for small numbers."""
    return {
        "release": info.name,
        "revision": info.revision,
        "title": {"zh": document.quarter.zh, "en": document.quarter.en},
        "publisher": {"zh": document.office.zh, "en": document.office.en},
        "period": {"from": info.starts_on.isoformat(), "to": info.ends_on.isoformat()},
        "published_at": info.published_at.astimezone(UTC).isoformat(),
        "licence": LICENCE,
        "document_sha256": info.sha256,
        "period_sha256": info.period_sha256,
        "note": {"zh": info.note, "en": info.note_en},
        "small_numbers": {
            "hidden_below": document.smallest_count,
            "method": [text.model_dump() for text in document.method],
        },
        "tables": [table_entry(table, info) for table in document.tables],
    }


def table_entry(table: Table, info: ReleaseInfo) -> dict[str, object]:
    title, meaning = (both(lambda: gettext(words)).model_dump() for words in HIDDEN_WORDS)  # noqa: B023 - used at once
    return {
        "name": table.code,
        "path": info.data_path(table.code),
        "title": table.title.model_dump(),
        "description": table.note.model_dump(),
        "row_count": len(table.rows),
        "sha256": checksum(table_csv(table)),
        "columns": [
            *(
                {
                    "name": column.code,
                    "type": TYPES[column.kind],
                    "kind": column.kind.value,
                    "title": column.title.model_dump(),
                    "description": column.definition.model_dump(),
                }
                for column in table.columns
            ),
            {"name": HIDDEN, "type": "string", "kind": "code", "title": title, "description": meaning},
        ],
        "rows": {code: text.model_dump() for code, text in table.definitions},
    }


def index(documents: Sequence[tuple[ReleaseInfo, Document]]) -> dict[str, object]:
    """All releases with the addresses of their files, newest first."""
    return {
        "licence": LICENCE,
        "feed": "/open/feed.atom",
        "releases": [
            {
                "name": info.name,
                "revision": info.revision,
                "slug": info.slug,
                "published_at": info.published_at.astimezone(UTC).isoformat(),
                "sha256": info.sha256,
                "dictionary": f"/open/{info.slug}/dictionary.json",
                "document": f"/open/{info.slug}/document.json",
                "reports": [info.report_path(language, kind) for language in ("zh", "en") for kind in Format],
                "tables": [info.data_path(table.code) for table in document.tables],
            }
            for info, document in documents
        ],
    }


def feed(documents: Sequence[tuple[ReleaseInfo, Document]], *, base: str, language: Language) -> bytes:
    """An Atom feed (RFC 4287) of all releases and revisions, newest first. `base`: scheme and host of this site.

    Ids never change: they are made of the release, not of the address.
    """
    ElementTree.register_namespace("", ATOM)
    short = "zh" if language is Language.ZH else "en"
    root = ElementTree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": short})
    newest = max((info.published_at for info, _document in documents), default=None)
    office = documents[0][1].office.in_(language) if documents else ""
    add(root, "id", FEED_ID if short == "zh" else f"{FEED_ID}:{short}")
    add(root, "title", _("Quality reports on public services"))
    add(root, "updated", (newest.astimezone(UTC).isoformat() if newest else "1970-01-01T00:00:00+00:00"))
    author = ElementTree.SubElement(root, f"{{{ATOM}}}author")
    add(author, "name", office or "QS")
    link(root, f"{base}/open/feed.atom?lang={short}", "self", "application/atom+xml")
    for info, document in documents:
        entry = ElementTree.SubElement(root, f"{{{ATOM}}}entry")
        add(entry, "id", f"{FEED_ID}:{info.slug}")
        add(entry, "title", f"{document.quarter.in_(language)}: {document.verdict.in_(language)}")
        add(entry, "updated", info.published_at.astimezone(UTC).isoformat())
        add(entry, "published", info.published_at.astimezone(UTC).isoformat())
        add(entry, "summary", document.note.in_(language) or document.summary.in_(language))
        link(entry, f"{base}{info.report_path(short, Format.HTML)}", "alternate", "text/html")
        link(entry, f"{base}/open/{info.slug}/dictionary.json", "related", "application/json")
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def link(parent: ElementTree.Element, href: str, rel: str, kind: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}link", {"href": href, "rel": rel, "type": kind})
