"""The report and the open data say the same as the stored document, in both languages and in every format."""

from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree

import altair as alt
import pytest
from docx import Document as read_word_file

from qs.chart_style import LIGHT
from qs.i18n import Language, use_language
from qs.publication import open_data
from qs.publication.building import build, needed_rows
from qs.publication.charts import part_chart, rate_chart
from qs.publication.document import canonical
from qs.publication.published import figures_in
from qs.publication.report import part_frame, rate_frame, report_of
from qs.publication.report_files import draws_chinese, report_file
from qs.publication.rules import ReportIncomplete, change, check_complete, share_interval
from qs.publication.terms import Change, Format
from tests.publication.samples import sample_document, sample_info, sample_source

CHINESE = re.compile(r"[\u4e00-\u9fff]")
ATOM = {"a": open_data.ATOM}


@pytest.fixture(scope="module")
def document():
    return sample_document()


def in_language(document, wanted):
    use_language(wanted)
    return report_of(document, sha256="b" * 64, info=sample_info())


def expected_texts(report):
    for part in report.sections:
        yield part.title
        yield part.finding
        yield from part.paragraphs
        for grid in part.grids:
            yield grid.title
            for row in grid.rows:
                yield from row


@pytest.mark.parametrize("wanted", list(Language))
def test_the_page_holds_every_section_and_every_row(document, wanted):
    text = report_file(document, wanted, Format.HTML, sha256="b" * 64, info=sample_info()).decode()
    report = in_language(document, wanted)
    plain = ElementTree.fromstring(re.sub(r"<!DOCTYPE[^>]*>|<meta[^>]*>", "", text))
    shown = set("".join(part).strip() for part in [node.itertext() for node in plain.iter()])
    assert [words for words in expected_texts(report) if words.strip() not in shown] == []
    assert len(plain.findall(".//tbody/tr")) == sum(len(grid.rows) for part in report.sections for grid in part.grids)
    assert text.count("<svg") == sum(part.chart is not None for part in report.sections)
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org", "")


@pytest.mark.parametrize("wanted", list(Language))
def test_the_word_file_holds_every_section_and_every_row(document, wanted):
    content = report_file(document, wanted, Format.DOCX, sha256="b" * 64, info=sample_info())
    file = read_word_file(io.BytesIO(content))
    report = in_language(document, wanted)
    shown = {paragraph.text for paragraph in file.paragraphs}
    shown |= {cell.text for table in file.tables for row in table.rows for cell in row.cells}
    assert [words for words in expected_texts(report) if words not in shown] == []
    assert [len(table.rows) - 1 for table in file.tables] == [
        len(grid.rows) for part in report.sections for grid in part.grids if grid.rows
    ]
    assert len(file.inline_shapes) == sum(part.chart is not None for part in report.sections)


def test_the_english_report_holds_no_chinese(document):
    text = report_file(document, Language.EN, Format.HTML, sha256="b" * 64, info=sample_info()).decode()
    assert CHINESE.findall(re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)) == []


def test_pictures_on_this_machine_show_chinese():
    assert draws_chinese()


def test_building_twice_gives_the_same_bytes():
    assert canonical(build(sample_source(5))) == canonical(build(sample_source(5)))


def test_the_language_of_the_run_is_left_alone(document):
    use_language(Language.ZH)
    in_both = build(sample_source()).verdict
    assert CHINESE.search(in_both.zh)
    assert not CHINESE.search(in_both.en)
    assert report_of(document, sha256="").html_language == "zh-CN"


def test_every_csv_agrees_with_the_document_and_the_dictionary(document):
    entries = {entry["name"]: entry for entry in open_data.dictionary(document, sample_info())["tables"]}
    for table in document.tables:
        content = open_data.table_csv(table)
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
        entry = entries[table.code]
        assert content.startswith(b"\xef\xbb\xbf")
        assert entry["sha256"] == open_data.checksum(content)
        assert entry["row_count"] == len(rows) == len(table.rows)
        assert [column["name"] for column in entry["columns"]] == [*(one.code for one in table.columns), "hidden"]
        for stored, written in zip(table.rows, rows, strict=True):
            for name, value in stored.items():
                assert same(value, written[name]), (table.code, name)
            for name in str(stored["hidden"]).split():
                assert written[name] == ""


def same(stored, written):
    if stored is None:
        return written == ""
    if isinstance(stored, int | float):
        return float(written) == pytest.approx(stored)
    return written == stored


def test_what_pages_show_is_what_the_files_hold(document):
    figures = figures_in(document, (sample_info(),), None)
    sectors = {row["code"]: row for row in document.table("sectors").rows}
    assert [rate.share for rate in figures.sectors] == [sectors[rate.code]["share"] for rate in figures.sectors]
    assert [rate.code for rate in figures.headline] == [
        "satisfaction",
        "on_time",
        "negatives_rectified",
        "participation",
    ]
    assert [rate.code for rate in figures.three_rates] == ["response", "resolution", "request_satisfaction"]
    assert [story.service for story in figures.stories] == ["服务0"]
    assert [decision.title_en for decision in figures.role_models] == ["Rule one"]


def test_the_feed_is_atom_with_ids_that_never_change(document):
    for wanted in Language:
        root = ElementTree.fromstring(
            open_data.feed([(sample_info(), document)], base="https://a.example", language=wanted)
        )
        assert root.tag == f"{{{open_data.ATOM}}}feed"
        for name in ("id", "title", "updated"):
            assert root.findtext(f"a:{name}", namespaces=ATOM)
        entry = root.find("a:entry", ATOM)
        assert entry.findtext("a:id", namespaces=ATOM) == "urn:qs:publication:2026Q3"
        assert entry.findtext("a:updated", namespaces=ATOM) == "2026-10-20T02:00:00+00:00"
        assert entry.find("a:link", ATOM).get("href").startswith("https://a.example/reports/2026Q3.")


def test_a_report_with_a_missing_row_is_never_released(document):
    needed = needed_rows(sample_source())
    check_complete(document, needed)
    with pytest.raises(ReportIncomplete) as refusal:
        check_complete(document, {**needed, "sectors": 13})
    assert refusal.value.facts == {"table": "sectors", "rows": 5, "needed": 13}


def test_a_report_with_an_empty_sentence_is_never_released(document):
    empty = document.model_copy(update={"verdict": document.verdict.model_copy(update={"en": " "})})
    with pytest.raises(ReportIncomplete):
        check_complete(empty, {})


def test_a_rate_of_nothing_is_no_rate():
    assert share_interval(0, 0) is None
    assert change(0.9, 0, 0.8, 100) is Change.UNKNOWN
    assert change(0.9, 100, None, None) is Change.UNKNOWN


@pytest.mark.parametrize(("share", "expected"), [(0.95, Change.IMPROVED), (0.905, Change.STEADY), (0.85, Change.WORSE)])
def test_a_change_is_only_called_one_when_it_is_more_than_chance(share, expected):
    assert change(share, 1000, 0.9, 1000) is expected


def test_charts_draw_interval_figures_and_n(document):
    chart = rate_chart(rate_frame(document.table("sectors")), city=0.9, colours=LIGHT).to_dict()
    marks = [layer["mark"]["type"] for layer in chart["layer"]]
    assert marks == ["rule", "rule", "point", "text", "text"]
    tips = {tip["field"] for tip in chart["layer"][2]["encoding"]["tooltip"]}
    assert {"share_text", "interval_text", "n_text"} <= tips
    assert isinstance(part_chart(part_frame(document.table("outcomes")), colours=LIGHT), alt.LayerChart)


@pytest.mark.parametrize("draw", [rate_chart, part_chart])
def test_a_missing_column_is_named(document, draw):
    frame = rate_frame(document.table("sectors"))[["name"]]
    others = {"city": None} if draw is rate_chart else {}
    with pytest.raises(ValueError, match="share"):
        draw(frame, colours=LIGHT, **others)
