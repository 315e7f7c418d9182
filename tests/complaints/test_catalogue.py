"""The dispatch catalogue: kept line by line with versions, read in from a file after a look, taken away again."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from qs.audit.models import AuditEntry
from qs.complaints.catalogue import entries, files
from qs.complaints.catalogue.entries import EntryChanged, MatterTwice, NewLine
from qs.complaints.catalogue.files import Step, Written
from qs.complaints.terms import RequestKind, Urgency
from qs.errors import InvalidInput, NotAllowed
from qs.sheets import safe_csv, xlsx
from tests.complaints.desk import build_desk


@pytest.fixture
def desk(store):
    return build_desk(store)


@pytest.fixture
def by(desk, now):
    return {"actor": desk.supervisor, "now": now}


def line(desk, **others):
    said = {"matter": "急诊等候", "words": "急诊 分诊、急诊", "service_id": desk.world.emergency}
    return NewLine(**(said | others))


def add(store, desk, by, **others):
    with store.writing() as session:
        return entries.add_line(session, line(desk, **others), **by)


def shown(store, desk, **more):
    with store.reading() as session:
        return entries.catalogue(session, actor=desk.leader, **more)


def codes(refused):
    return [(problem.code, problem.row, problem.column) for problem in refused.value.problems]


def test_a_line_keeps_each_word_once(store, desk, by):
    add(store, desk, by)
    frame = shown(store, desk)
    assert list(frame["words"]) == ["急诊 分诊"]
    assert frame.loc[0, "service_en"] == "Emergency"
    assert frame.loc[0, "kind"] is None
    assert frame.loc[0, "urgency"] is Urgency.GENERAL


def test_only_who_approves_everywhere_keeps_the_catalogue(store, desk, now):
    for actor in (desk.hotline, desk.head, desk.leader):
        with pytest.raises(NotAllowed), store.writing() as session:
            entries.add_line(session, line(desk), actor=actor, now=now)
    assert shown(store, desk).empty


def test_a_line_without_service_and_sector_is_refused(store, desk, by):
    with pytest.raises(InvalidInput) as refused:
        add(store, desk, by, service_id=None, matter="")
    assert {code for code, _, _ in codes(refused)} == {"catalogue_without_service", "text_empty"}


def test_a_service_does_not_help_itself(store, desk, by):
    with pytest.raises(InvalidInput) as refused:
        add(store, desk, by, co_service_id=desk.world.emergency)
    assert codes(refused) == [("catalogue_helps_itself", None, None)]


def test_a_line_cannot_name_what_is_not_in_the_directory(store, desk, by):
    with pytest.raises(InvalidInput) as refused:
        add(store, desk, by, service_id=None, sector_id=999)
    assert codes(refused) == [("catalogue_names_unknown", None, None)]


def test_the_same_matter_stands_once_in_each_area(store, desk, by):
    add(store, desk, by)
    with pytest.raises(MatterTwice):
        add(store, desk, by)
    assert add(store, desk, by, area_id=desk.world.north)


def test_of_two_who_change_a_line_the_second_is_told(store, desk, by):
    entry_id = add(store, desk, by)
    with store.writing() as session:
        entries.change_line(session, entry_id, line(desk, words="急诊 夜里"), version=1, **by)
    with pytest.raises(EntryChanged), store.writing() as session:
        entries.change_line(session, entry_id, line(desk, words="急诊"), version=1, **by)
    assert list(shown(store, desk)["words"]) == ["急诊 夜里"]


def test_a_line_out_of_use_is_kept_and_can_come_back(store, desk, by):
    entry_id = add(store, desk, by)
    with store.writing() as session:
        entries.retire_line(session, entry_id, version=1, **by)
    assert shown(store, desk).empty
    assert list(shown(store, desk, with_retired=True)["is_retired"]) == [True]
    with store.writing() as session:
        entries.retire_line(session, entry_id, is_retired=False, version=2, **by)
    assert len(shown(store, desk)) == 1


def test_a_line_does_not_come_back_beside_its_successor(store, desk, by):
    entry_id = add(store, desk, by)
    with store.writing() as session:
        entries.retire_line(session, entry_id, version=1, **by)
    add(store, desk, by)
    with pytest.raises(MatterTwice), store.writing() as session:
        entries.retire_line(session, entry_id, is_retired=False, version=2, **by)


def test_every_change_leaves_one_trace(store, desk, by):
    entry_id = add(store, desk, by)
    with store.writing() as session:
        entries.change_line(session, entry_id, line(desk, words="急诊"), version=1, **by)
        entries.retire_line(session, entry_id, version=2, **by)
    with store.reading() as session:
        about = sa.select(AuditEntry.action).where(AuditEntry.object == f"dispatch_catalogue:{entry_id}")
        assert [action.rpartition(".")[2] for action in session.scalars(about.order_by(AuditEntry.seq))] == [
            "added_catalogue_line",
            "changed_catalogue_line",
            "retired_catalogue_line",
        ]


@pytest.mark.parametrize("form", ["csv", "xlsx", "toml"])
def test_what_is_taken_away_comes_back_unchanged(store, desk, by, form):
    add(store, desk, by, matter_en='Waiting in "A&E"', kind=RequestKind.COMPLAINT, urgency=Urgency.DANGER)
    add(store, desk, by, matter="=1+1", service_id=None, sector_id=desk.world.government, area_id=desk.world.south)
    with store.reading() as session:
        frame = files.catalogue_rows(session, actor=desk.supervisor)
        data = {"csv": safe_csv, "xlsx": xlsx, "toml": files.catalogue_toml}[form](frame)
        written = files.read_lines(data, file_name=f"catalogue.{form}")
        plan = files.plan_catalogue(session, written, actor=desk.supervisor)
    assert (plan.rows, plan.unchanged_count) == ((), 2)


def test_a_workbook_of_the_catalogue_opens_as_one_sheet(store, desk, by):
    add(store, desk, by)
    with store.reading() as session:
        frame = files.catalogue_rows(session, actor=desk.supervisor)
    sheet = load_workbook(BytesIO(xlsx(frame))).active
    assert [cell.value for cell in sheet[1]] == list(files.COLUMNS)


def test_a_file_says_what_it_would_add_and_change_and_then_does_it(store, desk, by):
    add(store, desk, by)
    rows = [
        {"matter": "急诊等候", "words": "急诊 分诊 夜里", "service": "S2"},
        {"matter": "疫苗预约", "words": "疫苗", "sector": "health", "urgency": "complex"},
    ]
    written = [Written(number, cells) for number, cells in enumerate(rows, start=2)]
    with store.writing() as session:
        plan = files.plan_catalogue(session, written, actor=desk.supervisor)
        assert [(one.step, one.changed) for one in plan.rows] == [(Step.CHANGE, ("words",)), (Step.ADD, ())]
        assert files.load_catalogue(session, plan, **by) == 2
    assert set(shown(store, desk)["words"]) == {"急诊 分诊 夜里", "疫苗"}


def test_a_file_is_refused_whole_with_every_problem_by_row(store, desk):
    rows = [
        {"matter": "一", "words": "一", "service": "S9"},
        {"matter": "二", "words": "", "sector": "health", "urgency": ""},
        {"matter": "三", "words": "三", "sector": "health", "kind": "song"},
        {"matter": "四", "words": "四", "sector": "health"},
        {"matter": "四", "words": "四", "sector": "health"},
    ]
    written = [Written(number, cells) for number, cells in enumerate(rows, start=2)]
    with pytest.raises(InvalidInput) as refused, store.reading() as session:
        files.plan_catalogue(session, written, actor=desk.supervisor)
    assert codes(refused) == [
        ("catalogue_code_unknown", 2, "service"),
        ("text_empty", 3, None),
        ("catalogue_code_unknown", 4, "kind"),
        ("catalogue_line_twice", 6, "matter"),
    ]


def test_a_plan_made_before_somebody_else_changed_the_line_is_refused(store, desk, by):
    entry_id = add(store, desk, by)
    written = [Written(2, {"matter": "急诊等候", "words": "夜里", "service": "S2"})]
    with store.reading() as session:
        plan = files.plan_catalogue(session, written, actor=desk.supervisor)
    with store.writing() as session:
        entries.change_line(session, entry_id, line(desk, words="急诊"), version=1, **by)
    with pytest.raises(EntryChanged), store.writing() as session:
        files.load_catalogue(session, plan, **by)


def test_unknown_columns_and_keys_are_refused():
    with pytest.raises(InvalidInput) as refused:
        files.read_lines(b"matter,wrods\na,b\n", file_name="c.csv")
    assert {code for code, _, _ in codes(refused)} == {"header_missing", "column_not_known"}
    with pytest.raises(InvalidInput) as refused:
        files.read_lines(b'[[entry]]\nmatter = "a"\nwrods = "b"\n', file_name="c.toml")
    assert codes(refused) == [("key_unknown", 1, None)]
    with pytest.raises(InvalidInput) as refused:
        files.read_lines(b"[[entry]]\nmatter = 3\n", file_name="c.toml")
    assert codes(refused) == [("value_of_wrong_kind", 1, None)]
