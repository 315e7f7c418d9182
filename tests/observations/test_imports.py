"""Loading files: looked at first, then whole or in good rows, exactly once."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM, Actor, Permission
from qs.audit.models import AuditEntry
from qs.db import Database
from qs.directory.models import Area, Provider, Service
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.observations.actions import add_feed, load_feeds
from qs.observations.imports import (
    feed_mapping,
    file_sha256,
    first_events,
    import_file,
    preview_import,
    refused_rows,
    run_import,
)
from qs.observations.models import Event, ImportRun, Rollup
from qs.observations.queries import RUN_COLUMNS, import_runs
from qs.observations.verify import verify_rollups
from qs.sentences import error_sentence
from qs.settings import ROOT
from qs.tabular import EncodingUnknown, scan_table
from qs.tabular.terms import Encoding
from tests import world
from tests.world import AUDITOR, CLERK, STRANGER, SUPERVISOR

HERE = Path(__file__).parent.parent
EXCERPTS = HERE / "golden" / "feeds"
REAL = ROOT.parent / "shared" / "data"
REAL_FILES = {
    "england-ae": ("ae_attendances.csv", 35_394),
    "nyc-council": ("nyc_council_cases_2015_2017.csv.gz", 448_633),
    "sncf-tgv": ("sncf_tgv_punctuality_2015_2017h1.csv", 3_356),
    "hcahps-states": ("hcahps_state_results.csv", 4_580),
}
HEADER = "record_id,happened_at,service,indicator,numerator,denominator\n"
GOOD = HEADER + "r1,2026-11-20,S1,on-time,3,4\nr2,2026-11-21,S2,on-time,1,1\n"
MIXED = GOOD + "r3,2026-11-21,S2,on-time,9,1\nr4,2026-11-21\n"


def count(store: Database, model: type) -> int:
    with store.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.fixture
def office(store, now) -> Database:
    """The small office with the shipped feeds."""
    world.build_world(store)
    with store.writing() as session:
        load_feeds(session, actor=SYSTEM, now=now)
    return store


def looked_at(store: Database, text: str, now, actor: Actor = SUPERVISOR):
    reading = scan_table(text.encode(), file_name="figures.csv")
    with store.reading() as session:
        mapping = feed_mapping(session, "general", actor=actor)
        return preview_import(session, reading, mapping, actor=actor, now=now)


def load(store: Database, text: str, now, *, actor: Actor = SUPERVISOR, **options):
    preview = looked_at(store, text, now, actor)
    with store.writing() as session:
        return run_import(session, preview, file_sha256="f" * 64, actor=actor, now=now, **options)


def test_looking_at_a_file_stores_nothing(office, now):
    preview = looked_at(office, GOOD, now)
    assert (preview.row_count, len(preview.mapped.events), preview.is_sound) == (2, 2, True)
    assert first_events(preview, 1)["event_id"].tolist() == ["general:r1:on-time"]
    assert count(office, Event) == 0


def test_a_sound_file_is_loaded_and_leaves_a_receipt_and_a_trace(office, now):
    outcome = load(office, GOOD, now)
    assert (outcome.row_count, outcome.receipt.new_count, outcome.refused_row_count) == (2, 2, 0)
    with office.reading() as session:
        run = import_runs(session, actor=AUDITOR).iloc[0]
        last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (run["file_name"], run["new_count"], run["feed_code"]) == ("figures.csv", 2, "general")
    assert (last.action, last.facts["rows"]) == ("imports.loaded_file", 2)


def test_a_second_load_changes_no_figure(office, now):
    load(office, GOOD, now)
    rollups = count(office, Rollup)
    again = load(office, GOOD, now)
    assert (again.receipt.new_count, again.receipt.duplicate_count) == (0, 2)
    assert (count(office, Event), count(office, Rollup)) == (2, rollups)


def test_events_there_already_with_other_values_are_named_and_not_changed(office, now):
    load(office, GOOD, now)
    again = load(office, GOOD.replace("3,4", "2,4"), now)
    assert again.receipt.differing_ids == ("general:r1:on-time",)
    with office.reading() as session:
        assert session.scalar(sa.select(sa.func.sum(Event.numerator))) == 4
        assert import_runs(session, actor=AUDITOR).iloc[0]["differing_ids"] == ["general:r1:on-time"]


def test_a_file_with_faults_is_refused_whole_with_every_fault(office, now):
    with pytest.raises(InvalidInput) as refused:
        load(office, MIXED, now)
    assert [(problem.row, problem.column) for problem in refused.value.problems] == [(4, "numerator"), (5, "service")]
    assert "2 problems" in error_sentence(refused.value)
    assert (count(office, Event), count(office, ImportRun)) == (0, 0)


def test_the_good_rows_are_loaded_when_somebody_says_so(office, now):
    outcome = load(office, MIXED, now, good_rows_only=True)
    assert (outcome.row_count, outcome.refused_row_count, outcome.receipt.new_count) == (4, 2, 2)


def test_the_refused_rows_come_back_as_a_table_with_reasons(office, now):
    frame = refused_rows(looked_at(office, MIXED + "r5,2026-11-21,S1,on-time,1,1,1\n", now), {4: "too many"})
    assert frame["row"].tolist() == [4, 5, 6]
    assert frame["reason"].tolist() == ["too many", "", ""]
    assert frame["numerator"].tolist() == ["9", "", "1"]
    assert frame["denominator"].tolist() == ["1", "", "1 | 1"]


def test_a_fault_of_the_whole_file_leaves_no_good_rows(office, now):
    with pytest.raises(InvalidInput) as refused:
        load(office, GOOD + 'r3,"2026-11-21,S2,on-time,1,1\n', now, good_rows_only=True)
    assert refused.value.reason == "file_not_whole"


def test_a_file_without_one_good_row_is_refused(office, now):
    with pytest.raises(InvalidInput) as refused:
        load(office, HEADER + "r1,soon,S1,on-time,1,1\n", now, good_rows_only=True)
    assert refused.value.reason == "file_without_good_rows"


def test_somebody_without_the_right_neither_looks_nor_loads(office, now):
    with pytest.raises(NotAllowed):
        looked_at(office, GOOD, now, AUDITOR)
    preview = looked_at(office, GOOD, now)
    with pytest.raises(NotAllowed), office.writing() as session:
        run_import(session, preview, file_sha256="", actor=STRANGER, now=now)
    assert count(office, Event) == 0


def test_services_outside_ones_scope_are_unknown(office, now):
    with office.reading() as session:
        only = world.in_services(
            next(iter(SUPERVISOR.roles)), session.scalar(sa.select(Service.id).where(Service.code == "S1"))
        )
    assert [(problem.code, problem.row) for problem in looked_at(office, GOOD, now, only).problems] == [
        ("service_code_unknown", 3)
    ]


def test_an_unknown_feed_and_a_feed_without_a_layout_take_no_files(office, now):
    world.add_feed(office, "pushed")
    with office.reading() as session:
        with pytest.raises(NotFound):
            feed_mapping(session, "nowhere", actor=SUPERVISOR)
        with pytest.raises(Conflict):
            feed_mapping(session, "pushed", actor=SUPERVISOR)


def test_progress_is_told(office, now):
    heard: list[tuple[int, int]] = []
    load(office, GOOD, now, progress=lambda done, total: heard.append((done, total)))
    assert heard[-1] == (2, 2)


def test_the_list_of_loaded_files_keeps_its_columns_when_empty(office, now):
    with office.reading() as session:
        assert list(import_runs(session, actor=AUDITOR).columns) == list(RUN_COLUMNS)


WITHOUT_DEFINITIONS = frozenset(Permission) - {Permission.STANDARDS_LOAD}


class TestBeginnings:
    def england(self, store: Database, now, actor: Actor):
        reading = scan_table(EXCERPTS / "england-ae.csv", file_name="england-ae.csv")
        with store.reading() as session:
            mapping = feed_mapping(session, "england-ae", actor=actor)
            preview = preview_import(session, reading, mapping, actor=actor, now=now)
        with store.writing() as session:
            return run_import(session, preview, file_sha256="", actor=actor, now=now)

    def test_a_supervisor_may_not_begin_services(self, office, now):
        with pytest.raises(NotAllowed) as refused:
            self.england(office, now, SUPERVISOR)
        assert refused.value.reason == "services_to_begin"
        assert "ae-rrk" in error_sentence(refused.value)

    def test_somebody_who_may_not_load_definitions_is_told_whom_to_ask(self, office, now):
        with pytest.raises(NotAllowed) as refused:
            self.england(office, now, Actor(None, "loader", "loader", extra=WITHOUT_DEFINITIONS))
        assert refused.value.reason == "library_to_load"

    def test_information_technology_loads_a_real_file_without_help(self, office, now):
        assert self.england(office, now, CLERK).new_service_count == 1

    def test_what_a_file_begins_is_entered_once(self, office, now):
        actor = Actor(None, "loader", "loader", extra=frozenset(Permission))
        assert self.england(office, now, actor).new_service_count == 1
        assert self.england(office, now, actor).new_service_count == 0
        with office.reading() as session:
            service = session.scalars(sa.select(Service).where(Service.code == "ae-rrk")).one()
            assert service.starts_on.isoformat() == "2016-04-01"
            assert session.get(Area, service.area_id).code == "england"
            assert session.get(Provider, service.provider_id).code == "nhs-rrk"

    def test_a_failed_load_begins_nothing(self, office, now):
        before = count(office, Service)
        with pytest.raises(NotAllowed):
            self.england(office, now, Actor(None, "loader", "loader", extra=WITHOUT_DEFINITIONS))
        assert count(office, Service) == before


class TestFiles:
    """What `python -m qs import` does, on an empty store."""

    @pytest.mark.parametrize("code", sorted(REAL_FILES))
    def test_an_excerpt_of_each_real_file_loads_and_a_second_load_changes_nothing(self, store, now, code):
        first = import_file(store, EXCERPTS / f"{code}.csv", code, actor=SYSTEM, now=now)
        again = import_file(store, EXCERPTS / f"{code}.csv", code, actor=SYSTEM, now=now)
        assert first.receipt.new_count == first.receipt.event_count > 20
        assert (again.receipt.new_count, again.receipt.differing_ids) == (0, ())

    def test_a_gzipped_file_is_the_same_file(self, store, now, tmp_path):
        packed = tmp_path / "sncf.csv.gz"
        packed.write_bytes(gzip.compress((EXCERPTS / "sncf-tgv.csv").read_bytes()))
        first = import_file(store, packed, "sncf-tgv", actor=SYSTEM, now=now)
        again = import_file(store, EXCERPTS / "sncf-tgv.csv", "sncf-tgv", actor=SYSTEM, now=now)
        assert (first.receipt.new_count, again.receipt.new_count) == (46, 0)

    def test_breaches_of_the_excerpt_are_those_of_the_published_chart(self, store, now):
        import_file(store, EXCERPTS / "england-ae.csv", "england-ae", actor=SYSTEM, now=now)
        golden = json.loads((HERE / "golden" / "xmr_04_readme_rrk_breaches.json").read_text())
        with store.reading() as session:
            months = session.scalars(
                sa.text(
                    "SELECT r.numerator FROM rollup r JOIN indicator i ON i.id = r.indicator_id "
                    "WHERE i.code = 'ae-breaches' AND r.grain = 'month' ORDER BY r.starts_at"
                )
            ).all()
        assert months == golden["cases"]["readme_rrk_stable"]["input"]["value"]

    def test_a_chinese_file_needs_its_encoding_named(self, store, now, tmp_path):
        world.build_world(store)
        path = tmp_path / "figures.csv"
        path.write_bytes(GOOD.replace("r1", "记录1").encode("gb18030"))
        with pytest.raises(EncodingUnknown):
            import_file(store, path, "general", actor=SYSTEM, now=now)
        outcome = import_file(store, path, "general", encoding=Encoding.GB18030, actor=SYSTEM, now=now)
        assert outcome.receipt.new_count == 2

    def test_a_layout_saved_on_screen_loads_files_like_a_shipped_one(self, store, now, tmp_path):
        world.build_world(store)
        layout = {
            "name": "每日",
            "header": ["日期", "办结", "总数"],
            "key": "{日期}",
            "time": {"column": "日期", "format": "%Y年%m月%d日"},
            "service": {"code": "S4"},
            "measure": [{"indicator": "on-time", "numerator": "办结", "denominator": "总数"}],
        }
        with store.writing() as session:
            add_feed(session, code="daily", name="每日", mapping=layout, actor=CLERK, now=now)
        path = tmp_path / "daily.csv"
        path.write_text("日期,办结,总数\n2026年11月1日,3,4\n", encoding="utf-8")
        assert import_file(store, path, "daily", actor=SYSTEM, now=now).receipt.new_count == 1

    def test_the_fingerprint_of_a_file_is_that_of_its_bytes(self, tmp_path):
        path = tmp_path / "f"
        path.write_bytes(b"abc")
        assert (
            file_sha256(path)
            == file_sha256(b"abc")
            == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )


@pytest.mark.skipif(not REAL.exists(), reason="the whole real files are not beside this checkout")
@pytest.mark.parametrize("code", sorted(REAL_FILES))
def test_a_whole_real_file_loads_and_a_second_load_changes_nothing(store, now, code):
    name, event_count = REAL_FILES[code]
    first = import_file(store, REAL / name, code, actor=SYSTEM, now=now)
    assert (first.receipt.new_count, first.refused_row_count) == (event_count, 0)
    with store.reading() as session:
        assert not verify_rollups(session, actor=SYSTEM, zone=ZoneInfo("Asia/Shanghai")).difference_count
    again = import_file(store, REAL / name, code, actor=SYSTEM, now=now)
    assert (again.receipt.new_count, again.receipt.differing_ids) == (0, ())
