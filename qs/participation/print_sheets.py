"""What is printed for a rating point: its QR code as a picture, and a sheet to hang up with the names on it."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import urlencode

import segno
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt

QR_SCALE = 20  # pixels of one module: sharp when printed at 9 cm
QR_WIDTH_CM = 9.0
ASKED = ("您对这次服务满意吗？请扫码评价", "How was our service? Scan to rate")
PROMISED = ("自愿匿名，五个等级随您选；工作人员看不到是谁评的。", "Free and anonymous; staff cannot see who rated.")


def point_address(public_url: str, code: str) -> str:
    """Where the QR code leads: the public rating page with the code of the point."""
    return f"{public_url.rstrip('/')}/rate?{urlencode({'point': code})}"


def qr_picture(address: str) -> bytes:
    """A PNG that survives a scratched sheet: error correction Q mends a quarter of it."""
    kept = BytesIO()
    segno.make(address, error="q").save(kept, kind="png", scale=QR_SCALE, border=4)
    return kept.getvalue()


def point_sheet(address: str, *, service: str, service_en: str, counter: str, counter_en: str, code: str) -> bytes:
    """An A4 sheet (DOCX) in both languages with the QR code and, for those who type, the code in words."""
    sheet = Document()
    section = sheet.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    for text, points, is_bold in ((service, 30, True), (service_en, 16, False), (counter, 20, True)):
        add_line(sheet, text, points, is_bold=is_bold)
    if counter_en != counter:
        add_line(sheet, counter_en, 14)
    place = sheet.add_paragraph()
    place.alignment = WD_ALIGN_PARAGRAPH.CENTER
    place.add_run().add_picture(BytesIO(qr_picture(address)), width=Cm(QR_WIDTH_CM))
    for text, points in zip(ASKED, (22, 14), strict=True):
        add_line(sheet, text, points, is_bold=points > 20)
    add_line(sheet, f"{address.split('?', maxsplit=1)[0]}  ·  {code}", 11)
    for text in PROMISED:
        add_line(sheet, text, 11)
    kept = BytesIO()
    sheet.save(kept)
    return kept.getvalue()


def add_line(sheet: object, text: str, points: int, *, is_bold: bool = False) -> None:
    """One centred line. (python-docx names the type of a document only in a private module.)"""
    paragraph = sheet.add_paragraph()  # type: ignore[attr-defined]  # see above
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(text)
    run.font.size, run.bold = Pt(points), is_bold
