"""The words of reading files: a table of text cells, the limits, and every way in which a file can be wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from qs.errors import Fact, InvalidInput, Problem
from qs.i18n import N_

MAX_ROWS = 2_000_000
MAX_COLUMNS = 500
MAX_CELL_CHARACTERS = 32_767  # what a spreadsheet cell holds
MAX_BYTES = 512 * 1024 * 1024  # after unpacking
MAX_RATIO = 200  # unpacked to packed, beyond RATIO_FREE_BYTES
RATIO_FREE_BYTES = 16 * 1024 * 1024
MAX_LISTED_PROBLEMS = 1_000


class Encoding(StrEnum):
    """How a file's bytes become letters; all but the first two only on a person's choice."""

    UTF_8 = "utf-8"
    UTF_16 = "utf-16"  # with a byte order mark
    GB18030 = "gb18030"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    WINDOWS_1252 = "cp1252"


@dataclass(frozen=True)
class Candidate:
    """A way to read the file, and its first lines read in that way, for a person to judge."""

    encoding: Encoding
    sample_rows: tuple[str, ...]


class EncodingUnknown(InvalidInput):
    """The bytes are not UTF-8: a person must look at the candidates and choose."""

    code = "encoding_unknown"

    def __init__(self, *, candidates: Sequence[Candidate], row: int) -> None:
        super().__init__(row=row)
        self.candidates = tuple(candidates)


@dataclass(frozen=True)
class Table:
    """Columns of text cells in file order; `row_numbers` are spreadsheet rows, the header's row is usually 1."""

    file_name: str
    header: tuple[str, ...]
    columns: Mapping[str, list[str]]
    row_numbers: Sequence[int]
    encoding: Encoding | None = None  # empty for a workbook
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.row_numbers)

    def row(self, position: int) -> list[str]:
        return [self.columns[name][position] for name in self.header]


@dataclass(frozen=True)
class Reading:
    """What a file holds: the sound rows as a table, and the refused rows (spreadsheet row -> cells) with reasons."""

    table: Table
    problems: tuple[Problem, ...] = ()
    problem_count: int = 0
    refused: Mapping[int, list[str]] = field(default_factory=dict)
    is_complete: bool = True  # false when reading stopped before the end


class ProblemList:
    """Collects problems: lists the first thousand, counts them all, knows which rows they stand in."""

    def __init__(self) -> None:
        self.listed: list[Problem] = []
        self.count = 0
        self.rows: set[int] = set()

    def add(self, code: str, *, row: int | None = None, column: str | None = None, **facts: Fact) -> None:
        self.put(Problem(code, row, column, facts))

    def put(self, problem: Problem) -> None:
        self.count += 1
        if problem.row is not None:
            self.rows.add(problem.row)
        if len(self.listed) < MAX_LISTED_PROBLEMS:
            self.listed.append(problem)

    def check(self, code: str | None = None, /, **facts: Fact) -> None:
        """Raise InvalidInput when anything was collected."""
        if self.count:
            raise InvalidInput(code, problems=self.listed, problem_count=self.count, **facts)


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    Encoding: {
        Encoding.UTF_8: N_("UTF-8"),
        Encoding.UTF_16: N_("UTF-16"),
        Encoding.GB18030: N_("GB18030 (simplified Chinese, also GBK and GB2312)"),
        Encoding.UTF_16_LE: N_("UTF-16 without a mark, low byte first"),
        Encoding.UTF_16_BE: N_("UTF-16 without a mark, high byte first"),
        Encoding.WINDOWS_1252: N_("Windows-1252 (western European)"),
    },
}

ERRORS: dict[str, str] = {
    "encoding_unknown": N_(
        "The file is not in UTF-8 (first seen in row {row}). Look at the preview and choose the encoding "
        "in which the text reads right."
    ),
    "encoding_wrong": N_("The file cannot be read as {encoding} (first seen in row {row}). Choose another encoding."),
    "file_empty": N_("The file is empty. Choose the file that holds the data."),
    "file_header_only": N_("The file has a header but no rows below it. Export it again with its data."),
    "file_not_a_table": N_(
        "This is not a table this system reads. Save it as CSV (UTF-8) or as XLSX, also inside .gz."
    ),
    "file_old_workbook": N_(
        "This is an old (.xls) or password-protected workbook. Save it as XLSX without a password."
    ),
    "file_damaged": N_("The file is damaged or cut off. Export or copy it again."),
    "file_too_large": N_("The file holds more than {megabytes} MB of text. Split it into smaller files."),
    "file_packed_too_tightly": N_(
        "The file unpacks to more than {ratio} times its size, which is not credible for data. Send it unpacked."
    ),
    "file_with_entities": N_("The workbook holds XML definitions that no spreadsheet writes. Save it again as XLSX."),
    "too_many_rows": N_("The file has more than {limit} rows, the most that are taken at once. Split it by period."),
    "too_many_columns": N_("The file has {count} columns; at most {limit} are taken. Remove the columns not needed."),
    "sheet_unknown": N_("The workbook has no sheet “{sheet}”. Choose one of its sheets."),
    "header_empty": N_("This column has no name. Give every column a name in the header row."),
    "header_repeated": N_("Two columns are called “{name}”. Give every column its own name."),
    "header_missing": N_("The column “{name}” is missing from the header. Add it, or choose the feed this file fits."),
    "cells_missing": N_(
        "The row has {found} cells, the header {expected}. Fill in the missing cells (they may be empty)."
    ),
    "cells_extra": N_(
        "The row has {found} cells, the header {expected}. Remove the extra cells, or put text that holds the "
        "separator in quotation marks."
    ),
    "quotes_broken": N_(
        "A quotation mark is not closed or stands inside a text. Double it inside quoted text, close it at the end. "
        "Rows from here on were not read."
    ),
    "cell_too_long": N_("The cell holds {found} characters; at most {limit} are taken. Shorten it."),
    "control_character": N_("The cell holds an invisible control character ({character}). Remove it."),
    "broken_character": N_(
        "The cell holds a character that was lost when the file was saved ({character}). Export it again."
    ),
    "cell_is_error": N_("The cell shows the error {value}. Mend the formula or leave the cell empty."),
    "cell_kind_unknown": N_("The cell holds a duration or time of day. Write it as text or as a number."),
    "digits_lost": N_("The number has more than 15 digits, and a spreadsheet changes the rest. Store it as text."),
    "cell_empty": N_("The cell is empty, and a value is needed here."),
    "not_a_number": N_("“{value}” is not a number. Write digits with a point for decimals, such as 12.5."),
    "number_with_separators": N_("“{value}” has separators or a decimal comma. Write it plainly, such as 1234.5."),
    "number_with_percent": N_("“{value}” has a percent sign. Write the number alone, in the unit of the column."),
    "number_in_other_digits": N_("“{value}” is not written in the digits 0 to 9. Retype it in half-width digits."),
    "number_not_finite": N_("“{value}” is not a usable number. Leave the cell empty when there is no value."),
    "not_a_whole_number": N_("“{value}” is not a whole number. Counts have no decimals."),
    "not_a_date": N_("“{value}” is not a date. Write it as year-month-day, such as 2026-03-31."),
    "date_impossible": N_("“{value}” is not in the calendar. Correct the day or the month."),
    "date_ambiguous": N_(
        "“{value}” can be read as two different days. Write year-month-day, or name the format of the column in "
        "the feed, such as %d/%m/%Y."
    ),
    "date_in_other_format": N_("“{value}” does not fit the date format {format} of this feed."),
    "date_in_future": N_("“{value}” lies in the future. Correct it: only what has happened is taken."),
    "date_too_early": N_("“{value}” lies before the year 1900. Correct it."),
    "not_a_moment": N_("“{value}” is not a date and time. Write it such as 2026-03-31T14:05:00+08:00."),
    "moment_not_on_the_clock": N_("“{value}” does not exist on the local clock (summer time). Add the time zone."),
    "cell_too_long_for_sheet": N_(
        "Row {row}, column “{column}” is too long for a spreadsheet cell. Download the table as CSV."
    ),
}
