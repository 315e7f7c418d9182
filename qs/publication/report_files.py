"""The report as files: HTML in one piece with drawn charts, and DOCX with headings, tables and pictures."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import vl_convert as vlc
from altair.typing import ChartType
from docx import Document as new_word_file
from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Cell
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image

from qs.chart_style import LIGHT
from qs.i18n import Language, language, use_language
from qs.i18n import gettext as _
from qs.publication.document import Document
from qs.publication.report import Grid, Report, Section, report_of
from qs.publication.terms import Format, ReleaseInfo

TEMPLATES = Path(__file__).parent / "templates"
VEGA_LITE = "6.4"  # what altair writes
PICTURE_SCALE = 2.0
PICTURE_WIDTH = Cm(16)
LATIN_FONT, CHINESE_FONT = "Calibri", "Microsoft YaHei"
OFFICIAL_INK = RGBColor(0x0A, 0x3A, 0x66)
PROBE = ("质", "量")  # two words that look alike only where both are empty boxes
MEDIA_TYPES = {
    Format.HTML: "text/html; charset=utf-8",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def report_file(
    document: Document, wanted: Language, kind: Format, *, sha256: str, info: ReleaseInfo | None = None
) -> bytes:
    """The report of a document in one language and format; the language of the run stays as it was."""
    before = language()
    try:
        use_language(wanted)
        report = report_of(document, sha256=sha256, info=info)
        return html(report) if kind is Format.HTML else docx(report)
    finally:
        use_language(before)


# --- Pictures ---------------------------------------------------------------------------------------------------------


def svg(chart: ChartType) -> str:
    drawn: str = vlc.vegalite_to_svg(chart.to_json(), vl_version=VEGA_LITE)
    return drawn


def png(chart: ChartType) -> bytes:
    drawn: bytes = vlc.vegalite_to_png(chart.to_json(), vl_version=VEGA_LITE, scale=PICTURE_SCALE)
    return drawn


@cache
def draws_chinese() -> bool:
    """Whether pictures on this machine show Chinese: without a font every sign becomes the same empty box."""
    pictures = [np.asarray(Image.open(BytesIO(probe(sign))).convert("L")) for sign in PROBE]
    return not (pictures[0].shape == pictures[1].shape and bool((pictures[0] == pictures[1]).all()))


def probe(sign: str) -> bytes:
    spec = {
        "data": {"values": [{}]},
        "mark": {"type": "text", "text": sign, "fontSize": 40},
        "width": 80,
        "height": 80,
        "config": {"font": LIGHT_FONT},
    }
    drawn: bytes = vlc.vegalite_to_png(spec, vl_version=VEGA_LITE)
    return drawn


LIGHT_FONT = "'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"


# --- HTML -------------------------------------------------------------------------------------------------------------


@cache
def environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def html(report: Report) -> bytes:
    """One file with everything in it: style, charts as SVG, no script, nothing loaded from elsewhere."""
    # The drawings come from our own charts; Vega escapes the names in them.
    pictures = [Markup(svg(part.chart(LIGHT))) if part.chart else "" for part in report.sections]
    template = environment().get_template("report.html.j2")
    return template.render(report=report, pictures=pictures, nothing=_("None in this quarter.")).encode()


# --- DOCX -------------------------------------------------------------------------------------------------------------


def docx(report: Report) -> bytes:
    """The report for word processors: the same sections, sentences and tables as the page."""
    file = new_word_file()
    dress(file, report)
    file.add_paragraph(report.title, style="Subtitle")
    file.add_paragraph(report.verdict, style="Title")
    file.add_paragraph(report.summary)
    file.add_paragraph(f"{report.office} · {report.period} · {report.labels['published']}")
    if report.revision_note:
        file.add_paragraph().add_run(report.revision_note).bold = True
    for part in report.sections:
        add_section(file, part)
    target = BytesIO()
    file.save(target)
    return target.getvalue()


def dress(file: WordFile, report: Report) -> None:
    """Fonts for both scripts, page size, and what the file says of itself."""
    for style in file.styles:
        if isinstance(style, ParagraphStyle):
            style.font.name = LATIN_FONT
            properties = style.element.get_or_add_rPr()
            properties.get_or_add_rFonts().set(qn("w:eastAsia"), CHINESE_FONT)
    for name, size in (("Title", 22), ("Subtitle", 13), ("Heading 1", 15), ("Heading 2", 12), ("Normal", 10.5)):
        style = file.styles[name]
        if isinstance(style, ParagraphStyle):
            style.font.size = Pt(size)
            if name != "Normal":
                style.font.color.rgb = OFFICIAL_INK
    page = file.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin = page.bottom_margin = Cm(2)
    file.core_properties.title = report.title
    file.core_properties.author = report.office
    file.core_properties.language = report.html_language
    file.core_properties.comments = f"SHA-256 {report.sha256}"


def add_section(file: WordFile, part: Section) -> None:
    file.add_heading(part.title, level=1)
    file.add_paragraph(part.finding)
    if part.chart is not None:
        if language() is Language.EN or draws_chinese():
            file.add_picture(BytesIO(png(part.chart(LIGHT))), width=PICTURE_WIDTH)
            file.add_paragraph(part.chart_text, style="Caption")
        else:
            file.add_paragraph(_("The picture was left out: this machine has no font for it. The table says the same."))
    for paragraph in part.paragraphs:
        file.add_paragraph(paragraph)
    for grid in part.grids:
        add_grid(file, grid)


def add_grid(file: WordFile, grid: Grid) -> None:
    file.add_heading(grid.title, level=2)
    if grid.note:
        file.add_paragraph(grid.note, style="Caption")
    if not grid.rows:
        file.add_paragraph(_("None in this quarter."))
        return
    table = file.add_table(rows=1, cols=len(grid.headings), style="Light Grid Accent 1")
    fill(table.rows[0].cells, grid.headings, grid.is_figure, is_bold=True)
    for row in grid.rows:
        fill(table.add_row().cells, row, grid.is_figure)


def fill(
    cells: tuple[_Cell, ...], texts: tuple[str, ...], is_figure: tuple[bool, ...], *, is_bold: bool = False
) -> None:
    for cell, text, at_right in zip(cells, texts, is_figure, strict=True):
        paragraph = cell.paragraphs[0]
        run = paragraph.add_run(text)
        run.font.size, run.bold = Pt(8.5), is_bold
        if at_right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
