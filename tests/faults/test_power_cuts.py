"""R4: a SQLite store as it lies on the disk at any moment holds everything acknowledged before that moment.

The writer is halted at random moments and its files are copied as they are. A halted writer has handed its writes to
the system but has not been told to wait for the disk in between; that synchronous=FULL waits is set and checked in
tests/test_store.py.
"""

import os
import random
import shutil

import pytest
import sqlalchemy as sa

from qs.db import Database, make_engine
from tests.conftest import AUDIT_KEY
from tests.faults.harness import begun, findings
from tests.faults.writer import Planted

COPIES = int(os.environ.get("QS_TEST_KILLS", "20"))
AT_MOST = 200

pytestmark = pytest.mark.faults


@pytest.fixture
def sqlite_store(template_file, tmp_path):
    file = shutil.copy(template_file, tmp_path / "qs.db")
    opened = Database(make_engine(f"sqlite:///{file}"), audit_key=AUDIT_KEY)
    yield opened
    opened.engine.dispose()


def findings_in_copies(nursery, store, tmp_path, *, copies, planted=Planted.NOTHING, with_log=True):
    """Copy the files of a store that is written to; yields whether each copy is whole, and what is wrong in it."""
    chance = random.Random(0)
    nursery.begin(begun(nursery, store, planted))
    try:
        for number in range(copies):
            nursery.wait_a_while(chance)
            stored = nursery.halt()
            copied = tmp_path / f"copy{number}.db"
            shutil.copy(tmp_path / "qs.db", copied)
            if with_log:
                shutil.copy(tmp_path / "qs.db-wal", f"{copied}-wal")
            yield examined(copied, stored)
            nursery.go_on()
    finally:
        nursery.kill()


def examined(copied, stored):
    opened = Database(make_engine(f"sqlite:///{copied}"), audit_key=AUDIT_KEY)
    with opened.reading() as session:
        integrity = session.scalar(sa.text("PRAGMA integrity_check"))
    found = findings(opened, stored)
    opened.engine.dispose()
    return integrity == "ok", found


def test_every_copy_of_the_files_is_whole_and_holds_what_was_acknowledged(nursery, sqlite_store, tmp_path):
    seen = 0
    for is_whole, found in findings_in_copies(nursery, sqlite_store, tmp_path, copies=COPIES):
        assert is_whole
        assert found.is_clean, found
        seen += 1
    assert seen == COPIES


def test_a_copy_without_the_log_is_found_to_lack_events(nursery, sqlite_store, tmp_path):
    copies = findings_in_copies(nursery, sqlite_store, tmp_path, copies=AT_MOST, with_log=False)
    assert any(found.lost_events for _, found in copies)


def test_an_answer_before_the_commit_is_found_in_a_copy(nursery, sqlite_store, tmp_path):
    copies = findings_in_copies(nursery, sqlite_store, tmp_path, copies=AT_MOST, planted=Planted.EARLY_ANSWER)
    assert any(found.lost_events for _, found in copies)
