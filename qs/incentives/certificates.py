"""The certificate of a published reward as a document, in Chinese or English."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from qs.i18n import day, pick
from qs.i18n import gettext as _
from qs.incentives.details import ProposalDetail
from qs.incentives.terms import Consequence
from qs.incentives.wording import LABELS
from qs.periods import local_day
from qs.settings import settings

FONT, CHINESE_FONT = "Times New Roman", "FangSong"


def certificate(shown: ProposalDetail) -> bytes:
    """A DOCX in the language of the run. Raises ValueError for a proposal without a certificate number."""
    if shown.certificate is None or shown.concluded_at is None:
        raise ValueError("only a published reward has a certificate")
    issued: date = local_day(shown.concluded_at, settings().zone)
    document = Document()
    office = pick(settings().office_name, settings().office_name_en)
    line(document.add_paragraph(), office, size=16, is_bold=True)
    line(document.add_paragraph(), _(LABELS[Consequence][shown.consequence]), size=30, is_bold=True)
    line(document.add_paragraph(), _("Certificate {number}").format(number=shown.certificate), size=12)
    body = _(
        "On the frozen figures of {period}, after public notice and without an objection being upheld, {service} "
        "({department}) is given this: {consequence}."
    ).format(
        period=_("Q{quarter} {year}").format(year=shown.period[:4], quarter=shown.period[5]),
        service=pick(shown.service, shown.service_en),
        department=pick(shown.department, shown.department_en),
        consequence=_(LABELS[Consequence][shown.consequence]),
    )
    line(document.add_paragraph(), body, size=14, is_centred=False)
    line(
        document.add_paragraph(),
        _("This is praise by the office; it is not a statutory honour."),
        size=10,
        is_centred=False,
    )
    line(document.add_paragraph(), day(issued), size=14)
    line(document.add_paragraph(), _("Fingerprint of the figures: {hash}").format(hash=shown.period_sha256), size=8)
    kept = BytesIO()
    document.save(kept)
    return kept.getvalue()


def line(paragraph: Paragraph, text: str, *, size: int, is_bold: bool = False, is_centred: bool = True) -> None:
    run = paragraph.add_run(text)
    run.bold, run.font.size, run.font.name = is_bold, Pt(size), FONT
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), CHINESE_FONT)
    if is_centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
