"""The words of attachments: files that belong to a record, such as proofs, photos and documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from qs.i18n import N_

LARGEST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE_PIXELS = 2000  # of a kept image
FILES_PER_RECORD = 20


class MediaType(StrEnum):
    """What a file may be; told by its content, never by its name."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    @property
    def is_image(self) -> bool:
        return self in (MediaType.PNG, MediaType.JPEG)


@dataclass(frozen=True)
class Upload:
    """A file as somebody handed it in."""

    file_name: str
    content: bytes


@dataclass(frozen=True)
class KeptFile:
    """A kept file, without its content."""

    file_id: int
    file_name: str
    media_type: MediaType
    byte_count: int
    sha256: str
    kept_at: datetime


LABELS: dict[type[StrEnum], dict[StrEnum, str]] = {
    MediaType: {
        MediaType.PDF: N_("PDF document"),
        MediaType.PNG: N_("Picture (PNG)"),
        MediaType.JPEG: N_("Picture (JPEG)"),
        MediaType.DOCX: N_("Word document"),
        MediaType.XLSX: N_("Excel workbook"),
    },
}
ERRORS: dict[str, str] = {
    "file_empty": N_("“{file}” is empty. Choose the file again."),
    "file_too_large": N_("“{file}” is larger than {megabytes} MB. Make it smaller, then choose it again."),
    "file_kind_refused": N_("“{file}” is none of PDF, PNG, JPEG, Word and Excel. Save it as one of these."),
    "picture_unreadable": N_("“{file}” cannot be read as a picture. Take or save it again."),
    "files_too_many": N_("A record takes at most {most} files. Leave out those that prove nothing."),
    "attachment_unknown": N_("There is no such file, or it is outside your responsibility."),
}
ACTIONS: dict[str, str] = {}  # files are kept by the acts of other rooms, which leave the trace
OBJECTS: dict[str, str] = {}
FACTS: dict[str, str] = {"files": N_("files")}
WAITING: dict[str, tuple[str, str]] = {}
