"""Files kept with a record are what they are by content, hold nothing hidden, and belong to that record alone."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from PIL import Image

from qs.attachments.actions import keep_files
from qs.attachments.queries import file_content, files_of
from qs.attachments.rules import cleaned, media_type, shown_name
from qs.attachments.terms import FILES_PER_RECORD, LARGEST_BYTES, LONGEST_SIDE_PIXELS, MediaType, Upload
from qs.errors import InvalidInput, NotFound
from tests.world import SUPERVISOR


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **options) -> bytes:
    kept = BytesIO()
    Image.new("RGB", size, "navy").save(kept, format=kind, **options)
    return kept.getvalue()


def office_file(part: str, *more: str) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as parts:
        for name in (part, *more):
            parts.writestr(name, "<x/>")
    return kept.getvalue()


def refused(upload: Upload) -> str:
    with pytest.raises(InvalidInput) as caught:
        media_type(upload)
    return caught.value.reason


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7 ...", MediaType.PDF),
        (picture("PNG"), MediaType.PNG),
        (picture("JPEG"), MediaType.JPEG),
        (office_file("word/document.xml"), MediaType.DOCX),
        (office_file("xl/workbook.xml"), MediaType.XLSX),
    ],
)
def test_a_file_is_what_its_content_says(content, expected):
    assert media_type(Upload("anything.exe", content)) is expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file_empty"),
        (b"<html>", "file_kind_refused"),
        (b"PK\x03\x04 torn", "file_kind_refused"),
        (office_file("hello.txt"), "file_kind_refused"),
        (office_file("word/document.xml", "word/vbaProject.bin"), "file_kind_refused"),
        (b"%PDF-" + b"x" * LARGEST_BYTES, "file_too_large"),
    ],
)
def test_anything_else_is_refused_whatever_its_name(content, reason):
    assert refused(Upload("proof.pdf", content)) == reason


def test_a_kept_picture_holds_no_place_and_no_device():
    hidden = Image.Exif()
    hidden[0x010F] = "Camera of somebody"
    upload = Upload("photo.jpg", picture("JPEG", exif=hidden))
    assert b"Camera" in upload.content
    kept = cleaned(upload, MediaType.JPEG)
    assert b"Camera" not in kept
    with Image.open(BytesIO(kept)) as shown:
        assert dict(shown.getexif()) == {}


def test_a_large_picture_is_made_smaller():
    with Image.open(BytesIO(cleaned(Upload("a.png", picture("PNG", (3000, 1500))), MediaType.PNG))) as shown:
        assert shown.size == (LONGEST_SIDE_PIXELS, LONGEST_SIDE_PIXELS // 2)


def test_a_torn_picture_is_refused():
    with pytest.raises(InvalidInput, match="picture_unreadable"):
        cleaned(Upload("a.jpg", picture("JPEG")[:200]), MediaType.JPEG)


def test_a_name_keeps_its_last_part_and_its_ending():
    assert shown_name(Upload("C:\\fakepath\\证明\x00.pdf", b"")) == "证明.pdf"
    assert shown_name(Upload("/", b"")) == "file"
    long = shown_name(Upload("证" * 300 + ".pdf", b""))
    assert len(long) == 200
    assert long.endswith(".pdf")


def test_files_stay_with_their_record(store, now):
    with store.writing() as session:
        (kept,) = keep_files(session, "request:1", [Upload("a.pdf", b"%PDF-1")], actor=SUPERVISOR, now=now)
    with store.reading() as session:
        (found,) = files_of(session, "request:1", actor=SUPERVISOR)
        assert (found.file_id, found.file_name, found.byte_count) == (kept, "a.pdf", 6)
        assert file_content(session, "request:1", kept, actor=SUPERVISOR) == b"%PDF-1"
        assert files_of(session, "request:2", actor=SUPERVISOR) == []
        with pytest.raises(NotFound, match="attachment_unknown"):
            file_content(session, "request:2", kept, actor=SUPERVISOR)


def test_one_faulty_file_keeps_all_out(store, now):
    uploads = [Upload("a.pdf", b"%PDF-1"), Upload("b.html", b"<html>")]
    with pytest.raises(InvalidInput, match="file_kind_refused"), store.writing() as session:
        keep_files(session, "request:1", uploads, actor=SUPERVISOR, now=now)
    with store.reading() as session:
        assert files_of(session, "request:1", actor=SUPERVISOR) == []


def test_a_record_takes_a_limited_number_of_files(store, now):
    upload = Upload("a.pdf", b"%PDF-1")
    with store.writing() as session:
        keep_files(session, "request:1", [upload] * FILES_PER_RECORD, actor=SUPERVISOR, now=now)
    with pytest.raises(InvalidInput, match="files_too_many"), store.writing() as session:
        keep_files(session, "request:1", [upload], actor=SUPERVISOR, now=now)
