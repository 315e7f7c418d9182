"""The directory as files: what goes out comes back unchanged, and what is wrong is named by sheet, row and column."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM, Role
from qs.audit.models import AuditEntry
from qs.directory import actions, queries
from qs.directory.exchange import COLUMNS, SHEETS, export_tables, read_source, sheets
from qs.directory.imports import Step, apply_import, plan_import
from qs.directory.terms import Table
from qs.errors import Conflict, InvalidInput, NotAllowed
from qs.sheets import safe_csv, xlsx
from tests.world import CLERK, STRANGER, SUPERVISOR, build_world, enroll, in_provider


@pytest.fixture
def world(store, now):
    """The small office, with the texts that are hard on spreadsheets and the people of a group."""
    built = build_world(store)
    ana, bo = enroll(store, "ana"), enroll(store, "bo")
    by = {"actor": SYSTEM, "now": now}
    with store.writing() as session:
        actions.add_group(session, code="G2", name="二组", leader_id=ana, member_ids=[ana, bo], **by)
        actions.add_area(session, code="007", name="=1+1", name_en="'=quoted", **by)
        actions.end_service(session, built.permits, ends_on=date(2026, 6, 30), **by)
    return built


def exported(store, actor=CLERK):
    with store.reading() as session:
        return export_tables(session, actor=actor)


def planned(store, sources, actor=CLERK):
    with store.reading() as session:
        return plan_import(session, sources, actor=actor)


def workbook(tables, **changed):
    """A workbook of the tables, some of them replaced."""
    return xlsx(sheets(tables) | {SHEETS[Table(name)]: frame for name, frame in changed.items()})


def with_row(frame, **cells):
    return pd.concat([frame, pd.DataFrame([cells], dtype=object)], ignore_index=True)


def refused(store, data, **how):
    with pytest.raises(InvalidInput) as refusal:
        planned(store, read_source(data, file_name="directory.xlsx", **how))
    return [(problem.where, problem.row, problem.column, problem.code) for problem in refusal.value.problems]


def test_a_workbook_comes_back_without_any_change(store, world):
    sources = read_source(workbook(exported(store)), file_name="directory.xlsx")
    plan = planned(store, sources)
    assert [source.table for source in sources] == list(Table)
    assert (plan.rows, plan.unchanged_count) == ((), 16)


@pytest.mark.parametrize("table", list(Table))
def test_each_csv_file_comes_back_without_any_change(store, world, table):
    data = safe_csv(exported(store)[table])
    plan = planned(store, read_source(data, file_name=f"{SHEETS[table]}.csv"))
    assert plan.rows == ()


def test_an_export_of_an_empty_directory_is_a_form_to_fill_in(store):
    tables = exported(store)
    assert [tuple(frame.columns) for frame in tables.values()] == list(COLUMNS.values())
    assert planned(store, read_source(workbook(tables), file_name="directory.xlsx")).rows == ()


def test_an_export_shows_only_the_services_in_scope(store, world):
    tables = exported(store, in_provider(Role.SERVICE_LEADER, world.clinic))
    assert list(tables[Table.SERVICE]["code"]) == ["S3"]
    with pytest.raises(NotAllowed):
        exported(store, STRANGER)


def test_a_whole_office_is_built_from_one_workbook(store, world, now, tmp_path):
    tables = exported(store)
    tables = tables | {
        Table.SECTOR: with_row(tables[Table.SECTOR], code="culture", name="文化", name_en="Culture"),
        Table.DEPARTMENT: with_row(tables[Table.DEPARTMENT], code="D3", name="文旅局"),
        Table.PROVIDER: with_row(tables[Table.PROVIDER], code="P4", name="图书馆", department="D3"),
        Table.GROUP: with_row(tables[Table.GROUP], code="G3", name="三组", leader="bo", members="bo; ana"),
        Table.SERVICE: with_row(
            tables[Table.SERVICE],
            code="S5",
            name="借阅",
            provider="P4",
            sector="culture",
            area="007",
            leader="ana",
            group="G3",
            starts_on=date(2026, 12, 1),
        ),
    }
    sources = read_source(workbook(tables), file_name="directory.xlsx")
    plan = planned(store, sources)
    assert [(row.table, row.step, row.code) for row in plan.rows] == [
        (Table.SECTOR, Step.ADD, "culture"),
        (Table.DEPARTMENT, Step.ADD, "D3"),
        (Table.PROVIDER, Step.ADD, "P4"),
        (Table.GROUP, Step.ADD, "G3"),
        (Table.SERVICE, Step.ADD, "S5"),
    ]
    with store.writing() as session:
        apply_import(session, sources, expected=plan, file_name="directory.xlsx", actor=CLERK, now=now)
    with store.reading() as session:
        service = queries.services(session, actor=CLERK).set_index("code").loc["S5"]
        entry = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert (service["department"], service["leader_en"], service["group_code"]) == ("文旅局", "Ana", "G3")
    assert entry.action == "directory.imported"
    assert entry.facts["add_service"] == 1
    assert planned(store, sources).rows == ()


def test_a_changed_cell_is_shown_with_what_was_and_what_will_be(store, world, now):
    table = exported(store)[Table.SERVICE]
    table.loc[0, "name"] = "普外科"
    table.loc[3, "ends_on"] = None
    sources = read_source(safe_csv(table), file_name="services.csv")
    plan = planned(store, sources)
    changes = [
        (row.row, row.step, change.column, change.before, change.after) for row in plan.rows for change in row.fields
    ]
    assert changes == [
        (2, Step.CHANGE, "name", "外科", "普外科"),
        (5, Step.CHANGE, "ends_on", date(2026, 6, 30), None),
    ]
    assert plan.count(Table.SERVICE, Step.CHANGE) == 2
    with store.writing() as session:
        apply_import(session, sources, expected=plan, file_name="services.csv", actor=CLERK, now=now)
    assert exported(store)[Table.SERVICE].loc[0, "name"] == "普外科"


def test_nothing_is_imported_when_the_directory_changed_after_the_preview(store, world, now):
    table = exported(store)[Table.SERVICE]
    table.loc[0, "name"] = "普外科"
    sources = read_source(safe_csv(table), file_name="services.csv")
    plan = planned(store, sources)
    with store.writing() as session:
        actions.change_sector(session, world.health, name="卫生", actor=CLERK, now=now)
        actions.end_service(session, world.surgery, ends_on=date(2026, 1, 1), actor=CLERK, now=now)
    with pytest.raises(Conflict) as refusal, store.writing() as session:
        apply_import(session, sources, expected=plan, file_name="services.csv", actor=CLERK, now=now)
    assert refusal.value.reason == "import_overtaken"
    assert exported(store)[Table.SERVICE].loc[0, "name"] == "外科"


def test_every_fault_is_named_by_sheet_row_and_column_and_nothing_is_written(store, world):
    tables = exported(store)
    areas, services = tables[Table.AREA].copy(), tables[Table.SERVICE].copy()
    areas["population"] = areas["population"].astype(object)
    areas.loc[1, "population"] = "many"
    areas.loc[2, "population"] = 0
    services.loc[0, ["provider", "leader"]] = ["P9", "nobody"]
    services.loc[1, ["starts_on", "sector"]] = ["2025-02-30", "government"]
    services.loc[2, ["sector", "area"]] = ["government", "south"]
    services = with_row(services, code="S1", name="again", provider="P1", sector="health", area="north")
    services = with_row(services, code="=1", name="", provider="", sector="health", area="north")
    assert refused(store, workbook(tables, area=areas, service=services)) == [
        ("areas", 3, "population", "not_a_number"),
        ("areas", 4, "population", "population_out_of_range"),
        ("services", 2, "provider", "provider_unknown"),
        ("services", 2, "leader", "username_unknown"),
        ("services", 3, "starts_on", "date_impossible"),
        ("services", 4, "sector", "sector_is_fixed"),
        ("services", 4, "area", "area_is_fixed"),
        ("services", 6, "code", "code_repeated"),
        ("services", 7, "code", "code_characters"),
        ("services", 7, "name", "name_empty"),
        ("services", 7, "starts_on", "cell_empty"),
        ("services", 7, "provider", "cell_empty"),
    ]


def test_a_csv_file_needs_no_sheet_in_its_faults(store, world):
    table = exported(store)[Table.SERVICE]
    table.loc[0, "starts_on"] = "31/12/2024"
    with pytest.raises(InvalidInput) as refusal:
        planned(store, read_source(safe_csv(table), file_name="services.csv"))
    (problem,) = refusal.value.problems
    assert (problem.where, problem.row, problem.column, problem.code) == (None, 2, "starts_on", "not_a_date")


def test_a_header_must_be_the_one_of_an_export(store, world):
    data = "code,name,nickname\nX,甲,a\n".encode()
    with pytest.raises(InvalidInput) as refusal:
        read_source(data, file_name="sectors.csv")
    assert [(problem.code, problem.column) for problem in refusal.value.problems] == [
        ("header_missing", None),
        ("column_not_known", "nickname"),
    ]


def test_a_strange_sheet_is_refused(store, world):
    with pytest.raises(InvalidInput) as refusal:
        read_source(xlsx({"notes": pd.DataFrame({"a": ["b"]})}), file_name="directory.xlsx")
    assert [(problem.code, problem.where) for problem in refusal.value.problems] == [("sheet_not_known", "notes")]


def test_a_csv_file_must_say_which_table_it_is(store, world):
    data = safe_csv(exported(store)[Table.DEPARTMENT])
    with pytest.raises(InvalidInput) as refusal:
        read_source(data, file_name="new.csv")
    assert refusal.value.reason == "table_not_said"
    assert planned(store, read_source(data, file_name="new.csv", table=Table.DEPARTMENT)).rows == ()


def test_an_import_needs_the_right_to_edit_everything_it_touches(store, world):
    whole = read_source(workbook(exported(store)), file_name="directory.xlsx")
    services = read_source(safe_csv(exported(store)[Table.SERVICE]), file_name="services.csv")
    editor = in_provider(Role.INFORMATION_TECHNOLOGY, world.clinic)
    with pytest.raises(NotAllowed):
        planned(store, services, SUPERVISOR)
    with pytest.raises(NotAllowed):
        planned(store, whole, editor)
    with pytest.raises(InvalidInput) as refusal:
        planned(store, services, editor)
    assert {problem.code for problem in refusal.value.problems} == {"service_unknown"}
    own = read_source(safe_csv(exported(store, editor)[Table.SERVICE]), file_name="services.csv")
    assert planned(store, own, editor).unchanged_count == 1
