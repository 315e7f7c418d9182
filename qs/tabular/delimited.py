"""Rows of a text file with separators: comma, semicolon or tab, as the header shows."""

from __future__ import annotations

import csv
import re
from io import StringIO

from qs.errors import InvalidInput
from qs.tabular.rows import RawRows
from qs.tabular.terms import MAX_CELL_CHARACTERS, Encoding, ProblemList

SEPARATORS = (",", ";", "\t")
QUOTED = re.compile('"[^"]*"')


def delimited_rows(
    text: str, encoding: Encoding, max_rows: int, problems: ProblemList, *, is_suspicious: bool
) -> RawRows:
    """Every row of the text, up to the first broken quotation mark, which is reported.

    Raises InvalidInput when there are more than `max_rows` rows below the header.
    """
    delimiter = separator(text)
    is_complete = True
    rows: list[list[str]] = []
    lines = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in lines:
            rows.append(row)
            if len(rows) > max_rows + 1 and row:
                raise InvalidInput("too_many_rows", limit=max_rows)
    except csv.Error as error:
        is_complete = False
        add_break(text, str(error), problems, row=len(rows) + 1)
    return RawRows(
        rows=rows,
        numbers=range(1, len(rows) + 1),
        is_suspicious=is_suspicious,
        refused={},
        encoding=encoding,
        delimiter=delimiter,
        is_complete=is_complete,
    )


def separator(text: str) -> str:
    """The separator that stands most often in the first line that is not empty, outside quotation marks."""
    first = QUOTED.sub("", text.lstrip("\r\n").split("\n", 1)[0])
    return max(SEPARATORS, key=first.count)


def add_break(text: str, reason: str, problems: ProblemList, *, row: int) -> None:
    """Say where reading stopped: at a cell that never ends, or at a quotation mark that is out of place."""
    if "field larger" in reason and text.count('"') % 2 == 0:
        problems.add("cell_too_long", row=row, found=csv.field_size_limit(), limit=MAX_CELL_CHARACTERS)
    else:
        problems.add("quotes_broken", row=row)
