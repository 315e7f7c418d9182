"""Files from anywhere: read whole, or refused with row, column and cure."""

from __future__ import annotations

import gzip
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qs.errors import InvalidInput, Problem
from qs.sentences import error_sentence, problem_sentence
from qs.tabular import EncodingUnknown, encoding_candidates, read_table, scan_table
from qs.tabular.cells import days, moments, numbers, whole_numbers
from qs.tabular.rows import column_letter
from qs.tabular.terms import ERRORS, Encoding

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
SHANGHAI = ZoneInfo("Asia/Shanghai")


def table(data: bytes | str, **options):
    return read_table(data.encode() if isinstance(data, str) else data, file_name="figures.csv", **options)


def refusal(data: bytes | str, **options) -> InvalidInput:
    with pytest.raises(InvalidInput) as refused:
        table(data, **options)
    assert error_sentence(refused.value)
    return refused.value


def only_problem(data: bytes | str, **options) -> Problem:
    problems = refusal(data, **options).problems
    assert len(problems) == 1
    assert "Row" in problem_sentence(problems[0])
    return problems[0]


def workbook(rows: list[list[object]], **sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for name, others in sheets.items():
        sheet = book.create_sheet(name)
        for row in others:
            sheet.append(row)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_plain_file_becomes_columns_of_text_with_spreadsheet_rows():
    read = table("a,b\n1,王芳\n2,\n")
    assert read.header == ("a", "b")
    assert read.columns == {"a": ["1", "2"], "b": ["王芳", ""]}
    assert list(read.row_numbers) == [2, 3]


def test_a_mark_and_windows_line_ends_make_no_difference():
    assert table(b"\xef\xbb\xbfa,b\r\n1,2\r\n").columns == {"a": ["1"], "b": ["2"]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_separator_is_seen_in_the_header(delimiter):
    read = table(delimiter.join("abc") + "\n" + delimiter.join("123"))
    assert (read.delimiter, read.columns["c"]) == (delimiter, ["3"])


def test_a_separator_inside_quotation_marks_does_not_count():
    assert table('"a;b;c",d\n1,2\n').header == ("a;b;c", "d")


def test_quoted_cells_may_hold_separators_and_line_breaks():
    read = table('a,b\n"1,5","x\ny"\n3,4\n')
    assert read.columns == {"a": ["1,5", "3"], "b": ["x\ny", "4"]}
    assert list(read.row_numbers) == [2, 3]


def test_empty_lines_are_no_rows_but_count_as_spreadsheet_rows():
    assert list(table("a,b\n\n1,2\n,\n3,4\n\n").row_numbers) == [3, 5]


def test_letters_are_composed():
    assert table("a\ne\u0301\n").columns["a"] == ["é"]


def test_a_gzipped_file_is_unpacked(tmp_path):
    path = tmp_path / "figures.csv.gz"
    path.write_bytes(gzip.compress(b"a\n1\n"))
    assert read_table(path, file_name=path.name).columns == {"a": ["1"]}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"\n \n", "file_empty"),
        (b",,\n", "file_empty"),
        (b"a,b\n", "file_header_only"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\x81\x8d\x00", "file_not_a_table"),
        (b"PK\x03\x04 not a workbook", "file_damaged"),
        (b"\x1f\x8b not packed", "file_damaged"),
        (gzip.compress(b"a\n1\n", mtime=0)[:-6], "file_damaged"),
        (b"\xd0\xcf\x11\xe0 old", "file_old_workbook"),
        (gzip.compress(b"a" * 40_000_000, mtime=0), "file_packed_too_tightly"),
    ],
)
def test_a_file_that_is_no_table_is_refused_whole(data, code):
    assert refusal(data).reason == code


def test_a_header_names_each_empty_and_each_repeated_column():
    problems = refusal("a,,b,a\n1,2,3,4\n").problems
    assert [(problem.code, problem.row, problem.column) for problem in problems] == [
        ("header_empty", 1, "B"),
        ("header_repeated", 1, "D"),
    ]


def test_missing_and_extra_cells_name_row_and_column():
    problems = refusal("a,b\n1\n1,2,3\n").problems
    assert [(problem.code, problem.row, problem.column) for problem in problems] == [
        ("cells_missing", 2, "b"),
        ("cells_extra", 3, "C"),
    ]


def test_one_cell_too_many_on_every_row_does_not_shift_the_columns():
    assert refusal("a,b\n1,2,3\n4,5,6\n").problem_count == 2


@pytest.mark.parametrize(
    ("data", "code", "row", "column"),
    [
        (b"a,b\n1,x\x00\n", "control_character", 2, "b"),
        (b"a,b\n1,2\n3,x\x07\n", "control_character", 3, "b"),
        ("a,b\n\u202e1,2\n".encode(), "control_character", 2, "a"),
        ("a,b\n1,\ufffd\n".encode(), "broken_character", 2, "b"),
        (b'a,b\n1,"2"x\n3,4\n', "quotes_broken", 2, None),
        (b'a,b\n1,2\n3,"4\n5,6\n', "quotes_broken", 3, None),
        (b"a,b\n1," + b"x" * 40_000, "cell_too_long", 2, "b"),
    ],
)
def test_a_faulty_cell_is_named_by_row_and_column(data, code, row, column):
    problem = only_problem(data)
    assert (problem.code, problem.row, problem.column) == (code, row, column)


def test_a_scan_keeps_the_sound_rows_and_hands_back_the_others():
    reading = scan_table(b"a,b\n1,2\n3\n5,6\n", file_name="f")
    assert reading.table.columns == {"a": ["1", "5"], "b": ["2", "6"]}
    assert reading.refused == {3: ["3"]}
    assert reading.is_complete


def test_after_a_broken_quotation_mark_a_scan_is_not_complete():
    assert not scan_table(b'a,b\n1,2\n3,"4\n', file_name="f").is_complete


def test_a_thousand_problems_are_listed_and_all_are_counted():
    refused = refusal("a,b\n" + "1\n" * 1500)
    assert (len(refused.problems), refused.problem_count) == (1000, 1500)


def test_too_many_rows_are_refused_with_the_limit():
    assert refusal("a\n1\n2\n3\n", max_rows=2).facts == {"limit": 2}
    assert len(table("a\n1\n2\n\n", max_rows=2)) == 2


def test_ten_million_rows_are_refused_before_they_are_read(tmp_path):
    path = tmp_path / "large.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as target:
        target.write(b"a,b\n")
        for number in range(100):
            target.write(b"%d,2026-01-01\n" % number * 100_000)
    with pytest.raises(InvalidInput) as refused:
        read_table(path, file_name=path.name)
    assert refused.value.reason == "too_many_rows"


class TestEncodings:
    def test_utf_16_with_a_mark_is_read(self):
        assert table("a,b\n中,1\n".encode("utf-16")).columns["a"] == ["中"]

    @pytest.mark.parametrize("encoding", ["gb18030", "gbk", "gb2312"])
    def test_a_chinese_file_that_is_not_utf_8_asks_for_a_choice_with_a_preview(self, encoding):
        with pytest.raises(EncodingUnknown) as unknown:
            table("名称,数\n服务大厅,1\n".encode(encoding))
        assert unknown.value.facts == {"row": 1}
        first = unknown.value.candidates[0]
        assert (first.encoding, first.sample_rows) == (Encoding.GB18030, ("名称,数", "服务大厅,1"))

    def test_the_chosen_encoding_is_used(self):
        assert table("名称\n大厅\n".encode("gb18030"), encoding=Encoding.GB18030).columns == {"名称": ["大厅"]}

    def test_a_wrong_choice_names_the_row(self):
        refused = refusal("a\nb\n中\n".encode("gb18030"), encoding=Encoding.UTF_8)
        assert refused.facts == {"encoding": "utf-8", "row": 3}

    def test_utf_16_without_a_mark_is_offered(self):
        with pytest.raises(EncodingUnknown) as unknown:
            table("a,b\n中,1\n".encode("utf-16-le"))
        assert Encoding.UTF_16_LE in [candidate.encoding for candidate in unknown.value.candidates]

    def test_the_preview_shows_the_rows_that_tell_encodings_apart(self):
        data = ("a\n" + "plain\n" * 50 + "大厅\n").encode("gb18030")
        assert "大厅" in encoding_candidates(data)[0].sample_rows


class TestWorkbooks:
    def test_cells_become_text_dates_iso_and_numbers_plain(self):
        rows = [["d", "t", "n", "w", "b"], [datetime(2026, 1, 2), "x", 1.5, 3.0, True]]  # noqa: DTZ001 - as sheets have it
        assert table(workbook(rows)).row(0) == ["2026-01-02", "x", "1.5", "3", "TRUE"]

    def test_the_first_sheet_is_read_unless_another_is_named(self):
        data = workbook([["a"], [1]], Other=[["b"], [2]])
        assert table(data).header == ("a",)
        assert table(data).sheets == ("Sheet", "Other")
        assert table(data, sheet="Other").columns == {"b": ["2"]}
        assert refusal(data, sheet="None").reason == "sheet_unknown"

    def test_rows_keep_their_place_in_the_sheet(self):
        assert list(table(workbook([[], ["a"], [], [1]])).row_numbers) == [4]

    def test_a_formula_counts_as_it_was_last_computed(self):
        assert table(workbook([["a", "b"], ["=1+1", 2]])).row(0) == ["", "2"]

    @pytest.mark.parametrize(
        ("value", "code"), [("#N/A", "cell_is_error"), (1234567890123456789, "digits_lost"), (1e300, "digits_lost")]
    )
    def test_a_cell_that_cannot_be_trusted_is_named(self, value, code):
        problem = only_problem(workbook([["a", "b"], [1, value]]))
        assert (problem.code, problem.row, problem.column) == (code, 2, "b")

    def test_another_archive_is_no_workbook(self):
        target = BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("word/document.xml", "<x/>")
        assert refusal(target.getvalue()).reason == "file_not_a_table"

    def test_a_workbook_with_xml_definitions_is_refused(self):
        target = BytesIO(workbook([["a"], [1]]))
        with zipfile.ZipFile(target, "a") as archive:
            archive.writestr("xl/evil.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
        assert refusal(target.getvalue()).reason == "file_with_entities"

    def test_a_workbook_that_unpacks_beyond_belief_is_refused(self):
        target = BytesIO(workbook([["a"], [1]]))
        with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/zeros.bin", b"\0" * 40_000_000)
        assert refusal(target.getvalue()).reason == "file_packed_too_tightly"

    def test_too_many_rows_are_refused(self):
        assert refusal(workbook([["a"], [1], [2], [3]]), max_rows=2).reason == "too_many_rows"


class TestCells:
    @pytest.mark.parametrize(
        ("text", "value"), [("1", 1), (" -2.50 ", -2.5), ("1e3", 1000), ("0.1", 0.1), ("12.0", 12)]
    )
    def test_a_number_is_read(self, text, value):
        assert numbers([text]).values.tolist() == [value]

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("NaN", "number_not_finite"),
            ("-inf", "number_not_finite"),
            ("NA", "number_not_finite"),
            ("1e999", "number_not_finite"),
            ("1e16", "number_not_finite"),
            ("1,234", "number_with_separators"),
            ("1 234", "number_with_separators"),
            ("1_000", "number_with_separators"),
            ("3,5", "number_with_separators"),
            ("５", "number_in_other_digits"),
            ("٣", "number_in_other_digits"),
            ("45%", "number_with_percent"),
            ("ten", "not_a_number"),
            ("0x10", "not_a_number"),
            ("--1", "not_a_number"),
            ("1.2.3", "number_with_separators"),
        ],
    )
    def test_what_is_no_number_is_refused_with_its_own_cure(self, text, code):
        fault = numbers([text]).faults[0]
        assert fault.code == code
        assert code in ERRORS
        assert text.strip() in problem_sentence(fault)

    def test_counts_have_no_decimals(self):
        parsed = whole_numbers(["3", "4.0", "4.5", ""])
        assert parsed.values.tolist() == [3, 4, 0, 0]
        assert (list(parsed.faults), parsed.empty.tolist()) == ([2], [False, False, False, True])

    def test_sound_cells_are_neither_empty_nor_faulty(self):
        assert numbers(["1", "", "x"]).sound.tolist() == [True, False, False]

    @pytest.mark.parametrize(
        ("text", "layout", "day"),
        [
            ("2026-11-23", None, "2026-11-23"),
            ("07_2015", "%m_%Y", "2015-07-01"),
            ("2026/1/5", "%Y/%m/%d", "2026-01-05"),
            ("2026年1月5日", "%Y年%m月%d日", "2026-01-05"),
            ("05/01/2026", "%d/%m/%Y", "2026-01-05"),
            ("20260105", "%Y%m%d", "2026-01-05"),
        ],
    )
    def test_a_day_is_read_in_the_stated_format(self, text, layout, day):
        parsed = days([text], now=NOW, zone=SHANGHAI, layout=layout)
        assert str(parsed.values.astype("datetime64[D]")[0]) == day

    @pytest.mark.parametrize(
        ("text", "layout", "code"),
        [
            ("03/04/2026", None, "date_ambiguous"),
            ("3.4.26", None, "date_ambiguous"),
            ("2026/03/04", None, "not_a_date"),
            ("soon", None, "not_a_date"),
            ("2026-02-30", None, "date_impossible"),
            ("2026-11-24", None, "date_in_future"),
            ("1815-06-18", None, "date_too_early"),
            ("２０２６-01-01", None, "not_a_date"),
            ("2026-01-01", "%m_%Y", "date_in_other_format"),
        ],
    )
    def test_what_is_no_certain_past_day_is_refused(self, text, layout, code):
        assert days([text], now=NOW, zone=SHANGHAI, layout=layout).faults[0].code == code

    def test_today_is_the_day_of_the_office(self):
        late = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)  # 01:00 on the 23rd in Shanghai
        assert not days(["2026-11-23"], now=late, zone=SHANGHAI).faults

    @pytest.mark.parametrize(
        ("text", "utc"),
        [
            ("2026-11-23T09:30:00+08:00", "2026-11-23T01:30:00"),
            ("2026-11-23T01:30:00Z", "2026-11-23T01:30:00"),
            ("2026-11-23 09:30", "2026-11-23T01:30:00"),
            ("2026-11-23T09:30:00.250+08:00", "2026-11-23T01:30:00.250"),
            ("2026-11-23", "2026-11-22T16:00:00"),
        ],
    )
    def test_a_moment_is_read_with_its_zone_or_on_the_local_clock(self, text, utc):
        value = moments([text], now=NOW, zone=SHANGHAI).values[0]
        assert str(value.astype("datetime64[us]")).startswith(utc)

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("2026-11-23T10:06:00+08:00", "date_in_future"),
            ("9999-12-31T23:59:59-23:59", "date_in_future"),
            ("0001-01-01T00:00:00+23:59", "date_too_early"),
            ("2026-11-23T25:00:00Z", "date_impossible"),
            ("2026-11-23T09:30:00+99:99", "date_impossible"),
            ("09:30", "not_a_moment"),
        ],
    )
    def test_what_is_no_past_moment_is_refused(self, text, code):
        assert moments([text], now=NOW, zone=SHANGHAI).faults[0].code == code

    def test_a_senders_clock_may_run_five_minutes_ahead(self):
        assert not moments(["2026-11-23T10:04:00+08:00"], now=NOW, zone=SHANGHAI).faults

    def test_an_hour_left_out_by_summer_time_does_not_exist(self):
        zone = ZoneInfo("Europe/London")
        assert moments(["2026-03-29 01:30"], now=NOW, zone=zone).faults[0].code == "moment_not_on_the_clock"


@pytest.mark.parametrize(("position", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_called_as_in_a_spreadsheet(position, letters):
    assert column_letter(position) == letters


def is_answered(data: bytes) -> bool:
    """True when the file was read, or refused in words."""
    try:
        read_table(data, file_name="f")
    except InvalidInput as refused:
        return all([error_sentence(refused), *map(problem_sentence, refused.problems)])
    return True


MAGIC = st.sampled_from(
    [b"", b"\x1f\x8b\x08\x00", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xef\xbb\xbf", b"a,b\n"]
)


@given(MAGIC, st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_whatever_the_bytes_the_answer_is_a_table_or_a_refusal(magic, data):
    assert is_answered(magic + data)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
@example('"')
@example('a\n"b\rc')
@settings(max_examples=300, deadline=None)
def test_whatever_the_text_the_answer_is_a_table_or_a_refusal(text):
    assert is_answered(text.encode())


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_a_damaged_workbook_is_refused_or_read(data):
    content = bytearray(SMALL_WORKBOOK)
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert is_answered(bytes(content))


SMALL_WORKBOOK = workbook([["a", "b"], [1, "x"], [2.5, "y"]])


@given(st.text(max_size=30), st.sampled_from([None, "%Y/%m/%d", "%m_%Y"]))
@settings(max_examples=300, deadline=None)
def test_whatever_a_cell_holds_the_parsers_answer_with_a_value_or_a_fault(text, layout):
    for parsed in (
        numbers([text]),
        whole_numbers([text]),
        days([text], now=NOW, zone=SHANGHAI, layout=layout),
        moments([text], now=NOW, zone=SHANGHAI, layout=layout),
    ):
        assert parsed.sound[0] or parsed.empty[0] or parsed.faults[0].code in ERRORS
