"""A release as a report in one language: sections with their finding, chart and tables, all as plain text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd
from altair.typing import ChartType

from qs.chart_style import Palette
from qs.i18n import Language, day, gettext, language, number, percent
from qs.i18n import gettext as _
from qs.periods import local_day
from qs.publication import wording
from qs.publication.charts import PART_COLUMNS, RATE_COLUMNS, part_chart, rate_chart
from qs.publication.columns import WORDS
from qs.publication.counts import CITY, TOTAL
from qs.publication.document import Column, Document, Row, Table
from qs.publication.terms import LABELS, CellKind, Change, ReleaseInfo
from qs.settings import settings

NOTHING = "—"
ENGLISH = "_en"
RIGHT = frozenset({CellKind.COUNT, CellKind.SHARE, CellKind.SCORE})
DrawnChart = Callable[[Palette], ChartType]


@dataclass(frozen=True)
class Grid:
    """One table as it is printed: headings, cells as text, and which columns are figures."""

    code: str
    title: str
    note: str
    headings: tuple[str, ...]
    is_figure: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """One part of the report. `chart` draws the picture of its first table in a palette; None without one."""

    title: str
    finding: str
    grids: tuple[Grid, ...] = ()
    chart: DrawnChart | None = None
    chart_text: str = ""  # what the picture shows, for those who cannot see it
    paragraphs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """The whole report in the language of the run."""

    title: str
    office: str
    period: str
    published: str  # the day of publication, empty for a draft
    verdict: str
    summary: str
    revision_note: str
    sections: tuple[Section, ...]
    sha256: str
    period_sha256: str
    html_language: str
    labels: dict[str, str] = field(default_factory=dict)


def report_of(document: Document, *, sha256: str, info: ReleaseInfo | None = None) -> Report:
    """The report of a document in the language of the run; without `info` it is a draft."""
    note = document.note.here
    published = day(local_day(info.published_at, settings().zone)) if info else ""
    return Report(
        title=_("Quality report on public services, {quarter}").format(quarter=document.quarter.here),
        office=document.office.here,
        period=_("{first} to {last}").format(first=day(document.starts_on), last=day(document.ends_on)),
        published=published,
        verdict=document.verdict.here,
        summary=document.summary.here,
        revision_note=_("Revision {n}: {note}").format(n=document.revision, note=note) if note else "",
        sections=sections(document, sha256),
        sha256=sha256,
        period_sha256=document.period_sha256,
        html_language="zh-CN" if language() is Language.ZH else "en",
        labels={
            "published": _("Published on {day}").format(day=published) if published else _("Draft"),
            "contents": _("Contents"),
        },
    )


def sections(document: Document, sha256: str) -> tuple[Section, ...]:
    """Every section, in the order of the report."""
    city = document.table("sectors").rows[-1]["share"]
    line = float(city) if isinstance(city, int | float) else None
    finding = {code: text.here for code, text in document.findings.items()}
    return (
        section(document, _("Headline figures"), finding["headline"], "headline"),
        rate_section(document, _("Sectors"), finding["sectors"], "sectors", line),
        rate_section(document, _("Districts and the gap between them"), finding["districts"], "districts", line),
        part_section(
            document,
            _("Requests and complaints"),
            finding["requests"],
            ("outcomes", "requests", "requests_sectors", "requests_districts"),
        ),
        part_section(document, _("Participation of the public"), finding["participation"], ("levels", "activities")),
        section(document, _("Inspections and evaluations"), finding["checks"], "checks", "evaluations"),
        section(document, _("Rectifications"), finding["rectifications"], "activities"),
        section(document, _("Rewards and penalties"), finding["decisions"], "decisions"),
        section(document, _("You said, we did"), stories_sentence(document), "stories"),
        section(document, _("Services"), document.table("services").note.here, "services"),
        Section(
            _("Method and small numbers"),
            _("How the figures were made, and why some are not shown."),
            paragraphs=tuple(text.here for text in document.method),
        ),
        definitions_section(document),
        Section(
            _("How to verify"),
            _("Nobody can change a published report unnoticed."),
            paragraphs=(
                gettext(wording.VERIFY).format(sha256=sha256, period_sha256=document.period_sha256),
                _("The open data of this release stand at {path}.").format(path=f"/open/{document_slug(document)}/"),
            ),
        ),
    )


def document_slug(document: Document) -> str:
    return document.period if document.revision == 1 else f"{document.period}-r{document.revision}"


def stories_sentence(document: Document) -> str:
    count = len(document.table("stories").rows)
    if not count:
        return _("Nothing was chosen for this quarter.")
    return _("What the public said, and what was done about it.")


def section(document: Document, title: str, finding: str, *codes: str) -> Section:
    return Section(title, finding, tuple(grid(document.table(code)) for code in codes))


def rate_section(document: Document, title: str, finding: str, code: str, city: float | None) -> Section:
    """A section whose first table is drawn as dots with intervals."""
    table = document.table(code)
    frame = rate_frame(table)
    return Section(
        title,
        finding,
        (grid(table),),
        chart=lambda colours: rate_chart(frame, city=city, colours=colours),
        chart_text=_("Rates with their 95 % intervals; the dashed line is the whole city. The table has the figures."),
    )


def part_section(document: Document, title: str, finding: str, codes: Sequence[str]) -> Section:
    """A section whose first table is drawn as bars."""
    frame = part_frame(document.table(codes[0]))
    return Section(
        title,
        finding,
        tuple(grid(document.table(code)) for code in codes),
        chart=lambda colours: part_chart(frame, colours=colours),
        chart_text=_("Shares with their counts. The table has the figures."),
    )


def definitions_section(document: Document) -> Section:
    """Every rate with its definition, every column with its meaning."""
    words: dict[str, str] = {}
    for table in document.tables:
        for code, text in table.definitions:
            names = {str(row["code"]): row for row in table.rows}
            words[wording.row_name(names[code])] = text.here
    for table in document.tables:
        for column in table.columns:
            words.setdefault(column.title.here, column.definition.here)
    rows = tuple(words.items())
    listed = Grid("definitions", _("Definitions"), "", (_("Term"), _("Meaning")), (False, False), rows)
    return Section(_("Definitions"), _("What every word and figure in this report means."), (listed,))


# --- Tables as text ---------------------------------------------------------------------------------------------------


def grid(table: Table) -> Grid:
    """A table as it is printed: texts in the language of the run, codes left out, both ends of an interval in one."""
    chosen = [column for column in table.columns if is_printed(column, table)]
    return Grid(
        table.code,
        table.title.here,
        table.note.here,
        tuple(heading(column) for column in chosen),
        tuple(column.kind in RIGHT for column in chosen),
        tuple(tuple(cell(row, column) for column in chosen) for row in table.rows),
    )


def is_printed(column: Column, table: Table) -> bool:
    """Codes are for machines, the other language for the other report; an upper end stands with its lower one."""
    codes = {other.code for other in table.columns}
    if column.code.endswith("upper"):
        return False
    if column.code.endswith(ENGLISH):
        return language() is Language.EN
    if column.code + ENGLISH in codes:
        return language() is Language.ZH
    return column.kind is not CellKind.CODE or column.code == "change"


def heading(column: Column) -> str:
    if column.code == "lower":
        return _("95 % interval")
    if column.code == "score_lower":
        return _("95 % interval of the score")
    plain_titles = {f"{one}{ENGLISH}": one for one in ("name", "title", "kind", "reason", "said", "did", "result")}
    if column.code in plain_titles:
        return gettext(WORDS[plain_titles[column.code]][1])
    return column.title.here


def cell(row: Row, column: Column) -> str:
    """One cell as text; hidden figures say so, missing ones are a dash."""
    if column.code in str(row["hidden"]).split():
        return _("not shown")
    value = row[column.code]
    if value is None or value == "":
        return NOTHING
    if column.code in ("lower", "score_lower"):
        return interval(row, column)
    if column.code == "change":
        return gettext(LABELS[Change][Change(str(value))])
    return figure(value, column.kind)


def interval(row: Row, column: Column) -> str:
    low, high = row[column.code], row[column.code.replace("lower", "upper")]
    if low is None or high is None:
        return NOTHING
    return _("{low} to {high}").format(low=figure(low, column.kind), high=figure(high, column.kind))


def figure(value: object, kind: CellKind) -> str:
    if kind is CellKind.SHARE and isinstance(value, int | float):
        return percent(value)
    if kind is CellKind.SCORE and isinstance(value, int | float):
        return number(value, 1)
    if kind is CellKind.COUNT and isinstance(value, int | float):
        return number(value, 0 if float(value).is_integer() else 1)
    return day(date.fromisoformat(str(value))) if kind is CellKind.DAY else str(value)


# --- Frames for charts ------------------------------------------------------------------------------------------------


def rate_frame(table: Table) -> pd.DataFrame:
    """The rows of a rate table as the chart takes them, without the whole city."""
    rows = [
        {
            "name": wording.row_name(row),
            **{name: row[name] for name in ("share", "lower", "upper", "change")},
            "n_text": counted(row, "n"),
            "share_text": shared(row, "share"),
            "interval_text": interval(row, next(one for one in table.columns if one.code == "lower")),
            "change_text": gettext(LABELS[Change][Change(str(row["change"]))]),
        }
        for row in table.rows
        if row["code"] != CITY
    ]
    frame = pd.DataFrame(rows, columns=list(RATE_COLUMNS))
    return frame.astype({name: "float64" for name in ("share", "lower", "upper")})


def part_frame(table: Table) -> pd.DataFrame:
    rows = [
        {
            "name": wording.row_name(row),
            "share": row["whole_share"],
            "count_text": counted(row, "count"),
            "share_text": shared(row, "whole_share"),
        }
        for row in table.rows
        if row["code"] != TOTAL
    ]
    return pd.DataFrame(rows, columns=list(PART_COLUMNS)).astype({"share": "float64"})


def counted(row: Row, name: str) -> str:
    value = row[name]
    if isinstance(value, int | float):
        return _("n = {n}").format(n=number(value))
    return "" if name in str(row["hidden"]).split() else NOTHING  # the rate beside it says that it is not shown


def shared(row: Row, name: str) -> str:
    value = row[name]
    if isinstance(value, int | float):
        return percent(value)
    return _("not shown") if name in str(row["hidden"]).split() else NOTHING
