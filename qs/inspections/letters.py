"""The opinion letter of an inspection (督导意见书) as a Word document, in Chinese or English."""

from __future__ import annotations

from io import BytesIO

from docx import Document
from docx.document import Document as WordFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from qs.i18n import Language, day, language, moment, number, percent, pick, use_language
from qs.i18n import gettext as _
from qs.inspections.details import InspectionDetail, ItemDetail
from qs.inspections.terms import LABELS, Grade, InspectionType, Judgement, Verdict
from qs.periods import local_day
from qs.settings import settings

FONT, CHINESE_FONT = "Times New Roman", "FangSong"
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 18, 12, 10


def letter_number(shown: InspectionDetail) -> str:
    """What the letter is called, in the language of the run; empty before there is one."""
    if shown.letter_year is None or shown.letter_number is None:
        return ""
    return _("Opinion letter {year} No. {number}").format(year=str(shown.letter_year), number=shown.letter_number)


def opinion_letter(shown: InspectionDetail, wanted: Language) -> bytes:
    """The letter as DOCX in the language asked for. Raises ValueError for an inspection that is not concluded."""
    if shown.concluded_at is None:
        raise ValueError("only a concluded inspection has a letter")
    before = language()
    try:
        use_language(wanted)
        document = written(shown)
    finally:
        use_language(before)
    kept = BytesIO()
    document.save(kept)
    return kept.getvalue()


def written(shown: InspectionDetail) -> WordFile:
    document = Document()
    office = pick(settings().office_name, settings().office_name_en)
    line(document.add_paragraph(), office, size=TITLE_SIZE, is_bold=True, is_centred=True)
    line(document.add_paragraph(), letter_number(shown), size=TEXT_SIZE, is_centred=True)
    addressee = _("To {provider}: {service}").format(
        provider=pick(shown.provider, shown.provider_en), service=pick(shown.service, shown.service_en)
    )
    line(document.add_paragraph(), addressee, is_bold=True)
    for text in introduction(shown):
        line(document.add_paragraph(), text)
    heading(document, _("Result"))
    line(document.add_paragraph(), result_words(shown))
    line(document.add_paragraph(), pick(shown.opinion, shown.opinion_en))
    heading(document, _("Findings, defence and decision"))
    if not shown.findings:
        line(document.add_paragraph(), _("No finding."))
    for place, item in enumerate(shown.findings, start=1):
        add_finding(document, place, item)
    heading(document, _("Checklist"))
    add_checklist(document, shown)
    last = document.add_paragraph()
    line(last, f"{office}  {concluded_on(shown)}")
    last.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return document


def introduction(shown: InspectionDetail) -> list[str]:
    """What was inspected, when, by whom, and how they were drawn."""
    names = _(", ").join(pick(seat.name, seat.name_en) for seat in shown.inspectors)
    return [
        _("{type} {number}, begun on {moment}. Inspectors: {names}.").format(
            type=_(LABELS[InspectionType][shown.type]),
            number=shown.number,
            moment=moment(shown.begun_at) if shown.begun_at is not None else "—",
            names=names,
        ),
        _("The inspectors were drawn from {n} people by the seed {seed}, so that the draw can be repeated.").format(
            n=number(len(shown.pool)), seed=shown.seed
        ),
    ]


def result_words(shown: InspectionDetail) -> str:
    """Grade, counts and score in one sentence."""
    if shown.grade is None or shown.score is None:
        return _("No item of the checklist applied, so no grade is given.")
    words = _("Grade: {grade}. {conform} of {items} items conform; score by weight {score}.").format(
        grade=_(LABELS[Grade][shown.grade]),
        conform=number(shown.conform_count or 0),
        items=number(shown.item_count or 0),
        score=percent(shown.score),
    )
    capped = _("A major finding on safety leaves no better grade.")
    return f"{words} {capped}" if shown.is_capped else words


def add_finding(document: WordFile, place: int, item: ItemDetail) -> None:
    judgement = _(LABELS[Judgement][item.judgement]) if item.judgement is not None else ""
    title = _("{place}. {title} ({code}) · {judgement}").format(
        place=place, title=pick(item.title, item.title_en), code=item.code, judgement=judgement
    )
    line(document.add_paragraph(), title, is_bold=True)
    line(document.add_paragraph(), _("Seen: {text}").format(text=item.note))
    said = item.defence or _("no defence")
    line(document.add_paragraph(), _("Defence: {text}").format(text=said))
    if item.verdict is not None:
        line(document.add_paragraph(), _("Decision: {text}").format(text=_(LABELS[Verdict][item.verdict])))
    if item.answer:
        line(document.add_paragraph(), _("Answer: {text}").format(text=item.answer))
    if item.demand:
        line(document.add_paragraph(), _("To be put right: {text}").format(text=item.demand))


def add_checklist(document: WordFile, shown: InspectionDetail) -> None:
    table = document.add_table(rows=1, cols=4, style="Light Grid Accent 1")
    for cell, words in zip(table.rows[0].cells, (_("Clause"), _("Title"), _("Weight"), _("Found")), strict=True):
        line(cell.paragraphs[0], words, size=SMALL_SIZE, is_bold=True)
    for item in shown.items:
        found = _(LABELS[Judgement][item.judgement]) if item.judgement is not None else "—"
        if item.verdict is Verdict.WITHDRAWN:
            found = _("{found}, withdrawn").format(found=found)
        texts = (item.code, pick(item.title, item.title_en), number(item.weight, 1), found)
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            line(cell.paragraphs[0], text, size=SMALL_SIZE)


def concluded_on(shown: InspectionDetail) -> str:
    return "" if shown.concluded_at is None else day(local_day(shown.concluded_at, settings().zone))


def heading(document: WordFile, words: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(TEXT_SIZE)
    line(paragraph, words, size=TEXT_SIZE + 2, is_bold=True)


def line(
    paragraph: Paragraph, text: str, *, size: int = TEXT_SIZE, is_bold: bool = False, is_centred: bool = False
) -> None:
    run = paragraph.add_run(text)
    run.bold, run.font.size, run.font.name = is_bold, Pt(size), FONT
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), CHINESE_FONT)
    if is_centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
