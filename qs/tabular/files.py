"""Bytes of a file: plain or packed, with a bound on what comes out before anything is kept."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from qs.errors import InvalidInput
from qs.tabular.terms import MAX_BYTES, MAX_RATIO, RATIO_FREE_BYTES

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
OLD_WORKBOOK_MAGIC = b"\xd0\xcf\x11\xe0"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
CHUNK_BYTES = 1 << 20
MEGABYTE = 1 << 20
SPARE_LINES = 1_000  # empty lines at the end are no rows

Source = bytes | Path
Watcher = Callable[[bytes], None]


def unpacked(source: Source, watch: Watcher | None = None) -> bytes:
    """The content of a plain or gzipped file. `watch` sees each megabyte as it comes and may refuse.

    The content is kept only after a first pass has found it within the limits.
    Raises InvalidInput for a damaged or implausibly large file.
    """
    with refusing_damage():
        for chunk in chunks(source):
            if watch is not None:
                watch(chunk)
        return b"".join(chunks(source))


@contextmanager
def refusing_damage() -> Iterator[None]:
    """Turn what the unpackers raise for broken files into a refusal."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile) as error:
        raise InvalidInput("file_damaged") from error


def chunks(source: Source) -> Iterator[bytes]:
    """The unpacked content in pieces, refused once it passes the limits."""
    packed_size = len(source) if isinstance(source, bytes) else source.stat().st_size
    total = 0
    with opened(source) as raw:
        is_packed = raw.read(2) == GZIP_MAGIC
        raw.seek(0)
        stream = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if is_packed else raw  # a GzipFile reads like a file
        while chunk := stream.read(CHUNK_BYTES):
            total += len(chunk)
            check_size(total, packed_size)
            yield chunk


def opened(source: Source) -> BinaryIO:
    return BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def check_size(total: int, packed_size: int) -> None:
    if total > MAX_BYTES:
        raise InvalidInput("file_too_large", megabytes=MAX_BYTES // MEGABYTE)
    if total > RATIO_FREE_BYTES and total > MAX_RATIO * max(packed_size, 1):
        raise InvalidInput("file_packed_too_tightly", ratio=MAX_RATIO)


class RowWatcher:
    """Counts line ends outside quotation marks as the bytes come by and refuses past the limit."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.lines = 0
        self.inside_quotes = False
        self.is_countable: bool | None = None

    def __call__(self, chunk: bytes) -> None:
        if self.is_countable is None:
            self.is_countable = not chunk.startswith((*UTF_16_MARKS, ZIP_MAGIC))
        if not self.is_countable:
            return
        parts = chunk.split(b'"')
        self.lines += sum(part.count(b"\n") for part in parts[int(self.inside_quotes) :: 2])
        self.inside_quotes ^= (len(parts) - 1) % 2 == 1
        if self.lines > self.limit + SPARE_LINES:
            raise InvalidInput("too_many_rows", limit=self.limit)
