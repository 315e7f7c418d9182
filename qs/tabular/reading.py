"""Reading a file: from its bytes to sound rows, and a reason with row and column for every row that is not."""

from __future__ import annotations

from qs.errors import InvalidInput
from qs.tabular.delimited import delimited_rows
from qs.tabular.files import OLD_WORKBOOK_MAGIC, ZIP_MAGIC, RowWatcher, Source, unpacked
from qs.tabular.rows import RawRows, sound_table
from qs.tabular.terms import MAX_ROWS, Encoding, ProblemList, Reading, Table
from qs.tabular.text import decoded, has_unwanted
from qs.tabular.workbook import workbook_rows


def read_table(
    source: Source,
    *,
    file_name: str,
    encoding: Encoding | None = None,
    sheet: str | None = None,
    max_rows: int = MAX_ROWS,
    may_be_empty: bool = False,
) -> Table:
    """The whole file as columns of text. Raises InvalidInput with every problem, EncodingUnknown with candidates."""
    reading = scan_table(
        source, file_name=file_name, encoding=encoding, sheet=sheet, max_rows=max_rows, may_be_empty=may_be_empty
    )
    if reading.problem_count:
        raise InvalidInput(problems=reading.problems, problem_count=reading.problem_count)
    return reading.table


def scan_table(
    source: Source,
    *,
    file_name: str,
    encoding: Encoding | None = None,
    sheet: str | None = None,
    max_rows: int = MAX_ROWS,
    may_be_empty: bool = False,
) -> Reading:
    """The sound rows of a CSV or XLSX file (also gzipped), and what is wrong with the others.

    A header without rows is refused unless the table `may_be_empty`, as one sheet among several may.
    Raises InvalidInput for what spoils the file as a whole: no table, no rows, too large, a faulty header.
    """
    problems = ProblemList()
    rows = raw_rows(source, encoding, sheet, max_rows, problems)
    table, refused = sound_table(rows, problems, file_name=file_name, may_be_empty=may_be_empty)
    return Reading(table, tuple(problems.listed), problems.count, refused, rows.is_complete)


def raw_rows(
    source: Source, encoding: Encoding | None, sheet: str | None, max_rows: int, problems: ProblemList
) -> RawRows:
    content = unpacked(source, RowWatcher(max_rows))
    if content.startswith(OLD_WORKBOOK_MAGIC):
        raise InvalidInput("file_old_workbook")
    if content.startswith(ZIP_MAGIC):
        return workbook_rows(content, sheet, max_rows, problems)
    if not content or content.isspace():
        raise InvalidInput("file_empty")
    text, used = decoded(content, encoding)
    return delimited_rows(text, used, max_rows, problems, is_suspicious=has_unwanted(text))
