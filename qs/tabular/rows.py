"""From raw rows to a table: the header, the width of each row, and the letters in each cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qs.errors import InvalidInput
from qs.tabular.terms import MAX_CELL_CHARACTERS, MAX_COLUMNS, Encoding, ProblemList, Table
from qs.tabular.text import LOST_LETTER, UNWANTED

LETTERS = 26


@dataclass(frozen=True)
class RawRows:
    """Rows as they stand in the file, the header first; `numbers` are their spreadsheet rows.

    `refused` are rows already found faulty, by spreadsheet row.
    """

    rows: list[list[str]]
    numbers: Sequence[int]
    is_suspicious: bool  # cells may hold unwanted characters and must be looked at
    refused: dict[int, list[str]]
    encoding: Encoding | None = None
    delimiter: str | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    is_complete: bool = True  # false when reading stopped before the end


def sound_table(
    raw: RawRows, problems: ProblemList, *, file_name: str, may_be_empty: bool = False
) -> tuple[Table, dict[int, list[str]]]:
    """The table of sound rows, and the refused rows by spreadsheet row.

    Raises InvalidInput when the header is faulty, or no row stands below it and the table may not be empty.
    """
    filled = [(number, row) for number, row in zip(raw.numbers, raw.rows, strict=True) if any(row)]
    if not filled:
        raise InvalidInput("file_empty")
    header = checked_header(filled[0][1], filled[0][0])
    if len(filled) == 1 and not (may_be_empty or raw.refused or problems.count):
        raise InvalidInput("file_header_only")
    refused = dict(raw.refused)
    kept = [
        (number, row) for number, row in filled[1:] if number not in refused and fits(row, number, header, problems)
    ]
    refused |= {number: row for number, row in filled[1:] if len(row) != len(header)}
    numbers = [number for number, _ in kept]
    columns = [list(cells) for cells in zip(*(row for _, row in kept), strict=True)] or [[] for _ in header]
    faulty: set[int] = set()
    for name, cells in zip(header, columns, strict=True):
        faulty |= faulty_cells(name, cells, numbers, problems, is_suspicious=raw.is_suspicious)
    if faulty:
        refused |= {numbers[position]: kept[position][1] for position in faulty}
        sound = [position for position in range(len(numbers)) if position not in faulty]
        numbers = [numbers[position] for position in sound]
        columns = [[cells[position] for position in sound] for cells in columns]
    table = Table(
        file_name=file_name,
        header=header,
        columns=dict(zip(header, columns, strict=True)),
        row_numbers=numbers,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        sheet=raw.sheet,
        sheets=raw.sheets,
    )
    return table, refused


def checked_header(cells: Sequence[str], row: int) -> tuple[str, ...]:
    """The column names, trimmed. Raises InvalidInput naming each empty, repeated, faulty or superfluous one."""
    if len(cells) > MAX_COLUMNS:
        raise InvalidInput("too_many_columns", count=len(cells), limit=MAX_COLUMNS)
    problems = ProblemList()
    names = [cell.strip() for cell in cells]
    for position, name in enumerate(names):
        letter = column_letter(position)
        if not name:
            problems.add("header_empty", row=row, column=letter)
        elif name in names[:position]:
            problems.add("header_repeated", row=row, column=letter, name=name)
        elif found := UNWANTED.search(name):
            problems.add("control_character", row=row, column=letter, character=code_point(found.group()))
    problems.check()
    return tuple(names)


def fits(row: Sequence[str], number: int, header: Sequence[str], problems: ProblemList) -> bool:
    """Whether the row is as wide as the header; where not, the first missing or superfluous cell is named."""
    if len(row) == len(header):
        return True
    expected, found = len(header), len(row)
    if found < expected:
        problems.add("cells_missing", row=number, column=header[found], expected=expected, found=found)
    else:
        problems.add("cells_extra", row=number, column=column_letter(expected), expected=expected, found=found)
    return False


def faulty_cells(
    name: str, cells: Sequence[str], numbers: Sequence[int], problems: ProblemList, *, is_suspicious: bool
) -> set[int]:
    """Positions of cells that are too long or hold unwanted characters."""
    faulty = set()
    if max(map(len, cells), default=0) > MAX_CELL_CHARACTERS:
        for position, cell in enumerate(cells):
            if len(cell) > MAX_CELL_CHARACTERS:
                facts = {"found": len(cell), "limit": MAX_CELL_CHARACTERS}
                problems.add("cell_too_long", row=numbers[position], column=name, **facts)
                faulty.add(position)
    if is_suspicious:
        for position, cell in enumerate(cells):
            if found := UNWANTED.search(cell):
                add_character(problems, found, row=numbers[position], column=name)
                faulty.add(position)
    return faulty


def add_character(problems: ProblemList, found: re.Match[str], *, row: int, column: str) -> None:
    code = "broken_character" if found.group() == LOST_LETTER else "control_character"
    problems.add(code, row=row, column=column, character=code_point(found.group()))


def code_point(character: str) -> str:
    return f"U+{ord(character):04X}"


def column_letter(position: int) -> str:
    """The spreadsheet name of a column: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, remainder = divmod(position - 1, LETTERS)
        letters = chr(ord("A") + remainder) + letters
    return letters
