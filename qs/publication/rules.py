"""What may be published and when: hidden counts, comparisons of rates, the way of a release, the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from zoneinfo import ZoneInfo

import pandas as pd

from qs.errors import Conflict, InvalidInput, NotAllowed
from qs.periods import start_of
from qs.publication.disclosure import Cell, Key, Relation, Tables, hidden_cells
from qs.publication.document import Document
from qs.publication.terms import (
    NOTE_LENGTH,
    SMALLEST_COUNT,
    STORIES_SHOWN,
    STORY_LENGTH,
    Change,
    ItemState,
    ReleaseState,
    Story,
)
from qs.stats.comparison import wilson

SOON_DAYS = 10  # how long before its day an item is shown as due soon
STEPS = {
    (ReleaseState.DRAFT, ReleaseState.SUBMITTED),
    (ReleaseState.SENT_BACK, ReleaseState.SUBMITTED),
    (ReleaseState.SUBMITTED, ReleaseState.SENT_BACK),
    (ReleaseState.SUBMITTED, ReleaseState.APPROVED),
    (ReleaseState.APPROVED, ReleaseState.PUBLISHED),
}
TOTAL = "total"


class WrongState(Conflict):
    """The release is somewhere else on its way."""

    code = "release_not_in_state"


class ReleaseChanged(Conflict):
    """Somebody was faster."""

    code = "release_changed"


class ReportIncomplete(Conflict):
    """A table or a text is missing: a report with holes is never released."""

    code = "report_incomplete"


class OwnRelease(NotAllowed):
    """Who prepared a release does not approve it."""

    code = "own_release"


# --- Disclosure control of one table ----------------------------------------------------------------------------------


def suppressed(
    frame: pd.DataFrame,
    counts: Sequence[str],
    *,
    has_total_row: bool = False,
    total_column: str | None = None,
    k: int = SMALLEST_COUNT,
) -> pd.DataFrame:
    """One table with its small counts hidden: the frame with these counts as Int64, empty where hidden.

    `has_total_row`: the last row is the sum of the others. `total_column`: this one of the counts is the sum of the
    other counts. A text column `hidden` names the hidden columns of each row, separated by blanks. Tables that share
    sums with other tables go through `disclosure.hidden_cells` together.
    """
    rows = list(range(len(frame)))
    cells: dict[Key, Cell] = {(row, name): Cell(int(frame[name].iloc[row]), k) for row in rows for name in counts}
    relations = []
    if has_total_row and len(rows) > 1:
        relations += [Relation((rows[-1], name), tuple((row, name) for row in rows[:-1])) for name in counts]
    if total_column is not None:
        others = [name for name in counts if name != total_column]
        relations += [Relation((row, total_column), tuple((row, name) for name in others)) for row in rows]
    hidden = hidden_cells(Tables(cells, tuple(relations)))
    shown = {
        name: pd.array([None if (row, name) in hidden else int(frame[name].iloc[row]) for row in rows], dtype="Int64")
        for name in counts
    }
    marks = [" ".join(name for name in counts if (row, name) in hidden) for row in rows]
    return frame.assign(**shown, hidden=pd.Series(marks, index=frame.index, dtype=str))


# --- Rates ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShareInterval:
    """A share with its 95 % interval."""

    share: float
    lower: float
    upper: float


def share_interval(numerator: float, denominator: float) -> ShareInterval | None:
    """The share with its Wilson interval; None when nothing was counted: a rate of nothing is not zero."""
    if denominator <= 0:
        return None
    found = wilson(numerator, denominator)
    return ShareInterval(numerator / denominator, float(found.lower), float(found.upper))


def change(share: float, n: float, before: float | None, before_n: float | None) -> Change:
    """Whether a rate moved by more than chance since the quarter before; higher is better.

    The 95 % interval of the difference of two independent proportions lies wholly above or below zero. Source:
    Newcombe, Interval estimation for the difference between independent proportions (1998), method 10.
    """
    one = share_interval(share * n, n)
    two = share_interval(before * before_n, before_n) if before is not None and before_n else None
    if one is None or two is None:
        return Change.UNKNOWN
    difference = one.share - two.share
    lower = difference - sqrt((one.share - one.lower) ** 2 + (two.upper - two.share) ** 2)
    upper = difference + sqrt((one.upper - one.share) ** 2 + (two.share - two.lower) ** 2)
    if lower > 0:
        return Change.IMPROVED
    return Change.WORSE if upper < 0 else Change.STEADY


# --- The way of a release ---------------------------------------------------------------------------------------------


def check_step(state: ReleaseState, wanted: ReleaseState) -> None:
    """Raises WrongState unless a release may go from one state to the other."""
    if (state, wanted) not in STEPS:
        raise WrongState(state=state.value)


def check_second_person(prepared_by_id: int | None, approver_id: int | None) -> None:
    """Raises OwnRelease when the approver prepared the release, or nobody known approves it."""
    if approver_id is None or approver_id == prepared_by_id:
        raise OwnRelease


def check_note(note: str, *, needed: str | None = None) -> str:
    """The text without blanks around it. Raises InvalidInput when it is too long, or empty though `needed` (a code)."""
    text = note.strip()
    if not text and needed is not None:
        raise InvalidInput(needed)
    if len(text) > NOTE_LENGTH:
        raise InvalidInput("publication_text_too_long", length=len(text), limit=NOTE_LENGTH)
    return text


def check_stories(stories: Sequence[Story]) -> tuple[Story, ...]:
    """The stories as they may stand in a report. Raises InvalidInput."""
    if len(stories) > STORIES_SHOWN:
        raise InvalidInput("stories_too_many", most=STORIES_SHOWN)
    for story in stories:
        sides = (story.said, story.said_en, story.did, story.did_en)
        if not all(side.strip() for side in sides) or bool(story.result.strip()) != bool(story.result_en.strip()):
            raise InvalidInput("story_incomplete")
        longest = max(len(side) for side in (*sides, story.result, story.result_en))
        if longest > STORY_LENGTH:
            raise InvalidInput("publication_text_too_long", length=longest, limit=STORY_LENGTH)
    return tuple(stories)


def check_complete(document: Document, needed: dict[str, int]) -> None:
    """Raises ReportIncomplete when a table has not the rows it must have, or a text is empty in one language.

    `needed`: code of the table -> number of rows; tables that may be empty are not in it.
    """
    tables = {table.code: table for table in document.tables}
    for code, count in needed.items():
        rows = len(tables[code].rows) if code in tables else 0
        if rows != count:
            raise ReportIncomplete(table=code, rows=rows, needed=count)
    texts = {"verdict": document.verdict, "summary": document.summary, **document.findings}
    for name, text in texts.items():
        if not (text.zh.strip() and text.en.strip()):
            raise ReportIncomplete("report_text_missing", field=name)


def slug(name: str, revision: int) -> str:
    """The part of a release's addresses: the quarter, with the revision from the second on."""
    return name if revision == 1 else f"{name}-r{revision}"


# --- The calendar -----------------------------------------------------------------------------------------------------


def item_state(due_on: date, done_on: date | None, today: date) -> ItemState:
    """How an item stands: late from the day after it was due."""
    if done_on is not None:
        return ItemState.DONE if done_on <= due_on else ItemState.DONE_LATE
    if today > due_on:
        return ItemState.LATE
    return ItemState.DUE_SOON if due_on - today <= timedelta(days=SOON_DAYS) else ItemState.TO_COME


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last moment of a local day, in UTC."""
    return start_of(day + timedelta(days=1), zone) - timedelta(microseconds=1)


def months_between(first: date, last: date) -> list[date]:
    """The first days of the calendar months that ended after `first` and not after `last`, oldest first."""
    months, month = [], date(first.year, first.month, 1)
    while next_month(month) <= last:
        months.append(month)
        month = next_month(month)
    return months


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
