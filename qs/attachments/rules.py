"""What a file may be, and how a picture is drawn anew so that nothing hidden in it is kept."""

from __future__ import annotations

import zipfile
from io import BytesIO

from PIL import Image, ImageOps

from qs.attachments.terms import LARGEST_BYTES, LONGEST_SIDE_PIXELS, MOST_PIXELS, MediaType, Upload
from qs.errors import InvalidInput

MOST_UNPACKED_BYTES = 200 * 1024 * 1024
NAME_LENGTH = 200
MAGIC = {b"%PDF-": MediaType.PDF, b"\x89PNG\r\n\x1a\n": MediaType.PNG, b"\xff\xd8\xff": MediaType.JPEG}
OFFICE_PARTS = {"word/document.xml": MediaType.DOCX, "xl/workbook.xml": MediaType.XLSX}


def media_type(upload: Upload) -> MediaType:
    """What the content is. Raises InvalidInput for anything not on the list, whatever its name says."""
    if not upload.content:
        raise InvalidInput("file_empty", file=shown_name(upload))
    if len(upload.content) > LARGEST_BYTES:
        raise InvalidInput("file_too_large", file=shown_name(upload), megabytes=LARGEST_BYTES // 1024**2)
    for magic, found in MAGIC.items():
        if upload.content.startswith(magic):
            return found
    if upload.content.startswith(b"PK\x03\x04"):
        return office_type(upload)
    raise InvalidInput("file_kind_refused", file=shown_name(upload))


def office_type(upload: Upload) -> MediaType:
    try:
        with zipfile.ZipFile(BytesIO(upload.content)) as parts:
            names = set(parts.namelist())
            unpacked = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile as error:
        raise InvalidInput("file_kind_refused", file=shown_name(upload)) from error
    has_macros = any(name.endswith("vbaProject.bin") for name in names)
    for part, found in OFFICE_PARTS.items():
        if part in names and not has_macros and unpacked <= MOST_UNPACKED_BYTES:
            return found
    raise InvalidInput("file_kind_refused", file=shown_name(upload))


def cleaned(upload: Upload, found: MediaType) -> bytes:
    """The content to keep: a picture drawn anew without its hidden data (place, device), other files as they are."""
    if not found.is_image:
        return upload.content
    try:
        with Image.open(BytesIO(upload.content), formats=["PNG", "JPEG"]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise InvalidInput("picture_unreadable", file=shown_name(upload))
            turned = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InvalidInput("picture_unreadable", file=shown_name(upload)) from error
    turned.thumbnail((LONGEST_SIDE_PIXELS, LONGEST_SIDE_PIXELS))
    kept = BytesIO()
    turned.save(kept, format="PNG" if found is MediaType.PNG else "JPEG", quality=85)
    return kept.getvalue()


def shown_name(upload: Upload) -> str:
    """The last part of the name, without control characters, short enough to keep."""
    last = upload.file_name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(sign for sign in last if sign.isprintable()).strip()
    stem, dot, ending = name.rpartition(".")
    short = f"{stem[: NAME_LENGTH - len(ending) - 1]}{dot}{ending}" if len(name) > NAME_LENGTH else name
    return short[:NAME_LENGTH] or "file"
