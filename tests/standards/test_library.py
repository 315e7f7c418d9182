"""Standards as reviewed text: the shipped files load, a second time adds nothing, and faults are named."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from qs.audit.models import AuditEntry
from qs.directory.actions import load_sectors
from qs.directory.library import read_sectors
from qs.errors import Conflict, InvalidInput, NotAllowed, NotFound
from qs.standards import actions
from qs.standards.library import LIBRARY_DIR, read_library, shipped_library
from qs.standards.models import IndicatorEdition
from qs.standards.terms import Aggregation, Counting, Library
from tests.world import AUDITOR, CLERK, SUPERVISOR

CLAUSE = """
[[clause]]
code = "c-1"
sector = "health"
title = "标题"
text = "正文"
source = "来源"
effective_on = 2025-01-01
"""
INDICATOR = """
[[indicator]]
code = "i-1"
clause = "c-1"
sector = "health"
name = "指标"
definition = "定义"
numerator = "分子"
denominator = "分母"
unit = "%"
aggregation = "share"
direction = "up"
frequency = "month"
source = "来源"
owner = "质量办"
review_on = 2027-01-01
effective_on = 2025-01-01
target = 0.9
tolerance = 0.05
weight = 0.5
places = 1
"""


@pytest.fixture
def office(store, now):
    with store.writing() as session:
        load_sectors(session, read_sectors(), actor=CLERK, now=now)
    return store


def read(tmp_path, text):
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    return read_library([file])


def load(store, library, now, actor=SUPERVISOR):
    with store.writing() as session:
        return actions.load_library(session, library, actor=actor, now=now)


def edition_count(store):
    with store.reading() as session:
        return session.scalar(sa.select(sa.func.count(IndicatorEdition.id)))


@pytest.mark.parametrize("path", sorted(LIBRARY_DIR.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_file_reads_without_a_fault(path):
    assert read_library([path]).indicators


def test_the_whole_shipped_library_loads_once(office, now):
    library = shipped_library()
    first, second = load(office, library, now), load(office, library, now)
    assert first.clause_edition_count == len(library.clauses)
    assert first.indicator_edition_count == len(library.indicators) == edition_count(office)
    assert set(vars(second).values()) == {0}
    with office.reading() as session:
        entries = session.scalars(sa.select(AuditEntry.action)).all()
    assert entries == ["directory.loaded_sectors", "standards.loaded_library"]


def test_a_library_is_loaded_by_supervisors_and_information_technology_only(office, tmp_path, now):
    with pytest.raises(NotAllowed):
        load(office, read(tmp_path, CLAUSE), now, AUDITOR)
    assert load(office, read(tmp_path, CLAUSE), now, CLERK).clause_count == 1


def test_several_editions_of_one_indicator_stand_in_one_file(office, tmp_path, now):
    later = INDICATOR.replace("effective_on = 2025-01-01", "effective_on = 2026-01-01").replace("0.9\n", "0.95\n")
    loaded = load(office, read(tmp_path, later + CLAUSE + INDICATOR), now)
    assert (loaded.indicator_count, loaded.indicator_edition_count) == (1, 2)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("target = 0.9", "target = 0.8"), "edition_differs"),
        (('aggregation = "share"', 'aggregation = "mean"'), "counting_differs"),
        (('sector = "health"\nname', 'sector = "culture"\nname'), "sector_differs"),
        (("effective_on = 2025-01-01\ntarget", "effective_on = 2024-01-01\ntarget"), "edition_too_early"),
    ],
)
def test_a_stored_edition_is_never_changed_by_a_file(office, tmp_path, now, change, reason):
    load(office, read(tmp_path, CLAUSE + INDICATOR), now)
    changed = read(tmp_path, CLAUSE + INDICATOR.replace(*change))
    with pytest.raises(Conflict) as refusal:
        load(office, changed, now)
    assert (refusal.value.reason, refusal.value.facts["value"]) == (reason, "i-1")
    assert edition_count(office) == 1


def test_a_stored_clause_is_never_changed_by_a_file(office, tmp_path, now):
    load(office, read(tmp_path, CLAUSE), now)
    with pytest.raises(Conflict) as refusal:
        load(office, read(tmp_path, CLAUSE.replace("正文", "新正文")), now)
    assert refusal.value.reason == "edition_differs"


def test_an_unknown_sector_or_clause_refuses_the_whole_file(office, tmp_path, now):
    with pytest.raises(NotFound) as refusal:
        load(office, read(tmp_path, CLAUSE + INDICATOR.replace('clause = "c-1"', 'clause = "c-2"')), now)
    assert (refusal.value.reason, refusal.value.facts) == ("clause_unknown", {"value": "c-2"})
    with pytest.raises(NotFound) as refusal:
        load(office, read(tmp_path, CLAUSE.replace("health", "magic")), now)
    assert refusal.value.facts["value"] == "magic"
    with office.reading() as session:
        assert session.scalar(sa.select(sa.func.count(IndicatorEdition.id))) == 0


@pytest.mark.parametrize(
    ("text", "where", "code", "facts"),
    [
        ("[[clause]\n", "own.toml", "file_not_toml", {}),
        ("[[claws]]\n", "own.toml", "key_unknown", {"key": "claws"}),
        ("clause = 3\n", "own.toml", "value_of_wrong_kind", {"key": "clause", "value": "3"}),
        (CLAUSE + "colour = 1\n", "own.toml [[clause]] c-1", "key_unknown", {"key": "colour"}),
        (CLAUSE.replace('title = "标题"\n', ""), "own.toml [[clause]] c-1", "key_missing", {"key": "title"}),
        (CLAUSE.replace('code = "c-1"\n', ""), "own.toml [[clause]] 1", "key_missing", {"key": "code"}),
        (CLAUSE.replace("2025-01-01", '"2025-01-01"'), "own.toml [[clause]] c-1", "value_of_wrong_kind", {}),
        (INDICATOR.replace('"up"', '"sideways"'), "own.toml [[indicator]] i-1", "value_of_wrong_kind", {}),
        (INDICATOR.replace("0.9\n", '"0.9"\n'), "own.toml [[indicator]] i-1", "value_of_wrong_kind", {}),
        (INDICATOR.replace("0.9\n", "90.0\n"), "own.toml [[indicator]] i-1", "share_target_out_of_range", {}),
        (INDICATOR.replace("2027-", "2024-"), "own.toml [[indicator]] i-1", "review_before_effect", {}),
        (INDICATOR + "per = 10.0\n", "own.toml [[indicator]] i-1", "per_without_need", {}),
        (CLAUSE.replace("正文", " "), "own.toml [[clause]] c-1", "standard_text_empty", {}),
        (CLAUSE + CLAUSE, "own.toml c-1", "defined_twice", {}),
    ],
)
def test_a_fault_is_named_by_file_entry_and_key(tmp_path, text, where, code, facts):
    with pytest.raises(InvalidInput) as refusal:
        read(tmp_path, text)
    (problem,) = refusal.value.problems
    assert (problem.where, problem.code) == (where, code)
    assert facts.items() <= problem.facts.items()


def test_every_fault_of_a_file_is_told_at_once(tmp_path):
    text = CLAUSE.replace("正文", "") + INDICATOR.replace("weight = 0.5", "weight = 5.0").replace("0.9\n", "9.0\n")
    with pytest.raises(InvalidInput) as refusal:
        read(tmp_path, text)
    assert [problem.code for problem in refusal.value.problems] == [
        "standard_text_empty",
        "share_target_out_of_range",
        "weight_out_of_range",
    ]


def test_an_edition_made_on_screen_stays_beside_those_of_the_file(office, tmp_path, now):
    library = read(tmp_path, CLAUSE + INDICATOR)
    load(office, library, now)
    (defined,) = library.indicators
    later = Library(indicators=(replace(defined, effective_on=defined.effective_on.replace(year=2026)),))
    load(office, later, now)
    assert load(office, library, now).indicator_edition_count == 0
    assert edition_count(office) == 2
    assert defined.counting == Counting(Aggregation.SHARE)
