"""The trail proves itself: whatever is altered, cut off or rolled back behind its back is found, and where."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from qs.actor import SYSTEM, Actor, Grant, Role
from qs.audit.actions import record
from qs.audit.checkpoints import append_checkpoint, checkpoint_line, read_checkpoints
from qs.audit.models import AuditEntry, AuditHead
from qs.audit.rules import canonical, next_mac
from qs.audit.terms import Fault, FaultKind
from qs.audit.verify import CHAINED, verify_trail
from qs.db import Database, make_engine
from qs.errors import NotAllowed

ENTRIES = 9
LEADER = Actor(8, "li.na", "李娜", (Grant(Role.SERVICE_LEADER),))


def write(store, now, count, start=0):
    for number in range(start, start + count):
        actor = LEADER if number % 2 else SYSTEM
        with store.writing() as session:
            moment = now + timedelta(minutes=number, microseconds=number)
            record(session, "service.changed", f"service:{number}", actor=actor, now=moment, share=0.1, to="名")


def checkpoint(store, file, now):
    with store.reading() as session:
        line = checkpoint_line(session, actor=SYSTEM, now=now)
    append_checkpoint(file, line)


def verdict(store, file):
    with store.reading() as session:
        return verify_trail(session, file, actor=SYSTEM)


def tamper(store, *statements):
    with store.engine.connect() as connection:
        for statement in statements:
            connection.execute(statement if isinstance(statement, sa.Executable) else sa.text(statement))
        connection.commit()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "checkpoints.jsonl"


@pytest.fixture
def trail(store, now):
    """Nine entries, by people and by the system."""
    write(store, now, ENTRIES)
    return store


def test_a_trail_left_alone_is_sound(trail, file, now):
    checkpoint(trail, file, now)
    write(trail, now, 2, start=ENTRIES)
    found = verdict(trail, file)
    assert found.is_sound
    assert (found.entry_count, found.checkpoint_count) == (11, 1)


def test_an_empty_trail_is_sound(store, file, now):
    checkpoint(store, file, now)
    assert verdict(store, file).is_sound


def test_a_new_trail_under_an_old_checkpoint_is_not(store, file, now):
    write(store, now, 3)
    checkpoint(store, file, now)
    tamper(store, "DELETE FROM audit_entry", "DELETE FROM audit_head")
    assert verdict(store, file).faults == (Fault(0, FaultKind.TRUNCATED),)


def test_only_those_who_may_read_the_trail_may_verify_it(trail, file, now):
    with trail.reading() as session, pytest.raises(NotAllowed):
        verify_trail(session, file, actor=LEADER)
    with trail.reading() as session, pytest.raises(NotAllowed):
        checkpoint_line(session, actor=LEADER, now=now)


def test_long_work_tells_how_far_it_is(trail, file, monkeypatch):
    monkeypatch.setattr("qs.audit.verify.ENTRIES_PER_FETCH", 4)
    heard = []
    with trail.reading() as session:
        verify_trail(session, file, actor=SYSTEM, progress=heard.append)
    assert heard == [4, 8]


OTHER_VALUES = {
    "at": "at + interval '1 microsecond'",
    "person_id": "coalesce(person_id, 0) + 1",
    "username": "'somebody'",
    "roles": "'auditor'",
    "action": "'service.ended'",
    "object": "'service:99'",
    "facts": """'{"share": 0.2, "to": "\\u540d"}'""",
    "mac": "'" + "0" * 64 + "'",
}


def alter(store, column, seq):
    later = "at + 1" if store.engine.dialect.name == "sqlite" else OTHER_VALUES["at"]
    value = later if column == "at" else OTHER_VALUES[column].replace(":", "\\:")
    tamper(store, f"UPDATE audit_entry SET {column} = {value} WHERE seq = {seq}")


@pytest.mark.parametrize("seq", [1, 2, 5, ENTRIES], ids=["first", "second", "middle", "last"])
@pytest.mark.parametrize("column", OTHER_VALUES)
def test_an_altered_column_is_found_in_its_entry(trail, file, column, seq):
    alter(trail, column, seq)
    assert verdict(trail, file).faults[0].seq == seq
    assert {fault.kind for fault in verdict(trail, file).faults} <= {FaultKind.ALTERED, FaultKind.HEAD_BROKEN}


@pytest.mark.parametrize("column", OTHER_VALUES)
def test_one_alteration_in_the_middle_is_one_fault(trail, file, column):
    alter(trail, column, 4)
    assert verdict(trail, file).faults == (Fault(4, FaultKind.ALTERED),)


def test_every_column_of_an_entry_is_covered():
    assert {*OTHER_VALUES, "seq"} == {column.name for column in AuditEntry.__table__.columns}


def test_a_renumbered_entry_is_missing_where_it_was(trail, file):
    tamper(trail, "UPDATE audit_entry SET seq = 50 WHERE seq = 4")
    assert verdict(trail, file).faults[0] == Fault(5, FaultKind.MISSING)


def test_two_exchanged_entries_are_both_found(trail, file):
    tamper(
        trail,
        "UPDATE audit_entry SET seq = 50 WHERE seq = 4",
        "UPDATE audit_entry SET seq = 4 WHERE seq = 6",
        "UPDATE audit_entry SET seq = 6 WHERE seq = 50",
    )
    altered = [fault.seq for fault in verdict(trail, file).faults]
    assert altered[0] == 4
    assert 6 in altered


def test_every_one_of_several_alterations_is_found(trail, file):
    tamper(trail, "UPDATE audit_entry SET roles = 'x' WHERE seq IN (2, 3, 7)")
    assert [fault.seq for fault in verdict(trail, file).faults] == [2, 3, 7]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("facts", "'{\"to\"'"),
        ("facts", "'" + "[" * 100_000 + "'"),
        ("facts", """'{"share": 0.1,  "to": "\\u540d"}'"""),
        ("facts", "CAST(X'FFFE' AS TEXT)"),
        ("at", "'yesterday'"),
        ("at", "at + 0.5"),
        ("person_id", "'me'"),
        ("username", "X'FF'"),
    ],
    ids=["half JSON", "deep JSON", "other blanks", "no text", "no moment", "half a moment", "no number", "bytes"],
)
def test_what_no_program_of_ours_could_have_written_is_an_alteration_too(template_file, tmp_path, now, column, value):
    """On SQLite, which stores anything anywhere; PostgreSQL refuses these."""
    copied = shutil.copy(template_file, tmp_path / "loose.db")
    store = Database(make_engine(f"sqlite:///{copied}"), audit_key=b"k" * 32)
    write(store, now, ENTRIES)
    tamper(store, f"UPDATE audit_entry SET {column} = {value} WHERE seq = 4".replace(":", "\\:"))
    assert verdict(store, tmp_path / "none").faults == (Fault(4, FaultKind.ALTERED),)
    store.engine.dispose()


def test_an_entry_deleted_in_the_middle_is_found(trail, file):
    tamper(trail, "DELETE FROM audit_entry WHERE seq = 4")
    assert verdict(trail, file).faults == (Fault(5, FaultKind.MISSING),)


def test_a_deleted_beginning_is_found(trail, file):
    tamper(trail, "DELETE FROM audit_entry WHERE seq <= 3")
    assert verdict(trail, file).faults == (Fault(4, FaultKind.MISSING),)


def test_a_cut_tail_is_found_by_the_head(trail, file):
    tamper(trail, "DELETE FROM audit_entry WHERE seq > 6")
    assert verdict(trail, file).faults == (Fault(6, FaultKind.TRUNCATED),)


CUT_WITH_HEAD = (
    "DELETE FROM audit_entry WHERE seq > 6",
    "UPDATE audit_head SET seq = 6, mac = (SELECT mac FROM audit_entry WHERE seq = 6)",
)


def test_a_cut_tail_with_its_head_is_found_by_a_checkpoint(trail, file, now):
    checkpoint(trail, file, now)
    tamper(trail, *CUT_WITH_HEAD)
    assert verdict(trail, file).faults == (Fault(6, FaultKind.TRUNCATED),)


def test_without_a_checkpoint_a_cut_with_its_head_cannot_be_seen(trail, file):
    tamper(trail, *CUT_WITH_HEAD)
    assert verdict(trail, file).is_sound


def test_a_cut_tail_that_has_grown_again_is_found_by_a_checkpoint(trail, file, now):
    checkpoint(trail, file, now)
    tamper(trail, *CUT_WITH_HEAD)
    write(trail, now, 5, start=40)
    assert verdict(trail, file).faults == (Fault(ENTRIES, FaultKind.CHECKPOINT_BROKEN),)


def test_the_chain_goes_on_where_a_part_of_an_action_was_taken_back(store, file, now):
    with store.writing() as session:
        record(session, "service.changed", "service:1", actor=SYSTEM, now=now)
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            record(session, "service.changed", "service:2", actor=SYSTEM, now=now)
            raise ZeroDivisionError
        with pytest.raises(TypeError):
            record(session, "service.changed", "service:3", actor=SYSTEM, now=now, to=object())
        with session.begin_nested():
            record(session, "service.changed", "service:4", actor=SYSTEM, now=now)
        record(session, "service.changed", "service:5", actor=SYSTEM, now=now)
    with store.reading() as session:
        kept = session.scalars(sa.select(AuditEntry.object).order_by(AuditEntry.seq)).all()
    assert kept == ["service:1", "service:4", "service:5"]
    assert verdict(store, file).faults == ()


def test_a_rollback_to_an_older_copy_is_found_by_a_checkpoint(store, file, now):
    write(store, now, 5)
    with store.engine.connect() as connection:
        entries = [row._asdict() for row in connection.execute(sa.select(AuditEntry.__table__))]
        head = connection.execute(sa.select(AuditHead.__table__)).one()._asdict()
    write(store, now, 4, start=5)
    checkpoint(store, file, now)
    tamper(
        store,
        "DELETE FROM audit_entry",
        "DELETE FROM audit_head",
        sa.insert(AuditEntry.__table__).values(entries),
        sa.insert(AuditHead.__table__).values(head),
    )
    assert verdict(store, file).faults == (Fault(5, FaultKind.TRUNCATED),)


def test_a_tail_rewritten_with_the_stolen_key_is_found_by_a_checkpoint(trail, file, now):
    checkpoint(trail, file, now)
    with trail.writing() as session:
        last, before = session.get_one(AuditEntry, ENTRIES), session.get_one(AuditEntry, ENTRIES - 1)
        last.username = "somebody"
        told = {name: getattr(last, name) for name in CHAINED}
        last.mac = next_mac(trail.audit_key, before.mac, canonical(**told))
        session.get_one(AuditHead, 1).mac = last.mac
    assert verdict(trail, file).faults == (Fault(ENTRIES, FaultKind.CHECKPOINT_BROKEN),)


def test_entries_appended_without_the_key_are_found(trail, file):
    tamper(
        trail,
        "INSERT INTO audit_entry SELECT seq + 1, at, person_id, username, roles, action, object, facts, mac "
        f"FROM audit_entry WHERE seq = {ENTRIES}",
    )
    assert verdict(trail, file).faults == (
        Fault(ENTRIES + 1, FaultKind.ALTERED),
        Fault(ENTRIES + 1, FaultKind.HEAD_BROKEN),
    )


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM audit_head", "UPDATE audit_head SET mac = 'x'", "UPDATE audit_head SET seq = 3"],
)
def test_a_head_that_does_not_fit_the_entries_is_found(trail, file, statement):
    tamper(trail, statement)
    assert verdict(trail, file).faults == (Fault(ENTRIES, FaultKind.HEAD_BROKEN),)


def test_under_another_key_nothing_holds(trail, file, now):
    checkpoint(trail, file, now)
    trail.audit_key = b"x" * 32
    kinds = [fault.kind for fault in verdict(trail, file).faults]
    assert kinds.count(FaultKind.ALTERED) == ENTRIES
    assert FaultKind.CHECKPOINT_FORGED in kinds


@pytest.mark.parametrize("change", [{"seq": 3}, {"mac": "f" * 64}, {"at": "2020-01-01"}, {"signature": "é" * 64}])
def test_a_checkpoint_with_another_content_is_not_ours(trail, file, now, change):
    checkpoint(trail, file, now)
    checkpoint(trail, file, now)
    first, second = file.read_text().splitlines()
    file.write_text(f"{first}\n{json.dumps(json.loads(second) | change)}\n")
    found = verdict(trail, file)
    assert found.faults == (Fault(2, FaultKind.CHECKPOINT_FORGED),)
    assert found.checkpoint_count == 1


@pytest.mark.parametrize(
    "line", ["", "{", "[]", "[" * 100_000, "5", '{"seq": 1}', '{"seq": true, "mac": "", "at": "", "signature": ""}']
)
def test_a_line_that_is_no_checkpoint_is_not_ours(trail, file, line):
    file.write_text(line + "\n")
    assert verdict(trail, file).faults == (Fault(1, FaultKind.CHECKPOINT_FORGED),)


def test_a_line_torn_by_a_power_cut_is_replaced_by_the_next(trail, file, now):
    checkpoint(trail, file, now)
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:40])
    assert verdict(trail, file).is_sound
    checkpoint(trail, file, now)
    assert file.read_bytes() == whole * 2


def test_a_checkpoint_waits_for_its_entries_to_be_committed(trail, file, now):
    with pytest.raises(RuntimeError), trail.writing() as session:
        record(session, "service.changed", "service:1", actor=SYSTEM, now=now)
        checkpoint(trail, file, now)
        raise RuntimeError
    assert [read.seq for read in read_checkpoints(file)] == [ENTRIES]
    assert verdict(trail, file).is_sound


def test_many_writers_at_once_leave_one_chain_without_gaps(store, file, now):
    def work(number):
        write(store, now, 10, start=100 * number)
        checkpoint(store, tmp_of(number), now)

    def tmp_of(number):
        return file.with_name(f"{number}.jsonl")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    file.write_bytes(b"".join(tmp_of(number).read_bytes() for number in range(8)))
    found = verdict(store, file)
    assert found.is_sound
    assert (found.entry_count, found.checkpoint_count) == (80, 8)


def test_a_trail_that_grows_while_it_is_verified_is_sound(trail, file, now, monkeypatch):
    monkeypatch.setattr("qs.audit.verify.ENTRIES_PER_FETCH", 4)

    def grow(count):
        write(trail, now, 3, start=100 * count)

    with trail.reading() as session:
        found = verify_trail(session, file, actor=SYSTEM, progress=grow)
    assert found.is_sound
    assert found.entry_count == ENTRIES
