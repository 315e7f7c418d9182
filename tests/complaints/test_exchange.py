"""Requests as files: what leaves the desk and what never does, what comes in from paper, what a faulty row costs."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pandas as pd
import pytest
import sqlalchemy as sa

from qs.audit.models import AuditEntry
from qs.complaints.exchange import exports, imports
from qs.complaints.exchange.exports import ExportFilter, Part, export_requests
from qs.complaints.exchange.imports import COLUMNS, import_requests, plan_requests
from qs.complaints.models import Request, RequestStep
from qs.complaints.terms import NewContact, RequestChannel, RequestKind, RequestState, Urgency
from qs.errors import InvalidInput, NotAllowed
from qs.i18n import Language, speaking
from qs.sheets import safe_csv, xlsx
from qs.tabular import read_table
from qs.vault.queries import masked
from tests.complaints.desk import at_stage, build_desk, file
from tests.world import STRANGER

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LETTER = {
    "external_id": "L-2026-001",
    "registered_at": "2026-11-20 09:30",
    "kind": "complaint",
    "channel": "letter",
    "title": "公交车不到站",
    "text": "连续三天没有等到车。",
    "service": "S2",
    "name": "王五",
    "phone": "17000005555",
}


@pytest.fixture
def desk(store):
    return build_desk(store)


def table_of(*rows: dict[str, str], columns: tuple[str, ...] | None = None):
    """The rows as somebody would save them: CSV in UTF-8."""
    frame = pd.DataFrame([{**LETTER, **row} for row in rows]).fillna("")
    names = list(columns or [name for name in COLUMNS if name in frame])
    return read_table(safe_csv(frame[names]), file_name="letters.csv")


def planned(store, desk, now, *rows, actor=None, **options):
    with store.reading() as session:
        return plan_requests(session, table_of(*rows, **options), actor=actor or desk.hotline, now=now)


def loaded(store, desk, now, *rows):
    plan = planned(store, desk, now, *rows)
    with store.writing() as session:
        return import_requests(session, plan, actor=desk.hotline, now=now)


def faults(store, desk, now, *rows, **options) -> set[tuple[str, int | None, str | None]]:
    with pytest.raises(InvalidInput) as refused:
        planned(store, desk, now, *rows, **options)
    return {(problem.code, problem.row, problem.column) for problem in refused.value.problems}


def exported(store, now, actor, **wanted):
    with store.writing() as session:
        return export_requests(session, ExportFilter(**wanted), actor=actor, now=now)


def requests(store) -> list[Request]:
    with store.reading() as session:
        return list(session.scalars(sa.select(Request).order_by(Request.id)))


def test_the_list_leaves_with_its_filter_its_time_and_who_took_it(store, desk, now):
    with store.writing() as session:
        file(session, desk, now)
    made = exported(store, now, desk.supervisor, kind=RequestKind.COMPLAINT, first_on=date(2026, 11, 1))
    head = dict(made.head.itertuples(index=False, name=None))
    assert head["Which requests"] == "Open requests · Complaint · registered from 1 Nov 2026"
    assert head["Taken at"] == "23 Nov 2026 10:00"
    assert "boss" in head["Taken by"]
    assert head["Rows"] == "1"
    row = made.rows.iloc[0]
    assert (row["Number"], row["Type"], row["State"]) == ("2026-000001", "Complaint", "To be dispatched")
    assert made.csv().decode("utf-8-sig").splitlines()[1].startswith("Which requests,Open requests")


def test_taking_the_list_away_is_kept_in_the_trail(store, desk, now):
    exported(store, now, desk.supervisor)
    with store.reading() as session:
        entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (entry.action, entry.object) == ("complaints.exported_requests", "requests:export")


def test_no_text_no_place_and_nobody_leaves(store, desk, now):
    with store.writing() as session:
        file(
            session, desk, now, text="我叫张三，住在东街", place="东街 5 号", contact=NewContact("张三", "17000001234")
        )
    made = exported(store, now, desk.supervisor, part=Part.ALL)
    written = made.csv().decode() + str(list(cells_of(made.xlsx())))
    for secret in ("张三", "17000001234", "东街"):
        assert secret not in written


def test_a_title_that_is_withheld_on_the_desk_is_withheld_in_the_file(store, desk, now):
    with store.writing() as session:
        at_stage(session, desk, RequestState.DISPATCHED, now, is_confidential=True, title="举报线索")
    assert "举报线索" in exported(store, now + DAY, desk.supervisor).csv().decode()
    mine = exported(store, now + DAY, desk.leader)
    assert len(mine.rows) == 1
    assert "举报线索" not in mine.csv().decode()


def test_everybody_takes_away_the_own_part_only(store, desk, now):
    with store.writing() as session:
        file(session, desk, now)
        file(session, desk, now, service_id=desk.world.permits)
    assert len(exported(store, now, desk.supervisor).rows) == 2
    assert len(exported(store, now, desk.leader).rows) == 1
    with pytest.raises(NotAllowed):
        exported(store, now, STRANGER)


def test_a_title_never_becomes_a_formula(store, desk, now):
    with store.writing() as session:
        file(session, desk, now, title="=HYPERLINK(1)")
    made = exported(store, now, desk.supervisor)
    assert "'=HYPERLINK(1)" in made.csv().decode()
    cells = list(cells_of(made.xlsx()))
    assert "'=HYPERLINK(1)" in cells


def cells_of(content: bytes):
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                yield cell.value


def test_the_days_of_the_choice_are_local_days(store, desk, now):
    with store.writing() as session:
        file(session, desk, datetime(2026, 11, 20, 15, 59, tzinfo=UTC))  # 23:59 in Shanghai
        file(session, desk, datetime(2026, 11, 20, 16, 1, tzinfo=UTC))  # 00:01 on the 21st
    assert len(exported(store, now, desk.supervisor, first_on=date(2026, 11, 21)).rows) == 1
    assert len(exported(store, now, desk.supervisor, last_on=date(2026, 11, 20)).rows) == 1


def test_open_and_closed_ones_are_told_apart(store, desk, now):
    with store.writing() as session:
        at_stage(session, desk, RequestState.CLOSED, now)
        file(session, desk, now)
    later = now + 2 * DAY
    assert len(exported(store, later, desk.supervisor).rows) == 1
    closed = exported(store, later, desk.supervisor, part=Part.CLOSED)
    assert closed.rows.iloc[0]["Outcome"] == "Resolved"
    assert len(exported(store, later, desk.supervisor, part=Part.ALL).rows) == 2


def test_a_list_that_is_too_long_is_refused(store, desk, now, monkeypatch):
    monkeypatch.setattr(exports, "MOST_EXPORTED", 1)
    with store.writing() as session:
        file(session, desk, now)
        file(session, desk, now)
    with pytest.raises(InvalidInput, match="export_too_long"):
        exported(store, now, desk.supervisor)


def test_an_export_in_chinese_is_all_chinese(store, desk, now):
    with store.writing() as session:
        file(session, desk, now)
    with speaking(Language.ZH):
        made = exported(store, now, desk.supervisor)
    assert made.rows.iloc[0]["类型"] == "投诉"


def test_a_letter_becomes_a_request_whose_time_runs_from_its_day(store, desk, now):
    done = loaded(store, desk, now, {"happened_on": "2026-11-18", "remedy": "补车", "urgency": "utilities"})
    assert (done.new_count, done.known_count) == (1, 0)
    kept = requests(store)[0]
    assert kept.registered_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
    assert kept.due_at < now + 5 * DAY  # five working days from the 20th, not from today
    assert kept.channel is RequestChannel.LETTER
    assert kept.urgency is Urgency.UTILITIES
    assert kept.happened_on == date(2026, 11, 18)
    assert kept.external_id == "L-2026-001"
    with store.reading() as session:
        person = masked(session, [kept.vault_person_id], actor=desk.supervisor)[kept.vault_person_id]
        first = session.scalars(sa.select(RequestStep)).first()
    assert person.phone.endswith("55")
    assert first.at == kept.registered_at


def test_the_same_file_again_registers_nothing(store, desk, now):
    rows = [{}, {"external_id": "L-2026-002"}]
    assert loaded(store, desk, now, *rows).new_count == 2
    again = planned(store, desk, now + HOUR, *rows)
    assert (len(again.rows), again.known_count) == (0, 2)
    done = loaded(store, desk, now + HOUR, *rows, {"external_id": "L-2026-003"})
    assert (done.new_count, done.known_count) == (1, 2)
    assert len(requests(store)) == 3


def test_a_plan_made_before_somebody_else_loaded_the_file_doubles_nothing(store, desk, now):
    plan = planned(store, desk, now, {})
    loaded(store, desk, now, {})
    with store.writing() as session:
        done = import_requests(session, plan, actor=desk.hotline, now=now)
    assert (done.new_count, done.known_count) == (0, 1)
    assert len(requests(store)) == 1


def test_words_of_either_language_do_as_well_as_codes(store, desk, now):
    plan = planned(
        store,
        desk,
        now,
        {"kind": "投诉", "channel": "来信", "is_confidential": "是"},
        {"external_id": "2", "kind": "Help", "channel": "Letter", "wants_reply": "否"},
    )
    assert [row.wanted.kind for row in plan.rows] == [RequestKind.COMPLAINT, RequestKind.HELP]
    assert plan.rows[0].wanted.is_confidential
    assert not plan.rows[1].wanted.wants_reply


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"external_id": ""}, ("cell_empty", "external_id")),
        ({"external_id": "key:qs_abcde:1"}, ("external_id_repeated", "external_id")),
        ({"registered_at": ""}, ("cell_empty", "registered_at")),
        ({"registered_at": "2026-11-24 09:00"}, ("date_in_future", "registered_at")),
        ({"registered_at": "20.11.2026"}, ("date_ambiguous", "registered_at")),
        ({"kind": "shout"}, ("word_unknown", "kind")),
        ({"kind": ""}, ("cell_empty", "kind")),
        ({"channel": "open311"}, ("word_unknown", "channel")),
        ({"title": ""}, ("text_empty", "title")),
        ({"title": "长" * 81}, ("text_too_long", "title")),
        ({"text": ""}, ("text_empty", "text")),
        ({"service": "S9"}, ("import_code_unknown", "service")),
        ({"area": "moon"}, ("import_code_unknown", "area")),
        ({"latitude": "95", "longitude": "10"}, ("place_impossible", "latitude")),
        ({"latitude": "30"}, ("place_half", "latitude")),
        ({"latitude": "thirty", "longitude": "1"}, ("not_a_number", "latitude")),
        ({"happened_on": "2026-02-30"}, ("date_impossible", "happened_on")),
        ({"wants_reply": "maybe"}, ("word_unknown", "wants_reply")),
        ({"phone": "1" * 41}, ("text_too_long", "phone")),
        ({"remedy": "x" * 301}, ("text_too_long", "remedy")),
    ],
)
def test_a_faulty_cell_is_named_by_row_and_column(store, desk, now, changes, fault):
    code, column = fault
    assert (code, 3, column) in faults(store, desk, now, {}, {"external_id": "2", **changes})
    assert requests(store) == []


def test_every_fault_of_every_row_is_named_at_once(store, desk, now):
    found = faults(store, desk, now, {"kind": "x"}, {"external_id": "2", "title": ""}, {"service": "S9"})
    assert found == {
        ("word_unknown", 2, "kind"),
        ("text_empty", 3, "title"),
        ("external_id_repeated", 4, "external_id"),
        ("import_code_unknown", 4, "service"),
    }


def test_a_column_that_nobody_knows_or_that_is_missing_is_named(store, desk, now):
    found = faults(store, desk, now, {"colour": "red"}, columns=("external_id", "colour", "kind", "channel", "title"))
    assert {code for code, _, _ in found} == {"header_missing", "column_not_known"}


def test_what_fails_on_the_last_row_leaves_nothing_behind(store, desk, now, monkeypatch):
    plan = planned(store, desk, now, {}, {"external_id": "2"})
    register = imports.file_request

    def failing(session, wanted, **options):
        if wanted.external_id == "2":
            raise InvalidInput("request_service_ended")
        return register(session, wanted, **options)

    monkeypatch.setattr(imports, "file_request", failing)
    with pytest.raises(InvalidInput), store.writing() as session:
        import_requests(session, plan, actor=desk.hotline, now=now)
    assert requests(store) == []


def test_who_registers_nothing_imports_nothing(store, desk, now):
    for actor in (desk.leader, desk.head, STRANGER):
        with pytest.raises(NotAllowed):
            planned(store, desk, now, {}, actor=actor)


def test_the_template_is_taken_back_with_its_columns(store, desk, now):
    frame = pd.DataFrame([{**dict.fromkeys(COLUMNS, ""), **LETTER}], columns=list(COLUMNS))
    for content, name in [(xlsx(frame), "a.xlsx"), (safe_csv(frame), "a.csv")]:
        with store.reading() as session:
            table = read_table(content, file_name=name)
            assert len(plan_requests(session, table, actor=desk.hotline, now=now).rows) == 1


def test_a_letter_of_years_ago_is_taken(store, desk, now):
    loaded(store, desk, now, {"registered_at": "2019-05-06 10:00"})
    kept = requests(store)[0]
    assert kept.registered_at.year == 2019
    assert kept.due_at is not None
