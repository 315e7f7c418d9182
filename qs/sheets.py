"""Tables as files that are safe to open in a spreadsheet: no cell ever becomes a formula."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from io import BytesIO
from numbers import Integral, Real

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from qs.errors import InvalidInput
from qs.settings import settings

# What a spreadsheet reads as the beginning of a formula, behind blanks, byte order marks and zero-width characters.
FORMULA_START = re.compile("[\\s\u200b-\u200f\u2060-\u2064\ufeff]*[=+\\-@＝＋－＠\\t\\r\\n\\0]")
SHEET_ROWS = 1_048_575  # below the header
SHEET_NAME_LENGTH = 31
FORBIDDEN_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\']")
LARGEST_EXACT_NUMBER = 10**15  # a spreadsheet keeps 15 digits; longer numbers are written as text

Frames = pd.DataFrame | Mapping[str, pd.DataFrame]


def inert(text: str) -> str:
    """The text as a cell that no spreadsheet computes: a leading apostrophe where a formula would begin."""
    return f"'{text}" if FORMULA_START.match(text) else text


def safe_csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a byte order mark, as spreadsheets want it; text cells are inert, numbers stay numbers.

    The index is not written; moments appear in the office's time zone; missing values are empty.
    """
    shown = pd.DataFrame({position: shown_column(frame.iloc[:, position]) for position in range(frame.shape[1])})
    shown.columns = pd.Index([inert(str(name)) for name in frame.columns])
    return b"\xef\xbb\xbf" + shown.to_csv(index=False, lineterminator="\r\n").encode()


def shown_column(column: pd.Series) -> pd.Series:
    """The column as it is written: numbers untouched unless infinite, everything else cell by cell."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.replace([math.inf, -math.inf], pd.NA)
    return column.astype(object).map(shown_cell, na_action="ignore")


def shown_cell(value: object) -> object:
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, datetime):
        local = value.astimezone(settings().zone) if value.tzinfo else value
        return f"{local:%Y-%m-%d %H:%M:%S}"
    return value if isinstance(value, Real | date) else inert(str(value))


def xlsx(frames: Frames, *, sheet: str = "QS") -> bytes:
    """A workbook with one sheet for each frame (more when a frame is longer than a sheet), cells typed and inert.

    Raises InvalidInput when a text is longer than a spreadsheet cell can hold.
    """
    named = {sheet: frames} if isinstance(frames, pd.DataFrame) else frames
    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, options) as book:
        heading = book.add_format({"bold": True})
        kinds: dict[type, Format] = {
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        names: list[str] = []
        for title, frame in named.items():
            for start in range(0, max(len(frame), 1), SHEET_ROWS):
                names.append(sheet_name(title, names))
                fill_sheet(book.add_worksheet(names[-1]), frame.iloc[start : start + SHEET_ROWS], heading, kinds)
    return target.getvalue()


def sheet_name(wanted: str, taken: Iterable[str]) -> str:
    """A legal sheet name that no other sheet has, as near to the wanted one as possible."""
    used = {name.casefold() for name in taken}
    clean = FORBIDDEN_IN_SHEET_NAMES.sub(" ", wanted).strip() or "QS"
    name, count = clean[:SHEET_NAME_LENGTH], 1
    while name.casefold() in used:
        count += 1
        suffix = f" {count}"
        name = clean[: SHEET_NAME_LENGTH - len(suffix)] + suffix
    return name


def fill_sheet(target: Worksheet, frame: pd.DataFrame, heading: Format, kinds: Mapping[type, Format]) -> None:
    for column, name in enumerate(frame.columns):
        target.write_string(0, column, inert(str(name)), heading)
        for row, value in enumerate(frame.iloc[:, column].tolist(), start=1):
            if write_cell(target, row, column, value, kinds) != 0:
                raise InvalidInput("cell_too_long_for_sheet", row=row + 1, column=str(name))
    target.freeze_panes(1, 0)
    if len(frame) and frame.shape[1]:
        target.autofilter(0, 0, len(frame), frame.shape[1] - 1)
    target.autofit()


def write_cell(target: Worksheet, row: int, column: int, value: object, kinds: Mapping[type, Format]) -> int:
    """Write one value by its type; 0 when it fitted. Infinite and missing numbers leave the cell empty."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value - value != 0):
        return 0
    if isinstance(value, bool):
        return int(target.write_boolean(row, column, value))
    if isinstance(value, Integral) and abs(int(value)) >= LARGEST_EXACT_NUMBER:
        return int(target.write_string(row, column, str(value)))
    if isinstance(value, Real):
        return int(target.write_number(row, column, float(value)))
    if isinstance(value, datetime):
        local = value if value.tzinfo is None else value.astimezone(settings().zone).replace(tzinfo=None)
        return int(target.write_datetime(row, column, local, kinds[datetime]))
    if isinstance(value, date):
        return int(target.write_datetime(row, column, value, kinds[date]))
    return int(target.write_string(row, column, inert(str(value))))
