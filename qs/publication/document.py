"""The two documents of a release: the counts behind it, which stay inside, and what the public reads."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from qs.i18n import Language, language, use_language
from qs.publication.terms import CellKind

FORMAT = 1
FRACTION_DIGITS = 6  # of shares and scores in a document: the same bytes on every machine


class Part(BaseModel):
    """A part of a document: strict, and never changed once made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Part):
    """One text in both languages."""

    zh: str
    en: str

    def in_(self, wanted: Language) -> str:
        return self.zh if wanted is Language.ZH else self.en

    @property
    def here(self) -> str:
        """In the language of the run."""
        return self.in_(language())


def both(render: Callable[[], str]) -> Text:
    """A text rendered once in each language; the language of the run stays as it was."""
    before = language()
    try:
        use_language(Language.ZH)
        chinese = render()
        use_language(Language.EN)
        english = render()
    finally:
        use_language(before)
    return Text(zh=chinese, en=english)


# --- The source: counts before disclosure control ---------------------------------------------------------------------


class Named(Part):
    """A sector, an area, or a word such as an outcome."""

    code: str
    name: str
    name_en: str


class SourceService(Named):
    """A service with its place in the tables."""

    sector: str
    area: str


class Rate(Part):
    """A rate before disclosure control."""

    numerator: float
    denominator: float


class SourceScore(Part):
    """The frozen score of one service or area."""

    code: str
    score: float | None
    lower: float | None
    upper: float | None
    n: int
    tier: str
    is_ranked: bool


class SourceStory(Part):
    """What the public said and what was done, as chosen for the report."""

    service: str  # code, empty for none
    said: str
    said_en: str
    did: str
    did_en: str
    result: str
    result_en: str


class SourceDecision(Part):
    """A published reward or penalty."""

    service: str
    kind: Text
    title: str
    title_en: str
    reason: str
    reason_en: str
    decided_on: date | None
    is_role_model: bool


class SourceEvaluation(Part):
    """The approved scores of a quarter by who judged."""

    subject: Text
    code: str
    service_count: int
    mean: float


class Source(Part):
    """Everything a release is built from. `measures`: code of the indicator -> code of the service -> its counts."""

    format: int = FORMAT
    period: str
    starts_at: datetime
    ends_at: datetime
    starts_on: date
    ends_on: date
    counted_at: datetime  # when the counts outside the frozen quarter were taken
    period_sha256: str
    office: str
    office_en: str
    sectors: tuple[Named, ...]
    areas: tuple[Named, ...]
    services: tuple[SourceService, ...]
    measures: dict[str, dict[str, Rate]]
    scores: tuple[SourceScore, ...]
    rates: dict[str, Rate]  # of the whole city, from the rooms: participation, negatives_rectified
    levels: dict[str, int]  # ratings by level, "5" to "1"
    excluded_count: int
    outcomes: tuple[tuple[Named, int], ...]
    activities: tuple[tuple[Named, int], ...]
    evaluations: tuple[SourceEvaluation, ...]
    decisions: tuple[SourceDecision, ...]
    stories: tuple[SourceStory, ...]
    previous: dict[str, float]  # "headline/on_time", "sectors/health" -> the share in the release before
    previous_n: dict[str, float]
    already_hidden: tuple[str, ...]  # cells that an earlier edition of this quarter hid


# --- What the public reads --------------------------------------------------------------------------------------------

Value = str | int | float | bool | None
Row = dict[str, Value]


class Column(Part):
    """One column of a published table, with its entry in the dictionary."""

    code: str
    kind: CellKind
    title: Text
    definition: Text


class Table(Part):
    """One published table. `hidden` of a row names its hidden columns, separated by blanks."""

    code: str
    title: Text
    note: Text
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    definitions: tuple[tuple[str, Text], ...] = ()  # of single rows, by their code

    def definition(self, code: str) -> Text | None:
        return dict(self.definitions).get(code)


class Document(Part):
    """One release as the public reads it: pages, files and feed hold nothing that is not in here."""

    format: int = FORMAT
    period: str
    revision: int
    quarter: Text
    starts_on: date
    ends_on: date
    office: Text
    period_sha256: str
    smallest_count: int
    note: Text  # what a revision changes
    verdict: Text
    summary: Text
    findings: dict[str, Text]  # section -> its sentence
    method: tuple[Text, ...]
    tables: tuple[Table, ...]

    def table(self, code: str) -> Table:
        """Raises KeyError for a table the document has not."""
        return {table.code: table for table in self.tables}[code]


def canonical(part: Part) -> str:
    """The bytes that are hashed: keys in order, no blanks, one form for every number."""
    return json.dumps(part.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def rounded(value: float) -> float:
    return round(float(value), FRACTION_DIGITS)
