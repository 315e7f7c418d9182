"""From bytes to letters: UTF-8 without being asked, everything else only on a person's word, after a preview."""

from __future__ import annotations

import re
import unicodedata

from qs.errors import InvalidInput
from qs.tabular.files import UTF_16_MARKS, Source, unpacked
from qs.tabular.terms import Candidate, Encoding, EncodingUnknown

UTF_8_MARK = b"\xef\xbb\xbf"
SAMPLE_ROWS = 6
SAMPLE_CHARACTERS = 200
CONTROL_BYTES = bytes(code for code in range(0x20) if code not in b"\t\n\r") + b"\x7f"
# C0 and C1 controls, characters that change the direction of text, noncharacters, tags, and the mark of a lost letter.
UNWANTED = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufffd-\uffff"
    "\U000e0000-\U000e007f]"
)
LOST_LETTER = "\ufffd"
WITHOUT_NULS = (Encoding.GB18030, Encoding.WINDOWS_1252)
WITH_NULS = (Encoding.UTF_16_LE, Encoding.UTF_16_BE)


def decoded(data: bytes, encoding: Encoding | None) -> tuple[str, Encoding]:
    """The text in composed form (NFC) and the encoding used.

    Raises EncodingUnknown with candidates when nothing was chosen and the bytes are not UTF-8,
    InvalidInput when they do not fit the chosen encoding.
    """
    chosen = encoding or evident_encoding(data)
    body = data.removeprefix(UTF_8_MARK) if chosen is Encoding.UTF_8 else data
    try:
        text = body.decode(chosen)
    except UnicodeDecodeError as error:
        row = body.count(b"\n", 0, error.start) + 1
        if encoding is None and chosen is Encoding.UTF_8:
            raise unknown(data, row) from error
        raise InvalidInput("encoding_wrong", encoding=chosen.value, row=row) from error
    if encoding is None and "\0" in text[:SAMPLE_CHARACTERS] and (found := candidates_of(data)):
        raise EncodingUnknown(candidates=found, row=1)
    return (text if text.isascii() else unicodedata.normalize("NFC", text)), chosen


def unknown(data: bytes, row: int) -> InvalidInput:
    """What to say of bytes that are not UTF-8: a choice when some encoding fits, otherwise that it is no table."""
    candidates = candidates_of(data)
    return EncodingUnknown(candidates=candidates, row=row) if candidates else InvalidInput("file_not_a_table")


def evident_encoding(data: bytes) -> Encoding:
    return Encoding.UTF_16 if data.startswith(UTF_16_MARKS) else Encoding.UTF_8


def has_unwanted(text: str) -> bool:
    """True when some cell must be looked at: fast for plain text."""
    if text.isascii():
        raw = text.encode("ascii")
        return len(raw.translate(None, CONTROL_BYTES)) != len(raw)
    return UNWANTED.search(text) is not None


def encoding_candidates(data: Source) -> list[Candidate]:
    """The encodings in which the whole file can be read, each with the first lines that tell them apart."""
    return candidates_of(unpacked(data))


def candidates_of(data: bytes) -> list[Candidate]:
    found = []
    for encoding in (Encoding.UTF_8, Encoding.UTF_16, *(WITH_NULS if b"\0" in data else WITHOUT_NULS)):
        if encoding is Encoding.UTF_16 and not data.startswith(UTF_16_MARKS):
            continue
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue  # not a candidate
        if UNWANTED.search(text.removeprefix("\ufeff")) is None:
            found.append(Candidate(encoding, telling_rows(text)))
    return found


def telling_rows(text: str) -> tuple[str, ...]:
    """The header and the first lines with letters outside ASCII, cut to a readable length."""
    lines = text.removeprefix("\ufeff").splitlines()
    telling = (line for line in lines[1:] if not line.isascii())
    plain = (line for line in lines[1:SAMPLE_ROWS] if line.isascii())
    rows = [*lines[:1], *(line for line, _ in zip(telling, range(SAMPLE_ROWS), strict=False)), *plain]
    return tuple(line[:SAMPLE_CHARACTERS] for line in rows[:SAMPLE_ROWS])
