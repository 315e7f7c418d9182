"""Rows of a spreadsheet workbook: values as last computed, dates typed, nothing evaluated."""

from __future__ import annotations

import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from io import BytesIO
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from qs.errors import InvalidInput
from qs.tabular.files import CHUNK_BYTES, check_size
from qs.tabular.rows import RawRows, column_letter
from qs.tabular.terms import ProblemList

ENTRY_LIMIT = 10_000
ENCRYPTED_FLAG = 0x1
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
WORKBOOK_ENTRY = "xl/workbook.xml"
DEFINITION = b"<!DOCTYPE"
DIGITS_KEPT = 10**15
SHEET_ERRORS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"}
)
# What the unpacker and the spreadsheet reader raise for files that are not what they claim to be.
DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    InvalidFileException,
    ParseError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    TypeError,
    ValueError,
)


def workbook_rows(content: bytes, sheet: str | None, max_rows: int, problems: ProblemList) -> RawRows:
    """Rows of one sheet (the first unless named) as text: ISO dates, plain numbers.

    Raises InvalidInput for a workbook that is damaged, locked, implausibly large or has no such sheet.
    """
    try:
        check_archive(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which are not read
            book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
            names = tuple(str(one.title) for one in book.worksheets)
            chosen = names[0] if sheet is None else sheet
            if chosen not in names:
                raise InvalidInput("sheet_unknown", sheet=chosen)
            target = book[chosen]
            target.reset_dimensions()  # the stated size may be a lie
            rows, refused = text_rows(target.iter_rows(values_only=True), max_rows, problems)
    except DAMAGE as error:
        raise InvalidInput("file_damaged") from error
    numbers = [number for number, _ in rows]
    return RawRows([row for _, row in rows], numbers, True, refused, sheet=chosen, sheets=names)


def check_archive(content: bytes) -> None:
    """Refuse what no spreadsheet program writes, before anything is unpacked."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = archive.infolist()
        if WORKBOOK_ENTRY not in archive.namelist():
            raise InvalidInput("file_not_a_table")
        if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
            raise InvalidInput("file_old_workbook")
        if len(entries) > ENTRY_LIMIT or any(entry.compress_type not in COMPRESSIONS for entry in entries):
            raise InvalidInput("file_damaged")
        check_size(sum(entry.file_size for entry in entries), len(content))
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels")):
                check_definitions(archive, entry)


def check_definitions(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    tail = b""
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            if DEFINITION in tail + chunk or b"\0" in chunk:  # UTF-16 would hide a definition
                raise InvalidInput("file_with_entities")
            tail = chunk[-len(DEFINITION) :]


def text_rows(
    values: Iterable[Sequence[object]], max_rows: int, problems: ProblemList
) -> tuple[list[tuple[int, list[str]]], dict[int, list[str]]]:
    """Rows that hold anything with their sheet row, all padded to the header's width, and the faulty ones."""
    rows: list[tuple[int, list[str]]] = []
    refused: dict[int, list[str]] = {}
    width = 0
    for number, cells in enumerate(values, start=1):
        texts = [cell if isinstance(cell, str) else cell_text(cell) for cell in cells]
        while texts and not texts[-1]:
            texts.pop()
        if not texts:
            continue
        width = width or len(texts)
        texts += [""] * (width - len(texts))
        rows.append((number, texts))
        if len(rows) > max_rows + 1:
            raise InvalidInput("too_many_rows", limit=max_rows)
        if fault := row_fault(cells, texts):
            position, code, value = fault
            names = rows[0][1]
            column = names[position] if position < len(names) and len(rows) > 1 else column_letter(position)
            problems.add(code, row=number, column=column, value=value)
            refused[number] = texts
    return rows, refused


def cell_text(value: object) -> str:
    """One typed cell as text: ISO dates, numbers without a needless `.0`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < DIGITS_KEPT:
        return str(int(value))
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(sep="T", timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def row_fault(cells: Sequence[object], texts: Sequence[str]) -> tuple[int, str, str] | None:
    """The first cell of a row that cannot be taken: its position, the code, and what it shows."""
    for position, value in enumerate(cells):
        if value is None or isinstance(value, bool):
            continue
        if isinstance(value, str):
            if value in SHEET_ERRORS:
                return position, "cell_is_error", value
        elif isinstance(value, int | float):
            if abs(value) >= DIGITS_KEPT:
                return position, "digits_lost", texts[position]
        elif not isinstance(value, date):
            return position, "cell_kind_unknown", str(value)
    return None
